from django.db import models

WAITING_HOURS = 72
"""How long the old address can stop a change that nobody confirmed there."""

PROVED_WITHIN_HOURS = 24
"""An address that nobody has proved by then is forgotten."""

FORMER_KEPT_HOURS = 72
"""How long a replaced address is kept, for the notice that it was: as long as the outbox tries to hand that over."""

NEW = "address-change"
FORMER = "former-address"
"""Whose mail it is, as the outbox names them: ``address-change:<uuid>``."""


class Notice(models.TextChoices):
    """Kinds of message."""

    WAITS = "email-change-waits", "a change of address waits, and can be stopped"
    STOPPED = "email-change-stopped", "a change of address was stopped"
    DONE = "email-change-done", "the address was changed"


class Verb(models.TextChoices):
    """What the audit says of a change of address."""

    ASKED = "email_change.asked", "asked for another address for codes and notices"
    PROVED = "email_change.proved", "showed that the new address is theirs"
    CONFIRMED = "email_change.confirmed", "confirmed the new address by a code to the old one"
    STOPPED = "email_change.stopped", "stopped a change of address"
    DONE = "email_change.done", "changed the address for codes and notices"
    FORGOTTEN = "email_change.forgotten", "forgot addresses that nobody proved or that were replaced"
