"""One person, one sign-in, several capacities; and what the database refuses of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit.models import AuditEvent
from accounts.errors import UsernameRefused
from accounts.models import Capacity, Post, User
from accounts.operations import (
    begin_session,
    choose_language,
    close_posts,
    end_capacity,
    end_sessions,
    give_capacity,
    note_use,
    open_account,
)
from accounts.rules import ends_at, first_moment, is_a_username, last_day, second_factor_is_demanded
from accounts.vocabulary import CapacityKind, Job, Source, Verb, program
from tests.builders.people import a_post, staff_person

BY = program("tests")
NOON = datetime(2026, 11, 20, 18, tzinfo=UTC)
PASSWORD = "Quiet-Harbor7!"  # fictional


def an_account(username: str = "hodan.abdi") -> User:
    return open_account(
        username=username,
        name="Hodan Abdi",
        email="hodan@mail.example",
        password=PASSWORD,
        language="en",
        by=BY,
        at=NOON,
    )


def a_staff_person(username: str = "grace.lindgren") -> Capacity:
    return give_capacity(user=an_account(username), kind=CapacityKind.STAFF, by=BY, at=NOON)


def told(verb: Verb) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(verb=verb))


# Accounts


@pytest.mark.parametrize("text", ["hodan.abdi", "a23456", "A-b_c.9", "x" * 30])
def test_a_username_is_six_to_thirty_plain_characters(text: str) -> None:
    assert is_a_username(text)


@pytest.mark.parametrize(
    "text", ["", "short", "x" * 31, ".hodan.abdi", "hodan abdi", "hodan@mail.example", "hódan.abdi"]
)
def test_what_is_no_username_opens_no_account(db: None, text: str) -> None:
    with pytest.raises(UsernameRefused):
        an_account(text)
    assert not User.objects.exists()


def test_a_username_is_one_persons_whatever_its_case(db: None) -> None:
    an_account("hodan.abdi")
    with pytest.raises(IntegrityError), transaction.atomic():
        an_account("Hodan.Abdi")


def test_opening_an_account_is_told_by_number_alone(db: None) -> None:
    user = an_account()
    (event,) = told(Verb.OPEN_ACCOUNT)
    assert event.subject == f"user:{user.pk}"
    assert "hodan" not in str(vars(event)).lower()


def test_a_weak_password_opens_no_account(db: None) -> None:
    with pytest.raises(ValidationError):
        open_account(
            username="hodan.abdi", name="", email="h@mail.example", password="short", language="en", by=BY, at=NOON
        )
    assert not User.objects.exists()


def test_two_people_may_share_a_mailbox(db: None) -> None:
    assert an_account("hodan.abdi").email == an_account("yusuf.abdi").email


def test_the_language_of_mail_is_the_persons_choice(db: None) -> None:
    user = an_account()
    choose_language(user_id=user.pk, language="es", by=BY, at=NOON)
    user.refresh_from_db()
    assert user.language == "es"
    assert told(Verb.CHOOSE_LANGUAGE)


# Capacities


def test_one_person_holds_several_capacities(db: None) -> None:
    user = an_account()
    for kind in (CapacityKind.MEMBER, CapacityKind.CLINICIAN, CapacityKind.REPRESENTATIVE, CapacityKind.REPRESENTATIVE):
        give_capacity(user=user, kind=kind, by=BY, at=NOON)
    assert Capacity.objects.live(NOON).filter(user=user).count() == 4


def test_nobody_is_staff_twice_at_once(db: None) -> None:
    staff = a_staff_person()
    with pytest.raises(IntegrityError), transaction.atomic():
        give_capacity(user=staff.user, kind=CapacityKind.STAFF, by=BY, at=NOON + timedelta(days=1))


def test_who_left_may_come_back(db: None) -> None:
    staff = a_staff_person()
    later = NOON + timedelta(days=30)
    end_capacity(capacity=staff, by=BY, at=later)
    again = give_capacity(user=staff.user, kind=CapacityKind.STAFF, by=BY, at=later)
    assert list(Capacity.objects.live(later)) == [again]


def test_a_capacity_ends_with_the_moment_and_is_told_once(db: None) -> None:
    staff = a_staff_person()
    for _ in range(2):
        end_capacity(capacity=staff, by=BY, at=NOON + timedelta(hours=1))
    assert Capacity.objects.live(NOON + timedelta(minutes=59)).exists()
    assert not Capacity.objects.live(NOON + timedelta(hours=1)).exists()
    assert len(told(Verb.END_CAPACITY)) == 1


def test_a_capacity_of_an_unknown_kind_is_refused_by_the_database(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Capacity.objects.create(user=an_account(), kind="wizard", since=NOON)


@pytest.mark.parametrize("act", [end_capacity, end_sessions])
def test_a_restricting_act_is_a_transaction_of_its_own(db: None, act: Any) -> None:
    """So that it can be written ahead of the database that may lose it."""
    subject = {"capacity": a_staff_person()} if act is end_capacity else {"user_id": an_account().pk}
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        act(**subject, by=BY, at=NOON)


# Posts


def test_a_post_lives_from_its_moment_until_another(db: None) -> None:
    post = a_post(staff_person(), since=NOON, until=NOON + timedelta(days=1))
    second = timedelta(seconds=1)
    moments = [NOON - second, NOON, NOON + timedelta(days=1) - second, NOON + timedelta(days=1)]
    assert [list(Post.objects.live(at)) for at in moments] == [[], [post], [post], []]
    assert [list(Post.objects.not_over(at)) for at in moments] == [[post], [post], [post], []]


@given(
    day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), zone=st.sampled_from(["America/Chicago", "UTC", "Asia/Kolkata"])
)
def test_the_last_day_of_a_post_counts_as_a_whole(day: date, zone: str) -> None:
    after = first_moment(day + timedelta(days=1), ZoneInfo(zone))
    assert last_day(after, ZoneInfo(zone)) == day
    assert last_day(after + timedelta(hours=1), ZoneInfo(zone)) == day + timedelta(days=1)


def test_a_post_that_is_ended_before_it_began_never_lives(db: None) -> None:
    post = a_post(staff_person(), since=NOON + timedelta(days=5))
    close_posts(posts=[post], said_by=Source.HERE, by=BY, at=NOON)
    for days in range(10):
        assert not Post.objects.not_over(NOON + timedelta(days=days)).exists()


def test_nobody_has_a_job_twice_at_once(db: None) -> None:
    person = staff_person()
    a_post(person, since=NOON, until=NOON + timedelta(days=9))
    with pytest.raises(IntegrityError), transaction.atomic():
        a_post(person, since=NOON + timedelta(days=8))
    a_post(person, since=NOON + timedelta(days=9))
    a_post(person, job=Job.MEMBER_RELATIONS)


def test_nobody_is_their_own_manager(db: None) -> None:
    person = staff_person()
    with pytest.raises(IntegrityError), transaction.atomic():
        a_post(person, manager=person)


def test_nobody_stands_above_themselves_on_any_day_to_come(db: None) -> None:
    low, mid, high = staff_person(), staff_person(), staff_person()
    soon, later = (timezone.now() + timedelta(days=days) for days in (10, 20))
    a_post(low, manager=mid)
    a_post(mid, manager=high, until=later)
    for one, other, since in ((mid, low, later - timedelta(days=1)), (high, low, soon), (high, mid, soon)):
        with pytest.raises(IntegrityError, match="above themselves"), transaction.atomic():
            a_post(one, Job.NETWORK, manager=other, since=since)
    with pytest.raises(IntegrityError, match="above themselves"), transaction.atomic():
        Post.objects.filter(person=mid).update(manager=low)
    a_post(high, Job.NETWORK, manager=low, since=later)
    Post.objects.filter(person=mid).update(until=soon)


def test_whose_manager_somebody_was_says_nothing_of_today(db: None) -> None:
    one, other = staff_person(), staff_person()
    a_post(one, manager=other, until=timezone.now())
    a_post(other, manager=one)
    with pytest.raises(IntegrityError, match="above themselves"), transaction.atomic():
        Post.objects.filter(person=one).update(until=None)


def test_a_way_up_is_one_of_one_and_the_same_day(db: None) -> None:
    """Each is under the next, but never all of them at once."""
    people = [staff_person() for _each in range(3)]
    for number, one in enumerate(people):
        begins = timezone.now() + timedelta(days=number)
        a_post(one, manager=people[number - 2], since=begins, until=begins + timedelta(days=2))
    assert Post.objects.count() == 3


# Sessions


def test_ending_sessions_signs_a_person_out_everywhere_at_the_next_request(db: None) -> None:
    user = an_account()
    here, there = Client(), Client()
    for client in (here, there):
        client.force_login(user)
    end_sessions(user_id=user.pk, by=BY, at=NOON)
    user.refresh_from_db()
    for client in (here, there):
        assert client.session["_auth_user_hash"] != user.get_session_auth_hash()
    assert told(Verb.END_SESSIONS)


def test_the_session_hash_depends_on_password_version_and_key(settings: Any) -> None:
    user = User(username="hodan.abdi")
    user.set_password(PASSWORD)
    first = user.get_session_auth_hash()
    user.credentials_version += 1
    second = user.get_session_auth_hash()
    user.set_password(PASSWORD + "x")
    third = user.get_session_auth_hash()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    assert len({first, second, third, user.get_session_auth_hash()}) == 4
    assert user.get_session_auth_fallback_hash() == [third]


def test_a_session_notes_its_use_every_few_seconds_at_most(db: None) -> None:
    session = Client().session
    begin_session(session=session, at=NOON)
    note_use(session=session, at=NOON + timedelta(seconds=19))
    assert session["seen"] == NOON.timestamp()
    note_use(session=session, at=NOON + timedelta(seconds=20))
    assert session["seen"] == NOON.timestamp() + 20
    assert session["began"] == NOON.timestamp()


KINDS = st.sets(st.sampled_from(CapacityKind.values))


@given(kinds=KINDS, idle=st.integers(0, 60 * 60 * 13), used_for=st.integers(0, 60 * 60 * 13))
def test_no_session_outlives_its_limits(kinds: set[str], idle: int, used_for: int) -> None:
    seen = NOON + timedelta(seconds=used_for)
    over = ends_at(began=NOON, seen=seen, kinds=kinds) <= seen + timedelta(seconds=idle)
    staff = "staff" in kinds
    assert over == (idle >= (600 if staff else 900) or used_for + idle >= (8 if staff else 12) * 3600)


@given(kinds=KINDS)
def test_staff_and_clinicians_owe_a_second_factor(kinds: set[str]) -> None:
    assert second_factor_is_demanded(kinds) == bool(kinds & {"staff", "clinician"})
