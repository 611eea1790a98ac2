"""The demo's web server: the one that production uses, in the foreground, on this machine only."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from typing import Any

import django
from django.core.management import call_command
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from .errors import DemoRefused
from .vocabulary import THREADS_OF_A_WORKER, WAITING_REQUESTS_OF_A_WORKER, WORKERS

APPLICATION = "portal.config.wsgi"
HOST = "127.0.0.1"
LOOK_AGAIN_SECONDS = 0.05
SECONDS_TO_FINISH = 5
PARENT_LOOKED_AT_EVERY_SECONDS = 0.5


def refuse_a_taken_port(port: int) -> None:
    """Raises DemoRefused when somebody listens there: two servers would share the port, and its visitors."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise DemoRefused(
                f"Port {port} cannot be used: is a demo running already? Choose another: PORT={port + 1} make demo"
            ) from error


@contextmanager
def mail_going_out() -> Iterator[None]:
    """For the time of a block ``manage.py outbox_worker`` runs in a process of its own, which ends with this one."""
    worker = get_context("spawn").Process(target=deliver_mail, args=(os.getpid(),), daemon=True)
    worker.start()
    try:
        yield
    finally:
        worker.terminate()
        worker.join(SECONDS_TO_FINISH)


def deliver_mail(parent: int) -> None:
    """What that process does."""
    os.setpgid(0, 0)  # the terminal's Ctrl-C is for the parent
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    django.setup()
    call_command("outbox_worker")


def serve(*, port: int, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or TERM; ``ready`` is called, from a thread of its own, once pages are answered."""
    server = Server(
        APPLICATION,
        address=HOST,
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS_OF_A_WORKER,
        backpressure=WAITING_REQUESTS_OF_A_WORKER,
        workers_kill_timeout=SECONDS_TO_FINISH,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,  # an access log holds the query, and so what somebody looked for
    )
    # A closed terminal ends it too; the server's own answer is to begin anew.
    server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
    threading.Thread(target=call_when_answered, args=(port, ready), daemon=True).start()
    with mail_going_out():
        server.serve(target_loader=application_of_a_worker)


def application_of_a_worker(name: str) -> Callable[..., Any]:
    """Called in each worker, which from then on ends with the process that started it, even one that was killed:
    else it would keep the port, and the embedded PostgreSQL."""
    # The terminal's Ctrl-C is for the parent, which tells its workers: a worker that is told twice hangs.
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # until it serves; the handler it was born with is its parent's
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    application: Callable[..., Any] = import_module(name).application
    return application


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_LOOKED_AT_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)  # nobody is left who would hear a goodbye


def call_when_answered(port: int, ready: Callable[[], None]) -> None:
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(LOOK_AGAIN_SECONDS)
        else:
            ready()
            return
