"""What the commands that import have in common."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from django.core.management.base import CommandError
from django.db import DatabaseError

from accounts.public_role.commands import OwnersCommand

from .errors import ImportRefused
from .rules import CsvShape


class ImportCommand(OwnersCommand):
    """``import_… DIR``: a folder of CSV files in; the last line out is the summary, as JSON.

    A command names its ``shapes`` and imports in ``take``, from ``options["folder"]``.
    """

    shapes: ClassVar[Sequence[CsvShape]] = ()
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_input(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--refused", type=Path, metavar="FILE", help="where to name the refused rows")
        parser.add_argument("--template", action="store_true", help="write the columns of every file, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["template"]:
            for shape in self.shapes:
                columns = dict.fromkeys((*shape.header, *shape.unused))  # one may be read twice
                self.stdout.write(f"# {shape.file}\n{','.join(columns)}")
            return
        self.refuse_input(options)
        options["refused"] = options["refused"] or Path(f"{self.name}.refused.csv")
        try:
            summary = self.take(**options)
        except ImportRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:  # whose own words repeat the row
            raise CommandError(f"The database refused the import: {named(error)}.") from None
        self.stdout.write(json.dumps(summary, ensure_ascii=False))
        if summary.get("taken") is False:
            raise CommandError(
                f"{summary['refused']} of {summary['read']} rows are refused, so nothing was taken: "
                f"{summary['refused_file']} names their lines."
            )

    def add_input(self, parser: ArgumentParser) -> None:
        """Says how the files are named."""
        parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="the folder with the CSV files")

    def refuse_input(self, options: Mapping[str, Any]) -> None:
        """Raises CommandError where they are not named, or not there."""
        if options["folder"] is None:
            raise CommandError("Name the folder with the CSV files.")
        if not options["folder"].is_dir():
            raise CommandError("The folder with the CSV files is not there.")

    @property
    def name(self) -> str:
        """The name of the command, as it is typed."""
        return type(self).__module__.rpartition(".")[2]

    def take(self, **options: Any) -> dict[str, object]:
        """Imports; returns the summary."""
        raise NotImplementedError


def named(error: DatabaseError) -> str:
    """What broke, and by which constraint, without a value."""
    cause = error.__cause__
    constraint = cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
    kind = type(cause or error).__name__
    return f"{kind} ({constraint})" if constraint else kind


class ImportFilesCommand(ImportCommand):
    """``import_… FILE…``: the same with files that are named one by one, in ``options["files"]``."""

    def add_input(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a CSV file, or one with .gz")

    def refuse_input(self, options: Mapping[str, Any]) -> None:
        if not options["files"]:
            raise CommandError("Name the files.")
