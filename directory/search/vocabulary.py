"""The words of Find Care's addresses, and its measures."""

from collections.abc import Mapping
from typing import NamedTuple

from directory.code_sets.vocabulary import CodeKind
from directory.listing.vocabulary import Group

METRES_PER_MILE = 1609.344
MILES = (5, 10, 25, 50, 100)
MILES_UNLESS_TOLD = 25
MOST_MILES = 100
OLDEST_AGE = 120
ROWS_A_PAGE = 20
VALUES_A_GROUP = 15
MOST_ROWS_OF_A_LIST = 5000
ROWS_A_PIECE = 250
TIMES_TO_WRITE = 3
RETRY_FILES_AFTER_SECONDS = 600
BYTES_A_PIECE = 1 << 20
LONGEST_WORDS = 200


class Choice(NamedTuple):
    """A filter whose values come from a code set (``kind``), from the network (no kind), or are just "yes"."""

    group: Group
    kind: CodeKind | None = None
    yes: str = ""
    all_must_hold: bool = False


CHOICES = {
    "specialty": Choice(Group.SPECIALTY, CodeKind.SPECIALTY),
    "language": Choice(Group.LANGUAGE, CodeKind.LANGUAGE),
    "office_language": Choice(Group.OFFICE_LANGUAGE, CodeKind.LANGUAGE),
    "race": Choice(Group.RACE, CodeKind.RACE),
    "pronouns": Choice(Group.PRONOUNS, CodeKind.PRONOUNS),
    "competency": Choice(Group.COMPETENCY, CodeKind.COMPETENCY),
    "population": Choice(Group.POPULATION, CodeKind.POPULATION),
    "gender": Choice(Group.GENDER, CodeKind.GENDER),
    "network": Choice(Group.NETWORK),
    "plan": Choice(Group.PLAN),
    "accepting": Choice(Group.ACCEPTING, CodeKind.ACCEPTING, yes="newpt"),
    "accessibility": Choice(Group.ACCESSIBILITY, CodeKind.ACCESSIBILITY, all_must_hold=True),
    "telehealth": Choice(Group.TELEHEALTH, yes="yes"),
    "affiliation": Choice(Group.AFFILIATION),
}
"""Parameter → what it filters, in the order in which the page offers them. Who needs a ramp and a table that lowers
needs both, so accessibility asks for all; every other list asks for any."""

WHERE = ("zip", "city", "state", "county", "within")
OTHERS = ("q", "age", "language_match", "sort", "after", "by", "said", "spelling")
"""``by=name`` looks the words of ``q`` up as a name only; ``said`` remembers the words that a filter was set from;
``spelling=exact`` never takes a name for one that is spelt nearly like it."""

PLACE_CHOICES = {
    "kind": Choice(Group.KIND, CodeKind.KIND),
    "office_language": CHOICES["office_language"],
    "network": CHOICES["network"],
    "plan": CHOICES["plan"],
    "accessibility": CHOICES["accessibility"],
}


class Sought(NamedTuple):
    """What a search looks for: its filters and other words, the codes that its words may name, and its addresses."""

    choices: Mapping[str, Choice]
    others: tuple[str, ...]
    phrases: tuple[CodeKind, ...]
    page: str
    program: str
    file: str
    paper: str

    @property
    def parameters(self) -> tuple[str, ...]:
        return (*self.others, *WHERE, *self.choices)

    @property
    def counted(self) -> tuple[str, ...]:
        return tuple(choice.group.value for choice in self.choices.values())


CLINICIANS = Sought(
    CHOICES,
    OTHERS,
    (CodeKind.SPECIALTY, CodeKind.LANGUAGE),
    page="search:results",
    program="api:clinicians",
    file="search:csv",
    paper="search:print",
)
PLACES = Sought(
    PLACE_CHOICES,
    ("q", "sort", "after", "by", "said"),
    (CodeKind.KIND,),
    page="search:places",
    program="api:places",
    file="search:places_csv",
    paper="search:places_print",
)
