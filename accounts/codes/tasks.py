from celery import shared_task
from django.utils import timezone

from . import operations


@shared_task
def purge() -> int:
    return operations.purge(at=timezone.now())
