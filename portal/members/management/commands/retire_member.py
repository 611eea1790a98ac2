from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.vocabulary import program
from portal.members.errors import EnrolmentIsRead, NobodyOnFile
from portal.members.operations.retirement import retire_member


class Command(BaseCommand):
    """The member ID is asked for, and no argument: those stay in histories and lists of processes."""

    help = "Takes the record of a member out of use, whose member ID is another person's now (docs/imports.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", default="enrolment", metavar="NAME", help="whose file named the member")

    def handle(self, **options: Any) -> None:
        member_id, person_number = input("Member ID: "), input("Person number, if there is one: ")
        try:
            retire_member(
                source=options["source"],
                member_id=member_id,
                person_number=person_number,
                by=program("retire_member"),
                at=timezone.now(),
            )
        except (NobodyOnFile, EnrolmentIsRead) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            "The record is out of use: no account stands for it, and no card leads to it. Import the file again: "
            "whoever it names by this member ID has a record of their own."
        )
