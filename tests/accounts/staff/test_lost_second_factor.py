"""A lost second factor of staff: one asks, another says yes, a third gets in anew."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.models import Post, StaffPerson, User
from accounts.operations import end_capacity
from accounts.staff.access import administrators
from accounts.staff.errors import AlreadyAsked, NoManager, NoSecondFactor, NotYoursToOkay
from accounts.staff.models import FactorRemoval
from accounts.staff.operations import leave
from accounts.staff.operations.second_factor import ask_removal, okay_removal
from accounts.vocabulary import CapacityKind, Job
from tests.builders.mail import PostOffice, deliver_mail, text_of
from tests.builders.people import PASSWORD, SOMEBODY, a_post, an_app, person, signed_in, staff_person

pytestmark = pytest.mark.django_db


def somebody(name: str, job: Job, manager: StaffPerson | None = None) -> StaffPerson:
    user = person(f"{name}.lastname", f"{name}@mail.example", CapacityKind.STAFF, name=name.title())
    found = staff_person(user, name, first_name=name.title())
    a_post(found, job, manager=manager)
    an_app(user)
    return found


class Office:
    """Grace lost her phone; Tom can ask; Marcus is her manager."""

    def __init__(self) -> None:
        self.marcus = somebody("marcus", Job.MANAGER)
        self.grace = somebody("grace", Job.NAVIGATOR, self.marcus)
        self.tom = somebody("thomas", Job.ACCESS_ADMINISTRATOR, self.marcus)

    def asked(self, **changed: Any) -> FactorRemoval:
        ordinary = {"person": self.grace, "asked_by": self.tom, "by": SOMEBODY, "at": timezone.now()}
        return ask_removal(**ordinary | changed)


@pytest.fixture
def office() -> Office:
    return Office()


def user_of(staff: StaffPerson) -> Any:
    assert staff.capacity
    return staff.capacity.user


def in_a_browser(staff: StaffPerson) -> Client:
    browser = signed_in(user_of(staff))
    browser.post("/account/again/", {"password": PASSWORD})
    return browser


def factors(staff: StaffPerson) -> int:
    return Authenticator.objects.filter(user=user_of(staff)).count()


def test_from_the_asking_to_the_new_one(office: Office, post_office: PostOffice) -> None:
    hers, toms = signed_in(user_of(office.grace)), in_a_browser(office.tom)
    address = f"/staff/people/{office.grace.pk}/second-factor/"
    assert "See the person first" in toms.post(address, {"more": "x"}).content.decode()
    assert toms.post(address, {"seen": "on"}).status_code == 302
    deliver_mail()
    assert sorted(mail["To"] for mail in post_office.mails) == ["grace@mail.example", "marcus@mail.example"]
    assert not any("Grace" in text_of(mail) for mail in post_office.mails)
    assert factors(office.grace) == 1

    marcus = in_a_browser(office.marcus)
    assert "Requests for your yes" in marcus.get("/account/").content.decode()
    removal = FactorRemoval.objects.get()
    assert "Grace" in marcus.get("/staff/okays/").content.decode()
    assert marcus.post(f"/staff/okays/{removal.pk}/", {"yes": "yes"}).status_code == 302
    assert factors(office.grace) == 0
    assert hers.get("/account/").headers["Location"].startswith("/account/sign-in/")
    deliver_mail()
    assert [mail["To"] for mail in post_office.mails[2:]] == ["grace@mail.example"]
    anew = signed_in(user_of(office.grace))
    assert anew.get("/account/").headers["Location"].startswith("/account/settings/second-factor/")
    told = set(AuditEvent.objects.filter(subject=f"staff:{office.grace.pk}").values_list("verb", flat=True))
    assert {"staff.asked_removal", "staff.okayed_removal"} <= told
    assert marcus.get(f"/staff/okays/{removal.pk}/").status_code == 404


def test_a_no_takes_nothing_away(office: Office) -> None:
    removal = office.asked()
    marcus = in_a_browser(office.marcus)
    assert marcus.post(f"/staff/okays/{removal.pk}/", {"no": "no"}).status_code == 302
    assert factors(office.grace) == 1
    assert not FactorRemoval.objects.not_over().exists()
    office.asked()


def test_whoever_asked_can_stop_it(office: Office) -> None:
    removal = office.asked()
    toms = signed_in(user_of(office.tom))
    assert "Stop this request" in toms.get(f"/staff/people/{office.grace.pk}/").content.decode()
    toms.post(f"/staff/people/{office.grace.pk}/second-factor/keep/")
    with pytest.raises(NotYoursToOkay):
        okay_removal(removal_id=removal.pk, manager=office.marcus, by=SOMEBODY, at=timezone.now())


def nobody_said_yes(office: Office, removal: FactorRemoval, manager: StaffPerson, **later: float) -> bool:
    with pytest.raises(NotYoursToOkay):
        okay_removal(removal_id=removal.pk, manager=manager, by=SOMEBODY, at=timezone.now() + timedelta(**later))
    return factors(office.grace) == 1


def test_only_the_manager_of_now_says_yes(office: Office) -> None:
    removal = office.asked()
    other = somebody("another", Job.MANAGER)
    assert nobody_said_yes(office, removal, other)
    assert nobody_said_yes(office, removal, office.grace)
    assert nobody_said_yes(office, removal, office.tom)
    assert in_a_browser(other).get(f"/staff/okays/{removal.pk}/").status_code == 404
    Post.objects.filter(person=office.grace).update(manager=other)
    assert nobody_said_yes(office, removal, office.marcus)
    okay_removal(removal_id=removal.pk, manager=other, by=SOMEBODY, at=timezone.now())
    assert factors(office.grace) == 0


def test_a_manager_who_left_says_nothing(office: Office) -> None:
    removal = office.asked()
    leave(person=office.marcus, by=SOMEBODY, at=timezone.now())
    assert nobody_said_yes(office, removal, office.marcus)


def test_a_manager_without_a_capacity_says_nothing(office: Office) -> None:
    removal = office.asked()
    assert office.marcus.capacity
    end_capacity(capacity=office.marcus.capacity, by=SOMEBODY, at=timezone.now())
    assert nobody_said_yes(office, removal, office.marcus)


def test_a_manager_whose_last_job_is_over_says_nothing_though_they_can_still_sign_in(office: Office) -> None:
    removal = office.asked()
    Post.objects.filter(person=office.marcus).update(until=timezone.now())
    assert nobody_said_yes(office, removal, office.marcus)
    assert "Grace" not in in_a_browser(office.marcus).get("/staff/okays/").content.decode()


@pytest.mark.parametrize("who", ["thomas", "grace"])
def test_two_staff_numbers_are_not_two_people(office: Office, who: str) -> None:
    """Somebody registered twice, under two numbers with one email at work, and would say yes to themselves."""
    removal = office.asked()
    second = somebody("second", Job.MANAGER)
    StaffPerson.objects.filter(pk=second.pk).update(email=f"{who.title()}@plan.example")
    second.refresh_from_db()
    Post.objects.filter(person=office.grace).update(manager=second)
    assert nobody_said_yes(office, removal, second)
    assert in_a_browser(second).get(f"/staff/okays/{removal.pk}/").status_code == 404
    FactorRemoval.objects.update(stopped_at=timezone.now())
    with pytest.raises(NoManager):
        office.asked()


def test_an_account_that_is_closed_asks_and_answers_nothing(office: Office) -> None:
    removal = office.asked()
    User.objects.filter(pk=user_of(office.tom).pk).update(is_active=False)
    assert nobody_said_yes(office, removal, office.marcus)
    assert not administrators(timezone.now()).exists()


def test_what_somebody_asked_who_may_not_ask_any_more_is_void(office: Office) -> None:
    removal = office.asked()
    Post.objects.filter(person=office.tom).update(until=timezone.now())
    assert nobody_said_yes(office, removal, office.marcus)


def test_a_request_waits_three_days(office: Office) -> None:
    removal = office.asked()
    assert nobody_said_yes(office, removal, office.marcus, hours=72)
    later = timezone.now() + timedelta(hours=73)
    assert office.asked(at=later) != removal


def test_it_is_asked_once_and_of_somebody_who_has_one(office: Office) -> None:
    office.asked()
    with pytest.raises(AlreadyAsked):
        office.asked()
    Authenticator.objects.all().delete()
    with pytest.raises(NoSecondFactor):
        office.asked(person=office.marcus)


def test_whoever_asks_is_no_manager_who_says_yes(office: Office) -> None:
    """An access administrator who manages somebody finds another manager first."""
    Post.objects.filter(person=office.tom).update(manager=None)
    Post.objects.filter(person=office.grace).update(manager=office.tom)
    with pytest.raises(NoManager):
        office.asked()
    with pytest.raises(NoManager):
        office.asked(person=office.marcus)


def test_the_database_wants_three_people(office: Office) -> None:
    for asked_by, okayed_by in ((office.grace, None), (office.tom, office.tom), (office.tom, office.grace)):
        okayed = {"okayed_by": okayed_by, "okayed_at": timezone.now()} if okayed_by else {}
        with pytest.raises(IntegrityError), transaction.atomic():
            FactorRemoval.objects.create(
                person=office.grace, asked_by=asked_by, asked_at=timezone.now() - timedelta(hours=1), **okayed
            )
