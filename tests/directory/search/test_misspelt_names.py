"""A name spelt wrong is found all the same; whoever reads the page knows what was searched for."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import strip_tags

from directory.network.models import Clinician
from directory.self_description.vocabulary import Field
from tests.builders.answers import hides
from tests.builders.network import a_clinician, a_location
from tests.builders.publishing import publish

pytestmark = pytest.mark.django_db
People = dict[str, Clinician]


def found(query: str) -> dict[str, Any]:
    answer: dict[str, Any] = Client(SERVER_NAME="localhost").get(f"/api/v1/clinicians/?{query}").json()
    return answer


def names(query: str) -> list[str]:
    return [each["name"] for each in found(query)["results"]]


def page(query: str) -> str:
    return Client(SERVER_NAME="localhost").get(f"/find-care/?{query}").content.decode()


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("jon smyth", "Jonathan Smith"),
        ("jonathan smtih", "Jonathan Smith"),
        ("smih jonathan", "Jonathan Smith"),
        ("jonathan smithh", "Jonathan Smith"),
        ("jonahtan smiht", "Jonathan Smith"),
        ("JONATHAN SMITJ", "Jonathan Smith"),
        ("warsmae", "Amina Warsame"),
        ("amian", "Amina Warsame"),
        ("nunes", "Mai Xiong-Núñez"),
        ("mai núnze", "Mai Xiong-Núñez"),
        ("obirne", "Sam O'Brien"),
        ("sam oberien", "Sam O'Brien"),
    ],
)
def test_a_misspelt_name_finds_who_is_meant(network: People, words: str, meant: str) -> None:
    answer = found(f"q={words}")
    assert [each["name"] for each in answer["results"]] == [meant]
    assert answer["count"] == 1
    assert len(answer["suggestion"]["searched"]) == 1


@pytest.mark.parametrize(
    "words",
    [
        "warxxxame",  # three letters
        "win",
        "sn",
        "q",
        "2999999999",
        "jonathan warsmae",  # nobody bears both
        "王",
        "jonathan smith smiht jonn jhon smtih",
        "jon smyth jonathan smiht",  # four words
        "'; --",
    ],
)
def test_what_is_too_far_from_every_name_finds_nobody(network: People, words: str) -> None:
    answer = found(f"q={quote(words)}&by=name")
    assert (answer["count"], answer["suggestion"]) == (0, None)


def test_three_words_may_have_one_typo(network: People) -> None:
    a_clinician(family="Warsame", given="Khadija", middle_name="Noor", at=a_location())
    publish()
    assert names("q=khadija noor warsmae") == names("q=khadija warsmea") == ["Khadija Noor Warsame"]
    assert names("q=khadija noor warsmea") == names("q=khadija nor warsmae") == []


def test_a_name_that_somebody_bears_is_never_taken_for_another(network: People) -> None:
    place = a_location()
    a_clinician(family="Smyth", given="Jon", at=place)
    publish()
    answer = found("q=jon smyth")
    assert [each["name"] for each in answer["results"]] == ["Jon Smyth"]
    assert answer["suggestion"] is None


def test_a_name_that_hardly_anybody_bears_comes_with_one_that_is_much_likelier(network: People) -> None:
    place = a_location()
    a_clinician(family="Smyth", given="Jonathan", at=place)
    for _ in range(80):
        a_clinician(family="Smith", given="Jonathan", at=place)
    publish()
    answer = found("q=jonathan smyth")
    assert [each["name"] for each in answer["results"]] == ["Jonathan Smyth"]
    assert answer["suggestion"] == {"searched": [], "others": ["jonathan smith"]}
    assert "Did you mean: “Jonathan Smith”" in text(page("q=jonathan smyth"))
    assert found("q=jonathan smith")["suggestion"] is None


def test_what_more_clinicians_bear_is_likelier(network: People) -> None:
    place = a_location()
    for family, many in (("Johnson", 12), ("Jonsen", 1), ("Joyson", 1)):
        for _ in range(many):
            a_clinician(family=family, given="Ada", at=place)
    publish()
    answer = found("q=jonson")
    assert {each["name"] for each in answer["results"]} == {"Ada Johnson"}
    assert answer["suggestion"] == {"searched": ["johnson"], "others": ["jonsen", "joyson"]}


def test_names_that_few_bear_are_shown_together(network: People) -> None:
    place = a_location()
    for family in ("Kim", "King"):
        a_clinician(family=family, given="Jeffrey", at=place)
    publish()
    assert names("q=jeffrey kin") == ["Jeffrey King"]  # as it begins
    answer = found("q=jeffrey kirn")
    assert {each["name"] for each in answer["results"]} == {"Jeffrey Kim", "Jeffrey King"}
    assert set(answer["suggestion"]["searched"]) == {"jeffrey kim", "jeffrey king"}


def test_the_page_says_what_it_shows_and_leads_to_what_was_written(network: People) -> None:
    shown = page("q=jon smyth")
    assert "Showing results for “Jonathan Smith”. Search instead for “jon smyth”" in text(shown)
    assert 'name="q" type="search" value="jon smyth"' in shown
    assert "1 clinician matches" in shown
    assert "/find-care/?q=jon+smyth&amp;spelling=exact" in shown
    as_written = page("q=jon smyth&spelling=exact")
    assert "No one matches all of this yet" in as_written
    assert "Smith" not in as_written
    assert '<input type="hidden" name="spelling" value="exact">' in as_written


def test_programs_and_lists_find_the_same(network: People) -> None:
    client = Client(SERVER_NAME="localhost")
    for path in ("/find-care.csv", "/find-care/print/"):
        listed = b"".join(client.get(f"{path}?q=jon smyth")).decode()  # type: ignore[arg-type]
        assert "Jonathan Smith" in listed
        assert "Jonathan Smith" not in b"".join(client.get(f"{path}?q=jon smyth&spelling=exact")).decode()  # type: ignore[arg-type]
    assert found("q=jon smyth&spelling=exact")["suggestion"] is None
    assert found("q=jon smyth")["suggestion"]["searched"] == ["jonathan smith"]


def test_filters_and_places_hold_for_who_was_meant(network: People) -> None:
    assert names("q=jon smyth&zip=55104&within=1") == ["Jonathan Smith"]
    assert names("q=jon smyth&gender=M") == ["Jonathan Smith"]
    nowhere = found("q=jon smyth&state=PA")
    assert (nowhere["count"], nowhere["suggestion"]["searched"]) == (0, ["jonathan smith"])
    assert "Showing results for “Jonathan Smith”" in text(page("q=jon smyth&gender=F"))


def test_another_spelling_word_is_named_and_changes_nothing(network: People) -> None:
    answer = found("q=jon smyth&spelling=close")
    assert answer["count"] == 1
    assert [each["parameter"] for each in answer["not_understood"]] == ["spelling"]


def test_pages_of_a_misspelt_name_follow_each_other(network: People, monkeypatch: pytest.MonkeyPatch) -> None:
    place = a_location()
    for _ in range(5):
        a_clinician(family="Johnson", given="Ada", at=place)
    publish()
    for module in ("finding", "api", "pages"):
        monkeypatch.setattr(f"directory.search.{module}.ROWS_A_PAGE", 2)
    client, address, seen = Client(SERVER_NAME="localhost"), "/api/v1/clinicians/?q=adda jonson", []
    while address:
        answer = client.get(address).json()
        seen += [each["npi"] for each in answer["results"]]
        address = answer["next"]
    assert len(seen) == len(set(seen)) == 5


def test_a_name_that_is_hidden_is_suggested_to_nobody(network: People) -> None:
    assert names("q=jon smyth") == ["Jonathan Smith"]
    hides(network["jonathan"], Field.NAME)
    answer = found("q=jon smyth")
    assert (answer["count"], answer["suggestion"]) == (0, None)


def text(html: str) -> str:
    return " ".join(strip_tags(html).split())
