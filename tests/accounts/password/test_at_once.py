"""Many at once, each with a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.codes.errors import CodeRefused
from accounts.codes.models import Budget, Code
from accounts.codes.operations import ask, compose
from accounts.codes.vocabulary import CodePurpose
from accounts.models import User
from accounts.outbox.vocabulary import Mailbox
from accounts.password.operations import reset
from tests.accounts.password.test_reset import ASK, CODE, NEW, NEWER, asked, code_in, opens, verified
from tests.builders.mail import PostOffice, deliver_mail
from tests.builders.people import AT, PASSWORD, SOMEBODY, person

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 24
PATIENCE_SECONDS = 120


def at_once(act: Callable[[int], Any], crowd: int = CROWD) -> list[Any]:
    start = threading.Barrier(crowd, timeout=PATIENCE_SECONDS)

    def one(number: int) -> Any:
        start.wait()
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(crowd) as threads:
        return list(threads.map(one, range(crowd)))


def same_browser(client: Client) -> Client:
    twin = Client(raise_request_exception=True)
    twin.cookies["sessionid"] = client.cookies["sessionid"].value
    return twin


def test_twenty_four_posts_of_one_browser_are_five_guesses(post_office: PostOffice) -> None:
    person()
    client = Client()
    asked(client)
    deliver_mail()
    right = code_in(post_office.mails[0])
    wrong = "00000000" if right != "0000 0000" else "00000001"
    crowd = [same_browser(client) for _ in range(CROWD)]
    answers = at_once(lambda number: crowd[number].post(CODE, {"code": wrong}))
    assert {answer.status_code for answer in answers} == {200}
    assert Code.objects.get().guesses == 5
    assert client.post(CODE, {"code": right}).status_code == 200


def test_of_twenty_four_right_posts_one_opens_the_door(post_office: PostOffice) -> None:
    person()
    client = Client()
    asked(client)
    deliver_mail()
    right = code_in(post_office.mails[0])
    crowd = [same_browser(client) for _ in range(CROWD)]
    answers = at_once(lambda number: crowd[number].post(CODE, {"code": right}))
    led = [answer.url for answer in answers if answer.status_code == 302]
    assert led.count(NEW) == 1
    assert set(led) <= {NEW, ASK}, "whoever comes late has no session any more, and may begin anew"
    assert {answer.status_code for answer in answers} <= {200, 302}


def test_of_twenty_four_new_passwords_one_is_set(post_office: PostOffice) -> None:
    person()
    client = Client()
    verified(client, post_office)
    crowd = [same_browser(client) for _ in range(CROWD)]
    chosen = [f"{NEWER} {number}" for number in range(CROWD)]
    at_once(lambda number: crowd[number].post(NEW, {"password": chosen[number], "again": chosen[number]}))
    assert sum(opens(password) for password in chosen) == 1
    assert not opens(PASSWORD)
    assert User.objects.get().credentials_version == 1


def test_asking_guessing_and_delivering_wait_for_each_other_and_never_for_ever(
    post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever locks in another order than the rest is ended by the database, which this would tell."""
    person()
    client = Client()
    asked(client)
    acts: list[Callable[[Client], Any]] = [
        lambda browser: browser.post(CODE, {"again": "yes"}),
        lambda browser: browser.post(CODE, {"code": "00000000"}),
        lambda _: deliver_mail(),
        lambda _: asked(Client()),
        lambda _: Client().get(ASK),
    ]
    crowd = [same_browser(client) for _ in range(CROWD)]
    at_once(lambda number: [act(crowd[number]) for act in acts[number % 5 :] + acts[: number % 5]])
    budget = Budget.objects.get(pk=Code.objects.latest("asked_at").subject)
    assert budget.failures == CROWD
    assert len(post_office.mails) <= 10
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_two_resets_of_one_person_that_end_at_once_wait_for_each_other() -> None:
    """Whoever locks in another order than the rest is ended by the database, which this would tell."""
    user = person()
    for number in range(6):
        codes = [
            Code.objects.create(
                user=user, purpose=CodePurpose.PASSWORD_RESET, subject="s", recipient="s", asked_at=AT, redeemed_at=AT
            )
            for _ in range(2)
        ]

        def finish(each: int, codes: list[Code] = codes, password: str = f"{NEWER} {number}") -> bool:
            try:
                reset(code_id=codes[each].pk, password=password, by=SOMEBODY, at=AT)
            except CodeRefused:
                return False
            return True

        assert sorted(at_once(finish, 2)) == [False, True]


def test_a_new_password_and_the_mail_of_another_browser_wait_for_each_other() -> None:
    user = person()
    for number in range(6):
        ended = Code.objects.create(
            user=user, purpose=CodePurpose.PASSWORD_RESET, subject="s", recipient="s", asked_at=AT, redeemed_at=AT
        )
        waiting = [
            ask(purpose=CodePurpose.PASSWORD_RESET, subject="s", user=user, recipient="user:1", by=SOMEBODY, at=AT)
            for _ in range(2)
        ]
        Code.objects.filter(pk=waiting[0].pk).update(token="t", valid_until=AT, sent_at=AT)

        def act(each: int, codes: tuple[Code, Code] = (ended, waiting[1]), password: str = f"{NEWER} {number}") -> None:
            if each:
                reset(code_id=codes[0].pk, password=password, by=SOMEBODY, at=AT)
            else:
                with transaction.atomic():
                    compose(str(codes[1].pk), Mailbox("a@mail.example", "en"), AT)

        at_once(act, 2)
        assert not Code.objects.exists()
