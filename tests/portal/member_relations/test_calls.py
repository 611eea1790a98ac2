"""Who passes on a call, what is kept of it, and who is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.email_change import operations as email_change
from accounts.email_change.models import AddressChange, AddressHold
from accounts.models import StaffPerson, User
from accounts.outbox.errors import LetterRefused
from accounts.outbox.models import Letter, Message
from accounts.outbox.operations import print_letter
from accounts.registration.operations import issue
from accounts.registration.vocabulary import Channel as Way
from accounts.vocabulary import program
from portal.member_relations import operations
from portal.member_relations.access import found, is_own, shared
from portal.member_relations.errors import (
    AlreadyChecked,
    CallIsOver,
    DeskRefused,
    HasDied,
    NoAccount,
    NotChecked,
    OwnHousehold,
)
from portal.member_relations.models import Call
from portal.member_relations.vocabulary import Notice, Question, Verb, Why
from portal.members.models import Channel, Member
from portal.members.operations.corrections import correct
from portal.members.vocabulary import MEMBER, ChannelKind, Fact
from tests.builders.desk import (
    JORGE,
    a_call,
    a_passed_call,
    actor,
    asked,
    desk_person,
    registered,
    stands_for,
    the_family,
)
from tests.builders.members import SOURCE, TODAY, member
from tests.builders.people import SOMEBODY

pytestmark = pytest.mark.django_db
AT = timezone.now()


@pytest.fixture
def grace(codes: None) -> User:
    """She helps callers, and the family is on file."""
    the_family()
    return desk_person()


def refusals() -> list[list[str]]:
    return list(AuditEvent.objects.filter(verb=Verb.REFUSED).order_by("at").values_list("fields", flat=True))


# Found


def looked_for(**typed: Any) -> list[str]:
    nothing = {"member_id": "", "person_number": "", "last_name": "", "birth_date": None}
    return [each.first_name for each in found(**nothing | typed)]


def test_one_card_finds_the_family_and_a_person_number_one_of_them(grace: User) -> None:
    assert looked_for(member_id="lfp 1002000") == ["Marisol", "Jorge", "Diego", "Luz", "Sol", "Rosa"]
    assert looked_for(member_id="lfp1002000", person_number="2") == ["Jorge"]
    assert looked_for(member_id="LFP100200002") == ["Jorge"]


def test_last_name_and_birth_date_find_both_twins(grace: User) -> None:
    assert looked_for(last_name="CASTELLANOS", birth_date=date(2014, 6, 30)) == ["Luz", "Sol"]
    assert looked_for(last_name="nunez rios", birth_date=date(1948, 2, 29)) == ["Rosa"]
    assert looked_for(last_name="Castellanos", birth_date=date(1948, 2, 29)) == []


def test_a_record_that_is_out_of_use_is_not_found(grace: User) -> None:
    Member.objects.filter(first_name="Sol").update(retired_at=AT)
    assert looked_for(last_name="Castellanos", birth_date=date(2014, 6, 30)) == ["Luz"]


# Checked


def test_who_knows_the_birth_date_and_two_things_of_their_own_passes(grace: User) -> None:
    call = a_call(grace, member("Jorge"))
    assert asked(call, JORGE)
    call.refresh_from_db()
    assert call.passed
    assert set(call.asked) == set(Question)


@pytest.mark.parametrize("question", Question)
def test_one_wrong_answer_is_one_too_many(grace: User, question: Question) -> None:
    wrong = {**JORGE, question: ("17", "55106") if question == Question.ADDRESS else "another"}
    call = a_call(grace, member("Jorge"))
    assert not asked(call, wrong)
    call.refresh_from_db()
    assert call.wrong == [question]


@pytest.mark.parametrize(("question", "fact"), [(Question.PHONE, Fact.PHONE), (Question.EMAIL, Fact.EMAIL)])
def test_what_was_corrected_by_phone_answers_nothing_on_the_next_call(
    grace: User, question: Question, fact: Fact
) -> None:
    """Or else whoever passes once chooses what is right from then on."""
    planted = {Question.PHONE: "6515550999", Question.EMAIL: "planted@mail.example"}[question]
    correct(member=member("Jorge"), fact=fact, value=planted, by=SOMEBODY, at=timezone.now())
    assert not asked(a_call(grace, member("Jorge")), {**JORGE, question: planted})
    rest = {each: answer for each, answer in JORGE.items() if each != question}
    assert asked(a_call(grace, member("Jorge")), rest)


def test_what_the_whole_household_has_tells_no_spouse_from_the_other(grace: User) -> None:
    assert shared(member("Jorge")) == {Question.ADDRESS}
    assert shared(member("Luz")) >= {Question.ADDRESS, Question.PHONE}
    of_the_family = {
        Question.BIRTH_DATE: date(2014, 6, 30),
        Question.ADDRESS: ("18", "55106"),
        Question.PHONE: "6515550171",
    }
    assert not asked(a_call(grace, member("Luz")), of_the_family)


@pytest.mark.parametrize("value", ["6515550999", ""])
def test_a_spouse_who_corrects_their_own_phone_does_not_make_the_old_one_tell_them_apart(
    grace: User, value: str
) -> None:
    """Or else one call about oneself would open the next, about the other."""
    Channel.objects.filter(kind=ChannelKind.PHONE).exclude(member=member("Marisol")).delete()
    Channel.objects.create(member=member("Jorge"), kind="phone", value="6515550171", source=SOURCE, since=TODAY)
    known = JORGE | {Question.PHONE: "6515550171"}
    del known[Question.EMAIL]
    for again in ("", value):
        correct(member=member("Marisol"), fact=Fact.PHONE, value=again, by=SOMEBODY, at=timezone.now())
        assert not asked(a_call(grace, member("Jorge")), known)


@pytest.fixture
def apart(grace: User) -> None:
    """Jorge has a plan, an ID and an address of his own on file, and the phone at home."""
    Member.objects.filter(first_name="Jorge").update(member_key="MA77", subscriber=None, relationship="subscriber")
    Channel.objects.filter(member=member("Jorge"), kind="address").update(value="9 Oak Street\nSaint Paul, MN 55106")
    Channel.objects.filter(member=member("Jorge"), kind="phone").update(value="6515550171")
    Channel.objects.filter(member=member("Jorge"), kind="email").update(value="Marisol.C@mail.example")


def test_a_household_without_one_card_is_told_by_what_it_has_on_file_together(grace: User, apart: None) -> None:
    """A spouse who knows the phone at home does not pass with it."""
    known = {Question.BIRTH_DATE: date(1977, 9, 21), Question.PHONE: "6515550171"}
    assert shared(member("Jorge")) == {Question.PHONE, Question.EMAIL}
    assert not asked(a_call(grace, member("Jorge")), known | {Question.EMAIL: "marisol.c@mail.example"})
    assert asked(a_call(grace, member("Jorge")), known | {Question.ADDRESS: ("9", "55106")})


def test_nobody_helps_somebody_with_whom_they_have_a_phone(grace: User, apart: None) -> None:
    stands_for(grace, member("Jorge"))
    refused_as_own(grace, "Diego")


def test_a_birth_date_corrected_by_phone_locks_nobody_out(grace: User) -> None:
    correct(member=member("Jorge"), fact=Fact.BIRTH_DATE, value="1977-09-12", by=SOMEBODY, at=AT)
    assert asked(a_call(grace, member("Jorge")), JORGE)
    assert asked(a_call(grace, member("Jorge")), JORGE | {Question.BIRTH_DATE: date(1977, 9, 12)})
    assert not asked(a_call(grace, member("Jorge")), JORGE | {Question.BIRTH_DATE: date(1977, 9, 13)})


def test_there_is_one_check_for_each_call(grace: User) -> None:
    call = a_call(grace, member("Jorge"))
    assert not asked(call, {**JORGE, Question.PHONE: "6515550199"})
    with pytest.raises(AlreadyChecked):
        asked(call, JORGE)
    assert not Call.objects.filter(passed=True).exists()


def test_after_three_failures_in_a_day_nobody_passes_whoever_asks(grace: User) -> None:
    for hours in range(3):
        assert not asked(a_call(grace, member("Jorge"), AT + timedelta(hours=hours)), {}, AT + timedelta(hours=hours))
    other = desk_person("henry.o", "Henry", "Oduya")
    assert not asked(a_call(other, member("Jorge"), AT + timedelta(hours=3)), JORGE, AT + timedelta(hours=3))
    day = AT + timedelta(hours=27)  # that right answer, refused, counts as well
    assert asked(a_call(other, member("Jorge"), day), JORGE, day)


def test_nothing_that_the_caller_said_is_kept(grace: User) -> None:
    said = {
        Question.BIRTH_DATE: date(1966, 1, 31),
        Question.ADDRESS: ("97531", "86420"),
        Question.PHONE: "9998887776",
        Question.EMAIL: "zzz.qqq@nowhere.example",
    }
    asked(a_call(grace, member("Jorge")), said)
    kept = everything_kept()
    for value in ("1966-01-31", "97531", "86420", "9998887776", "zzz.qqq"):
        assert value not in kept


def everything_kept() -> str:
    with connection.cursor() as cursor:
        tables = [each for each in connection.introspection.table_names(cursor) if not each.startswith("code_sets_")]
        return "".join(str(rows(cursor, table)) for table in tables)


def rows(cursor: Any, table: str) -> Any:
    cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
    return cursor.fetchone()[0]


def test_the_audit_names_the_member_and_the_questions_and_no_value(grace: User) -> None:
    a_passed_call(grace, member("Jorge"))
    events = list(AuditEvent.objects.filter(verb__startswith="member_relations.").order_by("at", "pk"))
    assert {event.verb for event in events} == {Verb.BEGUN, Verb.PASSED}
    assert {event.subject for event in events} == {f"member:{member('Jorge').pk}"}
    assert {event.actor for event in events} == {f"user:{grace.pk}"}
    assert not {field for event in events for field in event.fields} - set(Question)


def test_the_database_lets_nobody_pass_with_a_wrong_answer(grace: User) -> None:
    call = a_call(grace, member("Jorge"))
    for wrong in (
        {"checked_at": AT, "passed": True, "asked": ["phone"], "wrong": ["phone"]},
        {"checked_at": AT, "passed": False, "asked": [], "wrong": ["phone"]},
        {"checked_at": None, "passed": True},
        {"checked_at": AT, "passed": False, "asked": ["6515550172"]},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.filter(pk=call.pk).update(**wrong)


# Refused


def test_nobody_helps_themself(grace: User) -> None:
    stands_for(grace, member("Jorge"))
    refused_as_own(grace, "Jorge")


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Jorge", "Marisol"),
        ("Marisol", "Jorge"),
        ("Marisol", "Diego"),
        ("Diego", "Marisol"),
        ("Diego", "Jorge"),
        ("Rosa", "Luz"),
    ],
)
def test_nobody_helps_their_household(grace: User, mine: str, theirs: str) -> None:
    """The subscriber's spouse and the other way around, parents and children, and two who depend on the same."""
    stands_for(grace, member(mine))
    refused_as_own(grace, theirs)


def test_a_capacity_that_ended_still_tells_whose_household_it_is(grace: User) -> None:
    stands_for(grace, member("Jorge")).capacities.filter(kind="member").update(until=timezone.now())
    refused_as_own(grace, "Marisol")


def test_a_household_is_known_by_an_email_or_a_name_where_no_account_tells(grace: User) -> None:
    assert not is_own(grace, member("Jorge"))
    StaffPerson.objects.filter(capacity__user=grace).update(email="Diego.C@mail.example")
    refused_as_own(grace, "Jorge")
    StaffPerson.objects.filter(capacity__user=grace).update(
        email="g@plan.example", first_name="Rosa", last_name="Nunez Rios"
    )
    refused_as_own(grace, "Marisol")


def test_the_email_of_another_account_of_a_staff_person_tells_as_well(grace: User) -> None:
    registered(member("Jorge"), email=grace.email.upper())
    refused_as_own(grace, "Diego")


@pytest.mark.parametrize(
    ("fact", "value"), [(Fact.EMAIL, "new@mail.example"), (Fact.EMAIL, ""), (Fact.FIRST_NAME, "Di")]
)
def test_whoever_has_their_own_record_corrected_is_of_the_household_as_before(
    grace: User, fact: Fact, value: str
) -> None:
    works_as = {Fact.EMAIL: {"email": "diego.c@mail.example"}}.get(
        fact, {"first_name": "Diego", "last_name": "Castellanos"}
    )
    StaffPerson.objects.filter(capacity__user=grace).update(**works_as)
    correct(member=member("Diego"), fact=fact, value=value, by=SOMEBODY, at=timezone.now())
    refused_as_own(grace, "Jorge")


def test_a_household_is_ones_own_in_the_file_of_another_source_too(grace: User) -> None:
    """Somebody registered by the card of one source, and by what they are called at work nobody knows them."""
    marisol = member("Marisol")
    dental = Member.objects.create(
        source="dental", member_id="D1", member_key="D1", relationship="subscriber", first_name="MARISOL",
        last_name="Castellanos", last_key="castellanos", birth_date=marisol.birth_date, stated_on=TODAY,
    )  # fmt: skip
    stands_for(grace, dental)
    refused_as_own(grace, "Marisol")
    refused_as_own(grace, "Jorge")


def test_nobody_prints_a_letter_to_their_household(grace: User) -> None:
    """Whoever asks on the site in a spouse’s name, as a stranger, would print the activation ID at work."""
    letter = issued(member("Marisol"))
    stands_for(grace, member("Jorge"))
    for _twice in range(2):
        with pytest.raises(LetterRefused, match="a colleague prints it"):
            print_letter(letter=letter.pk, printing=1, by=actor(grace), at=timezone.now())
    refused = AuditEvent.objects.filter(verb="outbox.letter_refused", actor=f"user:{grace.pk}")
    assert set(refused.values_list("subject", flat=True)) == {f"letter:{letter.pk}"}
    letter.refresh_from_db()
    assert letter.printing == 0
    henry = desk_person("henry.o", "Henry", "Oduya")
    assert print_letter(letter=letter.pk, printing=1, by=actor(henry), at=timezone.now()).context["activation_id"]


def issued(whose: Member) -> Letter:
    issue(kind=MEMBER, subject=whose.pk, channel=Way.LETTER, by=SOMEBODY, at=timezone.now())
    return Letter.objects.get()


def refused_as_own(staff: User, first_name: str) -> None:
    before = len(refusals())
    with pytest.raises(OwnHousehold):
        a_call(staff, member(first_name))
    assert refusals()[before:] == [[Why.OWN]]
    assert not Call.objects.exists()


def test_a_household_that_becomes_ones_own_during_a_call_ends_what_can_be_done(grace: User) -> None:
    registered(member("Jorge"))
    call = a_passed_call(grace, member("Jorge"))
    stands_for(grace, member("Marisol"))
    with pytest.raises(OwnHousehold):
        operations.tell_username(call=call, by=actor(grace), at=timezone.now())
    assert not Message.objects.exists()


def test_nothing_is_told_before_the_caller_passed_or_once_they_failed(grace: User) -> None:
    registered(member("Jorge"))
    call = a_call(grace, member("Jorge"))
    nothing_is_told(call, NotChecked)
    asked(call, {**JORGE, Question.PHONE: "6515550199"})
    nothing_is_told(call, NotChecked)


def test_nothing_is_told_once_the_call_is_over(grace: User) -> None:
    registered(member("Jorge"))
    early = a_passed_call(grace, member("Jorge"), at=AT - timedelta(minutes=30))
    nothing_is_told(early, CallIsOver)
    ended = a_passed_call(grace, member("Jorge"))
    operations.end_call(call=ended, by=actor(grace), at=timezone.now())
    nothing_is_told(ended, CallIsOver)


def test_another_call_ends_the_one_before(grace: User) -> None:
    registered(member("Jorge"))
    first = a_passed_call(grace, member("Jorge"))
    a_call(grace, member("Diego"))
    nothing_is_told(first, CallIsOver)


def test_a_colleague_does_not_go_on_with_a_call(grace: User) -> None:
    registered(member("Jorge"))
    call = a_passed_call(grace, member("Jorge"))
    henry = desk_person("henry.o", "Henry", "Oduya")
    with pytest.raises(CallIsOver):
        operations.tell_username(call=call, by=actor(henry), at=timezone.now())


def test_a_member_who_died_is_kept_as_safe_as_everybody_and_nothing_is_told(grace: User) -> None:
    registered(member("Jorge"))
    Member.objects.filter(first_name="Jorge").update(died_on=date(2026, 1, 2))
    nothing_is_told(a_passed_call(grace, member("Jorge")), HasDied)


def test_a_member_without_account_has_no_username(grace: User) -> None:
    nothing_is_told(a_passed_call(grace, member("Jorge")), NoAccount)


def nothing_is_told(call: Call, why: type[DeskRefused]) -> None:
    before = len(refusals())
    with pytest.raises(why):
        operations.tell_username(call=call, by=actor(call.staff), at=timezone.now())
    assert refusals()[before:] == [[why.why]]
    assert not Message.objects.exists()
    assert not AddressHold.objects.exists()


# The username


def test_the_username_is_told_and_the_member_hears_of_it_at_the_address_of_the_account(grace: User) -> None:
    user = registered(member("Jorge"))
    call = a_passed_call(grace, member("Jorge"))
    assert operations.tell_username(call=call, by=actor(grace), at=AT) == "jorge.castel"
    assert list(Message.objects.values_list("kind", "recipient")) == [(Notice.USERNAME_TOLD, f"user:{user.pk}")]
    told = AuditEvent.objects.get(verb=Verb.USERNAME_TOLD)
    assert (told.actor, told.subject, told.fields) == (f"user:{grace.pk}", f"member:{call.member_id}", [])


def test_for_a_week_an_email_that_the_old_one_does_not_confirm_takes_no_effect(grace: User) -> None:
    """Also one that somebody signed in and asked for before: nobody changes it."""
    user = registered(member("Jorge"))
    change = AddressChange.objects.create(
        user=user, address="x@mail.example", asked_at=AT, proved_at=AT, takes_effect_at=AT + timedelta(hours=72)
    )
    operations.tell_username(call=a_passed_call(grace, member("Jorge")), by=actor(grace), at=AT)
    clock = program("test clock")
    assert email_change.settle_due(by=clock, at=AT + timedelta(days=7, seconds=-1)) == 0
    assert email_change.settle_due(by=clock, at=AT + timedelta(days=7)) == 1
    change.refresh_from_db()
    assert change.done_at == AT + timedelta(days=7)


# Kept


def test_calls_are_kept_for_a_year(grace: User) -> None:
    a_passed_call(grace, member("Jorge"), at=AT)
    assert operations.forget_calls(by=program("test"), at=AT + timedelta(days=365)) == 0
    assert operations.forget_calls(by=program("test"), at=AT + timedelta(days=365, seconds=1)) == 1
