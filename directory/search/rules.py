"""Find Care's words: what an address asks for, what of it is not understood, and how it is said again.

Nothing that is not understood may widen a search: an unknown value of a filter matches nobody, an unknown parameter
is ignored, and both are named.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import TextChoices

from directory.code_sets.rules import fold
from directory.code_sets.words import Vocabulary
from directory.listing.queries import After

from .vocabulary import CLINICIANS, LONGEST_WORDS, MILES_UNLESS_TOLD, MOST_MILES, OLDEST_AGE, Choice, Sought

ZIP = re.compile(r"(\d{5})(-?\d{4})?")
CITY_AND_STATE = re.compile(r"(.+?)[,\s]+([A-Za-z]{2})")

Parameters = Mapping[str, Sequence[str]]


class Why(TextChoices):
    """Why a part of an address is not understood."""

    PARAMETER = "unknown parameter"
    VALUE = "unknown value"
    NUMBER = "not a number in range"
    AMBIGUOUS = "ambiguous"
    NEEDS_PLACE = "needs a place"
    BESIDE_ZIP = "not used beside a ZIP code"


class NotUnderstood(NamedTuple):
    parameter: str
    value: str
    why: Why
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where the search starts, as written: a ZIP, or a city with or without its state."""

    zip: str = ""
    city: str = ""
    state: str = ""

    def __bool__(self) -> bool:
        return bool(self.zip or self.city)


@dataclass(frozen=True)
class Asked:
    """What an address asks for. ``codes`` holds the understood values of each filter that is on, by parameter.

    ``nobody``: the parameters whose values are all unknown, so that no clinician and no place can match.
    """

    of: Sought = CLINICIANS
    words: str = ""
    said: str = ""
    by_name_only: bool = False
    as_spelt: bool = False
    place: Place = field(default_factory=Place)
    state: str = ""
    county: str = ""
    miles: float = MILES_UNLESS_TOLD
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    all_languages: bool = False
    age: int | None = None
    sort: str = ""
    after: After | None = None
    nobody: tuple[str, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()

    @property
    def by_distance(self) -> bool:
        return bool(self.place) and self.sort != "name"

    def address(self) -> str:
        """The query string that asks for this again, without the page; empty when nothing is asked."""
        return urlencode(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        one = {
            "q": self.words,
            "by": "name" if self.by_name_only and self.words else "",
            "spelling": "exact" if self.as_spelt and self.words else "",
            "said": self.said,
            "zip": self.place.zip,
            "city": self.place.city,
            "state": self.state or self.place.state,
            "county": self.county,
            "within": f"{self.miles:g}" if self.place and self.miles != MILES_UNLESS_TOLD else "",
            "age": "" if self.age is None else str(self.age),
            "language_match": "all" if self.all_languages and "language" in self.codes else "",
            "sort": self.sort,
        }
        many = [(name, code) for name in self.of.choices for code in self.written(name)]
        return [*((name, value) for name, value in one.items() if value), *many]

    def written(self, name: str) -> tuple[str, ...]:
        """The values of a filter as an address writes them."""
        codes = self.codes.get(name, ())
        return ("yes",) if codes and self.of.choices[name].yes else codes

    def without(self, name: str, code: str | None = None) -> "Asked":
        """The same without a filter, or without one of its values."""
        left = tuple(c for c in self.codes.get(name, ()) if code is not None and c != code)
        codes = {key: value for key, value in self.codes.items() if key != name}
        return replace(self, codes={**codes, name: left} if left else codes, nobody=(), after=None)

    @property
    def strangers(self) -> dict[str, str]:
        """Unknown parameters, to be named again after a redirect; what they carried is not kept."""
        return {missed.parameter: "" for missed in self.not_understood if missed.why == Why.PARAMETER}

    @property
    def is_filtered(self) -> bool:
        return bool(self.codes) or self.age is not None or bool(self.county or self.state)


class Reader:
    """Reads an address, and notes what of it is not understood. No clinician meets the parameters in ``nobody``."""

    def __init__(self, parameters: Parameters, of: Sought) -> None:
        self.of = of
        self.missed = [NotUnderstood(name, "", Why.PARAMETER) for name in parameters if name not in of.parameters]
        self.parameters = {name: parameters[name] for name in parameters if name in of.parameters}
        self.nobody: list[str] = []

    def last(self, name: str) -> str:
        """What is written last for a parameter that takes one value; empty when nothing is."""
        return next((value.strip() for value in reversed(self.parameters.get(name, ())) if value.strip()), "")

    def note(self, parameter: str, why: Why) -> None:
        self.missed.append(NotUnderstood(parameter, self.last(parameter), why))

    def refuse(self, parameter: str, why: Why) -> None:
        self.note(parameter, why)
        self.nobody.append(parameter)

    def filters(self, vocabulary: Vocabulary, network: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
        codes: dict[str, tuple[str, ...]] = {}
        for name, choice in self.of.choices.items():
            known, unknown = values(choice, self.parameters.get(name, ()), vocabulary, network)
            self.missed += [NotUnderstood(name, value, Why.VALUE) for value in unknown]
            must_all_hold = choice.all_must_hold or (name == "language" and self.last("language_match") == "all")
            if unknown and (must_all_hold or not known):
                self.nobody.append(name)
            if known:
                codes[name] = known
        return codes

    def all_languages(self) -> bool:
        if self.last("language_match") not in ("", "all", "any"):
            self.refuse("language_match", Why.VALUE)
        return self.last("language_match") == "all"

    def state(self, known: Iterable[str]) -> str:
        state = self.last("state").upper()
        if state and state not in known:
            self.refuse("state", Why.VALUE)
            return ""
        return state

    def place(self, state: str) -> Place:
        place = where(self.last("zip"), self.last("city"), state)
        if place.zip and self.last("city"):
            self.note("city", Why.BESIDE_ZIP)
        if place.zip and not ZIP.fullmatch(place.zip):
            self.refuse("zip", Why.VALUE)
        return place

    def miles(self) -> float:
        """How far; at most MOST_MILES, and then it says so."""
        written = self.last("within")
        if not written:
            return MILES_UNLESS_TOLD
        number = as_number(written)
        if number is None or number < 0:
            self.refuse("within", Why.NUMBER)
            return MILES_UNLESS_TOLD
        if number > MOST_MILES:
            self.note("within", Why.NUMBER)
        return min(number, MOST_MILES)

    def age(self) -> int | None:
        written = self.last("age")
        if not written:
            return None
        if written.isascii() and written.isdigit() and len(written) <= 3 and int(written) <= OLDEST_AGE:
            return int(written)
        self.refuse("age", Why.NUMBER)
        return None

    def sort(self, place: Place) -> str:
        sort = self.last("sort")
        if sort not in ("", "distance", "name"):
            self.note("sort", Why.VALUE)
            return ""
        if sort == "distance" and not place:
            self.note("sort", Why.NEEDS_PLACE)
            return ""
        return sort

    def as_spelt(self) -> bool:
        spelling = self.last("spelling")
        if spelling not in ("", "exact"):
            self.note("spelling", Why.VALUE)
        return spelling == "exact"

    def after(self, *, by_distance: bool) -> After | None:
        written = self.last("after")
        after = read_cursor(written, by_distance=by_distance) if written else None
        if written and after is None:
            self.note("after", Why.VALUE)
        return after


def parse(
    parameters: Parameters, vocabulary: Vocabulary, network: Mapping[str, Iterable[str]], of: Sought = CLINICIANS
) -> Asked:
    """Read an address. ``network`` holds the codes that only the network knows (networks, plans, affiliations), and
    the states."""
    reader = Reader(parameters, of)
    state = reader.state(network["state"])
    place = reader.place(state)
    asked = Asked(
        of=of,
        words=reader.last("q")[:LONGEST_WORDS],
        said=reader.last("said")[:LONGEST_WORDS],
        by_name_only=reader.last("by") == "name",
        as_spelt=reader.as_spelt(),
        place=place,
        state="" if place.city else state,
        county=reader.last("county"),
        miles=reader.miles(),
        codes=reader.filters(vocabulary, network),
        all_languages=reader.all_languages(),
        age=reader.age(),
        sort=reader.sort(place),
    )
    asked = replace(asked, after=reader.after(by_distance=asked.by_distance))
    return replace(asked, nobody=tuple(dict.fromkeys(reader.nobody)), not_understood=tuple(reader.missed))


def values(
    choice: Choice, written: Sequence[str], vocabulary: Vocabulary, network: Mapping[str, Iterable[str]]
) -> tuple[tuple[str, ...], list[str]]:
    """The understood codes of a filter, and what was not understood of it."""
    known: dict[str, None] = {}
    unknown: list[str] = []
    for text in (value.strip() for value in written if value.strip()):
        if choice.yes:
            code = choice.yes if text == "yes" else None
        elif choice.kind:
            code = vocabulary.filter_value(choice.kind, text)
        else:
            code = text if text in network[choice.group] else None
        if code is None:
            unknown.append(text)
        else:
            known[code] = None
    return tuple(known), unknown


def where(zip_or_city: str, city: str, state: str) -> Place:
    """A box for the ZIP takes a city as well: "55104", "55104-1234", "Saint Paul, MN"."""
    if match := ZIP.fullmatch(zip_or_city):
        return Place(zip=match[1])
    if zip_or_city and not any(c.isdigit() for c in zip_or_city) and not city:
        if match := CITY_AND_STATE.fullmatch(zip_or_city):
            return Place(city=match[1], state=match[2].upper())
        return Place(city=zip_or_city, state=state)
    if zip_or_city:
        return Place(zip=zip_or_city)
    return Place(city=city, state=state) if city else Place()


def as_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and abs(number) < 1e6 else None


def end_of(card: Mapping[str, Any], *, by_distance: bool) -> After:
    """Where a page ends of which this is the last row. A place has its number instead of an NPI."""
    is_clinician = "npi" in card
    return After(
        metres=card["metres"] if by_distance else None,
        key=None if by_distance else card["sort_key"],
        npi=card["npi" if is_clinician else "id"],
        uncontracted=is_clinician and not card["here"]["contracted"],
    )


def cursor(card: Mapping[str, Any], *, by_distance: bool) -> str:
    """The same in an address: ``1287-2000000012`` by distance, ``warsame amina-2000000012`` by name; with ``~`` in
    front among those whom no roster names."""
    end = end_of(card, by_distance=by_distance)
    return f"{'~' if end.uncontracted else ''}{end.metres if by_distance else end.key}-{end.npi}"


def read_cursor(text: str, *, by_distance: bool) -> After | None:
    """The end of the page before; None for text that ``cursor`` did not write for this order."""
    uncontracted = text.startswith("~")
    key, _, npi = text.removeprefix("~").rpartition("-")
    if not (npi.isascii() and npi.isdigit() and len(npi) <= 10):
        return None
    if not by_distance:
        return After(None, key, int(npi), uncontracted) if key == fold(key) else None
    return After(int(key), None, int(npi), uncontracted) if key.isascii() and key.isdigit() and len(key) < 8 else None


def meant(asked: Asked, vocabulary: Vocabulary, language: str) -> Asked | None:
    """The search with filters instead of words, where the words name specialties or languages, or kinds of place; else
    None."""
    if not asked.words or asked.by_name_only:
        return None
    named = vocabulary.named(asked.words, language, asked.of.phrases)
    if not named:
        return None
    codes = dict(asked.codes)
    for name, found in named:
        parameter = str(name)
        codes[parameter] = tuple(dict.fromkeys((*codes.get(parameter, ()), *found)))
    return replace(asked, words="", said=asked.words, codes=codes, after=None)
