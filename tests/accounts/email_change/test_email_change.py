"""Another address for codes and notices: proved, told to the old one, and stoppable for three days."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.audit.models import AuditEvent
from accounts.codes.errors import CodeRefused
from accounts.codes.models import Code
from accounts.codes.operations import ask_again, compose
from accounts.codes.rules import read
from accounts.codes.vocabulary import CodePurpose
from accounts.email_change import operations
from accounts.email_change.errors import AnotherWaits, ChangeRefused, SameAddress
from accounts.email_change.forms import AddressForm
from accounts.email_change.models import AddressChange
from accounts.email_change.vocabulary import Notice, Verb
from accounts.models import User
from accounts.outbox.models import Message
from accounts.outbox.registry import KINDS, mailbox_of
from accounts.outbox.vocabulary import Mail, Mailbox, MessageState
from accounts.password import operations as password
from accounts.password.operations import replace
from accounts.vocabulary import Actor, program
from tests.builders.people import AT, PASSWORD, person, signed_in

pytestmark = pytest.mark.django_db
NEW = "amina.new@mail.example"
CLOCK = program("test clock")


def by(user: User) -> Actor:
    return Actor(f"user:{user.pk}")


def after(**time: float) -> datetime:
    return AT + timedelta(**time)


def asked(user: User, address: str = NEW, at: datetime = AT) -> Code:
    return operations.ask(user=user, address=address, by=by(user), at=at)


def mailed(code: Code, at: datetime) -> str:
    """The digits that the mail of a code says."""
    mailbox = mailbox_of(code.recipient)
    assert mailbox is not None
    with transaction.atomic():
        mail = compose(str(code.pk), mailbox, at)
    assert mail is not None
    return read(mail.context["code"])


def proved(user: User, address: str = NEW, at: datetime = AT) -> AddressChange:
    code = asked(user, address, at)
    return operations.prove(user=user, code_id=code.pk, token=mailed(code, at), by=by(user), at=at)


def address_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def notices() -> list[tuple[str, str]]:
    """Kind and address of every notice that is to go out, in their order."""
    found = Message.objects.filter(kind__in=Notice.values, state=MessageState.QUEUED).order_by(
        "created_at", "recipient"
    )
    return [(each.kind, getattr(mailbox_of(each.recipient), "address", "")) for each in found]


def what_a_notice_says(kind: Notice, change: AddressChange) -> Mail | None:
    return KINDS[kind].compose(str(change.pk), Mailbox("a@mail.example", "en"), AT)


# Proved


def test_nothing_changes_and_nobody_is_told_before_the_new_address_is_proved() -> None:
    user = person()
    asked(user)
    assert address_of(user) == user.email
    assert notices() == []
    assert operations.settle_due(by=CLOCK, at=after(hours=23)) == 0


def test_the_code_goes_to_the_new_address() -> None:
    code = asked(person())
    assert mailbox_of(code.recipient) == Mailbox(NEW, "en")


def test_a_wrong_code_proves_nothing() -> None:
    user = person()
    code = asked(user)
    wrong = f"{(int(mailed(code, AT)) + 1) % 10**8:08d}"
    with pytest.raises(CodeRefused):
        operations.prove(user=user, code_id=code.pk, token=wrong, by=by(user), at=AT)
    assert not AddressChange.objects.waiting().exists()


def test_a_code_of_an_address_that_was_typed_before_proves_no_later_one() -> None:
    user = person()
    first = asked(user, "first@mail.example")
    token = mailed(first, AT)
    asked(user, "second@mail.example", after(minutes=1))
    with pytest.raises((CodeRefused, ChangeRefused)):
        operations.prove(user=user, code_id=first.pk, token=token, by=by(user), at=after(minutes=2))
    assert not AddressChange.objects.waiting().exists()


def test_a_code_of_one_person_proves_nothing_for_another() -> None:
    amina, mai = person("amina.w"), person("mai.xiong")
    code = asked(amina)
    asked(mai, "mai.new@mail.example")
    with pytest.raises(ChangeRefused):
        operations.prove(user=mai, code_id=code.pk, token=mailed(code, AT), by=by(mai), at=AT)


def test_the_address_that_one_has_is_no_new_one() -> None:
    user = person()
    with pytest.raises(SameAddress):
        asked(user, user.email.upper())


def test_an_address_of_somebody_else_is_as_good_as_any() -> None:
    """Two spouses share a mailbox, and no page tells whose an address is."""
    other, user = person("mai.xiong", "mai@mail.example"), person("amina.w")
    change = proved(user, other.email)
    operations.settle(change_id=change.pk, by=CLOCK, at=after(hours=72))
    assert address_of(user) == other.email == address_of(other)


# Three days


def test_the_old_address_is_told_at_once_and_not_told_the_new_one() -> None:
    user = person()
    change = proved(user)
    assert notices() == [(Notice.WAITS, user.email)]
    said = what_a_notice_says(Notice.WAITS, change)
    assert said is not None
    assert said.context == {"takes_effect_at": after(hours=72), "by_phone": False}


@pytest.mark.parametrize(("time", "done"), [({"hours": 71, "minutes": 59, "seconds": 59}, 0), ({"hours": 72}, 1)])
def test_it_takes_effect_after_seventy_two_hours_to_the_second(time: dict[str, float], done: int) -> None:
    user = person()
    proved(user)
    assert operations.settle_due(by=CLOCK, at=after(**time)) == done
    assert address_of(user) == (NEW if done else user.email)


def test_settling_twice_settles_once() -> None:
    user = person()
    proved(user)
    assert [operations.settle_due(by=CLOCK, at=after(hours=hours)) for hours in (72, 73)] == [1, 0]
    assert AuditEvent.objects.filter(verb=Verb.DONE).count() == 1


def test_both_addresses_are_told_that_it_is_done() -> None:
    user = person()
    proved(user)
    Message.objects.all().delete()
    operations.settle_due(by=CLOCK, at=after(hours=72))
    assert sorted(notices()) == sorted([(Notice.DONE, NEW), (Notice.DONE, user.email)])


def test_codes_that_are_on_their_way_to_the_old_address_open_nothing_once_it_is_replaced() -> None:
    user = person()
    change = proved(user)
    code = operations.ask_old(user=user, by=by(user), at=after(hours=71, minutes=59))
    token = mailed(code, after(hours=71, minutes=59))
    operations.settle(change_id=change.pk, by=CLOCK, at=after(hours=72))
    with pytest.raises(CodeRefused):
        operations.confirm(user=user, code_id=code.pk, token=token, by=by(user), at=after(hours=72))


# Stopped


def test_whoever_signs_in_stops_it_and_the_address_stays() -> None:
    user = person()
    proved(user)
    operations.stop(user=user, by=by(user), at=after(hours=71))
    assert operations.settle_due(by=CLOCK, at=after(hours=72)) == 0
    assert address_of(user) == user.email
    assert notices()[-1] == (Notice.STOPPED, user.email)


def test_stopping_nothing_is_no_act() -> None:
    user = person()
    operations.stop(user=user, by=by(user), at=AT)
    assert notices() == []
    assert not AuditEvent.objects.filter(verb=Verb.STOPPED).exists()


def test_a_new_password_stops_it() -> None:
    """Who took over a session gave an address of their own; the owner resets the password, and must not lose the
    account three days later."""
    user = person()
    proved(user)
    replace(user=user, password="Walnut-Umbrella-73", by=by(user), at=after(hours=1))
    assert operations.settle_due(by=CLOCK, at=after(hours=72)) == 0
    assert address_of(user) == user.email


def test_while_one_waits_no_other_begins() -> None:
    user = person()
    proved(user)
    with pytest.raises(AnotherWaits):
        asked(user, "third@mail.example", after(hours=1))
    operations.stop(user=user, by=by(user), at=after(hours=2))
    assert asked(user, "third@mail.example", after(hours=3))


def test_a_notice_that_comes_too_late_is_not_sent() -> None:
    user = person()
    change = proved(user)
    operations.stop(user=user, by=by(user), at=after(minutes=1))
    assert what_a_notice_says(Notice.WAITS, change) is None


def test_the_first_page_behind_sign_in_says_that_a_change_waits() -> None:
    user = person()
    client = signed_in(user)
    assert "A new email waits." not in client.get("/account/").content.decode()
    proved(user)
    page = client.get("/account/").content.decode()
    assert "A new email waits." in page
    assert NEW not in page
    client.post("/account/settings/email/stop/")
    assert "A new email waits." not in client.get("/account/").content.decode()


# At once, by a code to the old address too


def confirmed(user: User, at: datetime) -> None:
    code = operations.ask_old(user=user, by=by(user), at=at)
    operations.confirm(user=user, code_id=code.pk, token=mailed(code, at), by=by(user), at=at)


def test_a_code_to_the_old_address_too_makes_it_true_at_once() -> None:
    user = person()
    proved(user)
    confirmed(user, after(minutes=2))
    assert address_of(user) == NEW
    verbs = AuditEvent.objects.filter(verb__in=Verb.values).order_by("at", "id").values_list("verb", flat=True)
    assert set(verbs) == {Verb.ASKED, Verb.PROVED, Verb.CONFIRMED, Verb.DONE}


def test_the_code_to_the_old_address_goes_there() -> None:
    user = person()
    proved(user)
    code = operations.ask_old(user=user, by=by(user), at=after(minutes=2))
    assert mailbox_of(code.recipient) == Mailbox(user.email, "en")


def test_the_code_from_the_new_address_confirms_nothing_at_the_old_one() -> None:
    user = person()
    code = asked(user)
    operations.prove(user=user, code_id=code.pk, token=mailed(code, AT), by=by(user), at=AT)
    again = Code.objects.create(
        user=user, purpose=CodePurpose.EMAIL_CHANGE, subject="s", recipient=code.recipient, asked_at=after(minutes=1)
    )
    Code.objects.filter(pk=again.pk).update(sent_at=AT, redeemed_at=None)
    Code.objects.filter(pk=again.pk).update(token=again.digest("12345678"), valid_until=after(minutes=6))
    with pytest.raises(ChangeRefused):
        operations.confirm(user=user, code_id=again.pk, token="12345678", by=by(user), at=after(minutes=2))
    assert address_of(user) == user.email


def test_a_code_to_the_old_address_that_was_asked_for_another_change_confirms_nothing() -> None:
    user = person()
    proved(user)
    old = operations.ask_old(user=user, by=by(user), at=after(minutes=1))
    token = mailed(old, after(minutes=1))
    operations.stop(user=user, by=by(user), at=after(minutes=2))
    proved(user, "thief@mail.example", after(minutes=3))
    with pytest.raises((CodeRefused, ChangeRefused)):
        operations.confirm(user=user, code_id=old.pk, token=token, by=by(user), at=after(minutes=4))
    assert address_of(user) == user.email


def test_without_a_change_that_waits_no_code_goes_to_the_old_address() -> None:
    user = person()
    asked(user)
    with pytest.raises(ChangeRefused):
        operations.ask_old(user=user, by=by(user), at=AT)


def test_nobody_mails_strangers_through_us_all_day() -> None:
    """However many addresses one person types, ten mails a day leave."""
    user = person()
    written = Message.objects.filter(kind="code", recipient__startswith="address-change:")
    for number in range(14):
        code = asked(user, f"stranger{number}@mail.example", after(minutes=2 * number))
        if written.filter(about=str(code.pk)):
            mailed(code, after(minutes=2 * number))
    assert written.count() == 10


def test_a_new_code_can_be_asked_for() -> None:
    user = person()
    code = asked(user)
    ask_again(code_id=code.pk, purpose=CodePurpose.EMAIL_CHANGE, origin="a", by=by(user), at=after(minutes=2))
    token = mailed(code, after(minutes=2))
    assert operations.prove(user=user, code_id=code.pk, token=token, by=by(user), at=after(minutes=3)).proved_at


# The pages


@pytest.mark.parametrize("name", ["old", "stop"])
def test_whoever_comes_back_to_a_button_from_a_step_up_is_on_its_page(name: str) -> None:
    user = person()
    proved(user)
    client = signed_in(user)
    client.post("/account/again/", {"password": PASSWORD})
    answer = client.get(f"/account/settings/email/{name}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/settings/email/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert AddressChange.objects.waiting().exists()


@pytest.mark.parametrize(
    "address", ["a@mail.example", "mai.o'neil+x@mail.example", f"{'a' * 64}@a-b.mail.example", "a@xn--nxasmq6b.example"]
)
def test_an_address_that_every_mail_server_takes_is_taken(address: str) -> None:
    assert AddressForm({"address": address}).is_valid()


@pytest.mark.parametrize(
    "address",
    [
        '"amina w"@mail.example',
        '"a\x01b"@mail.example',
        "a@[192.0.2.1]",
        "a@192.0.2.1",
        "a@localhost",
        "señora@mail.example",
        "a@correo.españa",
        ".a@mail.example",
        "a..b@mail.example",
        f"{'a' * 65}@mail.example",
        "a@-b.example",
        "a@mail.example\nb",
    ],
)
def test_any_other_address_is_refused_once_in_words_that_say_what_to_do(address: str) -> None:
    form = AddressForm({"address": address})
    assert len(form.errors["address"]) == 1
    assert "like name@mail.example" in form.errors["address"][0]


# What is kept


def test_what_is_over_keeps_no_address() -> None:
    amina, mai = person("amina.w"), person("mai.xiong")
    proved(amina)
    operations.stop(user=amina, by=by(amina), at=after(hours=1))
    proved(mai, "mai.new@mail.example")
    confirmed(mai, after(minutes=2))
    assert set(AddressChange.objects.values_list("address", flat=True)) == {""}


def test_a_replaced_address_is_forgotten_when_its_notice_has_had_time_to_go_out() -> None:
    user = person()
    proved(user)
    confirmed(user, after(minutes=2))
    for hours, kept in ((72, user.email), (73, "")):
        operations.settle_due(by=CLOCK, at=after(hours=hours))
        assert AddressChange.objects.get().former == kept


def test_an_address_that_nobody_proves_is_forgotten_after_a_day() -> None:
    user = person()
    asked(user)
    operations.settle_due(by=CLOCK, at=after(hours=24))
    assert AddressChange.objects.get().address == ""
    assert asked(user, at=after(hours=25))


def test_the_audit_holds_no_address() -> None:
    user = person()
    proved(user)
    confirmed(user, after(minutes=2))
    rows = str(list(AuditEvent.objects.values()))
    assert NEW not in rows
    assert user.email not in rows


@pytest.mark.parametrize(
    "wrong",
    [
        {"stopped_at": AT},
        {"address": ""},
        {"proved_at": AT},
        {"takes_effect_at": AT},
        {"former": "a@mail.example"},
        {"address": "", "done_at": AT},
        {"address": "", "done_at": AT, "stopped_at": AT},
    ],
    ids=str,
)
def test_the_database_refuses_a_change_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AddressChange.objects.create(**{"user": person(), "address": NEW, "asked_at": AT} | wrong)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_begin_at_the_same_moment_one_is_left() -> None:
    user, together = person(), threading.Barrier(6, timeout=60)

    def begin(number: int) -> None:
        try:
            together.wait()
            asked(user, f"new{number}@mail.example", AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(begin, range(6)))
    assert AddressChange.objects.open().count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_stop_and_the_end_of_the_three_days_leave_one_truth() -> None:
    for number in range(5):
        user = person(f"person{number}")
        change, together = proved(user), threading.Barrier(2, timeout=60)

        def at_once(act: Any, together: threading.Barrier = together) -> None:
            try:
                together.wait()
                act()
            finally:
                connection.close()

        acts = [
            lambda user=user: operations.stop(user=user, by=CLOCK, at=after(hours=72)),
            lambda change=change: operations.settle(change_id=change.pk, by=CLOCK, at=after(hours=72)),
        ]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(at_once, acts))
        change.refresh_from_db()
        assert (change.done_at is None) != (change.stopped_at is None)
        assert address_of(user) == (NEW if change.done_at else user.email)


@pytest.mark.django_db(transaction=True)
def test_a_code_to_the_old_address_and_a_new_password_at_once_wait_for_each_other() -> None:
    """Whoever locks in another order than the rest is ended by the database, which this would tell."""
    for number in range(6):
        user = person(f"person{number}")
        proved(user)
        code, reset = operations.ask_old(user=user, by=by(user), at=after(minutes=2)), a_redeemed_reset(user)
        token, together = mailed(code, after(minutes=2)), threading.Barrier(2, timeout=60)

        def at_once(act: Any, together: threading.Barrier = together) -> None:
            try:
                together.wait()
                with suppress(CodeRefused, ChangeRefused):
                    act()
            finally:
                connection.close()

        confirm = partial(operations.confirm, user=user, code_id=code.pk, token=token, by=CLOCK, at=after(minutes=2))
        replaced = partial(password.reset, code_id=reset.pk, password="Walnut-Umbrella-73", by=CLOCK, at=AT)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(at_once, [confirm, replaced]))
        user.refresh_from_db()
        assert (user.email == NEW) != user.check_password("Walnut-Umbrella-73")


def a_redeemed_reset(user: User) -> Code:
    return Code.objects.create(
        user=user, purpose=CodePurpose.PASSWORD_RESET, subject="s", recipient="s", asked_at=AT, redeemed_at=AT
    )
