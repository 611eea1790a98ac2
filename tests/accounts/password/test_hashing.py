"""How a password is kept."""

import unicodedata
from typing import Any

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from django.contrib.auth.hashers import check_password, make_password
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.password.hashers import Argon2id
from tests.builders.people import PASSWORD, person


def cost_of(kept: str) -> tuple[Type, int, int, int]:
    cost = extract_parameters(kept.removeprefix("argon2"))
    return cost.type, cost.memory_cost, cost.time_cost, cost.parallelism


@pytest.fixture
def dearer(settings: Any) -> Any:
    """Costs that are not those of the other tests."""
    settings.PASSWORD_MEMORY_MIB, settings.PASSWORD_PASSES = 2, 3
    settings.PASSWORD_HASHERS = list(settings.PASSWORD_HASHERS)  # Django makes its hashers anew
    return settings


def test_it_is_argon2id_in_one_lane_as_costly_as_the_settings_say(dearer: Any) -> None:
    assert cost_of(make_password(PASSWORD)) == (Type.ID, 2048, 3, 1)


@pytest.mark.django_db
def test_a_password_that_was_cheaper_is_made_dearer_when_it_is_next_checked(request: pytest.FixtureRequest) -> None:
    person()
    before = User.objects.get().password
    request.getfixturevalue("dearer")
    assert User.objects.get().check_password(PASSWORD)
    after = User.objects.get().password
    assert cost_of(before) != cost_of(after) == (Type.ID, 2048, 3, 1)
    assert User.objects.get().check_password(PASSWORD)


@given(st.text(min_size=1, max_size=20))
def test_the_same_characters_open_the_account_however_a_keyboard_sends_them(typed: str) -> None:
    kept = make_password(unicodedata.normalize("NFD", typed))
    assert check_password(unicodedata.normalize("NFC", typed), kept)
    assert not check_password(typed + "x", kept)


def test_nothing_is_cut_off() -> None:
    longest = "Aa1" + "\U0001fabf" * 61
    kept = make_password(longest)
    assert check_password(longest, kept)
    assert not check_password(longest[:-1], kept)


def test_what_no_password_can_be_is_neither_composed_nor_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = make_password(PASSWORD)
    composed: list[str] = []
    monkeypatch.setattr("accounts.password.hashers.normalised", lambda typed: composed.append(typed) or typed)
    book = "e" + "\u0301\u0323" * 320_000
    assert not Argon2id().verify(book, kept)
    with pytest.raises(ValueError, match="no password is that long"):
        Argon2id().encode(book, "a" * 22)
    assert composed == []


def test_the_same_password_is_kept_differently_each_time() -> None:
    assert Argon2id().encode(PASSWORD, "a" * 22) != Argon2id().encode(PASSWORD, "b" * 22)
    assert make_password(PASSWORD) != make_password(PASSWORD)
