"""A network that is published, and what stands in its tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts.vocabulary import program
from directory.code_sets.models import CodeSet
from directory.listing.models import Attribute
from directory.network.models import Clinician, Location
from directory.publication.models import Due, DuePlace, Late, PublishedDay
from directory.publication.operations import first_difference, load_code_sets, publish_due

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
"""A Sunday noon in Saint Paul."""

LISTING = (
    "listing_listedclinician",
    "listing_listedlocation",
    "listing_listedplace",
    "listing_otherplace",
    "listing_nametoken",
    "listing_placetoken",
    "listing_spelling",
    "listing_attribute",
    "listing_attributebits",
    "listing_attributetotal",
    "listing_placebits",
    "listing_node",
)


CODE_SET_TABLES = {model._meta.db_table for model in (*apps.get_app_config("code_sets").get_models(), Attribute)}
LOADED: dict[str, Any] = {}
"""How the tables were after loading, once they were loaded for all tests."""


def load_for_all() -> None:
    """The project's own code sets, and a copy of each of their tables in a schema that nobody else looks into."""
    load_anew()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS as_loaded CASCADE")
        cursor.execute("CREATE SCHEMA as_loaded")
        for table in CODE_SET_TABLES:
            cursor.execute(f"CREATE TABLE as_loaded.{table} AS TABLE {table}")
    LOADED.update(state_of_code_sets())


def see_to_code_sets() -> None:
    """The project's own code sets, loaded again where another test emptied the tables."""
    if not (CodeSet.objects.exists() and Attribute.objects.exists()):
        load_anew()


def load_anew() -> None:
    CodeSet.objects.all().delete()
    load_code_sets(by=program("test"), at=NOW)


def restore_code_sets() -> None:
    """Whatever a test changed in them is taken back, in a transaction in which no foreign key is asked."""
    now = state_of_code_sets()
    with connection.cursor() as cursor:
        for table in (table for table in CODE_SET_TABLES if now[table] != LOADED.get(table)):
            cursor.execute(f"DELETE FROM {table}")
            if LOADED:
                cursor.execute(f"INSERT INTO {table} TABLE as_loaded.{table}")
    if LOADED:
        LOADED.update(state_of_code_sets())


def state_of_code_sets() -> dict[str, Any]:
    """Of each table how many rows it has, and which transaction wrote the newest."""
    states = (f"SELECT '{table}', count(*), max(xmin::text::bigint) FROM {table}" for table in CODE_SET_TABLES)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(states))
        return {table: state for table, *state in cursor.fetchall()}


def mark_due(*clinicians: Clinician | int) -> None:
    """As an import does for those whose facts it changed, and for every place; without names, everyone."""
    npis = [getattr(one, "npi", one) for one in clinicians] or Clinician.objects.values_list("pk", flat=True)
    Due.objects.bulk_create((Due(pk=npi, since=NOW) for npi in npis), ignore_conflicts=True)
    Late.objects.get_or_create(since=NOW)
    mark_places_due()


def mark_places_due() -> None:
    """Every location's place, as an import does for those that it changed."""
    stands = {location.same_as_id or location.pk for location in Location.objects.all()}
    DuePlace.objects.bulk_create((DuePlace(pk=place, since=NOW) for place in stands), ignore_conflicts=True)


def publish(*clinicians: Clinician | int, at: datetime = NOW) -> None:
    """Publish these clinicians, or everyone, as it is done after an import."""
    mark_due(*clinicians)
    publish_due(by=program("test"), at=at)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever is done inside is taken back: one example of Hypothesis knows nothing of the one before."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rows(table: str, columns: str = "t::text") -> list[str]:
    """Every row of a table as text, sorted."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} t")
        return sorted(row[0] for row in cursor.fetchall())


def listing() -> dict[str, list[str]]:
    """Every row of the listing, its numbers too."""
    return {table: rows(table) for table in LISTING}


def versions() -> dict[str, list[str]]:
    """Where each row of the listing lies and which transaction wrote it: a row that is written again moves."""
    return {table: rows(table, "t.ctid::text || ' ' || t.xmin::text || ' ' || t::text") for table in LISTING}


def right_after(request: pytest.FixtureRequest) -> Iterator[None]:
    """The body of the fixture ``listing_is_right``: after a test that commits, listing, bits and facts agree.

    Who is due is published first: a test may stop in the middle. A test that leaves the listing wrong on purpose asks
    for the fixture ``wrong_on_purpose``.
    """
    marked: Any = request.node.get_closest_marker("django_db")
    commits = bool(marked and marked.kwargs.get("transaction")) or "transactional_db" in request.fixturenames
    if not commits or "wrong_on_purpose" in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    day = PublishedDay.objects.first()
    at = max(NOW, datetime(day.day.year, day.day.month, day.day.day, 18, tzinfo=UTC)) if day else NOW
    publish_due(by=program("test"), at=at)
    assert first_difference(at=at) is None
