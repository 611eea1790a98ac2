"""How the first access administrator comes in: once."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Post, StaffPerson, User
from accounts.registration.models import Activation
from accounts.staff.operations import leave
from accounts.vocabulary import Job
from tests.builders.mail import PostOffice, deliver_mail, text_of
from tests.builders.people import PASSWORD, SOMEBODY, an_app, signed_in
from tests.builders.staff import a_row, imported, registered

TOM = {"number": "4", "first-name": "Tom", "last-name": "Becker", "email": "tom@plan.example"}


def first_administrator(**changed: str) -> str:
    out = StringIO()
    words = [
        f"--{name}={value}" for name, value in (TOM | {k.replace("_", "-"): v for k, v in changed.items()}).items()
    ]
    call_command("first_administrator", *words, stdout=out)
    return out.getvalue()


def test_the_first_gets_the_job_and_a_mail_with_an_activation_id(db: None, post_office: PostOffice) -> None:
    said = first_administrator()
    assert "/account/register/activation/" in said
    tom = StaffPerson.objects.get(number="4")
    assert Post.objects.live(timezone.now()).get(person=tom).job == Job.ACCESS_ADMINISTRATOR
    deliver_mail()
    (mail,) = post_office.mails
    assert mail["To"] == "tom@plan.example"
    assert "Tom" not in said
    assert Activation.objects.open(timezone.now()).filter(kind="staff", subject=tom.pk).exists()
    assert "activation ID" in text_of(mail)


def test_it_works_once(db: None) -> None:
    first_administrator()
    with pytest.raises(CommandError, match="There is an access administrator already"):
        first_administrator(number="5", email="other@plan.example")
    registered("4", timezone.now())
    with pytest.raises(CommandError, match="There is an access administrator already"):
        first_administrator()
    assert StaffPerson.objects.count() == 1


def test_it_works_again_once_nobody_is_left_who_could(db: None) -> None:
    first_administrator()
    leave(person=StaffPerson.objects.get(), by=SOMEBODY, at=timezone.now())
    first_administrator()
    assert StaffPerson.objects.get().left_at is None


def test_whom_the_staff_file_names_is_that_person(db: None, tmp_path: Path) -> None:
    imported(tmp_path, [a_row("4", manager="", first_name="Tom", last_name="Becker", work_email="tom@plan.example")])
    with pytest.raises(CommandError, match="names somebody else under this number"):
        first_administrator(email="tomb@mail.example")
    first_administrator()
    assert set(Post.objects.values_list("person__number", "job")) == {("4", "navigator"), ("4", "access_administrator")}


def test_what_is_not_said_is_asked_for(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["4", "Tom", "Becker", "tom@plan.example"])
    monkeypatch.setattr("builtins.input", lambda asked: next(answers))
    call_command("first_administrator", stdout=StringIO())
    assert StaffPerson.objects.get().name == "Tom Becker"


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"email": "tom"}, "Email at work is no email address"), ({"number": " "}, "Staff number is empty")],
)
def test_a_bad_answer_is_refused(db: None, changed: dict[str, Any], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        first_administrator(**changed)
    assert not StaffPerson.objects.exists()


def test_an_invitation_dies_with_the_persons_leaving(db: None) -> None:
    first_administrator()
    leave(person=StaffPerson.objects.get(), by=SOMEBODY, at=timezone.now() + timedelta(minutes=1))
    assert not Activation.objects.open(timezone.now()).exists()


def test_with_it_the_first_registers_and_gives_others_their_jobs(db: None, post_office: PostOffice) -> None:
    first_administrator()
    deliver_mail()
    secret = re.search(r"^\s+([0-9A-Z-]{12,20})\s*$", text_of(post_office.mails[0]), re.M)
    assert secret
    tom, start = Client(), "/account/register/activation/"
    assert tom.post(start, {"activation_id": secret[1], "last_name": "becker"}).status_code == 302
    tom.post(f"{start}new/", {"username": "oak.lantern", "email": "tom.own@mail.example"})
    deliver_mail()
    code = re.search(r"^\s+(\d{4} \d{4})\s*$", text_of(post_office.mails[-1]), re.M)
    assert code
    tom.post(f"{start}code/", {"code": code[1]})
    assert tom.post(f"{start}password/", {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    user = User.objects.get(username="oak.lantern")
    assert StaffPerson.objects.get(capacity__user=user).number == "4"
    browser = signed_in(user)
    assert browser.get("/staff/people/").headers["Location"].startswith("/account/settings/second-factor/")
    an_app(user)
    assert signed_in(user).get("/staff/people/").status_code == 200
