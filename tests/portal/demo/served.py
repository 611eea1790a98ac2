"""The demo as a newcomer starts it, on a small part of its network and in a database of its own."""

import csv
import fcntl
import gzip
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import psycopg
from psycopg import sql

from portal.demo.errors import DemoRefused
from portal.demo.serving import LOOK_AGAIN_SECONDS, refuse_a_taken_port

ROOT = Path(__file__).resolve().parents[3]
NETWORK = ROOT / "seeds" / "network"
AREA = ("Saint Paul",)
CAST_SITES = "9000"  # what the numbers of the cast's sites begin with

Row = dict[str, str]
SECONDS_TO_STOP = 60
PORTS = range(20_000, 32_000)
"""Below those that the system gives to whoever connects to something: nobody takes one in passing."""


class Demo:
    """A process of ``manage.py demo``, for the time of a block: ``said`` is what it wrote until it was ready, or until
    it ended."""

    def __init__(self, *, database: str, network: Path, port: int | None = None) -> None:
        public_files = network.with_name("public-files")
        public_files.mkdir(exist_ok=True)
        self.mails = network.with_name(f"mails-of-{database}")
        # Every demo of a working copy collects its static files in one folder, and no two may choose one port.
        with (Path(tempfile.gettempdir()) / "tessera-demo-tests.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            self.port = port or free_port()
            self.url = f"http://localhost:{self.port}"
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "demo", "--network", network, "--port", str(self.port)],
                env={name: value for name, value in os.environ.items() if name != "BROKER_URL"}
                | {
                    "DEPLOYMENT": "demo",
                    "DATABASE_URL": address_of(database),
                    "PUBLIC_FILES": str(public_files),
                    "EMAIL_URL": f"folder:{self.mails}",
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            self.said = self._listen()

    def _listen(self) -> str:
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if self.url in line:
                break
        return said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
        if self.process.stdout:
            self.process.stdout.close()

    @property
    def is_ready(self) -> bool:
        return f"Open {self.url}" in self.said

    def stop(self, how: signal.Signals = signal.SIGTERM, *, group: bool = False) -> tuple[int, str]:
        """Exit code, and what it said to the end. Its output ends when the last of its processes has."""
        assert self.process.stdout is not None
        (os.killpg if group else os.kill)(self.process.pid, how)
        too_long = threading.Timer(SECONDS_TO_STOP, self.process.kill)
        too_long.start()
        said = self.process.stdout.read()  # Popen.communicate would lose what the lines before were read with
        code = self.process.wait()
        too_long.cancel()
        return code, said


def free_port() -> int:
    return next(port for port in random.sample(PORTS, len(PORTS)) if is_free(port))


def is_free(port: int) -> bool:
    try:
        refuse_a_taken_port(port)
    except DemoRefused:
        return False
    return True


def wait_until_free(port: int) -> None:
    """Its output ends a moment before a process lets go of its port."""
    until = time.monotonic() + SECONDS_TO_STOP
    while not is_free(port):
        assert time.monotonic() < until, "a process is left, and keeps the port"
        time.sleep(LOOK_AGAIN_SECONDS)


def address_of(database: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()


@contextmanager
def database(name: str) -> Iterator[str]:
    """An empty database for the time of a block, beside the one of the tests."""
    role = sql.Identifier(f"{name}_public")
    quoted = sql.Identifier(name)
    drop = [
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted),
        sql.SQL("DROP ROLE IF EXISTS {}").format(role),
    ]
    with psycopg.connect(address_of("postgres"), autocommit=True) as connection:
        for statement in [*drop, sql.SQL("CREATE DATABASE {}").format(quoted)]:
            connection.execute(statement)
        yield name
        for statement in drop:
            connection.execute(statement)


def write_small_network(folder: Path) -> Path:
    """The demo network's sites of one city, whoever works there, and the cast: some hundred clinicians."""
    sites = {row["site_id"] for row in copied(folder, "sites", is_in_the_area)}
    there = [row for row in rows("practice_locations") if row["site_id"] in sites]
    people = {row["npi"] for row in there}
    copied(folder, "practice_locations", lambda row: row["site_id"] in sites)
    for name in ("clinicians", "languages", "affiliations", "answers"):
        copied(folder, name, lambda row: row["npi"] in people)
    copied(folder, "networks", lambda row: True)
    return folder


def is_in_the_area(site: Row) -> bool:
    return site["city"] in AREA or site["site_id"].startswith(CAST_SITES)


def rows(name: str) -> Iterator[Row]:
    with gzip.open(NETWORK / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def copied(folder: Path, name: str, keep: Callable[[Row], bool]) -> list[Row]:
    kept = [row for row in rows(name) if keep(row)]
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(kept[0]))
        writer.writeheader()
        writer.writerows(kept)
    return kept


class Visitor:
    """A browser without a window: it keeps its cookies, and sends forms as they stand on the page."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.opener = build_opener(HTTPCookieProcessor())
        self.address = self.html = ""

    def goes_to(self, path: str, data: bytes | None = None) -> Self:
        with self.opener.open(f"{self.site}{path}", data, timeout=SECONDS_TO_STOP) as answer:
            self.address = urlsplit(answer.url).path
            self.html = answer.read().decode()
        return self

    def sends(self, **typed: str) -> Self:
        """The form of the page on which there is a box of each of these names."""
        main = self.html.partition("<main")[2]
        form = next(each for each in main.split("<form")[1:] if all(f'name="{name}"' in each for name in typed))
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.partition("</form>")[0]))
        return self.goes_to(self.address, urlencode(hidden | typed).encode())

    def reads(self, pattern: str) -> str:
        """What the page says there."""
        found = re.search(pattern, self.html)
        assert found, f"{self.address} does not say {pattern}"
        return found[1]
