"""The real pages under the restricted role: what it can read, that it is gone afterwards, that it is enough."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from accounts.access import public_role
from accounts.public_role.grants import allow_list
from directory.network.models import Clinician
from directory.search import lists
from directory.self_description.operations import Said
from directory.self_description.vocabulary import Display, Field
from tests.privacy.surfaces import Aim, addresses, differences, visit
from tests.privacy.worlds import SUBJECTS, Step, an_ordinary_network, carry_out

pytestmark = pytest.mark.django_db
OURS = (
    "accounts",
    "ingest",
    "code_sets",
    "network",
    "self_description",
    "listing",
    "publication",
    "intake",
    "sessions",
)
PUBLISHED = {table for table, _ in allow_list()}
PRIVATE = sorted(
    model._meta.db_table
    for model in apps.get_models(include_auto_created=True)
    if model._meta.app_label in OURS and model._meta.db_table not in PUBLISHED
)


@pytest.fixture
def network(codes: None) -> None:
    an_ordinary_network()
    carry_out(SUBJECTS[0], Step(Field.RACE, Display.MATCHING, (Said("x-somali"),), "Benadir"), 0)


def whoami() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user || ' ' || current_setting('transaction_read_only')")
        return str(cursor.fetchone()[0])


def test_the_private_tables_are_the_ones_we_think() -> None:
    assert {
        "self_description_answer",
        "self_description_answervalue",
        "self_description_correctedname",
        "publication_matchbits",
        "publication_number",
        "network_clinician",
        "network_statedlanguage",
        "accounts_user",
        "django_session",
    } <= set(PRIVATE)


@pytest.mark.parametrize("table", PRIVATE)
def test_no_private_table_can_be_read(network: None, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), public_role():
        connection.cursor().execute(f"SELECT FROM {table} LIMIT 1")


def test_the_functions_that_write_the_listing_cannot_be_called(network: None) -> None:
    with pytest.raises(ProgrammingError, match="permission denied for schema publication"), transaction.atomic():  # noqa: SIM117
        with public_role():
            connection.cursor().execute("SELECT * FROM publication.shown(ARRAY[1]::bigint[])")


ENDINGS = [
    "/find-care/?zip=55104",
    f"/find-care/clinicians/{SUBJECTS[0]}/",
    "/find-care/clinicians/2999999999/",
    "/api/v1/clinicians/",
    "/api/v1/clinicians/2999999999/",
    "/find-care/?q=Somali",
    "/no-such-page/",
    "/api/schema/",
    "/",
]


@pytest.mark.parametrize("path", ENDINGS)
def test_no_page_leaves_the_role_behind(network: None, path: str) -> None:
    before = whoami()
    Client(raise_request_exception=False).get(path)
    assert whoami() == before


def test_a_page_that_fails_leaves_no_role_behind(network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = whoami()

    def fail(*_: Any) -> None:
        Clinician.objects.count()

    monkeypatch.setattr("directory.search.pages.heading", fail)
    assert Client(raise_request_exception=False).get("/find-care/").status_code == 500
    assert whoami() == before


@pytest.mark.parametrize(
    "path", ["/find-care.csv", "/find-care/print/", "/find-care/places.csv", "/find-care/places/print/"]
)
@pytest.mark.parametrize("pieces", [0, 1, 2])
def test_a_list_that_is_read_in_part_leaves_no_role_behind(
    network: None, monkeypatch: pytest.MonkeyPatch, path: str, pieces: int
) -> None:
    monkeypatch.setattr(lists, "ROWS_A_PIECE", 1)
    before = whoami()
    answer: Any = Client().get(path)
    reading = iter(answer)
    for _ in range(pieces):
        next(reading)
        assert whoami() == before
    answer._iterator.close()
    assert whoami() == before


@pytest.mark.parametrize("path", ["/find-care.csv", "/find-care/print/"])
def test_what_is_taken_back_while_a_list_is_read_is_not_in_the_rest_of_it(
    network: None, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(lists, "ROWS_A_PIECE", 5)
    last = Clinician.objects.order_by("family_name").last()
    assert last is not None
    carry_out(last.npi, Step(Field.RACE, Display.SHOWN, (Said("x-somali"),), "Two-Spirit elder"), 1)
    assert b"Two-Spirit elder" in b"".join(Client().get(path))
    reading = iter(Client().get(path))
    first = [next(reading), next(reading)]
    carry_out(last.npi, Step(Field.RACE, Display.PRIVATE, (Said("x-somali"),), "Two-Spirit elder"), 2)
    rest = b"".join(reading)
    assert len(rest) > 500
    assert b"Two-Spirit elder" not in b"".join(first) + rest


@contextmanager
def signed_on_as_the_role_alone() -> Iterator[None]:
    """A login that is nothing but the public role, and cannot become anybody else."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {connection.ops.quote_name(settings.PUBLIC_ROLE)}")
        try:
            yield
        finally:
            cursor.execute("RESET SESSION AUTHORIZATION")


@pytest.mark.django_db(transaction=True)
def test_a_login_of_the_role_alone_serves_every_public_page(network: None) -> None:
    """The boundary that no mistake in our code can move: `RESET ROLE` leads back to the same role."""
    script = list(addresses(Aim((("race", "x-somali"),), ("Warsame",), SUBJECTS), ("", "/es")))
    ordinary = visit(script)
    with signed_on_as_the_role_alone():
        alone = visit(script)
    assert [path for path, answer in alone.answers.items() if answer["status"] >= 500] == []
    assert differences(ordinary, alone) == []


def test_a_login_of_the_role_alone_cannot_become_anybody_else(network: None) -> None:
    with signed_on_as_the_role_alone():
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute("RESET ROLE; SELECT FROM self_description_answer")
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user = %s", [settings.PUBLIC_ROLE])
            assert cursor.fetchone() == (True,)
