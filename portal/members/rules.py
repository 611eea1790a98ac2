"""How what people type of a card is read, and what an age allows."""

import unicodedata
from collections.abc import Collection, Iterator
from datetime import date
from itertools import product

from .vocabulary import FACTS_OF_ANOTHER, WHO_SOMEBODY_IS, YOUNGEST_TO_REGISTER_YEARS, Fact


def member_key(typed: str) -> str:
    """A member ID in its one spelling: its letters and digits, "lfp 1000-2" is LFP10002."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isascii() and c.isalnum())


def person_key(typed: str) -> str:
    """A person number in its one spelling: 1 is 01."""
    found = member_key(typed)
    return found.zfill(2) if found.isdecimal() else found


def is_another_person(*, differing: Collection[str], corrected: Collection[str]) -> bool:
    """Whether what a file says of somebody, and what it said before, are two people. Of facts that were corrected
    nobody knows any more what it said before."""
    known: set[Fact] = set(WHO_SOMEBODY_IS).difference(corrected)
    return len(known) > 0 and len(known.intersection(differing)) >= min(len(known), FACTS_OF_ANOTHER)


def age_on(birth_date: date, day: date) -> int:
    """Full years. Who is born on February 29 is a year older on March 1."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def is_old_enough_to_register(birth_date: date, day: date) -> bool:
    return age_on(birth_date, day) >= YOUNGEST_TO_REGISTER_YEARS


def spellings(birth_date: date) -> Iterator[str]:
    """A birth date in each way in which it stands in passwords: 04031979, 4/3/1979, 3.4.79, 1979-04-03."""
    years = (f"{birth_date:%Y}", f"{birth_date:%y}")
    months, days = ({f"{number}", f"{number:02}"} for number in (birth_date.month, birth_date.day))
    for year, month, of_month, between in product(years, months, days, ("", "-", "/", ".")):
        for order in ((year, month, of_month), (month, of_month, year), (of_month, month, year)):
            yield between.join(order)


def shown_phone(digits: str) -> str:
    """Ten digits as people read them: 651-555-0171."""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
