import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from accounts.models import StaffPerson
from accounts.vocabulary import classified

from .vocabulary import OKAY_HOURS

NOT_OVER = Q(okayed_at=None, stopped_at=None)


class FactorRemovalQuerySet(models.QuerySet["FactorRemoval"]):
    def not_over(self) -> Self:
        return self.filter(NOT_OVER)

    def waiting(self, at: datetime) -> Self:
        """Those to which a manager can still say yes."""
        return self.filter(NOT_OVER, asked_at__gt=at - timedelta(hours=OKAY_HOURS))


class FactorRemoval(models.Model):
    """A staff person lost a second factor. An access administrator asks that all of theirs be taken away, and the
    person's manager says yes or no, within three days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(StaffPerson, on_delete=models.PROTECT, related_name="factor_removals")
    asked_by = models.ForeignKey(StaffPerson, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    okayed_by = models.ForeignKey(StaffPerson, on_delete=models.PROTECT, null=True, related_name="+")
    okayed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    sensitivity = classified(operational="id", personal="person asked_by asked_at okayed_by okayed_at stopped_at")

    objects: ClassVar[models.Manager["FactorRemoval"]] = FactorRemovalQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person"], condition=NOT_OVER, name="one_factor_removal_at_a_time"),
            models.CheckConstraint(condition=~Q(asked_by=F("person")), name="factor_removal_is_asked_by_another"),
            models.CheckConstraint(
                condition=Q(okayed_by=None, okayed_at=None)
                | Q(okayed_by__isnull=False, okayed_at__gte=F("asked_at"), stopped_at=None)
                & ~Q(okayed_by=F("person"))
                & ~Q(okayed_by=F("asked_by")),
                name="factor_removal_is_okayed_by_a_third",
            ),
        )

    def __str__(self) -> str:
        return f"factor removal {self.pk}"

    @property
    def waits_until(self) -> datetime:
        return self.asked_at + timedelta(hours=OKAY_HOURS)
