"""What does the audit cost those who write?

    python -m tests.bench.audit [--seconds 10]

Prints one JSON line for 1, 4 and 16 writers, each a process whose transactions write a row and last 20 ms: how many a
second are done with an event in each and without, the share that is left, and whether all events are sealed and verify
in the end.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from multiprocessing import get_context

import psycopg

os.environ["DEPLOYMENT"] = "demo"
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.config.settings"

from portal.config.database import see_to_a_database
from tests.bench.load import Sandbox, manage

WRITERS = (1, 4, 16)
LASTS_SECONDS = 0.02
WARMING_SECONDS = 1.0


def write(seconds: float, audited: bool) -> int:
    """In a process of its own: how many transactions are done in that time."""
    import django

    django.setup()
    from django.db import connection, models, transaction
    from django.utils import timezone

    from accounts.audit.operations import record
    from accounts.vocabulary import program

    class Verb(models.TextChoices):
        TIMED = "bench.timed", "was timed"

    def once() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO written (at) VALUES (now())")
                cursor.execute("SELECT pg_sleep(%s)", [LASTS_SECONDS])
            if audited:
                record(verb=Verb.TIMED, by=program("bench"), at=timezone.now(), subject="thing:1", fields=["race"])

    warm, done = time.monotonic() + WARMING_SECONDS, 0
    while time.monotonic() < warm:
        once()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        once()
        done += 1
    return done


def per_second(writers: int, seconds: float, *, audited: bool) -> float:
    with get_context("spawn").Pool(writers) as pool:
        done = pool.starmap(write, [(seconds, audited)] * writers, chunksize=1)
    return sum(done) / seconds


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.audit", description="Times what the audit costs.")
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args(arguments)
    see_to_a_database(os.environ)
    sandbox = Sandbox(os.environ.get("DATABASE_URL", "postgresql:///tessera"), 0)
    sandbox.create()
    try:
        os.environ["DATABASE_URL"] = sandbox.url
        manage(os.environ, "migrate", "-v0")
        with psycopg.connect(sandbox.url) as connection:
            connection.execute("CREATE TABLE written (id bigserial PRIMARY KEY, at timestamptz)")
        for writers in WRITERS:
            without = per_second(writers, options.seconds, audited=False)
            audited = per_second(writers, options.seconds, audited=True)
            line = {"kind": "audit", "writers": writers, "without": without, "audited": audited}
            sys.stdout.write(json.dumps(line | {"share": round(audited / without, 2)}) + "\n")
            sys.stdout.flush()
        manage(os.environ, "seal_audit")
        manage(os.environ, "verify_audit")
    finally:
        sandbox.drop()


if __name__ == "__main__":
    main(sys.argv[1:])
