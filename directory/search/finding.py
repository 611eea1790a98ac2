"""A search, carried out: what was asked, what was found, and what would find more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.conf import settings
from django.http import QueryDict

from directory.code_sets.models import vocabulary
from directory.listing.models import ListedClinician
from directory.listing.queries import Circle, Filter, Found, Query
from directory.listing.vocabulary import Group

from .rules import Asked, NotUnderstood, Why, meant, parse, read_cursor
from .vocabulary import CLINICIANS, METRES_PER_MILE, MILES, PLACES, ROWS_A_PAGE, VALUES_A_GROUP, Sought
from .where import county_of, network_codes, place_numbers, start_of

NOBODY = Filter("nobody", ())


@dataclass(frozen=True)
class Search:
    """What an address asks for, ready to be carried out. ``start`` names the place that distance is measured from."""

    asked: Asked
    query: Query
    start: str = ""

    @property
    def office_languages(self) -> tuple[str, ...]:
        return self.asked.codes.get("office_language", ())

    @property
    def not_understood(self) -> tuple[NotUnderstood, ...]:
        return self.asked.not_understood


def read(parameters: QueryDict, language: str, of: Sought = CLINICIANS) -> tuple[Asked, Asked | None]:
    """What is asked, and the same with filters for words where the words name some."""
    lists = {name: [text.replace("\0", "") for text in parameters.getlist(name)] for name in parameters}
    asked = parse(lists, vocabulary(), network_codes(lists), of)
    return asked, meant(asked, vocabulary(), language)


def prepare(asked: Asked) -> Search:
    """Look up the places. One that is unknown or ambiguous is named, and then nobody is found."""
    missed = list(asked.not_understood)
    nobody = list(asked.nobody)
    circle = None
    label = ""
    if asked.place and "zip" not in nobody:
        start = start_of(asked.place, settings.PLAN.states)
        parameter, written = ("zip", asked.place.zip) if asked.place.zip else ("city", asked.place.city)
        if start is None or start.choices:
            why, choices = (Why.AMBIGUOUS, start.choices) if start else (Why.VALUE, ())
            missed.append(NotUnderstood(parameter, written, why, choices))
            nobody.append(parameter)
        else:
            circle = Circle(start.longitude, start.latitude, asked.miles * METRES_PER_MILE)
            label = start.label
    county = None
    if asked.county:
        county, choices = county_of(asked.county, asked.state)
        if county is None:
            missed.append(NotUnderstood("county", asked.county, Why.AMBIGUOUS if choices else Why.VALUE, choices))
            nobody.append("county")
    asked = replace(asked, nobody=tuple(nobody), not_understood=tuple(missed))
    states, counties = place_numbers(asked.state, county)
    query = Query(
        words=asked.words or None,
        as_spelt=asked.as_spelt,
        circle=circle,
        states=states,
        counties=counties,
        filters=filters(asked),
        by_distance=circle is not None and asked.by_distance,
        after=asked.after,
        size=ROWS_A_PAGE,
        counted=asked.of.counted,
        top=VALUES_A_GROUP,
        places=asked.of is PLACES,
    )
    return Search(asked=asked, query=query, start=label)


def filters(asked: Asked) -> tuple[Filter, ...]:
    """Any of the values of a list, unless all must hold; "yes" and "all" are counted as if they were added."""
    found = [NOBODY] if asked.nobody else []
    for name, codes in asked.codes.items():
        choice = asked.of.choices[name]
        if choice.all_must_hold or (name == "language" and asked.all_languages):
            found += [Filter(choice.group, (code,)) for code in codes]
        elif codes:
            found.append(Filter(choice.group, codes, own=not choice.yes))
    if asked.age is not None:
        found.append(Filter(Group.AGES, (str(asked.age),)))
    return tuple(found)


def find(search: Search) -> Found:
    return ListedClinician.objects.find(search.query)


def find_at(place: int, parameters: QueryDict) -> Found:
    """One page of those who work at a place, by name."""
    after = read_cursor(parameters.get("after", "").replace("\0", ""), by_distance=False)
    return ListedClinician.objects.find(Query(at=place, after=after, size=ROWS_A_PAGE))


class Widening(NamedTuple):
    """The search with one thing changed, and how many clinicians that finds. ``dropped`` names a filter left out."""

    asked: Asked
    clinicians: int
    miles: float = 0
    dropped: str = ""


@dataclass(frozen=True)
class Wider:
    """What a page without results offers: the nearest changes that find someone, and offices for the language."""

    widenings: Sequence[Widening]
    offices: Found
    office_languages: tuple[str, ...]


def widen(search: Search, found: Found) -> Wider:
    """Try the next distances, and to leave out each filter; and for a language the offices that speak it.

    One statement, however many tries. What is near a name is looked for again only where that was ``found``. A search
    that is not understood is not widened: it must be mended first.
    """
    asked = search.asked
    if asked.nobody or asked.after:
        return Wider([], Found(0), ())
    respelt = found.spelling is not None and found.spelling.searched != ()
    search = replace(search, query=replace(search.query, as_spelt=not respelt))
    tries = [Widening(replace(asked, miles=miles), 0, miles=miles) for miles in farther(search)]
    tries += [Widening(asked.without(name), 0, dropped=name) for name in asked.codes]
    if asked.words:
        tries.append(Widening(replace(asked, words=""), 0, dropped="q"))
    if asked.age is not None:
        tries.append(Widening(replace(asked, age=None), 0, dropped="age"))
    queries = [changed(search, each.asked).total_only() for each in tries]
    languages = asked.codes.get("language", ())
    if languages:
        office = replace(
            asked.without("language"), codes={**asked.without("language").codes, "office_language": languages}
        )
        queries.append(replace(changed(search, office), counted=(), size=5))
    answers = ListedClinician.objects.find_each(queries)
    offices = answers.pop() if languages else Found(0)
    wider = [
        each._replace(clinicians=answer.total) for each, answer in zip(tries, answers, strict=True) if answer.total
    ]
    nearest = [each for each in wider if each.miles][:1]
    return Wider(nearest + [each for each in wider if each.dropped], offices, languages)


def farther(search: Search) -> list[int]:
    return [miles for miles in MILES if search.query.circle and miles > search.asked.miles]


def changed(search: Search, asked: Asked) -> Query:
    """The query of a search in which only the distance or the filters were changed."""
    circle = search.query.circle
    return replace(
        search.query,
        words=asked.words or None,
        circle=circle and circle._replace(metres=asked.miles * METRES_PER_MILE),
        filters=filters(asked),
    )
