"""Another address for codes and security notices.

The new address is proved by a code, typed in the browser that asked. Then the change waits three days, in which codes
and notices go on to the old address, which is told at once, and not told the new one: whoever reads there can stop it.
A code to the old address, too, makes it true at once. Each act is the outermost transaction of its own.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.audit.operations import record
from accounts.codes import operations as codes
from accounts.codes.models import Code
from accounts.codes.vocabulary import CodePurpose
from accounts.models import User
from accounts.operations import subject_of
from accounts.outbox import operations as outbox
from accounts.outbox.vocabulary import Mail, Mailbox, Subject
from accounts.vocabulary import Actor, program

from .access import held_until
from .errors import AnotherWaits, ChangeRefused, SameAddress
from .models import AddressChange, AddressHold
from .rules import is_same_address, takes_effect_at
from .vocabulary import FORMER, NEW, Notice, Verb


@transaction.atomic(durable=True)
def ask(*, user: User, address: str, by: Actor, at: datetime, by_phone: bool = False) -> Code:
    """Begin a change, and have a code sent to the new address: keep the code's id in the session. One that was begun
    before and never proved is over. Raises SameAddress, and AnotherWaits while a proved one waits.

    by_phone: the caller reads the code to whoever acts, who has seen that they are the person.
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if is_same_address(address, locked.email):
        raise SameAddress
    for change in AddressChange.objects.open().filter(user=locked):
        if change.proved_at:
            raise AnotherWaits
        end(change, stopped_at=at)
    change = AddressChange.objects.create(user=locked, address=address, by_phone=by_phone, asked_at=at)
    record(verb=Verb.ASKED, by=by, at=at, subject=subject_of(locked.pk))
    return codes.ask(
        purpose=purpose_of(by_phone),
        subject=f"new address of {locked.pk}",  # whatever the addresses: nobody mails strangers through us all day
        user=locked,
        recipient=f"{NEW}:{change.pk}",
        by=by,
        at=at,
    )


def prove(
    *, user: User, code_id: UUID | None, token: str, by: Actor, at: datetime, by_phone: bool = False
) -> AddressChange:
    """The code from the new address. From now on the change waits, and the old address knows. Raises CodeRefused, and
    ChangeRefused when the change was stopped meanwhile."""
    codes.redeem(code_id=code_id, purpose=purpose_of(by_phone), token=token, by=by, at=at)
    with transaction.atomic(durable=True):
        code = used(code_id, purpose_of(by_phone), at)
        change = AddressChange.objects.open().select_for_update().filter(user=user, proved_at=None).first()
        if change is None or code.recipient != f"{NEW}:{change.pk}":
            raise ChangeRefused
        change.proved_at, change.takes_effect_at = at, max(takes_effect_at(at), held_until(user, at) or at)
        change.save(update_fields=["proved_at", "takes_effect_at"])
        record(verb=Verb.PROVED, by=by, at=at, subject=subject_of(user.pk))
        outbox.send(kind=Notice.WAITS, recipient=subject_of(user.pk), about=str(change.pk), by=by, at=at)
    return change


@transaction.atomic(durable=True)
def ask_old(*, user: User, by: Actor, at: datetime) -> Code:
    """Have a code sent to the old address, too, which makes the waiting change true at once. Raises ChangeRefused when
    none waits."""
    if not AddressChange.objects.waiting().filter(user=user).exists():
        raise ChangeRefused
    return codes.ask(
        purpose=CodePurpose.EMAIL_CHANGE,
        subject=f"old address of {user.pk}",
        user=user,
        recipient=subject_of(user.pk),
        by=by,
        at=at,
    )


def confirm(*, user: User, code_id: UUID | None, token: str, by: Actor, at: datetime) -> None:
    """The code from the old address: nobody has to wait. Raises CodeRefused, and ChangeRefused when the change was
    stopped meanwhile."""
    codes.redeem(code_id=code_id, purpose=CodePurpose.EMAIL_CHANGE, token=token, by=by, at=at)
    with transaction.atomic(durable=True):
        code = used(code_id, CodePurpose.EMAIL_CHANGE, at)
        change = locked(AddressChange.objects.waiting().filter(user=user))
        # One that was asked for before this change, for another one, confirms nothing.
        if change is None or code.recipient != subject_of(user.pk) or code.asked_at < (change.proved_at or at):
            raise ChangeRefused
        record(verb=Verb.CONFIRMED, by=by, at=at, subject=subject_of(user.pk))
        take_effect(change, by=by, at=at)


@transaction.atomic(durable=True)
def confirm_by_phone(*, user: User, by: Actor, at: datetime) -> None:
    """Whoever acts has seen by a code to a channel on file that the caller is the person: nobody has to wait. Raises
    ChangeRefused when nothing waits."""
    change = locked(AddressChange.objects.waiting().filter(user=user))
    if change is None:
        raise ChangeRefused
    record(verb=Verb.CONFIRMED, by=by, at=at, subject=subject_of(user.pk))
    take_effect(change, by=by, at=at)


def purpose_of(by_phone: bool) -> CodePurpose:
    return CodePurpose.EMAIL_BY_PHONE if by_phone else CodePurpose.EMAIL_CHANGE


def used(code_id: UUID | None, purpose: CodePurpose, at: datetime) -> Code:
    """The redeemed code, which opens nothing else from now on."""
    return codes.use_code(code_id=code_id, purpose=purpose, at=at)


@transaction.atomic(durable=True)
def stop(*, user: User, by: Actor, at: datetime) -> None:
    """Nothing changes, and the address on file is told."""
    stop_open(user=user, by=by, at=at)


def stop_for_new_password(user: User, at: datetime) -> None:
    """Whoever sets a new password by a code to the address on file reads mail there: no other address takes its place
    that somebody gave before."""
    stop_open(user=user, by=program("password"), at=at)


def stop_open(*, user: User, by: Actor, at: datetime) -> None:
    change = AddressChange.objects.open().select_for_update().filter(user=user).first()
    if change is None:
        return
    end(change, stopped_at=at)
    record(verb=Verb.STOPPED, by=by, at=at, subject=subject_of(user.pk))
    if change.proved_at:
        outbox.send(kind=Notice.STOPPED, recipient=subject_of(user.pk), about=str(change.pk), by=by, at=at)


def hold(*, user: User, until: datetime) -> None:
    """Until then no other address takes effect that the old one has not confirmed, not one that waits already either.
    For operations that have locked the account and tell somebody about it; they tell the audit."""
    AddressHold.objects.update_or_create(user=user, defaults={"until": until})
    AddressChange.objects.waiting().filter(user=user, takes_effect_at__lt=until).update(takes_effect_at=until)


def settle_due(*, by: Actor, at: datetime) -> int:
    """Make true what waited its time; returns how many. Also forgets addresses that are of no use any more."""
    due = list(AddressChange.objects.due(at).values_list("pk", flat=True))
    forget(by=by, at=at)
    return sum(settle(change_id=pk, by=by, at=at) for pk in due)


@transaction.atomic(durable=True)
def settle(*, change_id: UUID, by: Actor, at: datetime) -> bool:
    """Whether it was still to be done."""
    change = locked(AddressChange.objects.due(at).filter(pk=change_id))
    if change:
        take_effect(change, by=by, at=at)
    return change is not None


def locked(changes: QuerySet[AddressChange]) -> AddressChange | None:
    """The change, and before it the account: in this order everywhere, as a new password stops a change, too."""
    User.objects.select_for_update(no_key=True).filter(address_changes__in=changes).first()
    return changes.select_for_update().first()


def take_effect(change: AddressChange, *, by: Actor, at: datetime) -> None:
    """The new address stands. Codes that are on their way open nothing, and both addresses are told."""
    user = change.user
    former, user.email = user.email, change.address
    user.save(update_fields=["email"])
    end(change, done_at=at, former=former)
    codes.drop(user_id=user.pk)
    record(verb=Verb.DONE, by=by, at=at, subject=subject_of(user.pk))
    for recipient in (subject_of(user.pk), f"{FORMER}:{change.pk}"):
        outbox.send(kind=Notice.DONE, recipient=recipient, about=str(change.pk), by=by, at=at)


def end(change: AddressChange, **how: datetime | str) -> None:
    change.address = ""
    for name, value in how.items():
        setattr(change, name, value)
    change.save(update_fields=["address", *how])


@transaction.atomic(durable=True)
def forget(*, by: Actor, at: datetime) -> None:
    never_proved = AddressChange.objects.never_proved(at).update(address="", stopped_at=at)
    former = AddressChange.objects.with_a_former_address(at).update(former="")
    if never_proved or former:
        record(verb=Verb.FORGOTTEN, by=by, at=at)


# What the notices say


def compose_waits(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    change = AddressChange.objects.waiting().filter(pk=about).first()
    if change is None:
        return None
    context = {"takes_effect_at": change.takes_effect_at, "by_phone": change.by_phone}
    return Mail("email_change/waits", Subject.SECURITY, context)


def compose_stopped(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    return Mail("email_change/stopped", Subject.SECURITY)


def compose_done(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    done_at = AddressChange.objects.filter(pk=about).values_list("done_at", flat=True).first()
    return Mail("email_change/done", Subject.SECURITY, {"done_at": done_at}) if done_at else None
