"""Letters wait to be printed. What they say is made then, by somebody who did not have them written."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.audit.models import AuditEvent
from accounts.outbox import registry
from accounts.outbox.errors import LetterRefused
from accounts.outbox.models import Letter
from accounts.outbox.operations import forget_letters, print_letter, purge, queue_letter
from accounts.outbox.vocabulary import LetterState, Sheet, Verb
from accounts.vocabulary import Actor, Job

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
RELATIONS, MAILROOM = Actor("user:relations", "staff"), Actor("user:mailroom", "staff")


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def compose(about: str, printing: int, at: datetime) -> Sheet:
        return Sheet("letters/test", "en", {"secret": f"{about}, printing {printing}"})

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
