from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.public_role.commands import OwnersCommand
from accounts.vocabulary import program
from directory.publication.errors import AlreadyRenumbering, StillRead
from directory.publication.operations import renumber


class Command(OwnersCommand):
    help = (
        "Number the clinicians of the listing anew along the map, so that neighbours stand together again after years"
        " of newcomers. Searches and changes go on meanwhile. Safe to kill, and to run again."
    )

    def handle(self, **options: Any) -> None:
        try:
            chunks = renumber(by=program("renumber_listing"), at=timezone.now())
        except (AlreadyRenumbering, StillRead) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Numbered {chunks} chunks anew.")
