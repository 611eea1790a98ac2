"""A search of the listing as values, and what comes back."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

from django.db import connection

SEARCH = (
    "listing.search(%s::text, %s::boolean, %s::float8, %s::float8, %s::float8, %s::integer[], %s::integer[], %s::jsonb,"
    " %s::text, %s::integer, %s::text, %s::bigint, %s::integer, %s::text[], %s::integer, %s::boolean, %s::bigint,"
    " %s::boolean)"
)


class Circle(NamedTuple):
    longitude: float
    latitude: float
    metres: float


class Filter(NamedTuple):
    """Any of these codes of a group. With ``own``, the group's values are counted as if this filter were not there."""

    group: str
    codes: tuple[str, ...]
    own: bool = False


class After(NamedTuple):
    """Where the last page ended: metres (by distance) or sort key (by name), then the NPI, or a place's number; and
    whether among those whom no roster names, who come after all the others."""

    metres: int | None
    key: str | None
    npi: int
    uncontracted: bool = False


@dataclass(frozen=True)
class Query:
    """Clinicians by name, within a circle, in states and counties (their numbers of ``rules.py``), and by filters.

    Everything must hold. A name that nobody bears is taken for those that are spelt nearly like it, unless it is meant
    ``as_spelt``; of its words the first six that no other begins with are taken. A filter without codes matches nobody.
    Without a circle the order is by name. With ``places`` it is places that are looked for. ``at`` is the number of a
    place: only who works there.
    """

    words: str | None = None
    as_spelt: bool = False
    circle: Circle | None = None
    states: tuple[int, ...] = ()
    counties: tuple[int, ...] = ()
    filters: tuple[Filter, ...] = ()
    by_distance: bool = False
    after: After | None = None
    size: int = 20
    counted: tuple[str, ...] = ()
    top: int = 15
    places: bool = False
    at: int | None = None

    def total_only(self, counted: tuple[str, ...] = ()) -> Self:
        return replace(self, size=0, counted=counted, after=None)

    def values(self) -> tuple[Any, ...]:
        """The parameters of SEARCH, in its order."""
        circle = self.circle or (None, None, None)
        after = self.after or (None, None, None, None)
        return (
            self.words,
            self.as_spelt,
            *circle,
            list(self.states) or None,
            list(self.counties) or None,
            json.dumps([[f.group, f.codes, f.own] for f in self.filters]),
            "distance" if self.by_distance else "name",
            after[0],
            after[1],
            after[2],
            self.size,
            list(self.counted),
            self.top,
            self.places,
            self.at,
            after[3],
        )


class Count(NamedTuple):
    """How many of the clinicians found have a code. The label is empty where a code set has the words."""

    code: str
    clinicians: int
    label: str


class Spelling(NamedTuple):
    """Names in folded words, the likeliest first: those searched for instead of one that nobody bears (none when
    somebody does), and others that may have been meant."""

    searched: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """``cards`` are the rows of the page, as jsonb: ``listing.cards`` in ``sql/pages.sql``, ``place_cards`` in
    ``sql/places.sql`` say what one holds."""

    total: int
    cards: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, list[Count]] = field(default_factory=dict)
    spelling: Spelling | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        answer = json.loads(text)
        counts = {group: [Count(*row) for row in rows] for group, rows in answer["counts"].items()}
        spelling = answer["spelling"]
        return cls(
            total=answer["total"],
            cards=answer["page"],
            counts=counts,
            spelling=spelling and Spelling(tuple(spelling["searched"]), tuple(spelling["others"])),
        )


def find(query: Query) -> Found:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SEARCH}", query.values())
        return Found.read(cursor.fetchone()[0])


def find_each(queries: Sequence[Query]) -> list[Found]:
    """The answers to several searches, in one statement and so of one moment."""
    if not queries:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([SEARCH] * len(queries))}", flat(query.values() for query in queries))
        return [Found.read(answer) for answer in cursor.fetchone()]


def each(npis: Sequence[int]) -> list[dict[str, Any]]:
    """Everything that is listed of these clinicians, by NPI: ``listing.each`` in ``sql/pages.sql``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT listing.each(%s::bigint[])", [list(npis)])
        return [json.loads(text) for (text,) in cursor.fetchall()]


def npis_in(state: int) -> list[int]:
    """Who has a location in a state (its number), in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT listing.npis_in(%s)", [state])
        found: list[int] = cursor.fetchone()[0]
    return found


def one_place(number: int) -> dict[str, Any] | None:
    """Everything that is listed of a place: ``listing.one_place`` in ``sql/places.sql``; None when it is not listed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT listing.one_place(%s)", [number])
        found = cursor.fetchone()[0]
    card: dict[str, Any] | None = found and json.loads(found)
    return card


def flat(rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    return [value for row in rows for value in row]
