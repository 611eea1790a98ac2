import uuid
from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Concat, Lower

from accounts.models import Capacity
from accounts.vocabulary import classified

from .vocabulary import (
    LONGEST_KEY_OF_NAME,
    LONGEST_MEMBER_ID,
    LONGEST_NAME,
    LONGEST_PERSON_NUMBER,
    LONGEST_SOURCE_NAME,
    ChannelKind,
    Fact,
    Relationship,
)


class Enrolment(models.Model):
    """Whose files name members, and the day of which the newest that was taken speaks."""

    source = models.CharField(max_length=LONGEST_SOURCE_NAME, primary_key=True)
    as_of = models.DateField()

    sensitivity = classified(operational="source as_of")

    def __str__(self) -> str:
        return f"enrolment of {self.source}, {self.as_of}"


class MemberQuerySet(models.QuerySet["Member"]):
    def eligible_on(self, day: date) -> Self:
        """Those whom a plan covers that day."""
        return self.filter(Exists(Coverage.objects.on(day).filter(member=OuterRef("pk"))))

    def on_card(self, *, member_key: str, person_key: str) -> Self:
        """Whose card this is. The ID that several people share is nobody's without the person number, which may stand
        in the ID as well, at its end."""
        others = Member.objects.filter(member_key=OuterRef("member_key")).exclude(pk=OuterRef("pk"))
        of_one_person = Q(member_key=member_key) & ~Exists(others)
        whole = Q(card_key=member_key + person_key)
        return self.filter(whole if person_key else whole | of_one_person)


class Member(models.Model):
    """A person whom a plan covers, or covered: what a file says of them, as Member Relations corrected it. Whoever left
    or died stays, and is kept as safe as everybody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=LONGEST_SOURCE_NAME)
    member_id = models.CharField(max_length=LONGEST_MEMBER_ID, help_text="As it is printed on the card.")
    member_key = models.CharField(max_length=LONGEST_MEMBER_ID, help_text="The same in one spelling.")
    person_number = models.CharField(max_length=LONGEST_PERSON_NUMBER, blank=True, help_text="Where a family shares.")
    card_key = models.GeneratedField(
        expression=Concat("member_key", "person_number"),
        output_field=models.CharField(max_length=LONGEST_MEMBER_ID + LONGEST_PERSON_NUMBER),
        db_persist=True,
    )
    relationship = models.CharField(max_length=10, choices=Relationship)
    subscriber = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="dependents")
    first_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    middle_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    last_name = models.CharField(max_length=LONGEST_NAME)
    last_key = models.CharField(max_length=LONGEST_KEY_OF_NAME, help_text="The last name as it is compared.")
    suffix = models.CharField(max_length=20, blank=True)
    birth_date = models.DateField()
    died_on = models.DateField(null=True)
    language = models.CharField(max_length=12, blank=True, help_text="A code of the code set of languages.")
    stated_on = models.DateField(help_text="Since when the source says so.")
    retired_at = models.DateTimeField(null=True, help_text="Since when the card is another person's.")

    sensitivity = classified(
        operational="id source stated_on",
        personal="person_number relationship subscriber first_name middle_name last_name last_key suffix language"
        " retired_at",
        protected="member_id member_key card_key birth_date died_on",
    )

    objects: ClassVar[models.Manager["Member"]] = MemberQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "member_key", "person_number"), name="member_is_one_person"),
            models.CheckConstraint(condition=~Q(member_key="") & ~Q(last_name=""), name="member_has_id_and_name"),
            models.CheckConstraint(
                condition=Q(relationship__in=Relationship.values), name="member_relationship_is_known"
            ),
            models.CheckConstraint(
                condition=Q(subscriber=None) | ~Q(relationship=Relationship.SUBSCRIBER),
                name="subscriber_depends_on_nobody",
            ),
            models.CheckConstraint(
                condition=Q(died_on=None) | Q(died_on__gte=F("birth_date")), name="member_died_after_birth"
            ),
        )
        indexes = (
            models.Index(fields=("member_key",), name="member_by_id"),
            models.Index(fields=("card_key",), name="member_by_card"),
        )

    def __str__(self) -> str:
        return f"member {self.pk}"

    @property
    def name(self) -> str:
        """What the person is called."""
        return " ".join(filter(None, (self.first_name, self.middle_name, self.last_name, self.suffix)))


class CoverageQuerySet(models.QuerySet["Coverage"]):
    def on(self, day: date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class Coverage(models.Model):
    """A plan covers a member, from the first day to the last."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="coverages")
    plan_code = models.CharField(max_length=40)
    plan_name = models.CharField(max_length=120)
    line_of_business = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    sensitivity = classified(operational="id", personal="member plan_code plan_name line_of_business starts_on ends_on")

    objects: ClassVar[models.Manager["Coverage"]] = CoverageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="coverage_ends_after_it_began"
            ),
            models.UniqueConstraint(fields=("member", "plan_code", "starts_on"), name="coverage_begins_once"),
            ExclusionConstraint(
                name="nobody_is_covered_twice_by_a_plan",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("plan_code", RangeOperators.EQUAL),
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
        return f"coverage {self.pk}"

    @property
    def line_in_words(self) -> str:
        return settings.PLAN.line_in_words(self.line_of_business)


class Channel(models.Model):
    """By what a member can be reached, as a source says, and since when. Lines of an address are apart by ends of
    lines."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=10, choices=ChannelKind)
    value = models.TextField()
    source = models.CharField(max_length=LONGEST_SOURCE_NAME)
    since = models.DateField()

    sensitivity = classified(operational="id kind source since", personal="member", protected="value")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("member", "kind", "source"), name="channel_is_one_of_its_kind"),
            models.CheckConstraint(condition=Q(kind__in=ChannelKind.values), name="channel_kind_is_known"),
            models.CheckConstraint(condition=~Q(value=""), name="channel_leads_somewhere"),
        )
        indexes = (models.Index(Lower("value"), name="channel_by_value"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Correction(models.Model):
    """Member Relations corrected a fact that the file has wrong: it holds until the file says the same."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="corrections")
    fact = models.CharField(max_length=12, choices=Fact)
    value = models.TextField(blank=True, help_text="Empty: the file says something, and there is nothing.")
    before = models.TextField(blank=True, help_text="What the file said when it was corrected first.")
    corrected_at = models.DateTimeField()

    sensitivity = classified(operational="id", personal="member fact corrected_at", protected="value before")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("member", "fact"), name="fact_is_corrected_once"),
            models.CheckConstraint(condition=Q(fact__in=Fact.values), name="corrected_fact_is_known"),
        )

    def __str__(self) -> str:
        return f"correction {self.pk}"


class MemberCapacity(models.Model):
    """Which capacity stands for a member: the newest, where an earlier one ended."""

    member = models.OneToOneField(Member, on_delete=models.PROTECT, primary_key=True, related_name="registered")
    capacity = models.OneToOneField(Capacity, on_delete=models.PROTECT, related_name="of_member")

    sensitivity = classified(personal="member capacity")

    class Meta:
        verbose_name_plural = "member capacities"

    def __str__(self) -> str:
        return f"capacity {self.capacity_id}"


class RegistrationRequest(models.Model):
    """Somebody asked to register, and what they typed was a member's, or nobody's. What they typed is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="registration_requests")
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, help_text="When a member who has an account was told of it.")

    sensitivity = classified(operational="id", personal="member asked_at told_at")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(told_at=None) | Q(member__isnull=False), name="nobody_is_told_of_nobodys_request"
            ),
        )
        indexes = (models.Index(fields=("asked_at",), name="registration_asked_at"),)

    def __str__(self) -> str:
        return f"request {self.pk}"
