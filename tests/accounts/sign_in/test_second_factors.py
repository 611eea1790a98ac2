"""Authenticator apps and recovery codes: adding, using, removing."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.models import User
from accounts.sign_in.cipher import decrypt, encrypt
from accounts.sign_in.errors import LastSecondFactor, ProofRefused
from accounts.sign_in.operations import make_recovery_codes, remove_second_factor, take_code
from accounts.sign_in.rules import PERIOD_SECONDS, code_at
from accounts.vocabulary import CapacityKind
from tests.builders.mail import deliver_mail, html_of, text_of
from tests.builders.people import PASSWORD, SECRET, SOMEBODY, an_app, code_of_the_app, person, signed_in

APP, CODES = "/account/settings/second-factor/app/", "/account/settings/second-factor/recovery-codes/"
STAFF, MEMBER = CapacityKind.STAFF, CapacityKind.MEMBER
pytestmark = pytest.mark.django_db


def stepped_up(user: User) -> Client:
    browser = signed_in(user)
    assert browser.post("/account/again/", {"password": PASSWORD}).status_code == 302
    return browser


def offered(browser: Client) -> tuple[str, str]:
    """The key that the page shows, and what it keeps of it."""
    text = browser.get(APP).content.decode()
    shown = re.search(r'class="key" dir="ltr">([A-Z2-7 ]+)<', text)
    sealed = re.search(r'name="key" value="([^"]+)"', text)
    assert shown
    assert sealed
    return shown[1].replace(" ", ""), sealed[1]


def code_of(key: str, at: datetime | None = None) -> str:
    return code_at(key, int((at or timezone.now()).timestamp()) // PERIOD_SECONDS)


# Adding an app


def test_an_app_is_added_with_a_first_code_and_recovery_codes_are_offered() -> None:
    user = person()
    browser = stepped_up(user)
    key, sealed = offered(browser)
    answer = browser.post(APP, {"key": sealed, "code": code_of(key)})
    assert answer.headers["Location"] == CODES
    assert decrypt(Authenticator.objects.get(user=user).data["secret"]) == key
    assert browser.get("/account/").status_code == 200  # this session has given it


def test_the_code_that_added_an_app_does_not_sign_in() -> None:
    user = person()
    browser = stepped_up(user)
    key, sealed = offered(browser)
    code = code_of(key)
    browser.post(APP, {"key": sealed, "code": code})
    with pytest.raises(ProofRefused):
        take_code(user=user, code=code, at=timezone.now())


def test_a_wrong_code_adds_nothing_and_keeps_the_key() -> None:
    user = person()
    browser = stepped_up(user)
    key, sealed = offered(browser)
    text = browser.post(APP, {"key": sealed, "code": "000000"}).content.decode()
    assert "<title>Error:" in text
    assert key in text.replace(" ", "")
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("forged", ["", "made up", SECRET])
def test_a_key_that_we_did_not_make_adds_nothing(forged: str) -> None:
    browser = stepped_up(person())
    text = browser.post(APP, {"key": forged, "code": code_of(SECRET)}).content.decode()
    assert "Here is a new key" in text
    assert not Authenticator.objects.exists()


def test_the_key_of_another_persons_page_adds_nothing() -> None:
    omar = person("omar.h", "o@mail.example")
    browser = stepped_up(person())
    browser.post(APP, {"key": encrypt(f"{omar.pk}:{SECRET}"), "code": code_of(SECRET)})
    assert not Authenticator.objects.exists()


def test_a_page_that_stood_open_for_half_an_hour_shows_a_new_key(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = stepped_up(person())
    key, sealed = offered(browser)
    monkeypatch.setattr("accounts.sign_in.views.second_factors.KEY_MINUTES", -1)
    text = browser.post(APP, {"key": sealed, "code": code_of(key)}).content.decode()
    assert key not in text.replace(" ", "")


def test_there_is_one_app() -> None:
    user = person()
    an_app(user)
    browser = stepped_up(user)
    key, sealed = offered(browser)
    assert "already" in browser.post(APP, {"key": sealed, "code": code_of(key)}).content.decode()
    assert Authenticator.objects.count() == 1


def test_an_empty_form_adds_no_app() -> None:
    browser = stepped_up(person())
    assert browser.post(APP, b"", content_type="text/plain").status_code == 200
    assert not Authenticator.objects.exists()


def test_who_has_no_second_factor_is_not_asked_for_one() -> None:
    answer = signed_in(person()).get("/account/again/second-factor/")
    assert answer.headers["Location"] == "/account/settings/second-factor/"


def test_whoever_loads_the_page_of_a_refused_passkey_again_finds_the_sign_in() -> None:
    assert Client().get("/account/sign-in/passkey/").headers["Location"] == "/account/sign-in/"


def test_adding_asks_for_the_password_again() -> None:
    assert signed_in(person()).get(APP).headers["Location"] == f"/account/again/?next={APP.replace('/', '%2F')}"


def test_who_must_have_one_sets_it_up_right_after_signing_in_without_being_asked_again() -> None:
    user = person("amina.w", "amina@mail.example", STAFF)
    browser = signed_in(user)
    assert browser.get("/account/").headers["Location"].startswith("/account/settings/second-factor/")
    key, sealed = offered(browser)
    assert browser.post(APP, {"key": sealed, "code": code_of(key)}).headers["Location"] == CODES
    assert browser.get(CODES).status_code == 200
    assert browser.get("/account/").status_code == 200


def test_the_page_names_neither_username_nor_address() -> None:
    user = person(name="")
    text = stepped_up(user).get(APP).content.decode()
    assert user.username not in text
    assert user.email not in text


# What no browser answers

NONSENSE = [
    "",
    "null",
    "5",
    "[]",
    "{}",
    "not json",
    "9" * 5000,
    "[" * 15_000,
    '{"a":' * 3500,
    '{"a": "' + "b" * 20_000 + '"}',
    '{"response": {"userHandle": "\\ud800"}}',
    '{"id": "\\ud800", "rawId": "\\ud800", "type": "public-key", "response": {"clientDataJSON": "\\ud800"}}',
    '{"id": "YWJj", "rawId": "YWJj", "type": "public-key", "response": {"clientDataJSON": "e30", "userHandle": "YWJj",'
    ' "authenticatorData": "AAAA", "signature": "AAAA", "attestationObject": "pA"}}',
    '{"id": "YWJj", "rawId": "YWJj", "type": "public-key", "response": {"clientDataJSON": "e30", "userHandle": "YWJj",'
    ' "authenticatorData": "' + "A" * 80 + '", "signature": "", "attestationObject": "eQ"}}',
    '{"response": []}',
    '{"id": 5, "rawId": "YWJj", "type": "x", "response": {}}',
    '{"id": "YWJj", "rawId": "YWJj", "type": "public-key", "response": {"clientDataJSON": "!!"}}',
    '{"id": "YWJj", "rawId": "YWJj", "type": "public-key", "response": {"clientDataJSON": "e30", "userHandle": "!!",'
    ' "authenticatorData": "", "signature": "", "attestationObject": "oA"}}',
]


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("credential", NONSENSE)
def test_what_no_passkey_answers_signs_nobody_in_and_adds_nothing(credential: str, asked: bool) -> None:
    stranger, known = Client(), stepped_up(person())
    for browser, address in (
        (stranger, "/account/sign-in/passkey/"),
        (known, "/account/settings/second-factor/passkey/"),
    ):
        if asked:
            assert "challenge" in browser.post(address, {"options": "yes"}).json()["publicKey"]
        answer = browser.post(address, {"credential": credential, "name": "mine"})
        assert answer.status_code == 200
        assert "<title>Error:" in answer.content.decode()
        assert "This passkey did not work." in answer.content.decode()
        assert 'name="credential" value' not in answer.content.decode()
    assert stranger.get("/account/").status_code == 302
    assert not Authenticator.objects.exists()


# Using one


def test_spaces_in_a_code_do_not_matter() -> None:
    user = person()
    an_app(user)
    code = code_of_the_app()
    assert take_code(user=user, code=f" {code[:3]} {code[3:]}", at=timezone.now()).type == "totp"


@pytest.mark.parametrize(("periods", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(periods: int, good: bool) -> None:
    user, at = person(), timezone.now()
    an_app(user)
    code = code_of_the_app(at, later=periods)
    if good:
        take_code(user=user, code=code, at=at)
    else:
        with pytest.raises(ProofRefused):
            take_code(user=user, code=code, at=at)


@pytest.mark.parametrize("seconds", [0, 29, 31, 59, 89, 3600])
def test_a_used_code_stays_used(seconds: int) -> None:
    user = person()
    at = datetime.fromtimestamp(1_800_000_000, tz=timezone.get_current_timezone())  # a period begins
    an_app(user)
    code = code_of_the_app(at, later=1)
    take_code(user=user, code=code, at=at)
    with pytest.raises(ProofRefused):
        take_code(user=user, code=code, at=at + timedelta(seconds=seconds))


def test_a_code_of_before_the_last_used_one_is_refused() -> None:
    user, at = person(), timezone.now()
    an_app(user)
    take_code(user=user, code=code_of_the_app(at), at=at)
    with pytest.raises(ProofRefused):
        take_code(user=user, code=code_of_the_app(at, later=-1), at=at)
    take_code(user=user, code=code_of_the_app(at, later=1), at=at)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["totp", "recovery"])
def test_of_two_that_come_with_one_code_at_once_one_is_let_in(kind: str) -> None:
    user = person()
    an_app(user)
    code = code_of_the_app() if kind == "totp" else make_recovery_codes(user=user, by=SOMEBODY, at=timezone.now())[3]

    def try_it(_: int) -> bool:
        try:
            take_code(user=user, code=code, at=timezone.now())
        except ProofRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(try_it, range(8))).count(True) == 1


def test_a_code_that_another_persons_app_shows_is_refused() -> None:
    an_app(person("omar.h", "o@mail.example"))
    with pytest.raises(ProofRefused):
        take_code(user=person(), code=code_of_the_app(), at=timezone.now())


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "٣٤٥٦٧٨", "\N{FULLWIDTH DIGIT ONE}23456"])
def test_what_is_no_code_is_refused(code: str) -> None:
    user = person()
    an_app(user)
    with pytest.raises(ProofRefused):
        take_code(user=user, code=code, at=timezone.now())


# Recovery codes


def test_recovery_codes_are_shown_once_and_each_lets_in_once() -> None:
    user = person()
    an_app(user)
    browser = stepped_up(user)
    codes = re.findall(r"<li>(\d{4} \d{4})</li>", browser.post(CODES).content.decode())
    assert len(codes) == 10
    assert not re.findall(r"\d{4} \d{4}", browser.get(CODES).content.decode())
    for expected in (302, 200):
        client = Client()
        client.post("/account/sign-in/", {"username": user.username, "password": PASSWORD})
        assert client.post("/account/sign-in/second-factor/", {"code": codes[0]}).status_code == expected


def test_new_recovery_codes_end_the_old_ones() -> None:
    user = person()
    an_app(user)
    old = make_recovery_codes(user=user, by=SOMEBODY, at=timezone.now())
    new = make_recovery_codes(user=user, by=SOMEBODY, at=timezone.now())
    with pytest.raises(ProofRefused):
        take_code(user=user, code=old[0], at=timezone.now())
    take_code(user=user, code=new[0], at=timezone.now())


def test_there_are_no_recovery_codes_without_a_second_factor() -> None:
    browser = stepped_up(person())
    assert browser.post(CODES).headers["Location"] == "/account/settings/second-factor/"
    assert not Authenticator.objects.exists()


# Removing one


def test_an_app_is_removed_and_its_recovery_codes_go_with_it() -> None:
    user = person()
    app = an_app(user)
    make_recovery_codes(user=user, by=SOMEBODY, at=timezone.now())
    browser = stepped_up(user)
    browser.post(f"/account/settings/second-factor/{app.pk}/remove/")
    assert not Authenticator.objects.exists()
    assert browser.get("/account/").status_code == 200


def test_removing_asks_for_the_password_again() -> None:
    user = person()
    app = an_app(user)
    answer = signed_in(user).post(f"/account/settings/second-factor/{app.pk}/remove/")
    assert answer.headers["Location"].startswith("/account/again/")
    assert Authenticator.objects.exists()


@pytest.mark.parametrize("kind", [STAFF, CapacityKind.CLINICIAN])
def test_nobody_who_must_have_one_removes_the_last(kind: CapacityKind) -> None:
    user = person("amina.w", "amina@mail.example", MEMBER, kind)
    app = an_app(user)
    answer = stepped_up(user).post(f"/account/settings/second-factor/{app.pk}/remove/")
    assert "needs a second step" in answer.content.decode()
    with pytest.raises(LastSecondFactor):
        remove_second_factor(user=user, number=app.pk, by=SOMEBODY, at=timezone.now())
    assert Authenticator.objects.exists()


def test_nobody_removes_what_is_anothers() -> None:
    theirs = an_app(person("omar.h", "o@mail.example"))
    assert stepped_up(person()).post(f"/account/settings/second-factor/{theirs.pk}/remove/").status_code == 404
    assert Authenticator.objects.exists()


# What is told


def told(**of: Any) -> list[str]:
    return list(AuditEvent.objects.filter(**of).order_by("at").values_list("verb", flat=True))


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_change_is_in_the_audit_and_in_a_mail_to_the_person(language: str, post_office: Any) -> None:
    user = person(language=language)
    browser = stepped_up(user)
    key, sealed = offered(browser)
    browser.post(APP, {"key": sealed, "code": code_of(key)})
    browser.post(CODES)
    remove_second_factor(user=user, number=Authenticator.objects.get(type="totp").pk, by=SOMEBODY, at=timezone.now())
    changes = ["add_second_factor", "make_recovery_codes", "remove_second_factor"]
    assert told(subject=f"user:{user.pk}", verb__in=changes) == changes
    assert deliver_mail() == 3
    assert {mail["To"] for mail in post_office.mails} == {user.email}
    for mail in post_office.mails:
        for text in (text_of(mail), html_of(mail)):
            assert key not in text
            assert not re.search(r"\d{4} \d{4}", text.replace("651-555-0100", ""))
            assert "/account/" not in text


# Keys


def test_a_new_key_encrypts_and_the_old_one_still_opens(settings: Any) -> None:
    before = encrypt("something")
    settings.SECOND_FACTOR_KEYS = ["a new one", *settings.SECOND_FACTOR_KEYS]
    assert decrypt(before) == "something"
    after = encrypt("something")
    settings.SECOND_FACTOR_KEYS = settings.SECOND_FACTOR_KEYS[:1]
    assert decrypt(after) == "something"


@pytest.mark.parametrize("given", [{}, {"code": ""}, {"credential": "{}"}, {"password": PASSWORD}, {"other": "thing"}])
def test_a_page_that_is_not_answered_says_so(given: dict[str, str]) -> None:
    user, browser = person(), Client()
    an_app(user)
    browser.post("/account/sign-in/", {"username": user.username, "password": PASSWORD})
    answer = browser.post("/account/sign-in/second-factor/", given)
    assert answer.status_code == 200
    assert re.search(r'class="oops".*<li>.+</li>', answer.content.decode(), re.DOTALL)
    assert browser.get("/account/").status_code == 302
