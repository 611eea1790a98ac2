"""The API counts addresses, before it takes the database role, and forgets them."""

import pytest
from django.test import Client, RequestFactory

from directory.network.models import Clinician
from directory.search.throttle import AddressThrottle

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AddressThrottle, "rate", "2/min")


def test_who_asks_too_often_waits(network: dict[str, Clinician], twice_a_minute: None) -> None:
    here, there = (Client(SERVER_NAME="localhost", REMOTE_ADDR=address) for address in ("203.0.113.7", "203.0.113.8"))
    assert [here.get("/api/v1/clinicians/").status_code for _ in range(3)] == [200, 200, 429]
    assert here.get("/api/v1/clinicians/")["Retry-After"].isdigit()
    assert there.get("/api/v1/clinicians/").status_code == 200


def test_pages_are_not_counted(network: dict[str, Clinician], twice_a_minute: None) -> None:
    client = Client(SERVER_NAME="localhost")
    assert {client.get("/find-care/?language=so").status_code for _ in range(4)} == {200}


def test_the_count_names_no_address_and_is_forgotten_within_the_hour(network: dict[str, Clinician]) -> None:
    throttle = AddressThrottle()
    key = throttle.get_cache_key(RequestFactory().get("/", REMOTE_ADDR="203.0.113.7"), None)
    assert "203" not in key
    assert throttle.duration <= 3600
