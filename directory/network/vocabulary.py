from django.db import models


class Accepting(models.TextChoices):
    """Whether a clinician takes new patients at a location: the codes of Plan-Net's AcceptingPatientsCS."""

    NEW = "newpt", "taking new patients"
    NOT = "nopt", "not taking new patients"
    EXISTING_ONLY = "existptonly", "existing patients only"
    EXISTING_FAMILY = "existptfam", "existing patients and their families"


class Mode(models.TextChoices):
    """How an interpreter works at a location."""

    IN_PERSON = "in_person", "in person"
    PHONE = "phone", "by phone"
    VIDEO = "video", "by video"


class OtherNameKind(models.TextChoices):
    """What another name of an organization is: the codes of NPPES."""

    FORMER = "4", "former legal business name"
    TRADE = "3", "doing business as"
    OTHER = "5", "other name"


class More(models.TextChoices):
    """What an NPI may have several of; NPPES has a file of its own for each."""

    ADDRESS = "address", "further practice locations"
    NAME = "name", "other names of organizations"
    ENDPOINT = "endpoint", "endpoints"


NPPES = "nppes"
"""The source of what stands in the national file."""


class PlaceKind(models.TextChoices):
    """What a place is to somebody who looks for one. The code set ``kind`` has the words."""

    CLINIC = "clinic", "clinic"
    HOSPITAL = "hospital", "hospital"
    URGENT_CARE = "urgent_care", "urgent care"
    PHARMACY = "pharmacy", "pharmacy"
    DENTAL = "dental", "dental office"
    MENTAL_HEALTH = "mental_health", "mental health or substance use care"
    EYE_CARE = "eye_care", "eye care"
    THERAPY = "therapy", "rehabilitation and therapy"
    IMAGING = "imaging", "X-rays and imaging"
    LABORATORY = "laboratory", "laboratory"
    SURGERY = "surgery", "surgery center"
    DIALYSIS = "dialysis", "dialysis center"
    NURSING = "nursing", "nursing home or assisted living"
    HOME_CARE = "home_care", "home care and hospice"
    SUPPLIES = "supplies", "medical equipment and supplies"


REGISTRIES = ("hospitals", "va", "ihs", "urgent_care", "primary_care", NPPES)
"""The sources that name places whoever works there, the most telling first. Any other source of a location is a roster,
and says more than any of them. SQL's twin stands in ``publication/sql/places.sql``."""

LATITUDES = (-90, 90)
LONGITUDES = (-180, 180)
OLDEST_AGE_YEARS = 130

UNCONTRACTED = "nppes_address"
"""The source of the locations and roles of clinicians whom no roster names; SQL spells it out."""


class Verb(models.TextChoices):
    """What the audit says of facts."""

    ROSTER_TAKEN = "network.roster_taken", "took over a roster"
    REGISTRY_TAKEN = "network.registry_taken", "took over files of the national registry"
    PLACES_TAKEN = "network.places_taken", "took over lists of places"
    UNCONTRACTED_SEEN_TO = "network.uncontracted_seen_to", "listed clinicians whom no roster names, or ended that"
