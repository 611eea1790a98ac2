from celery import shared_task
from django.utils import timezone

from accounts.vocabulary import program

from . import operations


@shared_task
def purge() -> int:
    return operations.forget_calls(by=program("member_relations"), at=timezone.now())
