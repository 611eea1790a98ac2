"""What a search finds: names, places, filters, and that nothing misunderstood widens it."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from directory.listing.models import ListedClinician
from directory.listing.queries import Query
from directory.network.models import Clinician
from tests.builders.network import a_clinician, a_location
from tests.builders.publishing import publish

pytestmark = pytest.mark.django_db
People = dict[str, Clinician]


@pytest.fixture
def ask(network: People) -> Any:
    client = Client(SERVER_NAME="localhost")

    def asked(query: str = "") -> dict[str, Any]:
        answer: dict[str, Any] = client.get(f"/api/v1/clinicians/?{query}").json()
        return answer

    return asked


def names(answer: dict[str, Any]) -> list[str]:
    return [each["name"] for each in answer["results"]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("jon smith", ["Jonathan Smith"]),
        ("smith jon", ["Jonathan Smith"]),
        ("SMI", ["Jonathan Smith"]),
        ("nunez", ["Mai Xiong-Núñez"]),
        ("Xiong Núñez", ["Mai Xiong-Núñez"]),
        ("obrien", ["Sam O'Brien"]),
        ("o’brien sam", ["Sam O'Brien"]),
        ("larkin avenue", ["Sam O'Brien", "Amina Warsame", "Mai Xiong-Núñez"]),
        ("larkin larkin l", ["Sam O'Brien", "Amina Warsame", "Mai Xiong-Núñez"]),
        ("larkin a", ["Sam O'Brien", "Amina Warsame", "Mai Xiong-Núñez"]),
        ("l a", []),
        ("a", ["Amina Warsame"]),
        (" ".join(["s"] * 59 + ["jonathan"]), ["Jonathan Smith"]),
        ("s o b", ["Sam O'Brien"]),
        ("x sam&spelling=exact", []),
        ("s a x&spelling=exact", []),
        ("jonathan jon j smith smi", ["Jonathan Smith"]),
        ("amina smith&spelling=exact", []),
        ("mith&spelling=exact", []),
    ],
)
def test_words_find_people_and_groups(ask: Any, words: str, found: list[str]) -> None:
    assert names(ask(f"q={words}")) == found


def test_of_many_words_the_first_six_are_taken(ask: Any) -> None:
    place = a_location()
    a_clinician(family="Cruz Diaz", given="Ana Eva", middle_name="Bea Flor", at=place)
    publish()
    words = "ana bea cruz diaz eva flor"
    assert (
        names(ask(f"q={words} nobody")) == names(ask(f"q=a {words} {words} nobody")) == names(ask(f"q={words}")) != []
    )
    assert names(ask(f"q=nobody {words}")) == names(ask("q=ana bea cruz diaz eva nobody flor")) == []


def test_ten_digits_are_an_npi(ask: Any, network: People) -> None:
    npi = str(network["sam"].npi)
    assert names(ask(f"q={npi}")) == names(ask(f"q={' '.join(npi)}")) == ["Sam O'Brien"]
    assert names(ask("q=2999999999")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("zip=55104&within=1", ["Amina Warsame", "Jonathan Smith"]),
        ("zip=55104&within=1&language=so", ["Amina Warsame"]),
        ("language=so", ["Pat Tran", "Amina Warsame"]),
        ("language=hmn", ["Mai Xiong-Núñez"]),
        ("language=Somali&language=vi&language_match=all", ["Pat Tran"]),
        ("office_language=so", ["Jonathan Smith", "Amina Warsame"]),
        ("office_language=hmn", ["Sam O'Brien", "Amina Warsame", "Mai Xiong-Núñez"]),
        ("language=zh", []),
        ("race=2054-5", ["Amina Warsame"]),
        ("race=x-somali", ["Amina Warsame"]),
        ("competency=TRAUMA_INFORMED", ["Mai Xiong-Núñez"]),
        ("gender=M", ["Jonathan Smith"]),
        ("accepting=yes", ["Sam O'Brien", "Pat Tran", "Amina Warsame", "Mai Xiong-Núñez"]),
        ("accepting=yes&q=larkin avenue", ["Sam O'Brien", "Mai Xiong-Núñez"]),
        ("telehealth=yes", ["Mai Xiong-Núñez"]),
        ("accessibility=adacomp&accessibility=pubtrans", ["Jonathan Smith", "Amina Warsame"]),
        ("network=N1", ["Amina Warsame"]),
        ("plan=P1&accepting=yes", ["Amina Warsame"]),
        ("age=18&specialty=208000000X", ["Pat Tran", "Amina Warsame"]),
        ("age=18&q=larkin avenue", ["Sam O'Brien", "Amina Warsame", "Mai Xiong-Núñez"]),
        ("age=17&q=larkin avenue", ["Sam O'Brien", "Amina Warsame"]),
        ("state=PA", ["Pat Tran"]),
        ("county=42003", ["Pat Tran"]),
        ("county=Ramsey&state=MN&specialty=2084P0800X", ["Mai Xiong-Núñez"]),
        ("city=Pittsburgh&state=PA", ["Pat Tran"]),
        ("zip=Pittsburgh, PA", ["Pat Tran"]),
        ("zip=55104&state=PA", []),
    ],
)
def test_filters_combine(ask: Any, query: str, found: list[str]) -> None:
    answer = ask(query)
    assert names(answer) == found
    assert answer["count"] == len(found)
    assert answer["not_understood"] == []


def test_two_locations_are_not_mixed(ask: Any) -> None:
    """Amina takes new patients at one place and is seen at another: the two facts belong to different places."""
    assert "Amina Warsame" not in names(ask("accepting=yes&zip=55106&within=2"))


@pytest.mark.parametrize(
    ("query", "parameter", "why"),
    [
        ("language=klingon", "language", "unknown value"),
        ("race=Purple", "race", "unknown value"),
        ("network=N9", "network", "unknown value"),
        ("zip=00000", "zip", "unknown value"),
        ("zip=5510", "zip", "unknown value"),
        ("city=Nowhere Falls", "city", "unknown value"),
        ("county=Nowhere", "county", "unknown value"),
        ("state=ZZ", "state", "unknown value"),
        ("zip=55104&within=near", "within", "not a number in range"),
        ("zip=55104&within=-1", "within", "not a number in range"),
        ("age=200", "age", "not a number in range"),
        ("age=٣", "age", "not a number in range"),
        ("accepting=maybe", "accepting", "unknown value"),
        ("accessibility=adacomp&accessibility=xyz", "accessibility", "unknown value"),
        ("language=so&language=xx&language_match=all", "language", "unknown value"),
        ("city=Springfield", "city", "ambiguous"),
    ],
)
def test_what_is_not_understood_finds_nobody_and_is_named(ask: Any, query: str, parameter: str, why: str) -> None:
    answer = ask(query)
    assert answer["count"] == 0
    assert [(each["parameter"], each["why"]) for each in answer["not_understood"]] == [(parameter, why)]


def test_an_unknown_parameter_is_named_and_changes_nothing_else(ask: Any) -> None:
    answer = ask("language=so&utm_source=mail")
    assert names(answer) == names(ask("language=so"))
    assert answer["not_understood"] == [
        {"parameter": "utm_source", "value": "", "why": "unknown parameter", "choices": []}
    ]


def test_one_known_value_of_a_list_still_counts(ask: Any) -> None:
    answer = ask("language=so&language=xx")
    assert names(answer) == names(ask("language=so"))
    assert [each["value"] for each in answer["not_understood"]] == ["xx"]


def test_an_ambiguous_city_offers_its_states(ask: Any) -> None:
    choices = ask("city=Springfield")["not_understood"][0]["choices"]
    assert choices[0] in ("CA", "MN", "PA")
    assert {"IL", "MA", "MO"} <= set(choices)


def test_more_than_a_hundred_miles_is_a_hundred(ask: Any) -> None:
    answer = ask("zip=55104&within=5000")
    assert answer["count"] == 4
    assert [each["parameter"] for each in answer["not_understood"]] == ["within"]


def test_counts_are_of_the_search_without_their_own_list(ask: Any) -> None:
    facets = ask("language=vi")["facets"]
    languages = {row["value"]: row["count"] for row in facets["language"]}
    assert languages == {"en": 4, "so": 2, "vi": 1, "hmn": 1, "mww": 1}
    assert {row["value"]: row["count"] for row in facets["specialty"]} == {"208000000X": 1}


def test_every_count_is_the_number_of_results_behind_it(ask: Any) -> None:
    facets = ask("zip=55104")["facets"]
    for parameter, rows in facets.items():
        for row in rows[:4]:
            assert ask(f"zip=55104&{parameter}={row['value']}")["count"] == row["count"], (parameter, row)


def test_words_that_name_a_specialty_become_the_filter(network: People) -> None:
    client = Client(SERVER_NAME="localhost")
    response = client.get("/find-care/?q=children's doctor&zip=55104")
    assert response.status_code == 302
    sent_to = parse_qs(urlsplit(response["Location"]).query)
    assert sent_to == {"said": ["children's doctor"], "zip": ["55104"], "specialty": ["208000000X"]}
    page = client.get(response["Location"]).content.decode()
    assert "Amina Warsame" in page
    assert "by=name" in page
    program = client.get("/api/v1/clinicians/?q=children's doctor&zip=55104").json()
    assert names(program) == ["Amina Warsame"]


def test_the_same_words_can_be_looked_up_as_a_name(network: People) -> None:
    page = Client(SERVER_NAME="localhost").get("/find-care/?q=somali&by=name")
    assert page.status_code == 200
    assert "No one matches all of this yet" in page.content.decode()


def test_an_empty_page_offers_the_nearest_widening_and_the_offices(network: People) -> None:
    client = Client(SERVER_NAME="localhost")
    page = client.get("/find-care/?zip=55104&within=5&language=es").content.decode()
    assert "No one matches all of this yet" in page
    assert "Any language of the clinician" in page
    assert "Offices where staff or an interpreter speaks Spanish" in page
    assert page.index("Offices where staff") < page.index("Jonathan Smith")


def test_a_radius_of_nothing_is_widened(network: People) -> None:
    page = Client(SERVER_NAME="localhost").get("/find-care/?zip=55104&within=0").content.decode()
    assert "Look within 5 miles" in page


@pytest.mark.parametrize(
    ("words", "as_spelt"),
    [("jon smyth", False), ("jonathan smith", True), ("jon smyth&spelling=exact", True), ("q", True)],
)
def test_a_name_is_read_again_only_where_it_was_respelt(
    network: People, words: str, as_spelt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Query] = []
    manager = type(ListedClinician.objects)
    find_each = manager.find_each

    def noted(objects: Any, queries: list[Query]) -> Any:
        asked.extend(queries)
        return find_each(objects, queries)

    monkeypatch.setattr(manager, "find_each", noted)
    page = Client(SERVER_NAME="localhost").get(f"/find-care/?gender=F&q={words}").content.decode()
    assert "No one matches all of this yet" in page
    assert {query.as_spelt for query in asked} == {as_spelt}


@pytest.mark.parametrize("place", ["zip=55104&", ""])
def test_pages_follow_each_other_by_key(network: People, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("finding", "api", "pages"):
        monkeypatch.setattr(f"directory.search.{module}.ROWS_A_PAGE", 2)
    client = Client(SERVER_NAME="localhost")
    address = f"/api/v1/clinicians/?{place}"
    seen: list[str] = []
    for _ in range(5):
        answer = client.get(address).json()
        seen += names(answer)
        if not answer["next"]:
            break
        address = answer["next"]
    assert len(seen) == len(set(seen)) == answer["count"]


def test_distance_is_in_metres_for_programs_and_miles_for_people(ask: Any, network: People) -> None:
    first = ask("zip=55104&specialty=208000000X")["results"][0]
    assert 0 < first["metres"] < 2000
    page = Client(SERVER_NAME="localhost").get("/find-care/?zip=55104&specialty=208000000X").content.decode()
    assert f"{first['metres'] / 1609.344:.1f}" in page


def test_the_schema_names_every_parameter(client: Client) -> None:
    schema = json.loads(Client(SERVER_NAME="localhost").get("/api/schema/").content)
    offered = {each["name"] for each in schema["paths"]["/api/v1/clinicians/"]["get"]["parameters"]}
    assert {"q", "zip", "within", "language", "race", "accepting", "after", "sort"} <= offered


def test_words_that_became_filters_do_not_come_back(network: People) -> None:
    """Else a filter that came from words could not be taken off again."""
    client = Client(SERVER_NAME="localhost")
    page = client.get("/find-care/?q=somali pediatrician", follow=True).content.decode()
    assert "You wrote “somali pediatrician”" in page
    assert 'name="q" type="search" value=""' in page


def test_filters_that_are_called_alike_are_told_apart(network: People) -> None:
    """Somali is a language and a people; a filter that stands alone needs no more words."""
    client = Client(SERVER_NAME="localhost")

    def chips(query: str) -> list[str]:
        page = client.get(f"/find-care/?{query}").content.decode()
        return re.findall(r"Remove filter: </span>(.*?)<svg", page)

    assert chips("language=so&race=x-somali") == ["Clinician speaks: Somali", "Race or ethnicity: Somali"]
    assert chips("language=so&gender=F") == ["Somali", "Female"]
