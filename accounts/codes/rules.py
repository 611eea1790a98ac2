"""When a code works, when the next may leave, and what is kept of either."""

import re
import unicodedata
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from .vocabulary import (
    BUDGET_HOURS,
    COOL_DOWN_SECONDS,
    DIGITS,
    LATE_MINUTES,
    USE_MINUTES,
    VALID_MINUTES,
)

BETWEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff._-]+")


def read(typed: str) -> str:
    """The digits of a code as somebody typed or pasted it: "4071 6325", "4071-6325", full-width digits."""
    return BETWEEN.sub("", unicodedata.normalize("NFKC", typed))


def is_a_code(text: str) -> bool:
    return re.fullmatch(rf"[0-9]{{{DIGITS}}}", text) is not None


def grouped(token: str) -> str:
    """As people read it: "4071 6325"."""
    return f"{token[: DIGITS // 2]} {token[DIGITS // 2 :]}"


def digest_of(what: str, *parts: str, key: str) -> str:
    """What the database keeps of a secret or a name: 64 characters that nobody makes again without the key."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return salted_hmac(f"accounts.codes.{what}", text, secret=key, algorithm="sha256").hexdigest()


def ends(sent_at: datetime) -> datetime:
    """The first moment at which a code sent then does not work."""
    return sent_at + timedelta(minutes=VALID_MINUTES)


def is_too_late(asked_at: datetime, at: datetime) -> bool:
    """Whether nobody waits any more for a code that was asked for then."""
    return at - asked_at >= timedelta(minutes=LATE_MINUTES)


def is_still_open(redeemed_at: datetime, at: datetime) -> bool:
    """Whether what a code opened then can still be used."""
    return at - redeemed_at < timedelta(minutes=USE_MINUTES)


def budget_is_over(begun_at: datetime, at: datetime) -> bool:
    """Whether a new window begins."""
    return at - begun_at >= timedelta(hours=BUDGET_HOURS)


def after_the_cool_down(mailed_at: datetime) -> datetime:
    return mailed_at + timedelta(seconds=COOL_DOWN_SECONDS)
