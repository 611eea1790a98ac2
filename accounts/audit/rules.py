"""How an event is signed and sealed.

Each event carries a MAC of its own, so that writers never wait for one another. A seal then gives it a position: it
takes in the seal before it. Whoever changes, removes or moves an event without the key breaks one of the two.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = bytes(32)
"""What the first seal takes in."""


@dataclass(frozen=True)
class Signed:
    """Everything of an event that its MAC covers, in the order in which it does."""

    id: UUID
    at: datetime
    actor: str
    capacity: str | None
    verb: str
    subject: str | None
    purpose: str | None
    request_id: str | None
    fields: Sequence[str]


def canonical(event: Signed) -> bytes:
    """The event as bytes, each part after its length, so that no two events are written alike."""
    parts = [b"1"]  # the version of this form
    for value in astuple(event):
        if isinstance(value, datetime):
            parts.append(written(str((value - EPOCH) // timedelta(microseconds=1))))
        elif value is None or isinstance(value, str | UUID):
            parts.append(written(None if value is None else str(value)))
        else:
            parts += [written(str(len(value))), *map(written, value)]
    return b"".join(parts)


def written(text: str | None) -> bytes:
    if text is None:
        return b"-,"
    raw = text.encode()
    return b"%d:%s," % (len(raw), raw)


def mac_of(event: Signed, key: bytes) -> bytes:
    return hmac.digest(key, b"event\0" + canonical(event), "sha256")


def seal_of(before: bytes, position: int, mac: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"seal\0" + before + position.to_bytes(8, "big") + mac, "sha256")


def name_of(key: bytes) -> str:
    """What a row says of the key that signed it. Nobody guesses a key of this length from it."""
    return sha256(b"name\0" + key).hexdigest()[:12]


def named(keys: Sequence[str]) -> Mapping[str, bytes]:
    return {name_of(key.encode()): key.encode() for key in keys}
