"""A forgotten password, from the first page to the last, as a browser shows it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import User
from tests.builders.mail import PostOffice, deliver_mail, text_of
from tests.builders.people import PASSWORD, person
from tests.journeys.conftest import DESK, MILLISECONDS_TO_WAIT, PHONE
from tests.journeys.test_every_page import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASK = "/account/password-reset/"
NEWER = "Nine brown otters 4%"
MOST_TABS = 40

Open = Callable[..., Any]


@pytest.fixture
def open_here(chromium: Any, live_server: Any) -> Iterator[Open]:
    """``open_here("/es", java_script_enabled=False)``: the first page of the reset, in a browser of its own."""
    contexts = []

    def opened(language: str = "", **how: Any) -> Any:
        context = chromium.new_context(**{"base_url": live_server.url, "locale": "en-US", "viewport": DESK} | how)
        contexts.append(context)
        context.set_default_timeout(MILLISECONDS_TO_WAIT)
        page = context.new_page()
        page.goto(language + ASK)
        return page

    yield opened
    for context in contexts:
        context.close()


def tab_to(page: Any, selector: str) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(":focus").count() and page.locator(":focus").evaluate(f"at => at.matches({selector!r})"):
            return
    pytest.fail(f"{selector} is out of the keyboard's reach")


def type_into(page: Any, selector: str, text: str) -> None:
    tab_to(page, selector)
    page.keyboard.insert_text(text)


def press(page: Any, selector: str, leads_to: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"{leads_to}(#.*)?$"))


def is_fine(page: Any) -> None:
    assert violations(page) == []
    fits(page)


def fits(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.locator("h1").count() == 1


def newest_code(post_office: PostOffice) -> str:
    assert deliver_mail() == 1
    found = re.search(r"\d{4} \d{4}", text_of(post_office.mails[-1]))
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("language", "viewport", "script"),
    [("", DESK, True), ("/es", PHONE, True), ("", PHONE, False), ("/es", DESK, False)],
    ids=["en desk", "es phone", "en phone no script", "es desk no script"],
)
def test_a_member_resets_a_password_with_the_keyboard_alone(
    open_here: Open, post_office: PostOffice, language: str, viewport: dict[str, int], script: bool
) -> None:
    person(language=language.strip("/") or "en")
    page = open_here(language, viewport=viewport, java_script_enabled=script)
    look = is_fine if script else lambda page: None
    look(page)
    type_into(page, "#id_username", "amina.w")
    type_into(page, "#id_email", "amina@mail.example")
    press(page, "main button", f"{language}{ASK}code/")
    look(page)
    type_into(page, "#id_code", newest_code(post_office))
    press(page, "main button:not([name])", f"{language}{ASK}new/")
    look(page)
    type_into(page, "#id_password", NEWER)
    type_into(page, "#id_again", NEWER)
    press(page, "main .btn", f"{language}{ASK}done/")
    look(page)
    assert page.locator("html").get_attribute("lang") == (language.strip("/") or "en")
    assert User.objects.get().check_password(NEWER)


def test_the_way_from_the_name_at_the_top_through_settings_and_back(open_here: Open, post_office: PostOffice) -> None:
    person()
    page = open_here(viewport=PHONE)
    page.goto("/account/sign-in/")
    type_into(page, "#id_username", "amina.w")
    type_into(page, "#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/account/$"))
    for link, leads_to in (
        (".me a", "/account/settings/"),
        ("main a[href$='change-password/']", "/account/settings/change-password/"),
        ("main a.btn", ASK),
    ):
        press(page, link, leads_to)
        is_fine(page)
    type_into(page, "#id_username", "amina.w")
    type_into(page, "#id_email", "amina@mail.example")
    press(page, "main button", f"{ASK}code/")
    type_into(page, "#id_code", newest_code(post_office))
    press(page, "main button:not([name])", f"{ASK}new/")
    type_into(page, "#id_password", NEWER)
    type_into(page, "#id_again", NEWER)
    press(page, "main .btn", f"{ASK}done/")
    press(page, "main .btn", "/account/settings/")
    is_fine(page)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_what_is_wrong_takes_the_focus_and_leads_to_its_field(
    open_here: Open, post_office: PostOffice, viewport: dict[str, int]
) -> None:
    person()
    page = open_here(viewport=viewport, color_scheme="dark")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".oops:focus")
    assert page.title().startswith("Error: ")
    is_fine(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#id_username:focus").count() == 1

    page.locator("#id_username").fill("amina.w")
    page.locator("#id_email").fill("amina@mail.example")
    press(page, "main button", f"{ASK}code/")
    type_into(page, "#id_code", "1234 5678")
    page.keyboard.press("Enter")
    page.wait_for_selector(".oops:focus")
    assert page.locator(".bad .err").inner_text().endswith(page.locator(".oops li").inner_text())
    assert page.locator("#id_code").get_attribute("aria-invalid") == "true"
    is_fine(page)

    page.locator("#id_code").fill(newest_code(post_office))
    press(page, "main button:not([name])", f"{ASK}new/")
    type_into(page, "#id_password", "Password1!")
    type_into(page, "#id_again", "Password2!")
    page.keyboard.press("Enter")
    page.wait_for_selector(".oops:focus")
    assert page.locator(".oops li").count() == 1
    assert page.locator("#id_password").input_value() == ""
    is_fine(page)


def test_a_new_code_is_offered_always_and_the_newest_works(open_here: Open, post_office: PostOffice) -> None:
    person()
    page = open_here()
    page.locator("#id_username").fill("amina.w")
    page.locator("#id_email").fill("amina@mail.example")
    press(page, "main button", f"{ASK}code/")
    page.get_by_role("button", name="Send a new code").click()
    page.get_by_text("You asked for a new code at").wait_for()
    is_fine(page)
    page.locator("#id_code").fill(newest_code(post_office))
    press(page, "main button:not([name])", f"{ASK}new/")


def test_the_rules_tick_themselves_and_what_was_typed_can_be_shown(open_here: Open, post_office: PostOffice) -> None:
    person()
    page = open_here()
    page.locator("#id_username").fill("amina.w")
    page.locator("#id_email").fill("amina@mail.example")
    press(page, "main button", f"{ASK}code/")
    page.locator("#id_code").fill(newest_code(post_office))
    press(page, "main button:not([name])", f"{ASK}new/")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    def is_met(rule: str) -> bool:
        return "Done" in page.locator(f"[data-rule={rule}]").inner_text()

    assert page.locator("#rules .tile").count() == 4
    box = page.locator("#id_password")
    for typed, length, kinds in (
        ("", False, False),
        ("Aq1", False, True),
        ("onlysmall", True, False),
        ("Aq1zzzzz", True, True),
        ("Aq1" + "z" * 62, False, True),
        ("Aq1" + "\U0001fabf" * 61, True, True),
        ("e\u0301q1zzzz", False, False),
    ):
        box.fill(typed)
        assert (is_met("length"), is_met("kinds")) == (length, kinds), typed
    assert page.locator("#rules-said").inner_text() != ""
    is_fine(page)
    assert box.get_attribute("type") == "password"
    page.get_by_role("button", name="Show").first.click()
    assert box.get_attribute("type") == "text"
    page.get_by_role("button", name="Hide").click()
    assert box.get_attribute("type") == "password"
    assert complaints == []
