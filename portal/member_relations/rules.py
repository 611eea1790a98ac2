"""Who has shown to be the member, and how answers are compared with what is on file. ADR 0027 has the reasons."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from .vocabulary import CALL_MINUTES, FEWEST_OFF_THE_CARD, OFF_THE_CARD, USERNAME_TOLD_DAYS, Question


def passes(*, right: Collection[Question], wrong: Collection[Question], shared: Collection[Question]) -> bool:
    """Whether a caller is the member: nothing wrong, the birth date right, and two more that stand on no card, of which
    one at least nobody else of the household has on file."""
    off_the_card = set(right) & set(OFF_THE_CARD)
    return (
        not wrong
        and Question.BIRTH_DATE in right
        and len(off_the_card) >= FEWEST_OFF_THE_CARD
        and bool(off_the_card - set(shared))
    )


def can_pass(*, on_file: Collection[Question], shared: Collection[Question]) -> bool:
    """Whether anybody could, who knows it all."""
    return passes(right=on_file, wrong=(), shared=shared)


def ends_at(began_at: datetime) -> datetime:
    """When a call is over that nobody ended."""
    return began_at + timedelta(minutes=CALL_MINUTES)


def email_is_held_until(told_at: datetime) -> datetime:
    return told_at + timedelta(days=USERNAME_TOLD_DAYS)


def house_and_zip(address: str) -> tuple[str, str]:
    """What a caller says of an address: "18 Willow Court, Saint Paul, MN 55106" is 18 and 55106. The number of a house
    or a post box is the first in the first line; empty where there is none."""
    lines = address.split("\n")
    house = re.search(r"\d+", lines[0])
    zip_code = re.search(r"(\d{5})(?:-\d{4})?\s*$", lines[-1])
    return (house[0].lstrip("0") if house else "", zip_code[1] if zip_code else "")


def digits(phone: str) -> str:
    """The ten that a telephone of this country has: +1 (651) 555-0171 is 6515550171."""
    return re.sub(r"\D", "", phone)[-10:]
