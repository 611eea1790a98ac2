"""Acts that happen at once, each in a thread and a connection of its own."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection

PATIENCE_SECONDS = 30
Act = Callable[[], object]


def at_once(*acts: Act, may: tuple[type[Exception], ...] = ()) -> None:
    """All begun together. ``may``: what some of them may raise."""
    barrier = threading.Barrier(len(acts))

    def run(act: Act) -> None:
        barrier.wait(PATIENCE_SECONDS)
        with suppress(*may):
            act()

    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [begun(threads, lambda act=act: run(act)) for act in acts]:  # type: ignore[misc]
            done.result(60)


def begun(threads: ThreadPoolExecutor, act: Act) -> "Future[object]":
    def run() -> object:
        try:
            return act()
        finally:
            connection.close()

    return threads.submit(run)


def until_waiting(number: int = 1) -> None:
    """Returns once so many other connections wait for a lock."""
    patience = time.monotonic() + PATIENCE_SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < patience:
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(
                "select count(distinct pid) from pg_locks join pg_stat_activity using (pid)"
                " where not granted and datname = current_database()"
            )
            if cursor.fetchone()[0] >= number:
                return
            time.sleep(0.02)
    pytest.fail("nobody waits")
