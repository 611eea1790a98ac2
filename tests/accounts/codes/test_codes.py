"""What a code does, to the second, and what a stranger can do with it."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django_otp import devices_for_user
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit.models import AuditEvent
from accounts.codes import operations
from accounts.codes.access import opened, opened_for
from accounts.codes.errors import AskedTooOften, CodeRefused
from accounts.codes.models import Budget, Code
from accounts.codes.rules import is_a_code, read
from accounts.codes.vocabulary import MOST_FAILURES, MOST_GUESSES, MOST_MAILS, CodePurpose, Verb
from accounts.models import User
from accounts.outbox.models import Message
from accounts.outbox.vocabulary import Mailbox, MessageState
from accounts.vocabulary import Actor
from tests.builders.people import AT, person

pytestmark = pytest.mark.django_db
RESET, EMAIL = CodePurpose.PASSWORD_RESET, CodePurpose.EMAIL_CHANGE
BY = Actor("stranger")
MAILBOX = Mailbox("amina@mail.example", "en")
SUBJECT = "amina.w amina@mail.example"


def after(**time: float) -> datetime:
    return AT + timedelta(**time)


def asked(user: User | None, *, at: datetime = AT, subject: str = SUBJECT, purpose: CodePurpose = RESET) -> Code:
    recipient = f"user:{user.pk if user else uuid4()}"
    return operations.ask(purpose=purpose, subject=subject, user=user, recipient=recipient, by=BY, at=at)


def asked_again(code_id: UUID | None, *, at: datetime) -> None:
    operations.ask_again(code_id=code_id, purpose=RESET, origin="192.0.2.1", by=BY, at=at)


def sent(code: Code, *, at: datetime = AT) -> str:
    """The digits that the mail says, as the worker makes it."""
    with transaction.atomic():
        mail = operations.compose(str(code.pk), MAILBOX, at)
    assert mail is not None
    return read(mail.context["code"])


def nothing_is_sent(code: Code, *, at: datetime = AT) -> bool:
    with transaction.atomic():
        return operations.compose(str(code.pk), MAILBOX, at) is None


def redeem(code_id: UUID | None, token: str, *, at: datetime = AT, purpose: CodePurpose = RESET) -> User | None:
    return operations.redeem(code_id=code_id, purpose=purpose, token=token, by=BY, at=at).user


def refused(code_id: UUID | None, token: str, *, at: datetime = AT, purpose: CodePurpose = RESET) -> bool:
    try:
        redeem(code_id, token, at=at, purpose=purpose)
    except CodeRefused:
        return True
    return False


def another(token: str) -> str:
    return f"{(int(token) + 1) % 10**8:08d}"


# Five minutes


@pytest.mark.parametrize("seconds", [0, 1, 4 * 60 + 59])
def test_a_code_works_until_four_fifty_nine(seconds: int) -> None:
    amina = person()
    code = asked(amina)
    token = sent(code, at=after(seconds=3))
    assert redeem(code.pk, token, at=after(seconds=3 + seconds)) == amina


@pytest.mark.parametrize("seconds", [5 * 60, 5 * 60 + 1, 24 * 60 * 60])
def test_a_code_is_refused_from_five_minutes_exactly(seconds: int) -> None:
    code = asked(person())
    token = sent(code, at=after(seconds=3))
    assert refused(code.pk, token, at=after(seconds=3 + seconds))


def test_the_five_minutes_begin_when_the_mail_leaves_and_not_when_it_was_asked_for() -> None:
    code = asked(person())
    token = sent(code, at=after(minutes=14))
    assert redeem(code.pk, token, at=after(minutes=18, seconds=59))


def test_no_code_is_born_for_somebody_who_waits_no_longer() -> None:
    code = asked(person())
    assert nothing_is_sent(code, at=after(minutes=15))
    assert refused(code.pk, "00000000", at=after(minutes=16))


# One conversation, one purpose, one use


def test_a_code_works_once() -> None:
    code = asked(person())
    token = sent(code)
    redeem(code.pk, token)
    assert refused(code.pk, token)
    assert nothing_is_sent(code)


def test_a_code_for_one_thing_opens_nothing_else() -> None:
    code = asked(person())
    token = sent(code)
    assert refused(code.pk, token, purpose=EMAIL)
    assert redeem(code.pk, token, purpose=RESET)


def test_another_browser_has_nothing_to_redeem() -> None:
    amina = person()
    mine = asked(amina)
    token = sent(mine)
    theirs = asked(amina)
    assert refused(theirs.pk, token)
    assert refused(None, token)
    assert refused(uuid4(), token)
    assert redeem(mine.pk, token)


def test_the_newest_code_of_a_conversation_works_and_the_one_before_does_until_it_leaves() -> None:
    code = asked(person())
    first = sent(code)
    asked_again(code.pk, at=after(seconds=30))
    assert opened_for(code_id=code.pk, purpose=RESET, at=AT) is None
    second = sent(code, at=after(seconds=60))
    assert first == second or refused(code.pk, first, at=after(seconds=61))
    assert redeem(code.pk, second, at=after(seconds=62))


def test_the_one_before_still_works_while_the_newer_waits() -> None:
    code = asked(person())
    first = sent(code)
    asked_again(code.pk, at=after(seconds=30))
    assert redeem(code.pk, first, at=after(seconds=40))


def test_a_newer_code_of_the_same_subject_voids_that_of_another_browser() -> None:
    amina = person()
    first, second = asked(amina), None
    token = sent(first)
    second = asked(amina, at=after(seconds=90))
    newer = sent(second, at=after(seconds=90))
    assert refused(first.pk, token, at=after(seconds=91))
    assert redeem(second.pk, newer, at=after(seconds=91))


def test_codes_of_two_people_with_one_mailbox_do_not_touch_each_other() -> None:
    amina, yusuf = person(), person("yusuf.w", name="Yusuf Warsame")
    hers, his = asked(amina), asked(yusuf, subject="yusuf.w amina@mail.example")
    her_token, his_token = sent(hers), sent(his)
    assert redeem(hers.pk, her_token) == amina
    assert redeem(his.pk, his_token) == yusuf


def test_nobody_redeems_a_code_of_an_account_that_was_closed() -> None:
    amina = person()
    code = asked(amina)
    token = sent(code)
    User.objects.filter(pk=amina.pk).update(is_active=False)
    assert refused(code.pk, token)
    assert nothing_is_sent(code)


# What it opened


def test_what_a_code_opened_stays_open_for_ten_minutes_and_is_used_once() -> None:
    amina = person()
    code = asked(amina)
    redeem(code.pk, sent(code))
    assert opened_for(code_id=code.pk, purpose=RESET, at=after(minutes=9, seconds=59)) == amina
    assert opened_for(code_id=code.pk, purpose=RESET, at=after(minutes=10)) is None
    assert opened_for(code_id=code.pk, purpose=EMAIL, at=AT) is None
    assert operations.use(code_id=code.pk, purpose=RESET, at=AT) == amina
    with pytest.raises(CodeRefused):
        operations.use(code_id=code.pk, purpose=RESET, at=AT)


def test_what_a_code_opened_is_shut_when_the_account_is_closed() -> None:
    amina = person()
    code = asked(amina)
    redeem(code.pk, sent(code))
    User.objects.filter(pk=amina.pk).update(is_active=False)
    assert opened_for(code_id=code.pk, purpose=RESET, at=AT) is None
    with pytest.raises(CodeRefused):
        operations.use(code_id=code.pk, purpose=RESET, at=AT)


def test_what_a_code_did_not_open_cannot_be_used() -> None:
    code = asked(person())
    sent(code)
    with pytest.raises(CodeRefused):
        operations.use(code_id=code.pk, purpose=RESET, at=AT)


# Guesses


def test_the_sixth_guess_is_refused_even_when_it_is_right() -> None:
    code = asked(person())
    token = sent(code)
    assert all(refused(code.pk, another(token)) for _ in range(MOST_GUESSES))
    assert refused(code.pk, token)


def test_the_fifth_guess_may_be_right() -> None:
    code = asked(person())
    token = sent(code)
    assert all(refused(code.pk, another(token)) for _ in range(MOST_GUESSES - 1))
    assert redeem(code.pk, token)


def test_guesses_before_the_mail_left_do_not_count_for_the_code_that_is_born_then() -> None:
    code = asked(person())
    assert all(refused(code.pk, "00000000") for _ in range(MOST_GUESSES))
    assert redeem(code.pk, sent(code))
    assert Budget.objects.get(pk=code.subject).failures == MOST_GUESSES


@pytest.mark.django_db(transaction=True)
def test_exactly_five_guesses_are_looked_at_when_twenty_four_come_at_once() -> None:
    code = asked(person())
    token = sent(code)
    looked_at: list[int] = []
    lock, start = threading.Lock(), threading.Barrier(24, timeout=60)
    answers = Code.answers

    def counted(self: Code, typed: str, at: datetime) -> bool:
        with lock:
            looked_at.append(self.guesses)
        return answers(self, typed, at)

    def guess(_: int) -> bool:
        start.wait()
        try:
            return refused(code.pk, another(token))
        finally:
            connection.close()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(24) as crowd:
        patch.setattr(Code, "answers", counted)
        assert all(crowd.map(guess, range(24)))
    assert sorted(looked_at) == [0, 1, 2, 3, 4] + [MOST_GUESSES] * 19
    assert Budget.objects.get(pk=code.subject).failures == 24
    assert refused(code.pk, token)


@pytest.mark.django_db(transaction=True)
def test_a_code_that_twenty_four_give_back_at_once_opens_for_one() -> None:
    code = asked(person())
    token = sent(code)
    start = threading.Barrier(24, timeout=60)

    def give_back(_: int) -> bool:
        start.wait()
        try:
            return not refused(code.pk, token)
        finally:
            connection.close()

    with ThreadPoolExecutor(24) as crowd:
        assert sum(crowd.map(give_back, range(24))) == 1


def test_thirty_sessions_cannot_guess_more_than_a_days_budget() -> None:
    amina = person()
    guesses = 0
    for minute in range(30):
        code = asked(amina, at=after(minutes=minute))
        with transaction.atomic():
            mail = operations.compose(str(code.pk), MAILBOX, after(minutes=minute))
        token = read(mail.context["code"]) if mail else "00000000"
        for _ in range(MOST_GUESSES):
            before = Budget.objects.get(pk=code.subject).has_guesses
            assert refused(code.pk, another(token), at=after(minutes=minute))
            guesses += before
    assert guesses == MOST_FAILURES
    last = asked(amina, at=after(minutes=31))
    with transaction.atomic():
        mail = operations.compose(str(last.pk), MAILBOX, after(minutes=31))
    assert mail is None or refused(last.pk, read(mail.context["code"]), at=after(minutes=31))
    assert AuditEvent.objects.filter(verb=Verb.SPENT, subject=f"user:{amina.pk}").count() == 1


def test_a_spent_budget_refuses_the_right_code_and_is_whole_again_after_a_day() -> None:
    amina = person()
    code = asked(amina)
    token = sent(code)
    Budget.objects.update(failures=MOST_FAILURES)
    assert refused(code.pk, token)
    next_day = asked(amina, at=after(hours=24))
    assert redeem(next_day.pk, sent(next_day, at=after(hours=24)), at=after(hours=24))


def test_one_subjects_budget_is_not_anothers() -> None:
    asked(person())
    Budget.objects.update(failures=MOST_FAILURES, mails=MOST_MAILS)
    yusuf = person("yusuf.w", name="Yusuf Warsame")
    his = asked(yusuf, subject="yusuf.w amina@mail.example")
    assert redeem(his.pk, sent(his)) == yusuf


# Mails


def goes_out() -> int:
    return Message.objects.filter(recipient__startswith="user:", state=MessageState.QUEUED).count()


def test_ten_mails_leave_a_day_and_whoever_asks_for_more_is_not_told() -> None:
    amina = person()
    for minute in range(0, 60, 2):
        code = asked(amina, at=after(minutes=minute))
        if Message.objects.latest("created_at").recipient.startswith("user:"):
            sent(code, at=after(minutes=minute))
    assert goes_out() == MOST_MAILS
    assert Message.objects.count() == 30


def test_a_restart_inside_the_cool_down_gets_a_code_when_it_ends() -> None:
    amina = person()
    sent(asked(amina))
    again = asked(amina, at=after(seconds=20))
    assert Message.objects.get(about=str(again.pk)).not_before == after(seconds=60)
    assert redeem(again.pk, sent(again, at=after(seconds=60)), at=after(seconds=70))


def test_whoever_asks_while_a_mail_waits_gets_that_one() -> None:
    amina = person()
    sent(asked(amina))
    second, third = asked(amina, at=after(seconds=20)), asked(amina, at=after(seconds=40))
    assert Message.objects.get(about=str(third.pk)).not_before == after(seconds=60)
    assert nothing_is_sent(second, at=after(seconds=60))
    assert sent(third, at=after(seconds=60))
    assert Budget.objects.get().mails == 2


def test_a_double_click_waits_for_nothing() -> None:
    amina = person()
    asked(amina)
    second = asked(amina, at=after(seconds=0.2))
    assert Message.objects.get(about=str(second.pk)).not_before == after(seconds=0.2)
    assert sent(second, at=after(seconds=1))


def test_asking_again_while_the_mail_waits_writes_nothing_new() -> None:
    code = asked(person())
    for minute in range(14):
        asked_again(code.pk, at=after(minutes=minute))
    assert Message.objects.count() == 1
    assert AuditEvent.objects.filter(verb=Verb.ASKED).count() == 1
    assert sent(code, at=after(minutes=20))


def test_asking_again_while_the_mail_waits_makes_it_the_newest_of_all_browsers() -> None:
    amina = person()
    mine = asked(amina)
    theirs = asked(amina, at=after(seconds=1))
    asked_again(mine.pk, at=after(seconds=2))
    assert nothing_is_sent(theirs, at=after(seconds=3))
    assert sent(mine, at=after(seconds=3))


def test_asking_again_when_a_mail_server_refused_leaves_one_message_of_the_conversation() -> None:
    code = asked(person())
    Message.objects.update(attempt=1)
    asked_again(code.pk, at=after(seconds=20))
    assert [each.state for each in Message.objects.order_by("created_at")] == ["void", "queued"]


def test_asking_again_counts_for_the_network_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_ASKS_OF_AN_ORIGIN", 2)
    code = asked(person())
    asked_again(code.pk, at=AT)
    asked_again(None, at=AT)
    with pytest.raises(AskedTooOften):
        asked_again(code.pk, at=AT)


def test_asking_again_without_a_conversation_does_nothing() -> None:
    person()
    asked_again(None, at=AT)
    asked_again(uuid4(), at=AT)
    assert not Message.objects.exists()


# Decoys


def statements(act: Any) -> list[str]:
    """What the database is asked, without the values."""
    with CaptureQueriesContext(connection) as asked_for:
        act()
    return [shape(query["sql"]) for query in asked_for.captured_queries]


def shape(statement: str) -> str:
    return " ".join(word for word in statement.split() if not any(sign in word for sign in "'0123456789"))


def test_a_decoy_asks_the_database_the_same_and_nothing_is_sent() -> None:
    amina = person()
    real = statements(lambda: asked(amina))
    decoy = statements(lambda: asked(None, subject="amina.w other@mail.example"))
    assert len(real) > 4
    assert [one.split(" VALUES")[0] for one in decoy] == [one.split(" VALUES")[0] for one in real]
    assert goes_out() == 1


def test_guessing_at_a_decoy_asks_the_database_the_same() -> None:
    amina = person()
    real, decoy = asked(amina), asked(None, subject="nobody nobody@mail.example")
    token = sent(real)
    expired = asked(person("yusuf.w"), subject="yusuf.w")
    sent(expired, at=after(minutes=-10))
    costs = {
        name: len(statements(lambda guessed=guessed: refused(guessed, another(token))))
        for name, guessed in {"wrong": real.pk, "decoy": decoy.pk, "expired": expired.pk, "none": uuid4()}.items()
    }
    assert len(set(costs.values())) == 1, costs


def test_a_decoy_is_never_redeemed() -> None:
    decoy = asked(None)
    assert nothing_is_sent(decoy)
    assert refused(decoy.pk, "00000000")
    assert refused(decoy.pk, "")


# What is kept


def test_neither_the_database_nor_the_audit_knows_a_code(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    code = asked(person())
    token = sent(code)
    refused(code.pk, another(token))
    assert token not in everything_stored() + caplog.text
    digests = plain_digests(token)
    assert not [name for name, digest in digests.items() if digest in everything_stored()]
    redeem(code.pk, token)
    verbs = AuditEvent.objects.filter(verb__startswith="codes.").values_list("verb", flat=True)
    assert set(verbs) == {"codes.asked", "codes.redeemed"}


def everything_stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)


def plain_digests(token: str) -> dict[str, str]:
    """What anybody could make of the digits without a key of ours."""
    return {
        f"{kind} {text[:4]}": hashlib.new(kind, text.encode()).hexdigest()
        for kind in ("md5", "sha1", "sha256", "sha512")
        for text in (token, f"{token[:4]} {token[4:]}")
    }


def test_the_same_digits_have_another_digest_in_another_row_and_under_another_key(settings: Any) -> None:
    first, second = Code(purpose=RESET), Code(purpose=RESET)
    assert first.digest("12345678") != second.digest("12345678")
    before = first.digest("12345678")
    settings.SECRET_KEY = signing.b64_encode(b"another key").decode()
    assert first.digest("12345678") != before


def test_a_code_never_counts_as_a_second_factor() -> None:
    amina = person()
    code = asked(amina)
    token = sent(code)
    assert list(devices_for_user(amina, confirmed=None)) == []
    assert not Code.objects.get().verify_token(token)
    with pytest.raises(IntegrityError), transaction.atomic():
        Code.objects.update(confirmed=True)


def test_codes_and_budgets_go_after_two_days() -> None:
    amina = person()
    old, new = asked(amina), asked(amina, at=after(hours=47), subject="newer")
    operations.count_ask(origin="203.0.113.7", at=AT)
    assert operations.purge(at=after(hours=48, seconds=1)) == 1
    assert list(Code.objects.all()) == [new]
    assert [budget.pk for budget in Budget.objects.all()] == [new.subject]
    assert old.subject != new.subject


# As people type


@given(st.text(alphabet="0123456789", min_size=8, max_size=8), st.lists(st.integers(0, 8), max_size=6), st.data())
def test_spaces_and_dashes_between_digits_are_nothing(token: str, places: list[int], data: st.DataObject) -> None:
    typed = token
    for place in places:
        typed = typed[:place] + data.draw(st.sampled_from(" -–\u00a0\u200b\t.")) + typed[place:]
    assert read(typed) == token


@pytest.mark.parametrize("typed", ["1234567", "123456789", "1234567a", "", "１２３４５６７８９", "١٢٣٤٥٦٧٨"])
def test_eight_digits_are_a_code_and_nothing_else_is(typed: str) -> None:
    assert not is_a_code(read(typed))


def test_full_width_digits_are_digits() -> None:
    assert read("１２３４ ５６７８") == "12345678"


# Before there is an account


def test_a_code_for_registration_is_sent_to_who_has_no_account_and_works_once() -> None:
    code = asked(None, purpose=CodePurpose.REGISTRATION)
    assert Message.objects.get().recipient == code.recipient
    token = sent(code)
    assert redeem(code.pk, token, purpose=CodePurpose.REGISTRATION) is None
    assert refused(code.pk, token, purpose=CodePurpose.REGISTRATION)
    used = operations.use_code(code_id=code.pk, purpose=CodePurpose.REGISTRATION, at=after(minutes=9))
    assert used == code
    with pytest.raises(CodeRefused):
        operations.use_code(code_id=code.pk, purpose=CodePurpose.REGISTRATION, at=after(minutes=9))


def test_it_opens_nobodys_account() -> None:
    code = asked(None, purpose=CodePurpose.REGISTRATION)
    redeem(code.pk, sent(code), purpose=CodePurpose.REGISTRATION)
    assert opened_for(code_id=code.pk, purpose=CodePurpose.REGISTRATION, at=AT) is None
    assert opened(code_id=code.pk, purpose=CodePurpose.REGISTRATION, at=AT) == code
    with pytest.raises(CodeRefused):
        operations.use(code_id=code.pk, purpose=CodePurpose.REGISTRATION, at=AT)


@pytest.mark.parametrize("purpose", [RESET, EMAIL])
def test_of_every_other_purpose_a_code_without_a_person_is_a_decoy(purpose: CodePurpose) -> None:
    code = asked(None, purpose=purpose)
    assert Message.objects.get().recipient.startswith("nobody:")
    assert nothing_is_sent(code)
