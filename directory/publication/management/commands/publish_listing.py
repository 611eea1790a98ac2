from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.public_role.commands import OwnersCommand
from accounts.vocabulary import program
from directory.publication.operations import publish_due, rebuild


class Command(OwnersCommand):
    help = (
        "Publish the clinicians who are due, and those whose roles began or ended with the calendar:"
        " run it every night. --whole makes the whole listing anew, in place."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--whole", action="store_true", help="every clinician and every bit")

    def handle(self, *, whole: bool, **options: Any) -> None:
        now = timezone.now()
        published = publish_due(by=program("publish_listing"), at=now)
        self.stdout.write(
            f"Published {published.clinicians} clinicians and {published.places} places in {published.ranges} steps."
        )
        if whole:
            chunks = rebuild(by=program("publish_listing"), at=now)
            self.stdout.write(f"Made {chunks} chunks anew.")
