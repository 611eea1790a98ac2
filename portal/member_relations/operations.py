"""What the desk does for a caller. Each act is the outermost transaction of its own; one that is refused changes
nothing, and is written down. A call is locked before its member, and both before an account."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from accounts.audit.operations import record
from accounts.codes import operations as codes
from accounts.codes.errors import CodeRefused
from accounts.codes.vocabulary import CodePurpose
from accounts.email_change import operations as email_change
from accounts.email_change.errors import ChangeRefused
from accounts.models import User
from accounts.operations import subject_of
from accounts.outbox import operations as outbox
from accounts.registration import operations as registration
from accounts.registration.errors import CannotIssue
from accounts.registration.models import Activation
from accounts.sign_in import guessing
from accounts.sign_in.errors import LossRefused
from accounts.sign_in.operations import keep_second_factors, report_loss
from accounts.vocabulary import Actor
from portal.members.access import account_of, email_of, envelope_of, language_of
from portal.members.errors import EnrolmentIsRead
from portal.members.models import Member
from portal.members.operations.corrections import correct
from portal.members.vocabulary import MEMBER, ChannelKind, Fact

from . import access
from .errors import AlreadyChecked, CannotRegister, DeskRefused, FileIsRead, NoChannel
from .models import Call, ChannelBefore, is_blocked
from .rules import email_is_held_until, passes
from .vocabulary import BEFORE, Notice, Question, Reach, Verb, Why

REFUSED_ELSEWHERE: dict[type[Exception], Why] = {
    CodeRefused: Why.WRONG_CODE,
    ChangeRefused: Why.NOTHING_TO_CHANGE,
    LossRefused: Why.NOTHING_LOST,
}


@transaction.atomic
def note_search(*, shown: Sequence[Member], by: Actor, at: datetime, fields: Sequence[str]) -> None:
    """``shown`` are the members whose names the page has, and ``fields`` says by what kind of thing somebody was looked
    for."""
    for found in [subject(member) for member in shown] or [""]:
        record(verb=Verb.SEARCHED, by=by, at=at, subject=found, fields=fields)


def begin_call(*, member: Member, staff: User, by: Actor, at: datetime) -> Call:
    """An earlier call of the staff person that nobody ended is over. Raises OwnHousehold."""
    with written_down(member, by, at), transaction.atomic(durable=True):
        access.refuse_own(staff, member)
        one_at_a_time(staff)
        for earlier in Call.objects.select_for_update().filter(staff=staff, ended_at=None):
            end(earlier, by=by, at=at)
        call = Call.objects.create(member=member, staff=staff, began_at=at)
        record(verb=Verb.BEGUN, by=by, at=at, subject=subject(member))
    return call


def one_at_a_time(staff: User) -> None:
    """Until the transaction ends nobody else begins a call for this staff person, in another tab."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"call of {staff.pk}"])


def check(*, call: Call, said: Mapping[Question, object], by: Actor, at: datetime) -> bool:
    """Whether the caller is the member, by what they said. It is compared, and not kept: which questions were asked is,
    and which answers were wrong. Nobody passes after too many failed. Raises DeskRefused."""
    with written_down(call.member, by, at), transaction.atomic(durable=True):
        call = locked(call)
        # So that checks on other calls are counted one after another.
        member = Member.objects.select_for_update(no_key=True).get(pk=call.member_id)
        access.refuse_another(call, by, at)
        access.refuse_own(call.staff, member)
        if call.checked_at:
            raise AlreadyChecked
        wrong = access.wrong_ones(member, said)
        right = [question for question in said if question not in wrong]
        is_the_member = passes(right=right, wrong=wrong, shared=access.shared(member))
        call.asked, call.wrong, call.checked_at = list(said), wrong, at
        call.passed = is_the_member and not is_blocked(member, at)
        call.save(update_fields=["asked", "wrong", "checked_at", "passed"])
        record(
            verb=Verb.PASSED if call.passed else Verb.FAILED, by=by, at=at, subject=subject(member), fields=call.asked
        )
    return call.passed


@transaction.atomic(durable=True)
def end_call(*, call: Call, by: Actor, at: datetime) -> None:
    locked_call = locked(call)
    if locked_call.ended_at is None:
        end(locked_call, by=by, at=at)


def end(call: Call, *, by: Actor, at: datetime) -> None:
    call.ended_at = max(min(at, call.ends_at), call.began_at)
    call.save(update_fields=["ended_at"])
    record(verb=Verb.ENDED, by=by, at=at, subject=subject(call.member))


def admit(*, call: Call, by: Actor, at: datetime) -> None:
    """Whether a page of the call may be shown. Raises DeskRefused."""
    with written_down(call.member, by, at), transaction.atomic():
        access.refuse_act(locked(call), by, at)


def tell_username(*, call: Call, by: Actor, at: datetime) -> str:
    """The username of the member's account. They are told by mail, and for a week nobody changes the email of the
    account without a code to a channel on file. Raises DeskRefused."""
    with written_down(call.member, by, at), transaction.atomic(durable=True):
        call, account = on_call(call, by, at)
        user = User.objects.select_for_update(no_key=True).get(pk=account.pk)
        email_change.hold(user=user, until=email_is_held_until(at))
        outbox.send(kind=Notice.USERNAME_TOLD, recipient=subject_of(user.pk), by=by, at=at)
        record(verb=Verb.USERNAME_TOLD, by=by, at=at, subject=subject(call.member))
    return user.username


# A code to a channel on file


def send_code(*, call: Call, reach: Reach, by: Actor, at: datetime) -> None:
    """Have a code sent to a channel on file, which the caller reads out. Raises DeskRefused."""
    with written_down(call.member, by, at), transaction.atomic(durable=True):
        call, user = on_call(call, by, at)
        if reach not in access.reaches(call.member, user):
            raise NoChannel
        code = codes.ask(
            purpose=CodePurpose.CALL,
            subject=f"call about {user.pk}",
            user=user,
            recipient=subject_of(user.pk) if reach == Reach.ACCOUNT else subject(call.member),
            by=by,
            at=at,
        )
        call.channel_code = code.pk
        call.save(update_fields=["channel_code"])


def prove_channel(*, call: Call, token: str, by: Actor, at: datetime) -> None:
    """The code that the caller read out: until the end of the call nothing has to wait. Raises DeskRefused, and
    CodeRefused."""
    with written_down(call.member, by, at):
        call, _user = for_account(call, by, at)
        codes.redeem(code_id=call.channel_code, purpose=CodePurpose.CALL, token=token, by=by, at=at)
        with transaction.atomic(durable=True):
            call, _user = on_call(call, by, at)
            codes.use(code_id=call.channel_code, purpose=CodePurpose.CALL, at=at)
            call.channel_proved_at = at
            call.save(update_fields=["channel_proved_at"])
            record(verb=Verb.CHANNEL_PROVED, by=by, at=at, subject=subject(call.member))


# Another email for codes and notices


def ask_email(*, call: Call, address: str, by: Actor, at: datetime) -> None:
    """Have a code sent to a new address, which the caller reads out. Raises DeskRefused, and ChangeRefused."""
    with written_down(call.member, by, at):
        call, user = for_email_change(call, by, at)
        code = email_change.ask(user=user, address=address, by=by, at=at, by_phone=True)
        Call.objects.filter(pk=call.pk).update(address_code=code.pk)


def prove_email(*, call: Call, token: str, by: Actor, at: datetime) -> None:
    """The code from the new address. It takes effect at once where the caller gave a code from a channel on file back,
    too, or else after three days, in which the old address can stop it. Raises DeskRefused, CodeRefused and
    ChangeRefused."""
    with written_down(call.member, by, at):
        call, user = for_email_change(call, by, at)
        email_change.prove(user=user, code_id=call.address_code, token=token, by=by, at=at, by_phone=True)
        if call.channel_proved_at:
            email_change.confirm_by_phone(user=user, by=by, at=at)


def finish_email(*, call: Call, by: Actor, at: datetime) -> None:
    """What waits is true at once: the caller has given a code from a channel on file back. Raises DeskRefused, and
    ChangeRefused."""
    with written_down(call.member, by, at):
        call, user = for_account(call, by, at)
        if call.channel_proved_at is None:
            raise NoChannel
        email_change.confirm_by_phone(user=user, by=by, at=at)


def for_email_change(call: Call, by: Actor, at: datetime) -> tuple[Call, User]:
    call, user = for_account(call, by, at)
    access.refuse_email_change(call, user, at)
    return call, user


# What else is done for an account


def remove_second_factors(*, call: Call, by: Actor, at: datetime) -> None:
    """The member lost what they had: at once where the caller gave a code from a channel on file back, or else after
    three days, in which the member can stop it. Raises DeskRefused, and LossRefused."""
    with written_down(call.member, by, at):
        call, user = for_account(call, by, at)
        report_loss(user=user, at_once=call.channel_proved_at is not None, by=by, at=at)


def stop_what_waits(*, call: Call, by: Actor, at: datetime) -> None:
    """The member says that it was not them: no other email, and the second factors stay. Raises DeskRefused."""
    with written_down(call.member, by, at):
        _call, user = for_account(call, by, at)
        email_change.stop(user=user, by=by, at=at)
        keep_second_factors(user=user, by=by, at=at)


def renew_guesses(*, call: Call, by: Actor, at: datetime) -> None:
    """As if nobody had guessed today, at the password or at codes. Raises DeskRefused."""
    with written_down(call.member, by, at), transaction.atomic(durable=True):
        call, user = on_call(call, by, at)
        access.refuse_renewal(call.member, at)
        guessing.renew(user)
        codes.renew_budgets(user=user)
        call.renewed_at = at
        call.save(update_fields=["renewed_at"])
        outbox.send(kind=Notice.GUESSES_RENEWED, recipient=subject_of(user.pk), by=by, at=at)
        record(verb=Verb.GUESSES_RENEWED, by=by, at=at, subject=subject(call.member))


# Members


def send_activation(*, call: Call, by: Actor, at: datetime) -> Activation:
    """To the email that is the member's alone, or else by letter, which somebody else prints. Raises DeskRefused."""
    with written_down(call.member, by, at), transaction.atomic(durable=True):
        call = locked(call)
        access.refuse_act(call, by, at)
        channel = access.channel_for_activation(call.member)
        try:
            return registration.issue(kind=MEMBER, subject=call.member_id, channel=channel, by=by, at=at)
        except CannotIssue as refused:
            raise CannotRegister from refused


def revoke_activation(*, call: Call, by: Actor, at: datetime) -> None:
    """Raises DeskRefused."""
    with written_down(call.member, by, at):
        with transaction.atomic():
            access.refuse_act(locked(call), by, at)
        registration.revoke(kind=MEMBER, subject=call.member_id, by=by, at=at)


def correct_fact(*, call: Call, fact: Fact, value: str, by: Actor, at: datetime) -> None:
    """It holds until the file says the same. The member is told at the email of their account, and where they were
    reached before the call. Raises DeskRefused."""
    with written_down(call.member, by, at), transaction.atomic(durable=True):
        call = locked(call)
        access.refuse_act(call, by, at)
        user = account_of(call.member, at)
        keep_channel(call, has_account=user is not None, at=at)
        try:
            correct(member=call.member, fact=fact, value=value, by=by, at=at)
        except EnrolmentIsRead as refused:
            raise FileIsRead from refused
        if user:
            outbox.send(kind=Notice.CORRECTED, recipient=subject_of(user.pk), by=by, at=at)
        before, about = f"{BEFORE}:{call.pk}", str(call.pk)
        outbox.notify(kind=Notice.CORRECTED, letter=Notice.CORRECTED, recipient=before, about=about, by=by, at=at)


def keep_channel(call: Call, *, has_account: bool, at: datetime) -> None:
    """Where the member is reached before the first correction of a call: at the email on file, or else, and without an
    account whose email is told, at the address."""
    if ChannelBefore.objects.filter(pk=call.pk).exists():
        return
    if email := email_of(call.member):
        kind, value = ChannelKind.EMAIL, email
    elif not has_account and (envelope := envelope_of(call.member)):
        kind, value = ChannelKind.ADDRESS, "\n".join(envelope.lines)
    else:
        return
    language = language_of(call.member)
    ChannelBefore.objects.create(call=call, kind=kind, value=value, language=language, corrected_at=at)


# Kept, and forgotten


@transaction.atomic
def forget_calls(*, by: Actor, at: datetime) -> int:
    """Returns how many."""
    forgotten, _ = Call.objects.kept_long_enough(at).delete()
    ChannelBefore.objects.kept_long_enough(at).delete()
    if forgotten:
        record(verb=Verb.FORGOTTEN, by=by, at=at)
    return forgotten


@transaction.atomic
def for_account(call: Call, by: Actor, at: datetime) -> tuple[Call, User]:
    """As ``on_call``, for acts whose transactions are elsewhere."""
    return on_call(call, by, at)


def on_call(call: Call, by: Actor, at: datetime) -> tuple[Call, User]:
    """The call and the account, for the transaction of an act. Raises DeskRefused."""
    call = locked(call)
    access.refuse_act(call, by, at)
    return call, access.account_on(call, at)


@contextmanager
def written_down(member: Member, by: Actor, at: datetime) -> Iterator[None]:
    """What is refused inside is undone, and then told to the audit."""
    try:
        yield
    except (DeskRefused, CodeRefused, ChangeRefused, LossRefused) as refused:
        elsewhere = (why for kind, why in REFUSED_ELSEWHERE.items() if isinstance(refused, kind))
        why = refused.why if isinstance(refused, DeskRefused) else next(elsewhere)
        with transaction.atomic(durable=True):
            record(verb=Verb.REFUSED, by=by, at=at, subject=subject(member), fields=[why])
        raise


def locked(call: Call) -> Call:
    return Call.objects.select_for_update(of=("self",)).select_related("member", "staff").get(pk=call.pk)


def subject(member: Member) -> str:
    return f"{MEMBER}:{member.pk}"
