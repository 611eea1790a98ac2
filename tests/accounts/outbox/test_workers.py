"""Workers are killed in the middle, and nothing is lost or doubled: a notice may come again, under its Message-ID, and
a code never does."""

import signal
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from accounts.outbox.models import Message
from accounts.outbox.vocabulary import OPEN, MessageState
from tests.accounts.outbox.conftest import until
from tests.builders.mail import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., Any]
Queue = Callable[..., UUID]

WORKER = ("manage.py", "outbox_worker")


def all_settled() -> bool:
    return not Message.objects.filter(state__in=OPEN).exists()


def times_received(post_office: PostOffice, kind: str) -> Counter[str]:
    """Message-ID → how often it came, 0 too."""
    known = Message.objects.filter(kind=kind).values_list("message_id", flat=True)
    received = Counter(str(mail["Message-ID"]) for mail in post_office.mails)
    return Counter({message: received[message] for message in known})


@pytest.mark.parametrize("moment", ["before the mail is handed over", "after"])
def test_a_worker_that_is_killed(start: Start, queue: Queue, post_office: PostOffice, moment: str) -> None:
    after = moment == "after"
    if after:
        post_office.seconds, post_office.keeps = 3600, True
    else:
        post_office.seconds_at_the_door = 3600
    queue("test-code")
    queue("test-notice")
    workers = [start(*WORKER), start(*WORKER)]
    until(lambda: (post_office.handed if after else post_office.asked) == 2, "both are at it")
    for worker in workers:
        worker.kill()
        worker.wait()
    post_office.seconds = post_office.seconds_at_the_door = 0

    start(*WORKER)
    until(all_settled, "somebody took over")
    assert set(times_received(post_office, "test-code").values()) == {int(after)}
    assert set(times_received(post_office, "test-notice").values()) == {1 + int(after)}
    assert Message.objects.get(kind="test-code").state == MessageState.UNCERTAIN
    assert Message.objects.get(kind="test-notice").state == MessageState.SENT


def test_two_workers_hand_over_each_message_once(start: Start, queue: Queue, post_office: PostOffice) -> None:
    for number in range(30):
        queue("test-code" if number % 3 else "test-notice")
    start(*WORKER)
    start(*WORKER)
    until(all_settled, "all are handed over")
    assert set(times_received(post_office, "test-notice").values()) == {1}
    assert set(times_received(post_office, "test-code").values()) == {1}


def test_workers_that_are_killed_again_and_again(start: Start, queue: Queue, post_office: PostOffice) -> None:
    for number in range(40):
        queue("test-notice" if number % 2 else "test-code")
    post_office.seconds = 0.02
    workers = [start(*WORKER), start(*WORKER)]
    for nth, handed in enumerate((4, 9, 15, 22)):
        until(lambda handed=handed: post_office.handed >= handed, f"{handed} are handed over")  # type: ignore[misc]
        workers[nth % 2].kill()
        workers[nth % 2] = start(*WORKER)
    until(all_settled, "all are settled")
    assert min(times_received(post_office, "test-notice").values()) == 1
    assert max(times_received(post_office, "test-code").values()) == 1
    lost = [message for message, times in times_received(post_office, "test-code").items() if not times]
    uncertain = Message.objects.filter(state=MessageState.UNCERTAIN).values_list("message_id", flat=True)
    assert set(lost) <= set(uncertain)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_end_finishes_its_mail_first(
    start: Start, queue: Queue, post_office: PostOffice, number: signal.Signals
) -> None:
    post_office.seconds = 0.5
    queue("test-code")
    queue("test-code")
    worker = start(*WORKER)
    until(lambda: post_office.handed == 1, "a mail is handed over")
    worker.send_signal(number)
    assert worker.wait(timeout=30) == 0
    assert sorted(Message.objects.values_list("state", flat=True)) == ["queued", "sent"]


def test_a_worker_can_be_asked_to_do_what_is_due_and_end(queue: Queue, post_office: PostOffice) -> None:
    queue("test-notice")
    call_command("outbox_worker", once=True)
    assert len(post_office.mails) == 1
