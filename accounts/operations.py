"""Accounts, capacities and posts, and what a session notes of itself. Each restricting act is the outermost
transaction of its own."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from accounts.audit.operations import record, record_all

from .errors import UsernameRefused
from .models import Capacity, Post, StaffPerson, User
from .rules import is_a_username
from .vocabulary import SEEN_SECONDS, Actor, CapacityKind, Job, Source, Verb


@transaction.atomic
def open_account(
    *, username: str, name: str, email: str, password: str, language: str, by: Actor, at: datetime
) -> User:
    """A new person's sign-in. ``email`` was verified by whoever calls; a name is cut that is longer than it can be.

    Raises UsernameRefused for a text that is no username, ValidationError for a password that the rules refuse, and
    IntegrityError where the username is somebody's.
    """
    if not is_a_username(username):
        raise UsernameRefused("A username has 6 to 30 letters, digits, dots, dashes or underscores.")
    name = name[: User._meta.get_field("name").max_length]
    user = User(username=username, name=name, email=email, language=language, created_at=at, password_set_at=at)
    validate_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    record(verb=Verb.OPEN_ACCOUNT, by=by, at=at, subject=subject_of(user.pk))
    return user


@transaction.atomic
def give_capacity(
    *, user: User, kind: CapacityKind, by: Actor, at: datetime, until: datetime | None = None
) -> Capacity:
    capacity = Capacity.objects.create(user=user, kind=kind, since=at, until=until)
    record(verb=Verb.GIVE_CAPACITY, by=by, at=at, subject=subject_of(user.pk), fields=[kind])
    return capacity


@transaction.atomic(durable=True)
def end_capacity(*, capacity: Capacity, by: Actor, at: datetime) -> None:
    """From now on the person is no longer this here, in whatever session, and no staff person has a post."""
    close_capacities(capacities=[capacity.pk], by=by, at=at)


def close_capacities(*, capacities: Iterable[UUID], by: Actor, at: datetime) -> None:
    """For operations that end capacities among other things."""
    live = list(Capacity.objects.live(at).select_for_update().filter(pk__in=capacities).order_by("pk"))
    Capacity.objects.filter(pk__in=[capacity.pk for capacity in live]).update(until=at)
    ended = [(subject_of(capacity.user_id), [capacity.kind]) for capacity in live]
    record_all(verb=Verb.END_CAPACITY, of=ended, by=by, at=at)


@transaction.atomic
def give_post(
    *,
    person: StaffPerson,
    job: Job,
    department: str,
    manager: StaffPerson | None,
    since: datetime,
    by: Actor,
    at: datetime,
    until: datetime | None = None,
    said_by: Source = Source.HERE,
) -> Post:
    """Raises IntegrityError where the person has the job at that time, or would stand above themselves."""
    post = Post(
        person=person,
        job=job,
        department=department,
        manager=manager,
        since=since,
        until=until,
        said_by=said_by,
    )
    give_posts(posts=[post], by=by, at=at)
    return post


def give_posts(*, posts: Sequence[Post], by: Actor, at: datetime) -> None:
    """For operations that give many: posts that are not kept yet. Raises IntegrityError as ``give_post`` does."""
    Post.objects.bulk_create(posts)
    record_all(verb=Verb.GIVE_POST, of=[told_of(post) for post in posts], by=by, at=at)


def close_posts(
    *, posts: Collection[Post], by: Actor, at: datetime, said_by: Source, until: datetime | None = None
) -> None:
    """The posts are over now, or at a moment to come; one that had not begun by then never lives. For operations that
    are restricting acts, each the outermost of its own."""
    for post in posts:
        post.until, post.said_by = max(post.since, until or at), said_by
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(
        until=Greatest("since", Value(until or at)), said_by=said_by
    )
    record_all(verb=Verb.END_POST, of=[told_of(post) for post in posts], by=by, at=at)


def told_of(post: Post) -> tuple[str, list[str]]:
    """What the audit says of a post: whose, and which job."""
    return staff_subject(post.person_id), [post.job]


@transaction.atomic(durable=True)
def end_sessions(*, user_id: UUID, by: Actor, at: datetime) -> None:
    """Every session and token of the person is over at its next request, the one that asks for it too: whoever wants
    to keep that one renews it (``renew_session``)."""
    void_credentials(user_id=user_id)
    record(verb=Verb.END_SESSIONS, by=by, at=at, subject=subject_of(user_id))


def void_credentials(*, user_id: UUID) -> None:
    """For operations that end sessions among other things, and tell the audit what they are."""
    User.objects.filter(pk=user_id).update(credentials_version=F("credentials_version") + 1)


@transaction.atomic
def choose_language(*, user_id: UUID, language: str, by: Actor, at: datetime) -> None:
    """The language of mail and letters, and of the pages after the next sign-in."""
    User.objects.filter(pk=user_id).update(language=language)
    record(verb=Verb.CHOOSE_LANGUAGE, by=by, at=at, subject=subject_of(user_id))


def begin_session(*, session: SessionBase, at: datetime) -> None:
    """Called at sign-in: the limits count from here."""
    session["began"] = session["seen"] = at.timestamp()


def note_use(*, session: SessionBase, at: datetime) -> None:
    """Write down that a session is in use, every few seconds at most."""
    if at.timestamp() - session.get("seen", 0) >= SEEN_SECONDS:
        session["seen"] = at.timestamp()
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=at)


@transaction.atomic
def renew_session(*, session: SessionBase, user: User) -> None:
    """Let a session of the person go on after what ends the others, under another key: whoever has the old one has
    nothing. ``user`` is as the database has them now."""
    before = session.session_key
    session.cycle_key()
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    UserSession.objects.filter(session_key=before).update(session_key=session.session_key)


def act_as(*, session: SessionBase, capacity: Capacity) -> None:
    session["capacity"] = str(capacity.pk)


def subject_of(user_id: UUID) -> str:
    return f"user:{user_id}"


def staff_subject(person_id: UUID) -> str:
    return f"staff:{person_id}"
