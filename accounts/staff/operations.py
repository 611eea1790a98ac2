"""Who works here, and what for. Whoever leaves is out at their next request: each act that takes something away is the
outermost transaction of its own."""

from datetime import datetime

from django.db import transaction

from accounts.audit.operations import record
from accounts.models import Capacity, Post, StaffPerson
from accounts.operations import close_capacity, close_post, staff_subject
from accounts.vocabulary import Actor, Source

from .vocabulary import Verb


@transaction.atomic
def name_person(
    *, number: str, first_name: str, last_name: str, email: str, language: str, by: Actor, at: datetime
) -> StaffPerson:
    """Raises IntegrityError where somebody has the number."""
    person = StaffPerson.objects.create(
        number=number, first_name=first_name, last_name=last_name, email=email, language=language
    )
    record(verb=Verb.NAMED, by=by, at=at, subject=staff_subject(person.pk))
    return person


@transaction.atomic
def register(*, person: StaffPerson, capacity: Capacity, by: Actor, at: datetime) -> None:
    """The capacity is the person's; one of before is over."""
    person.capacity = capacity
    person.save(update_fields=["capacity"])
    record(verb=Verb.REGISTERED, by=by, at=at, subject=staff_subject(person.pk))


@transaction.atomic(durable=True)
def leave(*, person: StaffPerson, by: Actor, at: datetime, said_by: Source = Source.HERE) -> None:
    """From now on the person does not work here: capacity and posts are over, whatever page, download or export is
    open."""
    close_person(person=person, by=by, at=at, said_by=said_by)


def close_person(*, person: StaffPerson, by: Actor, at: datetime, said_by: Source) -> None:
    """For operations by which somebody leaves among others."""
    for post in Post.objects.not_over(at).select_for_update().filter(person=person):
        close_post(post=post, by=by, at=at, said_by=said_by)
    if person.capacity:
        close_capacity(capacity=person.capacity, by=by, at=at)
    person.left_at, person.left_said_by = at, said_by
    person.save(update_fields=["left_at", "left_said_by"])
    record(verb=Verb.LEFT, by=by, at=at, subject=staff_subject(person.pk))
