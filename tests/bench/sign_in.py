"""How many people can sign in in a second, and what does each cost?

    python -m tests.bench.sign_in [--seconds 10]

Prints one JSON line for 1 and 4 threads of one process, for right and wrong passwords and for names that are nobody's:
whole requests through every layer of the site, from the form to the answer, without a network between. ``cpu_ms`` is
the process's own, ``p50_ms`` what a person waits.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median

os.environ["DEPLOYMENT"] = "demo"
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.config.settings"

from portal.config.database import see_to_a_database
from tests.bench.load import Sandbox, manage

THREADS = (1, 4)
PEOPLE = 200
PASSWORD = "Two quiet herons 7!"


def measure(kind: str, threads: int, seconds: float) -> dict[str, object]:
    from django.db import connection
    from django.test import Client

    until = time.monotonic() + seconds

    def one(number: int) -> float:
        names = {"right": f"person.{number % PEOPLE}", "wrong": f"person.{number % PEOPLE}"}
        typed = {"username": names.get(kind, f"nobody.{number}"), "password": PASSWORD if kind == "right" else "no"}
        begun = time.perf_counter()
        # Each from an address of its own, as people are: or else the count of guesses is what is measured.
        answer = Client(headers={"host": "localhost"}).post(
            "/account/sign-in/", typed, REMOTE_ADDR=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        )
        assert answer.status_code == (302 if kind == "right" else 200), answer.status_code
        return time.perf_counter() - begun

    def many(thread: int) -> list[float]:
        took: list[float] = []
        number = thread * 1_000_000
        while time.monotonic() < until:
            took.append(one(number))
            number += 1
        connection.close()
        return took

    cpu, begun = time.process_time(), time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        took = [each for part in pool.map(many, range(threads)) for each in part]
    passed = time.monotonic() - begun
    return {
        "kind": f"sign in, {kind}",
        "threads": threads,
        "per_second": round(len(took) / passed, 1),
        "p50_ms": round(median(took) * 1000),
        "cpu_ms": round((time.process_time() - cpu) * 1000 / len(took), 1),
    }


def make_people() -> None:
    from django.contrib.auth.hashers import make_password

    from accounts.models import User

    password = make_password(PASSWORD)
    User.objects.bulk_create(User(username=f"person.{number}", password=password) for number in range(PEOPLE))


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sign_in", description="Times signing in.")
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args(arguments)
    see_to_a_database(os.environ)
    sandbox = Sandbox(os.environ.get("DATABASE_URL", "postgresql:///tessera"), 0, name="bench_sign_in")
    sandbox.create()
    try:
        os.environ["DATABASE_URL"] = sandbox.url
        manage(os.environ, "migrate", "-v0")
        manage(os.environ, "collectstatic", "--noinput", "-v0")

        import django

        django.setup()
        from django.db import connection

        from accounts.sign_in import guessing

        # Wrong passwords of 200 people are tried thousands of times: what locks is not what is measured.
        guessing.GUESSES = guessing.GUESSES_PER_DAY = 1_000_000
        make_people()
        measure("right", 1, 1)
        for kind in ("right", "wrong", "unknown"):
            for threads in THREADS:
                sys.stdout.write(json.dumps(measure(kind, threads, options.seconds)) + "\n")
                sys.stdout.flush()
        connection.close()
    finally:
        sandbox.drop()


if __name__ == "__main__":
    main(sys.argv[1:])
