"""However workers, leases, failures and kills fall together."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.outbox.errors import Broken, HandOverFailed, Refused, Unreachable
from accounts.outbox.models import Message
from accounts.outbox.operations import claim, compose, put_back, send, settle_overdue, settle_sent
from accounts.outbox.vocabulary import LEASE_SECONDS, MessageState
from accounts.vocabulary import program

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
STEPS = ("claim", "compose", "hand over", "break off", "settle", "refuse", "fail", "die", "sweep", "wait", "lease ends")


@dataclass
class Hand:
    """A worker that claimed a message, wherever it stands with it."""

    message: Message
    composed: bool = False
    failure: HandOverFailed | None = None
    handed_over: bool = False


class World:
    """Three workers, a clock, and a mail server that counts."""

    def __init__(self) -> None:
        self.now = NOON
        self.hands: dict[int, Hand] = {}
        self.received: Counter[str] = Counter()

    def step(self, worker: int, what: str) -> None:
        hand = self.hands.get(worker)
        if what == "wait":
            self.now += timedelta(seconds=20)
        elif what == "lease ends":
            self.now += timedelta(seconds=LEASE_SECONDS)
        elif what == "sweep":
            settle_overdue(at=self.now)
        elif what == "die":
            self.hands.pop(worker, None)
        elif hand is None:
            if what == "claim" and (message := claim(at=self.now)):
                self.hands[worker] = Hand(message)
        elif not hand.composed:
            if what == "compose":
                hand.composed = compose(message=hand.message, at=self.now) is not None
                if not hand.composed:
                    del self.hands[worker]
            elif what == "fail":
                self.end(worker, Unreachable(OSError()))
        elif hand.handed_over:
            if what == "settle":
                settle_sent(message=hand.message, at=self.now)
                del self.hands[worker]
        elif what in ("hand over", "break off"):
            self.received[hand.message.message_id] += 1
            hand.handed_over = True
            if what == "break off":
                self.end(worker, Broken(OSError()))
        elif what == "refuse":
            self.end(worker, Refused(OSError()))
        elif what == "fail":
            self.end(worker, Broken(OSError()))

    def end(self, worker: int, failure: HandOverFailed) -> None:
        put_back(message=self.hands.pop(worker).message, failure=failure, at=self.now)

    def finish(self) -> None:
        """A day on which one worker has no trouble. The others are still where they were, and go on afterwards."""
        for _ in range(24):
            self.now += timedelta(hours=1)
            settle_overdue(at=self.now)
            while message := claim(at=self.now):
                self.hands[-1] = Hand(message)
                for what in ("compose", "hand over", "settle"):
                    self.step(-1, what)
        for worker in list(self.hands):
            for what in ("compose", "hand over", "settle"):
                self.step(worker, what)


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(STEPS)), max_size=40))
def test_a_code_goes_out_once_at_most_and_a_notice_once_at_least(amina: User, steps: list[tuple[int, str]]) -> None:
    Message.objects.all().delete()
    with transaction.atomic():
        for kind in ("test-code", "test-notice", "test-code", "test-notice"):
            send(kind=kind, recipient=f"user:{amina.pk}", by=program("test"), at=NOON)
    world = World()
    for worker, what in steps:
        world.step(worker, what)
    world.finish()

    for message in Message.objects.all():
        times = world.received[message.message_id]
        if message.once:
            assert times <= 1
            assert times or message.state in (MessageState.UNCERTAIN, MessageState.VOID)
        else:
            assert times >= 1
            assert message.state == MessageState.SENT


def test_the_steps_reach_every_end(amina: User) -> None:
    """Else the claim above would be empty."""

    def ends(*steps: Any) -> tuple[str, int]:
        Message.objects.all().delete()
        send(kind="test-code", recipient=f"user:{amina.pk}", by=program("test"), at=NOON)
        world = World()
        for what in steps:
            world.step(0, what)
        world.finish()
        return Message.objects.get().state, world.received.total()

    assert ends("claim", "compose", "hand over", "settle") == (MessageState.SENT, 1)
    assert ends("claim", "compose", "hand over", "die") == (MessageState.UNCERTAIN, 1)
    assert ends("claim", "compose", "die") == (MessageState.UNCERTAIN, 0)
    assert ends("claim", "compose", "hand over") == (MessageState.SENT, 1)  # it settles after the lease ended
    assert ends("wait") == (MessageState.VOID, 0)
