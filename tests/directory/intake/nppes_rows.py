"""Small files of the national registry on disk: a clinician, an organization, and whatever a test changes."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.ingest.rules import CsvShape
from accounts.vocabulary import program
from directory.intake.nppes import DEACTIVATIONS, ENDPOINTS, MAIN, OTHER_NAMES, PRACTICE_LOCATIONS
from directory.intake.operations import import_nppes
from directory.network.models import (
    Clinician,
    Deactivation,
    Endpoint,
    Location,
    Organization,
    OtherName,
    PracticeAddress,
)
from tests.builders.network import valid_npi
from tests.directory.intake.rosters import quiet

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
AMINA, CLINIC, GONE = valid_npi(1), valid_npi(50_000_001), valid_npi(3)
OLD, NEW = "npidata_pfile_20050523-20200101.csv", "npidata_pfile_20050523-20260101.csv"
TABLES = (Clinician, Organization, Location, Deactivation, PracticeAddress, OtherName, Endpoint)

Row = dict[str, Any]

AN_ADDRESS = {
    "line1": "400 ALDER ST",
    "city": "SAINT PAUL",
    "state": "MN",
    "zip": "551041234",
    "country": "US",
    "phone": "6515550142",
}


def a_person(npi: int = AMINA, **cells: Any) -> Row:
    ordinary = {
        "npi": npi, "entity": "1", "family_name": "WARSAME", "given_name": "AMINA", "credential": "M.D.",
        **AN_ADDRESS, "enumerated": "07/05/2011", "updated": "03/01/2019", "gender": "F",
        "code_1": "207Q00000X", "switch_1": "Y",
    }  # fmt: skip
    return ordinary | cells


def an_organization(npi: int = CLINIC, **cells: Any) -> Row:
    ordinary = {
        "npi": npi, "entity": "2", "organization_name": "ALDER STREET CLINIC, INC", **AN_ADDRESS,
        "enumerated": "07/05/2011", "updated": "03/01/2019", "code_1": "261QP2300X", "switch_1": "Y",
    }  # fmt: skip
    return ordinary | cells


def a_deactivated(npi: int = GONE, **cells: Any) -> Row:
    """A row that keeps nothing but the NPI and the day."""
    return {"npi": npi, "deactivated": "02/03/2015"} | cells


def write(path: Path, rows: list[Row], shape: CsvShape = MAIN) -> Path:
    """Writes a file as the registry does, with all its columns quoted; cells go by the names of ``shape``."""
    titles = {column.name: column.title for column in shape.columns}
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, [*titles.values(), *shape.unused], "", quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writeheader()
        writer.writerows({titles[name]: cell for name, cell in row.items()} for row in rows)
    return path


def report(path: Path, rows: list[Row]) -> Path:
    return write(path, rows, DEACTIVATIONS)


def further(path: Path, rows: list[Row]) -> Path:
    return write(path, rows, PRACTICE_LOCATIONS)


def names(path: Path, rows: list[Row]) -> Path:
    return write(path, rows, OTHER_NAMES)


def endpoints(path: Path, rows: list[Row]) -> Path:
    return write(path, rows, ENDPOINTS)


def take(*paths: Path, **options: Any) -> dict[str, Any]:
    """Imports files and returns the summary."""
    chosen: dict[str, Any] = {"refused_file": paths[0].parent / "refused.csv", "progress": quiet, "by": program("test")}
    return import_nppes(paths=paths, **(chosen | {"at": NOW} | options))


def refused(folder: Path) -> list[tuple[str, int, str, str]]:
    """File, line, key and reason of every refused row of the last import."""
    with (folder / "refused.csv").open(newline="", encoding="utf-8") as lines:
        return [(r["file"], int(r["line"]), r["key"], r["reason"]) for r in csv.DictReader(lines)]


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is done in the block is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def network() -> dict[str, list[dict[str, Any]]]:
    """What the network holds, without the numbers that the database gives."""
    found = {}
    for model in TABLES:
        rows = [{k: v for k, v in row.items() if k not in ("id", "same_as_id")} for row in model.objects.values()]
        found[model.__name__] = sorted(rows, key=str)
    return found
