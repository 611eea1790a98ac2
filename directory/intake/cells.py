"""How the cells of our own kinds of file are read, on top of what every import shares."""

import json
import re
from functools import lru_cache

from accounts.ingest.rules import CACHED_CELLS, LIST_SEPARATOR, CellRefused, Read, clean, text
from directory.code_sets.models import vocabulary
from directory.code_sets.rules import fold, npi_is_valid
from directory.code_sets.vocabulary import CodeKind

from .hours import parse_hours

NPI_KEY = r"\d{1,10}"
NAME_KEY = r"[\w .:/#-]{1,40}"

LONGEST_NOTE = 120
UNDISCLOSED_GENDER = "U"
PROFICIENCIES = ("", "00", "10", "20", "30", "40", "50")
"""The scale of Plan-Net (ILR times ten); empty where nobody said."""
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?([/?#]\S*)?", re.IGNORECASE | re.ASCII)
LONGEST_ADDRESS = 200
DETAIL = re.compile(r"([^:|]+):(?:(\d0)|(?:(\d{4})-(\d\d))?:(\d{1,4})?|)", re.ASCII)
LARGEST_HOURS = 32_767
NOTHING = re.compile(r"<UNAVAIL>|NONE|N/?A|NOT AVAILABLE|[-.]+", re.IGNORECASE | re.ASCII)
"""What people write where they have nothing to say. In a family or given name it is a name."""
NAME_PARTS = {"family_name": 80, "given_name": 80, "middle_name": 80, "suffix": 20}
"""Part of a corrected name → its longest length."""


@lru_cache(CACHED_CELLS)
def npi(cell: str) -> str | None:
    """A National Provider Identifier with its check digit; NULL where the cell is empty."""
    found = cell.strip()
    if not found:
        return None
    if not npi_is_valid(found):
        raise CellRefused("is no NPI: ten digits, the last of which checks the others")
    return found


def said(longest: int) -> Read:
    """A text; empty where somebody wrote that there is none."""
    read = text(longest)

    def read_said(cell: str) -> str | None:
        found = read(cell)
        return "" if found and NOTHING.fullmatch(found) else found

    return read_said


def code(kind: CodeKind) -> Read:
    """A code of a code set, or one of its names; empty stays empty."""

    @lru_cache(CACHED_CELLS)
    def read(cell: str) -> str:
        found = cell.strip()
        if not found:
            return ""
        if named := vocabulary().find(kind, found):
            return named
        raise CellRefused("is no code that we know")

    return read


def one_of(*choices: str) -> Read:
    """One of a few words, in any case."""

    def read(cell: str) -> str:
        found = cell.strip().lower()
        if found not in choices:
            raise CellRefused(f"is none of {', '.join(choice or 'empty' for choice in choices)}")
        return found

    return read


_gender = code(CodeKind.GENDER)


def gender(cell: str) -> str:
    """A gender as a source states it; U and empty say nothing."""
    return "" if cell.strip().upper() == UNDISCLOSED_GENDER else _gender(cell) or ""


proficiency = one_of(*PROFICIENCIES)


def state(cell: str) -> str:
    """Two letters, upper case; empty stays empty. Whether it is a state is asked of the code sets."""
    found = cell.strip().upper()
    if found and not (len(found) == 2 and found.isascii() and found.isalpha()):
        raise CellRefused("is no state of two letters")
    return found


@lru_cache(CACHED_CELLS)
def county(cell: str) -> str:
    """A county as it is looked up: folded; "Hennepin" and "Hennepin County" are both found."""
    return fold(clean(cell))


@lru_cache(CACHED_CELLS)
def hours(cell: str) -> str:
    """JSON: the list of opening times, or the text itself where it is none."""
    written = clean(cell)
    times = parse_hours(written)
    if times is None and len(written) > LONGEST_NOTE:
        raise CellRefused(f"is no list of opening times, and too long for a note ({LONGEST_NOTE} characters)")
    return json.dumps(written if times is None else times)


def website(cell: str) -> str:
    """An address that begins with https:// or http://; https:// is put before a bare name. Empty stays empty."""
    found = clean(cell)
    scheme, mark, rest = found.partition("://")
    if not mark:
        scheme, rest = "https", found
    address = f"{scheme.lower()}://{rest}"
    if not found:
        return ""
    if scheme.lower() not in ("http", "https") or not HOST.fullmatch(rest) or len(address) > LONGEST_ADDRESS:
        raise CellRefused("is no web address like https://clinic.example")
    return address


@lru_cache(CACHED_CELLS)
def details(cell: str) -> str:
    """JSON: what belongs to each code of an answer. ``es:40`` is how well a language is spoken,
    ``CLAS:2025-05:6`` when a training was finished and how many hours it took (either may be empty). Of a corrected
    name its parts, ``family_name:Nguyễn``."""
    found: dict[str, str | dict[str, str | int | None]] = {}
    for part in filter(None, cell.strip().split(LIST_SEPARATOR)):
        name, _, value = part.strip().partition(":")
        if name in NAME_PARTS:
            found[name] = text(NAME_PARTS[name])(value) or ""
            continue
        shape = DETAIL.fullmatch(part.strip())
        if not shape:
            raise CellRefused("is not made of parts like CODE:2025-05:6 or CODE:40")
        of, level, year, month, took = shape.groups()
        if level is not None:
            if level not in PROFICIENCIES:
                raise CellRefused("has a proficiency that is not on the scale of 00 to 50")
            found[of] = {"proficiency": level}
            continue
        if (year and not ("1900" <= year <= "2199" and "01" <= month <= "12")) or int(took or 0) > LARGEST_HOURS:
            raise CellRefused("has a month or a number of hours that cannot be")
        found[of] = {
            "completed_on": f"{year}-{month}-01" if year else None,
            "hours": int(took) if took else None,
        }
    return json.dumps(found)
