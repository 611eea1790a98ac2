"""Numbers are given anew while people search and change what they show: nothing is lost, and nobody is in the way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import Client

from accounts.vocabulary import program
from directory.listing.models import ListedClinician, Node
from directory.listing.queries import Circle, Found, Query
from directory.listing.vocabulary import Group
from directory.network.models import Clinician
from directory.publication import operations
from directory.publication.errors import AlreadyRenumbering, StillRead
from directory.publication.models import Due, Number
from directory.publication.operations import first_difference, lock_tree, publish_due, rebuild, renumber, split_leaves
from directory.self_description.vocabulary import Field
from tests.builders.answers import MATCHING, hides, says
from tests.builders.network import a_clinician, a_location, valid_npi
from tests.builders.publishing import NOW, mark_due, publish
from tests.directory.publication.test_interleaving import Elsewhere

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("codes")]
PEOPLE = range(1, 13)
COUNTED = tuple(group.value for group in Group)
SEARCHES = (
    Query(counted=COUNTED),
    Query(words="tester", counted=COUNTED),
    Query(circle=Circle(-93.1, 44.95, 40_000), by_distance=True, counted=COUNTED),
)


def scattered() -> None:
    """Numbers as they are after years: neighbours stand far apart, in three chunks."""
    with connection.cursor() as cursor:
        for table in ("listedclinician", "listedlocation", "nametoken", "attributebits", "attributetotal", "placebits"):
            cursor.execute(f"DELETE FROM listing_{table}")
        cursor.execute("DELETE FROM publication_matchbits")
        cursor.execute("UPDATE publication_number SET pos = -1 - pos")
        cursor.execute(
            "UPDATE publication_number SET pos = 900 * nth FROM"
            " (SELECT clinician_id AS npi, row_number() OVER (ORDER BY clinician_id % 7, clinician_id) AS nth"
            "  FROM publication_number) q"
            " WHERE npi = clinician_id"
        )
    rebuild(by=program("test"), at=NOW)


@pytest.fixture
def network(codes: None) -> Iterator[None]:
    east, west = a_location(longitude=-93.0, latitude=44.9), a_location(longitude=-93.3, latitude=45.1)
    for nth in PEOPLE:
        a_clinician(npi=valid_npi(nth), family=f"Tester{nth}", gender="F", at=(east, west)[nth % 2])
    publish()
    says(Clinician.objects.get(pk=valid_npi(1)), Field.RACE, "x-somali")
    says(Clinician.objects.get(pk=valid_npi(2)), Field.RACE, "x-somali", display=MATCHING)
    scattered()
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS listing_next, listing_last CASCADE")


@contextmanager
def in_the_middle(act: Callable[[], Any]) -> Iterator[None]:
    """Somebody else has done this, in a transaction that stays open as long as the block."""
    did, enough = Event(), Event()

    def stays() -> None:
        with transaction.atomic():
            act()
            did.set()
            enough.wait(20)

    other = Elsewhere(stays)
    other.start()
    did.wait(20)
    try:
        yield
    finally:
        enough.set()
        other.join(20)
    assert other.error is None


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "TRIES", 2)
    monkeypatch.setattr(operations, "PAUSE_SECONDS", 0)


def found() -> list[Found]:
    return [ListedClinician.objects.find(query) for query in SEARCHES]


def anew() -> int:
    return renumber(by=program("test"), at=NOW)


def numbers() -> list[tuple[int, int]]:
    return list(Number.objects.order_by("pos").values_list("pos", "pk"))


def named_things() -> list[tuple[Any, ...]]:
    """Columns, indexes, constraints, triggers, options and rights of all tables, and the functions' arguments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relkind::text, c.relacl::text, c.reloptions::text, array(SELECT"
            "   concat(attname, atttypid::regtype, attstorage, attnotnull, attacl) FROM pg_attribute"
            "   WHERE attrelid = c.oid AND attnum > 0 ORDER BY attnum)::text FROM pg_class c"
            " WHERE relnamespace = 'public'::regnamespace"
            " UNION ALL SELECT conname, contype::text, conrelid::regclass::text, pg_get_constraintdef(oid),"
            "   convalidated::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " UNION ALL SELECT indexname, tablename, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'"
            " UNION ALL SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(oid),"
            "   tgenabled::text, '' FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'listing%'"
            " UNION ALL SELECT proname, oidvectortypes(proargtypes), '', '', '' FROM pg_proc"
            "   WHERE pronamespace IN ('publication'::regnamespace, 'listing'::regnamespace)"
            " UNION ALL SELECT nspname, '', '', '', '' FROM pg_namespace WHERE nspname NOT LIKE 'pg%temp%'"
            " ORDER BY 1, 2, 3, 4, 5"
        )
        return cursor.fetchall()


def test_neighbours_stand_together_and_nothing_else_changes(network: None) -> None:
    before, named = found(), named_things()

    assert anew() == 2  # a chunk of clinicians, and one of places, whose numbers stay

    assert [pos for pos, _ in numbers()] == list(range(len(PEOPLE)))
    east = {valid_npi(nth) for nth in PEOPLE if nth % 2 == 0}
    in_the_east = [npi in east for _, npi in numbers()]
    assert in_the_east in (sorted(in_the_east), sorted(in_the_east, reverse=True))
    assert found() == before
    assert named_things() == named
    assert first_difference(at=NOW) is None


def test_a_page_is_answered_as_before(network: None, client: Client) -> None:
    address = f"/find-care/clinicians/{valid_npi(1)}/"
    before = client.get(address)
    anew()
    after = client.get(address)
    assert (before.status_code, after.status_code) == (200, 200)
    assert after.content == before.content


def test_what_a_killed_one_left_goes_with_the_next_publication(network: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT publication.begin_generation()")
    hides(Clinician.objects.get(pk=valid_npi(3)), Field.GENDER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM publication_touched")
        assert cursor.fetchone()[0] > 0
    publish()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('listing_next'), (SELECT count(*) FROM publication_touched)")
        assert cursor.fetchone() == (None, 0)
    assert first_difference(at=NOW) is None


def test_what_is_chosen_afterwards_is_published_as_ever(network: None) -> None:
    anew()
    hides(Clinician.objects.get(pk=valid_npi(1)), Field.GENDER)
    a_clinician(npi=valid_npi(40), family="Tester40", at=a_location())
    publish()
    assert first_difference(at=NOW) is None
    assert found()[0].total == len(PEOPLE) + 1


class Killed(Exception):
    pass


class KilledAt:
    def __init__(self, nth: int) -> None:
        self.left = nth

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            raise Killed
        return execute(sql, params, many, context)


def test_killed_at_any_statement_it_leaves_the_old_numbers_and_can_begin_again(network: None) -> None:
    before, old = found(), numbers()
    nth = 0
    while numbers() == old:
        nth += 1
        try:
            with connection.execute_wrapper(KilledAt(nth)):
                anew()
        except Killed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")  # as the end of a connection does
        assert found() == before
        if numbers() == old:
            hides(Clinician.objects.get(pk=valid_npi(3)), Field.PRONOUNS)
        assert first_difference(at=NOW) is None
        assert nth < 100
    assert nth > 10


def test_what_changes_meanwhile_is_carried_over(network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step of building the next generation is followed by somebody who changes something."""
    call = operations.call
    steps = 0

    def and_somebody_changes(sql: str, *values: Any) -> Any:
        nonlocal steps
        result = call(sql, *values)
        if "carry_over" in sql or ("catch_up" in sql and not connection.in_atomic_block):
            steps += 1
            if steps < 4:
                person = Clinician.objects.get(pk=valid_npi(steps + 3))
                other = Elsewhere(lambda: says(person, Field.RACE, "x-somali"))
                other.start()
                other.join(20)
                a_clinician(npi=valid_npi(50 + steps), family="Newcomer", at=a_location())
                another = Elsewhere(lambda: publish(valid_npi(50 + steps)))
                another.start()
                another.join(20)
                assert (other.error, another.error) == (None, None)
        return result

    monkeypatch.setattr(operations, "call", and_somebody_changes)
    monkeypatch.setattr(operations, "SOON", 0)
    anew()
    monkeypatch.undo()

    assert steps >= 3
    assert first_difference(at=NOW) is None
    assert {count.code: count.clinicians for count in found()[0].counts["race"]}["x-somali"] == 4
    assert found()[0].total == len(PEOPLE) + 3


def test_searches_and_choices_go_on_while_numbers_change(network: None) -> None:
    searched, done = Event(), Event()
    totals: list[int] = []

    def searches() -> None:
        while not done.is_set():
            totals.extend(each.total for each in found())
            searched.set()

    def choices(nth: int) -> None:
        person = Clinician.objects.get(pk=valid_npi(nth))
        while not done.is_set():
            says(person, Field.LANGUAGE, "om")
            hides(person, Field.LANGUAGE)

    threads = [Elsewhere(searches), Elsewhere(lambda: choices(5)), Elsewhere(lambda: choices(6))]
    for thread in threads:
        thread.start()
    searched.wait(60)
    try:
        for _ in range(2):
            anew()
            sleep(0.05)
    finally:
        done.set()
        for thread in threads:
            thread.join(60)
    assert [thread.error for thread in threads if thread.error] == []
    assert set(totals) == {len(PEOPLE)}
    assert first_difference(at=NOW) is None
    assert "om" not in {count.code for count in found()[0].counts["language"]}


def test_a_reader_who_stays_is_not_made_to_stop(network: None, impatient: None) -> None:
    old = numbers()
    with in_the_middle(found), pytest.raises(StillRead):
        anew()
    assert numbers() == old
    assert first_difference(at=NOW) is None


def test_an_import_is_not_made_to_wait_behind_it(network: None, impatient: None) -> None:
    old = numbers()
    with in_the_middle(lambda: Clinician.objects.update(credential=F("credential"))), pytest.raises(StillRead):
        anew()
    assert numbers() == old
    anew()
    assert numbers() != old
    assert first_difference(at=NOW) is None


def test_the_old_numbers_that_somebody_still_reads_go_later(
    network: None, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    patiently, old, reading, enough = operations.patiently, numbers(), Event(), Event()

    def reads() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT FROM listing_last.publication_number")
            reading.set()
            enough.wait(20)

    reader = Elsewhere(reads)

    def and_somebody_reads(act: Any) -> None:
        patiently(act)
        if getattr(act, "func", act) is operations.change_places:
            reader.start()
            reading.wait(20)

    monkeypatch.setattr(operations, "patiently", and_somebody_reads)
    assert anew() == 2
    assert operations.call("SELECT to_regnamespace('listing_last') IS NOT NULL")
    publish()
    enough.set()
    reader.join(20)
    assert reader.error is None
    assert numbers() != old
    publish()
    assert operations.call("SELECT to_regnamespace('listing_last') IS NULL")
    assert first_difference(at=NOW) is None


def test_whoever_is_moved_while_all_are_published_is_published_too(
    network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stand in a chunk that had been done, and in none of those that were still to do."""
    publish_range, others = operations.publish_range, list[Elsewhere]()

    def and_numbers_change(chunk: int, **how: Any) -> int:
        done = publish_range(chunk, **how)
        if not others:
            others.append(Elsewhere(anew))
            others[0].start()
            others[0].join(60)
        return done

    monkeypatch.setattr(operations, "publish_range", and_numbers_change)
    mark_due()
    assert publish_due(by=program("test"), at=NOW).clinicians == len(PEOPLE)
    assert others[0].error is None
    assert not Due.objects.exists()
    assert first_difference(at=NOW) is None


def test_who_is_being_imported_keeps_nobody_waiting(network: None) -> None:
    mark_due()
    Due.objects.filter(pk=valid_npi(5)).delete()
    with in_the_middle(lambda: mark_due(valid_npi(5))):
        assert publish_due(by=program("test"), at=NOW).clinicians == len(PEOPLE) - 1
    assert list(Due.objects.values_list("pk", flat=True)) == [valid_npi(5)]


def test_a_square_that_is_full_is_split_when_no_writer_would_have_to_wait(
    network: None, impatient: None, wrong_on_purpose: None
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE listing_placebits SET bits = ~listing.nobody() WHERE chunk = 0 AND place > 0")
    squares = Node.objects.count()
    with in_the_middle(lock_tree):
        split_leaves(0)
    assert Node.objects.count() == squares
    split_leaves(0)
    assert Node.objects.count() > squares


def test_only_one_at_a_time(network: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [operations.RENUMBERING_LOCK])
    other = Elsewhere(anew)
    other.start()
    other.join(20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [operations.RENUMBERING_LOCK])
    assert isinstance(other.error, AlreadyRenumbering)
