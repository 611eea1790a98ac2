"""Activation IDs: issued, born as they are mailed or printed, revoked, entered, and used once.

A subject is locked (``one_at_a_time``) before a person, a message or letter before its activation ID, and that before a
person and before a code, everywhere.
"""

import secrets
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts import operations as accounts
from accounts.audit.operations import record
from accounts.codes import operations as codes
from accounts.codes.errors import CodeRefused
from accounts.codes.models import Code
from accounts.codes.vocabulary import CodePurpose
from accounts.models import Capacity, User
from accounts.outbox import operations as outbox
from accounts.outbox.access import envelope_to, has_mailbox, printer_of
from accounts.outbox.errors import NoEnvelope, NothingToPrint
from accounts.outbox.vocabulary import Envelope, Mail, Mailbox, Sheet, Subject
from accounts.password.access import personal_words
from accounts.password.errors import PasswordRefused
from accounts.password.rules import is_personal, problems
from accounts.rules import folded
from accounts.sign_in.operations import return_guess, spend_guess
from accounts.vocabulary import Actor, CapacityKind

from .errors import (
    ActivationRefused,
    CannotIssue,
    NoAddress,
    NoMailbox,
    SubjectTaken,
    TooManyTries,
    UsernameTaken,
    UsernameTellsTooMuch,
)
from .models import Activation, Applicant
from .registry import SUBJECTS
from .rules import digest_of, ends, fits, grouped
from .vocabulary import (
    ALPHABET,
    APPLICANT,
    CHARACTERS,
    MAIL,
    MOST_GUESSES,
    NOTICE,
    SECONDS_PER_UNKNOWN,
    SECONDS_PER_USERNAME,
    UNKNOWN_OF_AN_ORIGIN,
    USERNAMES_OF_AN_ACTIVATION,
    VALID_DAYS,
    Channel,
    Registrant,
    Verb,
    Why,
    letter_kind,
    notice_letter_kind,
)

# Issued and revoked


@transaction.atomic
def issue(*, kind: str, subject: UUID, channel: Channel, by: Actor, at: datetime) -> Activation:
    """Have an activation ID mailed or printed, in the transaction of whoever calls. One that the subject had before is
    revoked. Raises CannotIssue where the person may not register or cannot be reached that way."""
    recipient = subject_of(kind, subject)
    one_at_a_time(recipient)
    registrant = SUBJECTS[kind].describe(subject, at)
    if registrant is None:
        raise CannotIssue
    if channel == Channel.LETTER and not registrant.address:
        raise NoAddress
    if channel == Channel.MAIL and not has_mailbox(recipient):
        raise NoMailbox
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
    return end_open(kind=kind, subject=subject, by=by, at=at)


def end_open(*, kind: str, subject: UUID, by: Actor, at: datetime) -> int:
    """For operations by which an activation ID ends among other things: they lock the subject (``one_at_a_time``)
    before anything else. Returns how many could still be used."""
    were_open = 0
    for activation in Activation.objects.of(kind, subject).not_over():
        about = str(activation.pk)
        outbox.forget(kind=MAIL, about=about, by=by, at=at)
        outbox.forget_letters(kind=letter_kind(SUBJECTS[kind].capacity), about=about, by=by, at=at)
        if Activation.objects.not_over().filter(pk=activation.pk).update(revoked_at=at):
            record(verb=Verb.REVOKED, by=by, at=at, subject=subject_of(kind, subject))
            were_open += activation.valid_until is None or activation.valid_until > at
    return were_open


def one_at_a_time(subject: str) -> None:
    """Until the transaction ends nobody else issues, revokes or registers for this subject."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"activation {subject}"])


def subject_of(kind: str, subject: UUID) -> str:
    return f"{kind}:{subject}"


# Born


def compose_mail(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    found = born(about, at)
    return Mail("registration/activation", Subject.MESSAGE, said(*found)) if found else None


def compose_letter(about: str, printing: int, at: datetime) -> Sheet:
    """Raises NothingToPrint when the activation ID was used or revoked, or the person may not register any more, or has
    no address."""
    found = born(about, at)
    if found is None:
        raise NothingToPrint(_("This activation ID is over. Have a new one issued if it is still needed."))
    registrant = found[1]
    if not registrant.address:
        raise NoEnvelope
    envelope = Envelope((registrant.name, *registrant.address), registrant.language)
    return Sheet("accounts/registration/letter.html", envelope, said(*found))


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


def compose_notice(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    used = Activation.objects.exclude(used_at=None).filter(pk=about).first()
    return Mail("registration/registered", Subject.SECURITY, what_happened(used)) if used else None


def compose_notice_letter(about: str, printing: int, at: datetime) -> Sheet:
    """Raises NothingToPrint where the person has no address any more, and once nobody knows what happened."""
    used = Activation.objects.exclude(used_at=None).filter(pk=about).first()
    if used is None:
        raise NothingToPrint(_("This letter is too old: what it tells of is forgotten."))
    envelope = envelope_to(subject_of(used.kind, used.subject))
    return Sheet("accounts/registration/registered_letter.html", envelope, what_happened(used))


def what_happened(used: Activation) -> dict[str, object]:
    return {"capacity": SUBJECTS[used.kind].capacity.label, "used_at": used.used_at}


# Entered


def enter(*, secret: str, last_name: str, birth_date: date | None, origin: str, by: Actor, at: datetime) -> Activation:
    """The activation ID with this secret, for whoever says the right name and birth date with it. Nothing is taken.

    Raises ActivationRefused for whatever is wrong, which is committed and counted before: for the network address
    (``origin``), and for the activation ID if it was a right one. Raises TooManyTries where those of the address are
    used up.
    """
    key, each = key_of("origin", origin), timedelta(seconds=SECONDS_PER_UNKNOWN)
    if not spend_guess(key=key, guesses=UNKNOWN_OF_AN_ORIGIN, each=each, at=at):
        raise TooManyTries
    with transaction.atomic(durable=True):
        activation, why = looked_up(secret=secret, last_name=last_name, birth_date=birth_date, at=at)
        subject = subject_of(activation.kind, activation.subject) if activation else ""
        if activation is None or why is not None:
            record(verb=Verb.REFUSED, by=by, at=at, subject=subject, fields=[why or Why.UNKNOWN])
        else:
            record(verb=Verb.ENTERED, by=by, at=at, subject=subject)
        if activation and why == Why.OTHER_PERSON:
            count_guess(activation, by=by, at=at)
    if activation is None or why is not None:
        raise ActivationRefused
    return_guess(key=key, each=each)
    return activation


def looked_up(
    *, secret: str, last_name: str, birth_date: date | None, at: datetime
) -> tuple[Activation | None, Why | None]:
    """Whose activation ID this is, and why it opens nothing; None for one that does."""
    digests = [digest_of(secret, key=str(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    activation = Activation.objects.with_a_digest(digests).select_for_update().first()
    if activation is None:
        return None, Why.UNKNOWN
    if activation.used_at is not None:
        return activation, Why.USED
    if activation.revoked_at is not None:
        return activation, Why.REVOKED
    if not activation.is_open(at):
        return activation, Why.EXPIRED
    registrant = SUBJECTS[activation.kind].describe(activation.subject, at)
    if registrant is None:
        return activation, Why.NOBODY
    return activation, None if fits(registrant, last_name=last_name, birth_date=birth_date) else Why.OTHER_PERSON


def count_guess(activation: Activation, *, by: Actor, at: datetime) -> None:
    activation.guesses += 1
    if activation.guesses == MOST_GUESSES:
        activation.revoked_at = at
        subject = subject_of(activation.kind, activation.subject)
        record(verb=Verb.VOIDED, by=by, at=at, subject=subject)
    activation.save(update_fields=["guesses", "revoked_at"])


def key_of(what: str, of: str) -> str:
    return salted_hmac(f"accounts.registration.{what}", of, algorithm="sha256").hexdigest()


# Used


def apply(
    *, activation: Activation, username: str, email: str, language: str, origin: str, by: Actor, at: datetime
) -> Code:
    """Have a code sent to the email that a new account is to have: keep its id in the session. No account exists yet,
    and nothing is taken.

    Raises UsernameTaken, UsernameTellsTooMuch, TooManyTries, ActivationRefused once the activation ID is over, and
    AskedTooOften by the network address alone.
    """
    key, each = key_of("usernames", str(activation.pk)), timedelta(seconds=SECONDS_PER_USERNAME)
    if not spend_guess(key=key, guesses=USERNAMES_OF_AN_ACTIVATION, each=each, at=at):
        raise TooManyTries
    with transaction.atomic():
        locked, registrant = locked_open(activation, at)
        if is_personal(username, registrant.words):
            raise UsernameTellsTooMuch
        if User.objects.alias(folded=Lower("username")).filter(folded=folded(username)).exists():
            raise UsernameTaken
        codes.count_ask(origin=origin, at=at)
        Applicant.objects.filter(activation=locked).delete()
        applicant = Applicant.objects.create(
            activation=locked, username=username, email=email, language=language, asked_at=at
        )
        return codes.ask(
            purpose=CodePurpose.REGISTRATION,
            subject=f"registration {activation.pk}",  # whatever the address: nobody mails strangers through us all day
            user=None,
            recipient=f"{APPLICANT}:{applicant.pk}",
            by=by,
            at=at,
        )


@transaction.atomic(durable=True)
def open_account(*, activation: Activation, code_id: UUID | None, password: str, by: Actor, at: datetime) -> User:
    """The account, its capacity and the subject's row, all or nothing; the activation ID is used.

    Raises PasswordRefused, UsernameTaken for a username that was free a moment ago, SubjectTaken, CodeRefused and
    ActivationRefused.
    """
    locked, registrant = locked_open(activation, at)
    code = codes.use_code(code_id=code_id, purpose=CodePurpose.REGISTRATION, at=at)
    applicant = Applicant.objects.filter(activation=locked).first()
    if applicant is None or code.recipient != f"{APPLICANT}:{applicant.pk}":
        raise CodeRefused
    nobody_yet = User(username=applicant.username, name=registrant.name, email=applicant.email)
    if broken := problems(password, (*personal_words(nobody_yet), *registrant.words)):
        raise PasswordRefused(broken)
    try:
        with transaction.atomic():
            user = accounts.open_account(
                username=applicant.username,
                name=registrant.name,
                email=applicant.email,
                password=password,
                language=applicant.language,
                by=by,
                at=at,
            )
    except IntegrityError:
        raise UsernameTaken from None
    give(locked, user=user, by=by, at=at)
    return user


@transaction.atomic(durable=True)
def add_to_account(*, activation: Activation, user: User, by: Actor, at: datetime) -> Capacity:
    """The capacity for somebody who has an account. Raises SubjectTaken, and ActivationRefused once the activation ID
    is over."""
    locked, _registrant = locked_open(activation, at)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    kind = SUBJECTS[locked.kind].capacity
    if kind == CapacityKind.STAFF and Capacity.objects.live(at).filter(user=user, kind=kind).exists():
        raise SubjectTaken
    return give(locked, user=user, by=by, at=at)


def confirm(*, activation: Activation, last_name: str, birth_date: date | None, by: Actor, at: datetime) -> None:
    """Whose account it was not when the activation ID was entered says again who they are. Raises ActivationRefused for
    a wrong name or birth date, which is committed and counted before, and once the activation ID is over."""
    with transaction.atomic(durable=True):
        locked, registrant = locked_open(activation, at)
        is_theirs = fits(registrant, last_name=last_name, birth_date=birth_date)
        if not is_theirs:
            subject = subject_of(locked.kind, locked.subject)
            record(verb=Verb.REFUSED, by=by, at=at, subject=subject, fields=[Why.OTHER_PERSON])
            count_guess(locked, by=by, at=at)
    if not is_theirs:
        raise ActivationRefused


def give(activation: Activation, *, user: User, by: Actor, at: datetime) -> Capacity:
    """Whoever the plan knows is told at the address that it knows, which need not be that of the account. Who had the
    activation ID in their hands does not print the letter that tells of its use: or else one person alone could ask for
    it as a stranger, keep it, and keep the notice."""
    subject = SUBJECTS[activation.kind]
    capacity = accounts.give_capacity(user=user, kind=subject.capacity, by=by, at=at)
    subject.redeem(activation.subject, capacity, at, by)
    Applicant.objects.filter(activation=activation).delete()
    activation.used_at, activation.used_by = at, user
    activation.save(update_fields=["used_at", "used_by"])
    recipient = subject_of(activation.kind, activation.subject)
    record(verb=Verb.USED, by=by, at=at, subject=recipient)
    outbox.notify(
        kind=NOTICE,
        letter=notice_letter_kind(subject.capacity),
        recipient=recipient,
        about=str(activation.pk),
        kept_from=printer_of(kind=letter_kind(subject.capacity), about=str(activation.pk)) or activation.issued_by,
        by=by,
        at=at,
    )
    return capacity


def locked_open(activation: Activation, at: datetime) -> tuple[Activation, Registrant]:
    """The activation ID as it was entered, and its person, until the end of the transaction. Raises
    ActivationRefused."""
    one_at_a_time(subject_of(activation.kind, activation.subject))
    found = Activation.objects.open(at).filter(pk=activation.pk, born_at=activation.born_at)
    locked = found.select_for_update().first()
    registrant = SUBJECTS[locked.kind].describe(locked.subject, at) if locked else None
    if locked is None or registrant is None:
        raise ActivationRefused
    return locked, registrant


@transaction.atomic
def purge(*, by: Actor, at: datetime) -> int:
    """Forget who never gave back a code, and activation IDs that were over for long; returns how many of those."""
    applicants, _each = Applicant.objects.kept_long_enough(at).delete()
    activations, _each = Activation.objects.kept_long_enough(at).delete()
    if applicants or activations:
        record(verb=Verb.PURGED, by=by, at=at)
    return activations
