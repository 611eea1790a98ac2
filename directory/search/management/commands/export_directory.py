import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.ingest.progress import ProgressBar
from accounts.vocabulary import program
from directory.search.errors import ExportRefused
from directory.search.operations import export_directory


class Command(BaseCommand):
    help = (
        "Write the public files of each state: run it every night, and with --due every few minutes."
        " The last line says what became of each state; exit 1 when one is not in service because the listing kept"
        " changing there."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--due", action="store_true", help="only those that are not in service")
        parser.add_argument("--state", nargs="+", default=(), metavar="MN", help="only these states")

    def handle(self, *, due: bool, state: list[str], **options: Any) -> None:
        try:
            done = export_directory(
                states=state, due=due, progress=ProgressBar(), by=program("export_directory"), at=timezone.now()
            )
        except ExportRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(asdict(done)))
        if done.changing:
            sys.exit(1)
