"""How a session ends, and how a person keeps it: by keyboard, with and without script, in two tabs."""

import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from accounts.vocabulary import IDLE_MINUTES, LONGEST_HOURS
from tests.builders.people import PASSWORD, person
from tests.journeys.conftest import DESK, PHONE, Open
from tests.journeys.test_sign_in import sign_in
from tests.journeys.visiting import is_fine, press, tab_to, type_into

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AGAIN, NEW = "/account/again/", "/account/settings/email/new/"
WORDS = "amina.new@mail.example"


def sessions() -> Iterator[Any]:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in Session.objects.all():
        yield store(row.session_key)


def leave(seconds: float, *, of_the_longest: bool = False) -> None:
    """As if whoever is signed in had done nothing until so many seconds before the end."""
    for session in sessions():
        if of_the_longest:
            session["began"] = time.time() - LONGEST_HOURS * 3600 + seconds
        else:
            session["seen"] = time.time() - IDLE_MINUTES * 60 + seconds
        session.save()


def seen() -> list[float]:
    return [session["seen"] for session in sessions() if "seen" in session]


def on_a_form(open_here: Open, language: str = "", **how: Any) -> Any:
    """A page behind sign-in, on which somebody has begun to write."""
    person(language=language.strip("/") or "en")
    page = open_here(f"{language}/account/sign-in/?next={language}{NEW}", **how)
    if how.get("java_script_enabled", True):
        page.clock.install()
    sign_in(page, language, leads_to=AGAIN)
    type_into(page, "#id_password", PASSWORD)
    press(page, "main .btn", language + NEW)
    type_into(page, "#id_address", WORDS)
    return page


def warning(page: Any) -> Any:
    return page.get_by_role("alertdialog")


@pytest.mark.parametrize(("language", "viewport"), [("", DESK), ("/es", PHONE)], ids=["en desk", "es phone"])
def test_the_warning_can_be_answered_and_what_was_typed_stays(
    open_here: Open,
    language: str,
    viewport: dict[str, int],
) -> None:
    page = on_a_form(open_here, language, viewport=viewport)
    leave(100)
    before = seen()
    page.clock.fast_forward("14:00")
    expect(warning(page)).to_be_visible()
    expect(page.locator("#id_address")).to_be_focused()  # nobody is torn away from writing
    expect(page.locator("[data-ending-polite]")).to_contain_text("1:")
    expect(page.locator("[data-ending-assertive]")).to_be_empty()
    assert seen() == before  # asking how much is left is no use of the session
    is_fine(page)

    tab_to(page, "[data-can-stay] button")
    page.keyboard.press("Enter")
    expect(warning(page)).to_be_hidden()
    expect(page.locator("#id_address")).to_have_value(WORDS)
    assert min(seen()) > max(before) + 60


def test_the_last_seconds_are_said_at_once_and_take_the_focus(open_here: Open) -> None:
    page = on_a_form(open_here, viewport=PHONE)
    leave(18)
    page.clock.fast_forward("14:30")
    expect(page.locator("[data-ending-assertive]")).to_contain_text("0:1")
    expect(warning(page)).to_be_focused()
    is_fine(page)
    tab_to(page, "[data-can-stay] button")
    page.keyboard.press("Enter")
    expect(page.locator("#id_address")).to_be_focused()  # back to where they were
    expect(page.locator("#id_address")).to_have_value(WORDS)


def test_at_the_end_the_page_is_gone_and_signing_in_leads_back_to_it(open_here: Open) -> None:
    language = "/es"
    page = on_a_form(open_here, language, viewport=PHONE)
    leave(-1)
    page.clock.fast_forward("15:01")
    page.wait_for_url(f"**{language}/account/sign-in/?over=yes&next=*")
    assert WORDS not in page.content()
    expect(page.locator("main .note").first).to_be_visible()  # why they are here
    is_fine(page)
    sign_in(page, language, leads_to=AGAIN)  # the page wants the password once more, as it did
    type_into(page, "#id_password", PASSWORD)
    press(page, "main .btn", language + NEW)


def test_the_page_is_out_of_sight_while_the_server_does_not_answer(open_here: Open) -> None:
    page = on_a_form(open_here)
    page.route("**/left/", lambda route: None)
    page.clock.fast_forward("15:01")
    expect(page.locator("#id_address")).to_be_hidden()


def test_who_is_busy_in_another_tab_is_not_warned(open_here: Open) -> None:
    page = on_a_form(open_here)
    with page.expect_response("**/left/") as asked:
        page.clock.fast_forward("14:30")  # and by the server's clock they came a moment ago
    assert asked.value.json()["seconds"] > 14 * 60
    expect(warning(page)).to_be_hidden()


def test_an_answer_in_another_tab_takes_the_warning_away_in_this_one(open_here: Open) -> None:
    page = on_a_form(open_here)
    leave(100)
    page.clock.fast_forward("14:00")
    expect(warning(page)).to_be_visible()
    leave(IDLE_MINUTES * 60)
    page.clock.fast_forward("00:12")
    expect(warning(page)).to_be_hidden()


def test_the_longest_there_is_cannot_be_prolonged_and_is_told_in_time(open_here: Open) -> None:
    page = on_a_form(open_here)
    leave(110, of_the_longest=True)
    page.clock.fast_forward("13:30")
    expect(warning(page)).to_be_visible()
    expect(page.locator("[data-cannot-stay]")).to_be_visible()
    expect(warning(page).get_by_role("button")).to_have_count(1)  # to sign out
    is_fine(page)


def test_the_warning_offers_the_way_out(open_here: Open) -> None:
    page = on_a_form(open_here)
    leave(100)
    page.clock.fast_forward("14:00")
    expect(warning(page)).to_be_visible()
    warning(page).get_by_role("button", name="Sign out now").click()
    page.wait_for_url("**/account/sign-out/")
    assert page.context.cookies(page.url) == [] or page.goto("/account/").url.count("sign-in")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_without_script_the_page_says_how_long_one_stays_and_leads_back(
    open_here: Open,
    viewport: dict[str, int],
) -> None:
    page = on_a_form(open_here, viewport=viewport, java_script_enabled=False)
    expect(page.locator("footer")).to_contain_text(f"signed out {IDLE_MINUTES} minutes after you last open")
    expect(warning(page)).to_be_hidden()
    leave(-1)
    press(page, "main .btn", "/account/sign-in/")
    sign_in(page, leads_to=AGAIN)
    type_into(page, "#id_password", PASSWORD)
    press(page, "main .btn", NEW)
