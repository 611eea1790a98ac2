"""What was done stays written down, as it was written and where it stood."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connection, models, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit import operations, rules
from accounts.audit.models import AuditEvent, AuditSeal
from accounts.audit.operations import record
from accounts.audit.rules import Signed, canonical
from accounts.vocabulary import Actor, program

pytestmark = pytest.mark.django_db(transaction=True)


class Verb(models.TextChoices):
    TRIED = "test.tried", "tried something"


@pytest.fixture(autouse=True)
def an_empty_audit() -> Iterator[None]:
    """Other tests' events out of the way: only the owner of the tables can."""
    with as_owner() as cursor:
        cursor.execute("TRUNCATE audit_event, audit_seal")
    yield
    with as_owner() as cursor:
        cursor.execute("TRUNCATE audit_event, audit_seal")


@contextmanager
def as_owner() -> Iterator[Any]:
    """What an administrator of the database can do, and the application must not."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("audit_event", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table in ("audit_event", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def try_things(number: int = 1, at: datetime | None = None) -> None:
    for nth in range(number):
        with transaction.atomic():
            record(
                verb=Verb.TRIED, by=program("test"), at=at or timezone.now(), subject=f"thing:{nth}", fields=["race"]
            )


def verdict() -> str:
    """What verify_audit says: of the first row that is not as it was, or how many are."""
    said = StringIO()
    try:
        call_command("verify_audit", stdout=said, stderr=StringIO())
    except CommandError as error:
        return str(error)
    return said.getvalue()


def event_at(position: int) -> UUID:
    return AuditSeal.objects.get(position=position).event_id


# Written with the act, or the act does not happen


def test_an_event_is_sealed_as_soon_as_its_transaction_has_committed() -> None:
    with transaction.atomic():
        record(verb=Verb.TRIED, by=Actor("user:1", capacity="navigator", request_id="r1"), at=timezone.now())
        assert not AuditSeal.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.actor, event.capacity, event.verb) == ("user:1", "navigator", "test.tried")
    assert event_at(1) == event.pk


def test_an_act_that_is_taken_back_leaves_no_event() -> None:
    with transaction.atomic():
        record(verb=Verb.TRIED, by=program("test"), at=timezone.now())
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


def test_an_event_needs_the_transaction_of_its_act() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record(verb=Verb.TRIED, by=program("test"), at=timezone.now())


def test_when_the_event_cannot_be_written_the_act_does_not_happen(django_user_model: Any) -> None:
    rename("audit_event", "audit_gone")
    try:
        with pytest.raises(ProgrammingError):
            begin_somebody(django_user_model)
    finally:
        rename("audit_gone", "audit_event")
    assert not django_user_model.objects.exists()


@transaction.atomic
def begin_somebody(django_user_model: Any) -> None:
    django_user_model.objects.create(username="somebody")
    record(verb=Verb.TRIED, by=program("test"), at=timezone.now())


def rename(table: str, to: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {to}")


def test_many_events_of_one_transaction_are_sealed_in_their_order() -> None:
    begun = timezone.now()
    with transaction.atomic():
        for nth in range(5):
            with transaction.atomic():
                record(
                    verb=Verb.TRIED,
                    by=program("test"),
                    at=begun + timedelta(microseconds=nth),
                    subject=f"thing:{nth}",
                )
    sealed = AuditSeal.objects.order_by("position").values_list("event_id", flat=True)
    assert [AuditEvent.objects.get(pk=event).subject for event in sealed] == [f"thing:{nth}" for nth in range(5)]


def test_a_transaction_that_lasted_an_hour_seals_its_own_events() -> None:
    try_things()
    try_things(at=timezone.now() - timedelta(hours=1))
    assert AuditSeal.objects.count() == 2


def test_what_a_killed_process_left_is_sealed_by_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "seal", lambda **_: None)
    try_things(3, at=timezone.now() - timedelta(hours=1))
    assert not AuditSeal.objects.exists()
    monkeypatch.undo()
    said = StringIO()
    call_command("seal_audit", "--recent", stdout=said)
    call_command("seal_audit", stdout=said)
    assert said.getvalue() == "0 events were sealed.\n3 events were sealed.\n"
    assert verdict().startswith("3 events are as they were written")


def test_an_event_that_nobody_sealed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "seal", lambda **_: None)
    try_things(at=timezone.now() - timedelta(hours=1))
    assert (
        verdict() == f"Event {AuditEvent.objects.get().pk} was never sealed. Run manage.py seal_audit, then this again."
    )


# The database refuses what would change it


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'user:2'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE audit_seal SET position = 9",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
        "INSERT INTO audit_event SELECT * FROM audit_event",
    ],
)
def test_the_database_refuses(statement: str) -> None:
    try_things()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verdict().startswith("1 events are as they were written")


# Whoever gets around that is found out


def test_a_whole_audit_is_said_to_be_whole_and_its_end_unchecked() -> None:
    try_things(3)
    said, warned = StringIO(), StringIO()
    call_command("verify_audit", stdout=said, stderr=warned)
    assert said.getvalue() == "3 events are as they were written, in their order.\n"
    assert warned.getvalue().startswith("Whether events were cut off at the end cannot be checked")


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'user:2'",
        "at = at + interval '1 microsecond'",
        "capacity = ''",
        "verb = 'test.other'",
        "subject = NULL",
        "purpose = 'treatment'",
        "request_id = 'r'",
        "fields = '{}'",
        "fields = '{ra,ce}'",
    ],
)
def test_a_changed_event_is_named(change: str) -> None:
    try_things(3)
    with as_owner() as cursor:
        cursor.execute(f"UPDATE audit_event SET {change} WHERE id = %s", [event_at(2)])
    assert verdict() == f"Position 2: event {event_at(2)} was changed."


def test_a_missing_event_is_named() -> None:
    try_things(3)
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [event_at(2)])
    assert verdict() == f"Position 2: event {event_at(2)} is missing."


def test_a_missing_seal_is_named() -> None:
    try_things(3)
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE position = 2")
    assert verdict() == "Position 2 is missing: the next one is 3."


def test_an_event_removed_with_its_seal_leaves_a_gap_that_renumbering_does_not_close() -> None:
    try_things(3)
    third = event_at(3)
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [event_at(2)])
        cursor.execute("DELETE FROM audit_seal WHERE position = 2")
        cursor.execute("UPDATE audit_seal SET position = 2 WHERE position = 3")
    assert verdict() == f"Position 2: event {third} was moved, or its seal was changed."


def test_swapped_events_are_named() -> None:
    try_things(3)
    first, second = event_at(1), event_at(2)
    with as_owner() as cursor:
        cursor.execute("UPDATE audit_seal SET event_id = gen_random_uuid() WHERE position = 1")
        cursor.execute("UPDATE audit_seal SET event_id = %s WHERE position = 2", [first])
        cursor.execute("UPDATE audit_seal SET event_id = %s WHERE position = 1", [second])
    assert verdict() == f"Position 1: event {second} was moved, or its seal was changed."


def test_an_event_written_without_the_key_is_named(settings: Any) -> None:
    try_things(2)
    known = settings.AUDIT_KEYS
    settings.AUDIT_KEYS = ["a key that somebody made up"]
    try_things()
    settings.AUDIT_KEYS = known
    assert "names the key" in verdict()


def test_a_key_may_be_changed_while_the_old_one_is_kept(settings: Any) -> None:
    try_things(2)
    settings.AUDIT_KEYS = ["the new key", *settings.AUDIT_KEYS]
    try_things(2)
    assert verdict().startswith("4 events are as they were written")


# The form that is signed


def text() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


def signed() -> st.SearchStrategy[Signed]:
    return st.builds(
        Signed,
        id=st.uuids(),
        at=st.datetimes(timezones=st.just(UTC)),
        actor=text(),
        capacity=st.none() | text(),
        verb=text(),
        subject=st.none() | text(),
        purpose=st.none() | text(),
        request_id=st.none() | text(),
        fields=st.lists(text(), max_size=3).map(tuple),
    )


@given(signed(), signed())
def test_two_events_are_signed_alike_only_when_they_are_one(one: Signed, other: Signed) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)


@given(text(), text())
def test_what_stands_in_one_field_is_not_signed_as_what_stands_in_two(one: str, other: str) -> None:
    event = Signed(UUID(int=0), rules.EPOCH, one + other, None, "", None, None, None, ())
    apart = Signed(UUID(int=0), rules.EPOCH, one, other, "", None, None, None, ())
    assert canonical(event) != canonical(apart)


@given(st.lists(signed(), min_size=1, max_size=4, unique_by=lambda event: event.id))
def test_what_was_written_is_what_is_read_back(events: list[Signed]) -> None:
    """The database gives back, to the microsecond and the letter, what the MAC was made of."""
    with as_owner() as cursor:
        cursor.execute("TRUNCATE audit_event, audit_seal")
    with transaction.atomic():
        for event in events:
            record(
                verb=type("Said", (), {"value": event.verb}),  # type: ignore[arg-type]
                by=Actor(f"user:{event.actor}x", event.capacity or "", event.request_id or ""),
                at=event.at.replace(year=max(event.at.year, 1970)),
                subject=event.subject or "",
                purpose=event.purpose or "",
                fields=event.fields,
            )
    assert verdict().startswith(f"{len(events)} events are as they were written")
