"""The staff file: who works here, as what, under whom; and what follows for those whom it does not name any more."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit.models import AuditEvent
from accounts.ingest.models import ImportRun
from accounts.models import Capacity, Post, StaffPerson
from accounts.registration.errors import CannotIssue
from accounts.registration.models import Activation
from accounts.registration.vocabulary import Channel
from accounts.staff.access import administrators
from accounts.staff.errors import NoAdministratorLeft, NotAdministrator, OwnPosts, StaffShrinks
from accounts.staff.operations import end, give, invite, leave, leave_without_posts
from accounts.staff.operations.second_factor import ask_removal
from accounts.staff.rules import CIRCLE, Managed, in_circles, refused
from accounts.staff.rules import Row as Read
from accounts.vocabulary import Actor, Job, Source
from tests.builders.people import SOMEBODY, signed_in
from tests.builders.staff import NOW, Row, a_row, a_staff, imported, registered, write

LATER = NOW + timedelta(days=1)
SUMS = ("added", "updated", "unchanged", "deactivated", "reactivated", "refused")


def jobs(at: datetime = NOW) -> set[tuple[str, str]]:
    return set(Post.objects.live(at).values_list("person__number", "job"))


def numbers(summary: dict[str, Any]) -> dict[str, int]:
    assert summary["read"] == sum(summary[name] for name in SUMS)
    return {name: summary[name] for name in (*SUMS, "ended", "overruled") if summary[name]}


def reasons(tmp_path: Path) -> list[str]:
    return (tmp_path / "refused.csv").read_text().splitlines()[1:]


def test_a_first_file_names_everybody_and_gives_them_their_jobs(db: None, tmp_path: Path) -> None:
    assert numbers(imported(tmp_path, a_staff())) == {"added": 5}
    assert jobs() == {(row["staff_number"], row["job"]) for row in a_staff()}
    navigator = Post.objects.get(job=Job.NAVIGATOR)
    assert navigator.manager == StaffPerson.objects.get(number="1")
    assert timezone.localdate(navigator.since) == date(2024, 1, 1)
    assert not Capacity.objects.exists()


def test_the_same_file_again_changes_nothing(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    before = list(Post.objects.order_by("pk").values()), AuditEvent.objects.count()
    assert numbers(imported(tmp_path, a_staff(), LATER)) == {"unchanged": 5}
    assert (list(Post.objects.order_by("pk").values()), AuditEvent.objects.count()) == (before[0], before[1] + 1)


def test_a_dry_run_says_it_and_changes_nothing(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    rows = [*a_staff()[:4], a_row("6", "network")]
    assert numbers(imported(tmp_path, rows, LATER, dry_run=True, shrink=True)) == {
        "added": 1,
        "unchanged": 4,
        "ended": 1,
    }
    assert jobs(LATER) == {(row["staff_number"], row["job"]) for row in a_staff()}
    assert ImportRun.objects.count() == 1


def test_whoever_is_not_named_any_more_is_out_at_once(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    user = registered("2")
    assert numbers(
        imported(tmp_path, [row for row in a_staff() if row["staff_number"] != "2"], LATER, shrink=True)
    ) == {
        "unchanged": 4,
        "ended": 1,
    }
    assert not Capacity.objects.live(LATER).filter(user=user).exists()
    assert ("2", "navigator") not in jobs(LATER)
    left = StaffPerson.objects.get(number="2")
    assert (left.left_at, left.left_said_by) == (LATER, Source.FILE)


def test_a_job_that_changed_ends_at_once_and_the_person_stays(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    user = registered("2")
    rows = [a_row("2", "privacy_office") if row["staff_number"] == "2" else row for row in a_staff()]
    assert numbers(imported(tmp_path, rows, LATER)) == {"added": 1, "unchanged": 4, "ended": 1}
    assert {job for number, job in jobs(LATER) if number == "2"} == {"privacy_office"}
    assert Capacity.objects.live(LATER).filter(user=user).exists()


def test_another_department_manager_or_name_is_a_change(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    rows = a_staff()
    rows[1] |= {"department": "Member Services", "manager_number": "3"}
    rows[2] |= {"last_name": "Married"}
    rows[4] |= {"until": "2026-12-31"}
    assert numbers(imported(tmp_path, rows, LATER)) == {"updated": 3, "unchanged": 2}
    post = Post.objects.select_related("manager").get(person__number="2")
    assert (post.department, post.manager) == ("Member Services", StaffPerson.objects.get(number="3"))
    assert StaffPerson.objects.get(number="3").last_name == "Married"
    assert ("5", "network") in jobs(datetime(2027, 1, 1, 5, 59, tzinfo=NOW.tzinfo))
    assert ("5", "network") not in jobs(datetime(2027, 1, 1, 6, tzinfo=NOW.tzinfo))
    assert numbers(imported(tmp_path, rows, LATER)) == {"unchanged": 5}


def test_a_last_day_that_is_over_ends_the_post(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    rows = a_staff()
    rows[1] |= {"until": "2026-11-19"}
    assert numbers(imported(tmp_path, rows, LATER)) == {"deactivated": 1, "unchanged": 4}
    assert ("2", "navigator") not in jobs(LATER)
    assert numbers(imported(tmp_path, rows, LATER)) == {"unchanged": 5}


def test_whoever_a_file_forgot_is_back_with_the_next(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    imported(tmp_path, a_staff()[:4], LATER, shrink=True)
    again = LATER + timedelta(days=1)
    assert numbers(imported(tmp_path, a_staff(), again)) == {"reactivated": 1, "unchanged": 4}
    assert ("5", "network") in jobs(again)
    assert StaffPerson.objects.get(number="5").left_at is None


def test_two_who_change_places_are_never_each_others_manager(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    rows = a_staff()
    rows[0] |= {"manager_number": "2"}
    rows[1] |= {"manager_number": ""}
    assert numbers(imported(tmp_path, rows, LATER)) == {"updated": 2, "unchanged": 3}
    assert Post.objects.get(person__number="1").manager == StaffPerson.objects.get(number="2")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"manager_number": "2"}, "2 navigator,manager_number: nobody is their own manager"),
        ({"manager_number": "99"}, "2 navigator,manager_number: no row that is not refused has this number as its own"),
        ({"until": "2023-12-31"}, "2 navigator,until: lies before from"),
        ({"job": "wizard"}, '2,"job: is none of navigator'),
        ({"work_email": "nobody"}, "2 navigator,work_email: is no email address"),
        ({"from": ""}, "2 navigator,from: is empty"),
    ],
)
def test_a_bad_row_is_refused_alone_and_ends_nothing(db: None, tmp_path: Path, changed: Row, reason: str) -> None:
    imported(tmp_path, a_staff())
    rows = a_staff()
    rows[1] |= changed
    assert numbers(imported(tmp_path, rows, LATER)) == {"refused": 1, "unchanged": 4}
    (line,) = reasons(tmp_path)
    assert line.startswith(f"staff.csv,3,{reason}")
    assert "Last2" not in line
    assert "nobody@" not in line
    assert ("2", "navigator") in jobs(LATER)


def another_person(job: str = "privacy_office") -> Row:
    return a_row("2", job, first_name="Other", last_name="Human", work_email="other@plan.example")


def test_a_number_that_is_somebody_elses_gives_their_account_nothing(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    user = registered("2")
    rows = a_staff()
    rows[1] = another_person()
    assert numbers(imported(tmp_path, rows, LATER)) == {"refused": 1, "unchanged": 4, "ended": 1}
    (line,) = reasons(tmp_path)
    assert "staff_number: somebody of another name" in line
    assert "Human" not in line
    person = StaffPerson.objects.get(number="2")
    assert (person.name, person.email, person.capacity) == ("First2 Last2", "s2@plan.example", user.capacities.get())
    assert not [job for number, job in jobs(LATER) if number == "2"]


def test_a_number_is_free_for_another_once_its_person_has_left(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    user = registered("2")
    leave(person=StaffPerson.objects.get(number="2"), by=SOMEBODY, at=NOW + timedelta(hours=1))
    rows = a_staff()
    rows[1] = another_person() | {"from": "2026-11-21"}
    assert numbers(imported(tmp_path, rows, LATER)) == {"added": 1, "unchanged": 4}
    assert StaffPerson.objects.get(number="2").name == "Other Human"
    assert not Capacity.objects.live(LATER).filter(user=user).exists()


def test_whoever_has_the_number_of_a_manager_who_left_is_nobodys_manager_by_it(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    manager = StaffPerson.objects.get(number="2")
    post = a_post_here(StaffPerson.objects.get(number="3"), manager=manager)
    leave(person=manager, by=SOMEBODY, at=NOW + timedelta(hours=1))
    rows = a_staff()
    imported(tmp_path, rows, LATER)
    post.refresh_from_db()
    assert post.manager == manager  # who may come back
    rows[1] = another_person() | {"from": "2026-11-21"}
    imported(tmp_path, rows, LATER)
    post.refresh_from_db()
    assert (post.manager, post.until) == (None, None)


@pytest.mark.parametrize("changed", [{"last_name": "Married"}, {"work_email": "new@plan.example"}])
def test_an_activation_id_ends_with_the_email_or_name_it_was_for(db: None, tmp_path: Path, changed: Row) -> None:
    imported(tmp_path, a_staff())
    invite(person=StaffPerson.objects.get(number="2"), channel=Channel.MAIL, by=SOMEBODY, at=NOW)
    invite(person=StaffPerson.objects.get(number="3"), channel=Channel.MAIL, by=SOMEBODY, at=NOW)
    rows = a_staff()
    rows[1] |= changed
    rows[2] |= {"first_name": "Another"}
    imported(tmp_path, rows, LATER)
    still = Activation.objects.open(LATER).values_list("subject", flat=True)
    assert list(still) == [StaffPerson.objects.get(number="3").pk]


def test_two_rows_for_one_job_are_one_too_many(db: None, tmp_path: Path) -> None:
    rows = [*a_staff(), a_row("2", department="Elsewhere")]
    assert numbers(imported(tmp_path, rows)) == {"added": 5, "refused": 1}
    assert Post.objects.get(person__number="2").department == "Care Navigation"


# Nobody stands above themselves


def test_whoever_stands_above_themselves_is_refused_and_so_is_who_is_beneath(db: None, tmp_path: Path) -> None:
    rows = a_staff()
    rows[0] |= {"manager_number": "3"}
    rows[1] |= {"manager_number": "1"}
    rows[2] |= {"manager_number": "2"}
    summary = imported(tmp_path, rows)
    assert summary["refused"] == 5  # the others have a manager whom no row names any more
    assert [line.split(",")[1] for line in reasons(tmp_path) if "lead back to them" in line] == ["2", "3", "4"]
    assert not Post.objects.exists()


def test_a_circle_is_closed_by_a_row_over_what_was_given_here(db: None, tmp_path: Path) -> None:
    """3 works under 2 by the word of somebody here, and 2 under 5 by the file: so 5 does not work under 3."""
    rows = a_staff()
    rows[1] |= {"manager_number": "5"}
    imported(tmp_path, rows)
    two, three = (StaffPerson.objects.get(number=number) for number in "23")
    a_post_here(three, manager=two)
    rows[4] |= {"manager_number": "3"}
    assert numbers(imported(tmp_path, rows, LATER)) == {"refused": 2, "unchanged": 3}
    assert [line.split(",")[1] for line in reasons(tmp_path)] == ["3", "6"]
    assert Post.objects.get(person__number="5").manager == StaffPerson.objects.get(number="1")


def test_who_was_promoted_over_their_manager_of_before_is(db: None, tmp_path: Path) -> None:
    """2 worked under 3 for years, and gets another job: whose manager 3 was then says nothing of today."""
    rows = a_staff()
    rows[1] |= {"manager_number": "3"}
    imported(tmp_path, rows)
    rows[1] = a_row("2", "manager")
    rows[2] |= {"manager_number": "2"}
    now = timezone.now()
    assert numbers(imported(tmp_path, rows, now)) == {"added": 1, "updated": 1, "unchanged": 3, "ended": 1}
    assert Post.objects.get(person__number="3").manager == StaffPerson.objects.get(number="2")
    assert numbers(imported(tmp_path, rows, now)) == {"unchanged": 5}


def a_post_here(person: StaffPerson, *, manager: StaffPerson, by: Actor = SOMEBODY) -> Post:
    return give(
        person=person,
        job=Job.PRIVACY_OFFICE,
        department="Privacy",
        manager=manager,
        first_day=timezone.localdate(NOW),
        last_day=None,
        by=by,
        at=NOW,
    )


PEOPLE = st.sampled_from(["1", "2", "3", "4"])
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9))


ROWS = st.lists(st.tuples(PEOPLE, PEOPLE, DAYS, st.none() | DAYS), max_size=8)


def above_themselves(managed: Iterable[Managed], day: date) -> set[str]:
    """Who stands above themselves on a day: counted out, pair by pair, until nothing is new."""
    pairs = {(each.person, each.manager) for each in managed if is_on(each, day)}
    while more := {(low, high) for low, mid in pairs for mid_too, high in pairs if mid == mid_too} - pairs:
        pairs |= more
    return {low for low, high in pairs if low == high}


def is_on(managed: Managed, day: date) -> bool:
    return managed.first_day <= day and (managed.last_day is None or day <= managed.last_day)


@given(rows=ROWS, today=DAYS)
def test_a_circle_is_what_puts_somebody_above_themselves_on_a_day(
    rows: list[tuple[str, str, date, date | None]], today: date
) -> None:
    managed = {Managed(*row) for row in rows}
    days = [date(2026, 1, day) for day in range(today.day, 11)]
    found = in_circles(managed, today)
    assert not any(above_themselves(managed - found, day) for day in days)
    for each in found:  # and nobody is in vain
        assert any(is_on(each, day) and {each.person, each.manager} <= above_themselves(managed, day) for day in days)


@given(rows=st.lists(st.tuples(PEOPLE, PEOPLE | st.just(""), DAYS, st.none() | DAYS), max_size=8), today=DAYS)
def test_what_is_taken_can_be(rows: list[tuple[str, str, date, date | None]], today: date) -> None:
    read = [
        Read(line, number, "", "", "", "", "", f"job {line}", manager, first, last)
        for line, (number, manager, first, last) in enumerate(rows)
    ]
    out = refused(read, stays=(), today=today)
    taken = [row for row in read if row.line not in out]
    for row in taken:
        assert row.manager_number != row.number
        assert row.last_day is None or row.last_day >= row.first_day
        assert not row.manager_number or row.manager_number in {other.number for other in taken}
    assert not in_circles([row.managed for row in taken if row.managed], today)


def test_what_stays_makes_a_circle_too() -> None:
    today = date(2026, 1, 1)
    row = Read(2, "1", "", "", "", "", "", "network", "2", today, None)
    other = Read(3, "2", "", "", "", "", "", "network", "", today, None)
    said = Managed("2", "1", date(2026, 5, 1), date(2026, 5, 2))
    assert refused([row, other], stays=[said], today=today) == {2: CIRCLE}
    assert refused([row, other], stays=[said], today=date(2026, 5, 3)) == {}
    assert refused([row, other], stays=[], today=today) == {}


# Whole, and guarded


def test_a_file_that_would_end_over_a_fifth_is_refused_whole(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    with pytest.raises(StaffShrinks, match="2 of the 5 posts"):
        imported(tmp_path, a_staff()[:3], LATER)
    assert len(jobs(LATER)) == 5
    assert numbers(imported(tmp_path, a_staff()[:4], LATER)) == {"unchanged": 4, "ended": 1}


@pytest.mark.parametrize("is_registered", [True, False])
def test_a_file_that_leaves_no_access_administrator_is_refused_whole(
    db: None, tmp_path: Path, is_registered: bool
) -> None:
    imported(tmp_path, a_staff())
    if is_registered:
        registered("4")
    with pytest.raises(NoAdministratorLeft):
        imported(tmp_path, [row for row in a_staff() if row["staff_number"] != "4"], LATER, shrink=True)
    assert ("4", "access_administrator") in jobs(LATER)
    assert Capacity.objects.live(LATER).exists() == is_registered


@pytest.mark.parametrize(("last_day", "is_taken"), [("2026-11-20", False), ("2026-12-20", False), ("2026-12-31", True)])
def test_somebody_is_to_give_access_a_month_from_now(db: None, tmp_path: Path, last_day: str, is_taken: bool) -> None:
    imported(tmp_path, a_staff())
    registered("4")
    rows = a_staff()
    rows[3] |= {"until": last_day}
    if is_taken:
        assert numbers(imported(tmp_path, rows)) == {"updated": 1, "unchanged": 4}
    else:
        with pytest.raises(NoAdministratorLeft):
            imported(tmp_path, rows)
        assert Post.objects.get(person__number="4").until is None


# What somebody here said


def test_of_two_access_administrators_neither_outlives_the_other_by_the_others_word(db: None, tmp_path: Path) -> None:
    imported(tmp_path, [*a_staff(), a_row("6", "access_administrator")])
    by = {number: Actor(f"user:{registered(number).pk}", "staff") for number in "46"}
    soon = timezone.localdate(NOW) + timedelta(days=3)
    end(post=a_post("6"), last_day=soon, by=by["4"], at=NOW)
    for last_day in (soon, soon + timedelta(days=9)):
        with pytest.raises(NotAdministrator):
            end(post=a_post("4"), last_day=last_day, by=by["6"], at=NOW)
    end(post=a_post("2"), last_day=soon + timedelta(days=9), by=by["6"], at=NOW)  # which is no such job
    assert administrators(NOW + timedelta(days=9)).count() == 1


def test_whose_job_has_just_ended_gives_nothing_with_the_page_that_is_still_open(db: None, tmp_path: Path) -> None:
    imported(tmp_path, [*a_staff(), a_row("6", "access_administrator")])
    by = Actor(f"user:{registered('6').pk}", "staff")
    three, six = (StaffPerson.objects.get(number=number) for number in "36")
    post = a_post_here(three, manager=StaffPerson.objects.get(number="2"), by=by)
    end(post=a_post("6"), last_day=None, by=SOMEBODY, at=NOW)
    acts: list[Callable[[], Any]] = [
        lambda: a_post_here(StaffPerson.objects.get(number="2"), manager=three, by=by),
        lambda: invite(person=three, channel=Channel.MAIL, by=by, at=NOW),
        lambda: end(post=post, last_day=None, by=by, at=NOW),
        lambda: leave(person=three, by=by, at=NOW),
        lambda: ask_removal(person=three, asked_by=six, by=by, at=NOW),
    ]
    for act in acts:
        with pytest.raises(NotAdministrator):
            act()


def test_nobody_has_two_staff_numbers_to_give_themselves_a_job(db: None, tmp_path: Path) -> None:
    twins = [a_row("44", work_email="S4@plan.example"), a_row("45", work_email="mail4@mail.example")]
    imported(tmp_path, [*a_staff(), *twins])
    by = Actor(f"user:{registered('4').pk}", "staff")
    for number in ("44", "45"):
        with pytest.raises(OwnPosts):
            invite(person=StaffPerson.objects.get(number=number), channel=Channel.MAIL, by=by, at=NOW)
    invite(person=StaffPerson.objects.get(number="2"), channel=Channel.MAIL, by=by, at=NOW)


def a_post(number: str) -> Post:
    return Post.objects.get(person__number=number)


def test_no_file_brings_back_a_post_that_somebody_here_ended(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    end(post=a_post("2"), last_day=None, by=SOMEBODY, at=NOW + timedelta(hours=1))
    assert numbers(imported(tmp_path, a_staff(), LATER)) == {"unchanged": 5, "overruled": 1}
    assert ("2", "navigator") not in jobs(LATER)
    rows = a_staff()
    rows[1] |= {"from": "2026-12-01"}  # the job anew, which is another word
    assert numbers(imported(tmp_path, rows, LATER)) == {"added": 1, "unchanged": 4}
    assert ("2", "navigator") in jobs(NOW + timedelta(days=30))


def test_no_file_brings_back_whom_somebody_here_saw_leave(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    user = registered("2")
    leave(person=StaffPerson.objects.get(number="2"), by=SOMEBODY, at=NOW + timedelta(hours=1))
    rows = [*a_staff(), a_row("2", "network")]
    assert numbers(imported(tmp_path, rows, LATER)) == {"unchanged": 6, "overruled": 2}
    assert not [job for number, job in jobs(LATER) if number == "2"]
    assert not Capacity.objects.live(LATER).filter(user=user).exists()
    rows[1] |= {"from": "2026-12-01"}
    imported(tmp_path, rows, LATER)
    assert StaffPerson.objects.get(number="2").left_at is None


def test_no_file_ends_a_post_that_somebody_here_gave(db: None, tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    person = StaffPerson.objects.get(number="3")
    give(
        person=person,
        job=Job.PRIVACY_OFFICE,
        department="Privacy",
        manager=None,
        first_day=timezone.localdate(NOW),
        last_day=None,
        by=SOMEBODY,
        at=NOW,
    )
    assert numbers(imported(tmp_path, a_staff(), LATER)) == {"unchanged": 5}
    assert ("3", "privacy_office") in jobs(LATER)


# By the clock


def test_whose_last_post_is_over_has_left_by_the_next_morning(db: None, tmp_path: Path) -> None:
    rows = a_staff()
    rows[1] |= {"until": "2026-11-20"}
    imported(tmp_path, rows)
    user = registered("2")
    assert leave_without_posts(by=SOMEBODY, at=NOW) == 0
    morning = datetime(2026, 11, 21, 8, 5, tzinfo=NOW.tzinfo)
    assert leave_without_posts(by=SOMEBODY, at=morning) == 1
    assert leave_without_posts(by=SOMEBODY, at=morning) == 0
    assert not Capacity.objects.live(morning).filter(user=user).exists()
    rows[1] |= {"until": ""}
    assert imported(tmp_path, rows, morning)["reactivated"] == 1


def test_a_row_of_the_past_names_somebody_and_gives_them_nothing(db: None, tmp_path: Path) -> None:
    rows = [*a_staff(), a_row("6", "network", until="2026-11-19")]
    assert numbers(imported(tmp_path, rows)) == {"added": 6}
    six = StaffPerson.objects.get(number="6")
    assert "6" not in {number for number, _job in jobs()}
    with pytest.raises(CannotIssue):
        invite(person=six, channel=Channel.MAIL, by=SOMEBODY, at=NOW)
    assert leave_without_posts(by=SOMEBODY, at=NOW) == 1
    assert numbers(imported(tmp_path, rows, LATER)) == {"unchanged": 6}


def test_another_name_alters_no_job_of_the_past(db: None, tmp_path: Path) -> None:
    rows = [*a_staff(), a_row("6", "network", until="2026-11-19")]
    imported(tmp_path, rows)
    before = list(Post.objects.order_by("pk").values())
    rows[5] |= {"first_name": "Married", "until": "2026-11-01"}
    assert numbers(imported(tmp_path, rows, LATER)) == {"updated": 1, "unchanged": 5}
    assert list(Post.objects.order_by("pk").values()) == before
    assert StaffPerson.objects.get(number="6").first_name == "Married"


# The command


def test_the_command_closes_with_one_line_of_json(db: None, tmp_path: Path) -> None:
    out = StringIO()
    path = write(tmp_path, [*a_staff(), a_row("6", "wizard")], "people.csv")
    call_command("import_staff", str(path), "--refused", str(tmp_path / "no.csv"), stdout=out)
    summary = json.loads(out.getvalue().splitlines()[-1])
    assert (summary["added"], summary["refused"], summary["read"]) == (5, 1, 6)
    assert summary["files"]["people.csv"]["added"] == 5
    assert (tmp_path / "no.csv").read_text().splitlines()[1].startswith("people.csv,7,6,")


def test_the_template_has_the_columns(db: None) -> None:
    out = StringIO()
    call_command("import_staff", "--template", stdout=out)
    assert out.getvalue().splitlines() == [
        "# staff.csv",
        "staff_number,first_name,last_name,work_email,language,department,job,manager_number,from,until",
    ]


@pytest.mark.parametrize("files", [[], ["missing.csv"], ["one.csv", "two.csv"]])
def test_the_command_takes_one_file_that_is_there(db: None, files: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("import_staff", *files)


def test_an_open_session_is_refused_at_its_next_request(db: None, tmp_path: Path) -> None:
    at = timezone.now()
    imported(tmp_path, a_staff(), at)
    browser = signed_in(registered("2", at))
    rows = [row for row in a_staff() if row["staff_number"] != "2"]
    assert browser.get("/account/settings/second-factor/").status_code == 200
    imported(tmp_path, rows, timezone.now(), shrink=True)
    assert "You are here as" not in browser.get("/account/settings/second-factor/").content.decode()
