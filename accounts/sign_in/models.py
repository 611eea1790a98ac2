import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.vocabulary import classified


class Guessing(models.Model):
    """What wrong guesses have used up of an allowance that fills again with time: of an account, of an account as a
    browser sees it that the account knows, or of an address of the network.

    The allowance is empty while ``paid_at`` lies as far ahead as all of its guesses together take to come back.
    """

    key = models.CharField(max_length=64, primary_key=True)
    """A keyed digest, so that the table names nobody."""
    paid_at = models.DateTimeField(db_index=True)
    """When the last of the guesses has come back."""

    sensitivity = classified(operational="key paid_at")

    def __str__(self) -> str:
        return f"guessing {self.key[:8]}"


class LossQuerySet(models.QuerySet["Loss"]):
    def waiting(self) -> Self:
        return self.filter(stopped_at=None, done_at=None)

    def due(self, at: datetime) -> Self:
        return self.waiting().filter(takes_effect_at__lte=at)


class Loss(models.Model):
    """A caller said that they lost their second factors. Those are removed later, unless somebody shows that they still
    have one, or says no."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="losses")
    reported_at = models.DateTimeField()
    takes_effect_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    sensitivity = classified(operational="id", personal="user reported_at takes_effect_at stopped_at done_at")

    objects: ClassVar[models.Manager["Loss"]] = LossQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "losses"
        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=Q(stopped_at=None, done_at=None), name="one_loss_at_a_time"
            ),
            models.CheckConstraint(condition=Q(stopped_at=None) | Q(done_at=None), name="loss_is_done_or_stopped"),
            models.CheckConstraint(
                condition=Q(takes_effect_at__gt=F("reported_at"))
                & (Q(done_at=None) | Q(done_at__gte=F("takes_effect_at"))),
                name="loss_waits",
            ),
        )

    def __str__(self) -> str:
        return f"loss {self.pk}"
