"""What slices below tell about registration: whom they know, and what happens when one of them registers.

Called from ``AppConfig.ready`` alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Capacity
from accounts.vocabulary import Actor, CapacityKind

from .vocabulary import Registrant

Describe = Callable[[UUID, datetime], Registrant | None]
"""Of a subject. None: nobody who may register, or not any more."""

Redeem = Callable[[UUID, Capacity, datetime, Actor], None]
"""Called in the transaction that gives the capacity, which fails if this does: it writes the one-to-one row between
the subject and the capacity. Raises ``errors.SubjectTaken``."""


@dataclass(frozen=True)
class SubjectKind:
    capacity: CapacityKind
    describe: Describe
    redeem: Redeem


SUBJECTS: dict[str, SubjectKind] = {}


def register_subject(*, kind: str, capacity: CapacityKind, describe: Describe, redeem: Redeem) -> None:
    """``kind`` is ``member``, ``staff``. Mail for a subject goes to the outbox's recipient ``<kind>:<subject>``, which
    the slice registers there too."""
    if kind in SUBJECTS:
        raise ValueError(f"{kind} is registered already")
    SUBJECTS[kind] = SubjectKind(capacity, describe, redeem)
