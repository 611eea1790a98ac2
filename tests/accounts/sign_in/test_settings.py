"""Settings: where one is signed in, and the language."""

import re
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.operations import end_sessions
from accounts.sign_in.access import sessions_of
from tests.builders.people import PASSWORD, SOMEBODY, person, signed_in

SESSIONS = "/account/settings/where-signed-in/"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
)
pytestmark = pytest.mark.django_db


def with_browser(user: Any, user_agent: str) -> Client:
    return signed_in(user, client=Client(headers={"user-agent": user_agent}))


def numbers(browser: Client) -> list[str]:
    """Of the sessions that the page offers to end."""
    return re.findall(r'name="session" value="(\d+)"', browser.get(SESSIONS).content.decode())


def test_the_page_says_on_which_devices_one_is_signed_in_and_which_is_this() -> None:
    user = person()
    with_browser(user, PHONE)
    here = with_browser(user, "curl/8")
    text = here.get(SESSIONS).content.decode()
    assert "Chrome on Android" in text
    assert "A device that we do not know (this device)" in text
    assert "127.0.0.1" not in text


def test_a_session_that_is_signed_out_from_afar_is_dead_at_its_next_request() -> None:
    user = person()
    phone, here = with_browser(user, PHONE), signed_in(user)
    [number] = numbers(here)
    here.post(SESSIONS, {"session": number})
    assert phone.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert numbers(here) == []


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 40, "-1", "\u0663", "x", ""])
def test_a_number_that_is_no_sessions_ends_nothing(number: str) -> None:
    here = signed_in(person())
    assert here.post(SESSIONS, {"session": number}).status_code == 302
    assert here.get("/account/").status_code == 200


def test_all_others_are_signed_out_at_once() -> None:
    user = person()
    others, here = [signed_in(user) for _ in range(3)], signed_in(user)
    here.post(SESSIONS, {"others": "yes"})
    assert [each.get("/account/").status_code for each in others] == [302] * 3
    assert here.get("/account/").status_code == 200
    assert AuditEvent.objects.filter(verb="end_session", subject=f"user:{user.pk}").count() == 3


def test_nobody_ends_what_is_anothers() -> None:
    theirs = signed_in(person("omar.h", "o@mail.example"))
    number = UserSession.objects.get().pk
    signed_in(person()).post(SESSIONS, {"session": number})
    assert theirs.get("/account/").status_code == 200


def test_a_session_that_is_over_is_not_listed() -> None:
    user = person()
    signed_in(user)
    assert len(sessions_of(user, timezone.now())) == 1
    end_sessions(user_id=user.pk, by=SOMEBODY, at=timezone.now())
    user.refresh_from_db()
    assert sessions_of(user, timezone.now()) == []


def test_rows_of_dead_sessions_go_at_the_next_sign_in() -> None:
    user = person()
    browser = signed_in(user)
    browser.session.flush()
    signed_in(user)
    assert UserSession.objects.count() == 1


@pytest.mark.parametrize("wrong", ["", "x", "-1", "999999999999999999999"])
def test_a_number_that_is_none_ends_nothing(wrong: str) -> None:
    browser = signed_in(person())
    assert browser.post(SESSIONS, {"session": wrong}).status_code == 302
    assert browser.get("/account/").status_code == 200


def test_the_language_is_chosen_and_its_pages_follow() -> None:
    user = person()
    browser = signed_in(user)
    assert (
        browser.post("/account/settings/language/", {"language": "es"}).headers["Location"] == "/es/account/settings/"
    )
    user.refresh_from_db()
    assert user.language == "es"
    assert browser.post("/account/settings/language/", {"language": "tlh"}).status_code == 200
    user.refresh_from_db()
    assert user.language == "es"


@pytest.mark.parametrize("address", ["/account/", "/account/settings/", SESSIONS, "/account/settings/second-factor/"])
def test_no_page_tells_a_username(address: str) -> None:
    user = person(name="")
    browser = signed_in(user)
    assert user.username not in browser.get(address).content.decode()


def test_the_way_to_a_new_password_is_the_one_that_members_know() -> None:
    """Name at the top right, Settings, Change Password, Redirect to Password Reset."""
    browser = signed_in(person())
    top = browser.get("/account/").content.decode()
    assert re.search(r'class="me"><a href="/account/settings/">.*Amina Warsame', top)
    assert re.search(
        r'href="/account/settings/change-password/"><b>Change Password',
        browser.get("/account/settings/").content.decode(),
    )
    assert "Redirect to Password Reset" in browser.get("/account/settings/change-password/").content.decode()
    assert PASSWORD not in top
