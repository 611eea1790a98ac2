"""Imports that meet another one, or a server that goes away: on committed data."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from accounts.ingest.errors import ImportRefused
from accounts.ingest.models import ImportRun
from accounts.ingest.operations import IMPORT_LOCK
from directory.intake import operations
from directory.network.models import Clinician, Location
from directory.publication.models import Due
from tests.directory.intake.rosters import a_roster, take

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("loaded")]


def another_connection() -> psycopg.Connection[Any]:
    found = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(**{name: found[name] for name in names if found.get(name)}, autocommit=True)


def test_a_second_import_is_told_to_wait(tmp_path: Path) -> None:
    with another_connection() as other:
        other.execute("select pg_advisory_lock(%s)", [IMPORT_LOCK])
        with pytest.raises(ImportRefused, match="Another import is running"):
            take(tmp_path / "roster", a_roster())
        other.execute("select pg_advisory_unlock(%s)", [IMPORT_LOCK])
    assert take(tmp_path / "roster")["added"] == 9


def test_a_connection_killed_in_the_middle_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    merge = operations.take_roster

    def killed(**options: Any) -> Any:
        merge(**options)
        with another_connection() as other:
            other.execute("select pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        with connection.cursor() as cursor:
            cursor.execute("select 1")

    with monkeypatch.context() as patch:
        patch.setattr(operations, "take_roster", killed)
        with pytest.raises(OperationalError):
            take(tmp_path / "roster", a_roster())
    assert [model.objects.count() for model in (Clinician, Location, Due)] == [0, 0, 0]
    assert [run.outcome for run in ImportRun.objects.all()] == ["failed"]
    assert take(tmp_path / "roster")["added"] == 9
