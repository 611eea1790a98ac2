from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.ingest.rules import CellRefused
from accounts.staff.errors import StaffRefused
from accounts.staff.operations.first_administrator import first_administrator
from accounts.staff.staff_file import STAFF
from accounts.vocabulary import program

ASKED = {
    "number": "Staff number",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Email at work",
}


class Command(BaseCommand):
    """Works once: afterwards access administrators give each other's colleagues that job on a page."""

    help = "Names the first access administrator and mails them an activation ID."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name, asked in ASKED.items():
            parser.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT", help=f"{asked}; asked for if not given")
        parser.add_argument("--department", default="Identity and Access", metavar="TEXT")
        parser.add_argument("--language", default="en", choices=["en", "es"], help="of the mail")

    def handle(self, **options: Any) -> None:
        cells = {name: options[name] or input(f"{asked}: ") for name, asked in ASKED.items()}
        cells |= {"department": options["department"], "language": options["language"]}
        try:
            first_administrator(**read(cells), by=program("first_administrator"), at=timezone.now())
        except StaffRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            "An activation ID is on its way by email, and works for 7 days. With it they register at "
            "/account/register/activation/."
        )


def read(cells: dict[str, str]) -> dict[str, str]:
    """The cells, read as those of a staff file are."""
    readers = {column.name: column.read for column in STAFF.columns}
    found = {}
    for name, cell in cells.items():
        try:
            found[name] = readers[name](cell) or ""
        except CellRefused as refusal:
            raise CommandError(f"{ASKED.get(name, name)} {refusal}.") from refusal
    return found
