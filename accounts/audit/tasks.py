from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from .operations import seal
from .vocabulary import RECENT_MINUTES


@shared_task
def seal_recent() -> None:
    seal(since=timezone.now() - timedelta(minutes=RECENT_MINUTES))


@shared_task
def seal_all() -> None:
    seal(since=None)
