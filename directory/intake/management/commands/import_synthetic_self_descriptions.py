from typing import Any

from django.utils import timezone

from accounts.ingest.commands import ImportCommand
from accounts.ingest.progress import ProgressBar
from accounts.vocabulary import program
from directory.intake.answers import ANSWERS
from directory.intake.operations import import_synthetic_self_descriptions


class Command(ImportCommand):
    help = "Reads invented answers of invented clinicians, for tests and demonstrations (docs/imports.md)."
    shapes = (ANSWERS,)

    def take(self, **options: Any) -> dict[str, object]:
        return import_synthetic_self_descriptions(
            folder=options["folder"],
            refused_file=options["refused"],
            dry_run=options["dry_run"],
            progress=ProgressBar(),
            by=program("import_synthetic_self_descriptions"),
            at=timezone.now(),
        )
