"""What slices below tell the outbox: which kinds of message and letter there are, and where somebody's mail goes.

Called from ``AppConfig.ready`` alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.vocabulary import Actor, Job

from .vocabulary import Envelope, Mail, Mailbox, Sheet

Compose = Callable[[str, Mailbox, datetime], Mail | None]
"""Of what a message is about, to which mailbox, at the moment of sending. None: there is nothing to send. It runs in a
transaction of its own, which is committed before the mail server hears of it: a code is born here."""

ComposeLetter = Callable[[str, int, datetime], Sheet]
"""Of what a letter is about, which printing this is (1, 2 …), and when. A secret that is born here voids that of an
earlier printing. Raises NothingToPrint when there is nothing left to say, or no address."""

FindMailbox = Callable[[str], Mailbox | None]
"""Of somebody's id. None: they have no mailbox that we may use."""

IsOwn = Callable[[Actor, str], bool]
"""Of who acts, and of somebody's id: whether that is themself, or somebody of their household."""

FindEnvelope = Callable[[str], Envelope | None]
"""Of somebody's id. None: there is no address to which a notice may go."""


@dataclass(frozen=True)
class Kind:
    """``once``: a code. When nobody knows whether it was handed over, it is not sent again."""

    once: bool
    compose: Compose


@dataclass(frozen=True)
class LetterKind:
    """``label``: what it is called in the print queue; ``job``: who prints it."""

    label: Any
    job: Job
    compose: ComposeLetter


KINDS: dict[str, Kind] = {}
LETTERS: dict[str, LetterKind] = {}
RECIPIENTS: dict[str, FindMailbox] = {}
HOUSEHOLDS: dict[str, IsOwn] = {}
ENVELOPES: dict[str, FindEnvelope] = {}
"""Of those recipients whom a letter tells what no mail can."""


def register_kind(*, name: str, once: bool, compose: Compose) -> None:
    _once(KINDS, name)
    KINDS[name] = Kind(once, compose)


def register_letter(*, name: str, label: Any, job: Job, compose: ComposeLetter) -> None:
    _once(LETTERS, name)
    LETTERS[name] = LetterKind(label, job, compose)


def register_recipient(*, prefix: str, mailbox_of: FindMailbox, envelope_of: FindEnvelope | None = None) -> None:
    """``prefix`` of ``user:<uuid>`` is ``user``."""
    _once(RECIPIENTS, prefix)
    RECIPIENTS[prefix] = mailbox_of
    if envelope_of:
        ENVELOPES[prefix] = envelope_of


def register_household(*, prefix: str, is_own: IsOwn) -> None:
    """Nobody prints a letter that is their own."""
    _once(HOUSEHOLDS, prefix)
    HOUSEHOLDS[prefix] = is_own


def _once(registered: Mapping[str, object], name: str) -> None:
    if name in registered:
        raise ValueError(f"{name} is registered already")


def mailbox_of(recipient: str) -> Mailbox | None:
    prefix, _, of = recipient.partition(":")
    return RECIPIENTS[prefix](of)


def is_own(by: Actor, recipient: str) -> bool:
    prefix, _, of = recipient.partition(":")
    return prefix in HOUSEHOLDS and HOUSEHOLDS[prefix](by, of)


def envelope_of(recipient: str) -> Envelope | None:
    prefix, _, of = recipient.partition(":")
    return ENVELOPES[prefix](of) if prefix in ENVELOPES else None
