"""Leaks put there on purpose: each is seen by the comparison that holds the twin worlds.

Each plant is one that software of this kind has had. Seen from outside only: the rows of the listing do not count.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from directory.code_sets.words import Vocabulary
from directory.listing.models import Attribute, ListedClinician, ListedClinicianManager
from directory.publication import operations
from directory.search import lists, pages
from directory.search.cards import chose_to_share
from directory.self_description.operations import Said
from directory.self_description.vocabulary import Display, Field
from tests.privacy.surfaces import Seen, addresses, differences, visit
from tests.privacy.worlds import SUBJECTS, Account, Step, World, aim, an_ordinary_network, carry_out, world

pytestmark = pytest.mark.django_db
AMINA = SUBJECTS[1]
HIDDEN = Step(Field.RACE, Display.MATCHING, (Said("x-somali"),), "Benadir")
NEVER, ANSWERED = World(), World({AMINA: Account(steps=(HIDDEN,))})
Plant = pytest.MonkeyPatch


@pytest.fixture
def network(codes: None, settings: Any, tmp_path: Path) -> None:
    settings.PUBLIC_FILES = tmp_path
    an_ordinary_network()


def from_outside(one: Seen, other: Seen) -> list[str]:
    one.rows.clear()
    other.rows.clear()
    return differences(one, other)


def leaks() -> list[str]:
    script = list(addresses(aim(ANSWERED), ("",)))
    with world(NEVER):
        first = visit(script)
    with world(ANSWERED):
        second = visit(script, signed_in=True)
    return from_outside(first, second)


def and_then(plant: Plant, sql: str) -> None:
    """Something more that a private answer does: ``{answered}`` are those who gave one."""
    rematch = operations.rematch
    answered = "(SELECT clinician_id FROM self_description_answer WHERE until IS NULL AND display = 'matching')"

    def and_more(*, npi: int) -> None:
        rematch(npi=npi)
        with connection.cursor() as cursor:
            cursor.execute(sql.format(answered=answered))

    plant.setattr(operations, "rematch", and_more)


def on_every_page(plant: Plant, more: Callable[[HttpRequest, HttpResponse], None]) -> None:
    def rendered(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        response = render(request, *args, **options)
        more(request, response)
        return response

    plant.setattr("directory.search.views.render", rendered)


# --- the plants -------------------------------------------------------------------------------------------------


def a_filter(plant: Plant) -> str:
    """H-01: the value is not on the page, and the filter matches the hidden row."""
    and_then(
        plant,
        "UPDATE listing_attributebits b SET bits = listing.bits_of(b.bits, b.few) | m.bits, few = NULL"
        " FROM publication_matchbits m, listing_attribute a"
        " WHERE b.chunk = m.chunk AND b.attr = m.attr AND b.plane = -1 AND a.attr = m.attr AND a.code = '2054-5'",
    )
    return "/find-care/?race=2054-5: body"


def a_count(plant: Plant) -> str:
    """H-03: the filter finds nobody more, and its number says one more."""
    and_then(
        plant,
        "UPDATE listing_listedclinician SET attrs = attrs || (SELECT attr FROM listing_attribute"
        """ WHERE "group" = 'race' AND code = '2054-5') WHERE npi IN {answered}""",
    )
    return "/find-care/: body"


def a_sort(plant: Plant) -> str:
    """H-04: who answered stands elsewhere in the list."""
    and_then(plant, "UPDATE listing_listedclinician SET sort_key = 'aa ' || sort_key WHERE npi IN {answered}")
    return "/find-care.csv: body"


def a_word(plant: Plant) -> str:
    """H-05: what was written in is among the words that find a person."""
    and_then(
        plant,
        "INSERT INTO listing_nametoken (token, pos) SELECT code_sets_fold(written_in), pos"
        " FROM self_description_answer JOIN publication_number USING (clinician_id) WHERE written_in <> ''",
    )
    return "/api/v1/clinicians/?q=Benadir&by=name: body"


def a_spelling(plant: Plant) -> str:
    """H-05: what was written in is no word that finds a person, but is suggested to whoever spells it wrong."""
    and_then(
        plant,
        "INSERT INTO listing_nametoken (token, pos) SELECT 'x' || code_sets_fold(written_in), pos"
        " FROM self_description_answer JOIN publication_number USING (clinician_id) WHERE written_in <> '';"
        "INSERT INTO listing_spelling (token) SELECT 'x' || code_sets_fold(written_in)"
        " FROM self_description_answer WHERE written_in <> ''",
    )
    return "/api/v1/clinicians/?q=Bneadir: body"


def a_word_of_a_place(plant: Plant) -> str:
    """H-05: what was written in finds the places where they work, whose pages say nothing of it."""
    and_then(
        plant,
        "INSERT INTO listing_placetoken (token, place_id) SELECT DISTINCT code_sets_fold(written_in), place_id"
        " FROM self_description_answer JOIN publication_number USING (clinician_id)"
        " JOIN listing_listedlocation USING (pos) WHERE written_in <> ''",
    )
    return "/api/v1/places/?q=Benadir&by=name: body"


THEIR_PLACES = """(SELECT place_id FROM listing_listedlocation JOIN publication_number USING (pos)
 WHERE clinician_id IN {answered})"""


def a_fact_of_a_place(plant: Plant) -> str:
    """H-03: a place says what is spoken there, made of what those who work there keep to themselves."""
    and_then(
        plant,
        "UPDATE listing_listedplace SET facts = jsonb_set(facts, '{{staff}}', facts -> 'staff' || '[\"om\"]')"
        f" WHERE id IN {THEIR_PLACES}",
    )
    return "/find-care/places.csv?within=100&zip=55104: body"


def a_count_at_a_place(plant: Plant) -> str:
    """H-03: the page of a place counts how many who work there have answered."""
    and_then(
        plant,
        f"""UPDATE listing_listedplace SET facts = facts || '{{{{"asked": 1}}}}' WHERE id IN {THEIR_PLACES}""",
    )
    place = pages.place

    def counting(card: Any, *rest: Any) -> dict[str, Any]:
        context = place(card, *rest)
        return context | {"who_text": f"{context['who_text']}, {card['facts'].get('asked', 0)} with an answer"}

    plant.setattr(pages, "place", counting)
    return f"/find-care/places/{place_of(AMINA)}/: body"


def a_place_that_goes(plant: Plant) -> str:
    """The place of somebody who answered is not listed while their answer is private."""
    and_then(plant, f"DELETE FROM listing_listedplace WHERE id IN {THEIR_PLACES}")
    return f"/api/v1/places/{place_of(AMINA)}/: status"


def place_of(npi: int) -> int:
    card = ListedClinician.objects.page(npi)
    assert card is not None
    number: int = card["places"][0]["place"]["id"]
    return number


def a_column(plant: Plant) -> str:
    """H-08: a column that is there when somebody has a value for it."""
    and_then(plant, """UPDATE listing_listedclinician SET facts = facts || '{{"asked": 1}}' WHERE npi IN {answered}""")
    row = lists.row
    plant.setattr(lists, "row", lambda card, words: [*row(card, words), *(["yes"] if "asked" in card["facts"] else [])])
    return "/find-care.csv: body"


def the_list_of_values(plant: Plant) -> str:
    """A filter that knows the values which somebody gave: an unknown value tells that nobody did."""
    and_then(
        plant,
        """INSERT INTO listing_attribute (attr, "group", code, label, per_location, implies)"""
        " SELECT 1, 'answered', 'x-somali', '', false, '{{}}' WHERE EXISTS {answered} ON CONFLICT DO NOTHING",
    )
    known = Vocabulary.filter_value

    def only_given(self: Vocabulary, kind: str, text: str) -> str | None:
        code = known(self, kind, text)
        given = kind != "race" or Attribute.objects.filter(group="answered", code=code).exists()
        return code if given else None

    plant.setattr(Vocabulary, "filter_value", only_given)
    return "/api/v1/clinicians/?race=x-somali: body"


def a_page_of_ones_own(plant: Plant) -> str:
    """A page that knows more for a browser that is signed in."""
    plant.setattr("accounts.access.forget_the_visitor", lambda request: None)

    def greet(request: HttpRequest, response: HttpResponse) -> None:
        if "sessionid" in request.COOKIES:
            response.content += b"<!-- welcome back -->"

    on_every_page(plant, greet)
    return "/find-care/: body"


def a_cookie(plant: Plant) -> str:
    plant.setattr("accounts.access.forget_the_visitor", lambda request: None)

    def keep(request: HttpRequest, response: HttpResponse) -> None:
        if "sessionid" in request.COOKIES:
            response.set_cookie("seen", "yes")

    on_every_page(plant, keep)
    return "/find-care/: cookies"


def answers_given(plant: Plant) -> list[int]:
    """H-09: every answer counts, the private ones too."""
    counted: list[int] = []
    rematch = operations.rematch
    plant.setattr(operations, "rematch", lambda *, npi: counted.append(1) or rematch(npi=npi))
    return counted


def an_etag(plant: Plant) -> str:
    answers = answers_given(plant)
    plant.setattr("directory.search.freshness.etag_of", lambda digest: f'"{len(answers)}"')
    return "/find-care/: headers"


def a_last_modified(plant: Plant) -> str:
    answers = answers_given(plant)

    def moved(response: HttpResponse, days: object) -> None:
        response["Last-Modified"] = f"Sun, 22 Nov 2026 18:00:{len(answers):02} GMT"

    plant.setattr("directory.search.views.last_modified", moved)
    return "/find-care/: headers"


def a_file_taken_out(plant: Plant) -> str:
    """Public files that go out of service with a private answer."""
    call_command("export_directory", state=["MN"])
    and_then(plant, "INSERT INTO listing_fileswithdrawn (state, transaction) VALUES ('MN', 1)")
    return "/api/v1/directory/MN.ndjson.gz: status"


def an_empty_section(plant: Plant) -> str:
    """H-06, H-07: a heading with nothing under it."""
    and_then(
        plant,
        """UPDATE listing_listedclinician SET facts = facts || '{{"shared": {{"race": []}}}}'"""
        " WHERE npi IN {answered}",
    )
    plant.setattr(
        pages.cards,
        "chose_to_share",
        lambda shared, words, short: chose_to_share(shared, words, short=short) or ([""] if "race" in shared else []),
    )
    return f"/find-care/clinicians/{AMINA}/: body"


def another_kind_of_nothing(plant: Plant) -> str:
    """H-07: a key that is missing for one and null for the other."""
    and_then(
        plant, """UPDATE listing_listedclinician SET facts = facts || '{{"gender": null}}' WHERE npi IN {answered}"""
    )
    return f"/api/v1/clinicians/{AMINA}/: body"


def a_look_at_the_private_table(plant: Plant) -> str:
    """Code that does ask: the role refuses, for everyone alike, so that this is an error and no leak."""
    on_every_page(plant, lambda request, response: connection.cursor().execute("SELECT FROM self_description_answer"))
    return ""


@pytest.mark.parametrize(
    "leak",
    [
        a_filter,
        a_count,
        a_sort,
        a_word,
        a_spelling,
        a_word_of_a_place,
        a_fact_of_a_place,
        a_count_at_a_place,
        a_place_that_goes,
        a_column,
        the_list_of_values,
        a_page_of_ones_own,
        a_cookie,
        an_etag,
        a_last_modified,
        a_file_taken_out,
        an_empty_section,
        another_kind_of_nothing,
    ],
)
def test_the_comparison_sees(network: None, monkeypatch: pytest.MonkeyPatch, leak: Callable[[Plant], str]) -> None:
    where = leak(monkeypatch)
    assert where in leaks()


def test_without_a_plant_it_sees_nothing(network: None) -> None:
    assert leaks() == []


def test_code_that_asks_the_private_table_fails_for_everyone_alike(
    network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_look_at_the_private_table(monkeypatch)
    assert leaks() == []
    assert visit(["/find-care/"]).answers["/find-care/"]["status"] == 500


SHOWN = Step(Field.RACE, Display.SHOWN, (Said("x-somali"),), "Benadir")
ABOUT_AMINA = (f"/find-care/clinicians/{AMINA}/", "/find-care/", "/find-care.csv", "/api/v1/clinicians/?race=x-somali")


def seen_before_and_after(script: tuple[str, ...]) -> list[str]:
    """What can be told from a visit after the value was taken back, when it was visited while it was shown."""
    with world(NEVER):
        first = visit(script)
    with world(World({AMINA: Account(steps=(SHOWN,))})):
        while_shown = visit(script)
        carry_out(AMINA, HIDDEN, 5)
        second = visit(script)
    assert from_outside(first, while_shown) != []
    return from_outside(first, second)


def test_what_was_taken_back_is_gone_with_the_very_next_request(network: None) -> None:
    assert seen_before_and_after(ABOUT_AMINA) == []


def test_the_comparison_sees_a_cache(network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-20: a copy that outlives the value."""
    kept: dict[int, Any] = {}
    page = ListedClinicianManager.page

    def remembered(self: ListedClinicianManager, npi: int) -> dict[str, Any] | None:
        # As such a cache is filled: with whatever it first finds that is worth keeping.
        found = kept.get(npi) or page(self, npi)
        if found and found["facts"].get("shared"):
            kept[npi] = found
        return found

    monkeypatch.setattr(ListedClinicianManager, "page", remembered)
    assert seen_before_and_after(ABOUT_AMINA) == [
        f"/find-care/clinicians/{AMINA}/: body",
        f"/find-care/clinicians/{AMINA}/: headers",  # its length
    ]
