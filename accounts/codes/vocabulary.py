from django.db import models


class CodePurpose(models.TextChoices):
    """What a code opens. It opens nothing else."""

    PASSWORD_RESET = "password_reset", "a new password"
    EMAIL_CHANGE = "email_change", "a new address for codes and notices"
    REGISTRATION = "registration", "an account for whoever reads mail there, who has none yet"
    CALL = "call", "what Member Relations does on a call, by a code to a channel on file"
    EMAIL_BY_PHONE = "email_by_phone", "a new address for codes and notices, asked for on a call"


READ_OUT = (CodePurpose.CALL, CodePurpose.EMAIL_BY_PHONE)
"""Codes that a caller reads to Member Relations. Their mail says so; that of every other says to tell nobody."""


DIGITS = 8
"""Two more than usual, in two groups of four: with the budget below, a stranger who knows username and address and
tries every day for ten years gets in with a chance of one in 550. With six digits it is one in six."""

VALID_MINUTES = 5
"""From the moment at which the mail is handed to the mail server. At 5:00 exactly it is over."""

MOST_GUESSES = 5
"""At one code, in however many windows and however fast."""

BUDGET_HOURS = 24
MOST_FAILURES = 50
MOST_MAILS = 10
"""What one subject has in such a window, whoever asks and from wherever. The window begins with the first ask."""

MOST_ASKS_OF_AN_ORIGIN = 500
"""By strangers from one network address in such a window: a clinic's waiting room, and no machine that fills tables."""

COOL_DOWN_SECONDS = 60
"""Between two mails about one subject."""

LATE_MINUTES = 15
"""Whoever asked waits for the mail no longer than this: a later code is not born."""

USE_MINUTES = 10
"""How long what a code has opened stays open."""

KEPT_HOURS = 2 * BUDGET_HOURS
"""How long codes and budgets stay after nobody has asked for anything."""

KIND = "code"
NOBODY = "nobody"
"""The kind of message, and whose mail it is when nothing is to be sent."""


class Verb(models.TextChoices):
    """What the audit says of codes."""

    ASKED = "codes.asked", "asked for a code"
    REDEEMED = "codes.redeemed", "gave back the right code"
    SPENT = "codes.spent", "used up the guesses of a day"
