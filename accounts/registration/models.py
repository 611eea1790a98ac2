import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.vocabulary import classified

from .vocabulary import APPLICANT_KEPT_HOURS, KEPT_DAYS, MOST_GUESSES, Channel

NOT_OVER = Q(revoked_at=None, used_at=None)
BORN = Q(digest__isnull=False, born_at__isnull=False, valid_until__isnull=False)


class ActivationQuerySet(models.QuerySet["Activation"]):
    def of(self, kind: str, subject: uuid.UUID) -> Self:
        return self.filter(kind=kind, subject=subject)

    def not_over(self) -> Self:
        """Neither revoked nor used, though its time may have come. Of a subject there is one at most."""
        return self.filter(NOT_OVER)

    def open(self, at: datetime) -> Self:
        """Those that can still be used, or are on their way."""
        return self.not_over().filter(Q(valid_until=None) | Q(valid_until__gt=at))

    def with_a_digest(self, digests: Iterable[str]) -> Self:
        return self.filter(digest__in=digests)

    def kept_long_enough(self, at: datetime) -> Self:
        before = at - timedelta(days=KEPT_DAYS)
        over = Q(revoked_at__lt=before) | Q(used_at__lt=before) | Q(valid_until__lt=before)
        never_mailed = Q(channel=Channel.MAIL, born_at=None, issued_at__lt=before)
        return self.filter(over | never_mailed)


class Activation(models.Model):
    """A secret that lets one named person register in one capacity, once. It is issued, then born as it is mailed or
    printed, and then used or revoked, or its time ends. Only a keyed digest of it is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, help_text="Which slice knows the subject: member, staff.")
    subject = models.UUIDField()
    channel = models.CharField(max_length=6, choices=Channel)
    issued_by = models.CharField(max_length=80, help_text="Who acted, as the audit names them.")
    issued_at = models.DateTimeField()
    digest = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 (unique once it is born)
    born_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    guesses = models.PositiveSmallIntegerField(default=0, help_text="Wrong names or birth dates with it.")
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    sensitivity = classified(
        operational="id channel guesses",
        personal="kind subject issued_by issued_at born_at valid_until revoked_at used_at used_by",
        secret="digest",  # noqa: S106 (the name of a class)
    )

    objects: ClassVar[models.Manager["Activation"]] = ActivationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["kind", "subject"], condition=NOT_OVER, name="one_activation_of_a_subject"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="activation_goes_by_a_known_channel"),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(issued_by=""), name="activation_was_issued_by_somebody"),
            models.CheckConstraint(
                condition=Q(digest=None, born_at=None, valid_until=None, guesses=0)
                | BORN & Q(born_at__gte=F("issued_at"), valid_until__gt=F("born_at")),
                name="activation_is_born_whole",
            ),
            models.CheckConstraint(
                condition=Q(guesses__lt=MOST_GUESSES) | Q(guesses=MOST_GUESSES, revoked_at__isnull=False),
                name="activation_is_void_after_five_guesses",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None, used_by=None)
                | BORN
                & Q(
                    used_at__isnull=False,
                    used_by__isnull=False,
                    used_at__gte=F("born_at"),
                    used_at__lt=F("valid_until"),
                    revoked_at=None,
                ),
                name="activation_is_used_in_its_time",
            ),
        )
        indexes = (models.Index(fields=["kind", "subject"], name="activation_subject"),)

    def __str__(self) -> str:
        return f"activation {self.pk}"

    def is_open(self, at: datetime) -> bool:
        """Whether it can be used now."""
        is_over = self.revoked_at is not None or self.used_at is not None
        return not is_over and self.valid_until is not None and at < self.valid_until


class ApplicantQuerySet(models.QuerySet["Applicant"]):
    def kept_long_enough(self, at: datetime) -> Self:
        return self.filter(asked_at__lte=at - timedelta(hours=APPLICANT_KEPT_HOURS))


class Applicant(models.Model):
    """Somebody with a live activation ID chose a username and gave an email, which a code is to prove. It reserves
    neither, and is gone once there is an account, or after a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    activation = models.OneToOneField(Activation, on_delete=models.CASCADE, related_name="applicant")
    username = models.CharField(max_length=64)
    email = models.EmailField()
    language = models.CharField(max_length=8)
    asked_at = models.DateTimeField()

    sensitivity = classified(operational="id", personal="activation username email language asked_at")

    objects: ClassVar[models.Manager["Applicant"]] = ApplicantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"applicant {self.pk}"
