"""Words that every slice shares."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sensitivity(models.TextChoices):
    """How far a stored field may travel."""

    PUBLIC = "public", "may stand on a public page"
    OPERATIONAL = "operational", "says how the system runs and names nobody"
    PERSONAL = "personal", "about a person and not published"
    PROTECTED = "protected", "an answer or a datum that its owner may withhold"
    SECRET = "secret", "opens something: a password hash, a key"


def classified(**names: str) -> dict[str, Sensitivity]:
    """Field name → class, from one keyword per class: ``classified(public="npi family", secret="key")``."""
    return {name: Sensitivity(kind) for kind, listed in names.items() for name in listed.split()}


class CapacityKind(models.TextChoices):
    """As what a person is here. One sign-in may hold several."""

    MEMBER = "member", _("Member")
    REPRESENTATIVE = "representative", _("Personal representative")
    CLINICIAN = "clinician", _("Clinician")
    PRACTICE_MANAGER = "practice_manager", _("Practice manager")
    STAFF = "staff", _("Plan staff")


SECOND_FACTOR_DEMANDED = (CapacityKind.CLINICIAN, CapacityKind.STAFF)
"""Who holds one of these needs a second factor on every page, as whatever they are here."""


class Job(models.TextChoices):
    """What a staff person's post is for."""

    NAVIGATOR = "navigator", _("Navigator")
    MEMBER_RELATIONS = "member_relations", _("Member Relations")
    NETWORK = "network", _("Network")
    PRIVACY_OFFICE = "privacy_office", _("Privacy office")
    ACCESS_ADMINISTRATOR = "access_administrator", _("Access administrator")
    APP_REVIEWER = "app_reviewer", _("App reviewer")
    MANAGER = "manager", _("Manager")


class Source(models.TextChoices):
    """Who said something of staff last."""

    FILE = "file", _("the staff file")
    HERE = "here", _("somebody here")


class Category(models.TextChoices):
    """What kind of thing a form asks for: the inventory's closed list. The first seven are all there is of an account,
    as the plan's privacy statement counts them."""

    NAME = "name", "account: name, or the username that stands for it"
    EMAIL = "email", "account: email address"
    PASSWORD = "password", "account: password"
    POSTAL_ADDRESS = "postal_address", "account: postal address"
    PHONE = "phone", "account: phone"
    BIRTH_DATE = "birth_date", "account: birth date"
    VOLUNTEERED = "volunteered", "account: something else that the person volunteers"
    TRANSACTION = "transaction", "transaction: member account number, payment"
    ABOUT_OTHERS = "about_others", "about somebody else"
    PROOF = "proof", "proof: a code or a key, used once and not kept"
    SEARCH = "search", "search: asked for, and not kept"


class Verb(models.TextChoices):
    """What the audit says was done to an account."""

    OPEN_ACCOUNT = "open_account", "opened an account"
    GIVE_CAPACITY = "give_capacity", "gave a capacity"
    END_CAPACITY = "end_capacity", "ended a capacity"
    GIVE_POST = "give_post", "gave a post"
    END_POST = "end_post", "ended a post"
    END_SESSIONS = "end_sessions", "ended every session of a person"
    CHOOSE_LANGUAGE = "choose_language", "chose the language of letters and mail"


IDLE_MINUTES = 15
IDLE_MINUTES_STAFF = 10
"""How long a session lives in which nothing is asked for."""

LONGEST_HOURS = 12
LONGEST_HOURS_STAFF = 8
"""How long a session lives whatever is asked for."""

STEP_UP_MINUTES = 10
"""How long a password, passkey or code that was asked for again is good for."""

SEEN_SECONDS = 20
"""How often a session notes that it is in use."""

USERNAME_SHORTEST, USERNAME_LONGEST = 6, 30


@dataclass(frozen=True)
class Actor:
    """Who acts, as the audit keeps it: opaque, never a name or an address. ``id`` is ``user:<uuid>`` of a person, who
    acts in one capacity, ``program:<name>`` of a command of ours, or ``stranger`` who has not signed in."""

    id: str
    capacity: str = ""
    request_id: str = ""


def program(name: str) -> Actor:
    return Actor(f"program:{name}")


KNOWN_BROWSER_COOKIE = "known"
KNOWN_BROWSER_DAYS = 365
KNOWN_PEOPLE = 8
"""For how many people of one household a browser is known, each counted again after a new password."""
