"""What a staff file says, as values: which of its rows cannot be, and who says the last word on a post."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

OWN_MANAGER = "manager_number: nobody is their own manager"
UNKNOWN_MANAGER = "manager_number: no row that is not refused has this number as its own"
CIRCLE = (
    "manager_number: the managers above this person lead back to them, and nobody stands above themselves. Name "
    "another manager in one of these rows"
)
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
    def managed(self) -> "Managed | None":
        return Managed(self.number, self.manager_number, self.first_day, self.last_day) if self.manager_number else None


@dataclass(frozen=True)
class Managed:
    """One works under another, from a day to a last one."""

    person: str
    manager: str
    first_day: date
    last_day: date | None


def refused(rows: Collection[Row], *, stays: Collection[Managed], today: date) -> dict[int, str]:
    """By line, why a row cannot be. ``stays`` is what the file leaves as it is."""
    found: dict[int, str] = {}
    for row in rows:
        if row.last_day and row.last_day < row.first_day:
            found[row.line] = ENDS_BEFORE
        elif row.manager_number == row.number:
            found[row.line] = OWN_MANAGER
    managed = {row.line: row.managed for row in rows if row.managed and row.line not in found}
    circles = in_circles((*managed.values(), *stays), today)
    found |= {line: CIRCLE for line, each in managed.items() if each in circles}
    while more := dict(without_manager([row for row in rows if row.line not in found])):
        found |= more
    return found


def without_manager(rows: Collection[Row]) -> Iterator[tuple[int, str]]:
    """Rows whose manager none of the rows names: who is managed by one of those falls in the next round."""
    numbers = {row.number for row in rows}
    return ((row.line, UNKNOWN_MANAGER) for row in rows if row.manager_number and row.manager_number not in numbers)


def in_circles(managed: Iterable[Managed], today: date) -> set[Managed]:
    """Those by whom, on some day from today on, somebody would stand above themselves, directly or through others."""
    left = [each for each in managed if each.last_day is None or each.last_day >= max(today, each.first_day)]
    while (fewer := between_two(left)) != left:
        left = fewer
    above = defaultdict(list)
    for each in left:
        above[each.person].append(each)
    return {each for each in left if leads_back(each, above, today)}


def between_two(managed: Sequence[Managed]) -> list[Managed]:
    """Without those that have nobody beneath or nobody above: they are in no circle. Mostly all of them go so."""
    people, managers = {each.person for each in managed}, {each.manager for each in managed}
    return [each for each in managed if each.person in managers and each.manager in people]


def leads_back(start: Managed, above: Mapping[str, Sequence[Managed]], today: date) -> bool:
    """Whether the way up leads to where it began, over managers of one and the same day."""
    to_go = [(start.manager, max(today, start.first_day), start.last_day or date.max)]
    seen = set(to_go)
    while to_go:
        person, since, until = to_go.pop()
        if person == start.person:
            return True
        for each in above.get(person, ()):
            further = (each.manager, max(since, each.first_day), min(until, each.last_day or date.max))
            if further[1] <= further[2] and further not in seen:
                seen.add(further)
                to_go.append(further)
    return False


def is_overruled(first_day: date, *, left_here: date | None, open_here: bool, ended_here: Collection[date]) -> bool:
    """Whether somebody here said something else than the file of a job of a person: gave it themselves, or took it, or
    wrote down that the person left; and the file does not speak of a later time."""
    return open_here or any(first_day <= day for day in (*ended_here, *filter(None, [left_here])))
