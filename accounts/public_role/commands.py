from typing import Any

from django.core.management.base import BaseCommand

from .application import speak_as_owner


class OwnersCommand(BaseCommand):
    """A command of whoever runs the site, which may change tables: it speaks as their owner, where DATABASE_OWNER_URL
    names one."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        speak_as_owner()
        return super().execute(*args, **options)
