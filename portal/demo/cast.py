"""The people of the demo, as seeds/cast.csv names them. All of them are fictional, and so are their passwords."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from accounts.vocabulary import CapacityKind, Job
from portal.members.rules import is_old_enough_to_register

LEFT = ":left"
CAST = Path(settings.BASE_DIR) / "seeds" / "cast.csv"
ENROLMENT = Path(settings.BASE_DIR) / "seeds" / "enrolment.csv"


@dataclass(frozen=True)
class Person:
    """One of the cast. ``roles`` are as ``member``, ``clinician`` or ``staff:navigator``: who is staff has that job, in
    a department, and under a manager, who is another of the cast; ``staff:navigator:left`` had it. ``member_id`` is
    the whole of a card, with the person number where a family shares the ID."""

    username: str
    password: str
    email: str
    name: str
    language: str
    roles: list[str]
    department: str
    manager: str
    npi: str | None
    member_id: str | None

    @property
    def capacities(self) -> list[str]:
        """Those that live."""
        return [role for role in self.roles if not role.endswith(LEFT)]

    @property
    def kinds(self) -> list[CapacityKind]:
        return [CapacityKind(role.partition(":")[0]) for role in self.roles]

    @property
    def job(self) -> Job | None:
        jobs = [role.removesuffix(LEFT).partition(":")[2] for role in self.roles]
        return next((Job(job) for job in jobs if job), None)

    @property
    def has_left(self) -> bool:
        return self.capacities != self.roles

    def as_json(self) -> dict[str, object]:
        keys = ("username", "password", "email", "name", "capacities", "member_id", "npi")
        return {key: getattr(self, key) for key in keys}


def read_cast(file: Path) -> Iterator[Person]:
    """The people of the file, in its order."""
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Person(
                username=row["username"],
                password=row["password"],
                email=row["email"],
                name=row["name"],
                language=row["language"],
                roles=row["capacities"].split("|"),
                department=row["department"],
                manager=row["manager"],
                npi=row["npi"] or None,
                member_id=row["member_id"] or None,
            )


@dataclass(frozen=True)
class Unregistered:
    """A member of the demo who has no account yet, and what they register with."""

    name: str
    member_id: str
    last_name: str
    birth_date: date


def unregistered(cast: Sequence[Person], today: date) -> list[Unregistered]:
    """Those of the enrolment file who are no account's and old enough."""
    registered = {person.member_id for person in cast}
    found = {}
    with ENROLMENT.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            card = f"{row['member_id']} {row['person_number']}".strip()
            born = date.fromisoformat(row["birth_date"])
            if card not in registered and is_old_enough_to_register(born, today):
                found[card] = Unregistered(f"{row['first_name']} {row['last_name']}", card, row["last_name"], born)
    return list(found.values())
