from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.ingest.commands import ImportCommand
from accounts.ingest.progress import ProgressBar
from accounts.vocabulary import program
from portal.members.enrolment import ENROLMENT
from portal.members.operations.enrolment import import_enrolment


class Command(ImportCommand):
    help = "Takes over who the members are, from a CSV file (docs/imports.md)."
    shapes = (ENROLMENT,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--source", default="enrolment", metavar="NAME", help="whose file it is")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="the day of which it speaks")
        parser.add_argument("--shrink", action="store_true", help="let over a fifth of the source's people lose cover")

    def add_input(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the CSV file, or one with .gz")

    def refuse_input(self, options: Mapping[str, Any]) -> None:
        if options["file"] is None:
            raise CommandError("Name the file.")

    def take(self, **options: Any) -> dict[str, object]:
        return import_enrolment(
            path=options["file"],
            source=options["source"],
            refused_file=options["refused"],
            as_of=options["as_of"],
            dry_run=options["dry_run"],
            shrink=options["shrink"],
            progress=ProgressBar(),
            by=program("import_enrolment"),
            at=timezone.now(),
        )
