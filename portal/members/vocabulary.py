from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ingest.vocabulary import LONGEST_SOURCE_NAME

LONGEST_NAME = 80
LONGEST_MEMBER_ID = 40
LONGEST_PERSON_NUMBER = 4
LONGEST_LINE_OF_ADDRESS = 120

LARGEST_SHARE_TO_END = 0.2
"""Of the people whom a source covers; a file that would end more is more likely cut off than right."""

__all__ = ["LONGEST_SOURCE_NAME"]


class Relationship(models.TextChoices):
    """What a member is to the person through whom the family is covered."""

    SUBSCRIBER = "subscriber", _("You are the subscriber")
    SPOUSE = "spouse", _("Husband, wife or partner of the subscriber")
    CHILD = "child", _("Child of the subscriber")
    OTHER = "other", _("Covered through the subscriber")


class ChannelKind(models.TextChoices):
    """By what a member can be reached."""

    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    ADDRESS = "address", _("Address")


class Fact(models.TextChoices):
    """What a file says of a person, and Member Relations may correct."""

    FIRST_NAME = "first_name", _("First name")
    MIDDLE_NAME = "middle_name", _("Middle name")
    LAST_NAME = "last_name", _("Last name")
    SUFFIX = "suffix", _("Suffix")
    BIRTH_DATE = "birth_date", _("Birth date")
    LANGUAGE = "language", _("Language")
    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    ADDRESS = "address", _("Address")


class Action(models.TextChoices):
    """What a row of an enrolment file is."""

    FULL = "full", "one coverage of one person, in a file that has them all"
    ADD = "add", "a coverage begins"
    CHANGE = "change", "the facts about a person, from a day on"
    TERMINATE = "terminate", "a coverage ends, with its last day"


class Verb(models.TextChoices):
    """What the audit says of members."""

    ENROLMENT_TAKEN = "members.enrolment_taken", "took over an enrolment file"
    CORRECTED = "members.corrected", "corrected what a file says of a member"
    LINKED = "members.linked", "gave a member the capacity that stands for them"
    ASKED = "members.asked_to_register", "asked to register as a member"
    FORGOTTEN = "members.requests_forgotten", "deleted requests to register of long ago"
