"""What an activation ID looks like, how long it is good for, and who fits it."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from django.utils.crypto import salted_hmac

from .vocabulary import ALPHABET, CHARACTERS, CONVERSATION_MINUTES, VALID_DAYS, Channel, Registrant

GROUP = 4
LOOKS_LIKE = str.maketrans("ILO", "110")

SPELLED = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters of names that are no other letter with a mark, as people without them on the keyboard type them."""


def grouped(secret: str) -> str:
    """As people read it: "7KQM-4XHT-9ZPA"."""
    return "-".join(secret[i : i + GROUP] for i in range(0, len(secret), GROUP))


def read(typed: str) -> str:
    """The activation ID in what somebody typed or pasted: in any case, with any separators, an O for a zero."""
    plain = unicodedata.normalize("NFKC", typed).upper().translate(LOOKS_LIKE)
    return re.sub(r"[\W_]+", "", plain)


def is_an_activation_id(text: str) -> bool:
    return len(text) == CHARACTERS and set(text) <= set(ALPHABET)


def digest_of(secret: str, *, key: str) -> str:
    """What the database keeps: 64 characters that nobody makes again without the key."""
    return salted_hmac("accounts.registration.activation", secret, secret=key, algorithm="sha256").hexdigest()


def ends(born_at: datetime, channel: str) -> datetime:
    """The first moment at which an activation ID that was mailed or printed then does not work."""
    return born_at + timedelta(days=VALID_DAYS[Channel(channel)])


def goes_on(entered_at: datetime, at: datetime) -> bool:
    """Whether whoever entered an activation ID then need not enter it again."""
    return at - entered_at < timedelta(minutes=CONVERSATION_MINUTES)


def folded(name: str) -> str:
    """A name without case, accents, hyphens, apostrophes and spaces: "García-López" is "garcia lopez"."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold().translate(SPELLED))
    return "".join(letter for letter in letters if letter.isalnum())


def fits(registrant: Registrant, *, last_name: str, birth_date: date | None) -> bool:
    """Whether somebody who says so is this person. Of whom no birth date is known, none is looked at."""
    is_of_the_name = folded(last_name) == folded(registrant.last_name) != ""
    return is_of_the_name and registrant.birth_date in (None, birth_date)
