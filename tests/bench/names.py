"""Is a name that is spelt wrong found, and how fast?

    python -m tests.bench.names 100000 [--half 1] [--queries 300] [--seed N]

Asks the database that ``tests.bench.run … --keep`` left. Names of listed clinicians get one or two typos: a letter put
in, left out, replaced (half of the time by a neighbour on the keyboard) or swapped with the next. Prints one JSON line
for each number of typos, for whole names and family names alone, and apart where the typos made words that are listed
names too:

    asked, page, suggested    how many; the share for which somebody who bears every word of the name is among the first
                              ten of the page; the same of the page or of a name that it suggests
    sql_p50_ms, sql_p95_ms    the statement of the page

Names are in two halves: figures are given for the half that was not looked at while building (1).
"""

import argparse
import json
import os
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from string import ascii_lowercase
from typing import Any

import numpy as np

from tests.bench.load import Sandbox

FIRST = 10
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
FAMILY_ALONE, FAMILY_FIRST = 0.2, 0.2


def neighbour(letter: str, rng: Random) -> str:
    row = next((row for row in KEYBOARD if letter in row), ascii_lowercase)
    at = row.find(letter)
    return rng.choice([row[n] for n in (at - 1, at + 1) if 0 <= n < len(row)])


def mistyped(words: Sequence[str], rng: Random) -> list[str]:
    """The words with one typo, in any letter alike."""
    while True:
        which = rng.choices(range(len(words)), [len(word) for word in words])[0]
        word = words[which]
        at = rng.randrange(len(word))
        letter = neighbour(word[at], rng) if rng.random() < 0.5 else rng.choice(ascii_lowercase)
        typed = rng.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            )
        )
        if typed not in ("", word):
            return [*words[:which], typed, *words[which + 1 :]]


@dataclass
class Tally:
    page: list[bool] = field(default_factory=list)
    suggested: list[bool] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


def names(half: int, rng: Random) -> list[list[str]]:
    """Given and family name of every listed clinician of a half, folded, in a random order; names of one word each."""
    from directory.code_sets.rules import fold
    from tests.bench.brute_force import rows

    found = [
        [fold(given), fold(family)]
        for given, family in rows(
            "select given_name, family_name from network_clinician"
            " join listing_listedclinician using (npi) order by npi"
        )
    ]
    mine = [
        name
        for name in found
        if all(word.isascii() and word.isalpha() and len(word) > 1 for word in name)
        and zlib.crc32(" ".join(name).encode()) % 2 == half
    ]
    rng.shuffle(mine)
    return mine


def first(words: str, meant: Sequence[str]) -> tuple[bool, Any, float]:
    """Whether who is meant is among the first of the page; what it suggests; milliseconds of its statement."""
    from directory.code_sets.rules import fold
    from directory.listing.models import ListedClinician
    from directory.listing.queries import Query
    from directory.search.vocabulary import CLINICIANS

    begun = time.perf_counter()
    found = ListedClinician.objects.find(Query(words=words, counted=CLINICIANS.counted))
    taken = (time.perf_counter() - begun) * 1000
    shown = [fold(f"{card['name']} {card['goes_by']}").split() for card in found.cards[:FIRST]]
    return any(set(meant) <= set(name) for name in shown), found.spelling, taken


def measure(options: argparse.Namespace) -> None:
    import django

    django.setup()
    from directory.listing.models import NameToken

    rng = Random(options.seed)
    tallies: defaultdict[tuple[str, int, bool], Tally] = defaultdict(Tally)
    for name in names(options.half, rng)[: 2 * options.queries]:
        meant = name[1:] if rng.random() < FAMILY_ALONE else name[::-1] if rng.random() < FAMILY_FIRST else name
        typos = rng.choice((1, 2))
        typed = mistyped(meant, rng)
        if typos == 2:
            typed = mistyped(typed, rng)
        if typed == list(meant):
            continue
        changed = [word for word, before in zip(typed, meant, strict=True) if word != before]
        apart = NameToken.objects.filter(token__in=changed).values("token").distinct().count() == len(set(changed))
        tally = tallies["name" if len(meant) > 1 else "family name", typos, apart]
        on_page, spelling, taken = first(" ".join(typed), meant)
        tally.page.append(on_page)
        tally.suggested.append(
            on_page or any(first(other, meant)[0] for other in (spelling.others if spelling else ()))
        )
        tally.times.append(taken)
    for (what, typos, apart), tally in sorted(tallies.items()):
        p50, p95 = (round(float(np.percentile(tally.times, each)), 1) for each in (50, 95))
        line = {
            "kind": "misspelt", "clinicians": options.clinicians, "what": what, "typos": typos, "a_listed_name": apart,
            "asked": len(tally.page), "page": round(float(np.mean(tally.page)), 3),
            "suggested": round(float(np.mean(tally.suggested)), 3), "sql_p50_ms": p50, "sql_p95_ms": p95,
        }  # fmt: skip
        sys.stdout.write(json.dumps(line) + "\n")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.names", description="Are misspelt names found?")
    parser.add_argument("clinicians", type=int, nargs="?", default=100_000)
    parser.add_argument("--half", type=int, choices=(0, 1), default=1)
    parser.add_argument("--queries", type=int, default=300, help="of each number of typos, about")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    os.environ["DEPLOYMENT"] = "demo"
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.config.settings"
    os.environ["DATABASE_URL"] = Sandbox(
        os.environ.get("DATABASE_URL", "postgresql:///tessera"), options.clinicians
    ).url
    measure(options)


if __name__ == "__main__":
    main(sys.argv[1:])
