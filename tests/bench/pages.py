"""A page of results as a visitor's browser gets it, timed, and read back into numbers."""

import gzip
import html
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from django.urls import reverse

from directory.search.vocabulary import CLINICIANS, PLACES, Sought
from tests.bench.load import PROJECT

Asked = Mapping[str, list[str]]

AS_JSON = "api_"
HOST = "127.0.0.1"
WORKERS, THREADS, WAITING = 2, 4, 64
SECONDS_TO_START = 60
TOTAL = re.compile(r'<h2 id="found"[^>]*>\s*([\d,]*)')
HIT = re.compile(r'<h3><a href="/find-care/(?:clinicians|places)/(\d+)/')
OPTION = re.compile(
    r'<input type="checkbox" name="(\w+)" value="([^"]*)"( checked)?>.*?(?:<span class="n">([\d,]+)</span>)?</label>'
)


@dataclass(frozen=True)
class Shown:
    """What a page says: how many were found, the NPIs (of places, the numbers) in order, and how many stand behind each
    value of each filter."""

    total: int
    numbers: list[int]
    facets: dict[str, dict[str, int]]

    @classmethod
    def read(cls, page: str, asked: Asked, of: Sought) -> "Shown":
        found = TOTAL.search(page)
        if found is None:
            raise ValueError("this is no page of results")
        facets: dict[str, dict[str, int]] = defaultdict(dict)
        for name, value, _, number in OPTION.findall(page):
            if number:
                facets[name][html.unescape(value)] = whole(number)
        total = whole(found[1] or "0")
        numbers = [int(each) for each in HIT.findall(page)] if total else []  # an empty page offers others instead
        return cls(total, numbers, dict(facets))

    @classmethod
    def read_json(cls, text: str, asked: Asked, of: Sought) -> "Shown":
        """A page shows a number for "yes" and for what was chosen even where it is 0, and JSON leaves that out."""
        answer = json.loads(text)
        facets = {}
        for name, rows in answer["facets"].items():
            always = {"yes"} if of.choices[name].yes else set(asked.get(name, ()))
            if numbers := dict.fromkeys(always, 0) | {row["value"]: row["count"] for row in rows}:
                facets[name] = numbers
        return cls(answer["count"], [int(each["id" if of is PLACES else "npi"]) for each in answer["results"]], facets)


@dataclass(frozen=True)
class Form:
    """Where a kind of search is asked, of what, and how the answer is read."""

    path: str
    of: Sought
    read: Callable[[str, Asked, Sought], Shown]


def form_of(kind: str) -> Form:
    """That of a page; of JSON where ``api_`` stands before the kind."""
    of = PLACES if "places_" in kind else CLINICIANS
    if kind.startswith(AS_JSON):
        return Form(reverse(of.program), of, Shown.read_json)
    return Form(reverse(of.page), of, Shown.read)


def whole(text: str) -> int:
    return int(text.replace(",", ""))


class Visitor:
    """One browser: one connection, kept open, that asks for one page after the other."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection(HOST, port, timeout=60)

    def get(self, path: str) -> tuple[float, str]:
        """Milliseconds until the last byte, and the page."""
        begun = time.perf_counter()
        self.connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        response = self.connection.getresponse()
        body = response.read()
        taken = (time.perf_counter() - begun) * 1000
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")
        packed = response.getheader("Content-Encoding") == "gzip"
        return taken, (gzip.decompress(body) if packed else body).decode()


def status(port: int, path: str) -> int:
    """The number with which an address answers."""
    connection = HTTPConnection(HOST, port, timeout=60)
    with closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


@contextmanager
def server(environment: Mapping[str, str]) -> Iterator[int]:
    """The web server of the demo and of production on a free port, until the block ends."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"),
        *("--host", HOST, "--port", str(port), "--workers", str(WORKERS)),
        *("--blocking-threads", str(THREADS), "--backpressure", str(WAITING), "portal.config.wsgi:application"),
    ]
    process = subprocess.Popen(command, cwd=PROJECT, env=dict(environment), stdout=sys.stderr)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            Visitor(port).get("/health/live")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server did not start")
