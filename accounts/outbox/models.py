import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.vocabulary import classified

from .vocabulary import KEPT_DAYS, LATE_MINUTES, LETTERS_KEPT_DAYS, ONCE_MINUTES, OPEN, LetterState, MessageState


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, at: datetime) -> "MessageQuerySet":
        """Those that a worker may take now, or whose worker died. A code goes first: somebody waits for it."""
        waiting = Q(state=MessageState.QUEUED, not_before__lte=at)
        abandoned = Q(state=MessageState.SENDING, once=False, lease_until__lte=at)
        return self.filter(waiting | abandoned).order_by("-once", "not_before", "id")

    def late(self, at: datetime) -> "MessageQuerySet":
        return self.due(at - timedelta(minutes=LATE_MINUTES))

    def uncertain(self, at: datetime) -> "MessageQuerySet":
        """Codes whose worker died on the way: nobody knows whether the mail server has them."""
        return self.filter(state=MessageState.SENDING, once=True, lease_until__lte=at)

    def too_late(self, at: datetime) -> "MessageQuerySet":
        """Codes for which nobody waits any more."""
        return self.filter(state=MessageState.QUEUED, once=True, created_at__lte=at - timedelta(minutes=ONCE_MINUTES))

    def kept_long_enough(self, at: datetime) -> "MessageQuerySet":
        return self.exclude(state__in=OPEN).filter(created_at__lt=at - timedelta(days=KEPT_DAYS))


class Message(models.Model):
    """A mail that is to go out, or went. The row knows who gets it and what it is about by number only: its text is
    made when it is handed over, and kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=80, help_text="user:<uuid>, or what else is registered.")
    about = models.CharField(max_length=80, blank=True, help_text="What the text is about, by an opaque id.")
    caused_by = models.CharField(max_length=80, help_text="Who acted, as the audit names them.")
    once = models.BooleanField(help_text="A code: not sent again when nobody knows whether it was handed over.")
    message_id = models.CharField(max_length=255, unique=True)
    state = models.CharField(max_length=9, choices=MessageState, default=MessageState.QUEUED)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0, help_text="Who is at it now: an earlier one settles nothing.")
    lease_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=80, blank=True, help_text="The class of the last failure.")
    failed_at = models.DateTimeField(null=True, help_text="When the mail server last let us down with it.")
    handed_over_at = models.DateTimeField(null=True)

    sensitivity = classified(
        operational="id once message_id state created_at not_before attempt lease_until error failed_at handed_over_at",
        personal="kind recipient about caused_by",
    )

    objects: ClassVar[models.Manager["Message"]] = MessageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENDING, lease_until__isnull=False)
                | (~Q(state=MessageState.SENDING) & Q(lease_until=None)),
                name="message_has_a_lease_while_it_is_sent",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, handed_over_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(handed_over_at=None)),
                name="message_is_sent_when_handed_over",
            ),
            models.CheckConstraint(
                condition=Q(attempt__gt=0)
                | Q(state__in=(MessageState.QUEUED, MessageState.VOID), error="", failed_at=None),
                name="message_was_tried_before_it_was_sent",
            ),
            models.CheckConstraint(condition=~Q(recipient="") & ~Q(kind=""), name="message_has_a_recipient"),
        )
        indexes = (
            models.Index(fields=("-once", "not_before", "id"), condition=Q(state__in=OPEN), name="message_open"),
            models.Index(fields=("kind", "about"), condition=Q(state__in=OPEN), name="message_open_about"),
            models.Index(fields=("failed_at",), condition=Q(failed_at__isnull=False), name="message_failed"),
            models.Index(
                fields=("handed_over_at",), condition=Q(handed_over_at__isnull=False), name="message_handed_over"
            ),
        )

    def __str__(self) -> str:
        return f"message {self.pk}: {self.kind}, {self.state}"


class LetterQuerySet(models.QuerySet["Letter"]):
    def waiting(self) -> "LetterQuerySet":
        """The print queue, the oldest first."""
        return self.filter(state=LetterState.WAITING).order_by("created_at", "id")

    def printed(self) -> "LetterQuerySet":
        """Those that can be printed again, the last printed first."""
        return self.filter(state=LetterState.PRINTED).order_by("-printed_at", "id")

    def of_kinds(self, kinds: Collection[str]) -> "LetterQuerySet":
        return self.filter(kind__in=kinds)

    def kept_long_enough(self, at: datetime) -> "LetterQuerySet":
        return self.exclude(state=LetterState.WAITING).filter(created_at__lt=at - timedelta(days=LETTERS_KEPT_DAYS))


class Letter(models.Model):
    """A letter in the print queue. What it says is made each time it is printed, and kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=80, help_text="Who gets it, by an opaque id.")
    about = models.CharField(max_length=80, blank=True, help_text="What the text is about, by an opaque id.")
    issued_by = models.CharField(max_length=80, help_text="Who had it written, or did what it tells of.")
    state = models.CharField(max_length=7, choices=LetterState, default=LetterState.WAITING)
    created_at = models.DateTimeField()
    printing = models.PositiveSmallIntegerField(default=0, help_text="How often it was printed: the last one counts.")
    printed_at = models.DateTimeField(null=True)
    printed_by = models.CharField(max_length=80, blank=True)

    sensitivity = classified(
        operational="id state created_at printing printed_at", personal="kind recipient about issued_by printed_by"
    )

    objects: ClassVar[models.Manager["Letter"]] = LetterQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=LetterState.values), name="letter_state_is_known"),
            models.CheckConstraint(
                condition=~Q(issued_by="") & ~Q(issued_by=F("printed_by")), name="letter_is_printed_by_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(printing=0, printed_at=None, printed_by="")
                | (Q(printing__gt=0, printed_at__isnull=False) & ~Q(printed_by="")),
                name="letter_says_who_printed_it",
            ),
            models.CheckConstraint(
                condition=Q(state=LetterState.VOID)
                | Q(state=LetterState.WAITING, printing=0)
                | Q(state=LetterState.PRINTED, printing__gt=0),
                name="letter_is_printed_or_waits",
            ),
        )
        indexes = (models.Index(fields=("created_at",), condition=Q(state=LetterState.WAITING), name="letter_waiting"),)

    def __str__(self) -> str:
        return f"letter {self.pk}: {self.kind}, {self.state}"
