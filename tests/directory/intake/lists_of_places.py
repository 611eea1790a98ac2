"""Small lists of places on disk: a hospital, and whatever a test changes."""

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accounts.vocabulary import program
from directory.intake.facilities import LISTS
from directory.intake.operations import import_facilities
from tests.builders.network import valid_npi
from tests.directory.intake.rosters import quiet

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)


def a_row(**cells: Any) -> dict[str, Any]:
    ordinary = {
        "npi": valid_npi(60_000_001), "name": "JUNIPER HOSPITAL, INC", "address": "12 WEST JUNIPER AVENUE",
        "city": "SAINT PAUL", "state": "MN", "zip": "551041234", "fips_county": "123", "lat": "44.95", "lon": "-93.17",
        "phone": "6515550100",
    }  # fmt: skip
    return ordinary | cells


def take(folder: Path, *rows: dict[str, Any], source: str = "hospitals", **options: Any) -> dict[str, Any]:
    """Imports a list of these rows and returns the summary."""
    path = folder / f"{source}.csv.gz"
    header = LISTS[source].header
    with gzip.open(path, "wt", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(dict.fromkeys(header)), restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    chosen: dict[str, Any] = {
        "refused_file": folder / "refused.csv",
        "progress": quiet,
        "by": program("test"),
        "at": NOW,
    }
    return import_facilities(paths=[path], **(chosen | options))
