"""What is done for a caller who passed, and what is not: codes, another email, second factors, guesses, corrections."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.codes.errors import CodeRefused
from accounts.codes.models import Budget, Code
from accounts.codes.operations import compose
from accounts.codes.rules import read
from accounts.codes.vocabulary import CodePurpose
from accounts.email_change import operations as email_change
from accounts.email_change.errors import AnotherWaits, ChangeRefused
from accounts.email_change.models import AddressChange
from accounts.email_change.vocabulary import Notice as EmailNotice
from accounts.models import User
from accounts.operations import give_capacity
from accounts.outbox.errors import LetterRefused
from accounts.outbox.models import Letter, Message
from accounts.outbox.operations import print_letter
from accounts.outbox.registry import KINDS, mailbox_of
from accounts.outbox.vocabulary import Envelope, Mailbox, Sheet
from accounts.password.operations import ask_for_reset
from accounts.registration.models import Activation
from accounts.sign_in import operations as sign_in
from accounts.sign_in.errors import LossRefused, LossWaits, SecondFactorDemanded
from accounts.sign_in.models import Guessing, Loss
from accounts.sign_in.vocabulary import Notice as FactorNotice
from accounts.vocabulary import CapacityKind, program
from portal.member_relations import operations
from portal.member_relations.errors import (
    AddressCorrected,
    CannotRegister,
    DeskRefused,
    HasDied,
    NoChannel,
    NotChecked,
    OwnHousehold,
    RenewedLately,
    ToldLately,
)
from portal.member_relations.models import Call, ChannelBefore
from portal.member_relations.vocabulary import Notice, Reach, Verb, Why
from portal.members.models import Channel, Correction, Member
from portal.members.vocabulary import ChannelKind, Fact
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
from tests.builders.members import a_family, member, take
from tests.builders.people import PASSWORD, SOMEBODY, an_app, code_of_the_app

pytestmark = pytest.mark.django_db
AT = timezone.now()
CLOCK = program("test clock")
NEW = "jorge.new@mail.example"


@pytest.fixture
def grace(codes: None) -> User:
    the_family()
    return desk_person()


@pytest.fixture
def jorge(grace: User) -> User:
    return registered(member("Jorge"))


@pytest.fixture
def call(grace: User, jorge: User) -> Call:
    return a_passed_call(grace, member("Jorge"), at=AT)


def after(**time: float) -> datetime:
    return AT + timedelta(**time)


def by(call: Call) -> Any:
    return actor(call.staff)


def mailed(code_id: Any, at: datetime = AT) -> tuple[str, str]:
    """Where the mail of a code goes, and its digits."""
    code = Code.objects.get(pk=code_id)
    mailbox = mailbox_of(code.recipient)
    assert mailbox is not None
    with transaction.atomic():
        mail = compose(str(code.pk), mailbox, at)
    assert mail is not None
    assert mail.template == "codes/read_out"
    return mailbox.address, read(mail.context["code"])


def proved(call: Call, reach: Reach = Reach.ACCOUNT, at: datetime = AT) -> Call:
    """The caller has given a code from a channel on file back."""
    operations.send_code(call=call, reach=reach, by=by(call), at=at)
    call.refresh_from_db()
    operations.prove_channel(call=call, token=mailed(call.channel_code, at)[1], by=by(call), at=at)
    call.refresh_from_db()
    return call


def new_email(call: Call, at: datetime = AT) -> None:
    """The new address is typed, and its code given back."""
    operations.ask_email(call=call, address=NEW, by=by(call), at=at)
    call.refresh_from_db()
    address, token = mailed(call.address_code, at)
    assert address == NEW
    operations.prove_email(call=call, token=token, by=by(call), at=at)


def email_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def refusals() -> list[list[str]]:
    return list(AuditEvent.objects.filter(verb=Verb.REFUSED).order_by("at").values_list("fields", flat=True))


def told() -> set[tuple[str, str]]:
    """Kind and address of what goes out, but codes."""
    messages = Message.objects.exclude(kind="code")
    return {(each.kind, getattr(mailbox_of(each.recipient), "address", "")) for each in messages}


ACTS: dict[str, Callable[[Call], object]] = {
    "username": lambda call: operations.tell_username(call=call, by=by(call), at=AT),
    "code": lambda call: operations.send_code(call=call, reach=Reach.ACCOUNT, by=by(call), at=AT),
    "code back": lambda call: operations.prove_channel(call=call, token="12345678", by=by(call), at=AT),
    "email": lambda call: operations.ask_email(call=call, address=NEW, by=by(call), at=AT),
    "email proved": lambda call: operations.prove_email(call=call, token="12345678", by=by(call), at=AT),
    "email now": lambda call: operations.finish_email(call=call, by=by(call), at=AT),
    "second factor": lambda call: operations.remove_second_factors(call=call, by=by(call), at=AT),
    "stop": lambda call: operations.stop_what_waits(call=call, by=by(call), at=AT),
    "guesses": lambda call: operations.renew_guesses(call=call, by=by(call), at=AT),
    "activation": lambda call: operations.send_activation(call=call, by=by(call), at=AT),
    "revoke": lambda call: operations.revoke_activation(call=call, by=by(call), at=AT),
    "correction": lambda call: operations.correct_fact(
        call=call, fact=Fact.PHONE, value="6515550999", by=by(call), at=AT
    ),
    "page": lambda call: operations.admit(call=call, by=by(call), at=AT),
}


def test_nothing_is_done_before_the_check_for_the_dead_or_for_ones_own_household(grace: User, jorge: User) -> None:
    an_app(jorge)
    call = a_call(grace, member("Jorge"), AT)
    each_act_is_refused(call, NotChecked)
    assert asked(call, JORGE, AT)
    Member.objects.filter(first_name="Jorge").update(died_on=AT.date())
    each_act_is_refused(call, HasDied)
    stands_for(grace, member("Marisol"))
    each_act_is_refused(call, OwnHousehold)


def each_act_is_refused(call: Call, why: type[DeskRefused]) -> None:
    for name, act in ACTS.items():
        before = refusals().count([why.why])
        with pytest.raises(why):
            act(call)
        assert refusals().count([why.why]) == before + 1, name
    for table in (Message, Letter, Activation, Correction, AddressChange, Loss, Code):
        assert not table._default_manager.exists()


# A code to a channel on file


def test_a_code_goes_to_the_email_of_the_account_or_to_that_in_the_file(call: Call) -> None:
    for reach, address in ((Reach.ACCOUNT, "jorge@home.example"), (Reach.FILE, "jorge.c@mail.example")):
        operations.send_code(call=call, reach=reach, by=by(call), at=AT)
        call.refresh_from_db()
        assert mailed(call.channel_code)[0] == address


def test_an_email_that_the_household_shares_or_that_was_corrected_by_phone_is_no_channel(call: Call) -> None:
    operations.correct_fact(call=call, fact=Fact.EMAIL, value="thief@mail.example", by=by(call), at=AT)
    with pytest.raises(NoChannel):
        operations.send_code(call=call, reach=Reach.FILE, by=by(call), at=AT)
    assert refusals() == [[Why.NO_CHANNEL]]
    Correction.objects.all().delete()
    Channel.objects.filter(kind=ChannelKind.EMAIL).update(value="casa@mail.example")
    with pytest.raises(NoChannel):
        operations.send_code(call=call, reach=Reach.FILE, by=by(call), at=AT)


def test_a_code_that_is_on_its_way_does_not_follow_an_email_that_is_corrected_meanwhile(call: Call) -> None:
    operations.send_code(call=call, reach=Reach.FILE, by=by(call), at=AT)
    operations.correct_fact(call=call, fact=Fact.EMAIL, value="thief@mail.example", by=by(call), at=AT)
    call.refresh_from_db()
    assert mailbox_of(Code.objects.get(pk=call.channel_code).recipient) is None


def test_a_wrong_code_proves_nothing_and_is_written_down(call: Call) -> None:
    operations.send_code(call=call, reach=Reach.ACCOUNT, by=by(call), at=AT)
    call.refresh_from_db()
    token = mailed(call.channel_code)[1]
    with pytest.raises(CodeRefused):
        operations.prove_channel(call=call, token=f"{(int(token) + 1) % 10**8:08d}", by=by(call), at=AT)
    call.refresh_from_db()
    assert call.channel_proved_at is None
    assert refusals() == [[Why.WRONG_CODE]]


def test_a_code_of_another_call_proves_nothing_on_this_one(grace: User, call: Call) -> None:
    operations.send_code(call=call, reach=Reach.ACCOUNT, by=by(call), at=AT)
    call.refresh_from_db()
    token = mailed(call.channel_code)[1]
    later = a_passed_call(grace, member("Jorge"), at=AT)
    with pytest.raises(CodeRefused):
        operations.prove_channel(call=later, token=token, by=by(later), at=AT)


def test_a_code_of_another_purpose_proves_nothing(call: Call, jorge: User) -> None:
    reset = ask_for_reset(username=jorge.username, email=jorge.email, origin="127.0.0.1", by=SOMEBODY, at=AT)
    Call.objects.filter(pk=call.pk).update(channel_code=reset.pk)
    mailbox = mailbox_of(reset.recipient)
    assert mailbox is not None
    with transaction.atomic():
        mail = compose(str(reset.pk), mailbox, AT)
    assert mail is not None
    with pytest.raises(CodeRefused):
        operations.prove_channel(call=call, token=read(mail.context["code"]), by=by(call), at=AT)
    operations.ask_email(call=call, address=NEW, by=by(call), at=AT)
    call.refresh_from_db()
    Call.objects.filter(pk=call.pk).update(channel_code=call.address_code)
    with pytest.raises(CodeRefused):  # the caller's own new mailbox is no channel on file
        operations.prove_channel(call=call, token=mailed(call.address_code)[1], by=by(call), at=AT)


def test_what_a_code_proved_ends_with_the_call(grace: User, call: Call) -> None:
    proved(call)
    assert a_passed_call(grace, member("Jorge"), at=AT).channel_proved_at is None


# Another email


def test_without_a_code_from_a_channel_on_file_a_new_email_waits_three_days(call: Call, jorge: User) -> None:
    new_email(call)
    assert email_of(jorge) == jorge.email
    assert told() == {(EmailNotice.WAITS, jorge.email)}
    assert email_change.settle_due(by=CLOCK, at=after(hours=71)) == 0
    assert email_change.settle_due(by=CLOCK, at=after(hours=72)) == 1
    assert email_of(jorge) == NEW


def test_the_old_email_is_told_that_it_was_a_call_and_not_told_the_new_one(call: Call) -> None:
    new_email(call)
    change = AddressChange.objects.get()
    mail = KINDS[EmailNotice.WAITS].compose(str(change.pk), Mailbox("a@mail.example", "en"), AT)
    assert mail is not None
    assert mail.context == {"takes_effect_at": after(hours=72), "by_phone": True}


def test_with_a_code_from_a_channel_on_file_it_takes_effect_at_once(call: Call, jorge: User) -> None:
    new_email(proved(call))
    assert email_of(jorge) == NEW
    assert {address for _, address in told()} == {NEW, jorge.email}


def test_one_that_waits_takes_effect_once_the_caller_gives_such_a_code_back(call: Call, jorge: User) -> None:
    new_email(call)
    with pytest.raises(NoChannel):
        operations.finish_email(call=call, by=by(call), at=AT)
    operations.finish_email(call=proved(call, Reach.FILE), by=by(call), at=AT)
    assert email_of(jorge) == NEW


def test_whoever_signs_in_or_calls_stops_it(call: Call, jorge: User) -> None:
    new_email(call)
    operations.stop_what_waits(call=call, by=by(call), at=AT)
    assert not AddressChange.objects.open().exists()
    assert email_change.settle_due(by=CLOCK, at=after(hours=72)) == 0


def test_whoever_asks_again_after_it_was_stopped_waits_the_three_days_anew(
    grace: User, jorge: User, call: Call
) -> None:
    an_app(jorge)
    for at in (AT, after(hours=71)):
        this = call if at == AT else a_passed_call(grace, member("Jorge"), at=at)
        new_email(this, at)
        operations.remove_second_factors(call=this, by=by(this), at=at)
        waits = AddressChange.objects.open().get().takes_effect_at, Loss.objects.waiting().get().takes_effect_at
        assert waits == (at + timedelta(hours=72),) * 2
        operations.stop_what_waits(call=this, by=by(this), at=at)


def test_an_attacker_who_rings_twice_within_a_week_changes_no_email(grace: User, call: Call, jorge: User) -> None:
    """First they are told the username; then, days later and with everything right, they want the email changed."""
    operations.tell_username(call=call, by=by(call), at=AT)
    for time in ({"minutes": 1}, {"days": 3}, {"days": 7, "seconds": -1}):
        at = after(**time)
        again = a_passed_call(grace, member("Jorge"), at=at)
        with pytest.raises(ToldLately):
            operations.ask_email(call=again, address=NEW, by=by(again), at=at)
    assert refusals() == [[Why.TOLD_LATELY]] * 3
    assert not AddressChange.objects.exists()
    at = after(days=7)
    new_email(a_passed_call(grace, member("Jorge"), at=at), at)
    assert email_of(jorge) == jorge.email  # and then it waits three days, as ever


def test_a_change_that_was_asked_for_before_the_username_was_told_is_not_proved_after(call: Call, jorge: User) -> None:
    operations.ask_email(call=call, address=NEW, by=by(call), at=AT)
    operations.tell_username(call=call, by=by(call), at=AT)
    call.refresh_from_db()
    with pytest.raises(ToldLately):
        operations.prove_email(call=call, token=mailed(call.address_code)[1], by=by(call), at=AT)


def test_one_that_waits_when_the_username_is_told_waits_until_the_week_is_over(call: Call, jorge: User) -> None:
    new_email(call)
    operations.tell_username(call=call, by=by(call), at=after(minutes=1))
    assert email_change.settle_due(by=CLOCK, at=after(days=7)) == 0
    assert email_change.settle_due(by=CLOCK, at=after(days=7, minutes=1)) == 1


def test_within_the_week_a_code_from_a_channel_on_file_is_enough(call: Call, jorge: User) -> None:
    operations.tell_username(call=call, by=by(call), at=AT)
    new_email(proved(call))
    assert email_of(jorge) == NEW


def test_in_settings_too_nobody_changes_it_within_the_week_but_with_the_old_mailbox(call: Call, jorge: User) -> None:
    """Whoever knows the password as well: what they ask for waits until the week is over."""
    operations.tell_username(call=call, by=by(call), at=AT)
    code = email_change.ask(user=jorge, address=NEW, by=SOMEBODY, at=AT)
    mailbox = mailbox_of(code.recipient)
    assert mailbox is not None
    with transaction.atomic():
        mail = compose(str(code.pk), mailbox, AT)
    assert mail is not None
    token = read(mail.context["code"])
    assert email_change.prove(user=jorge, code_id=code.pk, token=token, by=SOMEBODY, at=AT).takes_effect_at == after(
        days=7
    )


def test_a_second_change_does_not_begin_while_one_waits(call: Call) -> None:
    new_email(call)
    with pytest.raises(AnotherWaits):
        operations.ask_email(call=call, address="other@mail.example", by=by(call), at=AT)
    assert refusals() == [[Why.NOTHING_TO_CHANGE]]


def test_a_change_that_was_stopped_meanwhile_is_not_finished(call: Call) -> None:
    proved(call)
    with pytest.raises(ChangeRefused):
        operations.finish_email(call=call, by=by(call), at=AT)


# Lost second factors


def has_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user).exists()


def test_lost_second_factors_are_removed_after_three_days_in_which_the_member_is_told(call: Call, jorge: User) -> None:
    an_app(jorge)
    operations.remove_second_factors(call=call, by=by(call), at=AT)
    assert told() == {(FactorNotice.LOSS_REPORTED, jorge.email)}
    assert sign_in.settle_losses(by=CLOCK, at=after(hours=72, seconds=-1)) == 0
    assert has_factor(jorge)
    assert [sign_in.settle_losses(by=CLOCK, at=after(hours=hours)) for hours in (72, 73)] == [1, 0]
    assert not has_factor(jorge)
    assert (FactorNotice.REMOVED, jorge.email) in told()


def test_with_a_code_from_a_channel_on_file_they_are_removed_at_once_and_every_session_ends(
    call: Call, jorge: User
) -> None:
    an_app(jorge)
    operations.remove_second_factors(call=call, by=by(call), at=AT)
    operations.remove_second_factors(call=proved(call), by=by(call), at=AT)
    assert not has_factor(jorge)
    assert not Loss.objects.waiting().exists()
    assert User.objects.get(pk=jorge.pk).credentials_version == jorge.credentials_version + 1


def test_whoever_uses_one_has_not_lost_it(call: Call, jorge: User) -> None:
    an_app(jorge)
    operations.remove_second_factors(call=call, by=by(call), at=AT)
    sign_in.take_code(user=jorge, code=code_of_the_app(AT), at=AT)
    assert sign_in.settle_losses(by=CLOCK, at=after(hours=72)) == 0
    assert has_factor(jorge)
    assert (FactorNotice.KEPT, jorge.email) in told()


def test_the_member_stops_it_in_settings_or_by_phone(call: Call, jorge: User) -> None:
    an_app(jorge)
    for stop in (
        lambda: sign_in.keep_second_factors(user=jorge, by=SOMEBODY, at=AT),
        lambda: operations.stop_what_waits(call=call, by=by(call), at=AT),
    ):
        operations.remove_second_factors(call=call, by=by(call), at=AT)
        stop()
        assert not Loss.objects.waiting().exists()
    assert sign_in.settle_losses(by=CLOCK, at=after(hours=72)) == 0


def test_one_that_is_set_up_meanwhile_stays(call: Call, jorge: User) -> None:
    app = an_app(jorge)
    operations.remove_second_factors(call=call, by=by(call), at=AT)
    sign_in.remove_second_factor(user=jorge, number=app.pk, by=SOMEBODY, at=AT)
    sign_in.add_passkey(user=jorge, name="Phone", credential={}, by=SOMEBODY, at=AT)
    assert sign_in.settle_losses(by=CLOCK, at=after(hours=72)) == 0
    assert has_factor(jorge)


@pytest.mark.parametrize("kind", [CapacityKind.STAFF, CapacityKind.CLINICIAN])
def test_who_must_have_a_second_factor_does_not_lose_it_by_phone(call: Call, jorge: User, kind: CapacityKind) -> None:
    an_app(jorge)
    operations.remove_second_factors(call=call, by=by(call), at=AT)
    give_capacity(user=jorge, kind=kind, by=SOMEBODY, at=AT)
    assert sign_in.settle_losses(by=CLOCK, at=after(hours=72)) == 0
    with pytest.raises(SecondFactorDemanded):
        operations.remove_second_factors(call=proved(call), by=by(call), at=AT)
    assert has_factor(jorge)
    assert refusals() == [[Why.NOTHING_LOST]]


def test_there_must_be_one_to_lose_and_it_is_reported_once(call: Call, jorge: User) -> None:
    with pytest.raises(LossRefused):
        operations.remove_second_factors(call=call, by=by(call), at=AT)
    an_app(jorge)
    operations.remove_second_factors(call=call, by=by(call), at=AT)
    with pytest.raises(LossWaits):
        operations.remove_second_factors(call=call, by=by(call), at=AT)


# Guesses


def test_guesses_at_password_and_codes_are_whole_again(call: Call, jorge: User, client: Any) -> None:
    for _ in range(6):
        client.post("/account/sign-in/", {"username": jorge.username, "password": "wrong"})
    right = {"username": jorge.username, "password": PASSWORD}
    assert client.post("/account/sign-in/", right).status_code != 302
    reset = ask_for_reset(username=jorge.username, email=jorge.email, origin="127.0.0.1", by=SOMEBODY, at=AT)
    Budget.objects.filter(pk=reset.subject).update(failures=50, mails=10)
    operations.renew_guesses(call=call, by=by(call), at=timezone.now())
    budget = Budget.objects.get(pk=reset.subject)
    assert (budget.failures, budget.mails) == (0, 0)
    assert client.post("/account/sign-in/", right).status_code == 302
    assert (Notice.GUESSES_RENEWED, jorge.email) in told()
    assert AuditEvent.objects.filter(verb=Verb.GUESSES_RENEWED).count() == 1


def test_what_was_guessed_on_calls_stays_counted(call: Call) -> None:
    operations.send_code(call=call, reach=Reach.ACCOUNT, by=by(call), at=AT)
    Budget.objects.update(failures=49)
    operations.renew_guesses(call=call, by=by(call), at=AT)
    (code,) = Code.objects.filter(purpose=CodePurpose.CALL)
    assert Budget.objects.get(pk=code.subject).failures == 49


def test_guesses_are_renewed_once_a_day(grace: User, call: Call) -> None:
    operations.renew_guesses(call=call, by=by(call), at=AT)
    Guessing.objects.create(key="x" * 64, paid_at=AT)
    later = a_passed_call(grace, member("Jorge"), at=after(hours=23))
    with pytest.raises(RenewedLately):
        operations.renew_guesses(call=later, by=by(later), at=after(hours=23))
    tomorrow = a_passed_call(grace, member("Jorge"), at=after(hours=24))
    operations.renew_guesses(call=tomorrow, by=by(tomorrow), at=after(hours=24))


# Activation IDs


@pytest.fixture
def without_account(grace: User) -> Call:
    return a_passed_call(grace, member("Jorge"), at=AT)


def test_an_activation_id_goes_to_the_email_that_is_the_members_alone(without_account: Call) -> None:
    operations.send_activation(call=without_account, by=by(without_account), at=AT)
    (activation,) = Activation.objects.all()
    assert (activation.channel, activation.issued_by) == ("mail", by(without_account).id)
    assert {address for _, address in told()} == {"jorge.c@mail.example"}


def test_else_it_goes_by_letter_which_whoever_issued_it_does_not_print(without_account: Call) -> None:
    Channel.objects.filter(kind=ChannelKind.EMAIL, member=without_account.member).delete()
    operations.send_activation(call=without_account, by=by(without_account), at=AT)
    (letter,) = Letter.objects.all()
    assert letter.issued_by == by(without_account).id
    assert not Message.objects.exists()


def test_it_goes_to_no_email_and_no_address_that_was_corrected_by_phone_until_the_file_says_the_same(
    without_account: Call, tmp_path: Path
) -> None:
    call, new = without_account, "9 Elm Street\nDuluth, MN 55802"
    operations.correct_fact(call=call, fact=Fact.EMAIL, value="thief@mail.example", by=by(call), at=AT)
    operations.send_activation(call=call, by=by(call), at=AT)
    assert Activation.objects.get().channel == "letter"
    operations.correct_fact(call=call, fact=Fact.ADDRESS, value=new, by=by(call), at=AT)
    with pytest.raises(AddressCorrected):
        operations.send_activation(call=call, by=by(call), at=AT)
    assert refusals() == [[Why.CANNOT_REGISTER]]
    rows = a_family()
    rows[1] |= {"line1": "9 Elm Street", "city": "Duluth", "zip": "55802", "phone": "651-555-0172"}
    take(rows, tmp_path, at=timezone.now())
    operations.send_activation(call=call, by=by(call), at=AT)


def test_none_goes_to_a_member_who_has_an_account(call: Call) -> None:
    with pytest.raises(CannotRegister):
        operations.send_activation(call=call, by=by(call), at=AT)


def test_one_that_was_sent_is_revoked(without_account: Call) -> None:
    operations.send_activation(call=without_account, by=by(without_account), at=AT)
    operations.revoke_activation(call=without_account, by=by(without_account), at=AT)
    assert not Activation.objects.not_over().exists()


@pytest.mark.parametrize("value", ["new@mail.example", ""])
def test_one_that_was_mailed_ends_with_the_email_that_it_went_to(without_account: Call, value: str) -> None:
    operations.send_activation(call=without_account, by=by(without_account), at=AT)
    operations.correct_fact(call=without_account, fact=Fact.PHONE, value="", by=by(without_account), at=AT)
    assert Activation.objects.not_over().exists()
    operations.correct_fact(call=without_account, fact=Fact.EMAIL, value=value, by=by(without_account), at=AT)
    assert not Activation.objects.not_over().exists()
    operations.send_activation(call=without_account, by=by(without_account), at=AT)
    operations.correct_fact(
        call=without_account, fact=Fact.EMAIL, value="third@mail.example", by=by(without_account), at=AT
    )
    assert Activation.objects.not_over().get().channel == "letter"


# Corrections


def test_a_correction_holds_until_the_file_says_the_same(call: Call, tmp_path: Path) -> None:
    operations.correct_fact(call=call, fact=Fact.PHONE, value="6515550999", by=by(call), at=AT)
    rows = a_family()
    rows[1] |= {"phone": "651-555-0172", "email": "jorge.c@mail.example"}
    take(rows, tmp_path, at=timezone.now())
    assert Channel.objects.get(member=call.member, kind=ChannelKind.PHONE).value == "6515550999"
    rows[1] |= {"phone": "651-555-0999"}
    take(rows, tmp_path, at=timezone.now())
    assert not Correction.objects.exists()


def test_a_correction_is_told_at_the_email_before_and_written_down_without_a_value(call: Call, jorge: User) -> None:
    operations.correct_fact(call=call, fact=Fact.EMAIL, value="new@mail.example", by=by(call), at=AT)
    assert told() == {(Notice.CORRECTED, jorge.email), (Notice.CORRECTED, "jorge.c@mail.example")}
    events = AuditEvent.objects.filter(verb="members.corrected")
    assert [(each.subject, each.fields) for each in events] == [(f"member:{call.member_id}", ["email"])]


def test_an_email_that_was_corrected_is_forgotten_once_its_notice_is_out(call: Call) -> None:
    operations.correct_fact(call=call, fact=Fact.EMAIL, value="new@mail.example", by=by(call), at=AT)
    operations.forget_calls(by=CLOCK, at=after(hours=72))
    assert ChannelBefore.objects.exists()
    operations.forget_calls(by=CLOCK, at=after(hours=72, seconds=1))
    assert not ChannelBefore.objects.exists()


def test_all_corrections_of_a_call_are_told_at_the_email_before_it(without_account: Call) -> None:
    for fact, value in ((Fact.EMAIL, "thief@mail.example"), (Fact.PHONE, "6515550999")):
        operations.correct_fact(call=without_account, fact=fact, value=value, by=by(without_account), at=AT)
    assert [mailbox_of(each.recipient) for each in Message.objects.all()] == [Mailbox("jorge.c@mail.example", "en")] * 2


# Told by letter


JORGES = ("Jorge Castellanos", "18 Willow Court", "Saint Paul, MN 55106")
ELSEWHERE = {Fact.FIRST_NAME: "George", Fact.LANGUAGE: "es", Fact.ADDRESS: "9 Elm Street\nDuluth, MN 55802"}


@pytest.fixture
def without_email(without_account: Call) -> Call:
    """The caller answered with it on an earlier call, and the file has none by now."""
    Channel.objects.filter(kind=ChannelKind.EMAIL, member=without_account.member).delete()
    return without_account


def another_call(of: Member) -> Call:
    """A colleague's, on which the caller passed."""
    henry = desk_person("henry.o", "Henry", "Oduya")
    return Call.objects.create(member=of, staff=henry, began_at=AT, checked_at=AT, passed=True)


def printed(letter: Letter) -> Sheet:
    return print_letter(letter=letter.pk, printing=1, by=actor(desk_person("ida.moe", "Ida", "Moe")), at=AT)


def test_a_correction_is_told_to_who_has_no_email_by_one_letter_for_the_call(without_email: Call) -> None:
    """To name and address as the file has them, whatever the call made of them."""
    for fact, value in ELSEWHERE.items():
        operations.correct_fact(call=without_email, fact=fact, value=value, by=by(without_email), at=AT)
    (letter,) = Letter.objects.all()
    sheet = printed(letter)
    assert sheet.envelope == Envelope(JORGES, "en")
    assert sheet.context == {"corrected_at": AT}
    assert not Message.objects.exists()


def test_so_it_is_on_the_next_call_and_once_the_file_says_the_same(
    grace: User, without_email: Call, tmp_path: Path
) -> None:
    operations.correct_fact(
        call=without_email, fact=Fact.ADDRESS, value=ELSEWHERE[Fact.ADDRESS], by=by(without_email), at=AT
    )
    next_call = another_call(without_email.member)
    operations.correct_fact(call=next_call, fact=Fact.PHONE, value="", by=by(next_call), at=AT)
    rows = a_family()
    rows[1] |= {"line1": "9 Elm Street", "city": "Duluth", "zip": "55802", "phone": "", "email": ""}
    take(rows, tmp_path, at=timezone.now())
    assert not Correction.objects.exists()
    ida = desk_person("ida.moe", "Ida", "Moe")
    sheets = [print_letter(letter=each.pk, printing=1, by=actor(ida), at=AT) for each in Letter.objects.all()]
    assert [sheet.envelope.lines for sheet in sheets] == [JORGES] * 2


def test_whoever_corrected_it_does_not_print_the_letter_nor_does_the_household(without_email: Call) -> None:
    operations.correct_fact(call=without_email, fact=Fact.PHONE, value="", by=by(without_email), at=AT)
    (letter,) = Letter.objects.all()
    with pytest.raises(LetterRefused, match="somebody else prints it"):
        print_letter(letter=letter.pk, printing=1, by=by(without_email), at=AT)
    wife = stands_for(desk_person("marisol.w", "M.", "Castle"), member("Marisol"))
    with pytest.raises(LetterRefused, match="your family"):
        print_letter(letter=letter.pk, printing=1, by=actor(wife), at=AT)
    assert printed(letter)


def test_no_letter_goes_to_who_has_an_account_whose_email_is_told_nor_where_the_file_has_no_address(
    call: Call, grace: User
) -> None:
    Channel.objects.filter(kind=ChannelKind.EMAIL).delete()
    operations.correct_fact(call=call, fact=Fact.PHONE, value="", by=by(call), at=AT)
    assert told() == {(Notice.CORRECTED, "jorge@home.example")}
    rosa = another_call(member("Rosa"))
    Channel.objects.filter(kind=ChannelKind.ADDRESS).delete()
    for fact, value in ((Fact.ADDRESS, ELSEWHERE[Fact.ADDRESS]), (Fact.PHONE, "")):
        operations.correct_fact(call=rosa, fact=fact, value=value, by=by(rosa), at=AT)
    assert not Letter.objects.exists()


def test_an_address_is_forgotten_once_its_letter_cannot_be_printed_again(without_email: Call) -> None:
    operations.correct_fact(call=without_email, fact=Fact.PHONE, value="", by=by(without_email), at=AT)
    operations.forget_calls(by=CLOCK, at=after(days=90))
    assert ChannelBefore.objects.exists()
    operations.forget_calls(by=CLOCK, at=after(days=90, seconds=1))
    assert not ChannelBefore.objects.exists()
    with pytest.raises(LetterRefused, match="no postal address"):
        printed(Letter.objects.get())
