"""A forgotten password, from the first page to the last, as a browser shows it."""

import re

import pytest

from accounts.models import User
from tests.builders.mail import PostOffice, deliver_mail, text_of
from tests.builders.people import PASSWORD, person
from tests.journeys.conftest import DESK, PHONE, Open
from tests.journeys.visiting import is_fine, press, tab_to, type_into

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASK = "/account/password-reset/"
NEWER = "Nine brown otters 4%"


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
    page = open_here(language + ASK, viewport=viewport, java_script_enabled=script)
    is_fine(page, script=script)
    type_into(page, "#id_username", "amina.w")
    type_into(page, "#id_email", "amina@mail.example")
    press(page, "main button", f"{language}{ASK}code/")
    is_fine(page, script=script)
    type_into(page, "#id_code", newest_code(post_office))
    press(page, "main button:not([name])", f"{language}{ASK}new/")
    is_fine(page, script=script)
    type_into(page, "#id_password", NEWER)
    type_into(page, "#id_again", NEWER)
    press(page, "main .btn", f"{language}{ASK}done/")
    is_fine(page, script=script)
    assert page.locator("html").get_attribute("lang") == (language.strip("/") or "en")
    assert User.objects.get().check_password(NEWER)


def test_the_way_from_the_name_at_the_top_through_settings_and_back(open_here: Open, post_office: PostOffice) -> None:
    person()
    page = open_here("/account/sign-in/", viewport=PHONE)
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
    page = open_here(ASK, viewport=viewport, color_scheme="dark")
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
    page = open_here(ASK)
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
    page = open_here(ASK)
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
