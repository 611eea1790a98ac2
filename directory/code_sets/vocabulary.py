"""The kinds of code that the directory speaks in."""

from django.db import models


class CodeKind(models.TextChoices):
    """What a code says about a clinician or a place. Race and ethnicity are one kind, as in SPD-15."""

    SPECIALTY = "specialty", "specialty"
    LANGUAGE = "language", "language"
    RACE = "race", "race or ethnicity"
    PRONOUNS = "pronouns", "pronouns"
    COMPETENCY = "competency", "training"
    POPULATION = "population", "people they know how to care for"
    ACCESSIBILITY = "accessibility", "accessibility"
    GENDER = "gender", "gender"
    ACCEPTING = "accepting", "accepting new patients"
    TELEHEALTH = "telehealth", "telehealth"
    KIND = "kind", "kind of place"


class PointKind(models.TextChoices):
    """Where a search may start."""

    ZIP = "zip", "ZIP code"
    CITY = "city", "city"


class Verb(models.TextChoices):
    """What the audit says of code sets."""

    LOADED = "code_sets.loaded", "loaded a code set whose file had changed"
