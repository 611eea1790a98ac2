from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.vocabulary import program
from portal.members.errors import NobodyOnFile
from portal.members.operations.retirement import end_registration


class Command(BaseCommand):
    """The member ID is asked for, and no argument: those stay in histories and lists of processes."""

    help = "Ends what an account is for a member, who says that somebody else registered (docs/operations.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", default="enrolment", metavar="NAME", help="whose file named the member")

    def handle(self, **options: Any) -> None:
        member_id, person_number = input("Member ID: "), input("Person number, if there is one: ")
        try:
            end_registration(
                source=options["source"],
                member_id=member_id,
                person_number=person_number,
                by=program("end_registration"),
                at=timezone.now(),
            )
        except NobodyOnFile as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            "No account stands for this member, from the next request on, and no activation ID is on its way. "
            "Member Relations sends the member a new one."
        )
