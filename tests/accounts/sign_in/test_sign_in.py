"""Signing in and out: what a stranger learns, which is nothing, and where the person lands."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unicodedata import normalize

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.known import remember
from accounts.models import User
from accounts.password.hashers import Argon2id
from accounts.password.operations import replace
from accounts.sign_in.models import Guessing
from accounts.sign_in.tasks import purge
from accounts.sign_in.vocabulary import GUESSES
from accounts.vocabulary import KNOWN_BROWSER_COOKIE, CapacityKind
from tests.builders.people import PASSWORD, SECRET, SOMEBODY, an_app, code_of_the_app, person, signed_in

SIGN_IN = "/account/sign-in/"
NEW_PASSWORD = "Seven slow rivers 3!"
pytestmark = pytest.mark.django_db


def tries(username: str, password: str = "wrong", client: Client | None = None, **more: Any) -> Any:
    return (client or Client()).post(SIGN_IN, {"username": username, "password": password}, **more)


def seen(answer: Any) -> tuple[int, str, dict[str, str]]:
    """Everything of an answer but the token of its forms and what was typed."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", answer.content.decode())
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    return answer.status_code, re.sub(r'(name="username" value=")[^"]+', r"\1", text), headers


# The way in


def test_a_username_and_its_password_lead_to_ones_account() -> None:
    answer = tries(person().username, PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")


@pytest.mark.parametrize("typed", ["AMINA.W", " amina.w ", "Amina.W"])
def test_the_case_of_a_username_does_not_matter(typed: str) -> None:
    person()
    assert tries(typed, PASSWORD).status_code == 302


def test_a_password_is_the_same_however_a_keyboard_writes_its_letters() -> None:
    password = normalize("NFC", "Two quiet héróns 7!")
    person(password=password)
    assert tries("amina.w", normalize("NFD", password)).status_code == 302


def test_whoever_reads_spanish_lands_on_spanish_pages() -> None:
    person(language="es")
    assert tries("amina.w", PASSWORD).headers["Location"] == "/es/account/"


@pytest.mark.parametrize("wanted", ["/account/settings/", "/find-care/?zip=55104", "/es/account/"])
def test_whoever_was_on_the_way_to_a_page_comes_to_it(wanted: str) -> None:
    person()
    answer = Client().post(SIGN_IN, {"username": "amina.w", "password": PASSWORD, "next": wanted})
    assert answer.headers["Location"] == wanted


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/\t/evil.example",
        "account/settings/",
    ],
)
def test_nobody_is_led_to_another_site(elsewhere: str) -> None:
    person()
    answer = Client().post(SIGN_IN, {"username": "amina.w", "password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/account/"
    assert 'name="next"' not in Client().get(SIGN_IN, {"next": elsewhere}).content.decode()


def test_a_forged_host_is_refused() -> None:
    person()
    assert tries("amina.w", PASSWORD, headers={"host": "evil.example"}).status_code == 400


def test_whoever_is_signed_in_does_not_sign_in_again() -> None:
    assert signed_in(person()).get(f"{SIGN_IN}?next=/account/settings/").headers["Location"] == "/account/settings/"


def test_the_key_of_the_session_is_another_after_signing_in() -> None:
    user, browser = person(), Client()
    an_app(user)
    tries("amina.w", PASSWORD, browser)  # the session knows whose password was right, and no more
    before = browser.session.session_key
    browser.post("/account/sign-in/second-factor/", {"code": code_of_the_app()})
    assert browser.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_a_session_that_a_stranger_planted_is_not_the_one_that_is_signed_in() -> None:
    planted = Client()
    planted.post("/account/sign-in/passkey/", {"options": "yes"})
    key = planted.session.session_key
    assert key
    person()
    victim = Client()
    victim.cookies["sessionid"] = key
    tries("amina.w", PASSWORD, victim)
    assert victim.session.session_key != key
    assert planted.get("/account/").status_code == 302


def test_the_session_holds_neither_username_nor_password() -> None:
    held = str(dict(signed_in(person()).session.items()))
    assert "amina" not in held
    assert PASSWORD not in held


def test_no_address_of_the_network_is_kept() -> None:
    signed_in(person())
    assert [each.ip for each in UserSession.objects.all()] == ["0.0.0.0"]
    assert "127.0.0.1" not in str(list(Guessing.objects.values_list()))


def test_what_happened_is_in_the_audit() -> None:
    user = person()
    tries("amina.w")
    tries("nobody.at.all")
    browser = signed_in(user)
    browser.post("/account/sign-out/")
    told = list(
        AuditEvent.objects.exclude(verb__in=["open_account", "give_capacity"])
        .exclude(verb__startswith="code_sets.")
        .order_by("at")
        .values_list("verb", "actor", "subject", "fields")
    )
    whom = f"user:{user.pk}"
    assert told == [
        ("fail_to_sign_in", "stranger", whom, ["password"]),
        ("fail_to_sign_in", "stranger", None, ["password"]),
        ("sign_in", whom, whom, ["password"]),
        ("sign_out", whom, whom, []),
    ]


def test_who_cannot_be_written_down_is_not_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    person()

    def fails(**_: Any) -> None:
        raise RuntimeError("the audit is full")

    monkeypatch.setattr("accounts.sign_in.operations.record", fails)
    browser = Client(raise_request_exception=False)
    assert tries("amina.w", PASSWORD, browser).status_code == 500
    assert browser.get("/account/").status_code == 302


# What a stranger learns


def test_a_wrong_password_and_a_name_that_is_nobodys_are_answered_alike() -> None:
    person()
    User.objects.filter(pk=person("closed.one", "c@mail.example").pk).update(is_active=False)
    first = seen(tries("amina.w"))
    assert seen(tries("nobody.at.all")) == first
    assert seen(tries("closed.one", PASSWORD)) == first
    assert first[0] == 200
    assert "Error:" in first[1]


def test_they_cost_the_same_statements() -> None:
    person()
    statements: dict[str, list[str]] = {}
    for name in ("amina.w", "nobody.at.all"):
        with connection.execute_wrapper(noting(statements.setdefault(name, []))):
            tries(name)
    assert statements["amina.w"] == statements["nobody.at.all"]


def noting(into: list[str]) -> Any:
    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        into.append(re.sub(r'"s\d+_x\d+"', "a savepoint", sql))
        return execute(sql, params, many, context)

    return note


@pytest.mark.parametrize("typed", ["\u212aarl.w", "\u017feven.w", "IGOR.W\u0131", "amina w", "a" * 60])
def test_a_text_that_cannot_be_a_username_is_nobodys_and_counts_alike(typed: str) -> None:
    person("karl.w")
    person("seven.w", "s@mail.example")
    first = seen(tries("karl.w"))
    assert seen(tries(typed)) == first
    for _ in range(GUESSES - 1):
        tries(typed)
    assert tries(typed).status_code == 429
    assert tries("karl.w", PASSWORD).status_code == 302


def test_a_username_is_looked_up_once_and_by_its_index() -> None:
    person()
    statements: list[str] = []
    with connection.execute_wrapper(noting(statements)):
        tries("AMINA.W")
    asked = [each for each in statements if 'FROM "accounts_user"' in each]
    assert len(asked) == 1
    assert 'LOWER("accounts_user"."username") = ' in asked[0]


def test_they_hash_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    person()
    hashed: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(Argon2id, name)
        monkeypatch.setattr(Argon2id, name, lambda *a, real=real: (hashed.append("once"), real(*a))[1])
    tries("amina.w")
    assert len(hashed) == 1
    tries("nobody.at.all")
    assert len(hashed) == 2


def test_what_was_typed_stays_but_for_the_password() -> None:
    text = tries("amina.w", "my real password").content.decode()
    assert 'value="amina.w"' in text
    assert "my real password" not in text


def test_an_empty_form_says_what_is_missing() -> None:
    text = tries("", "").content.decode()
    assert "Type your username." in text
    assert "Type your password." in text


# Guessing


def test_five_wrong_guesses_lock_a_name_and_a_sixth_is_not_looked_at() -> None:
    user = person()
    for _ in range(GUESSES):
        assert tries(user.username).status_code == 200
    locked = tries(user.username, PASSWORD)
    assert locked.status_code == 429
    assert "Wait 15 minutes" in locked.content.decode()
    assert "reset your password" in locked.content.decode()


def test_a_name_that_is_nobodys_locks_alike() -> None:
    person()
    for name in ("amina.w", "nobody.at.all"):
        for _ in range(GUESSES):
            tries(name)
    assert seen(tries("amina.w")) == seen(tries("nobody.at.all"))


def test_another_way_to_write_a_name_has_no_guesses_of_its_own() -> None:
    person()
    for name in ("amina.w", "AMINA.W", "Amina.w", "aMINA.w", "amina.W"):
        tries(name)
    assert tries(" amina.w", PASSWORD).status_code == 429


def test_guesses_come_back_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    person()
    at = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: at)
    for _ in range(GUESSES):
        tries("amina.w")
    assert tries("amina.w").status_code == 429
    monkeypatch.setattr(timezone, "now", lambda: at + timedelta(minutes=2, seconds=59))
    assert tries("amina.w").status_code == 429
    monkeypatch.setattr(timezone, "now", lambda: at + timedelta(minutes=3))
    assert tries("amina.w").status_code == 200
    assert tries("amina.w").status_code == 429


def test_a_right_password_gives_its_guess_back() -> None:
    user = person()
    for _ in range(3 * GUESSES):
        assert tries(user.username, PASSWORD).status_code == 302


def test_a_right_password_in_between_does_not_begin_the_count_anew() -> None:
    user = person()
    for _ in range(GUESSES - 1):
        tries(user.username)
    assert tries(user.username, PASSWORD).status_code == 302
    assert tries(user.username).status_code == 200
    assert tries(user.username).status_code == 429


def test_a_stranger_does_not_lock_the_owner_out_of_a_browser_that_the_account_knows() -> None:
    user = person()
    own = signed_in(user)
    own.post("/account/sign-out/")
    for _ in range(GUESSES):
        tries(user.username)
    assert tries(user.username, PASSWORD).status_code == 429
    assert tries(user.username, PASSWORD, own).status_code == 302


def test_a_browser_that_the_account_knows_has_no_more_guesses_than_others() -> None:
    user = person()
    own = signed_in(user)
    own.post("/account/sign-out/")
    for _ in range(GUESSES):
        tries(user.username, client=own)
    assert tries(user.username, PASSWORD, own).status_code == 429


def test_a_browser_is_known_to_each_of_a_household_and_to_nobody_else() -> None:
    amina, omar, stranger = person(), person("omar.h", "o@mail.example"), person("leila.k", "l@mail.example")
    shared = Client()
    for each in (amina, omar):
        signed_in(each, client=shared).post("/account/sign-out/")
    for each in (amina, omar, stranger):
        for _ in range(GUESSES):
            tries(each.username, REMOTE_ADDR=f"127.0.1.{each.pk.int % 250 + 1}")
    assert tries(amina.username, PASSWORD, shared).status_code == 302
    shared.post("/account/sign-out/")
    assert tries(omar.username, PASSWORD, shared).status_code == 302
    shared.post("/account/sign-out/")
    assert tries(stranger.username, PASSWORD, shared).status_code == 429


@pytest.mark.parametrize("forged", ["", ".", "anything", "a.b.c", "x" * 4000])
def test_a_cookie_that_somebody_made_up_is_known_to_nobody(forged: str) -> None:
    user = person()
    for _ in range(GUESSES):
        tries(user.username)
    browser = Client()
    browser.cookies[KNOWN_BROWSER_COOKIE] = forged
    assert tries(user.username, PASSWORD, browser).status_code == 429


def test_the_cookie_of_a_known_browser_names_nobody_and_survives_signing_out() -> None:
    user = person()
    browser = signed_in(user)
    browser.post("/account/sign-out/")
    cookie = browser.cookies[KNOWN_BROWSER_COOKIE]
    assert user.username not in cookie.value
    assert str(user.pk) not in cookie.value
    assert cookie["httponly"]
    assert browser.get("/account/").status_code == 302


def test_a_browser_that_the_old_password_made_known_is_not_known_after_a_new_one() -> None:
    """A thief of the old one cannot keep browsers in which to guess the next."""
    user = person()
    thief = signed_in(user)
    replace(user=user, password=NEW_PASSWORD, by=SOMEBODY, at=timezone.now())
    for _ in range(GUESSES):
        tries(user.username)
    assert tries(user.username, NEW_PASSWORD, thief).status_code == 429


def test_a_new_password_is_no_new_count_for_strangers() -> None:
    """Or else a lock that goes would tell that the name is somebody's."""
    user = person()
    for _ in range(GUESSES):
        tries(user.username)
    replace(user=user, password=NEW_PASSWORD, by=SOMEBODY, at=timezone.now())
    assert tries(user.username, NEW_PASSWORD).status_code == 429


def test_the_browser_of_a_reset_is_known_and_begins_a_new_count() -> None:
    user = person()
    browser = signed_in(user)
    browser.post("/account/sign-out/")
    for _ in range(GUESSES):
        tries(user.username)
        tries(user.username, client=browser)
    replace(user=user, password=NEW_PASSWORD, by=SOMEBODY, at=timezone.now())
    user.refresh_from_db()
    request, answer = HttpRequest(), HttpResponse()
    request.COOKIES = {KNOWN_BROWSER_COOKIE: browser.cookies[KNOWN_BROWSER_COOKIE].value}
    remember(request, answer, user)
    browser.cookies[KNOWN_BROWSER_COOKIE] = answer.cookies[KNOWN_BROWSER_COOKIE].value
    assert tries(user.username, NEW_PASSWORD, browser).status_code == 302


@pytest.mark.parametrize("theirs", [True, False])
def test_another_name_in_a_known_browser_is_a_strangers(theirs: bool) -> None:
    """One account of one's own gives no more guesses at others, and tells nothing of them."""
    browser = signed_in(person())
    browser.post("/account/sign-out/")
    if theirs:
        person("omar.h", "omar@mail.example")
    for _ in range(GUESSES):
        tries("omar.h")
    assert tries("omar.h", client=browser).status_code == 429


def test_wrong_tries_at_ones_address_do_not_shut_a_known_browser_out(monkeypatch: pytest.MonkeyPatch) -> None:
    at = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: at)
    user = person()
    browser = signed_in(user)
    browser.post("/account/sign-out/")
    for number in range(20):
        tries(f"somebody.{number}")
    assert tries(user.username, PASSWORD).status_code == 429
    assert tries(user.username, PASSWORD, browser).status_code == 302


def test_what_a_stranger_began_in_a_browser_is_not_of_the_session_of_whoever_signs_in() -> None:
    user, browser = person(), Client()
    browser.post("/account/sign-in/passkey/", {"options": "yes"})
    assert "mfa.webauthn.state" in browser.session
    signed_in(user, client=browser)
    assert "mfa.webauthn.state" not in browser.session


def test_one_address_cannot_try_the_names_of_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    at = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: at)
    for number in range(20):
        assert tries(f"somebody.{number}").status_code == 200
    assert tries("somebody.else").status_code == 429
    assert tries("somebody.else", REMOTE_ADDR="127.0.0.9").status_code == 200


def test_allowances_that_are_full_again_are_forgotten() -> None:
    tries("amina.w")
    assert Guessing.objects.count() == 3
    Guessing.objects.update(paid_at=timezone.now() - timedelta(seconds=1))
    assert purge() == 3


@pytest.mark.django_db(transaction=True)
def test_no_more_than_five_get_through_however_many_guess_at_once() -> None:
    user = person()

    def guess(number: int) -> int:
        try:
            return int(tries(user.username, REMOTE_ADDR=f"127.0.0.{number + 2}").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(guess, range(24)))
    assert sorted(answers) == [200] * GUESSES + [429] * (24 - GUESSES)


# Between the password and the second factor


@pytest.fixture
def half_way() -> tuple[User, Client]:
    user, browser = person("amina.w", "amina@mail.example", CapacityKind.MEMBER), Client()
    an_app(user)
    answer = tries("amina.w", PASSWORD, browser)
    assert answer.headers["Location"] == "/account/sign-in/second-factor/"
    return user, browser


def test_the_password_alone_opens_nothing(half_way: tuple[User, Client]) -> None:
    _, browser = half_way
    for address in ("/account/", "/account/settings/second-factor/", "/account/again/", "/account/stay/left/"):
        assert "/account/sign-in/" in browser.get(address).headers["Location"]


def test_a_new_password_ends_what_was_half_way(half_way: tuple[User, Client]) -> None:
    """Somebody who knows the old one is not let in by it any more."""
    user, browser = half_way
    replace(user=user, password=NEW_PASSWORD, by=SOMEBODY, at=timezone.now())
    answer = browser.post("/account/sign-in/second-factor/", {"code": code_of_the_app()})
    assert answer.headers["Location"] == "/account/sign-in/"


def test_whose_account_was_closed_half_way_is_not_let_in(half_way: tuple[User, Client]) -> None:
    user, browser = half_way
    User.objects.filter(pk=user.pk).update(is_active=False)
    answer = browser.post("/account/sign-in/second-factor/", {"code": code_of_the_app()})
    assert answer.headers["Location"] == "/account/sign-in/"


def test_where_one_wanted_to_go_survives_the_second_factor() -> None:
    user, browser = person(), Client()
    an_app(user)
    browser.post(SIGN_IN, {"username": "amina.w", "password": PASSWORD, "next": "/account/settings/language/"})
    answer = browser.post("/account/sign-in/second-factor/", {"code": code_of_the_app()})
    assert answer.headers["Location"] == "/account/settings/language/"


def test_codes_are_guessed_no_more_often_than_passwords(half_way: tuple[User, Client]) -> None:
    _, browser = half_way
    for _ in range(GUESSES):
        assert browser.post("/account/sign-in/second-factor/", {"code": "000000"}).status_code == 200
    locked = browser.post("/account/sign-in/second-factor/", {"code": code_of_the_app()})
    assert locked.status_code == 429


def test_a_code_is_not_shown_again(half_way: tuple[User, Client]) -> None:
    _, browser = half_way
    text = browser.post("/account/sign-in/second-factor/", {"code": "314159"}).content.decode()
    assert "<title>Error:" in text
    assert "314159" not in text


# The way out


def test_signing_out_takes_a_post() -> None:
    browser = signed_in(person())
    assert browser.get("/account/sign-out/").status_code == 200
    assert browser.head("/account/sign-out/").status_code == 200
    assert browser.get("/account/").status_code == 200
    assert browser.post("/account/sign-out/").headers["Location"] == "/account/sign-out/"
    assert browser.get("/account/").status_code == 302
    assert "You are signed out" in browser.get("/account/sign-out/").content.decode()


def test_signing_out_asks_the_browser_to_forget() -> None:
    answer = signed_in(person()).post("/account/sign-out/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_session_that_was_signed_out_is_gone() -> None:
    browser = signed_in(person())
    key = browser.session.session_key
    browser.post("/account/sign-out/")
    assert not Session.objects.filter(pk=key).exists()
    assert not UserSession.objects.filter(session_key=key).exists()
    thief = Client()
    thief.cookies["sessionid"] = key
    assert thief.get("/account/").status_code == 302


def test_another_site_cannot_sign_anybody_in_or_out() -> None:
    person()
    browser = Client(enforce_csrf_checks=True)
    assert tries("amina.w", PASSWORD, browser).status_code == 403
    assert browser.post("/account/sign-out/").status_code == 403


def test_the_key_of_the_app_is_nowhere_in_clear() -> None:
    user = person()
    an_app(user)
    signed_in(user)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{SECRET}%"])
            assert cursor.fetchone()[0] == 0, table


def test_strangers_are_not_given_sessions_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    at = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: at)
    answers = [Client().post("/account/sign-in/passkey/", {"options": "yes"}).status_code for _ in range(101)]
    assert answers == [200] * 100 + [429]
