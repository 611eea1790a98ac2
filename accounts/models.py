import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .rules import folded, is_a_username
from .vocabulary import CapacityKind, Job, classified


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
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    sensitivity = classified(
        operational="id is_active created_at last_login credentials_version",
        personal="username name email language",
        secret="password",  # noqa: S106 (the name of a class)
    )

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = (models.UniqueConstraint(Lower("username"), name="username_is_one_persons"),)

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
                    (
                        Func("since", "until", function="TSTZRANGE", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(kind=CapacityKind.STAFF),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_staff(self) -> bool:
        return self.kind == CapacityKind.STAFF


class PostQuerySet(models.QuerySet["Post"]):
    def live(self, day: date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class Post(models.Model):
    """One job of one staff person, in a department and under a manager, from its first day to its last, in the plan's
    time zone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="posts")
    job = models.CharField(max_length=30, choices=Job)
    department = models.CharField(max_length=100)
    manager = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="reports", null=True, blank=True)
    """The staff capacity of whoever answers for the work. Nobody is their own manager."""
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    sensitivity = classified(operational="id", personal="capacity job department manager starts_on ends_on")

    objects: ClassVar[models.Manager["Post"]] = PostQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(job__in=Job.values), name="post_is_of_a_known_job"),
            models.CheckConstraint(condition=~Q(manager=F("capacity")), name="nobody_is_their_own_manager"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="post_ends_after_it_began"
            ),
            ExclusionConstraint(
                name="nobody_has_a_job_twice_at_once",
                expressions=[
                    ("capacity", RangeOperators.EQUAL),
                    ("job", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{self.job} {self.pk}"
