import os
import signal
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from accounts.ingest.errors import ImportRefused
from accounts.ingest.progress import ProgressBar
from accounts.vocabulary import CapacityKind, program
from portal.demo.cast import CAST, Person, Unregistered, read_cast, unregistered
from portal.demo.errors import DemoRefused
from portal.demo.operations import fill
from portal.demo.serving import refuse_a_taken_port, serve
from portal.demo.vocabulary import PORT


class Stopped(BaseException):
    """Ctrl-C, TERM, or the end of the terminal came before there was a server to stop."""


def stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


class Command(BaseCommand):
    """``make demo``: a site with fictional clinicians, for whoever wants to look. It may be started again and again."""

    help = "Fills the site with the fictional network and serves it on this machine, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", default=os.environ.get("PORT") or PORT, type=int, help="8000, or PORT, unless told"
        )
        parser.add_argument(
            "--network",
            metavar="DIR",
            type=Path,
            default=Path(settings.BASE_DIR) / "seeds" / "network",
            help="the folder of the network: seeds/network unless told",
        )

    def handle(self, *, port: int, network: Path, **options: Any) -> None:
        if settings.DEPLOYMENT != "demo":
            raise CommandError("The demo is started by `make demo`, or with DEPLOYMENT=demo, and never in production.")
        cast = list(read_cast(CAST))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        try:
            refuse_a_taken_port(port)
            self.prepare(network, cast)
            connections.close_all()
            serve(port=port, ready=lambda: self.say(welcome(f"http://localhost:{port}", cast)))
        except (DemoRefused, ImportRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        except Stopped:
            pass
        self.say("Stopped. What was loaded stays for the next time.")

    def prepare(self, network: Path, cast: list[Person]) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        fill(
            folder=network,
            cast=cast,
            refused_file=Path(tempfile.gettempdir()) / "tessera-demo.refused.csv",
            progress=ProgressBar(),
            say=self.say,
            by=program("demo"),
        )

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def welcome(site: str, cast: list[Person]) -> str:
    """Where to look, and of some capacities the first of the cast who is nothing else, with what they sign in."""
    first = {person.kinds[0]: person for person in reversed(cast) if len(person.kinds) == 1}
    people = [first[kind] for kind in (CapacityKind.MEMBER, CapacityKind.CLINICIAN, CapacityKind.STAFF)]
    width = max(len(person.username) for person in people)
    return "\n    ".join(
        [
            f"\n    Open {site}\n",
            f"Sign in at {site}/account/sign-in/",
            *(f"  {each.username:<{width}}  {each.password:<20} {each.capacities[0]}" for each in people),
            "  manage.py demo_cast names the others. Staff and clinicians set up a second factor first.\n",
            f"Register at {site}/account/register/",
            *(registers_with(each) for each in unregistered(cast, timezone.localdate())),
            "",
            f"Read the mails it sends at {site}/demo/mail/",
            f"No authenticator app at hand? {site}/demo/authenticator/\n",
            "Ctrl-C ends it.\n",
        ]
    )


def registers_with(each: Unregistered) -> str:
    return f"  {each.name}: member ID {each.member_id}, {each.last_name}, {each.birth_date:%m/%d/%Y}"
