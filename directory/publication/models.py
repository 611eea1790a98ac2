"""What publication knows beyond the listing: numbers, who is due, and what was released for matching only."""

from django.db import models

from accounts.public_role.rules import published
from accounts.vocabulary import classified
from directory.listing.fields import BitsField
from directory.network.models import Clinician, Location


class Number(models.Model):
    """The position of a clinician in the bitmaps, whether listed or not."""

    clinician = models.OneToOneField(Clinician, models.CASCADE, primary_key=True, related_name="+")
    pos = models.IntegerField(unique=True)

    sensitivity = classified(operational="clinician pos")

    def __str__(self) -> str:
        return f"{self.pos}"


class Due(models.Model):
    """A clinician whose facts changed since they were last published.

    Imports and the calendar mark people here; a choice never does, it is published in its own transaction.
    """

    clinician = models.OneToOneField(Clinician, models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()

    sensitivity = classified(personal="clinician since")

    def __str__(self) -> str:
        return f"{self.clinician_id}"


@published
class Late(models.Model):
    """One row for each import, or new day, that changed something the public sees and that waits to be published.

    Published, so that /health/ready can say late under the public role. It knows neither who is due nor how many are.
    """

    since = models.DateTimeField(primary_key=True)

    sensitivity = classified(public="since")

    def __str__(self) -> str:
        return f"since {self.since}"


class PlaceNumber(models.Model):
    """The position of a place in the bitmaps, whether listed or not."""

    location = models.OneToOneField(Location, models.CASCADE, primary_key=True, related_name="+")
    pos = models.IntegerField(unique=True)

    sensitivity = classified(operational="location pos")

    def __str__(self) -> str:
        return f"{self.pos}"


class DuePlace(models.Model):
    """A place whose facts changed since it was last published, or those of who works there. Never an answer."""

    location = models.OneToOneField(Location, models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()

    sensitivity = classified(operational="location since")

    def __str__(self) -> str:
        return f"{self.location_id}"


class PublishedDay(models.Model):
    """The one row that says up to which day roles that begin or end were taken into account."""

    day = models.DateField()

    sensitivity = classified(operational="id day")

    def __str__(self) -> str:
        return f"{self.day}"


class MatchBits(models.Model):
    """Who of a chunk released an attribute for matching and does not show it."""

    pk = models.CompositePrimaryKey("chunk", "attr")
    chunk = models.IntegerField()
    attr = models.IntegerField()
    bits = BitsField()

    sensitivity = classified(protected="chunk attr bits")

    def __str__(self) -> str:
        return f"{self.chunk}/{self.attr}"


class Touched(models.Model):
    """A position that was published while a second generation of the numbering was being built."""

    pos = models.IntegerField()

    sensitivity = classified(operational="id pos")

    def __str__(self) -> str:
        return f"{self.pos}"
