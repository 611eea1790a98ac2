"""The plan's network as its sources state it: every fact with the source that says it and the day it was said."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.vocabulary import classified

from .vocabulary import LATITUDES, LONGITUDES, OLDEST_AGE_YEARS, Accepting, More, OtherNameKind, PlaceKind


def codes(**options: object) -> ArrayField:
    """A list of codes of one code set, in the order of the source."""
    return ArrayField(models.CharField(max_length=40), default=list, blank=True, **options)  # type: ignore[arg-type]


def nppes_day() -> models.DateField:
    """What is older than this is not believed."""
    return models.DateField(null=True, help_text="The day as of which NPPES says who this is; NULL: it never did.")


class Organization(models.Model):
    """A group practice, hospital or other body that has an NPI of its own."""

    npi = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=200)
    specialties = codes(db_default=[])
    source_updated_on = models.DateField(null=True)
    deactivated_on = models.DateField(null=True)
    source = models.CharField(max_length=40)
    nppes_as_of = nppes_day()

    sensitivity = classified(
        public="npi name specialties", operational="source source_updated_on nppes_as_of deactivated_on"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(npi__range=(1_000_000_000, 2_999_999_999)), name="organization_npi_has_ten_digits"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """A place where care is given, as one source names it."""

    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=40)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="locations")
    name = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=16, choices=PlaceKind, blank=True, db_default="", help_text="Empty where the source does not say."
    )
    same_as = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="also_named",
        help_text="The location that stands for this one, where several sources name the same place.",
    )
    as_of = models.DateField(null=True, help_text="The day on which an import last took something new from the source.")
    ended_on = models.DateField(null=True, help_text="The day on which the source was found not to name it any more.")
    line1 = models.CharField(max_length=120)
    line2 = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80)
    state = models.CharField(max_length=2)
    zip = models.CharField(max_length=5)
    zip4 = models.CharField(max_length=4, blank=True)
    county_fips = models.CharField(max_length=5, blank=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    approximate = models.BooleanField(db_default=False, help_text="The point is that of the ZIP code.")
    phone = models.CharField(max_length=10, blank=True)
    fax = models.CharField(max_length=10, blank=True)
    website = models.URLField(max_length=200, blank=True)
    accessibility = codes()
    hours = models.JSONField(
        default=list, blank=True, help_text="Opening times: [[day 0-6 from Monday, opens, closes], …], 'HH:MM'."
    )
    hours_note = models.CharField(max_length=120, blank=True)
    parking = models.CharField(max_length=120, blank=True)
    transit = models.CharField(max_length=120, blank=True)
    staff_languages = codes()
    interpreter_languages = codes()
    interpreter_modes = codes()

    sensitivity = classified(
        public="id organization name kind same_as as_of ended_on line1 line2 city state zip zip4 county_fips latitude"
        " longitude approximate phone fax website accessibility hours hours_note parking transit staff_languages"
        " interpreter_languages interpreter_modes",
        operational="source source_key",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "source_key"), name="location_is_named_once_by_a_source"),
            models.CheckConstraint(
                condition=Q(latitude__range=LATITUDES) & Q(longitude__range=LONGITUDES), name="location_is_on_earth"
            ),
            models.CheckConstraint(condition=Q(state__regex=r"^[A-Z]{2}$"), name="location_state_is_two_letters"),
            models.CheckConstraint(condition=Q(zip__regex=r"^\d{5}$"), name="location_zip_has_five_digits"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.source_key}"


class Network(models.Model):
    """A contract under which clinicians see members."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=40)

    sensitivity = classified(public="code name", operational="source")

    def __str__(self) -> str:
        return self.code


class Plan(models.Model):
    """What a member is enrolled in; it reaches clinicians through its networks."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=120)
    line_of_business = models.CharField(max_length=40)
    networks = models.ManyToManyField(Network, related_name="plans", through="PlanNetwork")
    source = models.CharField(max_length=40)

    sensitivity = classified(public="code name line_of_business", operational="source")

    def __str__(self) -> str:
        return self.code


class PlanNetwork(models.Model):
    plan = models.ForeignKey(Plan, models.CASCADE)
    network = models.ForeignKey(Network, models.CASCADE)

    sensitivity = classified(public="id plan network")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("plan", "network"), name="plan_names_a_network_once"),)

    def __str__(self) -> str:
        return f"{self.plan_id} {self.network_id}"


class Clinician(models.Model):
    """A person with an NPI, as the plan's sources state them. What the person says of themselves is elsewhere."""

    npi = models.BigIntegerField(primary_key=True)
    source = models.CharField(max_length=40)
    family_name = models.CharField(max_length=80)
    given_name = models.CharField(max_length=80, blank=True)
    middle_name = models.CharField(max_length=80, blank=True)
    suffix = models.CharField(max_length=20, blank=True)
    preferred_name = models.CharField(max_length=120, blank=True)
    credential = models.CharField(max_length=40, blank=True)
    gender = models.CharField(max_length=1, blank=True)
    specialties = codes()
    license_number = models.CharField(max_length=40, blank=True)
    license_state = models.CharField(max_length=2, blank=True)
    enumerated_on = models.DateField(null=True)
    source_updated_on = models.DateField(null=True)
    deactivated_on = models.DateField(null=True)
    telehealth_modes = codes()
    checked_on = models.DateField(null=True, help_text="The day the plan last checked the public facts.")
    nppes_as_of = nppes_day()

    sensitivity = classified(
        public="npi credential specialties telehealth_modes checked_on source_updated_on enumerated_on",
        operational="source deactivated_on nppes_as_of",
        personal="license_number license_state",
        protected="family_name given_name middle_name suffix preferred_name gender",
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(npi__range=(1_000_000_000, 2_999_999_999)), name="clinician_npi_has_ten_digits"
            ),
        )

    def __str__(self) -> str:
        return f"NPI {self.npi}"


class StatedLanguage(models.Model):
    """A language that a source says the clinician speaks: shown until the clinician says otherwise."""

    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="stated_languages")
    language = models.CharField(max_length=40)
    proficiency = models.CharField(max_length=2, blank=True)
    source = models.CharField(max_length=40)
    stated_by = models.CharField(max_length=80, blank=True)
    as_of = models.DateField(null=True)

    sensitivity = classified(protected="id clinician language proficiency stated_by as_of", operational="source")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("clinician", "source", "language"), name="language_is_stated_once_by_a_source"
            ),
            models.CheckConstraint(
                condition=Q(proficiency__in=("", "00", "10", "20", "30", "40", "50")),
                name="proficiency_is_on_the_scale",
            ),
        )

    def __str__(self) -> str:
        return f"{self.clinician_id} {self.language}"


class PractitionerRoleQuerySet(models.QuerySet["PractitionerRole"]):
    def on(self, day: object) -> "PractitionerRoleQuerySet":
        """The roles in force on a day; the last day counts."""
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gte=day))


class PractitionerRole(models.Model):
    """A clinician at a location, under networks, from a day until a day."""

    source = models.CharField(max_length=40)
    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="roles")
    location = models.ForeignKey(Location, models.CASCADE, related_name="roles")
    networks = codes()
    accepting = models.CharField(max_length=12, choices=Accepting, blank=True)
    is_primary = models.BooleanField(default=False)
    telehealth = models.BooleanField(default=False)
    age_from = models.PositiveSmallIntegerField(null=True, help_text="Youngest patients seen, in years.")
    age_to = models.PositiveSmallIntegerField(null=True, help_text="Oldest patients seen, in years.")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    sensitivity = classified(
        public="id clinician location networks accepting is_primary telehealth age_from age_to starts_on ends_on",
        operational="source",
    )

    objects: ClassVar[models.Manager["PractitionerRole"]] = PractitionerRoleQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "clinician", "location"), name="role_is_named_once_by_a_source"),
            models.CheckConstraint(
                condition=Q(accepting__in=("", *Accepting.values)), name="role_accepting_is_a_known_code"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="role_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=(Q(age_from=None) | Q(age_from__lte=OLDEST_AGE_YEARS))
                & (Q(age_to=None) | Q(age_to__lte=OLDEST_AGE_YEARS))
                & (Q(age_from=None) | Q(age_to=None) | Q(age_to__gte=F("age_from"))),
                name="role_ages_are_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.clinician_id} at {self.location_id}"


class Affiliation(models.Model):
    """A clinician's standing at a hospital."""

    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="affiliations")
    organization = models.ForeignKey(Organization, models.PROTECT)
    source = models.CharField(max_length=40)

    sensitivity = classified(public="id clinician organization", operational="source")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("source", "clinician", "organization"), name="affiliation_is_named_once_by_a_source"
            ),
        )

    def __str__(self) -> str:
        return f"{self.clinician_id} {self.organization_id}"


# --- what NPPES says beside that --------------------------------------------------------------------------------
# Its words stand here by NPI, whoever that is: a clinician, an organization, or nobody whom we know yet.


class Deactivation(models.Model):
    """An NPI that is out of use by NPPES's newest word on it. Kept for NPIs that nobody else named, too: an older file
    that comes later must not bring one back to life."""

    npi = models.BigIntegerField(primary_key=True)
    deactivated_on = models.DateField()
    as_of = models.DateField()

    sensitivity = classified(operational="npi deactivated_on as_of")

    def __str__(self) -> str:
        return f"NPI {self.npi}"


class PracticeAddress(models.Model):
    """Where somebody practises, as NPPES states it: ``nth`` 0 stands in the main file, the others in the file of
    practice locations, in its order. An organization's are Locations besides; a clinician's are not."""

    pk = models.CompositePrimaryKey("npi", "nth")
    npi = models.BigIntegerField()
    nth = models.SmallIntegerField()
    line1 = models.CharField(max_length=120)
    line2 = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    state = models.CharField(max_length=40, help_text="Two letters in the United States; else as it is written.")
    zip = models.CharField(max_length=20, help_text="Five digits in the United States; else as it is written.")
    zip4 = models.CharField(max_length=4)
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=10, help_text="Ten digits; empty where none can be read.")
    fax = models.CharField(max_length=10)
    as_of = models.DateField(null=True, help_text="NULL where nth is 0: that is as old as nppes_as_of.")

    sensitivity = classified(public="npi nth line1 line2 city state zip zip4 country phone fax", operational="as_of")

    def __str__(self) -> str:
        return f"{self.npi}/{self.nth}"


class OtherName(models.Model):
    """Another name of an organization. Other names of people are not read: one that was corrected or hidden would
    come back with them."""

    pk = models.CompositePrimaryKey("npi", "nth")
    npi = models.BigIntegerField()
    nth = models.SmallIntegerField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=1, choices=OtherNameKind)
    as_of = models.DateField(null=True, help_text="NULL where nth is 0: that is as old as nppes_as_of.")

    sensitivity = classified(public="npi nth name kind", operational="as_of")

    def __str__(self) -> str:
        return f"{self.npi}/{self.nth}"


class Endpoint(models.Model):
    """Where records can be sent electronically: a web address, or an address of Direct messaging."""

    pk = models.CompositePrimaryKey("npi", "nth")
    npi = models.BigIntegerField()
    nth = models.SmallIntegerField()
    kind = models.CharField(max_length=40)
    address = models.CharField(max_length=200)
    description = models.CharField(max_length=200)
    use = models.CharField(max_length=40)
    content = models.CharField(max_length=40)
    affiliation = models.CharField(max_length=200)
    as_of = models.DateField()

    sensitivity = classified(public="npi nth kind address description use content affiliation", operational="as_of")

    def __str__(self) -> str:
        return f"{self.npi}/{self.nth}"


class Edition(models.Model):
    """The newest whole file of its kind: what it did not name has ended, and no older file brings it back."""

    kind = models.CharField(max_length=8, choices=More, primary_key=True)
    as_of = models.DateField()

    sensitivity = classified(operational="kind as_of")

    def __str__(self) -> str:
        return f"{self.kind} as of {self.as_of}"
