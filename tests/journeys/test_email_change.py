"""Another email for codes and notices, from Settings to the notice, as a browser shows it: by keyboard."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.codes.models import Budget
from accounts.models import User
from tests.builders.mail import PostOffice, deliver_mail, text_of
from tests.builders.people import PASSWORD, person
from tests.journeys.conftest import DESK, PHONE, Open
from tests.journeys.test_sign_in import sign_in
from tests.journeys.visiting import is_fine, press, tab_to, type_into

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMAIL = "/account/settings/email/"
CODE = re.compile(r"^\s*(\d{4} \d{4})\s*$", re.MULTILINE)
OLD, NEW = "amina@mail.example", "amina.new@mail.example"


def newest_code(post_office: PostOffice, address: str) -> str:
    deliver_mail()
    codes = [(mail["To"], found[0]) for mail in post_office.mails if (found := CODE.search(text_of(mail)))]
    whose, code = codes[-1]
    assert whose == address
    return code


@pytest.mark.parametrize(
    ("language", "viewport", "script"),
    [("", DESK, True), ("/es", PHONE, True), ("", PHONE, False)],
    ids=["en desk script", "es phone script", "en phone no script"],
)
def test_a_person_changes_the_email_and_stops_it_and_changes_it_at_once(
    open_here: Open,
    post_office: PostOffice,
    language: str,
    viewport: dict[str, int],
    script: bool,
) -> None:
    person(language=language.strip("/") or "en")
    page = open_here(language + EMAIL, viewport=viewport, java_script_enabled=script)
    sign_in(page, language, leads_to=EMAIL)
    is_fine(page, script=script)
    expect(page.locator("main")).to_contain_text(OLD)

    press(page, "main .btn", f"{language}/account/again/")
    type_into(page, "#id_password", PASSWORD)
    press(page, "main .btn", f"{language}{EMAIL}new/")
    is_fine(page, script=script)
    type_into(page, "#id_address", "amina.new")
    page.keyboard.press("Enter")
    expect(page.locator(".oops")).to_be_focused()
    expect(page.locator("#id_address")).to_have_value("amina.new")
    is_fine(page, script=script)
    give_the_new_one(page, language, post_office, script=script)

    # It waits. Mail goes to the old address, which is told, and not told the new one.
    is_fine(page, script=script)
    assert User.objects.get().email == OLD
    deliver_mail()
    notice = post_office.mails[-1]
    assert notice["To"] == OLD
    assert NEW not in text_of(notice)
    press(page, "form[action$='stop/'] button", f"{language}{EMAIL}")
    expect(page.locator("form[action$='stop/']")).to_have_count(0)
    is_fine(page, script=script)

    # Once more, and this time with a code from the old address, too. Mail leaves a minute after the last.
    press(page, "main .btn", f"{language}{EMAIL}new/")
    Budget.objects.all().delete()
    give_the_new_one(page, language, post_office, script=script)
    press(page, "form[action$='old/'] button", f"{language}{EMAIL}code/")
    is_fine(page, script=script)
    type_into(page, "#id_code", newest_code(post_office, OLD))
    press(page, "main .btn:not([name])", f"{language}{EMAIL}")
    assert User.objects.get().email == NEW
    expect(page.locator("main")).to_contain_text(NEW)
    is_fine(page, script=script)
    deliver_mail()
    assert {mail["To"] for mail in post_office.mails[-2:]} == {OLD, NEW}


def give_the_new_one(page: Any, language: str, post_office: PostOffice, *, script: bool) -> None:
    page.locator("#id_address").fill("")
    tab_to(page, "#id_address")
    page.keyboard.insert_text(NEW)
    press(page, "main .btn", f"{language}{EMAIL}code/")
    is_fine(page, script=script)
    type_into(page, "#id_code", newest_code(post_office, NEW))
    press(page, "main .btn:not([name])", f"{language}{EMAIL}")


def test_whoever_did_not_ask_for_a_change_is_led_away_from_the_page_of_its_code(open_here: Open) -> None:
    person()
    page = open_here(f"{EMAIL}code/")
    sign_in(page, leads_to=EMAIL)
