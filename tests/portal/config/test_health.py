"""Operators are told whether the site lives and whether it is up to date, and nothing about anybody."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.vocabulary import program
from directory.publication.models import Late
from directory.publication.operations import publish_due

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def answer(client: Client, address: str) -> tuple[int, str]:
    response = client.get(address)
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    return response.status_code, response.content.decode()


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_live_asks_the_database_nothing(client: Client) -> None:
    """Without a database this test could not ask one: it would fail."""
    assert answer(client, "/health/live") == (200, "ok")


@pytest.mark.django_db
def test_a_site_that_has_published_all_it_knows_is_ready(client: Client) -> None:
    assert answer(client, "/health/ready") == (200, "ok")


@pytest.mark.django_db
def test_it_is_late_until_what_an_import_changed_is_published(client: Client) -> None:
    Late.objects.create(since=NOON)
    assert answer(client, "/health/ready") == (503, "late")

    publish_due(by=program("test"), at=NOON)
    assert answer(client, "/health/ready") == (200, "ok")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "DROP SCHEMA listing CASCADE",
        "ALTER TABLE listing_listedclinician RENAME TO moved",
        "ALTER TABLE listing_listedplace RENAME COLUMN id TO number",
        f'REVOKE ALL ON code_sets_code FROM "{settings.PUBLIC_ROLE}"',
        "DROP TABLE publication_late",
    ],
)
def test_it_is_late_while_the_database_is_not_what_the_code_needs(client: Client, statement: str) -> None:
    run(statement)
    assert answer(client, "/health/ready") == (503, "late")


@pytest.mark.django_db(transaction=True)
def test_it_is_late_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    assert answer(client, "/health/ready") == (503, "late")
    monkeypatch.undo()
    connection.close()


@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
def test_they_have_one_address_in_every_language_and_are_only_read(client: Client, address: str) -> None:
    assert client.get(f"/es{address}").status_code == 404
    assert client.get(f"{address}/").status_code == 404
    assert client.post(address).status_code == 405
