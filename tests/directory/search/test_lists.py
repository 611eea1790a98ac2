"""Lists to print and files: the same search, read a piece at a time."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from directory.listing.models import Attribute
from directory.listing.vocabulary import Group
from directory.network.models import Clinician
from directory.publication.operations import republish
from directory.search.lists import RUNS_AS_FORMULA, defused
from tests.builders.network import a_location
from tests.builders.publishing import publish

from .conftest import NOW

pytestmark = pytest.mark.django_db
People = dict[str, Clinician]
CLINICIANS = ("/find-care.csv", "/find-care/print/")
PLACES = ("/find-care/places.csv", "/find-care/places/print/")


@pytest.fixture
def client() -> Client:
    return Client(SERVER_NAME="localhost")


def text_of(response: Any) -> str:
    return b"".join(response).decode()


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(response))))


def test_a_file_says_its_day_its_columns_and_its_people(network: People, client: Client) -> None:
    answer = client.get("/find-care.csv?language=so")
    assert answer["Content-Disposition"] == 'attachment; filename="find-care.csv"'
    said, header, *people = rows_of(answer)
    assert "Do not republish" in said[0]
    assert len(header) == 16
    assert [row[1] for row in people] == ["Pat Tran", "Amina Warsame"]


def test_a_file_of_places_says_what_the_page_says_of_each(network: People, client: Client) -> None:
    answer = client.get("/find-care/places.csv?zip=55104")
    assert answer["Content-Disposition"] == 'attachment; filename="places.csv"'
    said, header, *places = rows_of(answer)
    assert said[0].endswith("Do not republish this list: facts change.")
    alder, larkin = (dict(zip(header, row, strict=True)) for row in places)
    assert alder == {
        "Name": "Alder Street Clinic",
        "Kind of place": "Clinic",
        "Organization": "",
        "Miles": alder["Miles"],
        "Address": "400 Alder Street",
        "City": "Saint Paul",
        "State": "MN",
        "ZIP code": "55104",
        "Phone": "651-555-0142",
        "Website": "",
        "Getting in and around": "Meets disability access law (ADA); Can be reached by bus or train",
        "Office staff speak": "Somali, Spanish",
        "Interpreters": "",
        "Network": "",
    }
    assert larkin["Interpreters"] == "Hmong (by phone)"
    assert float(alder["Miles"]) < float(larkin["Miles"])


def test_a_file_of_places_says_where_to_call_first(network: People, client: Client) -> None:
    a_location(source="hospitals", name="JUNIPER HOSPITAL", kind="hospital", city="SAINT PAUL")
    publish(at=NOW)
    _, header, *places = rows_of(client.get("/find-care/places.csv?kind=hospital"))
    (juniper,) = (dict(zip(header, row, strict=True)) for row in places)
    assert (juniper["Name"], juniper["City"]) == ("Juniper Hospital", "Saint Paul")
    assert juniper["Network"] == "Network not known: call before you go."


@pytest.mark.parametrize(("path", "columns"), [("/find-care.csv?language=sm", 16), ("/find-care/places.csv?q=zz", 14)])
def test_an_empty_file_still_has_its_columns(network: People, client: Client, path: str, columns: int) -> None:
    _, header = rows_of(client.get(path))
    assert len(header) == columns


def test_a_file_is_in_the_language_of_its_address(network: People, client: Client) -> None:
    _, header, *people = rows_of(client.get("/es/find-care.csv?q=smith"))
    assert "Nombre" in header
    assert people[0][12] == "Inglés"


@pytest.mark.parametrize("query", ["", "?zip=55104&within=100"])
def test_every_place_is_in_the_file_once_in_the_order_of_the_page(
    network: People, client: Client, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    for nth in range(5):
        a_location(source="hospitals", name=f"{'ZAXBY'[nth]} HOSPITAL", kind="hospital", latitude=44.9 + nth / 100)
    publish(at=NOW)
    shown = [place["name"] for place in client.get(f"/api/v1/places/{query}").json()["results"]]
    monkeypatch.setattr("directory.search.lists.ROWS_A_PIECE", 2)
    assert [row[0] for row in rows_of(client.get(f"/find-care/places.csv{query}"))[2:]] == shown
    assert len(set(shown)) >= 7


@pytest.mark.parametrize(
    ("paths", "there", "said"),
    [
        (CLINICIANS, 5, "This list stops after 2 of 5 clinicians."),
        (PLACES, 3, "This list stops after 2 of 3 places."),
    ],
)
def test_a_list_is_read_in_pieces_and_says_when_it_stops(
    network: People, client: Client, monkeypatch: pytest.MonkeyPatch, paths: tuple[str, str], there: int, said: str
) -> None:
    file, paper = paths
    monkeypatch.setattr("directory.search.lists.ROWS_A_PIECE", 1)
    assert len(rows_of(client.get(file))) == 2 + there
    for module in ("lists", "pages"):
        monkeypatch.setattr(f"directory.search.{module}.MOST_ROWS_OF_A_LIST", 2)
    *_, last = rows = rows_of(client.get(file))
    assert len(rows) == 2 + 2 + 1
    assert last[0].startswith(said)
    assert said in text_of(client.get(paper))


def test_whoever_is_taken_off_the_list_meanwhile_is_not_in_the_next_piece(
    network: People, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("directory.search.lists.ROWS_A_PIECE", 2)
    body = iter(client.get("/find-care.csv"))
    first = next(body).decode()
    assert "Jonathan Smith" in first
    Clinician.objects.filter(npi=network["amina"].npi).update(deactivated_on="2026-11-20")
    republish(npis=[network["amina"].npi], at=NOW)
    assert "Warsame" not in b"".join(body).decode()


@given(text=st.text())
def test_no_cell_runs_as_a_formula(text: str) -> None:
    cell = str(defused(text))
    assert not cell.startswith(RUNS_AS_FORMULA)
    assert cell.endswith(text)


def test_a_name_that_looks_like_a_formula_is_defused(network: People, client: Client) -> None:
    Clinician.objects.filter(npi=network["sam"].npi).update(given_name="=1+1", family_name="Sam")
    republish(npis=[network["sam"].npi], at=NOW)
    assert "'=1+1 Sam" in {row[1] for row in rows_of(client.get("/find-care.csv"))[2:]}


def test_a_printed_list_has_its_day_and_its_people(network: People, client: Client) -> None:
    page = text_of(client.get("/find-care/print/?zip=55104"))
    assert "Do not republish this list" in page
    assert page.count('class="hit"') == 4
    assert page.rstrip().endswith("</html>")


@pytest.mark.parametrize("path", ["/find-care/print/", "/find-care/places/print/"])
def test_a_printed_list_calls_a_network_by_its_name(path: str, network: People, client: Client) -> None:
    name = Attribute.objects.get(group=Group.NETWORK, code="N1").label
    assert f'<p class="lead">{name}</p>' in text_of(client.get(f"{path}?network=N1"))


def test_a_printed_list_of_places_leads_back_to_them_and_does_not_say_who_is_open(
    network: People, client: Client
) -> None:
    page = text_of(client.get("/find-care/places/print/?zip=55104&kind=clinic"))
    assert "2 places match" in page
    assert page.count('class="hit"') == 2
    assert 'href="/find-care/places/?zip=55104&amp;kind=clinic"' in page
    assert "Do not republish this list: facts change." in page
    assert "/find-care/places/</p>" in page
    assert "Open" not in page


@pytest.mark.parametrize("path", [*CLINICIANS, *PLACES])
def test_lists_stay_out_of_search_engines(network: People, client: Client, path: str) -> None:
    assert client.get(path)["X-Robots-Tag"] == "noindex, noarchive"


@pytest.mark.parametrize(("page", "lists"), [("/find-care/", CLINICIANS), ("/find-care/places/", PLACES)])
def test_the_page_leads_to_the_same_search_as_a_file_and_on_paper(
    network: People, client: Client, page: str, lists: tuple[str, str]
) -> None:
    html = client.get(f"{page}?network=N1").content.decode()
    assert all(f'href="{path}?network=N1"' in html for path in lists)
