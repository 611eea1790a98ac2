"""An activation ID is issued for somebody, born as it is mailed or printed, and kept as a keyed digest alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.audit.models import AuditEvent
from accounts.outbox import vocabulary as outbox
from accounts.outbox.errors import LetterRefused
from accounts.outbox.models import Letter, Message
from accounts.outbox.operations import print_letter
from accounts.outbox.vocabulary import LetterState, Mailbox, MessageState
from accounts.registration.errors import CannotIssue, NoAddress, NoMailbox
from accounts.registration.models import Activation
from accounts.registration.operations import compose_mail, issue, revoke
from accounts.registration.rules import digest_of, read
from accounts.registration.vocabulary import Channel, Verb
from accounts.vocabulary import Actor
from tests.accounts.registration.conftest import ROSA, STEPHEN, TheSlice
from tests.builders.people import AT, person

pytestmark = pytest.mark.django_db
RELATIONS, MAILROOM = Actor("user:relations", "staff"), Actor("user:mailroom", "staff")


def after(**time: float) -> datetime:
    return AT + timedelta(**time)


def issued(channel: Channel = Channel.MAIL, at: datetime = AT) -> Activation:
    return issue(kind="tester", subject=ROSA, channel=channel, by=RELATIONS, at=at)


def mailed(activation: Activation, at: datetime = AT) -> str:
    """What the mail says, as its secret is born."""
    with transaction.atomic():
        mail = compose_mail(str(activation.pk), Mailbox("rosa@mail.example", "en"), at)
    assert mail is not None
    return read(mail.context["activation_id"])


def printed(letter: Letter, printing: int = 1, at: datetime = AT) -> str:
    return read(print_letter(letter=letter.pk, printing=printing, by=MAILROOM, at=at).context["activation_id"])


def test_nothing_is_born_before_it_is_mailed() -> None:
    activation = issued()
    assert (activation.digest, activation.born_at, activation.valid_until) == (None, None, None)
    assert Message.objects.get().recipient == f"tester:{ROSA}"
    assert Activation.objects.open(AT).of("tester", ROSA).get() == activation


@pytest.mark.parametrize(("channel", "days"), [(Channel.MAIL, 7), (Channel.LETTER, 30)])
def test_it_works_seven_days_by_mail_and_thirty_by_letter_from_when_it_was_born(channel: Channel, days: int) -> None:
    activation = issued(channel)
    born = after(days=2)
    mailed(activation, born) if channel == Channel.MAIL else printed(Letter.objects.get(), at=born)
    activation.refresh_from_db()
    assert activation.valid_until == born + timedelta(days=days)
    assert Activation.objects.open(born + timedelta(days=days, seconds=-1)).exists()
    assert not Activation.objects.open(born + timedelta(days=days)).exists()


def test_only_a_keyed_digest_is_kept() -> None:
    activation = issued()
    secret = mailed(activation)
    activation.refresh_from_db()
    assert activation.digest == digest_of(secret, key=settings.SECRET_KEY)
    assert activation.digest != digest_of(secret, key="another")
    rows = [str(vars(each)) for model in (Activation, Message, Letter, AuditEvent) for each in model.objects.all()]
    assert not any(secret in row or secret[:4] in row for row in rows)


def test_a_letter_printed_again_voids_what_the_first_said() -> None:
    activation = issued(Channel.LETTER)
    first = printed(Letter.objects.get())
    second = printed(Letter.objects.get(), printing=2)
    activation.refresh_from_db()
    assert activation.digest == digest_of(second, key=settings.SECRET_KEY) != digest_of(first, key=settings.SECRET_KEY)


def test_a_second_one_revokes_the_first_wherever_that_is() -> None:
    first = issued(Channel.LETTER)
    second = issued(Channel.MAIL)
    third = issued(Channel.LETTER)
    assert Activation.objects.open(AT).get() == third
    assert Letter.objects.get(about=str(first.pk)).state == LetterState.VOID
    assert Message.objects.get(about=str(second.pk)).state == MessageState.VOID


def test_what_is_revoked_is_neither_mailed_nor_printed() -> None:
    by_mail = issued()
    assert revoke(kind="tester", subject=ROSA, by=RELATIONS, at=AT) == 1
    with transaction.atomic():
        assert compose_mail(str(by_mail.pk), Mailbox("rosa@mail.example", "en"), AT) is None
    issued(Channel.LETTER)
    letter = Letter.objects.get()
    assert revoke(kind="tester", subject=ROSA, by=RELATIONS, at=AT) == 1
    with pytest.raises(LetterRefused):
        printed(letter)
    assert revoke(kind="tester", subject=ROSA, by=RELATIONS, at=AT) == 0


def test_one_whose_time_is_over_is_not_counted_as_revoked() -> None:
    activation = issued()
    mailed(activation)
    assert revoke(kind="tester", subject=ROSA, by=RELATIONS, at=after(days=8)) == 0


def test_for_who_may_not_register_nothing_is_issued_nor_sent(the_slice: TheSlice) -> None:
    activation = issued()
    the_slice.forget("tester", ROSA)
    with pytest.raises(CannotIssue):
        issued()
    with transaction.atomic():
        assert compose_mail(str(activation.pk), Mailbox("rosa@mail.example", "en"), AT) is None


def test_nobody_is_written_to_whom_nothing_reaches(the_slice: TheSlice) -> None:
    with pytest.raises(NoAddress):
        issue(kind="worker", subject=STEPHEN, channel=Channel.LETTER, by=RELATIONS, at=AT)
    the_slice.mailbox = None
    with pytest.raises(NoMailbox):
        issued()
    assert not Activation.objects.exists()


def test_the_letter_is_in_the_language_of_its_reader_and_has_the_address(the_slice: TheSlice) -> None:
    the_slice.change("tester", ROSA, language="es")
    issued(Channel.LETTER)
    sheet = print_letter(letter=Letter.objects.get().pk, printing=1, by=MAILROOM, at=AT)
    assert sheet.envelope.language == "es"
    assert sheet.envelope.lines == ("Rosa García-López", "123 Cedar Avenue, Apt 4", "Minneapolis, MN 55404")


def test_a_letter_without_an_address_by_now_is_not_printed_and_waits_no_more(the_slice: TheSlice) -> None:
    activation = issued(Channel.LETTER)
    the_slice.change("tester", ROSA, address=())
    letter = Letter.objects.get()
    with pytest.raises(LetterRefused, match="no postal address"):
        print_letter(letter=letter.pk, printing=1, by=MAILROOM, at=AT)
    activation.refresh_from_db()
    assert activation.born_at is None
    assert not Letter.objects.waiting().exists()
    events = AuditEvent.objects.filter(subject=f"letter:{letter.pk}", actor=MAILROOM.id)
    assert [event.verb for event in events] == [outbox.Verb.LETTER_WITHDRAWN]


def test_the_audit_names_the_subject_and_no_value() -> None:
    issued()
    issued()
    events = AuditEvent.objects.filter(subject=f"tester:{ROSA}").order_by("at", "id").values_list("verb", "actor")
    assert sorted(events) == sorted(
        [(Verb.ISSUED, RELATIONS.id), (Verb.ISSUED, RELATIONS.id), (Verb.REVOKED, RELATIONS.id)]
    )


LIFE: list[dict[str, Any]] = [
    {"digest": "d" * 64},
    {"born_at": AT},
    {"digest": "d" * 64, "born_at": AT, "valid_until": AT},
    {"digest": "d" * 64, "born_at": after(days=-1), "valid_until": after(days=7)},
    {"guesses": 1},
    {"digest": "d" * 64, "born_at": AT, "valid_until": after(days=7), "guesses": 5},
    {"digest": "d" * 64, "born_at": AT, "valid_until": after(days=7), "guesses": 6, "revoked_at": AT},
    {"channel": "voice"},
    {"issued_by": ""},
]


@pytest.mark.parametrize("values", LIFE)
def test_the_database_refuses_a_life_that_cannot_be(values: dict[str, Any]) -> None:
    issued()
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.update(**values)


@pytest.mark.parametrize(
    "values",
    [{"used_at": after(days=7)}, {"used_at": after(seconds=-1)}, {"used_at": AT, "revoked_at": AT}, {"used_by": None}],
)
def test_the_database_refuses_a_use_out_of_time(values: dict[str, Any]) -> None:
    mailed(issued())
    fits = {"used_at": after(days=6), "used_by": person()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.update(**fits | values)
    Activation.objects.update(**fits)


def test_the_database_refuses_two_open_ones_of_a_subject() -> None:
    issued()
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.create(kind="tester", subject=ROSA, channel=Channel.MAIL, issued_by="x", issued_at=AT)
