"""Staff files on disk: three people under one manager, and whatever a test changes."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accounts.models import StaffPerson, User
from accounts.operations import give_capacity, open_account
from accounts.staff.operations import register
from accounts.staff.operations.staff_file import import_staff
from accounts.staff.staff_file import STAFF
from accounts.vocabulary import CapacityKind
from tests.builders.people import PASSWORD, SOMEBODY

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
Row = dict[str, Any]


def a_row(number: str, job: str = "navigator", manager: str = "1", **cells: Any) -> Row:
    ordinary = {
        "staff_number": number,
        "first_name": f"First{number}",
        "last_name": f"Last{number}",
        "work_email": f"s{number}@plan.example",
        "department": "Care Navigation",
        "job": job,
        "manager_number": manager,
        "from": "2024-01-01",
        "until": "",
    }
    return ordinary | cells


def a_staff() -> list[Row]:
    return [
        a_row("1", "manager", ""),
        a_row("2", "navigator"),
        a_row("3", "member_relations"),
        a_row("4", "access_administrator"),
        a_row("5", "network"),
    ]


def write(folder: Path, rows: list[Row], name: str = "staff.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(STAFF.header))
        writer.writeheader()
        writer.writerows(rows)
    return path


def imported(folder: Path, rows: list[Row], at: datetime = NOW, **options: Any) -> dict[str, Any]:
    """The summary of an import of the rows."""
    return import_staff(
        path=write(folder, rows),
        shape=STAFF,
        refused_file=folder / "refused.csv",
        progress=lambda *_: None,
        by=SOMEBODY,
        at=at,
        **options,
    )


def registered(number: str, at: datetime = NOW) -> User:
    """Whoever has the number now has an account as staff."""
    person = StaffPerson.objects.get(number=number)
    user = open_account(
        username=f"staff.{number}",
        name=person.name,
        email=f"mail{number}@mail.example",
        password=PASSWORD,
        language="en",
        by=SOMEBODY,
        at=at,
    )
    capacity = give_capacity(user=user, kind=CapacityKind.STAFF, by=SOMEBODY, at=at)
    register(person=person, capacity=capacity, by=SOMEBODY, at=at)
    return user
