"""What goes wrong tells nothing: no strange address breaks a page, no error repeats a value, no log line keeps one."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from directory.listing.models import ListedClinician
from directory.self_description.operations import Said
from directory.self_description.vocabulary import Display, Field
from portal.config.logging import Discreet
from tests.builders.network import valid_npi
from tests.privacy.surfaces import FIND, LIST, visitor
from tests.privacy.worlds import SUBJECTS, Step, an_ordinary_network, carry_out

pytestmark = pytest.mark.django_db
AMINA = SUBJECTS[0]
STRANGE = (
    "\x00",
    "a\x00b",
    "\ud7ff\U0010ffff",
    "%",
    "'; --",
    "9" * 5000,
    "-1",
    "1e400",
    "nan",
    "٣",
    "x" * 5000,
    "\u202e",
)
PARAMETERS = ("q", "zip", "city", "state", "county", "within", "age", "sort", "after", "language", "race", "network")
PARAMETERS += ("plan", "affiliation", "accepting", "language_match", "by", "said", "spelling")


@pytest.fixture
def network(codes: None) -> None:
    an_ordinary_network()
    carry_out(AMINA, Step(Field.RACE, Display.MATCHING, (Said("x-somali"),), "Benadir"), 0)


@contextmanager
def written_log() -> Iterator[io.StringIO]:
    """What stands in the log file, formatted as it is there."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet())
    logging.getLogger().addHandler(handler)
    try:
        yield written
    finally:
        logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("path", [FIND, LIST])
def test_no_strange_value_breaks_a_page(network: None, path: str, parameter: str) -> None:
    client = visitor()
    broken = [
        value[:10]
        for value in STRANGE
        if client.get(f"{path}?{parameter}={quote(value)}&specialty=207Q00000X").status_code >= 500
    ]
    assert broken == []


@pytest.mark.parametrize(
    "path",
    [
        "/find-care/clinicians/99999999999999999999/",
        "/find-care/clinicians/9223372036854775808/",
        "/api/v1/clinicians/99999999999999999999/",
        "/find-care/zip/?lat=nan&lon=inf",
        "/find-care/zip/?lat=9e99&lon=0",
        "/find-care/?zip=55104&after=9999999-9999999999",
        "/find-care/?q=9999999999",
        "/find-care/?q=" + "9" * 200,
        "/find-care/?" + "&".join(f"p{n}=1" for n in range(400)),
        "/find-care/?" + "&".join(f"language={n}" for n in range(400)),
        "/es/find-care/%00/",
        "/api/v1/clinicians/?format=xml",
    ],
)
def test_no_strange_address_breaks_a_page(network: None, path: str) -> None:
    assert visitor().get(path).status_code < 500


def test_a_page_that_fails_says_the_same_whatever_failed(network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    bodies = []
    with written_log() as log:
        for error in (ValueError("x-somali Benadir"), KeyError("Warsamea")):

            def fail(*_: Any, error: Exception = error) -> None:
                raise error

            monkeypatch.setattr("directory.search.views.find", fail)
            answer = client.get("/find-care/")  # a query would stand in the link to the other language
            assert answer.status_code == 500
            bodies.append(answer.content)
    assert bodies[0] == bodies[1]
    for value in ("x-somali", "Benadir", "Warsamea"):
        assert value not in log.getvalue()
        assert value.encode() not in bodies[0]
    assert "ValueError" in log.getvalue()


def test_looking_for_somebody_leaves_nothing_of_it_in_the_log(network: None) -> None:
    with written_log() as log:
        client = Client(raise_request_exception=False)
        for path in (
            "/find-care/clinicians/2999999999/?race=x-somali",
            "/api/v1/clinicians/2999999999/",
            "/find-care/zip/?lat=x&lon=Benadir",
            "/Benadir/?race=x-somali",
        ):
            assert client.get(path).status_code in (400, 404)
        assert client.post("/find-care/?q=Benadir").status_code == 405
    for value in ("x-somali", "Benadir", "2999999999"):
        assert value not in log.getvalue()


def test_a_redirect_carries_only_what_was_asked(network: None) -> None:
    answer = Client().get("/find-care/?q=Somali+family+doctor&zip=55104")
    assert answer.status_code == 302
    for npi in SUBJECTS:
        assert str(npi) not in answer["Location"]


def test_a_cursor_of_a_hidden_name_opens_nothing(network: None) -> None:
    """Somebody who was listed between two others: the pages beside the gap do not say that there is one."""
    carry_out(AMINA, Step(Field.NAME, Display.PRIVATE), 1)
    page = Client().get(f"/find-care/?after=warsamea amina-{AMINA}")
    assert page.status_code == 200
    assert str(AMINA).encode() not in page.content.replace(f"amina-{AMINA}".encode(), b"")


def test_people_of_one_name_stand_in_the_order_of_their_npi(network: None) -> None:
    """A tie that was broken by when they answered, or by where the row lies, would tell who answered."""
    of_one_name = (*SUBJECTS[:2], valid_npi(8))
    for npi in reversed(of_one_name):
        carry_out(npi, Step(Field.RACE, Display.PRIVATE, (Said("x-somali"),)), 1)
    ListedClinician.objects.filter(npi__in=of_one_name).update(sort_key="one name")
    listed = [int(row["npi"]) for row in Client().get(f"{LIST}?q=warsame&sort=name").json()["results"]]
    assert [npi for npi in listed if npi in of_one_name] == sorted(of_one_name)
