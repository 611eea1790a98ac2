"""Small rosters on disk: a clinic, two clinicians, and whatever a test changes."""

import csv
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accounts.vocabulary import program
from directory.intake.operations import import_roster
from directory.intake.roster import ROSTER
from tests.builders.network import valid_npi

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
AMINA, JON = valid_npi(1), valid_npi(2)
CLINIC, HOSPITAL = valid_npi(50_000_001), valid_npi(50_000_002)

Row = dict[str, Any]
Files = dict[str, list[Row]]


def a_site(**cells: Any) -> Row:
    ordinary = {
        "site_id": "1", "org_npi": CLINIC, "org_name": "Alder Street Clinic", "line1": "400 Alder Street",
        "city": "Saint Paul", "state": "MN", "zip": "551041234", "county": "Ramsey", "lat": "44.9581",
        "lon": "-93.1702", "phone": "651-555-0142", "accessibility": "adacomp|pubtrans",
        "hours": "Mo-Fr 08:00-17:00", "staff_languages": "so|es",
    }  # fmt: skip
    return ordinary | cells


def a_person(npi: int, **cells: Any) -> Row:
    ordinary = {
        "npi": npi, "last_name": "WARSAME", "first_name": "AMINA", "credential": "MD", "gender": "F",
        "taxonomy_1": "207Q00000X", "telehealth": "N", "enumeration_date": "2011-07-05",
    }  # fmt: skip
    return ordinary | cells


def a_practice(npi: int, site: str = "1", **cells: Any) -> Row:
    ordinary = {
        "npi": npi, "site_id": site, "is_primary": "Y", "accepting": "newpt", "networks": "N1",
        "start_date": "2020-01-01",
    }  # fmt: skip
    return ordinary | cells


def a_roster() -> Files:
    """One of everything, twice."""
    return {
        "networks.csv": [
            {"network_id": "N1", "network_name": "Open", "plan_id": "P1", "plan_name": "Choice",
             "line_of_business": "Commercial"},
        ],
        "sites.csv": [a_site()],
        "clinicians.csv": [a_person(AMINA), a_person(JON, last_name="SMITH", first_name="JON", gender="M")],
        "practice_locations.csv": [a_practice(AMINA), a_practice(JON)],
        "languages.csv": [
            {"npi": AMINA, "language": "so", "proficiency": "50", "source": "credentialing application"},
            {"npi": JON, "language": "en", "source": "credentialing application"},
        ],
        "affiliations.csv": [{"npi": AMINA, "org_npi": HOSPITAL, "org_name": "Juniper Hospital"}],
    }  # fmt: skip


def many(clinicians: int) -> Files:
    """A roster of so many clinicians, all at one site."""
    files = a_roster()
    npis = [valid_npi(n) for n in range(1, clinicians + 1)]
    files["clinicians.csv"] = [a_person(npi) for npi in npis]
    files["practice_locations.csv"] = [a_practice(npi) for npi in npis]
    return files


def write(folder: Path, files: Files) -> Path:
    """Writes a roster, each file with the columns of its shape and those its rows have besides."""
    folder.mkdir(exist_ok=True)
    for shape in ROSTER:
        rows = deepcopy(files.get(shape.file, []))
        columns = list(dict.fromkeys([*shape.header, *(name for row in rows for name in row)]))
        with (folder / shape.file).open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def quiet(label: str, done: int, of: int) -> None:
    """Progress that nobody looks at."""


def take(folder: Path, files: Files | None = None, **options: Any) -> dict[str, Any]:
    """Imports a roster (written first when it is given) and returns the summary."""
    if files is not None:
        write(folder, files)
    chosen: dict[str, Any] = {
        "source": "plan",
        "refused_file": folder.parent / "refused.csv",
        "progress": quiet,
        "by": program("test"),
        "at": NOW,
    }
    return import_roster(folder=folder, **(chosen | options))


def refused(folder: Path) -> list[tuple[str, int, str, str]]:
    """File, line, key and reason of every refused row of the last import."""
    with (folder.parent / "refused.csv").open(newline="", encoding="utf-8") as lines:
        return [(r["file"], int(r["line"]), r["key"], r["reason"]) for r in csv.DictReader(lines)]
