import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.vocabulary import classified
from portal.members.models import Member
from portal.members.vocabulary import ChannelKind

from . import rules
from .vocabulary import (
    ADDRESS_BEFORE_KEPT_DAYS,
    CALL_MINUTES,
    CALLS_KEPT_DAYS,
    EMAIL_BEFORE_KEPT_HOURS,
    FAILED_WITHIN_HOURS,
    MOST_FAILED_CHECKS,
    Question,
)


class CallQuerySet(models.QuerySet["Call"]):
    def open(self, at: datetime) -> Self:
        return self.filter(ended_at=None, began_at__gt=at - timedelta(minutes=CALL_MINUTES))

    def failed_lately(self, at: datetime) -> Self:
        return self.filter(passed=False, checked_at__gt=at - timedelta(hours=FAILED_WITHIN_HOURS))

    def kept_long_enough(self, at: datetime) -> Self:
        return self.filter(began_at__lt=at - timedelta(days=CALLS_KEPT_DAYS))


class Call(models.Model):
    """A staff person speaks with somebody who says to be this member. They ask once: what was asked and what was wrong
    is kept, and never an answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="calls")
    staff = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    asked = ArrayField(models.CharField(max_length=10, choices=Question), default=list)
    wrong = ArrayField(models.CharField(max_length=10, choices=Question), default=list)
    passed = models.BooleanField(null=True)
    """Not where too many failed before, though nothing was wrong."""
    channel_code = models.UUIDField(null=True)
    channel_proved_at = models.DateTimeField(null=True)
    """The caller read a code out that went to a channel on file."""
    address_code = models.UUIDField(null=True)
    """Of the code that goes to a new email."""
    renewed_at = models.DateTimeField(null=True)
    """When the guesses of the account were renewed."""

    sensitivity = classified(
        operational="id channel_code address_code",
        personal="member staff began_at ended_at checked_at asked wrong passed channel_proved_at renewed_at",
    )

    objects: ClassVar[models.Manager["Call"]] = CallQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["staff"], condition=Q(ended_at=None), name="one_call_at_a_time"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="call_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(checked_at=None, passed=None, asked=[], wrong=[])
                | Q(checked_at__isnull=False, passed__isnull=False, wrong__contained_by=F("asked")),
                name="call_says_what_was_asked",
            ),
            models.CheckConstraint(
                condition=Q(passed=True)
                | Q(channel_code=None, channel_proved_at=None, address_code=None, renewed_at=None),
                name="nothing_is_done_for_who_did_not_pass",
            ),
            models.CheckConstraint(
                condition=Q(passed=None) | Q(passed=False) | Q(wrong=[]), name="nobody_passes_with_a_wrong_answer"
            ),
            models.CheckConstraint(condition=Q(asked__contained_by=Question.values), name="call_has_known_questions"),
        )
        indexes = (models.Index(fields=["member", "began_at"], name="call_of_member"),)

    def __str__(self) -> str:
        return f"call {self.pk}"

    @property
    def ends_at(self) -> datetime:
        return self.ended_at or rules.ends_at(self.began_at)

    def is_open(self, at: datetime) -> bool:
        return self.ended_at is None and at < self.ends_at

    @property
    def asked_labels(self) -> list[str]:
        return [str(Question(each).label) for each in self.asked]

    @property
    def wrong_labels(self) -> list[str]:
        return [str(Question(each).label) for each in self.wrong]


def is_blocked(member: Member, at: datetime) -> bool:
    """Whether so many failed that nobody passes now."""
    return Call.objects.failed_lately(at).filter(member=member).count() >= MOST_FAILED_CHECKS


class ChannelBeforeQuerySet(models.QuerySet["ChannelBefore"]):
    def kept_long_enough(self, at: datetime) -> Self:
        return self.filter(
            Q(kind=ChannelKind.EMAIL, corrected_at__lt=at - timedelta(hours=EMAIL_BEFORE_KEPT_HOURS))
            | Q(kind=ChannelKind.ADDRESS, corrected_at__lt=at - timedelta(days=ADDRESS_BEFORE_KEPT_DAYS))
        )


class ChannelBefore(models.Model):
    """Where a member was reached before a call on which something was corrected, for some time: the notice goes there,
    whatever the call corrected, and whatever the file says by then."""

    call = models.OneToOneField(Call, on_delete=models.CASCADE, primary_key=True, related_name="channel_before")
    kind = models.CharField(max_length=10, choices=ChannelKind)
    value = models.TextField(help_text="An email, or the lines of an envelope, apart by ends of lines.")
    language = models.CharField(max_length=8)
    corrected_at = models.DateTimeField()

    sensitivity = classified(operational="kind corrected_at", personal="call language", protected="value")

    objects: ClassVar[models.Manager["ChannelBefore"]] = ChannelBeforeQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "channels before"
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=(ChannelKind.EMAIL, ChannelKind.ADDRESS)) & ~Q(value=""),
                name="channel_before_can_be_written_to",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} before call {self.pk}"
