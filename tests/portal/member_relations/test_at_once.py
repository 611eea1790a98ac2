"""What happens when two things happen at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.models import User
from accounts.sign_in import operations as sign_in
from accounts.sign_in.errors import ProofRefused
from accounts.sign_in.models import Loss
from accounts.vocabulary import program
from portal.member_relations.errors import AlreadyChecked
from portal.member_relations.models import Call
from portal.member_relations.vocabulary import Question, Verb
from portal.members.models import Member
from tests.builders.at_once import at_once, begun, until_waiting
from tests.builders.desk import JORGE, a_call, a_passed_call, asked, desk_person, the_family
from tests.builders.members import member
from tests.builders.people import SOMEBODY, an_app, code_of_the_app, person

pytestmark = pytest.mark.django_db(transaction=True)
AT = timezone.now()


@pytest.fixture(autouse=True)
def _codes(codes_for_all: None) -> None:
    """Emptied tables leave these."""


def test_of_many_checks_of_one_call_one_counts() -> None:
    """Whoever posts wrong and right answers together does not try them all."""
    the_family()
    call = a_call(desk_person(), member("Jorge"), AT)
    at_once(
        *[
            lambda number=number: asked(call, {**JORGE, Question.PHONE: f"65155501{number}"}, AT)
            for number in range(68, 76)
        ],
        may=(AlreadyChecked,),
    )
    call.refresh_from_db()
    told = AuditEvent.objects.filter(verb__in=(Verb.PASSED, Verb.FAILED), subject=f"member:{call.member_id}")
    assert told.count() == 1
    assert call.wrong == ([] if call.passed else [Question.PHONE]), "whichever came first"


def test_calls_of_many_staff_about_one_member_are_counted_one_after_another() -> None:
    """Six callers with wrong answers: each is counted, and then right ones pass no more."""
    the_family()
    calls = [a_call(desk_person(f"staff.{number}", f"Staff{number}"), member("Jorge"), AT) for number in range(6)]
    at_once(*[lambda each=each: asked(each, {}, AT) for each in calls])
    assert Call.objects.failed_lately(AT).count() == 6
    last = a_call(desk_person("staff.9", "Staff9"), member("Jorge"), AT)
    assert not asked(last, JORGE, AT)


def test_of_calls_that_one_person_begins_in_many_tabs_the_last_is_open() -> None:
    the_family()
    grace, jorge = desk_person(), member("Jorge")
    at_once(*[lambda: a_call(grace, jorge, AT)] * 6)
    assert Call.objects.count() == 6
    assert Call.objects.filter(ended_at=None).count() == 1


def test_a_check_waits_for_its_call_and_holds_nothing_meanwhile() -> None:
    """An act in another tab has the call, and wants the member next: with the check before it, both would wait."""
    the_family()
    call = a_passed_call(desk_person(), member("Jorge"), at=AT)
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            Call.objects.select_for_update().get(pk=call.pk)
            checked = begun(threads, lambda: asked(call, JORGE, AT))
            until_waiting()
            Member.objects.select_for_update(no_key=True, nowait=True).get(pk=call.member_id)
        with pytest.raises(AlreadyChecked):
            checked.result(60)


@pytest.mark.parametrize("_time", range(4))
def test_a_second_factor_is_used_or_removed_and_nothing_waits_for_ever(_time: int) -> None:
    user: User = person()
    an_app(user)
    sign_in.report_loss(user=user, at_once=False, by=SOMEBODY, at=AT - timedelta(hours=72))
    at_once(
        lambda: sign_in.take_code(user=user, code=code_of_the_app(AT), at=AT),
        lambda: sign_in.settle_losses(by=program("clock"), at=AT),
        may=(ProofRefused,),
    )
    loss = Loss.objects.get()
    assert (loss.done_at is None) == Authenticator.objects.filter(user=user).exists()
    assert (loss.done_at is None) != (loss.stopped_at is None)
