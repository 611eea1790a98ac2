"""What does a check of a password cost on this machine?

    python -m tests.bench.hashing [--checks 10]

Prints one JSON line for each choice of memory and passes: CPU milliseconds of one check (the least and the median of
some), and how many a second are done by as many threads as a web process has. To choose: the most memory, at two
passes or more, at which a check stays under the time that a sign-in may cost, and memory times threads times processes
fits into the machine. PASSWORD_MEMORY_MIB and PASSWORD_PASSES say what was chosen; whoever signs in next gets it.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from argon2 import PasswordHasher, Type

CHOICES = ((19, 2), (19, 3), (32, 2), (46, 2), (46, 3), (64, 2), (100, 2))
THREADS = 4
PASSWORD = "Two quiet herons 7!"


def measured(memory_mib: int, passes: int, checks: int) -> dict[str, float]:
    hasher = PasswordHasher(time_cost=passes, memory_cost=memory_mib * 1024, parallelism=1, type=Type.ID)
    kept = hasher.hash(PASSWORD)

    def check(_: int) -> float:
        begun = time.thread_time()
        hasher.verify(kept, PASSWORD)
        return time.thread_time() - begun

    alone = sorted(check(number) for number in range(checks))
    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(check, range(checks * THREADS)))
    return {
        "memory_mib": memory_mib,
        "passes": passes,
        "cpu_ms_least": round(alone[0] * 1000),
        "cpu_ms_median": round(median(alone) * 1000),
        "checks_a_second": round(checks * THREADS / (time.perf_counter() - begun), 1),
        "mib_of_all_threads": memory_mib * THREADS,
    }


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hashing", description="Times Argon2id.")
    parser.add_argument("--checks", type=int, default=10)
    options = parser.parse_args(arguments)
    for memory_mib, passes in CHOICES:
        sys.stdout.write(json.dumps(measured(memory_mib, passes, options.checks)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
