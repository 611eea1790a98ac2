"""What a staff file says, as values: which of its rows cannot be, and who says the last word on a post."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

OWN_MANAGER = "manager_number: nobody is their own manager"
UNKNOWN_MANAGER = "manager_number: no row that is not refused has this number as its own"
EACH_OTHERS = "manager_number: two people would be each other's manager"
SOMEBODY_ELSES = (
    "staff_number: somebody of another name and email has it, who has not left. Give this person a number of their "
    "own; or write down at /staff/people/ that the other left, and give the new job a first day after that"
)
ENDS_BEFORE = "until: lies before from"


@dataclass(frozen=True)
class Row:
    """A row of which every cell could be read."""

    line: int
    number: str
    first_name: str
    last_name: str
    email: str
    language: str
    department: str
    job: str
    manager_number: str
    first_day: date
    last_day: date | None

    @property
    def manages(self) -> "Managed | None":
        return Managed(self.number, self.manager_number, self.first_day, self.last_day) if self.manager_number else None


@dataclass(frozen=True)
class Managed:
    """One works under another, from a day to a last one."""

    person: str
    manager: str
    first_day: date
    last_day: date | None

    def turns(self, other: "Managed") -> bool:
        """Whether it is the other way around at the same time."""
        return (
            (self.person, self.manager) == (other.manager, other.person)
            and (other.last_day is None or self.first_day <= other.last_day)
            and (self.last_day is None or other.first_day <= self.last_day)
        )


def refused(rows: Collection[Row], *, said_here: Collection[Managed]) -> dict[int, str]:
    """By line, why a row cannot be. ``said_here`` are posts that no file changes."""
    found: dict[int, str] = {}
    for row in rows:
        if row.last_day and row.last_day < row.first_day:
            found[row.line] = ENDS_BEFORE
        elif row.manager_number == row.number:
            found[row.line] = OWN_MANAGER
    managed = [row.manages for row in rows if row.manages]
    others: dict[tuple[str, str], list[Managed]] = {}
    for each in (*managed, *said_here):
        others.setdefault((each.person, each.manager), []).append(each)
    for row in rows:
        turned = others.get((row.manager_number, row.number), [])
        if row.manages and any(row.manages.turns(other) for other in turned):
            found.setdefault(row.line, EACH_OTHERS)
    while more := dict(without_manager([row for row in rows if row.line not in found])):
        found |= more
    return found


def without_manager(rows: Collection[Row]) -> Iterator[tuple[int, str]]:
    """Rows whose manager none of the rows names: who is managed by one of those falls in the next round."""
    numbers = {row.number for row in rows}
    return ((row.line, UNKNOWN_MANAGER) for row in rows if row.manager_number and row.manager_number not in numbers)


def people(rows: Iterable[Row]) -> dict[str, Row]:
    """Of each number the first row: what it says of the person counts."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row.number, row)
    return found


def is_overruled(first_day: date, *, left_here: date | None, open_here: bool, ended_here: Collection[date]) -> bool:
    """Whether somebody here said something else than the file of a job of a person: gave it themselves, or took it, or
    wrote down that the person left; and the file does not speak of a later time."""
    return open_here or any(first_day <= day for day in (*ended_here, *filter(None, [left_here])))
