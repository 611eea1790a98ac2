"""What others know of a person, and so may not stand in their password; and whose password grows old."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from accounts.models import Capacity, User
from accounts.vocabulary import CapacityKind

from .registry import PERSONAL_WORDS


def personal_words(user: User | None) -> Iterator[str]:
    """``user`` may not be saved yet; None for a password that is nobody's yet."""
    yield settings.PLAN.short_name
    if user is not None:
        yield from (user.username, user.name, user.email.partition("@")[0])
        for words_of in PERSONAL_WORDS:
            yield from words_of(user)


def grows_old(user: User, at: datetime) -> bool:
    return Capacity.objects.live(at).filter(user=user, kind=CapacityKind.STAFF).exists()
