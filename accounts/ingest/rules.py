"""What a file looks like, how its cells are read, and how its rows are counted."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache

from .vocabulary import Outcome

CACHED_CELLS = 20_000
LIST_SEPARATOR = "|"
YES = frozenset(("y", "yes", "true", "t", "1"))
NO = frozenset(("", "n", "no", "false", "f", "0"))
ISO_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)", re.ASCII)
US_DATE = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})", re.ASCII)
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
WHOLE_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
DECIMAL = re.compile(r"[+-]?\d{1,9}(\.\d{1,15})?", re.ASCII)
ZIP = re.compile(r"(\d{5})-?(\d{4})?", re.ASCII)
PHONE = re.compile(r"(?:\+?1[ .-]?)?\(?([2-9]\d\d)\)?[ .-]?([2-9]\d\d)[ .-]?(\d{4})", re.ASCII)
TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
SHOWN_OF_A_STRANGE_HEADER = 40


class CellRefused(ValueError):
    """One cell is not what its column needs. The message says what is wrong and never repeats the cell: it may hold
    what its owner does not show."""


Read = Callable[[str], str | None]
"""Reads one cell: gives what is staged, as PostgreSQL reads it (None: NULL), or raises CellRefused."""


@dataclass(frozen=True)
class Column:
    """One column of a file, and of the table in which it is staged.

    ``titles`` are what files call it, the newest first, where that is not ``name``. ``key`` is a pattern for the cells
    that may be repeated in the file of refused rows to name the row; empty where the column does not name it. A file
    may lack an ``optional`` column. ``plain`` is a pattern for cells of which ``read`` would give back what stands
    there (where ``sure`` says so, too), and that may be repeated where there is a ``key``: a row whose cells all are
    plain is staged without being read cell by cell. Its digits are ASCII's. Empty: no cell is.
    """

    name: str
    read: Read
    type: str = "text"
    key: str = ""
    optional: bool = False
    titles: tuple[str, ...] = ()
    plain: str = ""
    sure: Callable[[str], bool] | None = None

    @property
    def title(self) -> str:
        """What the column is called in a file, and to people."""
        return self.titles[0] if self.titles else self.name

    @property
    def keys(self) -> tuple[str, ...]:
        """Its names as they are compared."""
        return tuple(header_key(title) for title in self.titles or (self.name,))


@dataclass(frozen=True)
class CsvShape:
    """One kind of file: its name without ``.gz``, the temporary table its rows are staged in, and its columns.
    ``unused`` names columns that are expected and not kept."""

    file: str
    table: str
    columns: tuple[Column, ...]
    unused: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.title for column in self.columns)


@dataclass(frozen=True)
class Header:
    """Where the columns of a shape stand in one file: a position each, None for one that is not there. ``ignored``
    are columns of the file that nobody reads, ``absent`` the optional ones that it lacks. ``problem`` is the sentence
    with which such a file is refused; empty for a good one."""

    positions: tuple[int | None, ...]
    width: int
    ignored: tuple[str, ...]
    absent: tuple[str, ...]
    problem: str


def header_key(name: str) -> str:
    """A column's name as it is compared: "Site ID" and "site_id" are the same."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).lower() if c.isalnum())


def match_header(shape: CsvShape, names: Sequence[str]) -> Header:
    """Finds the columns of a shape in a header row; a missing or doubled column is a problem of the file."""
    found: dict[str, int] = {}
    doubled = set()
    for position, name in enumerate(names):
        doubled |= {header_key(name)} & found.keys()
        found.setdefault(header_key(name), position)
    positions = tuple(next((found[key] for key in column.keys if key in found), None) for column in shape.columns)
    pairs = list(zip(shape.columns, positions, strict=True))
    problem = ""
    if twice := [column.title for column in shape.columns if doubled.intersection(column.keys)]:
        problem = f"{shape.file} has the columns {', '.join(twice)} twice. Keep one of each."
    if missing := [column.title for column, at in pairs if at is None and not column.optional]:
        problem = f"{shape.file} lacks the columns {', '.join(together(missing))}. Add them to its first row."
    known = {key for column in shape.columns for key in column.keys} | {header_key(name) for name in shape.unused}
    return Header(
        positions=positions,
        width=len(names),
        ignored=tuple(name.strip()[:SHOWN_OF_A_STRANGE_HEADER] for name in names if header_key(name) not in known),
        absent=tuple(column.title for column, at in pairs if at is None),
        problem=problem,
    )


def together(names: Sequence[str]) -> list[str]:
    """Numbered names as one: "Code_1", "Code_2", "Code_3" are "Code_1 to 3", in the place of the first."""
    numbers: dict[str, list[str]] = {}
    for name in names:
        stem, _, number = name.rpartition("_")
        numbered = stem and number.isdecimal()
        numbers.setdefault(f"{stem}_" if numbered else name, []).append(number if numbered else "")
    return [stem + (found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}") for stem, found in numbers.items()]


def recognise(shapes: Sequence[CsvShape], names: Sequence[str]) -> CsvShape:
    """The shape of which a header row has the most columns; of several, the one with the fewest."""
    there = {header_key(name) for name in names}

    def likeness(shape: CsvShape) -> tuple[int, int]:
        return sum(not there.isdisjoint(column.keys) for column in shape.columns), -len(shape.columns)

    return max(shapes, key=likeness)


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a file: ``read`` is the sum of all but ``ended``, which counts what the file no
    longer names."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deactivated: int = 0
    reactivated: int = 0
    refused: int = 0
    ended: int = 0

    @property
    def adds_up(self) -> bool:
        return self.read == sum(getattr(self, outcome) for outcome in Outcome.values)

    @property
    def with_all_unchanged(self) -> "Counts":
        """What became of the rows where those that were not refused did nothing."""
        return Counts(read=self.read, unchanged=self.read - self.refused, refused=self.refused)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


def total(counts: Iterable[Counts]) -> Counts:
    return sum(counts, Counts())


# --- cells: each maker returns a reader ---------------------------------------------------------------------


def clean(cell: str) -> str:
    """The cell with every run of white space as one blank. Raises CellRefused for what no text holds."""
    text = " ".join(cell.split())
    if not text.isprintable():
        if any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
            raise CellRefused("holds characters that are not UTF-8 text")
        if TURNING.search(text):
            raise CellRefused("holds signs that turn the direction of what follows them")
    return text


def needed(read: Read) -> Read:
    """The cell may not be empty."""

    def read_needed(cell: str) -> str | None:
        found = read(cell)
        if found is None or found == "":
            raise CellRefused("is empty")
        return found

    return read_needed


def text(longest: int) -> Read:
    """A text of at most so many characters; empty stays empty."""

    def read(cell: str) -> str:
        found = clean(cell)
        if len(found) > longest:
            raise CellRefused(f"is longer than {longest} characters")
        return found

    return read


@lru_cache(CACHED_CELLS)
def day(cell: str) -> str | None:
    """A date as 2026-11-22 or 11/22/2026; NULL where the cell is empty."""
    found = cell.strip()
    if not found:
        return None
    try:
        if iso := ISO_DATE.fullmatch(found):
            read = date(int(iso[1]), int(iso[2]), int(iso[3]))
        elif us := US_DATE.fullmatch(found):
            read = date(int(us[3]), int(us[1]), int(us[2]))
        else:
            raise CellRefused("is no date like 2026-11-22")
    except ValueError as error:
        raise CellRefused("is no date like 2026-11-22") from error
    if not EARLIEST_YEAR <= read.year <= LATEST_YEAR:
        raise CellRefused(f"is no date between {EARLIEST_YEAR} and {LATEST_YEAR}")
    return read.isoformat()


@lru_cache(CACHED_CELLS)
def yes_no(cell: str) -> str:
    """Yes or no in one of the usual ways; an empty cell is no."""
    found = cell.strip().lower()
    if found in YES:
        return "t"
    if found in NO:
        return "f"
    raise CellRefused("is neither Y nor N")


def whole_number(least: int, most: int) -> Read:
    """A whole number in a range; NULL where the cell is empty."""

    def read(cell: str) -> str | None:
        found = cell.strip()
        if not found:
            return None
        if not WHOLE_NUMBER.fullmatch(found) or not least <= int(found) <= most:
            raise CellRefused(f"is no whole number from {least} to {most}")
        return str(int(found))

    return read


def decimal(least: float, most: float) -> Read:
    """A decimal number in a range; NULL where the cell is empty."""

    def read(cell: str) -> str | None:
        found = cell.strip()
        if not found:
            return None
        if not DECIMAL.fullmatch(found) or not (math.isfinite(float(found)) and least <= float(found) <= most):
            raise CellRefused(f"is no number from {least:g} to {most:g}")
        return found

    return read


@lru_cache(CACHED_CELLS)
def zip_code(cell: str) -> str:
    """Five digits, or nine: 55104, 55104-1234, 551041234. Staged without the dash."""
    if found := ZIP.fullmatch(cell.strip()):
        return found[1] + (found[2] or "")
    raise CellRefused("is no ZIP code of five or nine digits")


def phone(cell: str) -> str:
    """Ten digits of a number of North America, however they are set apart; empty stays empty."""
    found = cell.strip()
    if not found:
        return ""
    if digits := PHONE.fullmatch(found):
        return digits[1] + digits[2] + digits[3]
    raise CellRefused("is no phone number of ten digits")


def listed(read: Read) -> Read:
    """Several values apart by ``|``, each read by ``read``, each once, in the order of the cell."""

    def read_list(cell: str) -> str:
        found = [read(part) for part in cell.split(LIST_SEPARATOR) if part.strip()]
        return array([value for value in dict.fromkeys(found) if value])

    return lru_cache(CACHED_CELLS)(read_list)


def array(values: Iterable[str | None]) -> str:
    """Values in PostgreSQL's notation of an array; None is NULL."""
    return "{" + ",".join("NULL" if value is None else _quoted(value) for value in values) + "}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
