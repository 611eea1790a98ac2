"""My Profile and the member's home: what the plan has on file about one person, for that person alone."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.operations import give_capacity
from accounts.vocabulary import CapacityKind
from portal.members.models import Coverage, Member
from portal.members.operations.corrections import correct
from portal.members.operations.registration import redeem
from portal.members.vocabulary import Fact
from tests.builders.members import NOW, TODAY, a_family, a_row, member, take
from tests.builders.people import SOMEBODY, person, signed_in

pytestmark = pytest.mark.usefixtures("codes")
PROFILE, HOME = "/member/profile/", "/member/"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def family(tmp_path: Path) -> None:
    take(a_family(), tmp_path)


def browser_of(first_name: str, *, language: str = "en") -> Client:
    user = person(f"{first_name.lower()}.c", f"{first_name.lower()}@own.example", name=first_name, language=language)
    redeem(
        member(first_name).pk,
        give_capacity(user=user, kind=CapacityKind.MEMBER, by=SOMEBODY, at=NOW),
        NOW,
        SOMEBODY,
    )
    return signed_in(user)


def words_of(answer: Any) -> str:
    """What stands in main."""
    assert answer.status_code == 200
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_a_profile_says_what_is_on_file_where_it_is_from_and_since_when(family: None) -> None:
    page = words_of(browser_of("Rosa").get(PROFILE))
    for words in (
        "Rosa Núñez-Ríos", "LFP 100-2000 06", "Feb. 29, 1948", "Spanish", "casa@mail.example", "651-555-0171",
        "18 Willow Court", "Saint Paul, MN 55106", "Choice 100", "Commercial", "Covered through the subscriber",
        "From your plan’s enrollment file, since Nov. 22, 2026", "It cannot be changed here",
    ):  # fmt: skip
        assert words in page, words


def test_what_member_relations_corrected_says_so(family: None) -> None:
    correct(member=member("Marisol"), fact=Fact.ADDRESS, value="5 Poplar Lane\nEdina, MN 55424", by=SOMEBODY, at=NOW)
    correct(member=member("Marisol"), fact=Fact.LAST_NAME, value="Ríos", by=SOMEBODY, at=NOW)
    page = words_of(browser_of("Marisol").get(PROFILE))
    assert "Marisol Ríos Corrected by Member Relations on Nov. 22, 2026" in page
    assert "5 Poplar Lane Edina, MN 55424 Corrected by Member Relations" in page
    assert "18 Willow Court" not in page
    assert member("Marisol").last_key == "rios"


def test_a_correction_holds_against_the_next_file(family: None, tmp_path: Path) -> None:
    correct(member=member("Marisol"), fact=Fact.EMAIL, value="mari@mail.example", by=SOMEBODY, at=NOW)
    correct(member=member("Marisol"), fact=Fact.BIRTH_DATE, value="1979-04-30", by=SOMEBODY, at=NOW)
    before = list(Member.objects.order_by("pk").values_list())
    assert take(a_family(), tmp_path)["unchanged"] == 6
    assert list(Member.objects.order_by("pk").values_list()) == before
    assert member("Marisol").birth_date == date(1979, 4, 30)


@pytest.mark.parametrize("first_name", ["Marisol", "Diego"])
def test_nobody_sees_anybody_else_of_the_family(family: None, first_name: str) -> None:
    browser = browser_of(first_name)
    for address in (PROFILE, HOME):
        page = browser.get(address).content.decode()
        for other in a_family():
            if other["first_name"] != first_name:
                assert other["first_name"] not in page
                assert other["birth_date"][:4] not in page or other["birth_date"][:4] in ("2026",)
                assert not other["email"] or other["email"] not in page


def test_a_profile_changes_nothing_and_has_nothing_to_type(family: None) -> None:
    browser = browser_of("Marisol")
    assert browser.post(PROFILE, {"last_name": "Other"}).status_code == 405
    main = browser.get(PROFILE).content.decode().partition("<main")[2].partition("</main>")[0]
    assert "<form" not in main
    assert "<input" not in main


@pytest.mark.parametrize(
    ("line", "number"), [("Medicaid", "651-555-0101"), ("Commercial", "651-555-0100"), ("Medicare", "651-555-0103")]
)
def test_the_number_is_that_of_the_members_plan(tmp_path: Path, line: str, number: str) -> None:
    take([a_row(line_of_business=line)], tmp_path)
    browser = browser_of("Marisol")
    for address in (PROFILE, HOME):
        assert number in words_of(browser.get(address))
        assert set(re.findall(r"651-555-010\d", words_of(browser.get(address)))) == {number}


def test_a_member_comes_home_after_signing_in_in_their_language(family: None) -> None:
    user = person("diego.c", "d@own.example", name="Diego", language="es")
    capacity = give_capacity(user=user, kind=CapacityKind.MEMBER, by=SOMEBODY, at=NOW)
    redeem(member("Diego").pk, capacity, NOW, SOMEBODY)
    typed = {"username": "diego.c", "password": "Two quiet herons 7!"}
    assert Client().post("/account/sign-in/", typed).headers["Location"] == "/es/member/"
    assert Client().post("/account/sign-in/?next=/find-care/", typed).headers["Location"] == "/find-care/"


def test_home_says_what_covers_and_leads_to_what_there_is(family: None) -> None:
    browser = browser_of("Marisol")
    answer = browser.get(HOME)
    page = words_of(answer)
    for words in ("Hello, Marisol", "Your plan covers you today.", "Choice 100 (Commercial)", "Since Jan. 1, 2024"):
        assert words in page
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    linked = re.findall(r'href="(/[^"]*)"', main)
    assert linked == ["/member/profile/", "/find-care/", "/account/settings/"]
    assert all(browser.get(address).status_code == 200 for address in linked)


def test_a_plan_that_ended_or_has_not_begun_is_said_and_the_page_stays(family: None) -> None:
    browser = browser_of("Marisol")
    Coverage.objects.filter(member=member("Marisol")).update(ends_on=date(2026, 10, 31))
    assert "Your plan ended on Oct. 31, 2026." in words_of(browser.get(HOME))
    assert "Choice 100" in words_of(browser.get(PROFILE))
    Coverage.objects.filter(member=member("Marisol")).update(starts_on=date(2027, 1, 1), ends_on=None)
    assert "Your plan begins on Jan. 1, 2027." in words_of(browser.get(HOME))
    assert not Member.objects.eligible_on(TODAY).filter(first_name="Marisol").exists()


def test_others_have_neither_page(family: None) -> None:
    clinician = signed_in(person("amina.w", "a@own.example", CapacityKind.REPRESENTATIVE))
    assert [clinician.get(address).status_code for address in (PROFILE, HOME)] == [403, 403]
    unlinked = signed_in(person("nobody.y", "n@own.example", CapacityKind.MEMBER))
    assert [unlinked.get(address).status_code for address in (PROFILE, HOME)] == [404, 200]


def test_the_pages_for_a_forgotten_username_have_the_numbers_and_no_username(family: None) -> None:
    browser = browser_of("Marisol")
    for page in (
        Client().get("/account/sign-in/"),
        Client().get("/account/password-reset/"),
        browser.get("/account/settings/"),
    ):
        words = words_of(page)
        for number in ("651-555-0100", "651-555-0101", "651-555-0103"):
            assert number in words
        assert "marisol.c" not in page.content.decode()
