"""Writing down who did what. If that cannot be written, the act does not happen: both are one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import TextChoices

from accounts.vocabulary import Actor

from .models import AuditEvent
from .rules import EPOCH, FIRST, Signed, mac_of, name_of, seal_of
from .vocabulary import AUDIT_LOCK, EVENTS_AT_ONCE, OTHERS_SECONDS

UNSEALED = """
WITH last AS (SELECT position, seal FROM audit_seal ORDER BY position DESC LIMIT 1)
SELECT id, mac, (SELECT position FROM last), (SELECT seal FROM last)
  FROM audit_event
 WHERE at >= %s AND (SELECT position FROM audit_seal WHERE event_id = id) IS NULL
 ORDER BY at, id
"""

# A seal that a crash takes back is made again, so nobody waits until it is on the disk.
SEAL = """
WITH quickly AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO audit_seal (position, event_id, key, seal) SELECT position, event_id, %s, seal
  FROM quickly, unnest(%s::bigint[], %s::uuid[], %s::bytea[]) AS sealed (position, event_id, seal)
"""


def record(
    *, verb: TextChoices, by: Actor, at: datetime, subject: str = "", purpose: str = "", fields: Sequence[str] = ()
) -> None:
    """Write down an act in the transaction that does it.

    ``subject`` is opaque (``clinician:1234567893``), and ``fields`` are classes of field; neither is ever a value.
    Raises TransactionManagementError outside a transaction, where the act could happen and this row could not.
    """
    record_all(verb=verb, of=[(subject, fields)], by=by, at=at, purpose=purpose)


def record_all(
    *, verb: TextChoices, of: Iterable[tuple[str, Sequence[str]]], by: Actor, at: datetime, purpose: str = ""
) -> None:
    """The same for an act that was done to many: an event for each subject, with its fields."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an act and its audit are one transaction")
    key = settings.AUDIT_KEYS[0].encode()
    signed = [
        Signed(
            id=uuid4(),
            at=at,
            actor=by.id,
            capacity=by.capacity or None,
            verb=verb.value,
            subject=subject or None,
            purpose=purpose or None,
            request_id=by.request_id or None,
            fields=tuple(fields),
        )
        for subject, fields in of
    ]
    events = [
        AuditEvent(**vars(event) | {"fields": list(event.fields), "key": name_of(key), "mac": mac_of(event, key)})
        for event in signed
    ]
    AuditEvent.objects.bulk_create(events, EVENTS_AT_ONCE)
    if signed:
        seal_after_commit(since=at)


class Sealing:
    """What is done once after a transaction commits, however much it wrote down."""

    def __init__(self, since: datetime) -> None:
        self.since = since

    def begin(self) -> None:
        seal(since=self.since - timedelta(seconds=OTHERS_SECONDS))


def seal_after_commit(*, since: datetime) -> None:
    waiting = (getattr(entry[1], "__self__", None) for entry in connection.run_on_commit)
    sealing = next((each for each in waiting if isinstance(each, Sealing)), None)
    if sealing:
        sealing.since = min(sealing.since, since)
    else:
        transaction.on_commit(Sealing(since).begin, robust=True)


def seal(*, since: datetime | None) -> int | None:
    """Give every event since then that has no position yet the next one; returns how many they were, and None when
    somebody else is at it. Without ``since`` all are looked for.

    Whoever comes second goes on at once: the next to come seals what the first did not see any more, or the sweep.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [AUDIT_LOCK])
        if not cursor.fetchone()[0]:
            return None
        try:
            cursor.execute(UNSEALED, [since or EPOCH])
            if unsealed := cursor.fetchall():
                cursor.execute(SEAL, seals(unsealed, settings.AUDIT_KEYS[0].encode()))
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [AUDIT_LOCK])
        return len(unsealed)


def seals(unsealed: Sequence[Sequence[Any]], key: bytes) -> list[Any]:
    """Rows of UNSEALED as the parameters of SEAL."""
    position, before = (unsealed[0][2] or 0), bytes(unsealed[0][3] or FIRST)
    positions, made = [], []
    for _, mac, *_ in unsealed:
        position += 1
        before = seal_of(before, position, bytes(mac), key)
        positions.append(position)
        made.append(before)
    return [name_of(key), positions, [event for event, *_ in unsealed], made]
