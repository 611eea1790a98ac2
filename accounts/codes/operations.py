"""Asking for a code, making it as its mail leaves, taking it back, and using what it opened.

Who asks, and what for, must not show in what the database is asked: a decoy makes the same statements as a person. The
message is locked before the person, the person before the budget, and the budget before the code, everywhere.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django_otp.util import random_number_token

from accounts.audit.operations import record
from accounts.models import User
from accounts.outbox import operations as outbox
from accounts.outbox.models import Message
from accounts.outbox.vocabulary import Mail, Mailbox, MessageState, Subject
from accounts.vocabulary import Actor

from .access import is_open
from .errors import AskedTooOften, CodeRefused
from .models import Budget, Code
from .rules import after_the_cool_down, digest_of, ends, grouped, is_too_late
from .vocabulary import (
    DIGITS,
    KEPT_HOURS,
    KIND,
    MOST_ASKS_OF_AN_ORIGIN,
    MOST_GUESSES,
    NOBODY,
    READ_OUT,
    VALID_MINUTES,
    CodePurpose,
    Verb,
)


@transaction.atomic
def ask(*, purpose: CodePurpose, subject: str, user: User | None, recipient: str, by: Actor, at: datetime) -> Code:
    """Begin a conversation, and have a code sent to ``recipient`` as soon as the cool-down of its subject allows. Only
    who knows the id of what is returned can redeem that code: keep it in the session, and nothing else.

    subject: the person, or for a decoy what was typed, in one spelling. Guesses and mails are counted for it; only a
        keyed digest is kept.
    user: None for a decoy, when what was typed fits nobody: nothing is sent, and nothing else differs. Also None for
        who has no account yet (``CodePurpose.REGISTRATION``), and that code is sent.
    """
    code = Code(
        purpose=purpose,
        subject=digest_of("subject", purpose, subject, key=settings.SECRET_KEY),
        user=user,
        recipient=recipient,
        asked_at=at,
    )
    budget = locked_budget(subject=code.subject, at=at)
    code.save(force_insert=True)
    send(code=code, budget=budget, by=by, at=at)
    return code


@transaction.atomic
def count_ask(*, origin: str, at: datetime) -> None:
    """Count what a stranger asks for, whatever it is. Raises AskedTooOften. ``origin`` is a network address, of which
    a keyed digest is kept for a day or two."""
    budget = locked_budget(subject=digest_of("origin", origin, key=settings.SECRET_KEY), at=at)
    if budget.mails >= MOST_ASKS_OF_AN_ORIGIN:
        raise AskedTooOften
    Budget.objects.filter(pk=budget.pk).update(begun_at=budget.begun_at, failures=0, mails=budget.mails + 1)


@transaction.atomic
def ask_again(*, code_id: UUID | None, purpose: CodePurpose, origin: str, by: Actor, at: datetime) -> None:
    """Another code in the same conversation. The one before works until the new one leaves. Whoever asks while a mail
    of the conversation waits gets that one. Nothing happens where there is no such conversation, or its code was
    redeemed. Raises AskedTooOften: it counts for ``origin`` like any ask."""
    count_ask(origin=origin, at=at)
    queued = Message.objects.filter(kind=KIND, about=str(code_id), state=MessageState.QUEUED, attempt=0)
    waits = queued.select_for_update().first() is not None
    if not waits:
        outbox.forget(kind=KIND, about=str(code_id), by=by, at=at)
    code = conversation(code_id, purpose).first()
    budget = locked_budget(subject=code.subject if code else "", at=at)
    code = conversation(code_id, purpose).select_for_update(of=("self",)).first()
    if code is None or code.redeemed_at is not None:
        return
    code.asked_at = at
    code.save(update_fields=["asked_at"])
    if waits:
        Budget.objects.filter(pk=budget.pk).update(newest=code.pk)
    else:
        send(code=code, budget=budget, by=by, at=at)


def send(*, code: Code, budget: Budget, by: Actor, at: datetime) -> None:
    """One mail a minute and ten a day. Whoever asks while one is waiting gets it instead; whoever asks too often is
    not told."""
    is_new = not budget.is_waiting
    is_withheld = is_new and not budget.has_mails
    due = max(at, after_the_cool_down(budget.due_at) if is_new else budget.due_at) if budget.due_at else at
    outbox.send(
        kind=KIND,
        recipient=f"{NOBODY}:{uuid4()}" if is_withheld or code.is_decoy else code.recipient,
        about=str(code.pk),
        by=by,
        at=at,
        not_before=due,
    )
    Budget.objects.filter(pk=budget.pk).update(
        begun_at=budget.begun_at,
        failures=budget.failures,
        mails=budget.mails + (is_new and not is_withheld),
        newest=code.pk,
        due_at=budget.due_at if is_withheld else due,
    )
    record(verb=Verb.ASKED, by=by, at=at, subject=whose(code), purpose=code.purpose)


def compose(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    """A code is born as its mail leaves: five minutes count from here, every older one of its subject is void, and the
    digits stand in the mail and nowhere else. None when nobody waits for it any more."""
    lock_the_person(Code.objects.filter(pk=about))
    code = Code.objects.filter(pk=about).first()
    budget = locked_budget(subject=code.subject if code else "", at=at)
    code = Code.objects.select_for_update(of=("self",)).select_related("user").filter(pk=about).first()
    if (
        code is None
        or not code.is_live
        or code.redeemed_at is not None
        or budget.newest != code.pk
        or is_too_late(code.asked_at, at)
    ):
        return None
    token = random_number_token(DIGITS)
    void(Code.objects.filter(subject=code.subject))
    until = ends(at)
    Code.objects.filter(pk=code.pk).update(token=code.digest(token), sent_at=at, valid_until=until, guesses=0)
    Budget.objects.filter(pk=budget.pk).update(born_at=at)
    context = {"code": grouped(token), "sent_at": at, "until": until, "minutes": VALID_MINUTES}
    template = "codes/read_out" if code.purpose in READ_OUT else "codes/code"
    return Mail(template=template, subject=Subject.CODE, context=context)


def redeem(*, code_id: UUID | None, purpose: CodePurpose, token: str, by: Actor, at: datetime) -> Code:
    """Give back a code. It works once; a wrong guess counts for the code and for its subject, and is committed before
    this raises CodeRefused, for whatever reason."""
    with transaction.atomic(durable=True):
        code = guess(code_id=code_id, purpose=purpose, token=token, by=by, at=at)
    if code is None:
        raise CodeRefused
    return code


def guess(*, code_id: UUID | None, purpose: CodePurpose, token: str, by: Actor, at: datetime) -> Code | None:
    found = conversation(code_id, purpose)
    seen = found.first()
    budget = locked_budget(subject=seen.subject if seen else "", at=at)
    code = found.select_for_update(of=("self",)).select_related("user").first() or Code(purpose=purpose)
    is_right = code.answers(token, at) and budget.has_guesses and code.is_live
    if is_right:
        code.token, code.valid_until, code.redeemed_at = None, None, at
    elif budget.has_guesses:
        budget.failures += 1
        if not budget.has_guesses:
            record(verb=Verb.SPENT, by=by, at=at, subject=whose(code), purpose=purpose)
    found.update(
        guesses=min(code.guesses + 1, MOST_GUESSES),
        token=code.token,
        valid_until=code.valid_until,
        redeemed_at=code.redeemed_at,
    )
    Budget.objects.filter(pk=budget.pk).update(begun_at=budget.begun_at, failures=budget.failures, mails=budget.mails)
    if not is_right:
        return None
    record(verb=Verb.REDEEMED, by=by, at=at, subject=whose(code), purpose=purpose)
    return code


@transaction.atomic
def use(*, code_id: UUID | None, purpose: CodePurpose, at: datetime) -> User:
    """Whose code it is, of which they use what it opened (``use_code``). Raises CodeRefused."""
    user = use_code(code_id=code_id, purpose=purpose, at=at).user
    if user is None:
        raise CodeRefused
    return user


@transaction.atomic
def use_code(*, code_id: UUID | None, purpose: CodePurpose, at: datetime) -> Code:
    """Use what a code opened, once, in the transaction of what is done with it, which tells the audit. Raises
    CodeRefused when nothing is open any more, or the account is closed."""
    found = conversation(code_id, purpose)
    lock_the_person(found)
    code = found.select_for_update(of=("self",)).select_related("user").first()
    if code is None or not code.is_live or not is_open(code, at):
        raise CodeRefused
    code.used_at = at
    code.save(update_fields=["used_at"])
    return code


def drop(*, user_id: UUID) -> None:
    """For operations that have locked the person and replace what codes stand on (password, address): none of the
    person's opens anything now, in whatever browser."""
    Code.objects.filter(user_id=user_id).delete()


def renew_budgets(*, user: User) -> None:
    """A whole day's guesses and mails again, for what the person has asked codes for by themself. For operations that
    have seen who they are, and tell the audit."""
    theirs = Code.objects.filter(user=user).exclude(purpose__in=READ_OUT).values("subject")
    Budget.objects.filter(pk__in=theirs).update(failures=0, mails=0)


@transaction.atomic
def purge(*, at: datetime) -> int:
    """Delete the codes and budgets for which nobody has asked in a while; returns how many codes."""
    before = at - timedelta(hours=KEPT_HOURS)
    # What somebody is at just now waits for another night: who waits for nobody is in nobody's way.
    codes = Code.objects.select_for_update(skip_locked=True).filter(asked_at__lt=before)
    budgets = Budget.objects.select_for_update(skip_locked=True).filter(
        Q(due_at=None) | Q(due_at__lt=before), begun_at__lt=before
    )
    deleted, _ = Code.objects.filter(pk__in=list(codes.values_list("pk", flat=True))).delete()
    Budget.objects.filter(pk__in=list(budgets.values_list("pk", flat=True))).delete()
    return deleted


def lock_the_person(codes: QuerySet[Code]) -> None:
    """As an update does that changes no key, so that nobody who only names the person waits."""
    User.objects.select_for_update(no_key=True).filter(pk__in=codes.values("user")).first()


def locked_budget(*, subject: str, at: datetime) -> Budget:
    """What the subject has left, until the end of the transaction for whoever asked first."""
    Budget.objects.bulk_create([Budget(subject=subject, begun_at=at)], ignore_conflicts=True)
    return Budget.objects.select_for_update().get(pk=subject).turned(at)


def conversation(code_id: UUID | None, purpose: CodePurpose) -> QuerySet[Code]:
    """The row of that id and purpose. Where there is no id nothing is found, at the same cost."""
    return Code.objects.filter(pk=code_id or uuid4(), purpose=purpose)


def void(codes: QuerySet[Code]) -> None:
    codes.update(token=None, valid_until=None)


def whose(code: Code) -> str:
    return f"user:{code.user_id}" if code.user_id else ""
