"""The pages from an activation ID to an account: what they say, what they keep, and what they do not tell."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Capacity, User
from accounts.outbox.models import Message
from accounts.registration.models import Activation
from accounts.registration.operations import issue, revoke
from accounts.registration.vocabulary import CONVERSATION, MAIL, Channel
from accounts.vocabulary import CapacityKind
from tests.accounts.registration.conftest import ROSA, STEPHEN, TheSlice
from tests.accounts.registration.test_issuing import RELATIONS, mailed
from tests.builders.mail import PostOffice, deliver_mail, text_of
from tests.builders.people import PASSWORD, person, signed_in
from tests.privacy.test_inventory import forms_on, silent

pytestmark = pytest.mark.django_db
START = "/account/register/activation/"
TYPED = {"last_name": "Garcia Lopez", "birth_date": "3/14/1985"}
ACCOUNT = {"username": "cedar.river", "email": "rosa.own@mail.example"}
PASSWORDS = {"password": PASSWORD, "again": PASSWORD}


def secret_of(kind: str = "tester", subject: Any = ROSA) -> str:
    at = timezone.now()
    secret = mailed(issue(kind=kind, subject=subject, channel=Channel.MAIL, by=RELATIONS, at=at), at)
    Message.objects.filter(kind=MAIL).delete()  # it went out
    return secret


def entered(client: Client | None = None) -> Client:
    client = client or Client()
    answer = client.post(START, {"activation_id": secret_of(), **TYPED})
    assert answer.status_code == 302, answer.content.decode()
    return client


def mailed_code(post_office: PostOffice) -> str:
    deliver_mail()
    found = [code for mail in post_office.mails for code in re.findall(r"^\s+(\d{4} \d{4})\s*$", text_of(mail), re.M)]
    return found[-1]


def ready_for_a_password(post_office: PostOffice) -> Client:
    client = entered()
    client.post(f"{START}new/", ACCOUNT)
    answer = client.post(f"{START}code/", {"code": mailed_code(post_office)})
    assert answer.headers["Location"] == f"{START}password/", answer.content.decode()
    return client


def without_token(answer: Any) -> str:
    html = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", answer.content.decode())
    return f"{answer.status_code} {sorted(answer.headers.items())} {html}"


@pytest.mark.django_db(transaction=True)
def test_from_the_mail_to_an_account_that_signs_in(post_office: PostOffice, the_slice: TheSlice) -> None:
    issue(kind="tester", subject=ROSA, channel=Channel.MAIL, by=RELATIONS, at=timezone.now())
    deliver_mail()
    said = text_of(post_office.mails[-1])
    assert str(post_office.mails[-1]["Subject"]) == "A message from Lindenfield Health Plan"
    assert "Rosa" not in said
    secret = re.search(r"^\s+([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\s*$", said, re.M)
    assert secret

    client = Client()
    typed = {"activation_id": secret[1].lower().replace("-", " "), **TYPED}
    assert client.post(START, typed).headers["Location"] == f"{START}account/"
    assert "Member" in client.get(f"{START}account/").content.decode()
    assert client.post(f"{START}new/", ACCOUNT).headers["Location"] == f"{START}code/"
    assert ACCOUNT["email"] in client.get(f"{START}code/").content.decode()
    assert client.post(f"{START}code/", {"code": mailed_code(post_office)}).status_code == 302
    assert client.get(f"{START}password/").status_code == 200
    assert client.post(f"{START}password/", PASSWORDS).headers["Location"] == f"{START}done/"
    assert "Sign in" in client.get(f"{START}done/").content.decode()

    user = User.objects.get()
    assert the_slice.redeemed == [(ROSA, user.capacities.get().pk)]
    assert signed_in(user, client=client).get("/account/").status_code == 200
    for page in ("account", "add", "new", "code", "password"):
        assert client.get(f"{START}{page}/").headers["Location"] == START


def test_wrong_used_revoked_expired_and_anothers_are_the_same_bytes(the_slice: TheSlice) -> None:
    """Five worlds, in each of which somebody types the same."""
    typed = {"activation_id": secret_of(), **TYPED}
    mine = Activation.objects.all()
    now, week = timezone.now(), timedelta(days=7)
    worlds = [
        lambda: the_slice.change("tester", ROSA, last_name="Nguyen"),
        lambda: mine.update(revoked_at=now),
        lambda: mine.update(revoked_at=None, used_at=now, used_by=person()),
        lambda: mine.update(used_at=None, used_by=None, issued_at=now - week, born_at=now - week, valid_until=now),
        lambda: mine.delete(),
    ]
    answers = []
    for begin in worlds:
        begin()
        answers.append(without_token(Client().post(START, typed)))
    assert len(set(answers)) == 1
    assert "do not go together" in answers[0]


def test_a_form_keeps_what_was_typed() -> None:
    typed = {"activation_id": "7kqm 4xht 9zpa", "last_name": "García", "birth_date": "3/14/1985"}
    html = Client().post(START, typed).content.decode()
    assert all(f'value="{value}"' in html for value in typed.values())
    client = entered()
    html = client.post(f"{START}new/", ACCOUNT | {"username": "rosa"}).content.decode()
    assert 'value="rosa"' in html
    assert ACCOUNT["email"] in html
    client.post(f"{START}new/", ACCOUNT)
    html = client.get(f"{START}new/").content.decode()
    assert all(value in html for value in ACCOUNT.values())


def test_a_strangers_pages_lead_to_the_beginning() -> None:
    for page in ("account", "new", "code", "password"):
        assert Client().get(f"{START}{page}/").headers["Location"] == START
        assert Client().post(f"{START}{page}/").status_code in (302, 405)


def test_who_is_no_longer_let_on_is_told_so() -> None:
    client = entered()
    revoke(kind="tester", subject=ROSA, by=RELATIONS, at=timezone.now())
    answer = client.get(f"{START}new/")
    assert answer.headers["Location"] == f"{START}?over=yes"
    assert "does not work any more" in client.get(f"{START}?over=yes").content.decode()


def test_the_session_holds_ids_and_times_and_no_secret() -> None:
    client = Client()
    secret = secret_of()
    before = client.post(START, {"activation_id": secret, **TYPED}).cookies["sessionid"].value
    assert set(client.session[CONVERSATION]) == {"activation", "born", "entered", "account"}
    assert secret not in str(dict(client.session))
    assert client.post(START, {"activation_id": secret, **TYPED}).cookies["sessionid"].value != before


def test_a_conversation_is_over_after_an_hour() -> None:
    client = entered()
    session = client.session
    session[CONVERSATION] |= {"entered": "2026-01-01T00:00:00+00:00"}
    session.save()
    assert client.get(f"{START}new/").headers["Location"] == f"{START}?over=yes"


def test_many_wrong_tries_are_told_to_wait() -> None:
    client = Client(REMOTE_ADDR="127.9.9.9")
    answers = [client.post(START, {"activation_id": "7KQM4XHT9ZPA", **TYPED}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert "too many tries" in answers[-1].content.decode()


# Whoever has an account


def test_whoever_has_an_account_signs_in_and_confirms(the_slice: TheSlice) -> None:
    user = person()
    client = entered()
    assert f"/account/sign-in/?next={START}add/" in client.get(f"{START}account/").content.decode()
    typed = {"username": "amina.w", "password": PASSWORD, "next": f"{START}add/"}
    assert client.post("/account/sign-in/", typed).headers["Location"] == f"{START}add/"
    assert client.get(f"{START}new/").headers["Location"] == f"{START}add/"
    assert not user.capacities.exists()
    assert "Member" in client.get(f"{START}add/").content.decode()
    assert client.post(f"{START}add/", TYPED).headers["Location"] == f"{START}done/"
    assert the_slice.redeemed == [(ROSA, user.capacities.get().pk)]
    assert "You are here as: <b>Member</b>" in client.get("/account/").content.decode()


def test_who_signs_in_where_somebody_elses_activation_id_was_typed_adds_nothing(the_slice: TheSlice) -> None:
    """A browser that several people use: one typed theirs and went away."""
    client = signed_in(person(), client=entered())
    page = client.get(f"{START}add/").content.decode()
    assert "Rosa" not in page
    assert silent(page) == []
    for typed in ({}, {"last_name": "Warsame", "birth_date": "1/1/1990"}, TYPED | {"birth_date": ""}):
        answer = client.post(f"{START}add/", typed)
        assert answer.status_code == 200
        assert "Error:" in answer.content.decode()
    assert "do not go together" in answer.content.decode()
    assert Activation.objects.get().guesses == 2
    assert not Capacity.objects.exists()
    for _ in range(3):
        answer = client.post(f"{START}add/", {"last_name": "Warsame"})
    assert answer.headers["Location"] == f"{START}?over=yes"
    assert Activation.objects.get().revoked_at
    assert not the_slice.redeemed


def test_who_typed_it_signed_in_is_not_asked_twice(the_slice: TheSlice) -> None:
    client = entered(signed_in(person()))
    assert "last_name" not in client.get(f"{START}add/").content.decode()
    assert client.post(f"{START}add/").headers["Location"] == f"{START}done/"


def test_who_becomes_staff_is_led_to_a_second_factor() -> None:
    user = person()
    client = signed_in(user)
    answer = client.post(START, {"activation_id": secret_of("worker", STEPHEN), "last_name": "ruiz"})
    assert answer.headers["Location"] == f"{START}add/"
    client.post(f"{START}add/")
    assert user.capacities.get().kind == CapacityKind.STAFF
    assert client.get("/account/").headers["Location"].startswith("/account/settings/second-factor/")


def test_an_account_that_stands_for_another_is_told_so_and_can_be_left(the_slice: TheSlice) -> None:
    the_slice.refuses.add(ROSA)
    client = entered(signed_in(person()))
    html = client.post(f"{START}add/").content.decode()
    assert "in use for somebody else" in html
    assert not Capacity.objects.exists()


def test_nothing_else_of_a_strangers_session_survives_sign_in() -> None:
    client = Client()
    client.post("/account/password-reset/", {"username": "amina.w", "email": "amina@mail.example"})
    entered(client)
    assert {"password_reset", CONVERSATION} <= set(client.session.keys())
    signed_in(person(), client=client)
    assert CONVERSATION in client.session
    assert "password_reset" not in client.session


# A username that is somebody's


def test_a_taken_username_is_told_and_another_can_be_chosen() -> None:
    person("cedar.river")
    client = entered()
    html = client.post(f"{START}new/", ACCOUNT).content.decode()
    assert "Somebody has this username" in html
    assert client.post(f"{START}new/", ACCOUNT | {"username": "silver.lake"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_one_that_became_somebodys_meanwhile_too(post_office: PostOffice) -> None:
    client = ready_for_a_password(post_office)
    person("cedar.river")
    answer = client.post(f"{START}password/", PASSWORDS)
    assert answer.headers["Location"] == f"{START}new/?taken=yes"
    html = client.get(f"{START}new/?taken=yes").content.decode()
    assert "Somebody has this username" in html
    assert ACCOUNT["email"] in html


@pytest.mark.django_db(transaction=True)
def test_every_page_of_the_conversation_says_why_it_asks(post_office: PostOffice) -> None:
    client = ready_for_a_password(post_office)
    for page in ("new", "code", "password"):
        html = client.get(f"{START}{page}/").content.decode()
        assert forms_on(html), page
        assert silent(html) == [], page


@pytest.mark.django_db(transaction=True)
def test_when_the_slice_refuses_that_is_told_and_no_account_is_there(
    post_office: PostOffice, the_slice: TheSlice
) -> None:
    client = ready_for_a_password(post_office)
    the_slice.refuses.add(ROSA)
    answer = client.post(f"{START}password/", PASSWORDS)
    assert answer.status_code == 200
    assert "in use for somebody else" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_bad_password_is_told_and_never_sent_back(post_office: PostOffice) -> None:
    client = ready_for_a_password(post_office)
    for bad in ("Garcia quiet 7!", "TST0049812a!", "short"):
        answer = client.post(f"{START}password/", {"password": bad, "again": bad})
        assert answer.status_code == 200
        assert bad not in answer.content.decode()
        assert "Error:" in answer.content.decode()
    assert not User.objects.exists()


# At once


@pytest.mark.django_db(transaction=True)
def test_twenty_four_at_once_open_one_account(post_office: PostOffice, the_slice: TheSlice) -> None:
    """Whoever clicks again and again, in however many windows."""
    client = ready_for_a_password(post_office)
    cookie = client.cookies["sessionid"].value

    def click(_: int) -> str:
        try:
            window = Client()
            window.cookies["sessionid"] = cookie
            answer = window.post(f"{START}password/", PASSWORDS)
            return str(answer.headers.get("Location"))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as at_once:
        answers = list(at_once.map(click, range(24)))
    assert answers.count(f"{START}done/") == 1
    assert User.objects.count() == Capacity.objects.count() == len(the_slice.redeemed) == 1
