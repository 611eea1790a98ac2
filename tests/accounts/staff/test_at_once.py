"""What two people do in the same moment, each with a connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Capacity, Post, StaffPerson
from accounts.registration import operations as registration
from accounts.registration.errors import CannotIssue
from accounts.registration.models import Activation
from accounts.registration.vocabulary import Channel
from accounts.staff.access import administrators
from accounts.staff.errors import NotAdministrator
from accounts.staff.operations import end, give, invite, leave
from accounts.staff.operations.first_administrator import first_administrator
from accounts.vocabulary import Actor, Job
from tests.builders.people import SOMEBODY, person
from tests.builders.staff import NOW, a_row, a_staff, imported, registered

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 60


def with_own_connection(act: Callable[[], Any]) -> Any:
    """What it returned, or the error that it raised."""
    try:
        return act()
    except Exception as error:
        return error
    finally:
        connection.close()


def until_somebody_waits() -> None:
    """Until the database lets another connection wait for a lock of this one."""
    with connection.cursor() as cursor:
        for _try in range(PATIENCE_SECONDS * 100):
            cursor.execute(
                "select pg_stat_clear_snapshot(), pg_sleep(0.01), exists ("
                " select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[2]:
                return
    raise AssertionError("nobody waits")


def invited(number: str) -> Activation:
    activation = invite(person=StaffPerson.objects.get(number=number), channel=Channel.MAIL, by=SOMEBODY, at=NOW)
    with transaction.atomic():
        registration.born(str(activation.pk), NOW)
    activation.refresh_from_db()
    return activation


def test_of_two_access_administrators_who_end_each_other_one_stays(tmp_path: Path) -> None:
    imported(tmp_path, [*a_staff(), a_row("6", "access_administrator")])
    by = {number: Actor(f"user:{registered(number).pk}", "staff") for number in "46"}
    acts: list[Callable[[], Any]] = [
        lambda: end(post=Post.objects.get(person__number="6"), last_day=None, by=by["4"], at=NOW),
        lambda: leave(person=StaffPerson.objects.get(number="4"), by=by["6"], at=NOW),
    ]
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(with_own_connection, acts))
    assert sorted(map(type, done), key=str) == sorted([type(None), NotAdministrator], key=str)
    assert administrators(NOW).count() == 1


def under(person: str, manager: str) -> Post:
    one, other = (StaffPerson.objects.get(number=number) for number in (person, manager))
    today = timezone.localdate()
    return give(
        person=one,
        job=Job.PRIVACY_OFFICE,
        department="Privacy",
        manager=other,
        first_day=today,
        last_day=None,
        by=SOMEBODY,
        at=timezone.now(),
    )


def test_of_three_pages_that_close_a_circle_together_the_last_is_refused(tmp_path: Path) -> None:
    rows = [row | {"manager_number": ""} for row in a_staff()]
    imported(tmp_path, rows)
    pairs = [("1", "2"), ("2", "3"), ("3", "1")]
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda pair: with_own_connection(lambda: under(*pair)), pairs))
    assert sorted(type(each).__name__ for each in done) == ["CircleOfManagers", "Post", "Post"]


def test_the_database_alone_lets_nobody_close_a_circle_with_somebody_elses_half(tmp_path: Path) -> None:
    imported(tmp_path, [row | {"manager_number": ""} for row in a_staff()])
    posts = {number: Post.objects.filter(person__number=number) for number in "12"}
    people = {number: StaffPerson.objects.get(number=number) for number in "12"}
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            posts["1"].update(manager=people["2"])
            other = threads.submit(with_own_connection, lambda: posts["2"].update(manager=people["1"]))
            until_somebody_waits()
        assert isinstance(other.result(PATIENCE_SECONDS), IntegrityError)


def first_again() -> StaffPerson:
    words = {"first_name": "First4", "last_name": "Last4", "email": "s4@plan.example", "language": "en"}
    return first_administrator(number="4", **words, department="Access", by=SOMEBODY, at=timezone.now())


def test_of_two_first_administrators_one_is_the_first(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(with_own_connection, [first_again] * 2))
    assert sorted(type(each).__name__ for each in done) == ["NotTheFirst", "StaffPerson"]
    assert Activation.objects.count() == Post.objects.count() == 1


def test_the_first_administrator_and_whoever_registers_meanwhile_wait_for_each_other(tmp_path: Path) -> None:
    imported(tmp_path, [row if row["staff_number"] != "4" else a_row("4", "network") for row in a_staff()])
    activation, user = invited("4"), person("grace.l", "grace@mail.example")
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            locked, _registrant = registration.locked_open(activation, NOW)
            other = threads.submit(with_own_connection, first_again)
            until_somebody_waits()
            registration.give(locked, user=user, by=SOMEBODY, at=NOW)
        assert isinstance(other.result(PATIENCE_SECONDS), CannotIssue)  # who has an account needs no activation ID
    assert not administrators(timezone.now()).exists()


def leaves(tmp_path: Path) -> None:
    leave(person=StaffPerson.objects.get(number="2"), by=SOMEBODY, at=NOW)


def is_not_in_the_file(tmp_path: Path) -> None:
    imported(tmp_path, [row for row in a_staff() if row["staff_number"] != "2"])


def has_another_email_in_the_file(tmp_path: Path) -> None:
    rows = a_staff()
    rows[1] = a_row("2", work_email="new@plan.example")
    imported(tmp_path, rows)


@pytest.mark.parametrize("act", [leaves, is_not_in_the_file, has_another_email_in_the_file])
def test_registering_and_what_ends_an_activation_id_wait_for_each_other(
    tmp_path: Path, act: Callable[[Path], None]
) -> None:
    """Whoever locks in another order than the rest is ended by the database, which this would tell."""
    imported(tmp_path, a_staff())
    activation, user = invited("2"), person("grace.l", "grace@mail.example")
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            locked, _registrant = registration.locked_open(activation, NOW)
            other = threads.submit(with_own_connection, lambda: act(tmp_path))
            until_somebody_waits()
            registration.give(locked, user=user, by=SOMEBODY, at=NOW)
        assert other.result(PATIENCE_SECONDS) is None
    has_left = act is not has_another_email_in_the_file
    assert (StaffPerson.objects.get(number="2").left_at is not None) == has_left
    assert Capacity.objects.live(NOW).filter(user=user).exists() != has_left
