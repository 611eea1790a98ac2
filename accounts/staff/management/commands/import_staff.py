from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.ingest.commands import ImportFilesCommand
from accounts.ingest.progress import ProgressBar
from accounts.staff.operations.staff_file import import_staff
from accounts.staff.staff_file import STAFF
from accounts.vocabulary import program


class Command(ImportFilesCommand):
    help = "Takes over the plan's staff file: who works here, as what, under whom (docs/imports.md)."
    shapes = (STAFF,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--shrink", action="store_true", help="let over a fifth of the posts end")

    def take(self, **options: Any) -> dict[str, object]:
        if len(options["files"]) != 1:
            raise CommandError("Name one file: it says who works here, and whoever it does not name has left.")
        (path,) = options["files"]
        if not path.is_file():
            raise CommandError("The staff file is not there.")
        return import_staff(
            path=path,
            shape=replace(STAFF, file=path.name),
            refused_file=options["refused"],
            dry_run=options["dry_run"],
            shrink=options["shrink"],
            progress=ProgressBar(),
            by=program("import_staff"),
            at=timezone.now(),
        )
