import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Greatest, Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .rules import folded, is_a_username, last_day
from .vocabulary import CapacityKind, Job, Source, classified

PERIOD = Func("since", "until", function="TSTZRANGE", output_field=DateTimeRangeField())


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Usernames are one person's whatever their case. Raises User.DoesNotExist."""
        if username is None or not is_a_username(username):  # else two alphabets' ways to fold would tell apart
            raise self.model.DoesNotExist
        return self.alias(folded_username=Lower("username")).get(folded_username=folded(username))


class User(AbstractBaseUser):
    """One person's sign-in. What the person may do is told elsewhere: there are no groups and no superuser."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=150, blank=True)
    """What the person is called on pages that only they see."""
    email = models.EmailField(blank=True)
    """Where codes and security notices go: verified by a code before it stands here. Two people may share one."""
    language = models.CharField(max_length=8, default=settings.LANGUAGE_CODE)
    is_active = models.BooleanField(default=True)
    credentials_version = models.PositiveIntegerField(default=0)
    """Raised to end every session and token of the person."""
    password_before = models.CharField(max_length=128, blank=True, editable=False)
    """Of staff, whose passwords grow old: the hash of the one before, which is no new one."""
    password_set_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    sensitivity = classified(
        operational="id is_active created_at last_login credentials_version password_set_at",
        personal="username name email language",
        secret="password password_before",  # noqa: S106 (the name of a class)
    )

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = (models.UniqueConstraint(Lower("username"), name="username_is_one_persons"),)
        indexes = (models.Index(Lower("email"), name="user_email"),)

    def __str__(self) -> str:
        return f"user {self.pk}"

    def get_session_auth_hash(self) -> str:
        """What a session of the person must carry: another password or version, and it is over at its next request."""
        return self._session_auth_hash(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> list[str]:
        return [self._session_auth_hash(str(key)) for key in settings.SECRET_KEY_FALLBACKS]

    def _session_auth_hash(self, key: str) -> str:
        credentials = f"{self.credentials_version}:{self.password}"
        return salted_hmac("accounts.User.session", credentials, secret=key, algorithm="sha256").hexdigest()


class CapacityQuerySet(models.QuerySet["Capacity"]):
    def live(self, at: datetime) -> Self:
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


class Capacity(models.Model):
    """As what a person is here, from a moment until another. It knows no subject: the slice that does (a member, a
    clinician) owns a one-to-one row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="capacities")
    kind = models.CharField(max_length=20, choices=CapacityKind)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    sensitivity = classified(operational="id", personal="user kind since until")

    objects: ClassVar[models.Manager["Capacity"]] = CapacityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "capacities"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=CapacityKind.values), name="capacity_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="capacity_ends_after_it_began"
            ),
            ExclusionConstraint(
                name="nobody_is_staff_twice_at_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
                condition=Q(kind=CapacityKind.STAFF),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_staff(self) -> bool:
        return self.kind == CapacityKind.STAFF


class StaffPerson(models.Model):
    """Somebody who works here, as the staff file names them: with an account, or without one yet. What they may do
    their posts say."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=40, unique=True)
    """By which the plan's own files know the person."""
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.EmailField()
    """At work. An activation ID goes there; codes and notices go to the address of the account."""
    language = models.CharField(max_length=8, default=settings.LANGUAGE_CODE)
    capacity = models.OneToOneField(
        Capacity, on_delete=models.PROTECT, related_name="staff_person", null=True, blank=True
    )
    """As staff, once registered; the last one of somebody who comes back."""
    left_at = models.DateTimeField(null=True, blank=True)
    left_said_by = models.CharField(max_length=4, choices=Source, blank=True)

    sensitivity = classified(
        operational="id", personal="number first_name last_name email language capacity left_at left_said_by"
    )

    class Meta:
        verbose_name_plural = "staff people"
        constraints = (
            models.CheckConstraint(
                condition=Q(left_at=None, left_said_by="") | Q(left_at__isnull=False, left_said_by__in=Source.values),
                name="somebody_said_who_left",
            ),
        )

    def __str__(self) -> str:
        return f"staff person {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class PostQuerySet(models.QuerySet["Post"]):
    def live(self, at: datetime) -> Self:
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)

    def not_over(self, at: datetime) -> Self:
        """Those that live, and those to come."""
        return self.filter(Q(until=None) | Q(until__gt=Greatest(Value(at), F("since"))))

    def overlapping(self, since: datetime, until: datetime | None) -> Self:
        found = self.filter(Q(until=None) | Q(until__gt=Greatest(Value(since), F("since"))))
        return found.filter(since__lt=until) if until else found


class Post(models.Model):
    """One job of one staff person, in a department and under a manager, from a moment until another. Days begin in the
    plan's time zone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(StaffPerson, on_delete=models.PROTECT, related_name="posts")
    job = models.CharField(max_length=30, choices=Job)
    department = models.CharField(max_length=100)
    manager = models.ForeignKey(StaffPerson, on_delete=models.PROTECT, related_name="reports", null=True, blank=True)
    """Whoever answers for the work. From now on nobody stands above themselves, directly or through others: a trigger
    of the table refuses it."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    said_by = models.CharField(max_length=4, choices=Source)
    """Who said the last word: what a person here gave or ended, no file takes or brings back."""

    sensitivity = classified(operational="id", personal="person job department manager since until said_by")

    objects: ClassVar[models.Manager["Post"]] = PostQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(job__in=Job.values), name="post_is_of_a_known_job"),
            models.CheckConstraint(condition=Q(said_by__in=Source.values), name="post_is_of_a_known_source"),
            models.CheckConstraint(condition=~Q(manager=F("person")), name="nobody_is_their_own_manager"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="post_ends_after_it_began"),
            ExclusionConstraint(
                name="nobody_has_a_job_twice_at_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("job", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{self.job} {self.pk}"

    @property
    def last_day(self) -> date | None:
        return last_day(self.until, timezone.get_current_timezone()) if self.until else None
