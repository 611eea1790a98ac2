"""What an open page is told of its session, and by whom that session is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import limits
from accounts.vocabulary import IDLE_MINUTES, IDLE_MINUTES_STAFF, LONGEST_HOURS, LONGEST_HOURS_STAFF, CapacityKind
from tests.builders.people import an_app, person, signed_in

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def used_before(client: Client, seconds: float) -> float:
    """As if the session had not been used for so long; returns when that was."""
    session: Any = client.session
    session["seen"] -= seconds
    session.save()
    return float(session["seen"])


@pytest.mark.django_db
def test_asking_what_is_left_keeps_nobody_signed_in() -> None:
    client = signed_in(person())
    seen = used_before(client, 800)
    assert 90 < client.get("/account/stay/left/").json()["seconds"] <= 100
    assert client.session["seen"] == seen


@pytest.mark.django_db
def test_answering_the_warning_does() -> None:
    client = signed_in(person())
    used_before(client, 800)
    told = client.post("/account/stay/").json()
    assert told["seconds"] > 14 * 60
    assert told["last"] is False


@pytest.mark.django_db
def test_staff_are_told_of_their_shorter_limit() -> None:
    user = person("grace.l", "grace@mail.example", CapacityKind.STAFF)
    an_app(user)
    assert 590 < signed_in(user).get("/account/stay/left/").json()["seconds"] <= 600


@pytest.mark.django_db
def test_who_is_signed_out_is_told_nothing() -> None:
    client = signed_in(person())
    used_before(client, 901)
    assert client.get("/account/stay/left/").status_code == 302


@pytest.mark.django_db
def test_whoever_comes_back_from_signing_in_to_where_the_warning_was_answered_finds_a_page() -> None:
    assert signed_in(person()).get("/account/stay/").headers["Location"] == "/account/"


@given(
    idle=st.integers(0, 15 * 60 - 1),
    lasted=st.integers(0, 12 * 3600 - 1),
    staff=st.booleans(),
)
def test_what_is_left_is_the_nearer_of_two_ends(idle: int, lasted: int, staff: bool) -> None:
    kinds = [CapacityKind.MEMBER, *([CapacityKind.STAFF] if staff else [])]
    began, seen = NOON - timedelta(seconds=max(lasted, idle)), NOON - timedelta(seconds=idle)
    found = limits(began=began, seen=seen, at=NOON, kinds=kinds)
    idles = (IDLE_MINUTES_STAFF if staff else IDLE_MINUTES) * 60 - idle
    longest = (LONGEST_HOURS_STAFF if staff else LONGEST_HOURS) * 3600 - max(lasted, idle)
    assert found.seconds_left == min(idles, longest)
    assert found.is_the_longest == (longest <= idles)
