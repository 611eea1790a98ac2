from django.db import models
from django.db.models import F, Q

from accounts.vocabulary import classified

from .vocabulary import LONGEST_SOURCE_NAME, RunOutcome


class ImportRun(models.Model):
    """One import that ended, and what it did: numbers, no rows and no person. A dry run leaves none."""

    command = models.CharField(max_length=80)
    source = models.CharField(max_length=LONGEST_SOURCE_NAME)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=RunOutcome)
    counts = models.JSONField(default=dict, help_text="File name → what became of its rows.")

    sensitivity = classified(operational="id command source started_at finished_at outcome counts")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")), name="import_run_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(outcome__in=RunOutcome.values), name="import_run_outcome_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.command} of {self.source}: {self.outcome}"
