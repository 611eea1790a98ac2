from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.audit.operations import seal
from accounts.audit.vocabulary import RECENT_MINUTES


class Command(BaseCommand):
    help = "Seals the events that a process left unsealed because it was killed just after its commit."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--recent", action="store_true", help=f"look at the last {RECENT_MINUTES} minutes only")

    def handle(self, *args: Any, **options: Any) -> None:
        since = timezone.now() - timedelta(minutes=RECENT_MINUTES) if options["recent"] else None
        sealed = seal(since=since)
        self.stdout.write("Somebody else is sealing." if sealed is None else f"{sealed} events were sealed.")
