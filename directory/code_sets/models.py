"""Codes with their names, and the points where a search may start.

Everything here is public knowledge: no table of this slice says anything about a person.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.public_role.rules import published
from accounts.vocabulary import classified

from .vocabulary import CodeKind, PointKind
from .words import LANGUAGES, Vocabulary, Word

__all__ = [
    "Code",
    "CodeSet",
    "County",
    "Nickname",
    "Point",
    "State",
    "Vocabulary",
    "Word",
    "forget",
    "vocabulary",
]


@published
class CodeSet(models.Model):
    """One seed file as it was last loaded: where it comes from, how old it is, and which bytes it had."""

    kind = models.CharField(max_length=24, primary_key=True)
    source = models.TextField()
    as_of = models.DateField()
    digest = models.CharField(max_length=64)

    sensitivity = classified(public="kind source as_of digest")

    def __str__(self) -> str:
        return f"{self.kind} as of {self.as_of}"


@published
class Code(models.Model):
    """One code with the words for it. A code that its source drops stays, and stops being a filter."""

    kind = models.CharField(max_length=16, choices=CodeKind.choices)
    code = models.CharField(max_length=48)
    # The broader code whose search finds this one too: Hmong for White Hmong, Asian for Korean.
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="narrower")
    rank = models.IntegerField(default=0)  # the order in a list; equal ranks go by label
    box = models.BooleanField(default=False)  # a choice that a form shows at once; the others are found by typing
    label_en = models.TextField()
    label_es = models.TextField()
    endonym = models.TextField(blank=True)
    direction = models.CharField(
        max_length=3, default="ltr", choices=[("ltr", "left to right"), ("rtl", "right to left")]
    )
    # What members call it; empty where the label already is that.
    plain_en = models.TextField(blank=True)
    plain_es = models.TextField(blank=True)
    # Phrases that name it in a search box, lower case.
    words_en = ArrayField(models.TextField(), default=list, blank=True)
    words_es = ArrayField(models.TextField(), default=list, blank=True)
    filterable = models.BooleanField(default=True)
    system = models.TextField(blank=True)

    sensitivity = classified(
        public="id kind code parent rank box label_en label_es endonym direction plain_en plain_es"
        " words_en words_es filterable system"
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "code"], name="code_is_one_of_its_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


@published
class Point(models.Model):
    """Where a search may start: a ZIP code, or a city as the mean of its ZIP codes. ``weight`` is the number
    of ZIP codes behind it, so that the larger of two cities of one name comes first."""

    kind = models.CharField(max_length=4, choices=PointKind.choices)
    code = models.TextField()  # the five digits, or the place_key of the city
    name = models.TextField()
    state = models.CharField(max_length=2)
    county_fips = models.CharField(max_length=5, blank=True)  # empty where the source's county has no code
    lat = models.FloatField()
    lon = models.FloatField()
    weight = models.IntegerField(default=1)

    sensitivity = classified(public="id kind code name state county_fips lat lon weight")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "code", "state"], name="point_is_named_once_a_state"),)

    def __str__(self) -> str:
        return f"{self.name}, {self.state}"


@published
class County(models.Model):
    """A county or its equal, by Census code: two digits of the state, three of the county."""

    fips = models.CharField(max_length=5, primary_key=True)
    name = models.TextField()
    state = models.CharField(max_length=2)
    folded = models.TextField()  # its county_key: folded, without "County", "Parish" and the like

    sensitivity = classified(public="fips name state folded")

    class Meta:
        indexes = (models.Index(fields=["state", "folded"], name="county_by_name"),)

    def __str__(self) -> str:
        return f"{self.name}, {self.state}"


@published
class State(models.Model):
    """A state, the District of Columbia or a territory."""

    code = models.CharField(max_length=2, primary_key=True)
    fips = models.IntegerField()
    name_en = models.TextField()
    name_es = models.TextField()
    time_zone = models.TextField()  # where most of its people live

    sensitivity = classified(public="code fips name_en name_es time_zone")

    def __str__(self) -> str:
        return self.code


@published
class Nickname(models.Model):
    """Two given names that one person may use, folded: jon and jonathan. Both directions are rows."""

    name = models.TextField()
    other = models.TextField()

    sensitivity = classified(public="id name other")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["name", "other"], name="nickname_is_said_once"),)

    def __str__(self) -> str:
        return f"{self.name}: {self.other}"


def word_of(row: Code, rows: dict[int, Code]) -> Word:
    """A row as pages use it, with the chain of its parents from ``rows`` (by id)."""
    broader = []
    above = row.parent_id
    while above is not None:
        broader.append(rows[above].code)
        above = rows[above].parent_id
    formal = {"en": row.label_en, "es": row.label_es}
    plain = {"en": row.plain_en, "es": row.plain_es}
    return Word(
        id=row.pk,
        kind=row.kind,
        code=row.code,
        label={language: plain[language] or formal[language] for language in LANGUAGES},
        formal=formal,
        phrases={"en": tuple(row.words_en), "es": tuple(row.words_es)},
        endonym=row.endonym,
        direction=row.direction,
        rank=row.rank,
        box=row.box,
        filterable=row.filterable,
        system=row.system,
        broader=tuple(broader),
    )


_loaded: list[Vocabulary] = []


def vocabulary() -> Vocabulary:
    """The vocabulary, read once a process; an empty one is read again, since the codes may come any moment.

    A running server knows what it read: after new code sets, restart it.
    """
    if _loaded:
        return _loaded[0]
    rows = {row.pk: row for row in Code.objects.all()}
    read = Vocabulary(word_of(row, rows) for row in rows.values())
    if rows:
        _loaded[:] = [read]
    return read


def forget() -> None:
    """Empties this process's vocabulary: the next question reads the tables."""
    _loaded.clear()
