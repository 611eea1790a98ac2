"""Can a stranger tell by the clock whether a username and an address belong together?

    python -m tests.bench.reset [--rounds 60]

Each round asks for a code five times, in random order, for a person nobody asked for before: both right, one wrong,
the other wrong, both wrong, two people's crossed; and gives a wrong code back each time. A worker beside it hands the
mail to a mail server that takes 200 ms for each. Prints one JSON line for each pair: median and quartiles of both
requests in milliseconds, and how often the request for the right pair was the slower one of two (0.5 is chance).
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any

os.environ["DEPLOYMENT"] = "demo"
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.config.settings"

from portal.config.database import see_to_a_database
from tests.bench.load import PROJECT, Sandbox, manage

THINKS_SECONDS = 0.2
WARMING = 3
RIGHT = "both right"
ASK, CODE = "/account/password-reset/", "/account/password-reset/code/"


def pairs(number: int) -> dict[str, tuple[str, str]]:
    name, mail = f"person.{number}", f"person{number}@mail.example"
    return {
        RIGHT: (name, mail),
        "right name, wrong mail": (name, f"other{number}@mail.example"),
        "wrong name, right mail": (f"nobody.{number}", mail),
        "both wrong": (f"nobody.{number}", f"other{number}@mail.example"),
        "of two people": (name, f"person{number + 1}@mail.example"),
    }


def milliseconds(client: Any, address: str, typed: dict[str, str]) -> float:
    begun = time.perf_counter()
    answer = client.post(address, typed)
    assert answer.status_code in (200, 302), answer.status_code
    return (time.perf_counter() - begun) * 1000


def walk(rounds: range) -> dict[str, dict[str, list[float]]]:
    from django.test import Client

    times: dict[str, dict[str, list[float]]] = {}
    for number in rounds:
        these = list(pairs(number).items())
        random.shuffle(these)
        for name, (username, email) in these:
            client = Client(HTTP_HOST="localhost", REMOTE_ADDR=f"203.0.113.{number % 250}")
            asked = milliseconds(client, ASK, {"username": username, "email": email})
            guessed = milliseconds(client, CODE, {"code": "00000000"})
            taken = times.setdefault(name, {"ask": [], "guess": []})
            taken["ask"].append(asked)
            taken["guess"].append(guessed)
    return times


def slower(one: Sequence[float], other: Sequence[float]) -> float:
    """How often one of the first took longer than one of the second."""
    return sum((a > b) + (a == b) / 2 for a in one for b in other) / (len(one) * len(other))


def told(name: str, times: dict[str, list[float]], right: dict[str, list[float]]) -> dict[str, object]:
    line: dict[str, object] = {"pair": name}
    for act, taken in times.items():
        low, _, high = quantiles(taken, n=4)
        line[act] = {
            "median_ms": round(median(taken), 1),
            "quartiles_ms": [round(low, 1), round(high, 1)],
            "right_is_slower": round(slower(right[act], taken), 2),
        }
    return line


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reset", description="Times the reset's answers.")
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args(arguments)
    see_to_a_database(os.environ)
    sandbox = Sandbox(os.environ.get("DATABASE_URL", "postgresql:///tessera"), 0, name="bench_reset")
    sandbox.create()
    try:
        os.environ["DATABASE_URL"] = sandbox.url
        manage(os.environ, "migrate", "-v0")
        import django

        django.setup()
        from tests.builders.mail import PostOffice
        from tests.builders.people import person

        for number in range(WARMING + options.rounds + 1):
            person(f"person.{number}", f"person{number}@mail.example", name="Somebody Else")
        office = PostOffice()
        office.seconds = THINKS_SECONDS
        office.start()
        worker = subprocess.Popen(
            [sys.executable, PROJECT / "manage.py", "outbox_worker"], env=os.environ | {"EMAIL_URL": office.url}
        )
        try:
            walk(range(WARMING))  # nobody is asked for twice: later asks of one subject are another case
            times = walk(range(WARMING, WARMING + options.rounds))
        finally:
            worker.terminate()
            worker.wait()
            office.stop()
        for name in pairs(0):
            sys.stdout.write(json.dumps(told(name, times[name], times[RIGHT])) + "\n")
        sys.stdout.write(json.dumps({"mails_that_came": len(office.mails)}) + "\n")
    finally:
        from django.db import connections

        connections.close_all()
        sandbox.drop()


if __name__ == "__main__":
    main(sys.argv[1:])
