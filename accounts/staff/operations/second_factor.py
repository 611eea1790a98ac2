"""A staff person lost their second factor: an access administrator asks, the manager says yes, then all are gone and
every session is over. The person signs in with the password and sets up another first of all."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.audit.operations import record
from accounts.models import StaffPerson
from accounts.operations import staff_subject, subject_of
from accounts.outbox import operations as outbox
from accounts.sign_in.access import second_factors
from accounts.sign_in.operations import remove_all_second_factors
from accounts.staff import access
from accounts.staff.errors import AlreadyAsked, NoManager, NoSecondFactor, NotYoursToOkay
from accounts.staff.models import FactorRemoval
from accounts.staff.operations import locked
from accounts.staff.vocabulary import Notice, Verb
from accounts.vocabulary import Actor


@transaction.atomic
def ask_removal(*, person: StaffPerson, asked_by: StaffPerson, by: Actor, at: datetime) -> FactorRemoval:
    """The person and each manager who can say yes are told by mail. Raises StaffRefused."""
    person = locked(person)
    access.refuse_former(by, at)
    access.refuse_own(by, person)
    if person not in access.working(at) or person.capacity is None or not second_factors(person.capacity.user).exists():
        raise NoSecondFactor
    if FactorRemoval.objects.waiting(at).filter(person=person).exists():
        raise AlreadyAsked
    managers = list(access.who_can_okay(person, asked_by, at).select_related("capacity"))
    if not managers:
        raise NoManager
    FactorRemoval.objects.not_over().filter(person=person).update(stopped_at=at)  # its time is over
    removal = FactorRemoval.objects.create(person=person, asked_by=asked_by, asked_at=at)
    record(verb=Verb.ASKED_REMOVAL, by=by, at=at, subject=staff_subject(person.pk))
    outbox.send(kind=Notice.ASKED, recipient=subject_of(person.capacity.user_id), about=str(removal.pk), by=by, at=at)
    for manager in managers:
        if manager.capacity:
            recipient = subject_of(manager.capacity.user_id)
            outbox.send(kind=Notice.OKAY_WAITS, recipient=recipient, about=str(removal.pk), by=by, at=at)
    return removal


@transaction.atomic(durable=True)
def okay_removal(*, removal_id: UUID, manager: StaffPerson, by: Actor, at: datetime) -> None:
    """Raises NotYoursToOkay to whoever is not the manager now, is the person or asked themselves, and when it is
    over."""
    removal = lock(removal_id, manager, at)
    removal.okayed_by, removal.okayed_at = manager, at
    removal.save(update_fields=["okayed_by", "okayed_at"])
    record(verb=Verb.OKAYED_REMOVAL, by=by, at=at, subject=staff_subject(removal.person_id))
    if removal.person.capacity:
        remove_all_second_factors(user=removal.person.capacity.user, by=by, at=at)


@transaction.atomic
def refuse_removal(*, removal_id: UUID, manager: StaffPerson, by: Actor, at: datetime) -> None:
    """The manager says no: nothing is taken away. Raises NotYoursToOkay."""
    stop(lock(removal_id, manager, at), by=by, at=at)


@transaction.atomic
def stop_removal(*, person: StaffPerson, by: Actor, at: datetime) -> None:
    """An access administrator takes the request back."""
    for removal in FactorRemoval.objects.not_over().select_for_update().filter(person=person):
        stop(removal, by=by, at=at)


def stop(removal: FactorRemoval, *, by: Actor, at: datetime) -> None:
    removal.stopped_at = at
    removal.save(update_fields=["stopped_at"])
    record(verb=Verb.STOPPED_REMOVAL, by=by, at=at, subject=staff_subject(removal.person_id))
    outbox.forget(kind=Notice.OKAY_WAITS, about=str(removal.pk), by=by, at=at)


def lock(removal_id: UUID, manager: StaffPerson, at: datetime) -> FactorRemoval:
    """The person is locked before the request, as whoever ends posts or leaves does. Raises NotYoursToOkay."""
    found = access.okays_of(manager, at).filter(pk=removal_id).first()
    if found is None:
        raise NotYoursToOkay
    locked(found.person)
    removal = access.okays_of(manager, at).select_for_update(of=("self",)).filter(pk=removal_id).first()
    if removal is None:
        raise NotYoursToOkay
    return removal
