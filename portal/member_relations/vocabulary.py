"""Words of the desk that helps callers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

CALL_MINUTES = 30
"""How long a call is open, unless somebody ends it. Another one begins with other questions."""

MOST_FAILED_CHECKS = 3
FAILED_WITHIN_HOURS = 24
"""After so many wrong answers about one member nobody passes for so long, whoever calls and whoever asks."""

FEWEST_OFF_THE_CARD = 2
"""How many right answers it takes that stand on no member card and no letter of ours, beside the birth date."""

USERNAME_TOLD_DAYS = 7
"""How long after a username was told by phone nobody changes the email of the account without a code to a channel on
file."""

RENEWED_AGAIN_HOURS = 24
"""How often the guesses of an account are renewed, whoever asks."""

EMAIL_BEFORE_KEPT_HOURS = 72
ADDRESS_BEFORE_KEPT_DAYS = 90
"""How long it is kept where a member was reached before a call, for the mail or the letter that tells of it."""

BEFORE = "channel-before"
"""Whose mail it is, as the outbox names them: a member's where they were reached before a call."""

MOST_FOUND = 12
"""People whom a search shows: a large family. Of more none is shown."""

LAST_CALLS_SHOWN = 5

CALLS_KEPT_DAYS = 365


class Question(models.TextChoices):
    """What a caller can be asked. The member ID and the name found the member: they prove nothing."""

    BIRTH_DATE = "birth_date", _("Birth date")
    ADDRESS = "address", _("Address on file")
    PHONE = "phone", _("Phone on file")
    EMAIL = "email", _("Email on file")


OFF_THE_CARD = (Question.ADDRESS, Question.PHONE, Question.EMAIL)


class Reach(models.TextChoices):
    """Where a code goes that a caller reads out."""

    ACCOUNT = "account", _("The email of the account")
    FILE = "file", _("The email in the plan’s file")


class Why(models.TextChoices):
    """Why something was refused, as the audit tells it. The caller hears the same words each time."""

    OWN = "own", "the record of whoever acts, or of their household"
    OVER = "over", "the call is over, or somebody else's"
    NOT_CHECKED = "not_checked", "the caller did not pass"
    CHECKED = "checked", "the caller was asked before in this call"
    DIED = "died", "the member has died"
    FILE_IS_READ = "file_is_read", "an enrolment file was being taken over"
    NO_ACCOUNT = "no_account", "the member has no account"
    NO_CHANNEL = "no_channel", "there is no such channel on file that is the member's alone"
    TOLD_LATELY = "told_lately", "the username was told by phone within the week, and no code was given back"
    RENEWED_LATELY = "renewed_lately", "the guesses were renewed within a day"
    WRONG_CODE = "wrong_code", "no code, a wrong one, or one that does not work any more"
    NOTHING_TO_CHANGE = "nothing_to_change", "there is no such change of email, or one waits already"
    NOTHING_LOST = "nothing_lost", "there is no second factor that may be removed, or that waits already"
    CANNOT_REGISTER = "cannot_register", "the member cannot get an activation ID, or not there"


class Verb(models.TextChoices):
    """What the audit says of the desk."""

    SEARCHED = "member_relations.searched", "looked for a caller among the members"
    BEGUN = "member_relations.call_begun", "began a call about a member"
    PASSED = "member_relations.check_passed", "asked a caller, who passed"
    FAILED = "member_relations.check_failed", "asked a caller, who did not pass"
    ENDED = "member_relations.call_ended", "ended a call"
    REFUSED = "member_relations.refused", "was refused at the desk"
    USERNAME_TOLD = "member_relations.username_told", "told a member their username by phone"
    CHANNEL_PROVED = "member_relations.channel_proved", "saw by a code to a channel on file that a caller is the member"
    GUESSES_RENEWED = "member_relations.guesses_renewed", "gave a member their guesses again"
    FORGOTTEN = "member_relations.calls_forgotten", "deleted calls of long ago"


class Notice(models.TextChoices):
    """Kinds of message."""

    USERNAME_TOLD = "username-told", "somebody who passed was told the username by phone"
    GUESSES_RENEWED = "guesses-renewed", "somebody who passed was given more guesses"
    CORRECTED = "profile-corrected", "what is on file was corrected by phone"
