"""Who works here, and what for. Whoever leaves is out at their next request: each act that takes something away is the
outermost transaction of its own, and locks the person first; where an activation ID ends with it, that before."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.audit.operations import record, record_all
from accounts.models import Capacity, Post, StaffPerson
from accounts.operations import close_capacities, close_posts, give_post, staff_subject, subject_of
from accounts.outbox import operations as outbox
from accounts.registration import operations as registration
from accounts.registration.errors import SubjectTaken
from accounts.registration.models import Activation
from accounts.registration.vocabulary import Channel
from accounts.rules import first_moment
from accounts.staff import access
from accounts.staff.errors import (
    CircleOfManagers,
    EndsBeforeItBegins,
    HasLeft,
    HasTheJob,
    InThePast,
    NotAManager,
    OwnManager,
    PostIsOver,
)
from accounts.staff.models import FactorRemoval
from accounts.staff.vocabulary import JOBS_LOCK, KIND, Notice, Verb
from accounts.vocabulary import Actor, Job, Source


@transaction.atomic
def name_person(
    *, number: str, first_name: str, last_name: str, email: str, language: str, by: Actor, at: datetime
) -> StaffPerson:
    """Raises IntegrityError where somebody has the number."""
    person = StaffPerson(number=number, first_name=first_name, last_name=last_name, email=email, language=language)
    name_people(people=[person], by=by, at=at)
    return person


def name_people(*, people: Collection[StaffPerson], by: Actor, at: datetime) -> None:
    """For operations that name many, who are not kept yet. Raises IntegrityError where somebody has a number."""
    StaffPerson.objects.bulk_create(people)
    record_people(Verb.NAMED, people, by=by, at=at)


@transaction.atomic
def register(*, person: StaffPerson, capacity: Capacity, by: Actor, at: datetime) -> None:
    """The capacity is the person's; one of before is over."""
    person.capacity = capacity
    person.save(update_fields=["capacity"])
    record(verb=Verb.REGISTERED, by=by, at=at, subject=staff_subject(person.pk))


def redeem(subject: UUID, capacity: Capacity, at: datetime, by: Actor) -> None:
    """Somebody registered with an activation ID. Raises SubjectTaken where the person left or registered meanwhile."""
    person = StaffPerson.objects.select_for_update(of=("self",)).filter(pk=subject).first()
    if person is None or access.describe(subject, at) is None:
        raise SubjectTaken
    register(person=person, capacity=capacity, by=by, at=at)


# Posts


@transaction.atomic
def give(
    *,
    person: StaffPerson,
    job: Job,
    department: str,
    manager: StaffPerson | None,
    first_day: date,
    last_day: date | None,
    by: Actor,
    at: datetime,
) -> Post:
    """A post from a day on, and from now if that is today. Whoever had left works here again, and registers anew.
    Raises StaffRefused."""
    jobs_one_at_a_time()
    person = locked(person)
    access.refuse_former(by, at)
    access.refuse_own(by, person)
    today, zone = timezone.localdate(at), timezone.get_current_timezone()
    if first_day < today:
        raise InThePast
    if last_day and last_day < first_day:
        raise EndsBeforeItBegins
    since = at if first_day == today else first_moment(first_day, zone)
    until = first_moment(last_day + timedelta(days=1), zone) if last_day else None
    if person.posts.filter(job=job).overlapping(since, until).exists():
        raise HasTheJob
    refuse_manager(person, manager)
    if person.left_at:
        come_back(person=person, by=by, at=at)
    try:
        with transaction.atomic():
            post = give_post(
                person=person,
                job=job,
                department=department,
                manager=manager,
                since=since,
                until=until,
                by=by,
                at=at,
                said_by=Source.HERE,
            )
    except IntegrityError as error:
        raise CircleOfManagers from error
    tell(registered([person], at), by=by, at=at)
    return post


def refuse_manager(person: StaffPerson, manager: StaffPerson | None) -> None:
    """The circle that others are part of the database refuses."""
    if manager == person:
        raise OwnManager
    if manager and manager.left_at:
        raise NotAManager


@transaction.atomic(durable=True)
def end(*, post: Post, last_day: date | None, by: Actor, at: datetime) -> None:
    """The post is over now, or after a day that is to come. No staff file brings it back. Raises StaffRefused, also
    where another access administrator has just ended that of whoever asks: so one of them stays."""
    jobs_one_at_a_time()
    person = locked(post.person)
    access.refuse_former(by, at)
    access.refuse_own(by, person)
    if last_day and last_day < timezone.localdate(at):
        raise InThePast
    found = Post.objects.not_over(at).filter(pk=post.pk).first()
    if found is None:
        raise PostIsOver
    until = first_moment(last_day + timedelta(days=1), timezone.get_current_timezone()) if last_day else at
    if found.until and found.until < until:
        raise PostIsOver
    if found.job == Job.ACCESS_ADMINISTRATOR:
        access.refuse_former(by, until)
    close_posts(posts=[found], until=until, by=by, at=at, said_by=Source.HERE)
    tell(registered([person], at), by=by, at=at)


# Leaving


@transaction.atomic(durable=True)
def leave(*, person: StaffPerson, by: Actor, at: datetime) -> None:
    """From now on the person does not work here: capacity, posts and activation ID are over, whatever page, download
    or export is open. Raises StaffRefused."""
    jobs_one_at_a_time()
    registration.one_at_a_time(staff_subject(person.pk))
    person = locked(person)
    access.refuse_former(by, at)
    access.refuse_own(by, person)
    if person.left_at:
        raise HasLeft
    close_people(people=[person], by=by, at=at, said_by=Source.HERE)


def close_people(*, people: Collection[StaffPerson], by: Actor, at: datetime, said_by: Source) -> None:
    """For operations by which people leave among other things, which have locked the activation IDs and then the
    people."""
    told = registered(people, at)
    posts = Post.objects.not_over(at).select_for_update().filter(person__in=people).order_by("pk")
    close_posts(posts=list(posts), by=by, at=at, said_by=said_by)
    close_capacities(capacities=[person.capacity_id for person in people if person.capacity_id], by=by, at=at)
    for invited in access.invited(person.pk for person in people):
        registration.end_open(kind=KIND, subject=invited, by=by, at=at)
    FactorRemoval.objects.not_over().filter(person__in=people).update(stopped_at=at)
    for person in people:
        person.left_at, person.left_said_by = at, said_by
    StaffPerson.objects.filter(pk__in=[person.pk for person in people]).update(left_at=at, left_said_by=said_by)
    record_people(Verb.LEFT, people, by=by, at=at)
    tell(told, by=by, at=at)


def leave_without_posts(*, by: Actor, at: datetime) -> int:
    """Whoever has neither a post nor one to come has left, by whatever word the last one ended. Returns how many."""
    jobless = StaffPerson.objects.filter(left_at=None, posts__isnull=False).exclude(posts__in=Post.objects.not_over(at))
    return sum(leave_one_without_posts(person_id=pk, by=by, at=at) for pk in set(jobless.values_list("pk", flat=True)))


@transaction.atomic(durable=True)
def leave_one_without_posts(*, person_id: UUID, by: Actor, at: datetime) -> bool:
    """Whether it was still to be done. As if a file had said so: one that gives the person a post brings them back."""
    registration.one_at_a_time(staff_subject(person_id))
    person = StaffPerson.objects.select_for_update(of=("self",)).get(pk=person_id)
    if person.left_at or Post.objects.not_over(at).filter(person=person).exists():
        return False
    close_people(people=[person], by=by, at=at, said_by=Source.FILE)
    return True


def come_back(*, person: StaffPerson, by: Actor, at: datetime) -> None:
    person.left_at, person.left_said_by = None, ""
    person.save(update_fields=["left_at", "left_said_by"])
    record(verb=Verb.CAME_BACK, by=by, at=at, subject=staff_subject(person.pk))


def jobs_one_at_a_time() -> None:
    """Until the transaction ends nobody else gives or takes a job. Before any other lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JOBS_LOCK])


def locked(person: StaffPerson) -> StaffPerson:
    return StaffPerson.objects.select_for_update(of=("self",)).select_related("capacity").get(pk=person.pk)


def record_people(verb: Verb, people: Iterable[StaffPerson], *, by: Actor, at: datetime) -> None:
    record_all(verb=verb, of=[(staff_subject(person.pk), ()) for person in people], by=by, at=at)


# Told


def registered(people: Collection[StaffPerson], at: datetime) -> list[StaffPerson]:
    """Those of them who have an account now."""
    working = set(access.working(at).filter(pk__in=[person.pk for person in people]).values_list("pk", flat=True))
    return [person for person in people if person.pk in working]


def tell(people: Iterable[StaffPerson], *, by: Actor, at: datetime) -> None:
    """Their jobs changed: mail to people with an account, at work. Whoever has just left reads that address no more,
    and is told at that of the account."""
    for person in people:
        if person.left_at and person.capacity:
            recipient = subject_of(person.capacity.user_id)
        else:
            recipient = staff_subject(person.pk)
        outbox.send(kind=Notice.JOBS, recipient=recipient, about=str(person.pk), by=by, at=at)


# Invited


@transaction.atomic
def invite(*, person: StaffPerson, channel: Channel, by: Actor, at: datetime) -> Activation:
    """Raises StaffRefused, and CannotIssue of registration where the person may not register or cannot be reached."""
    access.refuse_former(by, at)
    access.refuse_own(by, person)
    return registration.issue(kind=KIND, subject=person.pk, channel=channel, by=by, at=at)


def take_back_invitation(*, person: StaffPerson, by: Actor, at: datetime) -> int:
    """The activation ID does not work from now on. Returns how many were open."""
    return registration.revoke(kind=KIND, subject=person.pk, by=by, at=at)
