"""What slices below tell signing in: what a session keeps that a stranger began, what My account leads to, and where
somebody is at home.

Called from ``AppConfig.ready`` alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Capacity
from accounts.vocabulary import CapacityKind

KEPT: set[str] = set()
HOMES: dict[str, str] = {}


@dataclass(frozen=True)
class Way:
    """From My account to a page: the name of its address, what it is called, and what is there."""

    name: str
    title: Any
    says: Any


WaysOf = Callable[[Capacity, datetime], Iterable[Way]]
"""For somebody who is this here, at this moment."""

WAYS: list[WaysOf] = []


def keep_through_sign_in(name: str) -> None:
    """Of the session: a conversation that a stranger began so that it goes on with the account. Whoever signs in may
    have been led into it by somebody else, so it does nothing that they do not confirm."""
    KEPT.add(name)


def register_ways(ways_of: WaysOf) -> None:
    """They lead only where the person may go."""
    WAYS.append(ways_of)


def register_home(*, kind: CapacityKind, name: str) -> None:
    """Whoever is this comes to the page of this name after signing in."""
    if kind in HOMES:
        raise ValueError(f"{kind} has a home already")
    HOMES[kind] = name
