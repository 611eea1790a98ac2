"""Words of signing in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verb(models.TextChoices):
    """What the audit says."""

    SIGN_IN = "sign_in", "signed in"
    FAIL_TO_SIGN_IN = "fail_to_sign_in", "gave a wrong password or code"
    SIGN_OUT = "sign_out", "signed out"
    END_SESSION = "end_session", "ended a session"
    ADD_SECOND_FACTOR = "add_second_factor", "added a second factor"
    REMOVE_SECOND_FACTOR = "remove_second_factor", "removed a second factor"
    REPORT_LOSS = "second_factor.loss_reported", "said that a person lost their second factors"
    KEEP_SECOND_FACTORS = "second_factor.kept", "stopped that second factors are removed"
    MAKE_RECOVERY_CODES = "make_recovery_codes", "made new recovery codes"


class Notice(models.TextChoices):
    """What the outbox says to the person."""

    ADDED = "second-factor-added", "a second factor was added"
    REMOVED = "second-factor-removed", "a second factor was removed"
    LOSS_REPORTED = "second-factor-loss-reported", "second factors will be removed, which can be stopped"
    KEPT = "second-factors-kept", "second factors stay, after all"
    RECOVERY_CODES = "recovery-codes-made", "new recovery codes were made"


class Proof(models.TextChoices):
    """What a person shows to be who they say, as the audit names it."""

    PASSWORD = "password", _("Password")
    APP = "totp", _("Authenticator app")
    PASSKEY = "webauthn", _("Passkey")
    RECOVERY_CODE = "recovery_codes", _("Recovery code")


LOSS_WAITS_HOURS = 72
"""How long a person can stop that their second factors are removed, when a caller said that they are lost."""

GUESSES = 5
"""How many wrong passwords for one account, or codes, in a row."""

MINUTES_PER_GUESS = 3
"""After those, one more in every such time."""

GUESSES_PER_DAY = 50
"""For one account from browsers that it does not know, however patient the guesser."""

GUESSES_OF_AN_ADDRESS = 20
"""Wrong passwords and codes from one address of the network, for whatever accounts."""

SECONDS_PER_GUESS_OF_AN_ADDRESS = 6

INVITATIONS_OF_AN_ADDRESS = 100
"""Challenges for passkeys to strangers from one address of the network; after those, one a second."""

KEY_MINUTES = 30
"""How long the page that shows the key of an authenticator app can be finished."""

PASSKEY_NAME_LONGEST = 40

CREDENTIAL_LONGEST = 20_000
"""Characters of what a browser answers for a passkey; 2,000 are many."""
