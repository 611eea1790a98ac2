"""Whoever has an account learns by mail that their jobs here changed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Post, StaffPerson
from accounts.outbox.models import Message
from accounts.staff.operations import end, give, leave, leave_without_posts
from accounts.staff.vocabulary import Notice
from accounts.vocabulary import Job
from tests.builders.mail import PostOffice, deliver_mail, html_of, text_of
from tests.builders.people import SOMEBODY
from tests.builders.staff import Row, a_row, a_staff, imported, registered

pytestmark = pytest.mark.django_db

AT_WORK, OF_THE_ACCOUNT = "s2@plan.example", "mail2@mail.example"


@pytest.fixture
def two(tmp_path: Path) -> StaffPerson:
    """A navigator who has an account."""
    imported(tmp_path, a_staff(), timezone.now())
    registered("2", timezone.now())
    return StaffPerson.objects.get(number="2")


def given(person: StaffPerson, job: Job = Job.NETWORK, **changed: Any) -> Post:
    today = timezone.localdate()
    ordinary = {"job": job, "department": "Anywhere", "manager": None, "first_day": today, "last_day": None}
    return give(person=person, **ordinary | changed, by=SOMEBODY, at=timezone.now())


def told(post_office: PostOffice) -> list[tuple[str, str]]:
    """Who was told what, since this was last asked."""
    before = len(post_office.mails)
    deliver_mail()
    return [(str(mail["To"]), text_of(mail).replace("\r\n", "\n")) for mail in post_office.mails[before:]]


def with_row_two(**changed: str) -> list[Row]:
    rows = a_staff()
    rows[1] |= changed
    return rows


def test_a_first_file_tells_nobody(tmp_path: Path) -> None:
    imported(tmp_path, a_staff())
    assert not Message.objects.exists()


def test_a_job_that_is_given_is_told_at_work_with_all_that_the_person_has(
    two: StaffPerson, post_office: PostOffice
) -> None:
    given(two, first_day=timezone.localdate() + timedelta(days=30), last_day=timezone.localdate() + timedelta(days=60))
    ((to, text),) = told(post_office)
    assert to == AT_WORK
    assert "- Navigator\n- Network, from " in text
    assert ", last day " in text
    assert "/" not in text.partition("--")[0]  # nothing to click on
    (mail,) = post_office.mails
    assert ">Navigator</li>" in html_of(mail)
    assert not any(word in html_of(mail) + text for word in (two.first_name, two.last_name, "Anywhere"))


def test_a_job_that_ends_is_told_and_so_is_the_last(two: StaffPerson, post_office: PostOffice) -> None:
    network = given(two)
    told(post_office)
    end(post=network, last_day=None, by=SOMEBODY, at=timezone.now())
    ((to, text),) = told(post_office)
    assert (to, "Navigator" in text, "Network" in text) == (AT_WORK, True, False)
    end(post=two.posts.get(job=Job.NAVIGATOR), last_day=None, by=SOMEBODY, at=timezone.now())
    ((to, text),) = told(post_office)
    assert (to, "You have no job here any more" in text) == (AT_WORK, True)
    leave_without_posts(by=SOMEBODY, at=timezone.now())
    assert [to for to, _text in told(post_office)] == [OF_THE_ACCOUNT]


def test_whoever_left_is_told_where_they_still_read(two: StaffPerson, post_office: PostOffice) -> None:
    leave(person=two, by=SOMEBODY, at=timezone.now())
    ((to, text),) = told(post_office)
    assert (to, "You have no job here any more" in text) == (OF_THE_ACCOUNT, True)


def test_whoever_has_no_account_is_told_nothing(two: StaffPerson) -> None:
    three = StaffPerson.objects.get(number="3")
    given(three)
    leave(person=three, by=SOMEBODY, at=timezone.now())
    given(three)
    assert not Message.objects.exists()


def test_of_two_jobs_that_a_file_exchanges_there_is_one_mail(
    two: StaffPerson, tmp_path: Path, post_office: PostOffice
) -> None:
    imported(tmp_path, with_row_two(job="privacy_office"), timezone.now())
    ((to, text),) = told(post_office)
    assert (to, "Privacy office" in text, "Navigator" in text) == (AT_WORK, True, False)
    imported(tmp_path, with_row_two(job="privacy_office"), timezone.now())
    assert told(post_office) == []


@pytest.mark.parametrize(
    ("changed", "is_told"),
    [
        ({"until": "2099-12-31"}, True),
        ({"until": "2025-12-31"}, True),
        ({"department": "Elsewhere"}, False),
        ({"manager_number": "3"}, False),
        ({"first_name": "Another"}, False),
    ],
)
def test_a_file_tells_of_days_and_of_nothing_else(
    two: StaffPerson, tmp_path: Path, changed: dict[str, str], is_told: bool
) -> None:
    imported(tmp_path, with_row_two(**changed), timezone.now())
    assert Message.objects.filter(kind=Notice.JOBS).exists() == is_told


def test_a_job_of_the_past_that_a_file_adds_is_no_news(two: StaffPerson, tmp_path: Path) -> None:
    past = a_row("2", "network", until="2024-06-30")
    assert imported(tmp_path, [*a_staff(), past], timezone.now())["added"] == 1
    assert not Message.objects.exists()


def test_whom_a_file_does_not_name_is_told_where_they_still_read(
    two: StaffPerson, tmp_path: Path, post_office: PostOffice
) -> None:
    imported(tmp_path, [row for row in a_staff() if row["staff_number"] != "2"], timezone.now())
    assert [to for to, _text in told(post_office)] == [OF_THE_ACCOUNT]


def test_a_dry_run_tells_nobody(two: StaffPerson, tmp_path: Path) -> None:
    imported(tmp_path, with_row_two(job="privacy_office"), timezone.now(), dry_run=True)
    assert not Message.objects.exists()
