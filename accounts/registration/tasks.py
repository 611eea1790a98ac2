from celery import shared_task
from django.utils import timezone

from accounts.vocabulary import program

from . import operations


@shared_task
def purge() -> int:
    return operations.purge(by=program("registration"), at=timezone.now())
