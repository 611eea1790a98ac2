import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from directory.publication.operations import first_difference


class Command(BaseCommand):
    help = "Compare the listing and its bits with the facts and the shown answers; names the first difference."

    def handle(self, **options: Any) -> None:
        difference = first_difference(at=timezone.now())
        if difference:
            self.stderr.write(f"The listing differs: {difference}.")
            sys.exit(1)
        self.stdout.write("The listing, its bits, and the facts agree.")
