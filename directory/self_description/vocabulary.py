from django.db import models


class Field(models.TextChoices):
    """What a clinician may speak about. The first five are theirs alone; the last three also stand in a source."""

    RACE = "race"
    ETHNICITY = "ethnicity"
    PRONOUNS = "pronouns"
    COMPETENCY = "competency"
    POPULATION = "population"
    NAME = "name"
    GENDER = "gender"
    LANGUAGE = "language"


class Display(models.TextChoices):
    """How far an answer goes. No choice at all means private."""

    SHOWN = "shown"
    MATCHING = "matching"
    PRIVATE = "private"


PROFICIENCIES = ("", "00", "10", "20", "30", "40", "50")
"""Plan-Net's LanguageProficiencyCS, after the ILR scale; empty where nobody said."""

LONGEST_WRITTEN_IN = 200


class Verb(models.TextChoices):
    """What the audit says of answers."""

    ANSWERED = "self_description.answered", "answered, or chose how far an answer goes"
    ANSWERS_TAKEN = "self_description.answers_taken", "took over invented answers"
