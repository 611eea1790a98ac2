"""Somebody registers while somebody else asks to register as the same member."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.outbox.models import Letter
from accounts.registration.errors import ActivationRefused
from accounts.registration.models import Activation
from accounts.registration.operations import add_to_account
from portal.members.access import account_of
from portal.members.operations.registration import ask_to_register, write_to
from tests.builders.at_once import begun, until_waiting
from tests.builders.mail import PostOffice, deliver_mail
from tests.builders.members import a_family, member, take
from tests.builders.people import SOMEBODY, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("is_first", ["registers", "asks"])
def test_either_the_member_has_an_account_or_a_new_letter_waits_and_never_both(
    codes_for_all: None, tmp_path: Path, post_office: PostOffice, is_first: str
) -> None:
    """Rosa uses her letter of two weeks ago, and an ask is decided that would replace it."""
    now = timezone.now()
    take(a_family(), tmp_path)
    rosa, user = member("Rosa"), person("rosa.reads", "rosa@own.example")
    write_to(rosa, now - timedelta(days=14))
    until = {"born_at": now - timedelta(days=13), "valid_until": now + timedelta(days=17)}
    Activation.objects.update(digest="d" * 64, **until)
    letter = Activation.objects.get()
    ask_to_register(
        member_id="LFP 100-2000", person_number="06", last_name="Núñez-Ríos", birth_date=rosa.birth_date,
        origin="192.0.2.1", by=SOMEBODY, at=now,
    )  # fmt: skip
    acts = [lambda: add_to_account(activation=letter, user=user, by=SOMEBODY, at=now), deliver_mail]
    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            Activation.objects.select_for_update().get()
            done = []
            for number, act in enumerate(acts if is_first == "registers" else reversed(acts), start=1):
                done.append(begun(threads, act))
                until_waiting(number)
        registers, asks = done if is_first == "registers" else reversed(done)
        asks.result(60)
        if is_first == "asks":
            with pytest.raises(ActivationRefused):
                registers.result(60)
        else:
            registers.result(60)
    assert (account_of(rosa, timezone.now()) == user) == (is_first == "registers")
    assert Activation.objects.not_over().exists() == (is_first == "asks")
    assert Letter.objects.filter(about=letter.pk).exclude(state="void").exists() == (is_first == "registers")
