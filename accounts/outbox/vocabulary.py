from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

LEASE_SECONDS = 300
"""How long one worker may be at a message before another takes it for dead. Longer than any hand-over lasts: the mail
server is given EMAIL_TIMEOUT for each of a dozen answers."""

FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 60 * 60
MOST_ATTEMPTS = 80
"""Three days, one attempt an hour after the first few."""

LATE_MINUTES = 2
"""A message that nobody took for this long is late, and mail is down."""

ONCE_MINUTES = 15
"""Whoever asked for a code waits for it no longer than this: a later one is not sent."""

KEPT_DAYS = 30
"""How long the row of a settled message is kept, for whoever asks where their mail is."""

LETTERS_KEPT_DAYS = 90
"""The same for a letter, which can be printed again until then."""


class MessageState(models.TextChoices):
    QUEUED = "queued", "waits to be handed over"
    SENDING = "sending", "a worker is at it"
    SENT = "sent", "the mail server has it"
    UNCERTAIN = "uncertain", "the mail server may have it, and it is not sent again"
    DEAD = "dead", "the mail server never took it"
    VOID = "void", "withdrawn, or there was nothing to send"


OPEN = (MessageState.QUEUED, MessageState.SENDING)


class LetterState(models.TextChoices):
    WAITING = "waiting", "waits to be printed"
    PRINTED = "printed", "is printed"
    VOID = "void", "withdrawn"


class Subject(models.TextChoices):
    """Every subject that a mail of ours can have. Whoever looks at a locked phone learns that a plan wrote."""

    CODE = "code", _("Your code from %(plan)s")
    SECURITY = "security", _("About your account with %(plan)s")
    MESSAGE = "message", _("A message from %(plan)s")


class Verb(models.TextChoices):
    """What the audit says of messages and letters. Who had a message sent is told by the act that did."""

    WITHDRAWN = "outbox.withdrawn", "withdrew messages that were not handed over yet"
    GIVEN_UP = "outbox.given_up", "gave up a message that no mail server took"
    PURGED = "outbox.purged", "deleted the rows of messages settled long ago"
    LETTER_QUEUED = "outbox.letter_queued", "had a letter written"
    LETTER_PRINTED = "outbox.letter_printed", "printed a letter"
    LETTER_REFUSED = "outbox.letter_refused", "would have printed a letter to themself or their household"
    LETTER_WITHDRAWN = "outbox.letter_withdrawn", "withdrew letters"


@dataclass(frozen=True)
class Mailbox:
    """Where somebody's mail goes, and the language they read: ``en`` or ``es``."""

    address: str
    language: str


@dataclass(frozen=True)
class Mail:
    """What a message says: ``template`` without folder and ending, as ``password/code`` for
    ``templates/emails/password/code.txt`` and ``.html``; ``context`` fills both."""

    template: str
    subject: Subject
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Envelope:
    """Where somebody's letter goes, name and address line by line, and the language they read: ``en`` or ``es``."""

    lines: tuple[str, ...]
    language: str


@dataclass(frozen=True)
class Sheet:
    """What a letter says: ``template`` as a page is named, ``context`` fills it."""

    template: str
    envelope: Envelope
    context: Mapping[str, Any] = field(default_factory=dict)
