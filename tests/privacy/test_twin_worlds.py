"""Hidden, declined, never answered and taken back are the same bytes to everyone."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import Resolver404, URLResolver, get_resolver, resolve
from hypothesis import given
from hypothesis import strategies as st

from accounts.public_role.grants import allow_list
from accounts.vocabulary import program
from directory.search.operations import export_directory
from directory.self_description.operations import Name, Said
from directory.self_description.vocabulary import Display, Field
from tests.builders.publishing import NOW
from tests.privacy.surfaces import STATE_FILES, Aim, Seen, addresses, differences, the_sharpest, visit
from tests.privacy.worlds import SUBJECTS, Account, Facts, Step, World, aim, an_ordinary_network, twins, world

pytestmark = pytest.mark.django_db
AMINA = SUBJECTS[0]


@pytest.fixture
def network(codes: None) -> None:
    an_ordinary_network()


@given(
    pair=twins(),
    language=st.sampled_from(["", "/es"]),
    signed_in=st.booleans(),
    picked=st.lists(st.integers(0, 200), min_size=10, max_size=10, unique=True),
)
def test_worlds_that_show_the_same_look_the_same(
    network: None, pair: tuple[World, World], language: str, signed_in: bool, picked: list[int]
) -> None:
    """One of the two is seen by somebody who is signed in: that makes no difference either."""
    at = aim(*pair)
    script = list(addresses(at, (language,)))
    script = [*the_sharpest(at, language), *(script[nth % len(script)] for nth in picked)]
    assert compare(*pair, script, signed_in=signed_in) == []


def compare(one: World, other: World, script: list[str], *, signed_in: bool = False) -> list[str]:
    with world(one):
        first = visit(script)
    with world(other):
        second = visit(script, signed_in=signed_in)
    return differences(first, second)


def amina(*steps: Step, import_last: bool = False) -> World:
    return World({AMINA: Account(steps=steps)}, import_last)


RACE = (Said("x-somali"),)
NEVER = amina()
PRIVATE = amina(Step(Field.RACE, Display.PRIVATE, RACE, "Benadir"))
ON_EVERY_ADDRESS = {
    "released for matching": amina(Step(Field.RACE, Display.MATCHING, RACE)),
    "no choice made": amina(Step(Field.RACE, None, RACE)),
    "declined": amina(Step(Field.RACE, Display.SHOWN, declined=True)),
    "another answer": amina(Step(Field.RACE, Display.PRIVATE, (Said("2028-9"),))),
    "shown and taken back": amina(
        Step(Field.RACE, Display.SHOWN, RACE, "Benadir"), Step(Field.RACE, Display.PRIVATE, RACE, "Benadir")
    ),
    "shown, with nothing in it": amina(Step(Field.RACE, Display.SHOWN)),
    "a code that is never listed": amina(Step(Field.RACE, Display.SHOWN, (Said("2186-5"),))),
    "taken back, and then an import": amina(
        Step(Field.RACE, Display.SHOWN, RACE), Step(Field.RACE, Display.MATCHING, RACE), import_last=True
    ),
}


@pytest.mark.parametrize(
    ("story", "language"), [(story, ("", "/es")[nth % 2]) for nth, story in enumerate(ON_EVERY_ADDRESS)]
)
def test_what_is_kept_back_shows_at_no_address(network: None, story: str, language: str) -> None:
    other = ON_EVERY_ADDRESS[story]
    script = list(addresses(aim(PRIVATE, other), (language,)))
    assert compare(NEVER, other, script) == []


FORMER, HIDDEN = Name("Qvistgaard", "Oddvar"), Name("Zubrowska", "Kunigunde")


def test_somebody_who_hides_the_name_is_nowhere(network: None) -> None:
    one = World({AMINA: Account(Facts(name=("Qvistgaard", "Oddvar")), (Step(Field.NAME, Display.PRIVATE),))})
    other = World(
        {AMINA: Account(steps=(Step(Field.NAME, Display.SHOWN, name=FORMER), Step(Field.NAME, None, name=HIDDEN)))}
    )
    assert compare(one, other, list(addresses(aim(one, other)))) == []


def test_the_place_of_somebody_who_was_listed_and_is_not_any_more_goes_with_them(network: None) -> None:
    """Nobody else works there: a place that stays tells that somebody left."""
    hidden = Step(Field.NAME, Display.PRIVATE)
    with world(World({AMINA: Account(steps=(hidden,))})):
        taken_out_by_the_choice = visit([])
    with world(World({AMINA: Account(steps=(hidden,))}, import_last=True)):
        never_there = visit([])
    assert differences(taken_out_by_the_choice, never_there) == []


def test_a_browser_that_takes_compressed_pages_learns_no_more(network: None) -> None:
    """Compression pads each answer at random, so the bytes inside are compared."""
    script = ["/find-care/", f"/find-care/clinicians/{AMINA}/", "/find-care/print/"]
    with world(PRIVATE):
        first = visit(script, encoding="gzip")
    with world(NEVER):
        second = visit(script, encoding="gzip")
    for seen in (first, second):
        for answer in seen.answers.values():
            assert ("Content-Encoding", "gzip") in answer["headers"]
            answer["body"] = gzip.decompress(answer["body"])
            answer["headers"] = [(name, value) for name, value in answer["headers"] if name != "Content-Length"]
    assert differences(first, second) == []


def test_code_sets_do_not_move_with_answers(network: None) -> None:
    """The rows that ``visit`` leaves out."""

    def digest() -> list[str]:
        with connection.cursor() as cursor:
            tables = sorted({table for table, _ in allow_list() if table.startswith("code_sets_")})
            cursor.execute(
                " UNION ALL ".join(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {t} t" for t in tables)
            )
            return [row[0] for row in cursor.fetchall()]

    with world(PRIVATE):
        first = digest()
    assert digest() == first


def test_every_address_of_the_site_is_in_the_script(network: None) -> None:
    """Whoever adds a public page adds it to ``surfaces.py``."""
    script = addresses(Aim(npis=(AMINA,)), ("", "/es"))
    visited = {resolve(path.split("?")[0]).route for path in script if is_address(path)}
    assert visited >= set(routes(get_resolver()))


def is_address(path: str) -> bool:
    try:
        resolve(path.split("?")[0])
    except Resolver404:
        return False
    return True


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """The patterns of every public page in English, from the table of addresses."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif pattern.callback.access[0] == "public":
            yield route


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> None:
    settings.PUBLIC_FILES = tmp_path


def files_of(of: World) -> Seen:
    """The files of the ordinary network in service, then what this world does, then whatever that took out of service
    written anew."""
    export_directory(progress=lambda *_: None, by=program("test"), at=NOW)
    with world(of):
        export_directory(due=True, progress=lambda *_: None, by=program("test"), at=NOW)
        return visit(STATE_FILES)


@given(pair=twins())
def test_files_of_worlds_that_show_the_same_are_the_same(
    network: None, folder: None, pair: tuple[World, World]
) -> None:
    one, other = map(files_of, pair)
    assert all(answer["status"] == 200 for answer in one.answers.values())
    assert differences(one, other) == []


@pytest.mark.parametrize("story", [story for story in ON_EVERY_ADDRESS if "taken back" not in story])
def test_what_was_never_shown_moves_no_file(network: None, folder: None, story: str) -> None:
    """Not out of service, not for a moment: who looks sees the files that were there before."""
    export_directory(progress=lambda *_: None, by=program("test"), at=NOW)
    before = visit(STATE_FILES)
    with world(ON_EVERY_ADDRESS[story]):
        assert differences(before, visit(STATE_FILES)) == []


def test_the_files_come_back_without_what_was_taken_back(network: None, folder: None) -> None:
    assert differences(files_of(NEVER), files_of(ON_EVERY_ADDRESS["shown and taken back"])) == []
    shown = amina(Step(Field.RACE, Display.SHOWN, RACE, "Benadir"))
    assert differences(files_of(NEVER), files_of(shown)) != []
