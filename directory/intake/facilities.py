"""Lists of places: which file is which, and its columns. What stands here is read; nothing else is."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from accounts.ingest.errors import ImportRefused
from accounts.ingest.reading import SourceFile
from accounts.ingest.rules import (
    CACHED_CELLS,
    PHONE,
    CellRefused,
    Column,
    CsvShape,
    Read,
    decimal,
    needed,
    text,
)
from directory.network.vocabulary import LATITUDES, LONGITUDES, PlaceKind

from .cells import NAME_KEY, npi, said, state

TABLE = "staged_place"
SHORT_ZIP = re.compile(r"\d{4}", re.ASCII)
ZIP = re.compile(r"(\d{5})-?(\d{4})?", re.ASCII)
DIGITS = re.compile(r"\d{3}", re.ASCII)


@lru_cache(CACHED_CELLS)
def first_phone(cell: str) -> str:
    """The first phone number of a cell that may hold several, or an extension; empty where none can be dialled."""
    found = PHONE.search(cell)
    return "".join(found.groups()) if found else ""


@lru_cache(CACHED_CELLS)
def zip_code(cell: str) -> str:
    """Five digits, or nine. A zero that a spreadsheet took from the front is put back."""
    found = cell.strip()
    if SHORT_ZIP.fullmatch(found):
        found = f"0{found}"
    if shape := ZIP.fullmatch(found):
        return shape[1] + (shape[2] or "")
    raise CellRefused("is no ZIP code of five or nine digits")


@lru_cache(CACHED_CELLS)
def county(cell: str) -> str:
    """The three digits of a county within its state; empty for anything else, and then the ZIP code says."""
    return cell.strip() if DIGITS.fullmatch(cell.strip()) else ""


def always(kind: PlaceKind) -> Read:
    return lambda name: kind


def kind_by_name(name: str) -> str:
    """What a place of the Veterans Administration or the Indian Health Service is, by its name."""
    words = name.lower()
    if "vet center" in words or "behavioral" in words:
        return PlaceKind.MENTAL_HEALTH
    if "dental" in words:
        return PlaceKind.DENTAL
    if "hospital" in words or "va medical center" in words:
        return PlaceKind.HOSPITAL
    return PlaceKind.CLINIC


def shape(source: str, number: str, kind: Read, latitude: str = "lat", longitude: str = "lon") -> CsvShape:
    """A list in which ``number`` is the column that numbers the places."""
    return CsvShape(
        f"{source}.csv",
        TABLE,
        (
            Column("number", needed(text(20)), titles=(number,), key=NAME_KEY),
            Column("npi", npi, "bigint", optional=True),
            Column("name", needed(said(200))),
            Column("kind", kind, titles=("name",)),
            Column("line1", needed(said(120)), titles=("address",)),
            Column("city", needed(said(80))),
            Column("state", needed(state)),
            Column("zip", zip_code),
            Column("county", county, titles=("fips_county",), optional=True),
            Column("lat", decimal(*LATITUDES), "double precision", titles=(latitude,)),
            Column("lon", decimal(*LONGITUDES), "double precision", titles=(longitude,)),
            Column("phone", first_phone),
        ),
    )


LISTS = {
    "hospitals": shape("hospitals", "npi", always(PlaceKind.HOSPITAL)),
    "primary_care": shape("primary_care", "npi", always(PlaceKind.CLINIC)),
    "urgent_care": shape("urgent_care", "npi", always(PlaceKind.URGENT_CARE)),
    "ihs": shape("ihs", "id", kind_by_name, "LAT", "LON"),
    "va": shape("va", "id", kind_by_name, "LAT", "LON"),
}
"""Source → its list. A file is the list with whose name its own name begins."""


def source_of(path: Path) -> str:
    """Which list a file is. Raises ImportRefused for a name that is none."""
    found = [source for source in LISTS if path.name.lower().startswith(source)]
    if not found:
        raise ImportRefused(
            f"{path.name} is none of the lists that we know: its name must begin with {', '.join(LISTS)}."
        )
    return found[0]


def lists(paths: Sequence[Path]) -> list[SourceFile]:
    """The files with their shapes. Raises ImportRefused for one that is not there, or two of one list."""
    sources = [source_of(path) for path in paths]
    for path, source in zip(paths, sources, strict=True):
        if not path.is_file():
            raise ImportRefused(f"There is no file {path.name}.")
        if sources.count(source) > 1:
            raise ImportRefused(f"Two files are lists of {source}. Name each list once.")
    return [
        SourceFile(replace(LISTS[source], file=path.name), path) for path, source in zip(paths, sources, strict=True)
    ]
