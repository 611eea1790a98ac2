from django.db import models


class Verb(models.TextChoices):
    """What the audit says of staff, beside posts given and ended."""

    NAMED = "staff.named", "named somebody who works here"
    CHANGED = "staff.changed", "changed what is known of somebody who works here"
    REGISTERED = "staff.registered", "tied somebody who works here to an account"
    LEFT = "staff.left", "wrote down that somebody left"
    CAME_BACK = "staff.came_back", "wrote down that somebody came back"
