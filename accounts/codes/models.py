import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.crypto import constant_time_compare
from django_otp.models import SideChannelDevice

from accounts.models import User
from accounts.vocabulary import classified

from .rules import budget_is_over, digest_of
from .vocabulary import MOST_FAILURES, MOST_GUESSES, MOST_MAILS, CodePurpose


class CodeManager(models.Manager["Code"]):
    def devices_for_user(self, user: User, confirmed: bool | None = None) -> "models.QuerySet[Code]":
        """None: whoever asks for the second factors of a person finds no code among them."""
        return self.none()


class Code(SideChannelDevice):
    """One conversation about a code: it was asked for in a browser, which alone knows this row's id, and that browser
    gives the code back. Asking again within it makes another token for the same row.

    A decoy is a row like any other, without ``user``: what was typed fits nobody. Only of registration no code is one:
    there is no account yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    name = None
    confirmed = models.BooleanField(default=False, editable=False, help_text="Never: a code is no second factor.")
    purpose = models.CharField(max_length=20, choices=CodePurpose)
    subject = models.CharField(max_length=64, help_text="Keyed digest: whose budget it is.")
    recipient = models.CharField(max_length=80, help_text="Whose mail it is, as the outbox names them.")
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    token = models.CharField(max_length=64, null=True, help_text="Keyed digest of the code that works.")  # noqa: DJ001
    valid_until = models.DateTimeField(null=True)
    guesses = models.PositiveSmallIntegerField(default=0, help_text="At this token.")
    redeemed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True, help_text="When what it opened was used, once.")

    objects: ClassVar[CodeManager] = CodeManager()

    sensitivity = classified(
        operational="id confirmed purpose asked_at sent_at valid_until guesses redeemed_at used_at",
        personal="user subject recipient",
        secret="token",  # noqa: S106 (the name of a class)
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(purpose__in=CodePurpose.values), name="code_has_a_known_purpose"),
            models.CheckConstraint(condition=Q(confirmed=False), name="code_is_no_second_factor"),
            models.CheckConstraint(condition=Q(guesses__lte=MOST_GUESSES), name="code_is_guessed_five_times"),
            models.CheckConstraint(
                condition=Q(token=None, valid_until=None)
                | Q(token__isnull=False, valid_until__isnull=False, sent_at__isnull=False, redeemed_at=None),
                name="code_works_until_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(redeemed_at__isnull=False), name="code_is_used_once_redeemed"
            ),
        )
        indexes = (
            models.Index(fields=("subject",), name="code_subject"),
            models.Index(fields=("asked_at",), name="code_asked_at"),
        )

    def __str__(self) -> str:
        return f"code {self.pk}"

    @property
    def is_decoy(self) -> bool:
        return self.user_id is None and self.purpose != CodePurpose.REGISTRATION

    @property
    def is_live(self) -> bool:
        """Whether it may open anything: for whom it is meant there is no account yet, or one that is not closed."""
        return not self.is_decoy and (self.user is None or self.user.is_active)

    def digest(self, token: str) -> str:
        """Of a token for this row: another row's digest of the same digits is another."""
        return digest_of("token", str(self.pk), self.purpose, token, key=settings.SECRET_KEY)

    def answers(self, token: str, at: datetime) -> bool:
        """Whether this is the code, and works at this moment."""
        fits = constant_time_compare(self.token or "", self.digest(token))
        return fits and self.guesses < MOST_GUESSES and self.valid_until is not None and at < self.valid_until

    def generate_token(self, length: int = 0, valid_secs: int = 0, commit: bool = False) -> None:
        raise NotImplementedError("a code is born as its mail leaves: accounts.codes.operations.compose")

    def verify_token(self, token: str) -> bool:
        """Never: whoever asks every device of a person learns nothing. ``accounts.codes.operations.redeem`` counts."""
        return False


class Budget(models.Model):
    """What is left of a day's guesses and mails for one subject, in whatever browser, from whatever address; and of
    what strangers may ask for from one address."""

    subject = models.CharField(max_length=64, primary_key=True)
    begun_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    mails = models.PositiveSmallIntegerField(default=0)
    newest = models.UUIDField(null=True, help_text="The row for which a code was asked last: only that one gets it.")
    due_at = models.DateTimeField(null=True, help_text="When its mail may leave.")
    born_at = models.DateTimeField(null=True, help_text="When a mail last left.")

    sensitivity = classified(operational="begun_at failures mails newest due_at born_at", personal="subject")

    def __str__(self) -> str:
        return f"budget of {self.failures} failures and {self.mails} mails"

    def turned(self, at: datetime) -> "Budget":
        """The budget as it is at this moment: whole again when a new window begins."""
        if budget_is_over(self.begun_at, at):
            self.begun_at, self.failures, self.mails = at, 0, 0
        return self

    @property
    def has_guesses(self) -> bool:
        return self.failures < MOST_FAILURES

    @property
    def has_mails(self) -> bool:
        return self.mails < MOST_MAILS

    @property
    def is_waiting(self) -> bool:
        """Whether a mail is due and has not left."""
        return self.due_at is not None and (self.born_at is None or self.born_at < self.due_at)
