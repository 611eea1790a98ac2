"""Searches, imports and withdrawals at the same time, on committed data: no error, no deadlock, no hidden value.

A few seconds in the ordinary run, a minute in the long one (``make test-long``).
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from django.db import connection

from directory.network.models import (
    Clinician,
    Edition,
    Location,
    Organization,
    PracticeAddress,
    PractitionerRole,
)
from directory.publication.models import Due
from directory.publication.operations import first_difference
from directory.self_description.vocabulary import Field
from tests.builders.answers import hides, is_called, says
from tests.builders.network import valid_npi
from tests.builders.publishing import publish
from tests.directory.intake import nppes_rows
from tests.directory.intake.rosters import NOW, Files, many, take, write
from tests.portal.demo.served import ROOT, address_of
from tests.privacy.surfaces import FILE, FIND, LIST, visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("codes")]
SECONDS = 60 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 3
PATIENCE_SECONDS = 60
LONGEST_WAIT_SECONDS = 5
PEOPLE = 60
UNCONTRACTED = range(PEOPLE + 1, PEOPLE + 16)
"""Whom the registry names and no roster does; the site lists them after the others."""
PLACES = range(50_000_003, 50_000_009)
HIDDEN_NAME = "Qvistgaard"


def a_network(turn: int) -> Files:
    """The roster of a day: something of everyone changes each time, and what hidden names a source states."""
    files = many(PEOPLE)
    for nth, person in enumerate(files["clinicians.csv"]):
        person["credential"] = ("MD", "DO")[turn % 2]
        person["gender"] = "FMX"[(turn + nth) % 3]
        person["last_name"] = HIDDEN_NAME.upper() if nth % 3 == 0 else f"WARSAME{'ABCDEFGHIJ'[(turn + nth) % 10]}"
    for nth, role in enumerate(files["practice_locations.csv"]):
        role["accepting"] = ("newpt", "nopt")[(turn + nth) % 2]
    files["sites.csv"][0]["phone"] = f"65155501{turn % 100:02}"
    files["languages.csv"] = [
        {"npi": valid_npi(nth), "language": ("so", "om", "hmn")[(turn + nth) % 3], "source": "application"}
        for nth in range(1, PEOPLE + 1)
    ]
    return files


def an_edition(folder: Path, turn: int) -> list[Path]:
    """The registry's whole files of a day: everyone is stated anew, places come and go, and so do people."""
    day = date(2020, 1, 1) + timedelta(days=turn)
    stated = [
        nppes_rows.a_person(
            valid_npi(nth),
            family_name=HIDDEN_NAME.upper() if nth % 3 == 1 else f"WARSAME{'ABCDEFGHIJ'[(turn + nth) % 10]}",
            gender="FMX"[(turn + nth) % 3],
            credential=("MD", "DO")[turn % 2],
            line1=f"{1 + (turn + nth) % 3} BIRCH RD",
        )
        for nth in (*range(1, PEOPLE + 1), *UNCONTRACTED)
    ]
    stated[-1] = nppes_rows.a_deactivated(stated[-1]["npi"]) if turn % 2 else stated[-1]
    stated += [nppes_rows.an_organization(valid_npi(nth), phone=f"65155501{turn % 100:02}") for nth in PLACES]
    further = [
        {"npi": valid_npi(nth), **nppes_rows.AN_ADDRESS, "line1": f"{nth % 100} CEDAR CT"}
        for nth in PLACES
        if (nth + turn) % 2
    ]
    folder.mkdir(exist_ok=True)
    days = f"20050523-{day:%Y%m%d}"
    return [
        nppes_rows.write(folder / f"npidata_pfile_{days}.csv", stated),
        nppes_rows.further(folder / f"pl_pfile_{days}.csv", further),
    ]


class Going(Thread):
    """Does one thing over and over on a connection of its own until it is told to stop, and keeps what went wrong."""

    def __init__(self, act: Callable[[int], Any], stop: Event) -> None:
        super().__init__()
        self.act = act
        self.stop = stop
        self.rounds = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.act(self.rounds)
                self.rounds += 1
        except BaseException as error:
            self.error = error
            self.stop.set()
        finally:
            connection.close()


def test_searches_imports_and_withdrawals_together(codes: None, tmp_path: Path) -> None:
    """No lock keeps whoever withdraws longer than LONGEST_WAIT_SECONDS, and what was withdrawn before a page was asked
    for is not on it."""
    take(tmp_path / "roster", a_network(0))
    nppes_rows.take(*an_edition(tmp_path / "registry", 0))
    publish(at=NOW)
    for nth in range(1, UNCONTRACTED.stop, 3):
        is_called(Clinician.objects.get(pk=valid_npi(nth)), "Lindqvist", "Ellen")
    withdrawn = [HIDDEN_NAME]

    def bring_up_to_date(nth: int) -> None:
        assert take(tmp_path / "roster", a_network(nth + 1))["refused"] == 0
        assert nppes_rows.take(*an_edition(tmp_path / "registry", nth + 1))["refused"] == 0

    def speak(share: int) -> Callable[[int], None]:
        """Each of the two who speak has people of their own: what one withdrew the other does not show again."""
        chance = random.Random(share)

        def act(nth: int) -> None:
            if nth == 0:
                connection.cursor().execute(f"SET lock_timeout = '{LONGEST_WAIT_SECONDS}s'")
            person = Clinician.objects.get(pk=valid_npi(chance.randrange(share, UNCONTRACTED.stop, 2)))
            word = f"Benadir{share}x{nth}x"
            says(person, Field.RACE, "x-somali", written_in=word)
            hides(person, chance.choice((Field.GENDER, Field.LANGUAGE)))
            hides(person, Field.RACE)
            withdrawn.append(word)

        return act

    def search(nth: int) -> None:
        for path in (
            f"{FIND}?race=x-somali",
            f"{FIND}clinicians/{valid_npi(1 + nth % PEOPLE)}/",
            f"{LIST}?zip=55104&sort=name",
            f"{LIST}?q={HIDDEN_NAME}&by=name",
            FILE,
            f"{FIND}?zip=55104&language=so&accepting=yes",
            f"{FIND}places/?q=alder",
        ):
            gone = tuple(withdrawn)
            answer: Any = visitor().get(path)
            body = (b"".join(answer) if answer.streaming else answer.content).decode()
            assert answer.status_code == 200, path
            found = body.replace(f"q={HIDDEN_NAME}", "")  # a page repeats what was asked
            assert [word for word in gone if word in found] == [], path

    stop = Event()
    going = [Going(act, stop) for act in (bring_up_to_date, speak(1), speak(2), search, search)]
    for thread in going:
        thread.start()
    stop.wait(SECONDS)
    stop.set()
    for thread in going:
        thread.join(PATIENCE_SECONDS)
    assert [thread.error for thread in going if thread.error or thread.is_alive()] == []
    assert min(thread.rounds for thread in going) > 0
    publish(at=NOW)
    assert first_difference(at=NOW) is None


# --- an import that is killed -------------------------------------------------------------------------------------


@contextmanager
def another_connection() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(address_of(connection.settings_dict["NAME"]), autocommit=True) as other:
        yield other


def importing(*command: str | Path) -> "subprocess.Popen[str]":
    """The command, as an operator gives it, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, ROOT / "manage.py", *command],
        env=os.environ | {"DATABASE_URL": address_of(connection.settings_dict["NAME"])},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def roster_of_the_next_day(folder: Path) -> tuple[str | Path, ...]:
    """Written; returns the command that imports it."""
    write(folder / "roster", a_network(1))
    return ("import_roster", folder / "roster", "--source", "plan", "--refused", folder / "refused.csv")


def edition_of_the_next_day(folder: Path) -> tuple[str | Path, ...]:
    """The same of the registry."""
    return ("import_nppes", *an_edition(folder / "registry", 1), "--refused", folder / "refused.csv")


NextDay = Callable[[Path], tuple[str | Path, ...]]
of_each_source = pytest.mark.parametrize("next_day", [roster_of_the_next_day, edition_of_the_next_day])


def killed_while_it_waits(process: "subprocess.Popen[str]") -> None:
    """Killed as soon as some statement of the database waits for us; and gone from the database too."""
    until = time.monotonic() + PATIENCE_SECONDS
    with another_connection() as other:
        while not (waiting := other.execute(WAITING).fetchall()):
            assert time.monotonic() < until, "the import did not come so far"
            assert process.poll() is None, "the import was through already"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for (backend,) in waiting:  # as the server notices by itself once the statement is through
            other.execute("SELECT pg_terminate_backend(%s, 10000)", [backend])


WAITING = """
SELECT DISTINCT pid FROM pg_locks
 WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())
"""


def finished(process: "subprocess.Popen[str]") -> dict[str, Any]:
    said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    return dict(json.loads(said.splitlines()[-1]))


def credentials() -> set[str]:
    return set(Clinician.objects.values_list("credential", flat=True))


def facts() -> list[Any]:
    models = (Clinician, Organization, Location, PracticeAddress, PractitionerRole, Edition)
    return [sorted(map(str, model.objects.values())) for model in models]


@pytest.fixture
def the_first_day(codes: None, tmp_path: Path, settings: Any) -> None:
    settings.LIST_UNCONTRACTED = False  # as the command has it, in a process of its own
    take(tmp_path / "roster", a_network(0))
    nppes_rows.take(*an_edition(tmp_path / "registry", 0))


@of_each_source
def test_an_import_that_is_killed_among_its_facts_leaves_them_as_they_were(
    the_first_day: None, tmp_path: Path, next_day: NextDay
) -> None:
    before, command = facts(), next_day(tmp_path)
    with another_connection() as other, other.transaction():
        other.execute("SELECT FROM network_practitionerrole ORDER BY id DESC LIMIT 1 FOR UPDATE")
        other.execute("SELECT FROM network_location WHERE source = 'nppes' ORDER BY id DESC LIMIT 1 FOR UPDATE")
        killed_while_it_waits(importing(*command))
    assert (facts() == before, Due.objects.count()) == (True, 0)
    assert first_difference(at=NOW) is None

    summary = finished(importing(*command))
    assert (facts() == before, summary["refused"], summary["published"]) == (False, 0, PEOPLE)
    assert first_difference(at=NOW) is None


@of_each_source
def test_an_import_that_is_killed_while_it_publishes_is_finished_by_the_next(
    the_first_day: None, tmp_path: Path, next_day: NextDay
) -> None:
    before, command = facts(), next_day(tmp_path)
    with another_connection() as other, other.transaction():
        other.execute("SELECT publication.lock_chunks('{0}')")
        killed_while_it_waits(importing(*command))
    assert (facts() == before, Due.objects.count()) == (False, PEOPLE)
    assert visitor().get("/health/ready").status_code == 503

    summary = finished(importing(*command))
    assert (summary["updated"], summary["published"]) == (0, PEOPLE)
    assert visitor().get("/health/ready").status_code == 200
    assert first_difference(at=NOW) is None
