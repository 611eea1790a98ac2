from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.ingest.commands import ImportFilesCommand
from accounts.ingest.progress import ProgressBar
from accounts.vocabulary import program
from directory.intake.nppes import NPPES_FILES
from directory.intake.operations import import_nppes


class Command(ImportFilesCommand):
    help = "Takes over files of the national provider registry, NPPES (docs/imports.md)."
    shapes = NPPES_FILES

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DATE",
            help="the day (2026-11-22) as of which files speak whose names do not say it",
        )

    def take(self, **options: Any) -> dict[str, object]:
        return import_nppes(
            paths=options["files"],
            refused_file=options["refused"],
            as_of=options["as_of"],
            dry_run=options["dry_run"],
            progress=ProgressBar(),
            by=program("import_nppes"),
            at=timezone.now(),
        )
