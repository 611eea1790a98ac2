"""Messages and letters: written down in the transaction of their cause, handed over and printed later.

A message is handed over in four steps. It is claimed under a lease, and that is committed; a mail server answers; the
text is made, and whatever is born with it committed; then it goes out with no transaction open. A worker that dies on
the way leaves a lease that ends. A notice is then sent again under the same Message-ID, a code never is.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.audit import operations as audit
from accounts.vocabulary import Actor, program

from .errors import Broken, HandOverFailed, LetterRefused, NothingToPrint, Refused, Unreachable
from .handing_over import hand_over, mail_server, written
from .models import Letter, Message
from .registry import KINDS, LETTERS, RECIPIENTS, envelope_of, is_own, mailbox_of
from .rules import is_given_up, wait_after
from .vocabulary import LEASE_SECONDS, MOST_ATTEMPTS, OPEN, LetterState, MessageState, Sheet, Verb
from .wake import wake_after_commit

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
"""A hand-over lasts: its parts ask for the time."""

OUTBOX = program("outbox")


# Written in the transaction of the cause


def send(
    *, kind: str, recipient: str, about: str = "", by: Actor, at: datetime, not_before: datetime | None = None
) -> UUID:
    """Queue a message, in the transaction that gives cause to it. Returns its id.

    ``recipient`` is ``user:<uuid>`` or what else is registered; ``about`` an opaque id, which the kind's ``compose``
    understands; ``not_before`` for what is to go out later. Raises TransactionManagementError outside a transaction,
    KeyError for a kind or a recipient that nobody registered, ValueError for a recipient who is nobody.
    """
    refuse_outside_a_transaction()
    prefix, _colon, of = recipient.partition(":")
    RECIPIENTS[prefix]
    once = KINDS[kind].once
    if not of:
        raise ValueError(f"{kind} needs a recipient")
    message = uuid4()
    Message.objects.create(
        id=message,
        kind=kind,
        recipient=recipient,
        about=about,
        caused_by=by.id,
        once=once,
        message_id=f"<{message}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2]}>",
        created_at=at,
        not_before=not_before or at,
    )
    wake_after_commit()
    return message


def notify(
    *, kind: str, letter: str, recipient: str, about: str = "", kept_from: str = "", by: Actor, at: datetime
) -> None:
    """Tell somebody what was done in their name, in the transaction that does it: by mail, or by a letter where there
    is no mailbox that we may use; by nothing where there is no address either. What is told of an account is sent
    (``send``), as an account has a mailbox.

    ``letter`` is the kind of letter; ``kept_from`` as of ``queue_letter``. One that waits already says it.
    """
    if mailbox_of(recipient):
        send(kind=kind, recipient=recipient, about=about, by=by, at=at)
    elif envelope_of(recipient) and not Letter.objects.waiting().filter(kind=letter, about=about).exists():
        queue_letter(kind=letter, recipient=recipient, about=about, kept_from=kept_from, by=by, at=at)


@transaction.atomic
def forget(*, kind: str, about: str, by: Actor, at: datetime) -> None:
    """Withdraw the messages of a kind about something. One that a mail server is just being given may go out."""
    withdrawn = Message.objects.filter(kind=kind, about=about, state__in=OPEN).update(
        state=MessageState.VOID, lease_until=None
    )
    if withdrawn:
        audit.record(verb=Verb.WITHDRAWN, by=by, at=at, subject=f"{kind}:{about}")


def refuse_outside_a_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a message and its cause are one transaction")


# Handed over


def deliver(*, clock: Clock, keep_on: Callable[[], bool] = lambda: True) -> int:
    """Hand over what is due, one message after another, for as long as a mail server answers and ``keep_on`` does.
    Returns how many went out. Any number of workers may be at it. Outermost: no transaction is open meanwhile."""
    settle_overdue(at=clock())
    if late := Message.objects.late(clock()).count():
        log.warning("%s messages are late", late)
    handed_over = 0
    while keep_on() and (message := claim(at=clock())):
        try:
            handed_over += attempt(message, clock)
        except HandOverFailed as failure:
            put_back(message=message, failure=failure, at=clock())
            if isinstance(failure, Unreachable):
                log.warning("no mail server takes our mail: %s", failure.cause)
                break
    return handed_over


def attempt(message: Message, clock: Clock) -> bool:
    """Whether the message went out; not when there was nothing to send. Raises HandOverFailed."""
    with mail_server() as server:
        mail = compose(message=message, at=clock())
        if mail is None:
            return False
        hand_over(mail, server)
    settle_sent(message=message, at=clock())
    return True


@transaction.atomic(durable=True)
def settle_overdue(*, at: datetime) -> None:
    """What dead workers left, and what nobody waits for any more."""
    Message.objects.uncertain(at).update(state=MessageState.UNCERTAIN, lease_until=None)
    Message.objects.too_late(at).update(state=MessageState.VOID)
    for message in Message.objects.due(at).filter(attempt__gte=MOST_ATTEMPTS).select_for_update(skip_locked=True):
        give_up(message, at)


@transaction.atomic(durable=True)
def claim(*, at: datetime) -> Message | None:
    """Take the next message that is due, under a lease. Its attempt is the token that settling it needs."""
    message = Message.objects.due(at).select_for_update(skip_locked=True).first()
    if message:
        message.state = MessageState.SENDING
        message.attempt += 1
        message.lease_until = at + timedelta(seconds=LEASE_SECONDS)
        message.save(update_fields=["state", "attempt", "lease_until"])
    return message


def compose(*, message: Message, at: datetime) -> EmailMultiAlternatives | None:
    """The mail of a claimed message, and whatever is born with it, committed. None, when there is nothing to send or
    somebody withdrew it. Raises Refused when it cannot be made."""
    try:
        with transaction.atomic(durable=True):
            if not still_ours(message):
                return None
            mailbox = mailbox_of(message.recipient)
            mail = mailbox and KINDS[message.kind].compose(message.about, mailbox, at)
            if not mailbox or not mail:
                Message.objects.filter(pk=message.pk).update(state=MessageState.VOID, lease_until=None)
                return None
            return written(mail, mailbox, message.message_id)
    except Exception as error:
        log.error("a message of kind %s could not be made", message.kind, exc_info=True)
        raise Refused(error) from error


def still_ours(message: Message) -> bool:
    """Whether nobody withdrew it or took it for abandoned, and until the transaction ends nobody does."""
    claimed = Message.objects.filter(pk=message.pk, attempt=message.attempt, state=MessageState.SENDING)
    return claimed.select_for_update().first() is not None


@transaction.atomic(durable=True)
def settle_sent(*, message: Message, at: datetime) -> None:
    """Also of one that was given up or withdrawn meanwhile: the mail is out."""
    Message.objects.filter(pk=message.pk, attempt=message.attempt).update(
        state=MessageState.SENT, lease_until=None, error="", handed_over_at=at
    )


@transaction.atomic(durable=True)
def put_back(*, message: Message, failure: HandOverFailed, at: datetime) -> None:
    """After a failure: to be tried again, unless it is a code that may have arrived, or was tried often enough."""
    claimed = Message.objects.filter(pk=message.pk, attempt=message.attempt, state=MessageState.SENDING)
    found = claimed.select_for_update().first()
    if found is None:
        return
    found.error = failure.cause
    if not isinstance(failure, Refused):
        found.failed_at = at
    found.lease_until = None
    found.not_before = at + wait_after(found.attempt)
    found.state = MessageState.UNCERTAIN if found.once and isinstance(failure, Broken) else MessageState.QUEUED
    found.save()
    if found.state == MessageState.QUEUED and is_given_up(found.attempt):
        give_up(found, at)


def give_up(message: Message, at: datetime) -> None:
    message.state, message.lease_until = MessageState.DEAD, None
    message.save(update_fields=["state", "lease_until"])
    audit.record(verb=Verb.GIVEN_UP, by=OUTBOX, at=at, subject=f"message:{message.pk}")
    log.error("a message of kind %s was given up after %s attempts", message.kind, message.attempt)


@transaction.atomic
def purge(*, by: Actor, at: datetime) -> int:
    """Delete the rows of messages and letters that were settled long ago; returns how many."""
    messages, _rows = Message.objects.kept_long_enough(at).delete()
    letters, _rows = Letter.objects.kept_long_enough(at).delete()
    if messages or letters:
        audit.record(verb=Verb.PURGED, by=by, at=at)
    return messages + letters


# Letters


@transaction.atomic
def queue_letter(*, kind: str, recipient: str, about: str = "", kept_from: str = "", by: Actor, at: datetime) -> UUID:
    """Put a letter into the print queue; returns its id. Raises KeyError for a kind that nobody registered.

    ``kept_from``: who does not print it, as the audit names them: whoever did what it tells of, or else ``by``.
    """
    LETTERS[kind]
    letter = Letter.objects.create(
        kind=kind, recipient=recipient, about=about, issued_by=kept_from or by.id, created_at=at
    )
    audit.record(verb=Verb.LETTER_QUEUED, by=by, at=at, subject=f"letter:{letter.pk}")
    return letter.pk


def print_letter(*, letter: UUID, printing: int, by: Actor, at: datetime) -> Sheet:
    """What the letter says, made now. Printing again makes it anew, and voids what the last one said.

    printing: which this is to be (1, 2 …). Of two who print the first at once, one is refused, or else the envelope of
        the other would hold what is void.

    Raises LetterRefused, also to whoever had it written or did what it tells of, and for one that was withdrawn; and,
    which is written down, to whom it is addressed, and their household. One of which nothing can come any more is
    withdrawn.
    """
    if is_own(by, Letter.objects.get(pk=letter).recipient):
        with transaction.atomic():
            audit.record(verb=Verb.LETTER_REFUSED, by=by, at=at, subject=f"letter:{letter}")
        raise LetterRefused(_("This letter is to you or somebody in your family, so a colleague prints it."))
    try:
        return printed(letter=letter, printing=printing, by=by, at=at)
    except NothingToPrint:
        withdraw(Letter.objects.filter(pk=letter), subject=f"letter:{letter}", by=by, at=at)
        raise


@transaction.atomic
def printed(*, letter: UUID, printing: int, by: Actor, at: datetime) -> Sheet:
    found = Letter.objects.select_for_update().get(pk=letter)
    if found.issued_by == by.id:
        raise LetterRefused(_("You had a part in this, so somebody else prints it. Ask a colleague."))
    if found.state == LetterState.VOID:
        raise LetterRefused(_("This letter was withdrawn. Have a new one written if it is still needed."))
    if found.printing != printing - 1:
        raise LetterRefused(_("This letter was printed a moment ago. Look whether the envelope is there already."))
    found.state = LetterState.PRINTED
    found.printing = printing
    found.printed_at, found.printed_by = at, by.id
    found.save(update_fields=["state", "printing", "printed_at", "printed_by"])
    audit.record(verb=Verb.LETTER_PRINTED, by=by, at=at, subject=f"letter:{found.pk}")
    return LETTERS[found.kind].compose(found.about, found.printing, at)


def forget_letters(*, kind: str, about: str, by: Actor, at: datetime) -> None:
    """Withdraw the letters of a kind about something: they are not printed, or not again."""
    withdraw(Letter.objects.filter(kind=kind, about=about), subject=f"{kind}:{about}", by=by, at=at)


@transaction.atomic
def withdraw(letters: QuerySet[Letter], *, subject: str, by: Actor, at: datetime) -> None:
    if letters.exclude(state=LetterState.VOID).update(state=LetterState.VOID):
        audit.record(verb=Verb.LETTER_WITHDRAWN, by=by, at=at, subject=subject)
