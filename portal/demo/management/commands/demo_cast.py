import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo.cast import CAST, Person, read_cast


class Command(BaseCommand):
    """Who is who in the demo, and with what they sign in."""

    help = "Names the fictional people of the demo; with --json for a program."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON array")

    def handle(self, *, json: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's people do not exist in production.")
        cast = list(read_cast(CAST))
        self.stdout.write(as_json(cast) if json else "\n".join(map(line, cast)))


def as_json(cast: list[Person]) -> str:
    return json.dumps([person.as_json() for person in cast], ensure_ascii=False, indent=1)


def line(person: Person) -> str:
    where = f"/find-care/clinicians/{person.npi}/" if person.npi else ""
    return f"{person.username:<18} {person.password:<20} {', '.join(person.capacities):<28} {where}".rstrip()
