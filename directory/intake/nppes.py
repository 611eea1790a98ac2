"""The files of the national registry (NPPES), column by column, and how what is mangled in them is read.

What stands here is read and nothing else: no mailing address, no license, no identifier of another registry, and no
other name of a person, with which one that was corrected or hidden would come back.
"""

import re
from contextlib import suppress
from datetime import date
from functools import lru_cache
from itertools import chain

from accounts.ingest.rules import (
    CACHED_CELLS,
    PHONE,
    CellRefused,
    Column,
    CsvShape,
    Read,
    clean,
    day,
    needed,
    text,
)
from directory.code_sets.models import vocabulary
from directory.code_sets.rules import npi_is_valid
from directory.code_sets.vocabulary import CodeKind
from directory.network.vocabulary import OtherNameKind

from .cells import HOST, NOTHING, said

FLOAT = re.compile(r"(\d+)\.0", re.ASCII)
"""A whole number after a spreadsheet, or a program, took it for a measurement."""
DAY_IN_A_NAME = re.compile(r"(?<!\d)(20\d\d)-?(\d\d)-?(\d\d)(?!\d)", re.ASCII)
DAY = r"(?:(?:0[1-9]|1[0-2])/(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])/(?:29|30)|(?:0[13578]|1[02])/31)/(?:19|20)\d\d"
FIRST_DAY = date(2005, 5, 23)
"""The registry began on this day, and so does the period of each of its whole files."""
TAXONOMIES = 15
"""Slots for a specialty in a row of the main file; few fill more than SURE_TAXONOMIES."""
SURE_TAXONOMIES = 4
EMPTY = "(?:)"
"""The pattern of a cell with nothing in it."""


def whole(cell: str) -> str:
    """The cell without blanks at its ends, and without the ".0" that makes a number of a code."""
    found = cell.strip()
    as_number = FLOAT.fullmatch(found)
    return as_number[1] if as_number else found


def npi(cell: str) -> str:
    """A National Provider Identifier with its check digit."""
    found = whole(cell)
    if not npi_is_valid(found):
        raise CellRefused("is no NPI: ten digits, the last of which checks the others")
    return found


def one_of(*choices: str) -> Read:
    """One of a few codes; empty stays empty."""

    def read(cell: str) -> str:
        found = whole(cell).upper()
        if found and found not in choices:
            raise CellRefused(f"is none of {', '.join(choices)}")
        return found

    return read


def us_day(cell: str) -> str:
    """A date as the registry writes it, 11/22/2026; empty stays empty."""
    found = day(cell)
    return f"{found[5:7]}/{found[8:]}/{found[:4]}" if found else ""


def sex(cell: str) -> str:
    """F, M or X; anything else says nothing."""
    found = cell.strip().upper()
    return found if found in ("F", "M", "X") else ""


def phone(cell: str) -> str:
    """Ten digits; empty where they are none of a phone of North America."""
    digits = PHONE.fullmatch(whole(cell))
    return digits[1] + digits[2] + digits[3] if digits else ""


def postal_code(cell: str) -> str:
    """Digits without the dash. Whether zeros at its head are lost depends on the country."""
    found = whole(clean(cell))
    return found.replace("-", "") if re.fullmatch(r"\d{5}-\d{4}", found) else text(20)(found) or ""


@lru_cache(CACHED_CELLS)
def taxonomy(cell: str) -> str:
    """A specialty that the code set knows; empty for one that it does not."""
    found = cell.strip().upper()
    return found if is_taxonomy(found) else ""


def is_taxonomy(cell: str) -> bool:
    return not cell or cell in vocabulary().codes[CodeKind.SPECIALTY]


def switch(cell: str) -> str:
    """Y for the primary taxonomy; N, X and empty for any other."""
    return cell.strip().upper()[:1]


def endpoint(cell: str) -> str:
    """A web address, with https:// before a bare name, or an address of Direct messaging; else the cell as it is."""
    found = clean(cell)
    if len(found) > 200:
        raise CellRefused("is longer than 200 characters")
    is_bare_name = "@" not in found and HOST.fullmatch(found) and re.search(r"\.[a-z]{2}", found, re.IGNORECASE)
    return f"https://{found}" if is_bare_name else found


def days_in(name: str) -> list[date]:
    """The days that a file's name bears, as in npidata_pfile_20050523-20181209.csv."""
    found = []
    for year, month, of_month in DAY_IN_A_NAME.findall(name):
        with suppress(ValueError):
            found.append(date(int(year), int(month), int(of_month)))
    return found


def date_in(name: str) -> date | None:
    """The last day that a file's name bears; None where it bears none."""
    return next(reversed(days_in(name)), None)


def is_whole(name: str) -> bool:
    """Whether a file is whole by its name, and not the news of a week."""
    days = days_in(name)
    return len(days) > 1 and days[0] == FIRST_DAY


def _words(longest: int) -> str:
    """Plain cells of a text in which nothing stands for nothing."""
    return rf"(?!(?i:{NOTHING.pattern})(?:\t|$))[^\t]{{0,{longest}}}"


def _text(name: str, title: str, longest: int) -> Column:
    return Column(name, text(longest), titles=(title,), plain=rf"[^\t]{{0,{longest}}}")


def _said(name: str, title: str, longest: int) -> Column:
    return Column(name, said(longest), titles=(title,), plain=_words(longest))


def _day(name: str, title: str) -> Column:
    return Column(name, us_day, titles=(title,), plain=f"(?:{DAY})?")


def _one_of(name: str, title: str, *choices: str) -> Column:
    return Column(name, one_of(*choices), titles=(title,), plain=rf"(?:{'|'.join(choices)})?")


def _address(line1: str, line2: str, others: str, fax: str) -> tuple[Column, ...]:
    """The columns of an address; ``others`` is what the titles of most begin with."""
    number = r"(?:[2-9]\d\d[2-9]\d{6})?"
    return (
        _text("line1", line1, 120),
        _said("line2", line2, 120),
        _text("city", f"{others} City Name", 80),
        _text("state", f"{others} State Name", 40),
        Column("zip", postal_code, titles=(f"{others} Postal Code",), plain=r"(?:\d{5}(?:\d{4})?)?"),
        _text("country", f"{others} Country Code (If outside U.S.)", 2),
        Column("phone", phone, titles=(f"{others} Telephone Number",), plain=number),
        Column("fax", phone, titles=(fax,), plain=number),
    )


def _taxonomy(slot: int) -> tuple[Column, Column]:
    """One of the slots for a specialty; a row that fills a late one is read cell by cell."""
    late = slot > SURE_TAXONOMIES
    code, of = f"Healthcare Provider Taxonomy Code_{slot}", f"Healthcare Provider Primary Taxonomy Switch_{slot}"
    return (
        Column(
            f"code_{slot}",
            taxonomy,
            titles=(code,),
            plain=EMPTY if late else r"(?:[0-9A-Z]{10})?",
            sure=None if late else is_taxonomy,
        ),
        Column(f"switch_{slot}", switch, titles=(of,), plain=EMPTY if late else "[YNX]?"),
    )


NPI = Column("npi", needed(npi), "bigint", key=r"\d{1,10}", titles=("NPI",), plain=r"[12]\d{9}", sure=npi_is_valid)

SLOTS_OF_IDENTIFIERS = 50
NOT_READ = (
    "Replacement NPI",
    "Employer Identification Number (EIN)",
    "Provider Name Prefix Text",
    *(f"Provider Other {part}" for part in ("Last Name", "First Name", "Middle Name", "Name Prefix Text")),
    *(f"Provider Other {part}" for part in ("Name Suffix Text", "Credential Text", "Last Name Type Code")),
    "Provider First Line Business Mailing Address",
    "Provider Second Line Business Mailing Address",
    *(
        f"Provider Business Mailing Address {part}"
        for part in (
            *("City Name", "State Name", "Postal Code", "Country Code (If outside U.S.)", "Telephone Number"),
            "Fax Number",
        )
    ),
    "NPI Deactivation Reason Code",
    *(
        f"Authorized Official {part}"
        for part in (
            *("Last Name", "First Name", "Middle Name", "Title or Position", "Telephone Number"),
            *("Name Prefix Text", "Name Suffix Text", "Credential Text"),
        )
    ),
    *(
        f"{part}_{slot}"
        for slot in range(1, TAXONOMIES + 1)
        for part in (
            "Provider License Number",
            "Provider License Number State Code",
            "Healthcare Provider Taxonomy Group",
        )
    ),
    *(
        f"Other Provider Identifier{part}_{slot}"
        for slot in range(1, SLOTS_OF_IDENTIFIERS + 1)
        for part in ("", " Type Code", " State", " Issuer")
    ),
    *("Is Sole Proprietor", "Is Organization Subpart", "Parent Organization LBN", "Parent Organization TIN"),
    "Certification Date",
)
"""Columns of the main file that say nothing a directory needs, or more than it may know."""

MAIN = CsvShape(
    "npidata_pfile",
    "staged_nppes",
    (
        NPI,
        _one_of("entity", "Entity Type Code", "1", "2"),
        _said("organization_name", "Provider Organization Name (Legal Business Name)", 200),
        _text("family_name", "Provider Last Name (Legal Name)", 80),
        _text("given_name", "Provider First Name", 80),
        _said("middle_name", "Provider Middle Name", 80),
        _said("suffix", "Provider Name Suffix Text", 20),
        _said("credential", "Provider Credential Text", 40),
        _said("other_name", "Provider Other Organization Name", 200),
        _text("other_kind", "Provider Other Organization Name Type Code", 3),
        *_address(
            "Provider First Line Business Practice Location Address",
            "Provider Second Line Business Practice Location Address",
            "Provider Business Practice Location Address",
            "Provider Business Practice Location Address Fax Number",
        ),
        _day("enumerated", "Provider Enumeration Date"),
        _day("updated", "Last Update Date"),
        _day("deactivated", "NPI Deactivation Date"),
        _day("reactivated", "NPI Reactivation Date"),
        Column("gender", sex, titles=("Provider Sex Code", "Provider Gender Code"), plain="[FMX]?"),
        *chain.from_iterable(_taxonomy(slot) for slot in range(1, TAXONOMIES + 1)),
    ),
    unused=NOT_READ,
)
DEACTIVATIONS = CsvShape(
    "NPPES Deactivated NPI Report", "staged_nppes_deactivation", (NPI, _day("deactivated", "NPPES Deactivation Date"))
)
SECOND = "Provider Secondary Practice Location Address"
PRACTICE_LOCATIONS = CsvShape(
    "pl_pfile",
    "staged_nppes_address",
    (
        NPI,
        *_address(
            f"{SECOND}- Address Line 1",
            f"{SECOND}-  Address Line 2",
            f"{SECOND} -",
            "Provider Practice Location Address - Fax Number",
        ),
    ),
    unused=(f"{SECOND} - Telephone Extension",),
)
OTHER_NAMES = CsvShape(
    "othername_pfile",
    "staged_nppes_name",
    (
        NPI,
        Column("name", needed(said(200)), titles=("Provider Other Organization Name",)),
        _one_of("kind", "Provider Other Organization Name Type Code", *OtherNameKind.values),
    ),
)
ENDPOINTS = CsvShape(
    "endpoint_pfile",
    "staged_nppes_endpoint",
    (
        NPI,
        _text("kind", "Endpoint Type", 40),
        Column("address", needed(endpoint), titles=("Endpoint",)),
        _said("description", "Endpoint Description", 200),
        _said("affiliation", "Affiliation Legal Business Name", 200),
        _text("use", "Use Code", 40),
        _text("content", "Content Type", 40),
    ),
    unused=(
        *("Endpoint Type Description", "Affiliation", "Use Description", "Other Use Description"),
        *("Content Description", "Other Content Description"),
        *(
            f"Affiliation Address {part}"
            for part in ("Line One", "Line Two", "City", "State", "Country", "Postal Code")
        ),
    ),
)

NPPES_FILES = (MAIN, DEACTIVATIONS, PRACTICE_LOCATIONS, OTHER_NAMES, ENDPOINTS)
