from django.db import models
from django.utils.translation import gettext_lazy as _

SHORTEST, LONGEST = 8, 64
"""Characters of a password, as a person counts them: NFC code points, never bytes."""

LONGEST_TYPED = 4 * LONGEST
"""Code points that so many characters can take, however a keyboard sends them. More are not composed: that can take
minutes."""

SPECIAL = "!@#$%"
"""What counts as a special character. Any other is allowed, and counts as none."""

FEWEST_KINDS = 3
"""Of four: capital letters, small letters, numbers, special characters."""

SHORTEST_STEM = 4
"""What is left of a common password without numbers and signs around it is looked at from this length on."""

SHORTEST_WORD = 4
"""A personal word of this length or more may stand nowhere in a password. Shorter ones stand in too many words."""

NOTICE = "password_changed"
"""The kind of message that tells a person of a new password."""


class Rule(models.TextChoices):
    """What a password must keep to, in the words of the page and of the error."""

    LENGTH = "length", _("Use 8 to 64 characters.")
    KINDS = "kinds", _("Use at least 3 of these 4: a capital letter, a small letter, a number, a sign from ! @ # $ %")
    COMMON = "common", _("Do not use a common password, not even with numbers or signs around it.")
    PERSONAL = "personal", _("Do not use your name, username, email, birth date or member ID, or the name of the plan.")


class Verb(models.TextChoices):
    """What the audit says of passwords."""

    REPLACED = "password.replaced", "replaced a password"
