"""The print queue names nobody; who prints is who has the job, and not who had the letter written."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Capacity, User
from accounts.operations import end_capacity
from accounts.outbox import registry
from accounts.outbox.models import Letter
from accounts.outbox.operations import forget_letters, queue_letter
from accounts.outbox.vocabulary import Envelope, Sheet
from accounts.vocabulary import Actor, CapacityKind, Job
from tests.builders.people import SOMEBODY, a_post, an_app, person, signed_in

pytestmark = pytest.mark.django_db
QUEUE = "/staff/letters/"
LINES = ("Rosa García-López", "123 Cedar Avenue, Apt 4", "Minneapolis, MN 55404")
ID = "7KQM-4XHT-9ZPA"


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    def compose(about: str, printing: int, at: Any) -> Sheet:
        context = {"activation_id": ID, "asks_birth_date": True, "until": at + timedelta(days=30)}
        return Sheet("accounts/registration/letter.html", Envelope(LINES, "es" if about == "es" else "en"), context)

    for name, job in {"for-members": Job.MEMBER_RELATIONS, "for-staff": Job.ACCESS_ADMINISTRATOR}.items():
        monkeypatch.setitem(registry.LETTERS, name, registry.LetterKind(f"A letter {name}", job, compose))


def staff(username: str = "dao.lee", *jobs: Job) -> User:
    user = person(username, f"{username}@mail.example", CapacityKind.STAFF)
    an_app(user)
    for job in jobs:
        a_post(user, job)
    return user


def queued(kind: str = "for-members", *, about: str = "a1", by: Actor = SOMEBODY) -> Letter:
    recipient = "tester:00000000-0000-4000-8000-000000000001"
    return Letter.objects.get(pk=queue_letter(kind=kind, recipient=recipient, about=about, by=by, at=timezone.now()))


def printer(*jobs: Job) -> Client:
    return signed_in(staff("dao.lee", *(jobs or (Job.MEMBER_RELATIONS,))))


def address(letter: Letter, printing: int = 1) -> str:
    return f"{QUEUE}{letter.pk}/{printing}/"


def test_a_letter_is_printed_by_a_post_and_looks_at_the_queue_change_nothing() -> None:
    letter = queued()
    client = printer()
    html = client.get(QUEUE).content.decode()
    assert address(letter) in html
    assert client.get(address(letter)).headers["Location"] == QUEUE
    assert Letter.objects.waiting().exists()
    answer = client.post(address(letter))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert all(each in answer.content.decode() for each in (ID, *LINES))
    assert not Letter.objects.waiting().exists()


def test_my_account_leads_whoever_prints_to_the_queue_and_nobody_else() -> None:
    assert f'href="{QUEUE}"' in printer().get("/account/").content.decode()
    others = [signed_in(staff("mai.xiong", Job.NAVIGATOR)), signed_in(person())]
    assert not any(QUEUE in other.get("/account/").content.decode() for other in others)


def test_the_queue_names_nobody() -> None:
    letter = queued()
    client = printer()
    client.post(address(letter))
    queued()
    html = client.get(QUEUE).content.decode()
    assert "A letter for-members" in html
    assert not re.search("Rosa|Cedar|7KQM|00000000-0000-4000-8000-000000000001", html)


def test_asked_for_again_the_page_of_a_letter_does_not_make_it_anew() -> None:
    """Whoever reloads it would void what is in the envelope."""
    letter = queued()
    client = printer()
    client.post(address(letter))
    html = client.post(address(letter)).content.decode()
    assert "printed a moment ago" in html
    assert ID not in html
    assert Letter.objects.get().printing == 1


def test_it_is_printed_again_where_the_page_says_what_that_does() -> None:
    letter = queued()
    client = printer()
    client.post(address(letter))
    html = client.get(QUEUE).content.decode()
    assert "stops working" in html
    assert address(letter, 2) in html
    assert ID in client.post(address(letter, 2)).content.decode()
    assert Letter.objects.get().printing == 2


def test_a_long_queue_shows_the_oldest_and_says_how_many_more_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.letters.views.WAITING_SHOWN", 2)
    letters = [queued(about=f"a{number}") for number in range(3)]
    client = printer()
    html = client.get(QUEUE).content.decode()
    assert [address(letter) in html for letter in letters] == [True, True, False]
    assert "1 more letter waits" in html
    client.post(address(letters[0]))
    html = client.get(QUEUE).content.decode()
    assert address(letters[2]) in html
    assert "more letter" not in html


def test_each_job_prints_its_own_letters() -> None:
    for_members, for_staff = queued("for-members"), queued("for-staff")
    client = printer(Job.MEMBER_RELATIONS)
    html = client.get(QUEUE).content.decode()
    assert address(for_members) in html
    assert address(for_staff) not in html
    assert client.post(address(for_staff)).status_code == 404
    assert Letter.objects.waiting().count() == 2


@pytest.mark.parametrize("jobs", [(), (Job.NAVIGATOR,), (Job.MANAGER,)])
def test_nobody_else_sees_the_queue_or_prints(jobs: tuple[Job, ...]) -> None:
    letter = queued()
    client = signed_in(staff("dao.lee", *jobs))
    assert client.get(QUEUE).status_code == 403
    assert client.post(address(letter)).status_code == 403
    assert Letter.objects.waiting().exists()


@pytest.mark.django_db(transaction=True)
def test_whose_capacity_ends_prints_nothing_at_the_very_next_request() -> None:
    letter = queued()
    client = printer()
    assert client.get(QUEUE).status_code == 200
    end_capacity(capacity=Capacity.objects.get(), by=SOMEBODY, at=timezone.now())
    assert client.post(address(letter)).status_code == 403
    assert Letter.objects.waiting().exists()


def test_who_had_it_written_is_told_that_a_colleague_prints_it() -> None:
    user = staff("dao.lee", Job.MEMBER_RELATIONS)
    letter = queued(by=Actor(f"user:{user.pk}", "staff"))
    client = signed_in(user)
    html = client.get(QUEUE).content.decode()
    assert address(letter) not in html
    assert "A colleague prints it" in html
    assert "somebody else prints it" in client.post(address(letter)).content.decode()
    assert Letter.objects.waiting().exists()


def test_what_a_stranger_caused_anybody_with_the_job_prints() -> None:
    letter = queued(by=Actor("stranger"))
    assert printer().post(address(letter)).status_code == 200


def test_a_letter_that_was_withdrawn_meanwhile_is_told() -> None:
    letter = queued()
    client = printer()
    forget_letters(kind="for-members", about="a1", by=SOMEBODY, at=timezone.now())
    assert "was withdrawn" in client.post(address(letter)).content.decode()


def test_the_letter_speaks_the_language_of_its_reader() -> None:
    letter = queued(about="es")
    html = printer().post(address(letter)).content.decode()
    assert '<html lang="en"' in html
    assert '<article class="letter" lang="es"' in html
    assert "De lunes a viernes" in html
