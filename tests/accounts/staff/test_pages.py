"""What an access administrator sees and does at /staff/people/."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.models import Capacity, Post, StaffPerson, User
from accounts.operations import give_capacity
from accounts.outbox.models import Letter
from accounts.registration.errors import SubjectTaken
from accounts.registration.models import Activation
from accounts.registration.registry import SUBJECTS
from accounts.staff.access import describe
from accounts.vocabulary import CapacityKind, Job
from tests.builders.mail import PostOffice, deliver_mail
from tests.builders.people import PASSWORD, SOMEBODY, a_post, an_app, person, signed_in, staff_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def tom() -> User:
    """An access administrator."""
    user = person("tom.becker", "tom@mail.example", CapacityKind.STAFF, name="Tom Becker")
    staff_person(user, "T1", first_name="Tom", last_name="Becker")
    a_post(user, Job.ACCESS_ADMINISTRATOR)
    an_app(user)
    return user


@pytest.fixture
def browser(tom: User) -> Client:
    return signed_in(tom)


def stepped_up(browser: Client) -> Client:
    browser.post("/account/again/", {"password": PASSWORD})
    return browser


def page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def registered(number: str, **names: str) -> StaffPerson:
    user = person(f"user.{number}", f"{number}@mail.example", CapacityKind.STAFF, name="Grace Lindgren")
    return staff_person(user, number, **names)


# Who may


@pytest.mark.parametrize("job", [job for job in Job if job != Job.ACCESS_ADMINISTRATOR][:2])
def test_nobody_else_sees_who_works_here(job: Job) -> None:
    user = person("omar.nassar", "omar@mail.example", CapacityKind.STAFF)
    one = a_post(user, job).person
    an_app(user)
    other = signed_in(user)
    assert other.get("/staff/people/").status_code == 403
    assert other.post(f"/staff/people/{one.pk}/left/").status_code == 403
    assert "People who work here" not in page(other, "/account/")


def test_the_account_page_leads_there(browser: Client) -> None:
    assert "/staff/people/" in page(browser, "/account/")
    assert "/staff/okays/" not in page(browser, "/account/")


# Who is here


def test_the_list_says_how_far_everybody_has_come(browser: Client, tom: User) -> None:
    boss = registered("B1", first_name="Marcus", last_name="Reed")
    a_post(staff_person(None, "N1", last_name="Newman"), manager=boss, until=timezone.now() + timedelta(days=30))
    a_post(registered("R1", last_name="Registered"))
    gone = staff_person(None, "L1", last_name="Leaver")
    StaffPerson.objects.filter(pk=gone.pk).update(left_at=timezone.now(), left_said_by="here")
    shown = page(browser, "/staff/people/")
    rows = [row for row in shown.split("<tr ") if "rowheader" in row]
    states = {name: next(row for row in rows if name in row) for name in ("Newman", "Registered", "Leaver")}
    assert "Not invited" in states["Newman"]
    assert "Marcus Reed" in states["Newman"]
    assert "Navigator" in states["Newman"]
    assert ">Registered<" in states["Registered"]
    assert ">Left<" in states["Leaver"]


@pytest.mark.parametrize("words", ["Lindgren", "grace lind", "Lindgren, G", "n77"])
def test_a_search_finds_by_name_or_number_and_no_address_holds_it(browser: Client, words: str) -> None:
    staff_person(None, "N77")
    staff_person(None, "N78", first_name="Omar", last_name="Nassar")
    answer = browser.post("/staff/people/", {"words": words})
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "Grace Lindgren" in shown
    assert "Omar Nassar" not in shown
    assert browser.get(f"/staff/people/?words={words}").content.decode().count("Omar Nassar") == 1


def test_many_people_stand_on_several_pages(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.staff.views.PEOPLE_ON_A_PAGE", 2)
    for number in range(4):
        staff_person(None, f"P{number}", last_name=f"Person{number}")
    first, last = page(browser, "/staff/people/"), page(browser, "/staff/people/?page=3")
    assert "Page 1 of 3" in first
    assert "Person3" in last
    assert "Person0" not in last


# Jobs


def give(browser: Client, to: StaffPerson, **changed: str) -> Any:
    ordinary = {
        "job": "network",
        "department": "Provider Network",
        "manager": "",
        "first_day": timezone.localdate().isoformat(),
        "last_day": "",
    }
    return stepped_up(browser).post(f"/staff/people/{to.pk}/posts/", ordinary | changed)


def test_a_job_from_today_opens_at_once(browser: Client) -> None:
    grace = registered("R1")
    boss = registered("B1")
    assert give(browser, grace, manager="B1").status_code == 302
    post = Post.objects.live(timezone.now()).get(person=grace)
    assert (post.job, post.manager, post.said_by) == (Job.NETWORK, boss, "here")
    event = AuditEvent.objects.get(verb="give_post", subject=f"staff:{grace.pk}", actor__startswith="user:")
    assert event.fields == ["network"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"manager": "R1"}, "Nobody is their own manager"),
        ({"manager": "nobody"}, "The manager must be somebody who works here"),
        ({"manager": "U2"}, "works under this person, directly or through others"),
        ({"job": "navigator"}, "This person has this job at that time"),
        ({"first_day": "2020-01-01"}, "This day is over"),
        ({"last_day": "2020-01-01"}, "The last day lies before the first"),
        ({"first_day": ""}, "Type the first day"),
        ({"first_day": "soon"}, "Type a day like"),
    ],
)
def test_what_cannot_be_is_said_and_not_done(browser: Client, changed: dict[str, str], why: str) -> None:
    grace = registered("R1")
    a_post(grace)
    under = staff_person(None, "U1")
    a_post(under, manager=grace)
    a_post(staff_person(None, "U2"), manager=under)
    answer = give(browser, grace, **changed)
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert Post.objects.filter(person=grace).count() == 1


def test_giving_a_job_asks_for_the_password_again(browser: Client) -> None:
    grace = registered("R1")
    assert browser.get(f"/staff/people/{grace.pk}/posts/").headers["Location"].startswith("/account/again/")


def test_a_job_that_is_ended_is_closed_to_the_person_at_their_next_request(browser: Client) -> None:
    omar = registered("R1")
    assert omar.capacity
    an_app(omar.capacity.user)
    post = a_post(omar, Job.ACCESS_ADMINISTRATOR)
    theirs = signed_in(omar.capacity.user)
    assert theirs.get("/staff/people/").status_code == 200
    assert browser.post(f"/staff/people/{omar.pk}/posts/{post.pk}/", {"last_day": ""}).status_code == 302
    assert theirs.get("/staff/people/").status_code == 403
    assert theirs.get("/account/").status_code == 200
    assert browser.get(f"/staff/people/{omar.pk}/posts/{post.pk}/").status_code == 404


def test_a_job_can_end_on_a_day_to_come(browser: Client) -> None:
    grace = registered("R1")
    post = a_post(grace)
    address = f"/staff/people/{grace.pk}/posts/{post.pk}/"
    past = browser.post(address, {"last_day": "2020-01-01"})
    assert "This day is over" in past.content.decode()
    day = timezone.localdate() + timedelta(days=3)
    browser.post(address, {"last_day": day.isoformat()})
    post.refresh_from_db()
    assert post.last_day == day
    assert Post.objects.live(timezone.now()).filter(pk=post.pk).exists()


def test_whoever_left_is_out_at_their_next_request(browser: Client) -> None:
    grace = registered("R1")
    assert grace.capacity
    an_app(grace.capacity.user)
    a_post(grace, Job.ACCESS_ADMINISTRATOR)
    theirs = signed_in(grace.capacity.user)
    assert browser.post(f"/staff/people/{grace.pk}/left/").status_code == 302
    assert theirs.get("/staff/people/").status_code == 403
    assert theirs.get("/staff/okays/").status_code == 403
    assert not Capacity.objects.live(timezone.now()).filter(user=grace.capacity.user).exists()
    for address in ("/account/", "/account/capacity/"):  # no dead end
        assert "You have no role here now." in page(theirs, address)
        assert "/account/register/activation/" in page(theirs, address)
    assert "Left" in page(browser, f"/staff/people/{grace.pk}/")
    assert browser.post(f"/staff/people/{grace.pk}/left/").status_code == 409


def test_a_member_who_leaves_as_staff_stays_a_member(browser: Client) -> None:
    grace = registered("R1")
    assert grace.capacity
    give_capacity(user=grace.capacity.user, kind=CapacityKind.MEMBER, by=SOMEBODY, at=timezone.now())
    browser.post(f"/staff/people/{grace.pk}/left/")
    assert [each.kind for each in Capacity.objects.live(timezone.now()).filter(user=grace.capacity.user)] == ["member"]


def test_with_a_new_job_somebody_is_back_and_registers_anew(browser: Client) -> None:
    grace = registered("R1")
    browser.post(f"/staff/people/{grace.pk}/left/")
    assert "This person has left" in page(stepped_up(browser), f"/staff/people/{grace.pk}/posts/")
    give(browser, grace)
    grace.refresh_from_db()
    assert grace.left_at is None
    assert describe(grace.pk, timezone.now()) is not None


def test_nobody_changes_what_they_may_do_themselves(browser: Client, tom: User) -> None:
    me = StaffPerson.objects.get(number="T1")
    post = me.posts.get()
    assert "This is you" in page(browser, f"/staff/people/{me.pk}/")
    stepped_up(browser)
    for address in ("posts/", f"posts/{post.pk}/", "left/", "activation/", "second-factor/", "second-factor/keep/"):
        assert browser.get(f"/staff/people/{me.pk}/{address}").status_code == 403, address
        assert browser.post(f"/staff/people/{me.pk}/{address}").status_code == 403, address
    assert Post.objects.live(timezone.now()).filter(person=me).count() == 1


# Activation IDs


def test_an_activation_id_goes_by_mail_or_letter_and_is_revoked(browser: Client, post_office: PostOffice) -> None:
    grace = staff_person(None, "N1")
    a_post(grace)
    address = f"/staff/people/{grace.pk}/activation/"
    browser.post(address, {"channel": "mail"})
    deliver_mail()
    assert [mail["To"] for mail in post_office.mails] == ["n1@plan.example"]
    assert "Invited" in page(browser, f"/staff/people/{grace.pk}/")
    browser.post(address, {"channel": "letter"})
    assert Letter.objects.waiting().count() == 1
    assert Activation.objects.open(timezone.now()).count() == 1
    browser.post(address, {"over": "yes"})
    assert not Activation.objects.open(timezone.now()).exists()
    assert not Letter.objects.waiting().exists()
    assert "Not invited" in page(browser, f"/staff/people/{grace.pk}/")


def test_whoever_registered_or_left_or_has_no_job_gets_none(browser: Client) -> None:
    jobless, grace = staff_person(None, "J1"), registered("R1")
    a_post(grace)
    for each in (jobless, grace):
        answer = browser.post(f"/staff/people/{each.pk}/activation/", {"channel": "mail"})
        assert answer.status_code == 409
        assert "This person cannot register now" in answer.content.decode()
    assert not Activation.objects.exists()


def test_registering_ties_the_person_to_the_account_once() -> None:
    grace = staff_person(None, "N1")
    a_post(grace)
    at = timezone.now()
    user = person("grace.l", "g@mail.example")
    capacity = give_capacity(user=user, kind=CapacityKind.STAFF, by=SOMEBODY, at=at)
    with transaction.atomic():
        SUBJECTS["staff"].redeem(grace.pk, capacity, at, SOMEBODY)
    grace.refresh_from_db()
    assert grace.capacity == capacity
    other = give_capacity(user=person("other.l", "o@mail.example"), kind=CapacityKind.STAFF, by=SOMEBODY, at=at)
    with pytest.raises(SubjectTaken), transaction.atomic():
        SUBJECTS["staff"].redeem(grace.pk, other, at, SOMEBODY)


def test_a_registrant_is_asked_for_the_last_name_alone() -> None:
    grace = staff_person(None, "N1", last_name="Lindgren")
    assert describe(grace.pk, timezone.now()) is None
    a_post(grace)
    found = describe(grace.pk, timezone.now())
    assert found
    assert (found.last_name, found.birth_date) == ("Lindgren", None)
    assert found.words == ("N1", "Grace", "Lindgren")
