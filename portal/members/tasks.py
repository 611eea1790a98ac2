from celery import shared_task
from django.utils import timezone

from accounts.vocabulary import program

from .operations.registration import forget_requests


@shared_task
def purge() -> int:
    return forget_requests(by=program("members"), at=timezone.now())
