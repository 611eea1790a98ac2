from django.db import models


class Verb(models.TextChoices):
    """What the audit says of the listing."""

    PUBLISHED = "publication.published", "published those of a range who were due"
    REBUILT = "publication.rebuilt", "made a range of the listing anew"
    RENUMBERED = "publication.renumbered", "numbered everyone anew"
