"""Who works here and how far they have come, who may register, and who may say yes to what."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Lower

from accounts.models import Capacity, Post, StaffPerson, User
from accounts.outbox.vocabulary import Mail, Mailbox, Subject
from accounts.registration.models import Activation
from accounts.registration.vocabulary import Registrant
from accounts.vocabulary import Actor, Job

from .errors import NotAdministrator, OwnPosts
from .models import FactorRemoval
from .vocabulary import KIND, Notice, State


def people(at: datetime) -> QuerySet[Any]:
    """Everybody, by name, each with a ``state`` and with ``open_posts``: those that are not over."""
    registered = Exists(Capacity.objects.live(at).filter(pk=OuterRef("capacity")))
    invited = Exists(Activation.objects.open(at).filter(kind=KIND, subject=OuterRef("pk")))
    state = Case(
        When(left_at__isnull=False, then=Value(State.LEFT)),
        When(registered, then=Value(State.REGISTERED)),
        When(invited, then=Value(State.INVITED)),
        default=Value(State.NEW),
    )
    posts = Post.objects.not_over(at).select_related("manager").order_by("since", "job")
    found = StaffPerson.objects.annotate(state=state).select_related("capacity")
    return found.prefetch_related(Prefetch("posts", posts, to_attr="open_posts")).order_by(
        "last_name", "first_name", "number"
    )


def named_like(found: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Those with the number, or with the words in their name, either way around."""
    found = found.alias(
        one_way=Concat("first_name", Value(" "), "last_name"), other_way=Concat("last_name", Value(", "), "first_name")
    )
    return found.filter(Q(number__iexact=words) | Q(one_way__icontains=words) | Q(other_way__icontains=words))


def working(at: datetime) -> QuerySet[StaffPerson]:
    """Those who have an account as staff now."""
    live = Capacity.objects.live(at).filter(pk=OuterRef("capacity"), user__is_active=True)
    return StaffPerson.objects.filter(Exists(live), left_at=None)


def with_a_job(at: datetime) -> QuerySet[StaffPerson]:
    """Those of them who have one today: until somebody notices, an account as staff outlives the last job."""
    return working(at).filter(Exists(Post.objects.live(at).filter(person=OuterRef("pk"))))


def administrators(at: datetime) -> QuerySet[StaffPerson]:
    """Whoever has an account and can give others access now."""
    post = Post.objects.live(at).filter(person=OuterRef("pk"), job=Job.ACCESS_ADMINISTRATOR)
    return working(at).filter(Exists(post))


def is_administrator(capacity: Capacity, at: datetime) -> bool:
    return administrators(at).filter(capacity=capacity).exists()


def refuse_former(by: Actor, at: datetime) -> None:
    """Raises NotAdministrator where somebody is no access administrator, or is none any more at that moment. Programs
    are none."""
    user_id = user_id_of(by)
    if user_id and not administrators(at).filter(capacity__user=user_id).exists():
        raise NotAdministrator


def refuse_own(by: Actor, person: StaffPerson) -> None:
    """Raises OwnPosts where somebody would change what they may do themselves."""
    if is_own(by, person):
        raise OwnPosts


def is_own(by: Actor, person: StaffPerson) -> bool:
    """Whether the account is theirs, or an email of theirs is the person's: somebody may have two staff numbers."""
    user_id = user_id_of(by)
    if user_id is None:
        return False
    account = person.capacity.user if person.capacity else None
    mine = User.objects.filter(pk=user_id).values_list("email", "capacities__staff_person__email")
    my_emails = {email.lower() for row in mine for email in row if email}
    theirs = {email.lower() for email in (person.email, account.email if account else "")}
    return (account is not None and account.pk == user_id) or not my_emails.isdisjoint(theirs)


def user_id_of(by: Actor) -> UUID | None:
    prefix, _colon, user_id = by.id.partition(":")
    return UUID(user_id) if prefix == "user" else None


def all_of_one(person: StaffPerson) -> QuerySet[StaffPerson]:
    """Every staff number under which this may be the same human being: those with an email of theirs."""
    account = person.capacity.user.email if person.capacity else ""
    emails = {email.lower() for email in (person.email, account) if email}
    found = StaffPerson.objects.alias(at_work=Lower("email"), of_account=Lower("capacity__user__email"))
    return found.filter(Q(pk=person.pk) | Q(at_work__in=emails) | Q(of_account__in=emails))


# Registration


def invited(people: Iterable[UUID]) -> list[UUID]:
    """Who of them has an activation ID that was neither used nor revoked, in an order that is always the same."""
    found = Activation.objects.not_over().filter(kind=KIND, subject__in=people)
    return list(found.order_by("subject").values_list("subject", flat=True))


def describe(subject: UUID, at: datetime) -> Registrant | None:
    """Who was invited; None for somebody who left, is registered, or has no post now or to come."""
    person = StaffPerson.objects.exclude(pk__in=working(at)).filter(pk=subject, left_at=None).first()
    post = Post.objects.not_over(at).filter(person=subject).order_by("since", "job").first()
    if person is None or post is None:
        return None
    return Registrant(
        name=person.name,
        last_name=person.last_name,
        birth_date=None,
        language=person.language,
        words=(person.number, person.first_name, person.last_name),
        address=(post.department, settings.PLAN.name),  # the plan's own mail carries it
    )


def mailbox_of(subject: str) -> Mailbox | None:
    """The address at work, until the person has left."""
    found = StaffPerson.objects.filter(pk=subject, left_at=None).values_list("email", "language").first()
    return Mailbox(*found) if found else None


# Lost second factors


def who_can_okay(person: StaffPerson, asked_by: StaffPerson, at: datetime) -> QuerySet[StaffPerson]:
    """The managers of the person's live posts who have a job here themselves; never whoever asks, and never the person,
    under whatever number."""
    live = Post.objects.live(at).filter(person=person, manager=OuterRef("pk"))
    others = with_a_job(at).exclude(pk__in=all_of_one(person)).exclude(pk__in=all_of_one(asked_by))
    return others.filter(Exists(live))


def okays_of(manager: StaffPerson, at: datetime) -> QuerySet[FactorRemoval]:
    """What waits for this manager's yes now. Whoever asked must still be who may ask, and the manager have a job."""
    if not with_a_job(at).filter(pk=manager.pk).exists():
        return FactorRemoval.objects.none()
    live = Post.objects.live(at).filter(person=OuterRef("person"), manager=manager)
    waiting = FactorRemoval.objects.waiting(at).filter(Exists(live), asked_by__in=administrators(at))
    mine = waiting.exclude(asked_by__in=all_of_one(manager)).exclude(person__in=all_of_one(manager))
    return mine.filter(person__in=working(at)).select_related("person", "asked_by").order_by("asked_at")


def is_asked(capacity: Capacity, at: datetime) -> bool:
    manager = StaffPerson.objects.filter(capacity=capacity).first()
    return manager is not None and okays_of(manager, at).exists()


def compose_asked(about: str, mailbox: Mailbox, at: datetime) -> Mail:
    return Mail(template="staff/asked", subject=Subject.SECURITY)


def compose_okay_waits(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    """Nothing to send once it is over."""
    if not FactorRemoval.objects.waiting(at).filter(pk=about).exists():
        return None
    return Mail(template="staff/okay_waits", subject=Subject.SECURITY)


# Jobs that changed


def compose_jobs(about: str, mailbox: Mailbox, at: datetime) -> Mail:
    """As they are when the mail goes out: those of now, and those to come."""
    posts = Post.objects.not_over(at).filter(person=UUID(about)).order_by("since", "job")
    return Mail("staff/jobs", Subject.SECURITY, {"jobs": [(post, post.since > at) for post in posts]})


NOTICES = {Notice.ASKED: compose_asked, Notice.OKAY_WAITS: compose_okay_waits, Notice.JOBS: compose_jobs}
