from django.db import models


class Outcome(models.TextChoices):
    """What an import did with one row of a file. Every row has exactly one."""

    ADDED = "added", "added"
    UPDATED = "updated", "updated"
    UNCHANGED = "unchanged", "unchanged"
    DEACTIVATED = "deactivated", "in force before, and the file says it is not any more"
    REACTIVATED = "reactivated", "ended before, and in force again"
    REFUSED = "refused", "refused"


class RunOutcome(models.TextChoices):
    DONE = "done", "everything that was not refused is in"
    REFUSED = "refused", "refused whole, nothing changed"
    FAILED = "failed", "broke off, nothing changed"


LONGEST_SOURCE_NAME = 40
"""Characters of the name of a source."""


class Verb(models.TextChoices):
    """What the audit says of an import."""

    DONE = "import.done", "imported files"
    REFUSED = "import.refused", "tried to import files that were refused whole"
    FAILED = "import.failed", "tried to import files, and it broke off"
