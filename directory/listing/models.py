"""What the public sees of clinicians and of places: copies of shown values, and the bitmaps that find them.

Clinicians are numbered (``pos``) along a curve through the places where they work, so that neighbours have
neighbouring numbers. 4096 numbers make a *chunk*. A clinician's k-th location is *plane* k of the same bit position;
plane -1 holds the facts of the person, and plane -2 who has a fact of a location anywhere. ``docs/performance.md``
tells how a search uses this.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.db.models import F, Func, Value

from accounts.public_role.rules import published
from accounts.vocabulary import classified
from directory.code_sets.models import State

from . import queries
from .fields import BitsField, BoxField, KeyField
from .queries import Found, Query
from .vocabulary import SPARSE, Group


def numbers() -> ArrayField:
    return ArrayField(models.IntegerField(), default=list)


@published
class Attribute(models.Model):
    """A fact that a search can ask for, by its number. A fact implies itself and those above it (Hmong: mww → hmn)."""

    attr = models.IntegerField(
        primary_key=True, help_text="The group's number (listing.group_number) in the upper bits, one of its own below."
    )
    group = models.CharField(max_length=16, choices=Group)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=200, blank=True, help_text="Only where no code set has the words.")
    per_location = models.BooleanField()
    implies = numbers()

    sensitivity = classified(public="attr group code label per_location implies")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("group", "code"), name="attribute_is_numbered_once"),)

    def __str__(self) -> str:
        return f"{self.group}={self.code}"


class ListedPlaceManager(models.Manager["ListedPlace"]):
    """A place by itself; the search for places is that for clinicians, with ``Query.places``."""

    def page(self, place: int) -> dict[str, Any] | None:
        """Everything that is listed of a place, under its own number or that of another name for it; else None."""
        return queries.one_place(place)


@published
class ListedPlace(models.Model):
    """A place where care is given, under the number that its address in the site bears.

    Its bits stand at ``pos``, as if it were a clinician whose only location it is. ``attrs`` is what holds for
    everyone who works there.
    """

    id = models.BigIntegerField(primary_key=True)
    pos = models.IntegerField(unique=True)
    sort_key = KeyField()
    name = models.CharField(max_length=200)
    organization = models.CharField(max_length=200, blank=True)
    line1 = models.CharField(max_length=120)
    line2 = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80)
    state = models.CharField(max_length=2)
    zip = models.CharField(max_length=5)
    county_fips = models.CharField(max_length=5, blank=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    approximate = models.BooleanField(help_text="The point is that of the ZIP code.")
    phone = models.CharField(max_length=10, blank=True)
    fax = models.CharField(max_length=10, blank=True)
    website = models.CharField(max_length=200, blank=True)
    attrs = numbers()
    facts = models.JSONField(
        help_text="kind, sources, networks, accessibility, hours, hours_note, parking, transit, staff, interpreters,"
        " modes"
    )

    sensitivity = classified(
        public="id pos sort_key name organization line1 line2 city state zip county_fips longitude latitude approximate"
        " phone fax website attrs facts"
    )

    objects: ClassVar[ListedPlaceManager] = ListedPlaceManager()

    class Meta:
        indexes = (models.Index(fields=("sort_key", "id"), include=("pos",), name="listed_place_by_name"),)

    def __str__(self) -> str:
        return self.name


@published
class OtherPlace(models.Model):
    """The number that a place had, or has in another source, and under which it is listed now."""

    id = models.BigIntegerField(primary_key=True)
    place_id = models.BigIntegerField(db_index=True)

    sensitivity = classified(public="id place_id")

    def __str__(self) -> str:
        return f"{self.id}"


class ListedClinicianManager(models.Manager["ListedClinician"]):
    """The searches of Find Care; ``queries.py`` says what goes in and comes out."""

    def find(self, query: Query) -> Found:
        return queries.find(query)

    def find_each(self, each: Sequence[Query]) -> list[Found]:
        return queries.find_each(each)

    def page(self, npi: int) -> dict[str, Any] | None:
        """Everything that is listed of one clinician; None for who is not listed."""
        return next(iter(queries.each([npi])), None)

    def pages(self, npis: Sequence[int]) -> list[dict[str, Any]]:
        """The same of several, by NPI."""
        return queries.each(npis)

    def npis_in(self, state: State) -> list[int]:
        """Who has a location in a state, in order."""
        return queries.npis_in(state.fips)


@published
class ListedClinician(models.Model):
    """A clinician as the public sees them: nothing here but what is shown, and no key back to where it came from."""

    pos = models.IntegerField(primary_key=True)
    npi = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=250)
    goes_by = models.CharField(max_length=120, blank=True)
    sort_key = KeyField()
    credential = models.CharField(max_length=40, blank=True)
    checked_on = models.DateField(null=True, help_text="The day the public facts were last checked, or their source's.")
    checked = models.BooleanField(help_text="Whether the plan checked them; otherwise the date is the source's.")
    attrs = numbers()
    facts = models.JSONField(help_text="specialties, languages, shared, gender, telehealth, affiliations")

    sensitivity = classified(public="pos npi name goes_by sort_key credential checked_on checked attrs facts")

    objects: ClassVar[ListedClinicianManager] = ListedClinicianManager()

    class Meta:
        indexes = (models.Index(fields=("sort_key", "npi"), include=("pos",), name="listed_by_name"),)

    def __str__(self) -> str:
        return f"NPI {self.npi}"


@published
class ListedLocation(models.Model):
    """A listed clinician at a listed place; and each place at itself, in plane 0."""

    pk = models.CompositePrimaryKey("pos", "plane")
    pos = models.IntegerField()
    plane = models.SmallIntegerField()
    place = models.ForeignKey(
        ListedPlace, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="clinicians"
    )
    morton = models.BigIntegerField(help_text="Interleaved bits of longitude and latitude, 20 of each.")
    longitude = models.FloatField()
    latitude = models.FloatField()
    areas = numbers()
    attrs = numbers()
    facts = models.JSONField(help_text="accepting, networks, telehealth, ages, primary")

    sensitivity = classified(public="pos plane place morton longitude latitude areas attrs facts")

    class Meta:
        indexes = (
            models.Index(
                fields=("morton",), include=("pos", "plane", "longitude", "latitude"), name="listed_along_the_curve"
            ),
            models.Index(fields=("place",), include=("pos", "plane"), name="listed_at_place"),
        )

    def __str__(self) -> str:
        return f"{self.pos}/{self.plane}"


@published
class NameToken(models.Model):
    """A word of a listed clinician's shown name, folded."""

    pk = models.CompositePrimaryKey("token", "pos")
    token = KeyField()
    pos = models.IntegerField(db_index=True)

    sensitivity = classified(public="token pos")

    def __str__(self) -> str:
        return self.token


PIECES = Func(F("token"), Value(2), function="listing_pieces", output_field=ArrayField(models.TextField()))
"""What is left of a word without up to two of its letters: words that differ by two typos have a piece in common."""


@published
class Spelling(models.Model):
    """A word of letters a to z, two or more, that some listed clinician's shown name has, however many have it.

    A search that finds nobody is looked up here; ``sql/names.sql`` says how.
    """

    token = KeyField(primary_key=True)

    sensitivity = classified(public="token")

    class Meta:
        indexes = (GinIndex(PIECES, name="spelling_by_piece", fastupdate=False),)

    def __str__(self) -> str:
        return self.token


@published
class PlaceToken(models.Model):
    """A word of the name of a listed place or of its organization, folded."""

    pk = models.CompositePrimaryKey("token", "place_id")
    token = KeyField()
    place_id = models.BigIntegerField(db_index=True)

    sensitivity = classified(public="token place_id")

    def __str__(self) -> str:
        return self.token


@published
class Node(models.Model):
    """A square of the tree of places: its locations are those whose Morton number lies from low to high."""

    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    depth = models.SmallIntegerField()
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    leaf = models.BooleanField()
    box = BoxField()

    sensitivity = classified(public="id parent depth low high leaf box")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("depth", "low"), name="node_is_one_square"),)
        indexes = (GistIndex(fields=("box",), name="node_by_box"),)

    def __str__(self) -> str:
        return f"{self.depth}/{self.low}"


@published
class AttributeBits(models.Model):
    """Who of a chunk has an attribute: in person (plane -1), at their location of that plane, or anywhere (plane -2).

    Most facts of persons are held by a handful: up to ``SPARSE`` of those in person or anywhere stand in ``few``, by
    their positions in the chunk, instead of in bits. ``listing.bits_of`` reads either.
    """

    pk = models.CompositePrimaryKey("chunk", "attr", "plane")
    chunk = models.IntegerField()
    attr = models.IntegerField()
    plane = models.SmallIntegerField()
    bits = BitsField(null=True)
    few = ArrayField(models.SmallIntegerField(), null=True)

    sensitivity = classified(public="chunk attr plane bits few")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(bits__isnull=False, few__isnull=True)
                | models.Q(bits__isnull=True, few__isnull=False, few__len__range=(1, SPARSE), plane__lt=0),
                name="attribute_bits_or_few",
            ),
        )

    def __str__(self) -> str:
        return f"{self.chunk}/{self.attr}/{self.plane}"


@published
class AttributeTotal(models.Model):
    """How many of a chunk have an attribute, in person or at any location: the counts of whoever has all of it."""

    pk = models.CompositePrimaryKey("chunk", "attr")
    chunk = models.IntegerField()
    attr = models.IntegerField()
    clinicians = models.SmallIntegerField()

    sensitivity = classified(public="chunk attr clinicians")

    def __str__(self) -> str:
        return f"{self.chunk}/{self.attr}"


@published
class PlaceBits(models.Model):
    """Whose location of a plane lies in a place: everywhere (0), a state or county (negative), a node (positive)."""

    pk = models.CompositePrimaryKey("place", "chunk", "plane")
    place = models.IntegerField()
    chunk = models.IntegerField(db_index=True)
    plane = models.SmallIntegerField()
    bits = BitsField()

    sensitivity = classified(public="place chunk plane bits")

    def __str__(self) -> str:
        return f"{self.place}/{self.chunk}/{self.plane}"


class StateFilesQuerySet(models.QuerySet["StateFiles"]):
    def in_service(self) -> Self:
        withdrawn = FilesWithdrawn.objects.filter(state=models.OuterRef("state"))
        return self.filter(~models.Exists(withdrawn), shown_on__isnull=False)


@published
class StateFiles(models.Model):
    """The public files of a state: the day that they show, and the SHA-256 of each, by which it is found on the disk.

    Without a day they are being written, or a writing was broken off. Files that are written anew stay in service
    until the new ones are; unless something was withdrawn meanwhile.
    """

    state = models.CharField(max_length=2, primary_key=True)
    shown_on = models.DateField(null=True)
    clinicians = models.CharField(max_length=64, blank=True, help_text="of <state>.ndjson.gz")
    providers = models.CharField(max_length=64, blank=True, help_text="of <state>.providers.json.gz")

    sensitivity = classified(public="state shown_on clinicians providers")

    objects = StateFilesQuerySet.as_manager()

    def __str__(self) -> str:
        return self.state


@published
class FilesWithdrawn(models.Model):
    """A transaction wrote a row of the listing that the files of a state were made of: they are out of service until
    they were written anew. Unless a row stands already, each transaction adds one of its own, so that none waits
    for another."""

    pk = models.CompositePrimaryKey("state", "transaction")
    state = models.CharField(max_length=2)
    transaction = models.BigIntegerField()

    sensitivity = classified(public="state", operational="transaction")

    def __str__(self) -> str:
        return self.state
