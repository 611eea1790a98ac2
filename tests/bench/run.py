"""How fast is a search, and is it right?

    python -m tests.bench.run 100000 [--keep] [--seed N] [--queries 300] [--checked 50] [--kinds near,name]

Builds a network of that many clinicians, loads it by the real commands into a database of its own, starts the real web
server, and prints one JSON line for each kind of search:

    kind, clinicians
                              api_near: the same searches as JSON from /api/v1/; places_near: of places
    p50_ms, p95_ms, p99_ms    a whole page over HTTP, gzipped, asked by one visitor after the other on one connection
    sql_p50_ms, sql_p95_ms    the statements of the same pages, asked again in this process by way of the same views:
                              the time inside the driver, without the statement that takes the role
    statements                the most that one page makes, without that one
    checked, wrong            pages compared with brute force (``brute_force.py``): total, order, every count shown

then one each for a clinician who is published again (republish_one), ten who choose at the same moment (ten_writers),
the listing made anew (rebuild) and numbered anew (renumber) while somebody goes on searching and somebody else
choosing, the public files with a withdrawal from them (public_files), and how long loading took (load). Exits with 1
when a page was wrong and names the query. With --keep the database stays, and the next run with --keep uses it.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import numpy as np

from accounts.vocabulary import program

# Before anything reads the settings.
os.environ["DEPLOYMENT"] = "demo"
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.config.settings"
for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "PLAN_FILE", "TRUSTED_PROXY", "CACHE_URL"):
    os.environ.pop(name, None)
os.environ["API_RATE"] = "1000000/second"  # one visitor asks for everything

from portal.config.database import see_to_a_database  # noqa: E402
from tests.bench.load import PROJECT, Sandbox, load, manage  # noqa: E402

WARMING = 40
REPUBLISHED = 200
WRITERS, ROUNDS = 10, 20
SECONDS_BETWEEN_CHOICES = 0.2


def say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def tell(**line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def percentiles(times: Sequence[float], *wanted: int) -> list[float]:
    return [round(float(np.percentile(times, each)), 1) for each in wanted]


def expected(answer: Any, asked: dict[str, list[str]], of: Any) -> dict[str, dict[str, int]]:
    """What brute force found, in the words of a page: "yes" where there is only that, and 0 for what was chosen."""
    facets = {}
    for name, choice in of.choices.items():
        counts = dict(answer.facets[choice.group])
        shown = {"yes": counts.get(choice.yes, 0)} if choice.yes else counts
        shown |= {code: 0 for code in asked.get(name, ()) if code not in shown}
        if shown:
            facets[name] = shown
    return facets


def differences(shown: Any, answer: Any, asked: dict[str, list[str]], of: Any) -> list[str]:
    found = []
    if shown.total != answer.total:
        found.append(f"total {shown.total}, brute force {answer.total}")
    if shown.numbers != [row[0] for row in answer.rows[:20]]:
        found.append("the page is not the first 20")
    wanted = expected(answer, asked, of)
    for name in sorted({*wanted, *shown.facets}):
        if shown.facets.get(name) != wanted.get(name):
            found.append(f"counts of {name}: {shown.facets.get(name)}, brute force {wanted.get(name)}")
    return found


class Statements:
    """Counts and times the statements of a page, except the one that takes the role."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, *rest)
        finally:
            if "set_config('role'" not in sql:
                self.count += 1
                self.seconds += time.perf_counter() - begun


def in_this_process(paths: Sequence[str]) -> tuple[list[float], int]:
    """Milliseconds of SQL of each page, and the most statements that one made."""
    from django.db import connection
    from django.test import Client

    visitor = Client(SERVER_NAME="localhost")
    times, most = [], 0
    for path in [*paths[:WARMING], *paths]:
        statements = Statements()
        with connection.execute_wrapper(statements):
            visitor.get(path)
        times.append(statements.seconds * 1000)
        most = max(most, statements.count)
    return times[-len(paths) :], most


def searches(world: Any, port: int, options: argparse.Namespace, kinds: Sequence[str]) -> int:
    """One line for each kind of search; returns how many pages were wrong."""
    from directory.search.vocabulary import PLACES
    from tests.bench.pages import AS_JSON, Visitor, form_of
    from tests.bench.queries import Draw, address

    draw, visitor, all_wrong = Draw(world, options.seed), Visitor(port), 0
    drawn = {kind: draw.queries(kind.removeprefix(AS_JSON), options.queries) for kind in kinds}
    for kind, queries in drawn.items():
        for asked in queries[:WARMING]:
            visitor.get(f"{form_of(kind).path}?{address(asked)}")
    for kind, queries in drawn.items():
        form = form_of(kind)
        spots = world.places if form.of is PLACES else world
        paths = [f"{form.path}?{address(asked)}" for asked in queries]
        visitor = Visitor(port)  # the server does not wait while brute force works
        answered = [visitor.get(path) for path in paths]
        wrong = 0
        for asked, path, (_, page) in list(zip(queries, paths, answered, strict=True))[: options.checked]:
            if found := differences(form.read(page, asked, form.of), spots.answer(asked), asked, form.of):
                wrong += 1
                say(f"WRONG {path}\n  " + "\n  ".join(found))
        sql, statements = in_this_process(paths)
        p50, p95, p99 = percentiles([taken for taken, _ in answered], 50, 95, 99)
        sql_p50, sql_p95 = percentiles(sql, 50, 95)
        tell(
            kind=kind, clinicians=options.clinicians, p50_ms=p50, p95_ms=p95, p99_ms=p99, sql_p50_ms=sql_p50,
            sql_p95_ms=sql_p95, statements=statements, checked=min(options.checked, len(paths)), wrong=wrong,
        )  # fmt: skip
        all_wrong += wrong
    return all_wrong


def republish_one(world: Any, port: int, options: argparse.Namespace) -> None:
    """A clinician hides or shows gender: recording that, the rows and the bits, and the commit apart from them."""
    from django.db import transaction
    from django.utils import timezone

    from directory.network.models import Clinician
    from directory.publication.operations import republish
    from directory.self_description.operations import record
    from directory.self_description.vocabulary import Display, Field

    rng = np.random.default_rng([options.seed, 99])
    publishing, whole = [], []
    for npi in rng.choice(world.npi, REPUBLISHED + WARMING).tolist():
        clinician, now = Clinician.objects.get(pk=npi), timezone.now()
        begun = time.perf_counter()
        with transaction.atomic():
            record(clinician=clinician, field=Field.GENDER, display=Display.PRIVATE, by=program("bench"), at=now)
            recorded = time.perf_counter()
            republish(npis=[npi], at=now)
            publishing.append((time.perf_counter() - recorded) * 1000)
        whole.append((time.perf_counter() - begun) * 1000)
    p50, p95 = percentiles(publishing[WARMING:], 50, 95)
    whole_p50, whole_p95 = percentiles(whole[WARMING:], 50, 95)
    tell(
        kind="republish_one", clinicians=options.clinicians, p50_ms=p50, p95_ms=p95,
        choice_p50_ms=whole_p50, choice_p95_ms=whole_p95,
    )  # fmt: skip


def ten_writers(world: Any, port: int, options: argparse.Namespace) -> None:
    """Ten clinicians hide their gender at the same moment, again and again: how long each waits for the commit."""
    from django.db import connection
    from django.utils import timezone

    from directory.network.models import Clinician
    from directory.publication.operations import choose
    from directory.self_description.vocabulary import Display, Field

    rng = np.random.default_rng([options.seed, 98])
    together = Barrier(WRITERS)

    def writes(npis: list[int]) -> list[float]:
        times = []
        try:
            for npi in npis:
                clinician = Clinician.objects.get(pk=npi)
                together.wait()
                begun = time.perf_counter()
                choose(
                    clinician=clinician,
                    field=Field.GENDER,
                    display=Display.PRIVATE,
                    by=program("bench"),
                    at=timezone.now(),
                )
                times.append((time.perf_counter() - begun) * 1000)
        except BaseException:
            together.abort()
            raise
        finally:
            connection.close()
        return times

    chosen = rng.choice(world.npi, (WRITERS, ROUNDS + 2), replace=False).tolist()
    with ThreadPoolExecutor(WRITERS) as pool:
        times = [taken for each in pool.map(writes, chosen) for taken in each[2:]]
    p50, p95 = percentiles(times, 50, 95)
    tell(kind="ten_writers", clinicians=options.clinicians, p50_ms=p50, p95_ms=p95, most_ms=round(max(times), 1))


def searching(world: Any, port: int, options: argparse.Namespace) -> Callable[[], float]:
    """One page more, near somewhere; its milliseconds."""
    from tests.bench.pages import Visitor
    from tests.bench.queries import Draw, address

    asked, visitor = cycle(Draw(world, options.seed).queries("near", options.queries)), Visitor(port)
    return lambda: visitor.get(f"/find-care/?{address(next(asked))}")[0]


def choosing(world: Any, port: int, options: argparse.Namespace) -> Callable[[], float]:
    """One clinician more who hides their gender; milliseconds until that is true for everyone."""
    from django.utils import timezone

    from directory.network.models import Clinician
    from directory.publication.operations import choose
    from directory.self_description.vocabulary import Display, Field

    rng = np.random.default_rng([options.seed, 97])

    def chooses() -> float:
        clinician = Clinician.objects.get(pk=int(rng.choice(world.npi)))
        begun = time.perf_counter()
        choose(clinician=clinician, field=Field.GENDER, display=Display.PRIVATE, by=program("bench"), at=timezone.now())
        taken = (time.perf_counter() - begun) * 1000
        time.sleep(SECONDS_BETWEEN_CHOICES)
        return taken

    return chooses


def meanwhile(kind: str, act: Callable[..., int], world: Any, port: int, options: argparse.Namespace) -> None:
    """The line of what is done to the whole listing, while a visitor asks for one page after the other and clinicians
    choose."""
    from django.db import connection
    from django.utils import timezone

    done = Event()

    def goes_on(turn: Callable[[], float]) -> list[float]:
        try:
            return [turn() for _ in iter(done.is_set, True)]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        turns = [pool.submit(goes_on, other(world, port, options)) for other in (searching, choosing)]
        begun = time.perf_counter()
        try:
            chunks = act(by=program("bench"), at=timezone.now())
        finally:
            done.set()
        seconds = round(time.perf_counter() - begun, 1)
    line: dict[str, float] = {}
    for other, turn in zip(("search", "choice"), turns, strict=True):
        p50, p95, most = percentiles(turn.result(), 50, 95, 100)
        line |= {f"{other}_p50_ms": p50, f"{other}_p95_ms": p95, f"{other}_most_ms": most}
    tell(kind=kind, clinicians=options.clinicians, seconds=seconds, chunks=chunks, **line)


def rebuild(world: Any, port: int, options: argparse.Namespace) -> None:
    from directory.publication import operations

    meanwhile("rebuild", operations.rebuild, world, port, options)


def renumber(world: Any, port: int, options: argparse.Namespace) -> None:
    from directory.publication import operations

    meanwhile("renumber", operations.renumber, world, port, options)


def exported(*arguments: str) -> tuple[float, int]:
    """Seconds that the command takes, and the most megabytes of memory that it holds."""
    begun, megabytes = time.perf_counter(), 0
    command = [sys.executable, "manage.py", "export_directory", *arguments]
    export = subprocess.Popen(command, cwd=PROJECT, stdout=sys.stderr)
    while export.poll() is None:
        # Not what the system says at the end: that counts this process, of which the command is a copy at first.
        held = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{export.pid}/status").read_text())
        megabytes = max(megabytes, int(held[1]) >> 10 if held else 0)
        time.sleep(0.1)
    if export.returncode:
        raise subprocess.CalledProcessError(export.returncode, command)
    return round(time.perf_counter() - begun, 1), megabytes


def public_files(world: Any, port: int, options: argparse.Namespace) -> None:
    """All public files are written. Then a clinician takes something back, and the files that have it must be out of
    service for the very next request, until their states are written again."""
    from django.utils import timezone

    from directory.listing.models import ListedClinician
    from directory.network.models import Clinician
    from directory.publication.operations import choose
    from directory.self_description.vocabulary import Display, Field
    from tests.bench.pages import status

    seconds, megabytes = exported()
    cards = map(ListedClinician.objects.page, np.random.default_rng([options.seed, 96]).permutation(world.npi).tolist())
    card = next(card for card in cards if card and "gender" in card["facts"])
    states = {each["place"]["state"] for each in card["places"]}
    files = [f"/api/v1/directory/{state}.{kind}.gz" for state in states for kind in ("ndjson", "providers.json")]

    def must_answer(expected: int) -> None:
        if any(status(port, path) != expected for path in files):
            raise RuntimeError(f"of {', '.join(files)} some did not answer {expected}")

    must_answer(200)
    clinician = Clinician.objects.get(pk=card["npi"])
    choose(clinician=clinician, field=Field.GENDER, display=Display.PRIVATE, by=program("bench"), at=timezone.now())
    must_answer(503)
    due_seconds, due_megabytes = exported("--due")
    must_answer(200)
    tell(
        kind="public_files", clinicians=options.clinicians, seconds=seconds, megabytes=megabytes,
        states_due=len(states), due_seconds=due_seconds, due_megabytes=due_megabytes,
    )  # fmt: skip


WRITING = {each.__name__: each for each in (republish_one, ten_writers, rebuild, renumber, public_files)}


def measure(options: argparse.Namespace) -> int:
    """Everything that happens in the loaded database; returns how many pages were wrong."""
    import django

    django.setup()
    from django.utils import timezone

    from tests.bench.brute_force import World
    from tests.bench.pages import AS_JSON, server
    from tests.bench.queries import KINDS

    kinds = (
        options.kinds.split(",")
        if options.kinds
        else [*(form + kind for form in ("", AS_JSON) for kind in KINDS), *WRITING]
    )
    say("reading the facts for brute force …")
    world = World(timezone.localdate())
    with server(os.environ) as port:
        wrong = searches(world, port, options, [kind for kind in kinds if kind not in WRITING])
        for kind in kinds:
            if kind in WRITING:
                WRITING[kind](world, port, options)
    return wrong


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description="Times every kind of search.")
    parser.add_argument("clinicians", type=int, nargs="?", default=100_000)
    parser.add_argument("--keep", action="store_true", help="leave the database, and use one that was left")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--queries", type=int, default=300, help="of each kind")
    parser.add_argument("--checked", type=int, default=50, help="of each kind, against brute force")
    parser.add_argument("--kinds", default="", help="only these, for example near,rebuild")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    see_to_a_database(os.environ)
    sandbox = Sandbox(os.environ.get("DATABASE_URL", "postgresql:///tessera"), options.clinicians)
    reused = options.keep and sandbox.is_loaded()
    seconds: dict[str, float] = {}
    try:
        if not reused:
            sandbox.create()
        os.environ["DATABASE_URL"] = sandbox.url
        manage(os.environ, "collectstatic", "--noinput", "-v0")
        if reused:
            manage(os.environ, "migrate", "-v0")
        else:
            seconds = load(options.clinicians, seed=options.seed, environment=os.environ, say=say)
            sandbox.mark_loaded()
        with tempfile.TemporaryDirectory() as folder:
            os.environ["PUBLIC_FILES"] = folder
            wrong = measure(options)
    finally:
        if not options.keep:
            close_connections()
            sandbox.drop()
    if seconds:
        tell(kind="load", clinicians=options.clinicians, seconds=seconds)
    return 1 if wrong else 0


def close_connections() -> None:
    from django.apps import apps
    from django.db import connections

    if apps.ready:
        connections.close_all()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"manage.py {error.cmd[2]} failed")
