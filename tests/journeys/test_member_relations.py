"""The desk that helps callers, as a browser shows it: by keyboard, at the width of a small phone, without script."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from portal.member_relations.models import Call
from tests.builders.desk import desk_person, registered, the_family
from tests.builders.mail import PostOffice
from tests.builders.members import member
from tests.builders.people import PASSWORD, an_app, code_of_the_app
from tests.journeys.conftest import PHONE, Open
from tests.journeys.test_email_change import newest_code
from tests.journeys.visiting import is_fine, press, type_into

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK = "/staff/member-relations/"


@pytest.mark.parametrize(
    ("language", "script", "scheme"),
    [("", False, "light"), ("/es", True, "dark")],
    ids=["en no script", "es script"],
)
def test_a_caller_is_found_checked_and_helped(
    open_here: Open,
    codes_for_all: None,
    post_office: PostOffice,
    language: str,
    script: bool,
    scheme: str,
) -> None:
    the_family()
    grace = desk_person()
    jorge = registered(member("Jorge"))
    an_app(jorge)
    User.objects.filter(pk=grace.pk).update(language=language.strip("/") or "en")
    page: Any = open_here(f"{language}{DESK}", viewport=PHONE, java_script_enabled=script, color_scheme=scheme)
    type_into(page, "#id_username", grace.username)
    type_into(page, "#id_password", PASSWORD)
    press(page, "main .btn", "/account/sign-in/second-factor/")
    type_into(page, "#id_code", code_of_the_app())
    press(page, "main .btn", f"{language}{DESK}")
    is_fine(page, script=script)
    press(page, "main .btn", f"{language}{DESK}")
    expect(page.locator(".oops")).to_be_focused()
    is_fine(page, script=script)
    type_into(page, "#id_member_id", "lfp1002000")
    page.keyboard.press("Enter")
    expect(page.locator("main table tr")).to_have_count(7)
    is_fine(page, script=script)
    page.locator("main tr", has_text="Jorge").locator(".btn").click()
    page.wait_for_url(re.compile(rf"{language}{DESK}calls/[0-9a-f-]+/$"))
    call = f"{language}{DESK}calls/{Call.objects.get().pk}/"
    is_fine(page, script=script)
    for field, said in (("birth_date", "9/21/1977"), ("phone", "651-555-0172"), ("email", "jorge.c@mail.example")):
        type_into(page, f"#id_{field}", said)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Jorge Castellanos")
    is_fine(page, script=script)

    press(page, f'main a[href="{call}username/"]', f"{call}username/")
    is_fine(page, script=script)
    press(page, "main .btn", f"{call}username/")
    expect(page.locator(".key")).to_have_text("jorge.castel")
    is_fine(page, script=script)
    press(page, f'main a[href="{call}"]', call)
    press(page, f'main a[href="{call}email/"]', f"{call}email/")
    expect(page.locator("main form")).to_have_count(0)  # the week has begun
    is_fine(page, script=script)
    press(page, f'main a[href="{call}code/"]', f"{call}code/")
    is_fine(page, script=script)
    press(page, "main .btn", f"{call}code/")
    expect(page.locator("#id_code")).to_be_visible()
    type_into(page, "#id_code", newest_code(post_office, jorge.email))
    is_fine(page, script=script)
    press(page, "main .btn", call)
    press(page, f'main a[href="{call}email/"]', f"{call}email/")
    type_into(page, "#id_address", "jorge.new@mail.example")
    press(page, "main .btn", f"{call}email/")
    expect(page.locator("#id_code")).to_be_visible()
    type_into(page, "#id_code", newest_code(post_office, "jorge.new@mail.example"))
    press(page, "main .btn", call)
    assert User.objects.get(pk=jorge.pk).email == "jorge.new@mail.example"

    press(page, f'main a[href="{call}second-factor/"]', f"{call}second-factor/")
    is_fine(page, script=script)
    press(page, "main .btn", call)
    press(page, f'main a[href="{call}correct/address/"]', f"{call}correct/address/")
    type_into(page, "#id_line1", "9 Elm Street")
    page.keyboard.press("Enter")
    expect(page.locator(".oops")).to_be_focused()
    is_fine(page, script=script)
    page.goto(call)
    press(page, f'main form[action="{call}end/"] .btn', f"{language}{DESK}")
