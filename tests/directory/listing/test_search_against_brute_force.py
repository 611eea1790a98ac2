"""Whatever is asked, the search finds what a look at every fact finds: as many, in that order, with those counts.

A small network stands in for the large one: its numbers are spread over several chunks, its tree of places is cut
into small squares, and twenty clinicians count as many, so that a search goes all the ways that it goes for a million.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test import override_settings
from django.utils import timezone
from hypothesis import given, target
from hypothesis import strategies as st

from accounts.vocabulary import program
from directory.intake.operations import import_roster, import_synthetic_self_descriptions
from directory.listing.queries import Found
from directory.network.models import Location
from directory.publication.operations import first_difference, publish_due, rebuild
from directory.search.finding import find, prepare, read
from directory.search.pages import next_page
from directory.search.vocabulary import CLINICIANS, PLACES, ROWS_A_PAGE, Sought
from tests.bench.brute_force import Spots, World, words_of
from tests.bench.fictional_sites import Near
from tests.bench.generate_network import Options, generate
from tests.bench.queries import Asked, address
from tests.builders.network import a_clinician, a_practice_address, valid_npi
from tests.directory.intake import lists_of_places

ON_THE_ROSTER = 300
UNCONTRACTED = 40
IN_BOTH = 60
IN_A_LIST_ALONE = 120
SPREAD = 41
"""The numbers of two neighbours lie this far apart: 340 clinicians fill four chunks, the places two."""
LOCATIONS_A_SQUARE = 12
FEW = """
create or replace function listing.few() returns integer language sql immutable parallel safe as 'select 20';
create or replace function listing.few_of_a_chunk(groups integer[]) returns integer
language sql immutable parallel safe as 'select case when groups[1] < 9 then 5 else 2 end'
"""
WAYS = """
select array_agg(distinct way)
  from (select listing.reach(null, null, null, '{0}', 0, 4095, null) as hits) everyone
  cross join (select null as attr union all
              select attr from listing_attribute where "group" in ('specialty', 'gender', 'accepting')) filter
  cross join lateral (select case when attr is null then hits
                                  else listing.narrow(hits, array[attr], 0::smallint, false) end as narrowed) n
  cross join (values (array[1]), (array[9])) of_persons_and_locations (groups)
  cross join lateral unnest(listing.tallies(narrowed, 0::smallint, groups)) t
"""
ZIPS = ("55104", "55101", "55433", "15213", "15301", "99501")
COUNTIES = ("27123", "27053", "42003", "02020")
STATES = ("MN", "PA", "WI", "AK")
EVERYTHING = (
    "listing_listedclinician, listing_listedplace, listing_listedlocation, listing_nametoken, listing_placetoken,"
    " listing_attributebits, listing_attributetotal, listing_placebits"
)


def others_whom_no_roster_names() -> None:
    """Some at each of the places that are searched around, whose names stand between those of the others."""
    for nth in range(UNCONTRACTED):
        zip_code, state = (("55104", "MN"), ("15213", "PA"), ("99501", "AK"))[nth % 3]
        npi = valid_npi(90_000_000 + nth)
        a_clinician(npi=npi, family=f"{chr(65 + nth % 26)}bel{chr(97 + nth % 7)}", languages=("en", "so")[nth % 2 :])
        a_practice_address(npi, line1=f"{nth % 9} Pine Street", city="Elsewhere", state=state, zip=zip_code, phone="")
    publish_due(by=program("test"), at=timezone.now())


def places_that_lists_name(folder: Path) -> None:
    """Places of the roster by other names, some of them in two lists, and others around them."""
    known = list(Location.objects.order_by("pk").values("name", "line1", "city", "state", "zip", "phone"))
    again = [
        {**site, "npi": valid_npi(61_000_000 + nth), "name": f"{site['name']} LLC", "address": site["line1"]}
        for nth, site in enumerate(known[:IN_BOTH])
    ]
    others = [
        {**site, "npi": valid_npi(62_000_000 + nth), "name": f"{chr(65 + nth % 5)}spen Hospital", "phone": "",
         "address": f"{1 + nth % 7} ASPEN ROAD"}
        for nth, site in enumerate(known[-IN_A_LIST_ALONE:])
    ]  # fmt: skip
    in_lists = {"urgent_care": again[:40] + others[1::2], "hospitals": again[20:] + others[::2]}
    for source, rows in in_lists.items():
        as_listed = [lists_of_places.a_row(**row, lat="", lon="") for row in rows]
        lists_of_places.take(folder, *as_listed, source=source, at=timezone.now())


def spread_out() -> None:
    """Numbers far apart, small squares, and few are many: what a large network has by itself."""
    with connection.cursor() as cursor:
        cursor.execute(FEW)
        for table in EVERYTHING.split(","):
            cursor.execute(f"delete from {table}")
        cursor.execute("update publication_number set pos = -1 - pos * %s", [SPREAD])
        cursor.execute("update publication_number set pos = -1 - pos")
        cursor.execute("update publication_placenumber set pos = -1 - (pos - listing.first_place()) * %s", [SPREAD])
        cursor.execute("update publication_placenumber set pos = listing.first_place() - 1 - pos")
        rebuild(by=program("test"), at=timezone.now())
        cursor.execute("select distinct pos >> 12 from publication_number order by 1")
        for (chunk,) in cursor.fetchall():
            cursor.execute("select publication.split_leaves(%s, %s)", [chunk, LOCATIONS_A_SQUARE])


@pytest.fixture(scope="module")
def world(codes_for_all: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The network around two cities, taken over by the imports, and everything that brute force knows of it."""
    folder: Path = tmp_path_factory.mktemp("network")
    near = (Near("55104", 40, 2), Near("15213", 40, 1))
    generate(Options(clinicians=ON_THE_ROSTER, directory=folder, seed=7, near=near))
    refused = folder / "refused.csv"

    def silent(step: str, done: int, of: int) -> None:
        pass

    with django_db_blocker.unblock(), transaction.atomic():
        by: dict[str, Any] = {"by": program("test"), "at": timezone.now(), "progress": silent, "refused_file": refused}
        import_roster(folder=folder, source="a test", **by)
        import_synthetic_self_descriptions(folder=folder, **by)
        places_that_lists_name(folder)
        with override_settings(LIST_UNCONTRACTED=True):
            others_whom_no_roster_names()
        spread_out()
        yield World(timezone.localdate())
        transaction.set_rollback(True)


def search(asked: Asked, of: Sought = CLINICIANS) -> tuple[Found, str]:
    """What Find Care finds, and where the next page begins."""
    parameters, named = read(QueryDict(address(asked)), "en", of)
    prepared = prepare(named or parameters)
    assert prepared.not_understood == ()
    found = find(prepared)
    return found, next_page(prepared, found) if found.cards else ""


def every_page(asked: Asked, of: Sought = CLINICIANS) -> list[Found]:
    pages = []
    after = ""
    while True:
        found, after = search({**asked, "after": [after]} if after else asked, of)
        pages.append(found)
        if len(found.cards) < ROWS_A_PAGE:
            return pages


def some(values: list[str], most: int = 2) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


def filters_of(spots: Spots, nobody: dict[str, str]) -> st.SearchStrategy[Asked]:
    """Any filters at once; mostly codes that somebody has, and some that ``nobody`` has."""
    codes = {group: sorted({*spots.held[group].names, *filter(None, [nobody.get(group)])}) for group in spots.groups}
    one_of_each = {
        group: some(names, 1 if group == "accessibility" else 2)
        for group, names in codes.items()
        if names and group not in ("accepting", "telehealth")
    }
    return st.fixed_dictionaries({}, optional=one_of_each | (OF_CLINICIANS if "language" in codes else {})).flatmap(
        few_of
    )


YES = st.just(["yes"])
OF_CLINICIANS = {
    "accepting": YES,
    "telehealth": YES,
    "language_match": st.just(["all"]),
    "age": st.integers(0, 120).map(lambda age: [str(age)]),
}


def few_of(asked: Asked) -> st.SearchStrategy[Asked]:
    """At most three of the filters: more than that find nobody."""
    names = st.lists(st.sampled_from(sorted(asked)), max_size=3, unique=True) if asked else st.just([])
    return names.map(lambda kept: {name: asked[name] for name in kept})


SOMEWHERE: st.SearchStrategy[Asked] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"zip": some(list(ZIPS), 1)},
        optional={
            "within": st.sampled_from(["0", "1", "5", "10", "25", "60", "100"]).map(lambda miles: [miles]),
            "sort": st.just(["name"]),
            "state": some(list(STATES), 1),
            "county": some(list(COUNTIES), 1),
        },
    ),
    st.fixed_dictionaries({"state": some(list(STATES), 1)}, optional={"county": some(list(COUNTIES), 1)}),
)


def names_of(world: World) -> st.SearchStrategy[Asked]:
    """Words of somebody's name, or their beginnings, some of them again; sometimes of two people, whom nobody is."""
    people = shortened(st.sampled_from(world.person.words).map(sorted))
    return st.one_of(people, st.sampled_from([str(npi) for npi in world.npi]), st.just("health center")).map(
        lambda text: {"q": [text], "by": ["name"], "spelling": ["exact"]}
    )


def names_of_places(world: World) -> st.SearchStrategy[Asked]:
    words: dict[int, list[str]] = {}
    for word, place in world.places.tokens.pairs:
        words.setdefault(place, []).append(word)
    return shortened(st.sampled_from(sorted(words.values()))).map(lambda text: {"q": [text], "by": ["name"]})


def shortened(names: st.SearchStrategy[list[str]]) -> st.SearchStrategy[str]:
    words = names.flatmap(lambda known: st.lists(st.sampled_from(known), min_size=1, max_size=4))
    return words.flatmap(lambda whole: st.integers(1, 12).map(lambda most: " ".join(word[:most] for word in whole)))


@pytest.mark.django_db
@given(data=st.data())
def test_a_search_finds_what_a_look_at_every_fact_finds(world: World, data: st.DataObject) -> None:
    asked = data.draw(SOMEWHERE) | data.draw(filters_of(world, {"specialty": "390200000X", "language": "fj"}))
    if data.draw(st.booleans(), label="by name too"):
        asked |= data.draw(names_of(world))
    asked = data.draw(st.just(asked))
    pages = every_page(asked)
    rows = [(card["npi"], card["metres"], card["place"]["id"]) for page in pages for card in page.cards]
    assert_alike(pages, rows, world, asked)


@pytest.mark.django_db
@given(data=st.data())
def test_a_search_for_places_finds_what_a_look_at_every_fact_finds(world: World, data: st.DataObject) -> None:
    asked = data.draw(SOMEWHERE) | data.draw(filters_of(world.places, {"kind": "dialysis", "office_language": "fj"}))
    if data.draw(st.booleans(), label="by name too"):
        asked |= data.draw(names_of_places(world))
    asked = data.draw(st.just(asked))
    pages = every_page(asked, PLACES)
    rows = [(card["id"], card["metres"], card["id"]) for page in pages for card in page.cards]
    assert_alike(pages, rows, world.places, asked)


def assert_alike(pages: list[Found], rows: list[tuple[int, int | None, int]], spots: Spots, asked: Asked) -> None:
    answer = spots.answer(asked)
    target(float(answer.total))
    assert {page.total for page in pages} == {answer.total}
    assert rows == answer.rows
    for page in pages:
        for group in spots.groups:
            assert [(count.code, count.clinicians) for count in page.counts.get(group, [])] == answer.facets[group]


@pytest.mark.django_db
def test_the_small_network_goes_the_ways_of_a_large_one(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(distinct chunk), max(plane) from listing_placebits where chunk < 4096")
        chunks, plane = cursor.fetchone()
        cursor.execute("select count(*) from listing_node where leaf")
        squares = cursor.fetchone()[0]
        cursor.execute(WAYS)
        ways = cursor.fetchone()[0]
        cursor.execute("select count(distinct chunk) from listing_placebits where chunk >= 4096")
        of_places = cursor.fetchone()[0]
    assert (chunks, of_places >= 2, plane >= 2, squares > 20) == (4, True, True, True)
    assert Location.objects.exclude(same_as=None).count() > IN_BOTH / 2
    assert len(world.places.number) > 5 * ROWS_A_PAGE
    assert ways == ["bits", "planes", "rows", "totals"]
    assert max(len(names) for names in world.person.words) > 2
    assert first_difference(at=timezone.now()) is None


@pytest.mark.django_db
def test_everyone_is_listed_once_and_in_the_order_of_names(world: World) -> None:
    npis = [card["npi"] for page in every_page({}) for card in page.cards]

    assert sorted(npis) == sorted(world.npi.tolist())
    assert npis == [row[0] for row in world.answer({}).rows]


@pytest.mark.django_db
def test_every_place_is_listed_once_and_in_the_order_of_names(world: World) -> None:
    numbers = [card["id"] for page in every_page({}, PLACES) for card in page.cards]

    assert sorted(numbers) == world.places.number.tolist()
    assert numbers == [row[0] for row in world.places.answer({}).rows]


@pytest.mark.django_db
def test_a_word_finds_the_places_that_are_shown_by_it(world: World) -> None:
    """A word of a name that stands behind another name of the same place finds nothing there."""
    namings = [naming for of_place in world.places.namings.values() for naming in of_place]
    for word in sorted({word for naming in namings for word in words_of(naming.name, naming.organization)}):
        asked = {"q": [word], "by": ["name"]}
        assert search(asked, PLACES)[0].total == world.places.answer(asked).total


@pytest.mark.django_db
def test_a_filter_finds_as_many_as_its_count_said(world: World) -> None:
    near = {"zip": ["55104"], "within": ["100"]}
    for group in ("specialty", "language", "race", "gender", "network", "office_language"):
        for code, count in world.answer(near).facets[group]:
            assert search({**near, group: [code]})[0].total == count


@pytest.mark.django_db
@pytest.mark.parametrize("zip_code", ZIPS)
def test_pages_by_distance_go_on_where_the_last_one_ended(world: World, zip_code: str) -> None:
    for miles in ("8", "40", "100"):
        asked = {"zip": [zip_code], "within": [miles]}
        rows = [(card["npi"], card["metres"]) for page in every_page(asked) for card in page.cards]
        assert rows == [(npi, metres) for npi, metres, _ in world.answer(asked).rows]
