"""What may be asked of a person who signs in, and what they may take away."""

from collections.abc import Callable
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from accounts.models import Capacity, User
from accounts.outbox.vocabulary import Mail, Mailbox, Subject
from accounts.rules import ends_at, second_factor_is_demanded

from .models import Loss
from .registry import HOMES, WAYS, Way
from .vocabulary import Notice

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes only stand in for one of these, and go with the last of them."""


def second_factors(user: User) -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).order_by("created_at", "pk")


def must_have_second_factor(user: User, at: datetime) -> bool:
    return second_factor_is_demanded(set(Capacity.objects.live(at).filter(user=user).values_list("kind", flat=True)))


def may_remove(factor: Authenticator, at: datetime) -> bool:
    """Whether it is not the last second factor of somebody who must have one."""
    return second_factors(factor.user).exclude(pk=factor.pk).exists() or not must_have_second_factor(factor.user, at)


def loss_of(user: User) -> Loss | None:
    """What a caller reported, as long as it waits."""
    return Loss.objects.waiting().filter(user=user).first()


def compose_loss(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    loss = Loss.objects.waiting().filter(pk=about).first()
    return Mail("sign_in/loss_reported", Subject.SECURITY, {"takes_effect_at": loss.takes_effect_at}) if loss else None


def sessions_of(user: User, at: datetime) -> list[UserSession]:
    """Where the person is signed in, the last used first: what a request would still be answered for."""
    alive = {
        each.session_key: each.get_decoded()
        for each in Session.objects.filter(
            session_key__in=UserSession.objects.filter(user=user).values("session_key"), expire_date__gt=at
        )
    }
    kinds = set(Capacity.objects.live(at).filter(user=user).values_list("kind", flat=True))
    return [
        each
        for each in UserSession.objects.filter(user=user, session_key__in=alive).order_by("-last_seen_at", "-pk")
        if alive[each.session_key].get(HASH_SESSION_KEY) == user.get_session_auth_hash()
        and ends_at(began=each.created_at, seen=each.last_seen_at, kinds=kinds) > at
    ]


def ways_for(capacity: Capacity | None, at: datetime) -> list[Way]:
    """Where My account leads somebody who is this here."""
    return [way for ways_of in WAYS for way in ways_of(capacity, at)] if capacity else []


def home_of(capacity: Capacity | None) -> str:
    """The name of the page to which a person comes who is this here."""
    return HOMES.get(capacity.kind, "sign_in:account") if capacity else "sign_in:account"


def composed(notice: Notice) -> Callable[[str, Mailbox, datetime], Mail]:
    """What a notice says to its person is the same for everybody."""
    mail = Mail(template=f"sign_in/{notice.name.lower()}", subject=Subject.SECURITY)
    return lambda about, mailbox, at: mail
