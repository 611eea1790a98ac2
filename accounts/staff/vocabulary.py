from django.db import models
from django.utils.translation import gettext_lazy as _

KIND = "staff"
"""What registration and the outbox call somebody who works here: ``staff:<uuid>``."""

LARGEST_SHARE_TO_END = 0.2
"""Of the posts that are not over, how many one staff file may end."""

OKAY_HOURS = 72
"""How long a request to take away a second factor waits for the manager."""

PEOPLE_ON_A_PAGE = 50

SHORTEST_SEARCH = 2

JOBS_LOCK = 7_302_050
"""Held by whatever gives or ends posts, and by the trigger of their table. Any number of our own."""

ADMINISTRATOR_STAYS_DAYS = 31
"""After a staff file somebody is to be access administrator for so long."""


class State(models.TextChoices):
    """How far somebody who works here has come."""

    NEW = "new", _("Not invited")
    INVITED = "invited", _("Invited")
    REGISTERED = "registered", _("Registered")
    LEFT = "left", _("Left")


class Verb(models.TextChoices):
    """What the audit says of staff, beside posts given and ended."""

    NAMED = "staff.named", "named somebody who works here"
    CHANGED = "staff.changed", "changed what is known of somebody who works here"
    CHANGED_POST = "staff.changed_post", "changed a post"
    REGISTERED = "staff.registered", "tied somebody who works here to an account"
    LEFT = "staff.left", "wrote down that somebody left"
    CAME_BACK = "staff.came_back", "wrote down that somebody came back"
    ASKED_REMOVAL = "staff.asked_removal", "asked to take away lost second factors"
    OKAYED_REMOVAL = "staff.okayed_removal", "said yes to take away lost second factors"
    STOPPED_REMOVAL = "staff.stopped_removal", "said no, or stopped a request, to take away second factors"


class Notice(models.TextChoices):
    """Kinds of message."""

    ASKED = "second-factor-removal-asked", "somebody asked to take away your second factors"
    OKAY_WAITS = "staff-okay-waits", "a manager's yes is asked for"
    JOBS = "staff-jobs", "the jobs of a person changed"
