from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.ingest.commands import ImportCommand
from accounts.ingest.progress import ProgressBar
from accounts.vocabulary import program
from directory.intake.operations import import_roster
from directory.intake.roster import ROSTER


class Command(ImportCommand):
    help = "Takes over a plan's own network from a folder of CSV files (docs/imports.md)."
    shapes = ROSTER

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--source", metavar="NAME", help="whose roster it is; it is whole within this name")
        parser.add_argument("--shrink", action="store_true", help="let over a fifth of the source's roles end")

    def take(self, **options: Any) -> dict[str, object]:
        if not options["source"]:
            raise CommandError("Say whose roster it is: --source NAME.")
        return import_roster(
            folder=options["folder"],
            source=options["source"],
            refused_file=options["refused"],
            dry_run=options["dry_run"],
            shrink=options["shrink"],
            progress=ProgressBar(),
            by=program("import_roster"),
            at=timezone.now(),
        )
