"""How long does an enrolment file take?

    python -m tests.bench.enrolment [members]

Prints one JSON line each for a file into an empty plan, the same file again, and the next month's file, in which every
hundredth member changed and every two-hundredth left: seconds of the whole command, its start included.
"""

import argparse
import csv
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
from tests.bench.fictional_words import FIRST_WORDS, SECOND_WORDS
from tests.bench.load import Sandbox, manage

HOUSEHOLD = ("subscriber", "spouse", "child", "child")
GIVEN_NAMES = ("Ana", "Bo", "Chi", "Dee", "Eli", "Fay", "Gus", "Hue", "Ida", "Jo", "Kim")


def members(count: int, *, next_month: bool) -> Iterator[dict[str, object]]:
    """Households of four on one card."""
    for number in range(count):
        household, person = divmod(number, len(HOUSEHOLD))
        grown = person < 2
        changed = next_month and number % 100 == 0
        left = next_month and number % 200 == 1
        yield {
            "member_id": f"BEN {household:08d}",
            "person_number": f"{person + 1:02d}",
            "relationship": HOUSEHOLD[person],
            "last_name": FIRST_WORDS[household % len(FIRST_WORDS)],
            "first_name": GIVEN_NAMES[number % len(GIVEN_NAMES)],
            "birth_date": f"{(1950 if grown else 2010) + household % 15}-{person * 3 + 1:02d}-{household % 28 + 1:02d}",
            "language": "en",
            "email": f"person.{number}@mail.example" if grown else "",
            "phone": "651-555-0100",
            "line1": f"{household % 9000 + changed} {SECOND_WORDS[household % len(SECOND_WORDS)]} Street",
            "city": "Saint Paul",
            "state": "MN",
            "zip": "55106",
            "line_of_business": "Commercial",
            "plan_code": "OPEN26",
            "plan_name": "Open Network 2026",
            "coverage_from": "2026-01-01",
            "coverage_until": "2026-10-31" if left else "",
        }


def write(path: Path, rows: Iterator[dict[str, object]]) -> Path:
    first = next(rows)
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, first)
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)
    return path


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.enrolment", description="Times an enrolment file.")
    parser.add_argument("members", type=int, nargs="?", default=100_000)
    options = parser.parse_args(arguments)
    see_to_a_database(os.environ)
    sandbox = Sandbox(os.environ.get("DATABASE_URL", "postgresql:///tessera"), 0, name="bench_enrolment")
    sandbox.create()
    try:
        os.environ["DATABASE_URL"] = sandbox.url
        manage(os.environ, "migrate", "-v0")
        manage(os.environ, "load_code_sets")
        with tempfile.TemporaryDirectory() as folder:
            now = write(Path(folder, "now.csv"), members(options.members, next_month=False))
            later = write(Path(folder, "later.csv"), members(options.members, next_month=True))
            for kind, path in (("into an empty plan", now), ("the same again", now), ("the next month's", later)):
                begun = time.perf_counter()
                manage(os.environ, "import_enrolment", str(path), "--refused", f"{folder}/refused.csv")
                seconds = round(time.perf_counter() - begun, 1)
                sys.stdout.write(json.dumps({"file": kind, "members": options.members, "seconds": seconds}) + "\n")
                sys.stdout.flush()
    finally:
        sandbox.drop()


if __name__ == "__main__":
    main(sys.argv[1:])
