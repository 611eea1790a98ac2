from celery import shared_task
from django.core.management import call_command


@shared_task
def purge_sessions() -> None:
    """Delete the rows of sessions whose time is over."""
    call_command("clearsessions")
