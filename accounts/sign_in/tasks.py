from celery import shared_task
from django.utils import timezone

from accounts.vocabulary import program

from . import operations


@shared_task
def purge() -> int:
    return operations.forget_guesses(at=timezone.now())


@shared_task
def settle() -> int:
    return operations.settle_losses(by=program("sign_in"), at=timezone.now())
