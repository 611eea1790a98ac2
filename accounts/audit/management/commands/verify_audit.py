from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.audit.errors import AuditBroken
from accounts.audit.verifying import verify


class Command(BaseCommand):
    help = "Reads the whole audit, and names the first row that was changed, removed or moved."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sealed = verify(keys=settings.AUDIT_KEYS, at=timezone.now())
        except AuditBroken as broken:
            raise CommandError(str(broken)) from broken
        self.stdout.write(f"{sealed} events are as they were written, in their order.")
        self.stderr.write(
            "Whether events were cut off at the end cannot be checked:"
            " nothing outside the database says how far they went."
        )
