"""People who have an account, and people who work here."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from accounts.models import Post, StaffPerson, User
from accounts.operations import give_capacity, give_post, open_account
from accounts.sign_in.cipher import encrypt
from accounts.sign_in.rules import PERIOD_SECONDS, code_at
from accounts.vocabulary import CapacityKind, Job, program

AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
PASSWORD = "Two quiet herons 7!"
SOMEBODY = program("test")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""The key of everybody's authenticator app."""
_numbers = count(1)


def person(
    username: str = "amina.w",
    email: str = "amina@mail.example",
    *kinds: CapacityKind,
    name: str = "Amina Warsame",
    password: str = PASSWORD,
    language: str = "en",
) -> User:
    user = open_account(
        username=username, name=name, email=email, password=password, language=language, by=SOMEBODY, at=AT
    )
    User.objects.filter(pk=user.pk).update(password_set_at=timezone.now())  # of staff it must not be old
    for number, kind in enumerate(kinds):
        give_capacity(user=user, kind=kind, by=SOMEBODY, at=AT + timedelta(minutes=number))
    return user


def staff_person(
    user: User | None = None, number: str = "", *, first_name: str = "Grace", last_name: str = "Lindgren"
) -> StaffPerson:
    """Somebody who works here, whose account is the user's; without one they have not registered."""
    number = number or f"S{next(_numbers)}"
    return StaffPerson.objects.create(
        number=number,
        first_name=first_name,
        last_name=last_name,
        email=f"{number.lower()}@plan.example",
        capacity=user and user.capacities.get(kind=CapacityKind.STAFF),
    )


def a_post(of: StaffPerson | User, job: Job = Job.NAVIGATOR, **changed: Any) -> Post:
    """A job that somebody has had for ten days. Of a user who is staff, and named nowhere yet, it makes a person."""
    if isinstance(of, User):
        of = StaffPerson.objects.filter(capacity__user=of).first() or staff_person(of)
    ordinary = {"department": "Care navigation", "manager": None, "since": timezone.now() - timedelta(days=10)}
    return give_post(**{"person": of, "job": job, **ordinary, "by": SOMEBODY, "at": timezone.now()} | changed)


def an_app(user: User) -> Authenticator:
    """The person's authenticator app, none of whose codes was used."""
    data = {"secret": encrypt(SECRET), "used": 0}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)


def code_of_the_app(at: datetime | None = None, *, later: int = 0) -> str:
    """What the app shows; ``later`` counts its periods of 30 seconds."""
    return code_at(SECRET, int((at or timezone.now()).timestamp()) // PERIOD_SECONDS + later)


def signed_in(user: User, *, password: str = PASSWORD, client: Client | None = None) -> Client:
    """A browser in which the person gave the password, and the code of their app if they have one."""
    client = client or Client()
    answer = client.post("/account/sign-in/", {"username": user.username, "password": password})
    assert answer.status_code == 302, answer.content.decode()
    if answer.headers["Location"].endswith("/second-factor/"):
        answer = client.post(answer.headers["Location"], {"code": code_of_the_app()})
        assert answer.status_code == 302, answer.content.decode()
    return client
