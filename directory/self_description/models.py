"""What clinicians say of themselves, every version of it. Nothing here is readable by a public page."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.vocabulary import classified
from directory.code_sets.models import Code
from directory.network.models import Clinician

from .vocabulary import LONGEST_WRITTEN_IN, PROFICIENCIES, Display, Field


class AnswerQuerySet(models.QuerySet["Answer"]):
    def current(self) -> "AnswerQuerySet":
        return self.filter(until=None)


class Answer(models.Model):
    """One version of a clinician's word about one field; the current one has no ``until``.

    An answer without values says that the clinician looked at the question and gave none: for a stated fact that
    hides it. ``display`` is None until a choice is made, and then the answer is private.
    """

    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="answers")
    field = models.CharField(max_length=12, choices=Field)
    display = models.CharField(max_length=8, choices=Display, null=True)  # noqa: DJ001 (no choice is none)
    declined = models.BooleanField(default=False)
    written_in = models.CharField(max_length=LONGEST_WRITTEN_IN, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    sensitivity = classified(protected="id clinician field display declined written_in since until")

    objects: ClassVar[models.Manager["Answer"]] = AnswerQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("clinician", "field"), condition=Q(until=None), name="one_current_answer_per_field"
            ),
            models.CheckConstraint(condition=Q(field__in=Field.values), name="answer_field_is_known"),
            models.CheckConstraint(
                condition=Q(display=None) | Q(display__in=Display.values), name="answer_display_is_known"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="answer_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(declined=False) | Q(written_in=""), name="declined_answer_says_nothing"),
        )

    def __str__(self) -> str:
        return f"answer {self.pk}"


class AnswerValue(models.Model):
    """One code of an answer, with what belongs to it: how well a language is spoken, when a training was finished."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="values")
    code = models.ForeignKey(Code, models.PROTECT, related_name="+")
    proficiency = models.CharField(max_length=2, blank=True)
    tested_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)
    hours = models.PositiveSmallIntegerField(null=True)

    sensitivity = classified(protected="id answer code proficiency tested_on completed_on hours")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("answer", "code"), name="answer_names_a_code_once"),
            models.CheckConstraint(
                condition=Q(proficiency__in=PROFICIENCIES),
                name="answered_proficiency_is_on_the_scale",
            ),
        )

    def __str__(self) -> str:
        return f"value {self.pk}"


class CorrectedName(models.Model):
    """The name that the clinician gave instead of the one that the sources state."""

    answer = models.OneToOneField(Answer, models.CASCADE, related_name="name", primary_key=True)
    family_name = models.CharField(max_length=80)
    given_name = models.CharField(max_length=80, blank=True)
    middle_name = models.CharField(max_length=80, blank=True)
    suffix = models.CharField(max_length=20, blank=True)

    sensitivity = classified(protected="answer family_name given_name middle_name suffix")

    def __str__(self) -> str:
        return f"name {self.pk}"
