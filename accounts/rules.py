"""How long a session lives, and what a username looks like."""

import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from .vocabulary import (
    IDLE_MINUTES,
    IDLE_MINUTES_STAFF,
    LONGEST_HOURS,
    LONGEST_HOURS_STAFF,
    SECOND_FACTOR_DEMANDED,
    USERNAME_LONGEST,
    USERNAME_SHORTEST,
    CapacityKind,
)

USERNAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{{USERNAME_SHORTEST - 1},{USERNAME_LONGEST - 1}}}")


@dataclass(frozen=True)
class SessionLimits:
    """What there is to say of a session at a moment at which it is not over."""

    at: datetime
    ends_at: datetime
    """When it is over if nothing more is asked for."""
    longest: datetime
    """When it is over whatever is asked for."""
    idle_minutes: int

    @property
    def seconds_left(self) -> int:
        return math.ceil((self.ends_at - self.at).total_seconds())

    @property
    def is_the_longest(self) -> bool:
        """Whether asking for something does not help any more."""
        return self.ends_at == self.longest


def limits(*, began: datetime, seen: datetime, at: datetime, kinds: Collection[str]) -> SessionLimits:
    """``kinds`` are all the capacities of the person: who is staff has the shorter limits, as whatever they are here
    just now."""
    return SessionLimits(
        at=at,
        ends_at=ends_at(began=began, seen=seen, kinds=kinds),
        longest=longest(began=began, kinds=kinds),
        idle_minutes=idle_minutes(kinds),
    )


def ends_at(*, began: datetime, seen: datetime, kinds: Collection[str]) -> datetime:
    """When a session is over in which nothing more is asked for."""
    return min(seen + timedelta(minutes=idle_minutes(kinds)), longest(began=began, kinds=kinds))


def idle_minutes(kinds: Collection[str]) -> int:
    return IDLE_MINUTES_STAFF if CapacityKind.STAFF in kinds else IDLE_MINUTES


def longest(*, began: datetime, kinds: Collection[str]) -> datetime:
    """When a session is over whatever is asked for."""
    return began + timedelta(hours=LONGEST_HOURS_STAFF if CapacityKind.STAFF in kinds else LONGEST_HOURS)


def second_factor_is_demanded(kinds: Collection[str]) -> bool:
    return any(kind in kinds for kind in SECOND_FACTOR_DEMANDED)


def password_is_old(*, set_at: datetime, at: datetime, kinds: Collection[str], days: int) -> bool:
    """Whether somebody must choose a new password first. Only staff must: of others no password grows old."""
    return CapacityKind.STAFF in kinds and at >= set_at + timedelta(days=days)


def first_moment(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def last_day(until: datetime, zone: tzinfo) -> date:
    """The day on which what ends at that moment still counted."""
    return (until.astimezone(zone) - timedelta(microseconds=1)).date()


def is_a_username(text: str) -> bool:
    """6 to 30 letters, digits, dots, dashes and underscores, the first a letter or digit."""
    return USERNAME.fullmatch(text) is not None


def folded(username: str) -> str:
    """The one spelling that stands for every case of a username. Of other alphabets, whose letters might fold to ours,
    it leaves everything as it is."""
    return username.lower() if username.isascii() else username
