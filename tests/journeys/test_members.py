"""From a member card to one's own profile, as a browser shows it, at the width of a small phone."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.builders.mail import PostOffice, deliver_mail, text_of
from tests.builders.members import a_family, take
from tests.builders.people import PASSWORD
from tests.journeys.conftest import DESK, PHONE, Open
from tests.journeys.test_email_change import newest_code
from tests.journeys.visiting import is_fine, press, type_into

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REGISTER, ACTIVATION = "/account/register/", "/account/register/activation/"
EMAIL = "mari@own.example"


@pytest.mark.parametrize(
    ("viewport", "script", "scheme"),
    [
        pytest.param(PHONE, True, "dark", id="phone"),
        pytest.param(DESK, False, "light", id="desk, no script"),
    ],
)
def test_a_member_registers_comes_home_and_reads_what_is_on_file(
    open_here: Open,
    codes_for_all: None,
    post_office: PostOffice,
    tmp_path: Path,
    viewport: dict[str, int],
    script: bool,
    scheme: str,
) -> None:
    take(a_family(), tmp_path, at=timezone.now())
    page: Any = open_here("/account/sign-in/", viewport=viewport, java_script_enabled=script, color_scheme=scheme)
    press(page, f'main a[href="{REGISTER}"]', REGISTER)
    is_fine(page, script=script)
    page.keyboard.press("Tab")
    press(page, "main .btn", REGISTER)
    expect(page.locator(".oops")).to_be_focused()
    is_fine(page, script=script)
    for field, text in (
        ("member_id", "lfp1002000"), ("person_number", "1"), ("last_name", "castellanos"), ("birth_date", "4/3/1979"),
    ):  # fmt: skip
        type_into(page, f"#id_{field}", text)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"{REGISTER}asked/$"))
    is_fine(page, script=script)

    assert deliver_mail() == 1
    secret = re.search(r"\b\w{4}-\w{4}-\w{4}\b", text_of(post_office.mails[-1]))
    assert secret
    press(page, "main .btn", ACTIVATION)
    type_into(page, "#id_activation_id", secret[0])
    type_into(page, "#id_last_name", "Castellanos")
    type_into(page, "#id_birth_date", "04/03/1979")
    press(page, "main .btn", f"{ACTIVATION}account/")
    press(page, 'main a[href$="new/"]', f"{ACTIVATION}new/")
    type_into(page, "#id_username", "cedar.river")
    type_into(page, "#id_email", EMAIL)
    press(page, "main .btn", f"{ACTIVATION}code/")
    type_into(page, "#id_code", newest_code(post_office, EMAIL))
    press(page, "main .btn:not([name])", f"{ACTIVATION}password/")
    type_into(page, "#id_password", PASSWORD)
    type_into(page, "#id_again", PASSWORD)
    press(page, "main .btn", f"{ACTIVATION}done/")
    press(page, "main .btn", "/account/sign-in/")
    type_into(page, "#id_username", "cedar.river")
    type_into(page, "#id_password", PASSWORD)
    press(page, "main .btn", "/member/")
    expect(page.locator("h1")).to_have_text("Hello, Marisol")
    is_fine(page, script=script)
    press(page, 'main a[href="/member/profile/"]', "/member/profile/")
    expect(page.locator("main")).to_contain_text("LFP 100-2000 01")
    is_fine(page, script=script)
