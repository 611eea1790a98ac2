"""A broker only wakes the workers: what becomes of it, or of them, costs time and no mail."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import kombu
import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.outbox import wake
from accounts.outbox.models import Message
from accounts.outbox.operations import send
from accounts.outbox.vocabulary import OPEN
from accounts.outbox.wake import TASK, WAKE, publisher
from accounts.vocabulary import program
from portal.config.celery import app
from portal.config.schedule import SCHEDULE
from tests.accounts.outbox.conftest import until
from tests.builders.brokers import Cable, cable, forget_queue  # noqa: F401
from tests.builders.mail import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

Queue = Callable[..., UUID]


@pytest.fixture
def broker(cable: Cable, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:  # noqa: F811
    """The site publishes through the cable, into a queue of this test; the name of the queue."""
    queue = f"tessera-test-{os.getpid()}-{time.monotonic_ns()}"
    settings.CELERY_BROKER_URL, settings.CELERY_TASK_DEFAULT_QUEUE = cable.url, queue
    speak_anew()
    yield queue
    speak_anew()
    forget_queue(cable.server.geturl(), queue)


def speak_anew() -> None:
    WAKE.__self__.silent_until = 0.0  # type: ignore[attr-defined]
    kombu.pools.reset()
    publisher.cache_clear()


@pytest.fixture
def worker(broker: str, cable: Cable, start: Callable[..., Any]) -> Callable[[], Any]:  # noqa: F811
    """Starts a worker of Celery, which hears the broker through the cable."""
    command = ("-m", "celery", "-A", "portal.config", "--quiet", "worker", "--pool", "solo", "--queues", broker)
    quick = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
    return lambda: start(*command, *quick, BROKER_URL=cable.url)


def the_clock_strikes() -> None:
    """What beat does every minute."""
    publisher().send_task(TASK)


def all_settled() -> bool:
    return not Message.objects.filter(state__in=OPEN).exists()


def test_a_commit_wakes_a_worker(
    worker: Callable[[], Any], queue: Queue, post_office: PostOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    process = worker()
    queue("test-notice")
    post_office.received(1)
    until(all_settled, "the worker wrote that down")
    process.terminate()
    process.wait()
    told = capfd.readouterr().err
    assert "amina" not in told
    assert str(Message.objects.get().pk) not in told


def test_a_killed_worker_loses_no_notice_and_doubles_no_code(
    worker: Callable[[], Any], queue: Queue, post_office: PostOffice
) -> None:
    post_office.seconds, post_office.keeps = 3600, True
    first = worker()
    queue("test-code")
    until(lambda: post_office.handed == 1, "the worker is at the code")
    first.kill()
    queue("test-notice")
    post_office.seconds = 0
    worker()
    post_office.received(2)
    until(lambda: not Message.objects.filter(kind="test-notice", state__in=OPEN).exists(), "the notice is settled")
    until(lambda: time.sleep(0.2) or the_clock_strikes() or all_settled(), "the code is settled")  # type: ignore[func-returns-value]
    assert sorted(Counter(str(mail["Subject"])[:9] for mail in post_office.mails).items()) == [
        ("About you", 1),
        ("Your code", 1),
    ]
    assert Message.objects.get(kind="test-code").state == "uncertain"


def test_a_broker_that_is_cut_off_delays_mail_and_fails_no_request(
    worker: Callable[[], Any],
    queue: Queue,
    post_office: PostOffice,
    cable: Cable,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker()
    queue("test-notice")
    post_office.received(1)
    cable.cut()
    for kind in ("test-notice", "test-code", "test-notice"):
        queue(kind)
    assert caplog.messages == ["the broker did not take a wake-up"]
    cable.mend()
    the_clock_strikes()
    post_office.received(4)
    until(all_settled, "all are settled")
    assert set(Counter(str(mail["Message-ID"]) for mail in post_office.mails).values()) == {1}


def test_the_broker_is_told_nothing_but_to_wake_a_worker(broker: str, cable: Cable, queue: Queue) -> None:  # noqa: F811
    message = queue("test-code", about="7c1e")
    with kombu.Connection(cable.url) as connection:
        told = connection.SimpleQueue(broker, no_ack=True).get(timeout=30)
    args, kwargs, _ = told.payload
    assert (args, kwargs) == ([], {})
    assert str(message) not in f"{told.headers}{told.properties}{told.body!r}"


# Waking


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """What would be published."""
    published: list[str] = []

    class Publisher:
        def send_task(self, name: str, **_: Any) -> None:
            published.append(name)

    settings.CELERY_BROKER_URL = "amqp://127.0.0.1:1//"
    monkeypatch.setattr(wake, "publisher", Publisher)
    return published


def test_a_transaction_wakes_once_however_many_messages_it_leaves(amina: User, woken: list[str]) -> None:
    with transaction.atomic():
        for _ in range(3):
            send(kind="test-notice", recipient=f"user:{amina.pk}", by=program("test"), at=timezone.now())
        assert woken == []
    assert woken == [TASK]


def test_a_part_that_is_taken_back_does_not_take_the_wake_up_along(amina: User, woken: list[str]) -> None:
    with transaction.atomic():
        with transaction.atomic():
            send(kind="test-notice", recipient=f"user:{amina.pk}", by=program("test"), at=timezone.now())
            transaction.set_rollback(True)
        send(kind="test-notice", recipient=f"user:{amina.pk}", by=program("test"), at=timezone.now())
    assert woken == [TASK]


def test_a_transaction_that_is_taken_back_wakes_nobody(amina: User, woken: list[str]) -> None:
    with transaction.atomic():
        send(kind="test-notice", recipient=f"user:{amina.pk}", by=program("test"), at=timezone.now())
        transaction.set_rollback(True)
    assert woken == []


def test_without_a_broker_nothing_is_published(queue: Queue, woken: list[str], settings: Any) -> None:
    settings.CELERY_BROKER_URL = ""
    queue("test-notice")
    assert woken == []
    assert not connection.run_on_commit


def test_a_broker_that_did_not_answer_is_not_asked_again_at_once(
    queue: Queue, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CELERY_BROKER_URL = "amqp://guest:guest@127.0.0.1:1//"
    speak_anew()
    queue("test-notice")
    queue("test-notice")
    assert caplog.messages == ["the broker did not take a wake-up"]
    speak_anew()


# The clock


def test_every_task_of_the_schedule_is_there() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)


@pytest.mark.parametrize("task", sorted({entry["task"] for entry in SCHEDULE.values()}))
def test_every_task_of_the_schedule_may_be_run_twice(task: str) -> None:
    app.loader.import_default_modules()
    app.tasks[task]()
    app.tasks[task]()
