from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ingest.vocabulary import LONGEST_SOURCE_NAME

LONGEST_NAME = 80
LONGEST_KEY_OF_NAME = 160
"""Of a name as it is compared, where one sign may be many letters."""

LONGEST_MEMBER_ID = 40
LONGEST_PERSON_NUMBER = 4
LONGEST_LINE_OF_ADDRESS = 120

LARGEST_SHARE_TO_END = 0.2
"""Of the people whom a source covers; a file that would end more is more likely cut off than right."""

YOUNGEST_TO_REGISTER_YEARS = 13

ASKS_OF_A_CARD = 5
HOURS_PER_ASK_OF_A_CARD = 5
"""How often somebody can ask to register with one member ID, right or wrong, and when once more: five a day. Whoever
asks more is answered as ever, and nothing is sent."""

ASKS_OF_AN_ORIGIN = 50
MINUTES_PER_ASK_OF_AN_ORIGIN = 5
"""The same from one address of the network, which may be a library: whoever asks more is told."""

MAIL_AGAIN_MINUTES = 60
LETTER_AGAIN_DAYS = 10
"""While an activation ID is no older it is not replaced by another: whoever asks again and again would void each one
before it arrives."""

NOTICE_AGAIN_DAYS = 7
"""How often a member who has an account is told that somebody asked to register as them."""

LETTER_DAYS = 10
"""How long a letter may take, as pages say it."""

REQUESTS_KEPT_DAYS = 30

MEMBER = "member"
REQUEST = "registration-request"
"""Kind of subject of registration, and whose mail it is, as the outbox names them: ``member:<uuid>``."""

ASKED = "registration-asked"
"""Kind of message: decides what becomes of a request, off the request, and tells who has an account already."""

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


WHO_SOMEBODY_IS = (Fact.FIRST_NAME, Fact.LAST_NAME, Fact.BIRTH_DATE)

FACTS_OF_ANOTHER = 2
"""In how many of these a file says something else than before when it means another person. In one it corrects a slip
of the pen, or somebody married."""


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
    RETIRED = "members.retired", "took a member's record out of use, because the ID is somebody else's"
    REGISTRATION_ENDED = "members.registration_ended", "ended what an account was for a member who had not registered"
    LINKED = "members.linked", "gave a member the capacity that stands for them"
    ASKED = "members.asked_to_register", "asked to register as a member"
    FORGOTTEN = "members.requests_forgotten", "deleted requests to register of long ago"
