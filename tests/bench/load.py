"""A database of the benchmark's own beside the one that DATABASE_URL names, filled by the real commands."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.bench.generate_network import Options, generate

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = "bench"


class Sandbox:
    """The database bench_<clinicians>, or another of ours, and the role of its public pages."""

    def __init__(self, url: str, clinicians: int, *, name: str = "bench") -> None:
        self.server = url
        self.name = f"{name}_{clinicians}"
        self.url = urlsplit(url)._replace(path=f"/{self.name}").geturl()

    def is_loaded(self) -> bool:
        """Whether a run before this one left it behind, whole."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [self.name]).fetchone():
                return False
        with psycopg.connect(self.url) as connection:
            return bool(connection.execute("select to_regclass('bench_is_loaded')").fetchone()[0])

    def mark_loaded(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("create table bench_is_loaded ()")
            connection.execute("vacuum analyze")  # as autovacuum would within minutes

    def create(self) -> None:
        self.drop()
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(self.name)))

    def drop(self) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(self.name)))
            connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(f"{self.name}_public")))


def load(clinicians: int, *, seed: int, environment: Mapping[str, str], say: Callable[[str], None]) -> dict[str, float]:
    """Generate a network, import it and what its clinicians say; seconds of each step."""
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        steps: list[tuple[str, Callable[[], object]]] = [
            ("generate", lambda: generate(network(clinicians, Path(folder), seed))),
            ("migrate", lambda: manage(environment, "migrate", "-v0")),
            ("load_code_sets", lambda: manage(environment, "load_code_sets")),
            (
                "import_roster",
                lambda: manage(environment, "import_roster", folder, "--source", SOURCE, *refused(folder)),
            ),
            (
                "import_synthetic_self_descriptions",
                lambda: manage(environment, "import_synthetic_self_descriptions", folder, *refused(folder)),
            ),
        ]
        for name, step in steps:
            say(f"{name} …")
            begun = time.perf_counter()
            step()
            seconds[name] = round(time.perf_counter() - begun, 1)
    return seconds


def network(clinicians: int, folder: Path, seed: int) -> Options:
    return Options(clinicians=clinicians, directory=folder, seed=seed, jobs=os.cpu_count() or 1)


def refused(folder: str) -> tuple[str, str]:
    return "--refused", f"{folder}/refused.csv"


def manage(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a command of the site; what it says goes to stderr, because stdout holds the benchmark's lines alone."""
    subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=PROJECT, env=dict(environment), stdout=sys.stderr, check=True
    )
