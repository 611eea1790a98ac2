"""How fast are the national files taken over, and in how much memory?

    python -m tests.bench.import_nppes 1000000

Writes an official main file (330 columns) of that many fictional clinicians and their organisations, and its next
edition, in which every twentieth row is another. Loads the first into an empty database of its own, then the same once
more, then the next edition, and prints one JSON line for each: rows, seconds of CPU of the client and of the database's
backend until the facts are in, rows for each of these seconds, seconds on the clock, what publication took after that,
and the most memory that the two had (the backend's with the buffers that it shares with all others).
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from accounts.vocabulary import program

os.environ["DEPLOYMENT"] = "demo"
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.config.settings"

from portal.config.database import see_to_a_database
from tests.bench.load import Sandbox
from tests.bench.nppes_files import write_next_edition

MAIN = "npidata_pfile.csv"
EDITIONS = ("npidata_pfile_20050523-20261101.csv", "npidata_pfile_20050523-20261108.csv")


def main(clinicians: int) -> None:
    see_to_a_database(os.environ)
    sandbox = Sandbox(os.environ["DATABASE_URL"], clinicians, name="bench_nppes")
    sandbox.create()
    os.environ["DATABASE_URL"] = sandbox.url
    try:
        with tempfile.TemporaryDirectory() as folder:
            generator = [sys.executable, "-m", "tests.bench.generate_network", "--nppes", "--plain"]
            subprocess.run([*generator, "-n", str(clinicians), "-o", folder], check=True, stdout=sys.stderr)
            first, following = (Path(folder) / name for name in EDITIONS)
            (Path(folder) / MAIN).rename(first)
            write_next_edition(first, following, updated="11/05/2026")
            measure({"first": first, "again": first, "next edition": following})
    finally:
        from django.db import connection

        connection.close()
        sandbox.drop()


def measure(files: Mapping[str, Path]) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from directory.intake.operations import import_nppes

    call_command("migrate", verbosity=0)
    call_command("load_code_sets", stdout=sys.stderr)
    for load, file in files.items():
        connection.ensure_connection()
        backend = connection.connection.info.backend_pid
        begun = published_from = Spent.so_far(backend)

        def watch(label: str, done: int, of: int, backend: int = backend) -> None:
            nonlocal published_from
            if label == "publishing" and done == 0:
                published_from = Spent.so_far(backend)

        summary = import_nppes(
            paths=[file],
            refused_file=file.parent / "refused.csv",
            progress=watch,
            by=program("bench"),
            at=timezone.now(),
        )
        facts, publication = published_from - begun, Spent.so_far(backend) - published_from
        line = {
            "load": load,
            **{name: summary[name] for name in ("read", "added", "updated", "unchanged", "deactivated", "refused")},
            "client_cpu_s": round(facts.client, 1),
            "server_cpu_s": round(facts.server, 1),
            "rows_per_cpu_s": round(summary["read"] / (facts.client + facts.server)),
            "seconds": round(facts.clock, 1),
            "published": summary["published"],
            "places": summary["places"],
            "publication_cpu_s": round(publication.client + publication.server, 1),
            "publication_seconds": round(publication.clock, 1),
            "client_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "server_mb": most_memory_of(backend) // 1024,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


@dataclass(frozen=True)
class Spent:
    """Seconds: of CPU of this process and of the backend, and on the clock."""

    client: float
    server: float
    clock: float

    @classmethod
    def so_far(cls, backend: int) -> "Spent":
        return cls(time.process_time(), cpu_of(backend), time.perf_counter())

    def __sub__(self, before: "Spent") -> "Spent":
        return Spent(self.client - before.client, self.server - before.server, self.clock - before.clock)


def most_memory_of(pid: int) -> int:
    """Kilobytes that a process of this machine had at most so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def cpu_of(pid: int) -> float:
    """Seconds of CPU of a process of this machine so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
