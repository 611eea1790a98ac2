"""Who works here, and what for. Whoever leaves is out at their next request: each act that takes something away is the
outermost transaction of its own, and locks the person first; where an activation ID ends with it, that before."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.audit.operations import record
from accounts.models import Capacity, Post, StaffPerson
from accounts.operations import close_capacity, close_post, give_post, staff_subject
from accounts.registration import operations as registration
from accounts.registration.errors import SubjectTaken
from accounts.registration.models import Activation
from accounts.registration.vocabulary import Channel
from accounts.rules import first_moment
from accounts.staff import access
from accounts.staff.errors import (
    EachOthersManager,
    EndsBeforeItBegins,
    HasLeft,
    HasTheJob,
    InThePast,
    NotAManager,
    OwnManager,
    PostIsOver,
)
from accounts.staff.models import FactorRemoval
from accounts.staff.vocabulary import ADMINISTRATORS_LOCK, KIND, Verb
from accounts.vocabulary import Actor, Job, Source


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
    person = locked(person)
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
    refuse_manager(person, manager, since, until)
    if person.left_at:
        come_back(person=person, by=by, at=at)
    try:
        with transaction.atomic():
            return give_post(
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
    except IntegrityError as error:  # the manager was given a post under this person meanwhile
        raise EachOthersManager from error


def refuse_manager(person: StaffPerson, manager: StaffPerson | None, since: datetime, until: datetime | None) -> None:
    if manager is None:
        return
    if manager == person:
        raise OwnManager
    if manager.left_at:
        raise NotAManager
    if manager.posts.filter(manager=person).overlapping(since, until).exists():
        raise EachOthersManager


@transaction.atomic(durable=True)
def end(*, post: Post, last_day: date | None, by: Actor, at: datetime) -> None:
    """The post is over now, or after a day that is to come. No staff file brings it back. Raises StaffRefused, also
    where another access administrator has just ended that of whoever asks: so one of them stays."""
    administrators_one_at_a_time()
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
    close_post(post=found, until=until, by=by, at=at, said_by=Source.HERE)


# Leaving


@transaction.atomic(durable=True)
def leave(*, person: StaffPerson, by: Actor, at: datetime) -> None:
    """From now on the person does not work here: capacity, posts and activation ID are over, whatever page, download
    or export is open. Raises StaffRefused."""
    administrators_one_at_a_time()
    registration.one_at_a_time(staff_subject(person.pk))
    person = locked(person)
    access.refuse_former(by, at)
    access.refuse_own(by, person)
    if person.left_at:
        raise HasLeft
    close_person(person=person, by=by, at=at, said_by=Source.HERE)


def close_person(*, person: StaffPerson, by: Actor, at: datetime, said_by: Source) -> int:
    """For operations by which somebody leaves among others, which have locked the activation ID and then the person.
    Returns how many posts that ended."""
    posts = list(Post.objects.not_over(at).select_for_update().filter(person=person))
    for post in posts:
        close_post(post=post, by=by, at=at, said_by=said_by)
    if person.capacity:
        close_capacity(capacity=person.capacity, by=by, at=at)
    registration.end_open(kind=KIND, subject=person.pk, by=by, at=at)
    FactorRemoval.objects.not_over().filter(person=person).update(stopped_at=at)
    person.left_at, person.left_said_by = at, said_by
    person.save(update_fields=["left_at", "left_said_by"])
    record(verb=Verb.LEFT, by=by, at=at, subject=staff_subject(person.pk))
    return len(posts)


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
    close_person(person=person, by=by, at=at, said_by=Source.FILE)
    return True


def come_back(*, person: StaffPerson, by: Actor, at: datetime) -> None:
    person.left_at, person.left_said_by = None, ""
    person.save(update_fields=["left_at", "left_said_by"])
    record(verb=Verb.CAME_BACK, by=by, at=at, subject=staff_subject(person.pk))


def administrators_one_at_a_time() -> None:
    """Until the transaction ends nobody else takes anything away. Before any other lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADMINISTRATORS_LOCK])


def locked(person: StaffPerson) -> StaffPerson:
    return StaffPerson.objects.select_for_update(of=("self",)).select_related("capacity").get(pk=person.pk)


# Invited


@transaction.atomic
def invite(*, person: StaffPerson, channel: Channel, by: Actor, at: datetime) -> Activation:
    """Raises OwnPosts, and CannotIssue of registration where the person may not register or cannot be reached."""
    access.refuse_own(by, person)
    return registration.issue(kind=KIND, subject=person.pk, channel=channel, by=by, at=at)


def take_back_invitation(*, person: StaffPerson, by: Actor, at: datetime) -> int:
    """The activation ID does not work from now on. Returns how many were open."""
    return registration.revoke(kind=KIND, subject=person.pk, by=by, at=at)
