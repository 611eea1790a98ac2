"""Words of activation IDs: the secret that lets one named person register in one capacity, once."""

from dataclasses import dataclass
from datetime import date

from django.db import models

from accounts.vocabulary import CapacityKind, Job

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: no I, L or O, which look like a 1 or a 0 and are read as such, and no U."""

CHARACTERS = 12
"""60 bits. In groups of four, for reading."""

MOST_GUESSES = 5
"""Wrong names or birth dates with a right activation ID, before it is void."""

UNKNOWN_OF_AN_ORIGIN = 20
SECONDS_PER_UNKNOWN = 60
"""Wrong activation IDs from one address of the network at once, and when one more is allowed."""

USERNAMES_OF_AN_ACTIVATION = 20
SECONDS_PER_USERNAME = 300
"""Usernames that whoever holds an activation ID can try at once, and when one more is allowed."""

CONVERSATION_MINUTES = 60
"""How long whoever entered an activation ID can go on without entering it again."""

APPLICANT_KEPT_HOURS = 24
KEPT_DAYS = 90
"""How long a username and an email wait for a code; and how long an activation ID that is over is told apart from one
that never was."""


class Channel(models.TextChoices):
    """How an activation ID reaches its person. It is never spoken."""

    MAIL = "mail", "by email"
    LETTER = "letter", "by letter"


VALID_DAYS = {Channel.MAIL: 7, Channel.LETTER: 30}
"""From the moment at which it is mailed or printed."""

PRINTED_BY = {
    CapacityKind.MEMBER: Job.MEMBER_RELATIONS,
    CapacityKind.REPRESENTATIVE: Job.MEMBER_RELATIONS,
    CapacityKind.CLINICIAN: Job.NETWORK,
    CapacityKind.PRACTICE_MANAGER: Job.NETWORK,
    CapacityKind.STAFF: Job.ACCESS_ADMINISTRATOR,
}
"""Whose job it is to print the letter for somebody who is to be this here."""

MAIL = "activation"
NOTICE = "registered"
"""The kinds of message: the activation ID, and that it was used."""

APPLICANT = "applicant"
"""Whose mail it is that proves an email, as the outbox names them: ``applicant:<uuid>``."""

CONVERSATION = "registration"
"""Where a session keeps which activation ID was entered in it, and by which account: ids and times, never the
secret."""


def letter_kind(capacity: CapacityKind) -> str:
    return f"activation-{capacity}"


def notice_letter_kind(capacity: CapacityKind) -> str:
    return f"registered-{capacity}"


@dataclass(frozen=True)
class Registrant:
    """Who may register, as the slice that knows them tells it at this moment."""

    name: str
    """What the person is called: the name of their account."""
    last_name: str
    """Asked with the activation ID."""
    birth_date: date | None
    """Asked too where it is known; None for staff."""
    language: str
    """Of the mail or letter: ``en`` or ``es``."""
    words: tuple[str, ...]
    """What others know of them, and so may stand in no password or username: member ID, birth date, names."""
    address: tuple[str, ...]
    """The lines of the envelope under the name. Without any no letter can go."""


class Verb(models.TextChoices):
    """What the audit says of activation IDs."""

    ISSUED = "registration.issued", "issued an activation ID"
    REVOKED = "registration.revoked", "revoked an activation ID"
    ENTERED = "registration.entered", "entered an activation ID with the right name"
    REFUSED = "registration.refused", "was refused with an activation ID"
    VOIDED = "registration.voided", "used up the guesses at an activation ID"
    USED = "registration.used", "registered with an activation ID"
    PURGED = "registration.purged", "forgot activation IDs that were over for long"


class Why(models.TextChoices):
    """Why an activation ID was refused, as the audit tells it and nobody else."""

    UNKNOWN = "unknown", "there is none like it"
    USED = "used", "it was used"
    REVOKED = "revoked", "it was revoked, or another took its place"
    EXPIRED = "expired", "its time is over"
    NOBODY = "nobody", "its person may not register any more"
    OTHER_PERSON = "other_person", "the last name or birth date is another's"
