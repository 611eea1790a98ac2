"""How long does a staff file take?

    python -m tests.bench.staff [people]

Prints one JSON line each for a first file, the same again, the next day's (every hundredth has another department or
email, every two-hundredth left), and that of a day on which half the departments are under somebody else: seconds of
the whole command, its start included.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ["DEPLOYMENT"] = "demo"
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.config.settings"

from portal.config.database import see_to_a_database
from tests.bench.enrolment import GIVEN_NAMES, write
from tests.bench.fictional_words import FIRST_WORDS, SECOND_WORDS
from tests.bench.load import Sandbox, manage

REPORTS = 8
"""How many work under one manager."""


def staff(count: int, *, next_day: bool = False, moved: bool = False) -> Iterator[dict[str, object]]:
    """One tree, each of whom has one job; the first are those with others under them."""
    for number in range(count):
        manager = (number - 1) // REPORTS if number else None
        changed, left = next_day and number % 100 == 7, next_day and number % 200 == 199
        if left and number * REPORTS >= count:
            continue
        if moved and manager is not None and manager % 2:
            manager -= 1
        yield {
            "staff_number": str(10_000 + number),
            "first_name": GIVEN_NAMES[number % len(GIVEN_NAMES)],
            "last_name": FIRST_WORDS[number % len(FIRST_WORDS)],
            "work_email": f"person.{number}{'.new' if changed and number % 200 == 7 else ''}@plan.example",
            "department": "Moved" if changed else SECOND_WORDS[number // REPORTS % len(SECOND_WORDS)],
            "job": "manager"
            if number * REPORTS < count
            else "access_administrator"
            if number % 500 == 1
            else "network",
            "manager_number": "" if manager is None else str(10_000 + manager),
            "from": f"{2015 + number % 10}-{number % 12 + 1:02d}-01",
            "until": "",
        }


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.staff", description="Times a staff file.")
    parser.add_argument("people", type=int, nargs="?", default=3_000)
    count = parser.parse_args(arguments).people
    see_to_a_database(os.environ)
    sandbox = Sandbox(os.environ.get("DATABASE_URL", "postgresql:///tessera"), 0, name="bench_staff")
    sandbox.create()
    try:
        os.environ["DATABASE_URL"] = sandbox.url
        manage(os.environ, "migrate", "-v0")
        with tempfile.TemporaryDirectory() as folder:
            first = write(Path(folder, "first.csv"), staff(count))
            later = write(Path(folder, "later.csv"), staff(count, next_day=True))
            moved = write(Path(folder, "moved.csv"), staff(count, moved=True))
            for kind, path in (
                ("first", first),
                ("the same again", first),
                ("the next day's", later),
                ("moved", moved),
            ):
                begun = time.perf_counter()
                manage(os.environ, "import_staff", str(path), "--refused", f"{folder}/refused.csv")
                seconds = round(time.perf_counter() - begun, 1)
                sys.stdout.write(json.dumps({"file": kind, "people": count, "seconds": seconds}) + "\n")
                sys.stdout.flush()
    finally:
        sandbox.drop()


if __name__ == "__main__":
    main(sys.argv[1:])
