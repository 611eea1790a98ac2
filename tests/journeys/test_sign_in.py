"""Signing in, a second step and the way out, as a browser shows them: by keyboard, with and without script."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from accounts.sign_in.rules import PERIOD_SECONDS, code_at
from accounts.vocabulary import CapacityKind
from tests.builders.people import PASSWORD, SECRET, an_app, person
from tests.journeys.conftest import DESK, PHONE, Open
from tests.journeys.visiting import is_fine, press, tab_to, type_into

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Every two of these meet in one of the four.
EVERYWHERE = pytest.mark.parametrize(
    ("language", "viewport", "script"),
    [
        pytest.param("", DESK, True, id="en desk script"),
        pytest.param("", PHONE, False, id="en phone no script"),
        pytest.param("/es", PHONE, True, id="es phone script"),
        pytest.param("/es", DESK, False, id="es desk no script"),
    ],
)
SIGN_IN, SETTINGS = "/account/sign-in/", "/account/settings/"
STEPS = f"{SETTINGS}second-factor/"


def sign_in(page: Any, language: str = "", *, leads_to: str = "/account/") -> None:
    type_into(page, "#id_username", "amina.w")
    type_into(page, "#id_password", PASSWORD)
    press(page, "main .btn", language + leads_to)


def code_of(key: str, *, later: int = 0) -> str:
    return code_at(key, int(timezone.now().timestamp()) // PERIOD_SECONDS + later)


@EVERYWHERE
def test_whoever_must_have_a_second_step_sets_one_up_and_signs_in_with_it(
    open_here: Open, language: str, viewport: dict[str, int], script: bool
) -> None:
    person("amina.w", "a@mail.example", CapacityKind.CLINICIAN, language=language.strip("/") or "en")
    how = {"viewport": viewport, "java_script_enabled": script}
    page = open_here(f"{language}/account/", **how)
    is_fine(page, script=script)

    # A wrong password: the summary has the focus, the name stays, the password does not.
    type_into(page, "#id_username", "amina.w")
    type_into(page, "#id_password", "not it")
    page.keyboard.press("Enter")
    expect(page.locator(".oops")).to_be_focused()
    expect(page.locator("#id_username")).to_have_value("amina.w")
    expect(page.locator("#id_password")).to_have_value("")
    is_fine(page, script=script)

    type_into(page, "#id_password", PASSWORD)
    press(page, "main .btn", language + STEPS)
    is_fine(page, script=script)

    press(page, f'main a[href="{language}{STEPS}app/"]', f"{language}{STEPS}app/")
    is_fine(page, script=script)
    key = page.locator(".key").inner_text().replace(" ", "")
    type_into(page, "#id_code", "000000")
    page.keyboard.press("Enter")
    expect(page.locator(".oops")).to_be_focused()
    is_fine(page, script=script)
    type_into(page, "#id_code", code_of(key))
    press(page, "main .btn", f"{language}{STEPS}recovery-codes/")
    is_fine(page, script=script)
    tab_to(page, "main .btn")
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    is_fine(page, script=script)
    recovery_code = page.locator(".codes li").first.inner_text()

    press(page, "main .btn", f"{language}/account/")
    is_fine(page, script=script)
    press(page, ".out button", f"{language}/account/sign-out/")
    is_fine(page, script=script)

    # And in again: as another browser, with the code of the next half minute.
    page = open_here(language + SIGN_IN, **how)
    sign_in(page, language, leads_to=f"{SIGN_IN}second-factor/")
    is_fine(page, script=script)
    type_into(page, "#id_code", "12 34 56")
    page.keyboard.press("Enter")
    expect(page.locator(".oops")).to_be_focused()
    expect(page.locator("#id_code")).to_have_value("")
    is_fine(page, script=script)
    type_into(page, "#id_code", recovery_code)
    press(page, "main .btn", f"{language}/account/")


PAGES = ["", "settings/", "settings/second-factor/", "settings/where-signed-in/", "settings/language/", "capacity/"]


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"),
    [
        pytest.param("", DESK, "light", id="en desk light"),
        pytest.param("", PHONE, "dark", id="en phone dark"),
        pytest.param("/es", PHONE, "light", id="es phone light"),
        pytest.param("/es", DESK, "dark", id="es desk dark"),
    ],
)
def test_every_page_of_settings_is_fine(open_here: Open, language: str, viewport: dict[str, int], scheme: str) -> None:
    user = person("amina.w", "a@mail.example", CapacityKind.MEMBER, CapacityKind.REPRESENTATIVE)
    app = an_app(user)
    page = open_here(language + SIGN_IN, viewport=viewport, color_scheme=scheme)
    sign_in(page, language, leads_to=f"{SIGN_IN}second-factor/")
    type_into(page, "#id_code", code_of(SECRET))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/member/$"))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for each in PAGES:
        page.goto(f"{language}/account/{each}")
        is_fine(page)
        expect(page.locator("html")).to_have_attribute("lang", language.strip("/") or "en")
        expect(page.locator(".here")).to_be_visible()
    page.goto(f"{language}{STEPS}{app.pk}/remove/")
    is_fine(page)  # that it is them
    type_into(page, "#id_password", PASSWORD)
    press(page, "main .btn", f"{language}{STEPS}{app.pk}/remove/")
    is_fine(page)
    for each in ("passkey/", "recovery-codes/"):
        page.goto(f"{language}{STEPS}{each}")
        is_fine(page)
    # Chromium would like to see a username beside the password, and no page of ours tells one.
    assert [said for said in complaints if "username fields" not in said] == []


def test_another_role_is_one_press_away(open_here: Open) -> None:
    person("amina.w", "a@mail.example", CapacityKind.MEMBER, CapacityKind.REPRESENTATIVE)
    page = open_here(f"{SIGN_IN}?next=/account/settings/")
    sign_in(page, leads_to=SETTINGS)
    expect(page.locator(".here")).to_contain_text("You are here as: Member")
    press(page, ".here a", "/account/capacity/")
    press(page, "main .btn", SETTINGS)
    expect(page.locator(".here")).to_contain_text("You are here as: Personal representative")


def test_a_device_is_signed_out_from_another(open_here: Open) -> None:
    person()
    phone, desk = open_here(SIGN_IN), open_here(SIGN_IN)
    sign_in(phone)
    sign_in(desk)
    desk.goto(f"{SETTINGS}where-signed-in/")
    press(desk, "main table button", f"{SETTINGS}where-signed-in/")
    expect(desk.locator("main table button")).to_have_count(0)
    phone.reload()
    expect(phone).to_have_url(re.compile(re.escape(f"{SIGN_IN}?next=")))


def test_a_page_that_was_left_by_signing_out_does_not_come_back(open_here: Open) -> None:
    person()
    page = open_here(SIGN_IN)
    sign_in(page)
    page.goto(SETTINGS)
    press(page, ".out button", "/account/sign-out/")
    page.go_back()
    expect(page).to_have_url(re.compile(re.escape(SIGN_IN)))
    expect(page.locator("body")).not_to_contain_text("Amina")


# Passkeys


def with_a_device(page: Any, *, verifies: bool = True) -> None:
    """A device of the person that holds passkeys, and makes sure of them by a finger that is always there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verifies,
                "automaticPresenceSimulation": True,
            }
        },
    )


def add_a_passkey(page: Any) -> None:
    page.goto(f"{STEPS}passkey/")
    if "/again/" in page.url:
        type_into(page, "#id_password", PASSWORD)
        press(page, "main .btn", f"{STEPS}passkey/")
    is_fine(page)
    type_into(page, "#id_name", "My laptop")
    tab_to(page, "main .btn")
    page.keyboard.press("Enter")


def by_name(live_server: Any) -> str:
    """A passkey belongs to a name, not to a number."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


def test_a_passkey_signs_in_by_itself_and_is_both_factors_at_once(open_here: Open, live_server: Any) -> None:
    person("amina.w", "a@mail.example", CapacityKind.STAFF)
    page = open_here(SIGN_IN, base_url=by_name(live_server))
    with_a_device(page)
    sign_in(page, leads_to=STEPS)
    add_a_passkey(page)
    page.wait_for_url(re.compile("/recovery-codes/$"))
    page.goto(STEPS)
    expect(page.locator("main")).to_contain_text("My laptop")
    press(page, ".out button", "/account/sign-out/")

    page.goto(f"{SIGN_IN}?next=/account/settings/")
    is_fine(page)
    press(page, "form[data-passkey] .btn", SETTINGS)
    expect(page.locator(".here")).to_contain_text("Plan staff")

    # It stands for the password where one is asked for again, too.
    page.goto(f"{STEPS}passkey/")
    press(page, "form[data-passkey] .btn", f"{STEPS}passkey/")
    is_fine(page)


def test_a_passkey_is_a_second_step_after_the_password(open_here: Open, live_server: Any) -> None:
    person()
    page = open_here(SIGN_IN, base_url=by_name(live_server))
    with_a_device(page)
    sign_in(page)
    add_a_passkey(page)
    page.wait_for_url(re.compile("/recovery-codes/$"))
    press(page, ".out button", "/account/sign-out/")
    page.goto(SIGN_IN)
    sign_in(page, leads_to=f"{SIGN_IN}second-factor/")
    is_fine(page)
    press(page, "form[data-passkey] .btn", "/account/")


def test_a_device_that_does_not_know_its_person_adds_no_passkey(open_here: Open, live_server: Any) -> None:
    person()
    page = open_here(SIGN_IN, base_url=by_name(live_server))
    with_a_device(page, verifies=False)
    sign_in(page)
    add_a_passkey(page)
    expect(page.locator("[data-failed]")).to_be_visible()
    is_fine(page)


@pytest.mark.parametrize("gone", ["passkey", "account"])
def test_a_passkey_that_was_removed_or_of_a_closed_account_is_refused(
    open_here: Open, live_server: Any, gone: str
) -> None:
    user = person()
    page = open_here(SIGN_IN, base_url=by_name(live_server))
    with_a_device(page)
    sign_in(page)
    add_a_passkey(page)
    page.wait_for_url(re.compile("/recovery-codes/$"))
    if gone == "passkey":
        user.authenticator_set.all().delete()
    else:
        User.objects.update(is_active=False)
    press(page, ".out button", "/account/sign-out/")
    page.goto(SIGN_IN)
    tab_to(page, "form[data-passkey] .btn")
    page.keyboard.press("Enter")
    expect(page.locator(".oops")).to_contain_text("This passkey did not work")
    is_fine(page)


def test_a_passkey_works_in_a_browser_without_the_newer_words(open_here: Open, live_server: Any) -> None:
    """Those that turn what is asked and answered into JSON are younger than passkeys."""
    person()
    page = open_here(SIGN_IN, base_url=by_name(live_server))
    page.add_init_script(
        "delete PublicKeyCredential.parseCreationOptionsFromJSON;"
        "delete PublicKeyCredential.parseRequestOptionsFromJSON; delete PublicKeyCredential.prototype.toJSON;"
    )
    with_a_device(page)
    page.reload()
    sign_in(page)
    add_a_passkey(page)
    page.wait_for_url(re.compile("/recovery-codes/$"))
    press(page, ".out button", "/account/sign-out/")
    page.goto(SIGN_IN)
    press(page, "form[data-passkey] .btn", "/account/")


@pytest.mark.parametrize("language", ["", "/es"], ids=["en", "es"])
def test_without_script_the_page_says_what_a_passkey_needs(open_here: Open, language: str) -> None:
    page = open_here(language + SIGN_IN, java_script_enabled=False)
    expect(page.locator("main")).to_contain_text("JavaScript")
    expect(page.locator("form[data-passkey]")).to_be_hidden()
