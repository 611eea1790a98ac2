from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from accounts.ingest.commands import ImportFilesCommand
from accounts.ingest.progress import ProgressBar
from accounts.vocabulary import program
from directory.intake.facilities import LISTS
from directory.intake.operations import import_facilities


class Command(ImportFilesCommand):
    help = "Takes over lists of hospitals, clinics and other places (docs/imports.md)."
    shapes = tuple(LISTS.values())

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--shrink", action="store_true", help="let over a fifth of a list's places end")

    def take(self, **options: Any) -> dict[str, object]:
        return import_facilities(
            paths=options["files"],
            refused_file=options["refused"],
            dry_run=options["dry_run"],
            shrink=options["shrink"],
            progress=ProgressBar(),
            by=program("import_facilities"),
            at=timezone.now(),
        )
