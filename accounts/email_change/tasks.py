from celery import shared_task
from django.utils import timezone

from accounts.vocabulary import program

from . import operations


@shared_task
def settle() -> None:
    operations.settle_due(by=program("email_change"), at=timezone.now())
