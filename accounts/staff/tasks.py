from celery import shared_task
from django.utils import timezone

from accounts.vocabulary import program

from . import operations


@shared_task
def leave_without_posts() -> int:
    return operations.leave_without_posts(by=program("clock"), at=timezone.now())
