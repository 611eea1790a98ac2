"""An import and a withdrawal at the same moment: whoever comes first, what was withdrawn stays away."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread
from time import sleep
from typing import Any

import pytest
from django.db import connection

from accounts.vocabulary import program
from directory.intake import operations
from directory.network.models import Clinician, StatedLanguage
from directory.publication.operations import first_difference, rebuild
from directory.self_description.vocabulary import Field
from tests.builders.answers import MATCHING, PRIVATE, SHOWN, hides, is_called, says
from tests.builders.network import SOURCE, a_clinician, a_location, valid_npi
from tests.builders.publishing import LISTING, NOW, listing, mark_due, publish, rows
from tests.directory.intake import nppes_rows
from tests.directory.intake.rosters import AMINA, CLINIC, a_roster, take
from tests.directory.intake.rosters import NOW as ROSTER_DAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("codes")]
Act = Callable[[], Any]
PROFILE = os.environ.get("HYPOTHESIS_PROFILE")
EVERY = 1 if PROFILE == "long" else 12
"""Of the hundreds of statements of a whole import, every twelfth; in the long run every one."""
FIRST, STEP = {"long": (0, 1), "brief": (1, 4)}.get(PROFILE or "", (0, 2))
"""Of the statements of one act every second; some of the others in the second run of CI; in the long run every one."""


class Elsewhere(Thread):
    """Runs an act on a connection of its own, and keeps what went wrong."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self.act = act
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.act()
        except BaseException as error:
            self.error = error
        finally:
            connection.close()


class AtStatement:
    """Starts another act just before the n-th statement, and waits for it unless it waits for us."""

    def __init__(self, nth: int, act: Act) -> None:
        self.nth = nth
        self.count = 0
        self.other = Elsewhere(act)

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if self.count == self.nth:
            self.other.start()
            self.other.join(0.15)
        self.count += 1
        return execute(sql, params, many, context)

    def finish(self) -> None:
        if self.other.ident is None:
            self.other.start()
        self.other.join(20)
        assert not self.other.is_alive()
        if self.other.error:
            raise self.other.error


def at_every_statement(prepare: Act, one: Act, other: Act, *, every: int = STEP) -> Iterator[int]:
    """Runs ``one`` again and again, with ``other`` breaking in ``every`` statements later each time."""
    nth = FIRST
    while True:
        prepare()
        breaking_in = AtStatement(nth, other)
        with connection.execute_wrapper(breaking_in):
            one()
        breaking_in.finish()
        yield nth
        if nth > breaking_in.count:
            return
        nth += every


def amina() -> Clinician:
    return Clinician.objects.get(pk=AMINA)


@pytest.fixture
def network(codes: None) -> None:
    place = a_location()
    a_clinician(npi=AMINA, family="Tollefsrud", gender="F", languages=("en", "so"), at=place)
    for nth in range(2, 12):
        a_clinician(npi=valid_npi(nth), at=place)
    publish()


Story = tuple[Callable[[], Any], Callable[[], Any], str]
STORIES: dict[str, Story] = {
    "race": (
        lambda: says(amina(), Field.RACE, "x-somali", written_in="Benadir"),
        lambda: says(amina(), Field.RACE, "x-somali", written_in="Benadir", display=PRIVATE),
        "Benadir",
    ),
    "languages": (lambda: says(amina(), Field.LANGUAGE, "om"), lambda: hides(amina(), Field.LANGUAGE), '""om""'),
    "name": (
        lambda: is_called(amina(), "Tollefsrud", "Oddvar"),
        lambda: is_called(amina(), "Lindqvist", "Ellen"),
        "ollefsrud",
    ),
    "released for matching": (
        lambda: says(amina(), Field.POPULATION, "transgender"),
        lambda: says(amina(), Field.POPULATION, "transgender", display=MATCHING),
        '""transgender""',
    ),
}


def facts_change() -> None:
    """As an import leaves it: a fact changed, and the clinician is due."""
    StatedLanguage.objects.get_or_create(clinician_id=AMINA, language="hmn", source=SOURCE)
    person = amina()
    person.credential = "DO" if person.credential == "MD" else "MD"
    person.save()
    mark_due(AMINA)


def is_gone(word: str) -> bool:
    return not any(word in row for table in listing().values() for row in table)


@pytest.mark.parametrize("story", STORIES)
def test_a_withdrawal_at_any_statement_of_a_publication_is_not_undone(network: None, story: str) -> None:
    show, withdraw, word = STORIES[story]

    def prepare() -> None:
        show()
        facts_change()

    for _ in at_every_statement(prepare, lambda: publish(AMINA), withdraw):
        assert is_gone(word)
        assert first_difference(at=NOW) is None


@pytest.mark.parametrize("story", STORIES)
def test_a_publication_at_any_statement_of_a_withdrawal_undoes_nothing(network: None, story: str) -> None:
    show, withdraw, word = STORIES[story]

    def prepare() -> None:
        show()
        facts_change()

    for _ in at_every_statement(prepare, withdraw, lambda: publish(AMINA)):
        publish()
        assert is_gone(word)
        assert first_difference(at=NOW) is None


@dataclass(frozen=True)
class Source:
    """A source that states something of Amina anew each turn; ``taken_by`` takes over its facts, and ``story`` is of
    something that it states."""

    taken_by: str
    story: str
    restate: Callable[[Path, int], Any]


def restated_by_a_roster(folder: Path, turn: int) -> Any:
    files = a_roster()
    files["clinicians.csv"][0] |= {"credential": f"M{turn}", "gender": "FX"[turn % 2], "last_name": "TOLLEFSRUD"}
    files["practice_locations.csv"][0]["accepting"] = ("newpt", "nopt")[turn % 2]
    files["languages.csv"][0]["language"] = ("so", "om")[turn % 2]
    files["sites.csv"][0]["phone"] = f"65155501{turn % 100:02}"
    return take(folder / "roster", files)


def restated_by_the_registry(folder: Path, turn: int) -> Any:
    folder.mkdir(exist_ok=True)
    path = folder / f"npidata_pfile_{date(2020, 1, 1) + timedelta(days=turn):%Y%m%d}.csv"
    stated = nppes_rows.a_person(AMINA, credential=f"M{turn}", gender="FX"[turn % 2], family_name="TOLLEFSRUD")
    place = nppes_rows.an_organization(CLINIC, phone=f"65155501{turn % 100:02}", code_1="261QP2300X")
    return nppes_rows.take(nppes_rows.write(path, [stated, place]))


SOURCES = {
    "a roster": Source("take_roster", "languages", restated_by_a_roster),
    "the registry": Source("take_nppes", "name", restated_by_the_registry),
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_withdrawal_at_any_moment_of_a_whole_import_is_not_undone(codes: None, tmp_path: Path, source: str) -> None:
    take(tmp_path / "roster", a_roster())
    restate = SOURCES[source].restate
    show, withdraw, word = STORIES[SOURCES[source].story]
    turns = 0

    def prepare() -> None:
        nonlocal turns
        turns += 1
        show()

    for _ in at_every_statement(prepare, lambda: restate(tmp_path, turns), withdraw, every=EVERY):
        assert is_gone(word)
        assert first_difference(at=ROSTER_DAY) is None
    assert turns > 5


@pytest.mark.parametrize("source", SOURCES)
def test_whoever_takes_something_back_does_not_wait_for_the_facts_of_an_import(
    codes: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """An import may take minutes to commit. It changed this clinician, and is not through."""
    of = SOURCES[source]
    take(tmp_path / "roster", a_roster())
    for show, _, _ in STORIES.values():
        show()
    taken = getattr(operations, of.taken_by)

    def and_then_they_withdraw(**options: Any) -> Any:
        counts = taken(**options)
        for _, withdraw, word in STORIES.values():
            withdrawing = Elsewhere(withdraw)
            withdrawing.start()
            withdrawing.join(20)
            assert (withdrawing.is_alive(), withdrawing.error) == (False, None)
            assert is_gone(word)
        return counts

    monkeypatch.setattr(operations, of.taken_by, and_then_they_withdraw)
    assert of.restate(tmp_path, 1)["updated"] > 0
    assert [word for _, _, word in STORIES.values() if not is_gone(word)] == []
    assert first_difference(at=ROSTER_DAY) is None


@pytest.mark.parametrize("story", STORIES)
def test_two_who_speak_for_one_clinician_at_once_do_not_pass_each_other(network: None, story: str) -> None:
    """One shows what the other keeps back: the listing says what was said last."""
    show, withdraw, _ = STORIES[story]
    for _ in at_every_statement(withdraw, withdraw, show):
        assert first_difference(at=NOW) is None


PAUSE = """
CREATE FUNCTION pause_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF current_setting('tessera.pause', true) = TG_TABLE_NAME THEN PERFORM pg_sleep(0.3); END IF;
  RETURN NULL;
END $$
"""


@pytest.fixture
def pauses(network: None) -> Iterator[None]:
    """Publication is one call to the database; with ``tessera.pause`` set it rests before it writes that table."""
    with connection.cursor() as cursor:
        cursor.execute(PAUSE)
        for table in LISTING:
            cursor.execute(
                f"CREATE TRIGGER pause BEFORE INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION pause_here()"
            )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION pause_here() CASCADE; RESET tessera.pause")


def withdrawn_while_resting_before(table: str, story: str) -> bool:
    """Whether what was withdrawn is gone, after a publication had read it and rested before it wrote."""
    show, withdraw, word = STORIES[story]
    show()
    facts_change()
    with connection.cursor() as cursor:
        cursor.execute(f"SET tessera.pause = '{table}'")

    def a_little_later() -> None:
        sleep(0.12)
        withdraw()

    other = Elsewhere(a_little_later)
    other.start()
    publish(AMINA)
    other.join(20)
    with connection.cursor() as cursor:
        cursor.execute("RESET tessera.pause")
    if other.error:
        raise other.error
    return is_gone(word)


@pytest.mark.parametrize("story", ["race", "name"])
def test_a_withdrawal_between_reading_and_writing_waits_and_stays(pauses: None, story: str) -> None:
    for table in LISTING:
        assert withdrawn_while_resting_before(table, story)
        assert first_difference(at=NOW) is None


def test_ten_people_who_choose_at_once_do_not_wait_for_each_other_for_ever(network: None) -> None:
    together = Barrier(10)

    def choices(nth: int) -> Act:
        def act() -> None:
            person = Clinician.objects.get(pk=valid_npi(nth))
            together.wait(20)
            for turn in range(3):
                says(person, Field.RACE, "x-somali", display=(SHOWN, MATCHING, PRIVATE)[(nth + turn) % 3])
                says(person, Field.LANGUAGE, "om", display=SHOWN if turn % 2 else None)
                is_called(person, "Lindqvist", "Ellen", display=SHOWN if (nth + turn) % 2 else PRIVATE)

        return act

    threads = [Elsewhere(choices(nth)) for nth in range(1, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [thread.error for thread in threads if thread.error or thread.is_alive()] == []
    assert first_difference(at=NOW) is None


def far_apart() -> None:
    """Everyone in a chunk of their own, so that nobody waits for anybody's chunk."""
    with connection.cursor() as cursor:
        for table in LISTING:
            cursor.execute(f"DELETE FROM {table} WHERE '{table}' NOT IN ('listing_attribute', 'listing_node')")
        cursor.execute("UPDATE publication_number SET pos = -1 - pos")
        cursor.execute("UPDATE publication_number SET pos = (-1 - pos) * 4096")
    rebuild(by=program("test"), at=NOW)


def test_ten_who_take_and_leave_the_same_names_at_once_leave_no_word_behind(network: None) -> None:
    """The first to bear a name puts its words into the vocabulary and the last takes them out, whoever that is."""
    far_apart()
    together = Barrier(10)
    called = ("Lindqvist", "Zubrowska", "Qvistgaard")

    def choices(nth: int) -> Act:
        def act() -> None:
            person = Clinician.objects.get(pk=valid_npi(nth))
            for turn in range(4):
                together.wait(20)
                mine = called[(nth + turn) % 3 :] + called[: (nth + turn) % 3]
                is_called(person, " ".join(mine[:2]), mine[2], display=PRIVATE if turn % 2 else SHOWN)

        return act

    threads = [Elsewhere(choices(nth)) for nth in range(1, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [thread.error for thread in threads if thread.error or thread.is_alive()] == []
    assert first_difference(at=NOW) is None
    assert not {f"({name.lower()})" for name in called} & set(rows("listing_spelling"))


def test_an_import_and_ten_who_choose_end_in_what_they_said(network: None) -> None:
    threads = [
        Elsewhere(
            lambda nth=nth: says(
                Clinician.objects.get(pk=valid_npi(nth)), Field.RACE, "x-somali", display=(SHOWN, PRIVATE)[nth % 2]
            )
        )
        for nth in range(1, 11)
    ]
    Clinician.objects.update(credential="DO")
    mark_due()
    publishing = Elsewhere(publish)
    for thread in (publishing, *threads):
        thread.start()
    for thread in (publishing, *threads):
        thread.join(60)
    assert [thread.error for thread in (publishing, *threads) if thread.error] == []
    publish()
    assert first_difference(at=NOW) is None
