"""When a message is tried again."""

from datetime import timedelta

from .vocabulary import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, MOST_ATTEMPTS


def wait_after(attempt: int) -> timedelta:
    """How long a message waits after its first, second … attempt failed: 15 s, 1 min, 4 min … an hour at most."""
    return timedelta(seconds=min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 4 ** min(attempt - 1, 8)))


def is_given_up(attempt: int) -> bool:
    return attempt >= MOST_ATTEMPTS
