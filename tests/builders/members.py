"""Enrolment files on disk: a family, and whatever a test changes."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from accounts.vocabulary import program
from portal.members.enrolment import ENROLMENT
from portal.members.models import Member
from portal.members.operations.enrolment import import_enrolment

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SOURCE = "enrolment"

Row = dict[str, Any]


def a_row(**cells: Any) -> Row:
    ordinary = {
        "action": "full", "member_id": "LFP 100-2000", "person_number": "01", "relationship": "subscriber",
        "last_name": "Castellanos", "first_name": "Marisol", "birth_date": "1979-04-03",
        "email": "marisol.c@mail.example", "phone": "651-555-0171", "line1": "18 Willow Court", "city": "Saint Paul",
        "state": "MN", "zip": "55106", "line_of_business": "Commercial", "plan_code": "C100",
        "plan_name": "Choice 100", "coverage_from": "2024-01-01",
    }  # fmt: skip
    return ordinary | cells


def a_family() -> list[Row]:
    """Subscriber, spouse with a mailbox that the grandmother shares, a son of fifteen, twins of twelve."""
    return [
        a_row(),
        a_row(person_number="02", relationship="spouse", first_name="Jorge", birth_date="1977-09-21",
              email="casa@mail.example"),
        a_row(person_number="03", relationship="child", first_name="Diego", birth_date="2011-03-14",
              email="diego.c@mail.example"),
        a_row(person_number="04", relationship="child", first_name="Luz", birth_date="2014-06-30", email=""),
        a_row(person_number="05", relationship="child", first_name="Sol", birth_date="2014-06-30", email=""),
        a_row(person_number="06", relationship="other", first_name="Rosa", last_name="Núñez-Ríos",
              birth_date="1948-02-29", email="casa@mail.example", language="es"),
    ]  # fmt: skip


def write(rows: list[Row], folder: Path, name: str = "enrolment.csv", *, lacks: tuple[str, ...] = ()) -> Path:
    path = folder / name
    header = [column for column in dict.fromkeys(ENROLMENT.header) if column not in lacks]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def take(
    rows: list[Row], folder: Path, name: str = "enrolment.csv", *, lacks: tuple[str, ...] = (), **more: Any
) -> Row:
    """The summary of the import."""
    options = {"source": SOURCE, "refused_file": folder / "refused.csv", "at": NOW} | more
    return import_enrolment(
        path=write(rows, folder, name, lacks=lacks), progress=lambda *_: None, by=program("test"), **options
    )


def refused(folder: Path) -> list[tuple[int, str]]:
    """Line and reason of every refused row."""
    with (folder / "refused.csv").open(encoding="utf-8", newline="") as file:
        return [(int(row["line"]), row["reason"]) for row in csv.DictReader(file)]


def member(first_name: str) -> Member:
    return Member.objects.get(first_name=first_name)
