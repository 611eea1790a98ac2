"""Signing in and out, and the second factors. What takes something away is the outermost transaction of its own."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from accounts.audit.operations import record
from accounts.models import User
from accounts.operations import begin_session, subject_of, void_credentials
from accounts.outbox.operations import send
from accounts.vocabulary import Actor

from .access import may_remove, must_have_second_factor, second_factors
from .cipher import decrypt, encrypt
from .errors import AppIsThere, LastSecondFactor, LossRefused, LossWaits, ProofRefused, SecondFactorDemanded
from .models import Guessing, Loss
from .rules import loss_takes_effect_at, step_of, typed
from .vocabulary import Notice, Proof, Verb

# One statement, so that however many guess at once, no more get through than are allowed. An allowance of five whose
# guesses come back one every three minutes is used up while it is paid more than twelve minutes ahead.
SPEND = """
INSERT INTO sign_in_guessing AS known (key, paid_at) VALUES (%(key)s, %(at)s + %(seconds)s * interval '1 second')
    ON CONFLICT (key) DO UPDATE SET paid_at = greatest(known.paid_at, %(at)s) + %(seconds)s * interval '1 second'
 WHERE known.paid_at <= %(at)s + %(seconds)s * (%(guesses)s - 1) * interval '1 second'
RETURNING key
"""
RETURN = "UPDATE sign_in_guessing SET paid_at = paid_at - %(seconds)s * interval '1 second' WHERE key = %(key)s"

NO_ADDRESS = "0.0.0.0"  # noqa: S104 (the column must hold one; nobody's address is kept)


# Guessing


def spend_guess(*, key: str, guesses: int, each: timedelta, at: datetime) -> bool:
    """Count a guess before it is looked at. False where the allowance is used up: then nothing is counted."""
    with connection.cursor() as cursor:
        cursor.execute(SPEND, {"key": key, "guesses": guesses, "seconds": each.total_seconds(), "at": at})
        return cursor.fetchone() is not None


def return_guess(*, key: str, each: timedelta) -> None:
    """It was right. What others have guessed stays counted."""
    with connection.cursor() as cursor:
        cursor.execute(RETURN, {"key": key, "seconds": each.total_seconds()})


def forget_guesses(*, at: datetime) -> int:
    """Remove allowances that are full again. Returns how many."""
    return Guessing.objects.filter(paid_at__lt=at).delete()[0]


def forget_guesses_at(*, keys: Collection[str]) -> None:
    """These allowances are full again."""
    Guessing.objects.filter(key__in=keys).delete()


# Sessions


@transaction.atomic
def note_sign_in(
    *, user: User, session: SessionBase, user_agent: str, proofs: Sequence[str], by: Actor, at: datetime
) -> None:
    """The session is the person's from here, and its limits count from now."""
    begin_session(session=session, at=at)
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    UserSession.objects.filter(~Exists(alive), user=user).delete()
    UserSession.objects.create(
        user=user,
        session_key=session.session_key,
        user_agent=user_agent[: UserSession._meta.get_field("user_agent").max_length],
        ip=NO_ADDRESS,
        created_at=at,
        last_seen_at=at,
    )
    record(verb=Verb.SIGN_IN, by=by, at=at, subject=subject_of(user.pk), fields=proofs)


@transaction.atomic
def note_failure(*, user: User | None, proof: Proof, by: Actor, at: datetime) -> None:
    """``user`` is None where the name is nobody's: the same is written, about nobody."""
    record(verb=Verb.FAIL_TO_SIGN_IN, by=by, at=at, subject=subject_of(user.pk) if user else "", fields=[proof])


@transaction.atomic
def note_sign_out(*, user: User, session: SessionBase, by: Actor, at: datetime) -> None:
    UserSession.objects.filter(user=user, session_key=session.session_key).delete()
    record(verb=Verb.SIGN_OUT, by=by, at=at, subject=subject_of(user.pk))


@transaction.atomic(durable=True)
def end_session(*, user: User, number: int, by: Actor, at: datetime) -> None:
    """One session of the person is over at its next request. ``number`` that is none of theirs ends nothing."""
    _end(UserSession.objects.filter(user=user, pk=number), user=user, by=by, at=at)


@transaction.atomic(durable=True)
def end_other_sessions(*, user: User, session: SessionBase, by: Actor, at: datetime) -> None:
    _end(UserSession.objects.filter(user=user).exclude(session_key=session.session_key), user=user, by=by, at=at)


def _end(sessions: Any, *, user: User, by: Actor, at: datetime) -> None:
    for session in sessions:
        session.end()
        record(verb=Verb.END_SESSION, by=by, at=at, subject=subject_of(user.pk))


# Second factors


@transaction.atomic
def add_app(*, user: User, secret: str, code: str, by: Actor, at: datetime) -> Authenticator:
    """An authenticator app, which shows with a first code that it has the key; that code is used by it.

    Raises ProofRefused for a wrong code, and AppIsThere where the person has an app.
    """
    _alone(user)
    step = step_of(secret, typed(code), at=at)
    if step is None:
        raise ProofRefused
    if second_factors(user).filter(type=Authenticator.Type.TOTP).exists():
        raise AppIsThere
    data = {"secret": encrypt(secret), "used": step}
    return _add(user, Authenticator.Type.TOTP, data, by=by, at=at)


@transaction.atomic
def add_passkey(*, user: User, name: str, credential: dict[str, Any], by: Actor, at: datetime) -> Authenticator:
    """``credential`` is what the browser answered, checked against its challenge by whoever calls."""
    return _add(user, Authenticator.Type.WEBAUTHN, {"name": name, "credential": credential}, by=by, at=at)


def _add(user: User, kind: str, data: dict[str, Any], *, by: Actor, at: datetime) -> Authenticator:
    factor = Authenticator.objects.create(user=user, type=kind, data=data, created_at=at)
    stop_loss(user=user, by=by, at=at)
    record(verb=Verb.ADD_SECOND_FACTOR, by=by, at=at, subject=subject_of(user.pk), fields=[kind])
    send(kind=Notice.ADDED, recipient=subject_of(user.pk), by=by, at=at)
    return factor


@transaction.atomic(durable=True)
def remove_second_factor(*, user: User, number: int, by: Actor, at: datetime) -> None:
    """Recovery codes go with the last one. Raises Authenticator.DoesNotExist for what is not theirs, and
    LastSecondFactor where the person must keep it."""
    _alone(user)
    factor = second_factors(user).select_related("user").get(pk=number)
    if not may_remove(factor, at):
        raise LastSecondFactor
    factor.delete()
    if not second_factors(user).exists():
        Authenticator.objects.filter(user=user).delete()
    record(verb=Verb.REMOVE_SECOND_FACTOR, by=by, at=at, subject=subject_of(user.pk), fields=[factor.type])
    send(kind=Notice.REMOVED, recipient=subject_of(user.pk), by=by, at=at)


def remove_all_second_factors(*, user: User, by: Actor, at: datetime) -> None:
    """With them every session ends. For operations by which somebody else answers for a person who lost theirs; each
    is the outermost of its own."""
    _alone(user)
    kinds = list(second_factors(user).values_list("type", flat=True))
    Authenticator.objects.filter(user=user).delete()
    void_credentials(user_id=user.pk)
    record(verb=Verb.REMOVE_SECOND_FACTOR, by=by, at=at, subject=subject_of(user.pk), fields=kinds)
    send(kind=Notice.REMOVED, recipient=subject_of(user.pk), by=by, at=at)


# Lost second factors


@transaction.atomic(durable=True)
def report_loss(*, user: User, at_once: bool, by: Actor, at: datetime) -> None:
    """Whoever acts has seen that somebody who lost their second factors is the person: by what they know, and all are
    removed after three days in which the person can stop it; or by a code to a channel on file, too, and they are
    removed now. Raises LossRefused, always for who must have a second factor."""
    _with_factors_alone(user)
    if must_have_second_factor(user, at):
        raise SecondFactorDemanded
    if not second_factors(user).exists():
        raise LossRefused
    waiting = Loss.objects.waiting().filter(user=user)
    if at_once:
        waiting.update(stopped_at=at)  # nothing is left for it to do
        remove_all_second_factors(user=user, by=by, at=at)
        return
    if waiting.exists():
        raise LossWaits
    loss = Loss.objects.create(user=user, reported_at=at, takes_effect_at=loss_takes_effect_at(at))
    record(verb=Verb.REPORT_LOSS, by=by, at=at, subject=subject_of(user.pk))
    send(kind=Notice.LOSS_REPORTED, recipient=subject_of(user.pk), about=str(loss.pk), by=by, at=at)


@transaction.atomic(durable=True)
def keep_second_factors(*, user: User, by: Actor, at: datetime) -> None:
    """What a caller reported is not so: nothing is removed."""
    _alone(user)
    stop_loss(user=user, by=by, at=at)


def stop_loss(*, user: User, by: Actor, at: datetime) -> None:
    if Loss.objects.waiting().filter(user=user).update(stopped_at=at):
        record(verb=Verb.KEEP_SECOND_FACTORS, by=by, at=at, subject=subject_of(user.pk))
        send(kind=Notice.KEPT, recipient=subject_of(user.pk), by=by, at=at)


def settle_losses(*, by: Actor, at: datetime) -> int:
    """Remove what nobody stopped; returns of how many."""
    due = list(Loss.objects.due(at).values_list("pk", flat=True))
    return sum(settle_loss(loss_id=pk, by=by, at=at) for pk in due)


@transaction.atomic(durable=True)
def settle_loss(*, loss_id: UUID, by: Actor, at: datetime) -> bool:
    """Whether it was still to be done. Who must have a second factor by now keeps theirs, and who has none has
    nothing to lose."""
    user = User.objects.get(losses=loss_id)
    _with_factors_alone(user)
    loss = Loss.objects.due(at).select_for_update().filter(pk=loss_id).first()
    if loss is None:
        return False
    if must_have_second_factor(user, at) or not second_factors(user).exists():
        stop_loss(user=user, by=by, at=at)
        return False
    loss.done_at = at
    loss.save(update_fields=["done_at"])
    remove_all_second_factors(user=user, by=by, at=at)
    return True


@transaction.atomic(durable=True)
def make_recovery_codes(*, user: User, by: Actor, at: datetime) -> list[str]:
    """New ones, which are shown this once; the old ones are over."""
    _alone(user)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    record(verb=Verb.MAKE_RECOVERY_CODES, by=by, at=at, subject=subject_of(user.pk))
    send(kind=Notice.RECOVERY_CODES, recipient=subject_of(user.pk), by=by, at=at)
    return codes


@transaction.atomic
def take_code(*, user: User, code: str, at: datetime) -> Authenticator:
    """Use a code of the person's app or one of their recovery codes; returns which of the two it was of. Of two that
    come with one code at once, one is refused. Raises ProofRefused."""
    factors = Authenticator.objects.select_for_update().filter(user=user)
    for factor in factors.filter(type=Authenticator.Type.TOTP):
        step = step_of(decrypt(factor.data["secret"]), typed(code), at=at, after=factor.data.get("used", -1))
        if step is not None:
            factor.data["used"] = step
            return _used(factor, at)
    for factor in factors.filter(type=Authenticator.Type.RECOVERY_CODES):
        if RecoveryCodes(factor).validate_code(typed(code)):
            factor.refresh_from_db()
            return _used(factor, at)
    raise ProofRefused


@transaction.atomic
def note_passkey(*, factor: Authenticator, at: datetime) -> Authenticator:
    return _used(factor, at)


def _used(factor: Authenticator, at: datetime) -> Authenticator:
    factor.last_used_at = at
    factor.save(update_fields=["data", "last_used_at"])
    stop_loss(user=factor.user, by=Actor(subject_of(factor.user_id)), at=at)  # whoever uses one has not lost it
    return factor


def _alone(user: User) -> None:
    """Changes of one person's second factors happen one after another."""
    User.objects.select_for_update().get(pk=user.pk)


def _with_factors_alone(user: User) -> None:
    """Whoever gives a factor locks it, and then what would remove it: in this order everywhere."""
    _alone(user)
    list(Authenticator.objects.select_for_update().filter(user=user).order_by("pk"))
