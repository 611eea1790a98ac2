"""Reading the audit back: is every row as it was written, where it was put, and is none gone?"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from .errors import AuditBroken
from .rules import FIRST, Signed, mac_of, named, seal_of
from .vocabulary import UNSEALED_FOR_LONG_MINUTES

ROWS = """
SELECT s.position, s.event_id, s.key, s.seal, e.key, e.mac,
       e.id, e.at, e.actor, e.capacity, e.verb, e.subject, e.purpose, e.request_id, e.fields
  FROM audit_seal s LEFT JOIN audit_event e ON e.id = s.event_id
 ORDER BY s.position
"""
AT_A_TIME = 20_000

UNSEALED = """
SELECT e.key, e.mac, e.id, e.at, e.actor, e.capacity, e.verb, e.subject, e.purpose, e.request_id, e.fields
  FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_seal WHERE event_id = e.id) ORDER BY e.at, e.id
"""


def verify(*, keys: Sequence[str], at: datetime) -> int:
    """How many events are sealed, when all is well.

    Raises AuditBroken at the first row that is not: changed, missing, moved, or left unsealed. What was cut off at the
    end is not noticed: nothing outside the table says how far it went.
    """
    known = named(keys)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
        position, before = 0, FIRST
        for row in rows(ROWS):
            position, before = follow(row, position, before, known)
        for row in rows(UNSEALED):
            event = Signed(*row[2:])
            if mac_of(event, key(known, row[0], event.id)) != bytes(row[1]):
                raise AuditBroken(f"Event {event.id}, which is not sealed yet, was changed.")
            if event.at < at - timedelta(minutes=UNSEALED_FOR_LONG_MINUTES):
                raise AuditBroken(f"Event {event.id} was never sealed. Run manage.py seal_audit, then this again.")
    return position


def follow(row: Sequence[Any], position: int, before: bytes, known: Mapping[str, bytes]) -> tuple[int, bytes]:
    """Position and seal of the next row, which must stand right after this position and seal."""
    here, event_id, sealed_with, seal, signed_with, mac, *values = row
    if here != position + 1:
        raise AuditBroken(f"Position {position + 1} is missing: the next one is {here}.")
    if mac is None:
        raise AuditBroken(f"Position {here}: event {event_id} is missing.")
    if mac_of(Signed(*values), key(known, signed_with, event_id)) != bytes(mac):
        raise AuditBroken(f"Position {here}: event {event_id} was changed.")
    if seal_of(before, here, bytes(mac), key(known, sealed_with, event_id)) != bytes(seal):
        raise AuditBroken(f"Position {here}: event {event_id} was moved, or its seal was changed.")
    return here, bytes(seal)


def key(known: Mapping[str, bytes], name: str, event_id: object) -> bytes:
    if name not in known:
        raise AuditBroken(f"Event {event_id} names the key {name}, which AUDIT_KEYS does not hold.")
    return known[name]


def rows(statement: str) -> Iterator[Sequence[Any]]:
    """One after the other: there may be millions."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DECLARE audit_rows NO SCROLL CURSOR FOR {}").format(sql.SQL(statement)))
        fetch = sql.SQL("FETCH {} FROM audit_rows").format(sql.Literal(AT_A_TIME))
        while True:
            cursor.execute(fetch)
            found = cursor.fetchall()
            yield from found
            if len(found) < AT_A_TIME:
                break
        cursor.execute("CLOSE audit_rows")
