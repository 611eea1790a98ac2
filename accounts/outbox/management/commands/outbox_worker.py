import logging
import signal
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections
from django.utils import timezone

from accounts.outbox.operations import deliver

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 1


class Command(BaseCommand):
    help = "Hands over the mail that is due, every second, where no broker wakes a worker. TERM or Ctrl-C ends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="hand over what is due now, and end")

    def handle(self, *, once: bool, **options: Any) -> None:
        stopped = Event()
        for number in () if once else (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        while not stopped.is_set():
            try:
                deliver(clock=timezone.now, keep_on=lambda: not stopped.is_set())
            except DatabaseError:
                if once:
                    raise
                log.warning("the database does not answer", exc_info=True)
                connections.close_all()
            if once or stopped.wait(LOOK_AGAIN_SECONDS):
                return
