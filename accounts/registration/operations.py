"""Activation IDs: issued, born as they are mailed or printed, revoked, and used once.

A message or letter is locked before its activation ID, everywhere.
"""

import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.audit.operations import record
from accounts.outbox import operations as outbox
from accounts.outbox.access import has_mailbox
from accounts.outbox.errors import LetterRefused
from accounts.outbox.vocabulary import Mail, Mailbox, Sheet, Subject
from accounts.vocabulary import Actor

from .errors import CannotIssue, NoAddress, NoMailbox
from .models import Activation
from .registry import SUBJECTS
from .rules import digest_of, ends, grouped
from .vocabulary import ALPHABET, CHARACTERS, MAIL, VALID_DAYS, Channel, Registrant, Verb, letter_kind

# Issued and revoked


@transaction.atomic
def issue(*, kind: str, subject: UUID, channel: Channel, by: Actor, at: datetime) -> Activation:
    """Have an activation ID mailed or printed, in the transaction of whoever calls. One that the subject had before is
    revoked. Raises CannotIssue where the person may not register or cannot be reached that way."""
    registrant = SUBJECTS[kind].describe(subject, at)
    if registrant is None:
        raise CannotIssue
    recipient = subject_of(kind, subject)
    if channel == Channel.LETTER and not registrant.address:
        raise NoAddress
    if channel == Channel.MAIL and not has_mailbox(recipient):
        raise NoMailbox
    one_at_a_time(recipient)
    end_open(kind=kind, subject=subject, by=by, at=at)
    activation = Activation.objects.create(kind=kind, subject=subject, channel=channel, issued_by=by.id, issued_at=at)
    record(verb=Verb.ISSUED, by=by, at=at, subject=recipient, fields=[channel])
    if channel == Channel.MAIL:
        outbox.send(kind=MAIL, recipient=recipient, about=str(activation.pk), by=by, at=at)
    else:
        letter = letter_kind(SUBJECTS[kind].capacity)
        outbox.queue_letter(kind=letter, recipient=recipient, about=str(activation.pk), by=by, at=at)
    return activation


@transaction.atomic(durable=True)
def revoke(*, kind: str, subject: UUID, by: Actor, at: datetime) -> int:
    """Whatever activation ID the subject has does not work, or is not sent, from now on. Returns how many there were
    that could still be used."""
    one_at_a_time(subject_of(kind, subject))
    were_open = Activation.objects.of(kind, subject).open(at).count()
    end_open(kind=kind, subject=subject, by=by, at=at)
    return were_open


def end_open(*, kind: str, subject: UUID, by: Actor, at: datetime) -> None:
    for activation in Activation.objects.of(kind, subject).not_over():
        about = str(activation.pk)
        outbox.forget(kind=MAIL, about=about, by=by, at=at)
        outbox.forget_letters(kind=letter_kind(SUBJECTS[kind].capacity), about=about, by=by, at=at)
        if Activation.objects.not_over().filter(pk=activation.pk).update(revoked_at=at):
            record(verb=Verb.REVOKED, by=by, at=at, subject=subject_of(kind, subject))


def one_at_a_time(subject: str) -> None:
    """Until the transaction ends nobody else issues or revokes for this subject."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"activation {subject}"])


def subject_of(kind: str, subject: UUID) -> str:
    return f"{kind}:{subject}"


# Born


def compose_mail(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    found = born(about, at)
    return Mail("registration/activation", Subject.MESSAGE, said(*found)) if found else None


def compose_letter(about: str, printing: int, at: datetime) -> Sheet:
    """Raises LetterRefused when the activation ID was used or revoked, or the person may not register any more."""
    found = born(about, at)
    if found is None:
        raise LetterRefused(_("This activation ID is over. Have a new one issued if it is still needed."))
    registrant = found[1]
    context = said(*found) | {"name": registrant.name, "address": registrant.address, "printed_at": at}
    return Sheet("accounts/registration/letter.html", registrant.language, context)


def born(activation_id: str, at: datetime) -> tuple[Activation, Registrant, str] | None:
    """A new secret, which voids an earlier one of the same activation; its time counts from now. None when it is over
    or nobody may register with it any more."""
    activation = Activation.objects.not_over().select_for_update().filter(pk=activation_id).first()
    registrant = SUBJECTS[activation.kind].describe(activation.subject, at) if activation else None
    if activation is None or registrant is None:
        return None
    secret = "".join(secrets.choice(ALPHABET) for _place in range(CHARACTERS))
    activation.digest = digest_of(secret, key=settings.SECRET_KEY)
    activation.born_at, activation.valid_until, activation.guesses = at, ends(at, activation.channel), 0
    activation.save(update_fields=["digest", "born_at", "valid_until", "guesses"])
    return activation, registrant, secret


def said(activation: Activation, registrant: Registrant, secret: str) -> dict[str, object]:
    return {
        "activation_id": grouped(secret),
        "until": activation.valid_until,
        "days": VALID_DAYS[Channel(activation.channel)],
        "asks_birth_date": registrant.birth_date is not None,
    }
