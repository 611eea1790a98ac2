"""The file of an enrolment, column by column."""

import re
from contextlib import suppress
from datetime import date
from pathlib import Path

from django.conf import settings

from accounts.email_change.rules import is_an_address
from accounts.ingest.errors import ImportRefused
from accounts.ingest.reading import SourceFile
from accounts.ingest.rules import CellRefused, Column, CsvShape, clean, day, needed, phone, text, zip_code
from accounts.registration.rules import folded
from directory.code_sets.models import vocabulary
from directory.code_sets.vocabulary import CodeKind

from .rules import member_key, person_key
from .vocabulary import (
    LONGEST_KEY_OF_NAME,
    LONGEST_LINE_OF_ADDRESS,
    LONGEST_MEMBER_ID,
    LONGEST_NAME,
    LONGEST_PERSON_NUMBER,
    Action,
    Relationship,
)

TABLE = "staged_enrolment"
LONGEST_EMAIL = 254
DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?!\d)", re.ASCII)


def action(cell: str) -> str:
    """Empty is a row of a full file."""
    found = cell.strip().lower() or Action.FULL
    if found not in Action:
        raise CellRefused(f"is none of {', '.join(Action.values)}")
    return found


def relationship(cell: str) -> str:
    """Empty stays empty: a termination needs none."""
    found = cell.strip().lower()
    if found and found not in Relationship:
        raise CellRefused(f"is none of {', '.join(Relationship.values)}")
    return found


def short_enough(found: str, longest: int) -> str:
    """One sign may be many letters in the spelling in which they are compared."""
    if len(found) > longest:
        raise CellRefused(f"is longer than {longest} characters")
    return found


def key_of_id(cell: str) -> str:
    found = member_key(cell)
    if not found:
        raise CellRefused("has neither letters nor digits")
    return short_enough(found, LONGEST_MEMBER_ID)


def person_number(cell: str) -> str:
    return short_enough(person_key(cell), LONGEST_PERSON_NUMBER)


def key_of_name(cell: str) -> str:
    return short_enough(folded(clean(cell)), LONGEST_KEY_OF_NAME)


def language(cell: str) -> str:
    """A code of the code set, or one of its names; empty stays empty."""
    found = cell.strip()
    if not found:
        return ""
    if named := vocabulary().find(CodeKind.LANGUAGE, found):
        return named
    raise CellRefused("is no language that we know")


def email(cell: str) -> str:
    found = cell.strip()
    if found and (len(found) > LONGEST_EMAIL or not is_an_address(found)):
        raise CellRefused("is no email that every mail server takes")
    return found


def state(cell: str) -> str:
    found = cell.strip().upper()
    if found and not (len(found) == 2 and found.isascii() and found.isalpha()):
        raise CellRefused("is no state of two letters")
    return found


def postal_code(cell: str) -> str:
    """As it is written on an envelope: 55104 or 55104-1234; empty stays empty."""
    digits = zip_code(cell) if cell.strip() else ""
    return f"{digits[:5]}-{digits[5:]}" if len(digits) > 5 else digits


def line_of_business(cell: str) -> str:
    """One of those that the plan has, in the plan's own spelling; empty stays empty."""
    found = clean(cell)
    by_name = {line.casefold(): line for line in settings.PLAN.lines_of_business}
    if found and found.casefold() not in by_name:
        raise CellRefused(f"is none of {', '.join(settings.PLAN.lines_of_business)}")
    return by_name.get(found.casefold(), "")


NAME = text(LONGEST_NAME)
LINE = text(LONGEST_LINE_OF_ADDRESS)

# No column names its row in the file of refused rows: each says something of a person. The line does.
ENROLMENT = CsvShape(
    "enrolment.csv",
    TABLE,
    (
        Column("action", action, optional=True),
        Column("effective_on", day, "date", optional=True),
        Column("member_id", needed(text(LONGEST_MEMBER_ID))),
        Column("member_key", key_of_id, titles=("member_id",)),
        Column("person_number", person_number, optional=True),
        Column("relationship", relationship),
        Column("last_name", NAME),
        Column("last_key", key_of_name, titles=("last_name",)),
        Column("first_name", NAME),
        Column("middle_name", NAME, optional=True),
        Column("suffix", text(20), optional=True),
        Column("birth_date", day, "date"),
        Column("died_on", day, "date", optional=True),
        Column("language", language),
        Column("email", email),
        Column("phone", phone),
        Column("line1", LINE),
        Column("line2", LINE, optional=True),
        Column("city", text(80)),
        Column("state", state),
        Column("zip", postal_code),
        Column("line_of_business", line_of_business),
        Column("plan_code", text(40)),
        Column("plan_name", text(120), optional=True),
        Column("coverage_from", day, "date"),
        Column("coverage_until", day, "date"),
    ),
)


def the_file(path: Path) -> list[SourceFile]:
    """Raises ImportRefused where it is not there."""
    if not path.is_file():
        raise ImportRefused(f"There is no file {path.name}.")
    return [SourceFile(ENROLMENT, path)]


def date_in(name: str) -> date | None:
    """The last day that a file's name bears (enrolment-2026-11-20.csv, 20261120.csv); None where it bears none."""
    days = []
    for year, month, of_month in DAY.findall(name):
        with suppress(ValueError):
            days.append(date(int(year), int(month), int(of_month)))
    return days[-1] if days else None
