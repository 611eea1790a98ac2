"""Where a place's point is that of its ZIP code, every distance to it says "about"; elsewhere none does."""

import csv
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from directory.listing.models import ListedPlace
from directory.publication.operations import first_difference
from tests.builders.network import a_clinician, a_location
from tests.builders.publishing import NOW, publish

pytestmark = pytest.mark.usefixtures("codes")


@pytest.fixture(params=[True, False], ids=["approximate", "exact"])
def approximate(request: pytest.FixtureRequest, codes: None) -> bool:
    """A clinician at a place near 55104, as NPPES knows it: without coordinates of its own; or at one with them."""
    known: bool = request.param
    at = a_location(source="nppes_address", line1="400 ALDER ST", approximate=known)
    a_clinician(family="Warsame", given="Amina", at=at)
    publish()
    return known


class Text(HTMLParser):
    """A page's words, tags left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def ask(path: str) -> Any:
    return Client().get(path)


def body(path: str) -> str:
    answer = ask(path)
    return (b"".join(answer) if answer.streaming else answer.content).decode()


@pytest.mark.parametrize("path", ["/find-care/", "/find-care/places/", "/find-care/print/"])
def test_a_row_of_results_says_so(approximate: bool, path: str) -> None:
    distances = re.findall(r"(about )?\d\.\d mi miles away", " ".join(Text(body(f"{path}?zip=55104")).words))
    assert distances == ["about " if approximate else ""]


def test_a_file_says_so(approximate: bool) -> None:
    _, columns, row = csv.reader(body("/find-care.csv?zip=55104").splitlines())
    assert re.fullmatch(r"about \d\.\d" if approximate else r"\d\.\d", row[columns.index("Miles")])


def test_where_nothing_is_measured_nothing_is_said(approximate: bool) -> None:
    for path in ("/find-care/", "/find-care/places/"):
        assert "miles away" not in body(path)
    _, columns, row = csv.reader(body("/find-care.csv").splitlines())
    assert row[columns.index("Miles")] == ""


def test_programs_are_told(approximate: bool) -> None:
    (clinician,) = ask("/api/v1/clinicians/?zip=55104").json()["results"]
    (place,) = ask("/api/v1/places/?zip=55104").json()["results"]
    (at,) = ask(f"/api/v1/clinicians/{clinician['npi']}/").json()["locations"]
    one = ask(f"/api/v1/places/{place['id']}/").json()
    told = [each["distance_is_approximate"] for each in (clinician["locations"][0]["place"], place, at["place"], one)]
    assert told == [approximate] * 4
    described = ask("/api/schema/").json()["components"]["schemas"]
    for shape in ("Place", "FoundPlace", "PlacePage"):
        assert described[shape]["properties"]["distance_is_approximate"]["type"] == "boolean"


def test_a_listing_that_says_otherwise_than_the_facts_is_found_and_mended(approximate: bool) -> None:
    place = ListedPlace.objects.get()
    assert place.approximate is approximate
    place.approximate = not approximate
    place.save()
    assert first_difference(at=NOW) == f"place {place.pk} is listed otherwise than the facts say"
    publish()
    assert ListedPlace.objects.get().approximate is approximate
    assert first_difference(at=NOW) is None
