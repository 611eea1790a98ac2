"""With an activation ID somebody opens an account or adds to theirs: once, all or nothing, and nobody else does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from django.db import connection, transaction

from accounts.audit.models import AuditEvent
from accounts.codes import operations as codes
from accounts.codes.errors import CodeRefused
from accounts.codes.models import Code
from accounts.codes.rules import read as digits
from accounts.codes.vocabulary import CodePurpose
from accounts.models import Capacity, User
from accounts.outbox.errors import LetterRefused
from accounts.outbox.models import Letter, Message
from accounts.outbox.operations import print_letter
from accounts.outbox.registry import mailbox_of
from accounts.outbox.vocabulary import Envelope, Mailbox
from accounts.password.errors import PasswordRefused
from accounts.registration import operations
from accounts.registration.errors import (
    ActivationRefused,
    SubjectTaken,
    TooManyTries,
    UsernameTaken,
    UsernameTellsTooMuch,
)
from accounts.registration.models import Activation, Applicant
from accounts.registration.rules import read as read_id
from accounts.registration.vocabulary import NOTICE, Channel, Verb, Why
from accounts.vocabulary import Actor, CapacityKind
from tests.accounts.registration.conftest import ROSA, STEPHEN, TheSlice
from tests.accounts.registration.test_issuing import RELATIONS, after, issued, mailed
from tests.builders.people import AT, PASSWORD, person

pytestmark = pytest.mark.django_db
STRANGER = Actor("stranger")
BIRTH_DATE = date(1985, 3, 14)
EMAIL = "rosa.own@mail.example"


def enter(
    secret: str,
    last_name: str = "garcia lopez",
    birth_date: date | None = BIRTH_DATE,
    *,
    origin: str = "192.0.2.1",
    at: datetime = AT,
) -> Activation:
    return operations.enter(
        secret=secret, last_name=last_name, birth_date=birth_date, origin=origin, by=STRANGER, at=at
    )


def entered(at: datetime = AT) -> Activation:
    return enter(mailed(issued(at=at), at), at=at)


def applied(activation: Activation, username: str = "cedar.river", *, email: str = EMAIL, at: datetime = AT) -> Code:
    return operations.apply(
        activation=activation,
        username=username,
        email=email,
        language="en",
        origin="192.0.2.1",
        by=STRANGER,
        at=at,
    )


def proved(code: Code, at: datetime = AT) -> Code:
    with transaction.atomic():
        mail = codes.compose(str(code.pk), Mailbox(EMAIL, "en"), at)
    assert mail is not None
    token = digits(mail.context["code"])
    return codes.redeem(code_id=code.pk, purpose=CodePurpose.REGISTRATION, token=token, by=STRANGER, at=at)


def opened(activation: Activation, code: Code, password: str = PASSWORD, at: datetime = AT) -> User:
    return operations.open_account(activation=activation, code_id=code.pk, password=password, by=STRANGER, at=at)


def nothing_happened(the_slice: TheSlice) -> bool:
    unused = not Activation.objects.exclude(used_at=None).exists()
    return unused and not Capacity.objects.exists() and not the_slice.redeemed


# Entered


def test_who_has_it_and_says_who_they_are_may_go_on_and_nothing_is_taken(the_slice: TheSlice) -> None:
    activation = entered()
    assert activation.kind == "tester"
    assert not User.objects.exists()
    assert nothing_happened(the_slice)


def refused(secret: str, *typed: object, at: datetime = AT) -> str:
    with pytest.raises(ActivationRefused) as told:
        enter(secret, *typed, at=at)  # type: ignore[arg-type]
    return str(told.value)


def test_wrong_used_revoked_expired_and_anothers_are_refused_in_the_same_words_and_audited_each(
    the_slice: TheSlice,
) -> None:
    said = {refused("7KQM4XHT9ZPA")}
    secret = mailed(issued())
    said.add(refused(secret, "Nguyen", BIRTH_DATE))
    said.add(refused(secret, "García-López", date(1985, 3, 15)))
    known = the_slice.registrants["tester", ROSA]
    the_slice.forget("tester", ROSA)
    said.add(refused(secret, "García-López", BIRTH_DATE))
    the_slice.registrants["tester", ROSA] = known
    operations.revoke(kind="tester", subject=ROSA, by=RELATIONS, at=AT)
    said.add(refused(secret, "García-López", BIRTH_DATE))
    again = mailed(issued())
    operations.add_to_account(activation=enter(again), user=person(), by=STRANGER, at=AT)
    said.add(refused(again, "García-López", BIRTH_DATE))
    said.add(refused(mailed(issued()), "García-López", BIRTH_DATE, at=after(days=7)))

    assert len(said) == 1
    told = AuditEvent.objects.filter(verb=Verb.REFUSED).order_by("at", "id")
    assert sorted(each.fields[0] for each in told) == sorted(
        [Why.UNKNOWN, Why.OTHER_PERSON, Why.OTHER_PERSON, Why.EXPIRED, Why.NOBODY, Why.REVOKED, Why.USED]
    )
    assert {each.subject for each in told} == {None, f"tester:{ROSA}"}


def test_five_wrong_names_void_it() -> None:
    activation = issued()
    secret = mailed(activation)
    for number in range(5):
        refused(secret, f"wrong {number}", BIRTH_DATE)
    refused(secret, "García-López", BIRTH_DATE)
    activation.refresh_from_db()
    assert (activation.guesses, activation.revoked_at) == (5, AT)
    assert AuditEvent.objects.filter(verb=Verb.VOIDED, subject=f"tester:{ROSA}").count() == 1


@pytest.mark.django_db(transaction=True)
def test_however_many_guess_at_once_five_guesses_are_made() -> None:
    activation = issued()
    secret = mailed(activation)

    def guess(number: int) -> None:
        try:
            refused(secret, f"wrong {number}", BIRTH_DATE)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as at_once:
        list(at_once.map(guess, range(12)))
    activation.refresh_from_db()
    assert (activation.guesses, activation.revoked_at) == (5, AT)
    reasons = [each.fields[0] for each in AuditEvent.objects.filter(verb=Verb.REFUSED)]
    assert (reasons.count(Why.OTHER_PERSON), reasons.count(Why.REVOKED)) == (5, 7)


def test_four_wrong_names_do_not() -> None:
    secret = mailed(issued())
    for number in range(4):
        refused(secret, f"wrong {number}", BIRTH_DATE)
    assert enter(secret)


def test_a_network_address_has_twenty_wrong_tries_and_no_other_pays_for_them() -> None:
    secret = mailed(issued())
    for _ in range(20):
        refused("7KQM4XHT9ZPA")
    with pytest.raises(TooManyTries):
        enter("7KQM4XHT9ZPA")
    with pytest.raises(TooManyTries):
        enter(secret)
    assert enter(secret, origin="192.0.2.2")
    assert enter(secret, at=after(seconds=61))


def test_right_ones_are_not_counted() -> None:
    secret = mailed(issued())
    for _ in range(25):
        enter(secret)


def test_a_secret_of_before_the_key_was_changed_still_works(settings: object) -> None:
    secret = mailed(issued())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another key of fifty characters and more, as it should be"  # type: ignore[attr-defined]
    assert enter(secret)


def test_who_works_for_the_plan_says_no_birth_date() -> None:
    activation = operations.issue(kind="worker", subject=STEPHEN, channel=Channel.MAIL, by=RELATIONS, at=AT)
    assert enter(mailed(activation), "ruiz", None)


# A new account


def test_an_account_is_opened_with_the_capacity_and_the_row_of_the_slice(the_slice: TheSlice) -> None:
    activation = entered()
    user = opened(activation, proved(applied(activation)))
    capacity = user.capacities.get()
    assert (user.username, user.email, user.name, user.language) == ("cedar.river", EMAIL, "Rosa García-López", "en")
    assert user.check_password(PASSWORD)
    assert capacity.kind == CapacityKind.MEMBER
    assert the_slice.redeemed == [(ROSA, capacity.pk)]
    activation.refresh_from_db()
    assert (activation.used_at, activation.used_by) == (AT, user)
    assert not Applicant.objects.exists()
    assert AuditEvent.objects.filter(verb=Verb.USED, subject=f"tester:{ROSA}").exists()


def test_whoever_has_a_longer_name_than_an_account_registers_too(the_slice: TheSlice) -> None:
    the_slice.change("tester", ROSA, name="Rosa " * 60)
    activation = entered()
    assert opened(activation, proved(applied(activation))).name.startswith("Rosa Rosa")


def test_the_code_goes_to_the_address_that_was_typed_and_reserves_nothing() -> None:
    activation = entered()
    code = applied(activation)
    assert Message.objects.filter(kind="code").get().recipient == code.recipient
    assert mailbox_of(code.recipient) == Mailbox(EMAIL, "en")
    assert not User.objects.exists()
    person("cedar.river")


def test_an_email_that_nobody_proved_opens_no_account(the_slice: TheSlice) -> None:
    activation = entered()
    code = applied(activation)
    with pytest.raises(CodeRefused):
        opened(activation, code)
    assert nothing_happened(the_slice)


def test_a_code_proves_no_address_that_was_typed_later(the_slice: TheSlice) -> None:
    activation = entered()
    first = proved(applied(activation, email="first@mail.example"))
    applied(activation, email="second@mail.example")
    with pytest.raises(CodeRefused):
        opened(activation, first)
    assert nothing_happened(the_slice)


def test_a_code_of_one_registration_proves_nothing_for_another(the_slice: TheSlice) -> None:
    rosa = entered()
    stephen = operations.issue(kind="worker", subject=STEPHEN, channel=Channel.MAIL, by=RELATIONS, at=AT)
    stephen = enter(mailed(stephen), "ruiz", None)
    applied(stephen, "silver.lake")
    with pytest.raises(CodeRefused):
        opened(stephen, proved(applied(rosa)))
    assert nothing_happened(the_slice)


def test_what_a_code_opened_is_closed_after_ten_minutes(the_slice: TheSlice) -> None:
    activation = entered()
    code = proved(applied(activation))
    with pytest.raises(CodeRefused):
        opened(activation, code, at=after(minutes=10))
    assert nothing_happened(the_slice)


@pytest.mark.parametrize("password", ["short", "Tst0049812!", "03141985!Aa", "Garcia quiet 7!", "cedar.River7!"])
def test_a_password_that_others_can_think_of_is_refused_and_nothing_is_half_done(
    the_slice: TheSlice, password: str
) -> None:
    activation = entered()
    code = proved(applied(activation))
    with pytest.raises(PasswordRefused):
        opened(activation, code, password)
    assert nothing_happened(the_slice)
    assert opened(activation, code)


def test_when_the_slice_refuses_nothing_is_half_done(the_slice: TheSlice) -> None:
    activation = entered()
    code = proved(applied(activation))
    the_slice.refuses.add(ROSA)
    with pytest.raises(SubjectTaken):
        opened(activation, code)
    assert nothing_happened(the_slice)
    assert not User.objects.exists()


def test_a_username_that_is_somebodys_in_any_case_is_told_to_who_has_an_activation_id() -> None:
    person("Cedar.River")
    activation = entered()
    with pytest.raises(UsernameTaken):
        applied(activation)
    assert applied(activation, "cedar.river2")


def test_but_they_do_not_try_them_all() -> None:
    person("cedar.river")
    activation = entered()
    for _ in range(20):
        with pytest.raises(UsernameTaken):
            applied(activation)
    with pytest.raises(TooManyTries):
        applied(activation)


def test_a_username_that_became_somebodys_meanwhile_is_told_and_nothing_is_half_done(the_slice: TheSlice) -> None:
    activation = entered()
    code = proved(applied(activation))
    person("cedar.river")
    with pytest.raises(UsernameTaken):
        opened(activation, code)
    assert nothing_happened(the_slice)


@pytest.mark.parametrize("username", ["tst0049812", "rosa.1985", "lopez77", "x03141985"])
def test_a_username_tells_nothing_of_its_person(username: str) -> None:
    with pytest.raises(UsernameTellsTooMuch):
        applied(entered(), username)


def test_one_activation_id_opens_one_account() -> None:
    activation = entered()
    opened(activation, proved(applied(activation)))
    with pytest.raises(ActivationRefused):
        applied(activation, "silver.lake")
    with pytest.raises(ActivationRefused):
        operations.add_to_account(activation=activation, user=person(), by=STRANGER, at=AT)


def test_what_was_entered_is_over_when_it_is_revoked_or_printed_or_mailed_anew() -> None:
    activation = entered()
    mailed(activation, after(minutes=1))
    with pytest.raises(ActivationRefused):
        applied(activation, at=after(minutes=2))
    activation = entered()
    operations.revoke(kind="tester", subject=ROSA, by=RELATIONS, at=AT)
    with pytest.raises(ActivationRefused):
        applied(activation)


# Somebody who has an account


def test_whoever_has_an_account_adds_to_it(the_slice: TheSlice) -> None:
    user = person("amina.w", "amina@mail.example", CapacityKind.STAFF)
    capacity = operations.add_to_account(activation=entered(), user=user, by=STRANGER, at=AT)
    assert {each.kind for each in user.capacities.all()} == {CapacityKind.STAFF, CapacityKind.MEMBER}
    assert the_slice.redeemed == [(ROSA, capacity.pk)]


def told() -> list[tuple[str, str]]:
    return list(Message.objects.filter(kind=NOTICE).values_list("recipient", "about"))


def test_whoever_the_plan_knows_is_told_that_somebody_registered(the_slice: TheSlice) -> None:
    activation = entered()
    code = proved(applied(activation))
    assert told() == []
    opened(activation, code)
    assert told() == [(f"tester:{ROSA}", str(activation.pk))]
    mail = operations.compose_notice(str(activation.pk), Mailbox("rosa@mail.example", "en"), AT)
    assert mail
    assert mail.context == {"capacity": CapacityKind.MEMBER.label, "used_at": AT}


def test_whoever_adds_to_an_account_of_their_own_is_told_so_too_and_whom_nothing_reaches_is_not(
    the_slice: TheSlice,
) -> None:
    activation = entered()
    operations.add_to_account(activation=activation, user=person(), by=STRANGER, at=AT)
    assert told() == [(f"tester:{ROSA}", str(activation.pk))]
    again = entered()
    the_slice.mailbox = None
    operations.add_to_account(activation=again, user=person("mai.xiong"), by=STRANGER, at=AT)
    assert len(told()) == 1
    assert not Letter.objects.exists()


ROSAS = Envelope(("Rosa García-López", "123 Cedar Avenue, Apt 4", "Minneapolis, MN 55404"), "es")
MAILROOM = Actor("user:mailroom", "staff")


def used(the_slice: TheSlice, channel: Channel) -> Activation:
    """Of somebody without a mailbox and with an address, by the time."""
    activation = issued(channel)
    if channel == Channel.LETTER:
        sheet = print_letter(letter=Letter.objects.get().pk, printing=1, by=MAILROOM, at=AT)
        entered_one = enter(read_id(sheet.context["activation_id"]))
    else:
        entered_one = enter(mailed(activation))
    the_slice.mailbox, the_slice.envelope = None, ROSAS
    operations.add_to_account(activation=entered_one, user=person(), by=STRANGER, at=AT)
    return entered_one


def notice() -> Letter:
    return Letter.objects.get(kind="registered-member")


def test_who_has_no_mailbox_is_told_by_a_letter(the_slice: TheSlice) -> None:
    activation = used(the_slice, Channel.LETTER)
    assert told() == []
    assert (notice().recipient, notice().about) == (f"tester:{ROSA}", str(activation.pk))
    sheet = print_letter(letter=notice().pk, printing=1, by=RELATIONS, at=AT)
    assert sheet.envelope == ROSAS
    assert sheet.context == {"capacity": CapacityKind.MEMBER.label, "used_at": AT}


def test_whoever_printed_the_activation_id_does_not_print_that_it_was_used(the_slice: TheSlice) -> None:
    """Or else one person alone asks for it as a stranger, keeps it, and keeps the notice."""
    used(the_slice, Channel.LETTER)
    with pytest.raises(LetterRefused, match="somebody else prints it"):
        print_letter(letter=notice().pk, printing=1, by=MAILROOM, at=AT)


def test_nor_does_whoever_had_it_mailed(the_slice: TheSlice) -> None:
    used(the_slice, Channel.MAIL)
    with pytest.raises(LetterRefused, match="somebody else prints it"):
        print_letter(letter=notice().pk, printing=1, by=RELATIONS, at=AT)
    assert print_letter(letter=notice().pk, printing=1, by=MAILROOM, at=AT)


def test_a_notice_without_an_address_by_now_is_not_printed_and_waits_no_more(the_slice: TheSlice) -> None:
    used(the_slice, Channel.LETTER)
    the_slice.envelope = None
    with pytest.raises(LetterRefused, match="no postal address"):
        print_letter(letter=notice().pk, printing=1, by=RELATIONS, at=AT)
    assert not Letter.objects.waiting().exists()


def test_nothing_is_told_of_what_did_not_happen(the_slice: TheSlice) -> None:
    activation = entered()
    the_slice.refuses.add(ROSA)
    with pytest.raises(SubjectTaken):
        operations.add_to_account(activation=activation, user=person(), by=STRANGER, at=AT)
    assert told() == []
    assert operations.compose_notice(str(activation.pk), Mailbox("rosa@mail.example", "en"), AT) is None


def test_nobody_is_staff_twice(the_slice: TheSlice) -> None:
    user = person("amina.w", "amina@mail.example", CapacityKind.STAFF)
    activation = operations.issue(kind="worker", subject=STEPHEN, channel=Channel.MAIL, by=RELATIONS, at=AT)
    activation = enter(mailed(activation), "ruiz", None)
    with pytest.raises(SubjectTaken):
        operations.add_to_account(activation=activation, user=user, by=STRANGER, at=AT)
    assert user.capacities.count() == 1
    assert not the_slice.redeemed


def test_an_account_that_stands_for_somebody_else_is_refused(the_slice: TheSlice) -> None:
    activation = entered()
    the_slice.refuses.add(ROSA)
    with pytest.raises(SubjectTaken):
        operations.add_to_account(activation=activation, user=person(), by=STRANGER, at=AT)
    assert nothing_happened(the_slice)


# Forgotten


def test_applicants_are_forgotten_after_a_day_and_activation_ids_ninety_days_after_their_end() -> None:
    activation = entered()
    applied(activation)
    assert operations.purge(by=STRANGER, at=after(hours=23)) == 0
    assert Applicant.objects.exists()
    operations.purge(by=STRANGER, at=after(hours=24))
    assert not Applicant.objects.exists()
    assert operations.purge(by=STRANGER, at=after(days=97)) == 0
    assert operations.purge(by=STRANGER, at=after(days=97, seconds=1)) == 1


def test_a_letter_that_waits_is_never_forgotten() -> None:
    issued(Channel.LETTER)
    assert operations.purge(by=STRANGER, at=after(days=1000)) == 0
