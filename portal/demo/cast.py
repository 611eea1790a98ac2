"""The people of the demo, as seeds/cast.csv names them. All of them are fictional, and so are their passwords."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from accounts.vocabulary import CapacityKind, Job

LEFT = ":left"
CAST = Path(settings.BASE_DIR) / "seeds" / "cast.csv"


@dataclass(frozen=True)
class Person:
    """One of the cast. ``roles`` are as ``member``, ``clinician`` or ``staff:navigator``: who is staff has that job, in
    a department, and under a manager, who is another of the cast; ``staff:navigator:left`` had it. ``member_id`` is
    None: there are no members yet, only people who will be."""

    username: str
    password: str
    email: str
    name: str
    language: str
    roles: list[str]
    department: str
    manager: str
    npi: str | None
    member_id: str | None = None

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
            )
