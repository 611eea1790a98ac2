"""How what people type of a card is read, and what an age allows."""

import unicodedata
from datetime import date

from directory.code_sets.rules import fold


def member_key(typed: str) -> str:
    """A member ID in its one spelling: its letters and digits, "lfp 1000-2" is LFP10002."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isascii() and c.isalnum())


def person_key(typed: str) -> str:
    """A person number in its one spelling: 1 is 01."""
    found = member_key(typed)
    return found.zfill(2) if found.isdecimal() else found


def name_key(name: str) -> str:
    """A name as it is compared: "Núñez-O’Brien" is nunezobrien."""
    return fold(name).replace(" ", "")


def age_on(birth_date: date, day: date) -> int:
    """Full years. Who is born on February 29 is a year older on March 1."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
