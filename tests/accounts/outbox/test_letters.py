"""Letters wait to be printed. What they say is made then, by somebody who did not have them written."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.audit.models import AuditEvent
from accounts.outbox import registry
from accounts.outbox.errors import LetterRefused
from accounts.outbox.models import Letter, Message
from accounts.outbox.operations import forget_letters, notify, print_letter, purge, queue_letter
from accounts.outbox.vocabulary import Envelope, LetterState, Mailbox, Sheet, Verb
from accounts.vocabulary import Actor, Job

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
RELATIONS, MAILROOM = Actor("user:relations", "staff"), Actor("user:mailroom", "staff")


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def compose(about: str, printing: int, at: datetime) -> Sheet:
        return Sheet(
            "letters/test", Envelope(("Rosa", "123 Cedar Avenue"), "en"), {"secret": f"{about}, printing {printing}"}
        )

    monkeypatch.setitem(registry.LETTERS, "activation", registry.LetterKind("A letter", Job.MANAGER, compose))
    return


@pytest.fixture
def letter(db: None) -> Letter:
    return Letter.objects.get(
        pk=queue_letter(kind="activation", recipient="tester:1", about="a1", by=RELATIONS, at=NOON)
    )


def test_a_letter_waits_until_it_is_printed(letter: Letter) -> None:
    assert list(Letter.objects.waiting()) == [letter]
    sheet = print_letter(letter=letter.pk, printing=1, by=MAILROOM, at=NOON)
    assert sheet.context == {"secret": "a1, printing 1"}
    assert not Letter.objects.waiting().exists()
    letter.refresh_from_db()
    assert (letter.state, letter.printed_by, letter.printed_at) == (LetterState.PRINTED, MAILROOM.id, NOON)


def test_printing_again_makes_it_anew(letter: Letter) -> None:
    said = [print_letter(letter=letter.pk, printing=n, by=MAILROOM, at=NOON).context["secret"] for n in (1, 2)]
    assert said == ["a1, printing 1", "a1, printing 2"]


def test_what_two_print_at_once_is_printed_once(letter: Letter) -> None:
    """Else the first would put into the envelope what the second voids."""
    print_letter(letter=letter.pk, printing=1, by=MAILROOM, at=NOON)
    with pytest.raises(LetterRefused, match="a moment ago"):
        print_letter(letter=letter.pk, printing=1, by=Actor("user:another", "staff"), at=NOON)
    letter.refresh_from_db()
    assert (letter.printing, letter.printed_by) == (1, MAILROOM.id)


def test_who_had_it_written_does_not_print_it(letter: Letter) -> None:
    with pytest.raises(LetterRefused, match="somebody else prints it"):
        print_letter(letter=letter.pk, printing=1, by=RELATIONS, at=NOON)
    assert list(Letter.objects.waiting()) == [letter]


def test_nor_does_the_database_let_them(letter: Letter) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.update(state=LetterState.PRINTED, printing=1, printed_at=NOON, printed_by=RELATIONS.id)


@pytest.mark.parametrize(
    "values",
    [{"state": "lost"}, {"state": "printed"}, {"printing": 1}, {"issued_by": ""}, {"printed_by": MAILROOM.id}],
)
def test_the_database_refuses_a_state_that_cannot_be(letter: Letter, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.update(**values)


def test_a_withdrawn_letter_is_not_printed(letter: Letter) -> None:
    forget_letters(kind="activation", about="a1", by=RELATIONS, at=NOON)
    assert not Letter.objects.waiting().exists()
    with pytest.raises(LetterRefused, match="withdrawn"):
        print_letter(letter=letter.pk, printing=1, by=MAILROOM, at=NOON)


def test_a_letter_that_was_printed_can_be_withdrawn_too(letter: Letter) -> None:
    print_letter(letter=letter.pk, printing=1, by=MAILROOM, at=NOON)
    forget_letters(kind="activation", about="a1", by=RELATIONS, at=NOON)
    with pytest.raises(LetterRefused, match="withdrawn"):
        print_letter(letter=letter.pk, printing=1, by=MAILROOM, at=NOON)


def test_the_audit_says_who_had_it_written_and_who_printed_it(letter: Letter) -> None:
    print_letter(letter=letter.pk, printing=1, by=MAILROOM, at=NOON)
    events = AuditEvent.objects.filter(subject=f"letter:{letter.pk}").values_list("verb", "actor")
    assert set(events) == {(Verb.LETTER_QUEUED, RELATIONS.id), (Verb.LETTER_PRINTED, MAILROOM.id)}


def test_a_kind_that_nobody_registered_is_refused_at_once(db: None) -> None:
    with pytest.raises(KeyError):
        queue_letter(kind="unheard-of", recipient="tester:1", by=RELATIONS, at=NOON)


def test_printed_letters_are_forgotten_after_ninety_days_and_waiting_ones_never(letter: Letter) -> None:
    queue_letter(kind="activation", recipient="tester:2", by=RELATIONS, at=NOON)
    print_letter(letter=letter.pk, printing=1, by=MAILROOM, at=NOON)
    assert purge(by=MAILROOM, at=NOON + timedelta(days=89)) == 0
    assert purge(by=MAILROOM, at=NOON + timedelta(days=91)) == 1
    assert Letter.objects.waiting().count() == 1


# A notice


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, kind: None) -> dict[str, Any]:
    """How somebody is reached."""
    reached: dict[str, Any] = {"mailbox": None, "envelope": None}
    monkeypatch.setitem(registry.RECIPIENTS, "tester", lambda _: reached["mailbox"])
    monkeypatch.setitem(registry.ENVELOPES, "tester", lambda _: reached["envelope"])
    monkeypatch.setitem(registry.KINDS, "notice", registry.Kind(False, lambda about, mailbox, at: None))
    return reached


def tell(**more: Any) -> None:
    notify(kind="notice", letter="activation", recipient="tester:1", about="a1", by=RELATIONS, at=NOON, **more)


MAILBOX, ENVELOPE = Mailbox("rosa@mail.example", "en"), Envelope(("Rosa", "123 Cedar Avenue"), "en")


@pytest.mark.parametrize(
    ("mailbox", "envelope", "mails", "letters"),
    [(MAILBOX, ENVELOPE, 1, 0), (MAILBOX, None, 1, 0), (None, ENVELOPE, 0, 1), (None, None, 0, 0)],
)
def test_a_notice_is_a_mail_or_else_a_letter_or_else_nothing(
    told: dict[str, Any], mailbox: Mailbox | None, envelope: Envelope | None, mails: int, letters: int
) -> None:
    told |= {"mailbox": mailbox, "envelope": envelope}
    tell()
    assert (Message.objects.count(), Letter.objects.count()) == (mails, letters)


def test_one_letter_tells_it_until_that_is_printed(told: dict[str, Any]) -> None:
    told["envelope"] = ENVELOPE
    tell()
    tell()
    print_letter(letter=Letter.objects.get().pk, printing=1, by=MAILROOM, at=NOON)
    tell()
    assert Letter.objects.count() == 2


def test_it_is_kept_from_whoever_did_what_it_tells_of(told: dict[str, Any]) -> None:
    told["envelope"] = ENVELOPE
    tell(kept_from=MAILROOM.id)
    with pytest.raises(LetterRefused, match="somebody else prints it"):
        print_letter(letter=Letter.objects.get().pk, printing=1, by=MAILROOM, at=NOON)
    queued_by = AuditEvent.objects.get(verb=Verb.LETTER_QUEUED)
    assert queued_by.actor == RELATIONS.id
    assert print_letter(letter=Letter.objects.get().pk, printing=1, by=RELATIONS, at=NOON)
