"""An access administrator at work as a browser shows it: by keyboard, also on a small phone without script."""

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import Post, StaffPerson
from accounts.vocabulary import CapacityKind, Job
from tests.builders.people import PASSWORD, a_post, an_app, code_of_the_app, person, staff_person
from tests.journeys.conftest import DESK, PHONE, Open
from tests.journeys.test_sign_in import sign_in
from tests.journeys.visiting import is_fine, press, type_into

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PEOPLE = "/staff/people/"


@pytest.mark.parametrize(
    ("language", "viewport", "script"),
    [("", DESK, True), ("/es", PHONE, False)],
    ids=["en desk script", "es phone no script"],
)
def test_somebody_gets_a_job_and_leaves(
    open_here: Open,
    language: str,
    viewport: dict[str, int],
    script: bool,
) -> None:
    user = person("amina.w", "amina@mail.example", CapacityKind.STAFF)
    an_app(user)
    a_post(user, Job.ACCESS_ADMINISTRATOR)
    boss = person("marcus.r", "marcus@mail.example", CapacityKind.STAFF)
    a_post(staff_person(boss, "M1", first_name="Marcus", last_name="Reed"), Job.MANAGER)
    grace = staff_person(None, "G1", first_name="Maximiliana-Theodora", last_name="Featherstonehaugh-Lindgren")
    a_post(grace, manager=StaffPerson.objects.get(number="M1"))
    her = f"{language}{PEOPLE}{grace.pk}/"

    page: Any = open_here(f"{language}{PEOPLE}", viewport=viewport, java_script_enabled=script)
    sign_in(page, leads_to=f"{language}/account/sign-in/second-factor/")
    type_into(page, "#id_code", code_of_the_app())
    press(page, "main .btn", f"{language}{PEOPLE}")
    is_fine(page, script=script)
    type_into(page, "#id_words", "featherstone")
    press(page, "main .btn", f"{language}{PEOPLE}")
    expect(page.locator("main tbody tr")).to_have_count(1)
    is_fine(page, script=script)
    press(page, "main tbody th a", her)
    is_fine(page, script=script)

    press(page, f'main a[href$="{grace.pk}/posts/"]', f"{language}/account/again/")
    type_into(page, "#id_password", PASSWORD)
    press(page, "main form:has(#id_password) .btn:not([type=button])", f"{her}posts/")
    is_fine(page, script=script)
    page.locator("#id_job").select_option("network")
    press(page, "main form .btn", f"{her}posts/")
    expect(page.locator(".oops")).to_be_focused()
    is_fine(page, script=script)
    page.locator("#id_job").select_option("network")
    page.locator("#id_department").fill("Provider Network")
    press(page, "main form .btn", her)
    assert Post.objects.filter(person=grace).count() == 2

    press(page, f'main a[href*="{grace.pk}/posts/"]:not(.btn)', f"{her}posts/{newest(grace).pk}/")
    is_fine(page, script=script)
    press(page, "main form .btn", her)
    press(page, 'main a[href$="/left/"]', f"{her}left/")
    is_fine(page, script=script)
    press(page, "main form .btn", her)
    is_fine(page, script=script)
    grace.refresh_from_db()
    assert grace.left_at
    page.goto(f"{language}/staff/okays/")
    is_fine(page, script=script)


def newest(grace: StaffPerson) -> Post:
    return Post.objects.filter(person=grace).latest("since")
