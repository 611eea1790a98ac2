from celery import shared_task
from django.utils import timezone

from accounts.vocabulary import program

from . import operations


@shared_task
def deliver() -> None:
    operations.deliver(clock=timezone.now)


@shared_task
def purge() -> None:
    operations.purge(by=program("outbox"), at=timezone.now())
