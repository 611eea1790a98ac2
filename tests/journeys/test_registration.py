"""From a letter to an account, as a browser shows it: by keyboard, at the width of a small phone, without script."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from accounts.outbox.models import Letter
from accounts.outbox.registry import RECIPIENTS
from accounts.registration import registry
from accounts.registration.operations import issue
from accounts.registration.vocabulary import Channel
from accounts.vocabulary import Actor, CapacityKind, Job
from tests.accounts.registration.conftest import ROSA, TheSlice
from tests.builders.mail import PostOffice
from tests.builders.people import PASSWORD, a_post, an_app, code_of_the_app, person
from tests.journeys.conftest import PHONE, Open
from tests.journeys.test_email_change import newest_code
from tests.journeys.test_sign_in import sign_in
from tests.journeys.visiting import is_fine, press, tab_to, type_into

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
START = "/account/register/activation/"
QUEUE = "/staff/letters/"
EMAIL = "rosa.own@mail.example"
LETTER_INCHES = (8.5, 11)
MARGIN = 0.6  # inches, as static/css/print.css has it


@pytest.fixture(autouse=True)
def the_slice(monkeypatch: pytest.MonkeyPatch) -> TheSlice:
    slice_of_tests = TheSlice()
    monkeypatch.setitem(registry.SUBJECTS, "tester", slice_of_tests.kind("tester", CapacityKind.MEMBER))
    monkeypatch.setitem(RECIPIENTS, "tester", lambda _: None)  # who has no email gets a letter
    return slice_of_tests


@pytest.mark.parametrize(
    ("language", "viewport", "script"),
    [("", PHONE, False), ("/es", PHONE, True)],
    ids=["en phone no script", "es phone script"],
)
def test_a_letter_is_printed_on_one_page_and_opens_an_account(
    open_here: Open,
    post_office: PostOffice,
    the_slice: TheSlice,
    language: str,
    viewport: dict[str, int],
    script: bool,
) -> None:
    the_slice.change("tester", ROSA, language=language.strip("/") or "en")
    secret = on_paper(open_here, language)

    page = open_here(f"{language}/account/sign-in/", viewport=viewport, java_script_enabled=script)
    press(page, f'main a[href$="{START}"]', language + START)
    is_fine(page, script=script)
    type_into(page, "#id_activation_id", secret)
    type_into(page, "#id_last_name", "Nguyen")
    type_into(page, "#id_birth_date", "03/14/1985")
    page.keyboard.press("Enter")
    expect(page.locator(".oops")).to_be_focused()
    expect(page.locator("#id_activation_id")).to_have_value(secret)
    is_fine(page, script=script)
    page.locator("#id_last_name").fill("garcia lopez")
    tab_to(page, "#id_last_name")
    press(page, "main .btn", f"{language}{START}account/")
    is_fine(page, script=script)

    press(page, 'main a[href$="new/"]', f"{language}{START}new/")
    is_fine(page, script=script)
    type_into(page, "#id_username", "cedar.river")
    type_into(page, "#id_email", EMAIL)
    press(page, "main .btn", f"{language}{START}code/")
    is_fine(page, script=script)
    page.go_back()
    expect(page.locator("#id_username")).to_have_value("cedar.river")
    page.go_forward()
    type_into(page, "#id_code", newest_code(post_office, EMAIL))
    press(page, "main .btn:not([name])", f"{language}{START}password/")
    is_fine(page, script=script)
    type_into(page, "#id_password", PASSWORD)
    type_into(page, "#id_again", PASSWORD)
    press(page, "main form .btn:not([type=button])", f"{language}{START}done/")
    is_fine(page, script=script)
    press(page, "main .btn", f"{language}/account/sign-in/")
    type_into(page, "#id_username", "cedar.river")
    type_into(page, "#id_password", PASSWORD)
    press(page, "main .btn", f"{language}/member/")
    assert the_slice.redeemed == [(ROSA, User.objects.get(username="cedar.river").capacities.get().pk)]


def on_paper(open_here: Open, language: str) -> str:
    """What stands on the sheet that Member Relations prints: the activation ID."""
    user = person("amina.w", "amina@mail.example", CapacityKind.STAFF)
    an_app(user)
    a_post(user, Job.MEMBER_RELATIONS)
    issue(kind="tester", subject=ROSA, channel=Channel.LETTER, by=Actor("stranger"), at=timezone.now())
    page = open_here(QUEUE)
    sign_in(page, leads_to="/account/sign-in/second-factor/")
    type_into(page, "#id_code", code_of_the_app())
    press(page, "main .btn", QUEUE)
    is_fine(page)
    press(page, "main td .btn", f"{QUEUE}{Letter.objects.get().pk}/1/")
    is_fine(page)
    expect(page.locator("article")).to_have_attribute("lang", language.strip("/") or "en")
    secret = page.locator(".letter-id").inner_text()

    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    width, height = (float(number) / 72 for number in re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0])
    assert (round(width, 2), round(height, 2)) == LETTER_INCHES
    page.set_viewport_size({"width": round((LETTER_INCHES[0] - 2 * MARGIN) * 96), "height": 900})
    page.emulate_media(media="print")
    expect(page.locator("header")).to_be_hidden()
    (top, bottom), (below, _) = (inches(page, each) for each in (".letter-to", ".letter-id"))
    assert 2 < top < bottom < 3.4, "the window of the envelope"
    assert below > 3.7, "what is folded inwards"
    return str(secret)


def inches(page: Any, selector: str) -> tuple[float, float]:
    """Where something stands on the sheet, from its upper edge."""
    box = page.locator(selector).bounding_box()
    return box["y"] / 96 + MARGIN, (box["y"] + box["height"]) / 96 + MARGIN
