"""How often somebody may be wrong, and what a stranger cannot do with that to the owner of an account.

Each try is counted before it is looked at, and given back if it was right. A browser that the account knows counts for
itself, and so does the one in which its password was reset: there a new password is a new count. What strangers guessed
stays counted for strangers. A passkey and the reset of the password are always open.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.known import browser_of
from accounts.models import User
from accounts.rules import folded

from . import operations
from .errors import LockedFor
from .vocabulary import (
    GUESSES,
    GUESSES_OF_AN_ADDRESS,
    GUESSES_PER_DAY,
    INVITATIONS_OF_AN_ADDRESS,
    MINUTES_PER_GUESS,
    SECONDS_PER_GUESS_OF_AN_ADDRESS,
)


@dataclass(frozen=True)
class Allowance:
    """So many guesses at once, and one more in each such time."""

    key: str
    guesses: int
    each: timedelta


def owner_of(username: str) -> User | None:
    with suppress(User.DoesNotExist):
        return User.objects.get_by_natural_key(username)
    return None


def of_password(request: HttpRequest, username: str, owner: User | None) -> list[Allowance]:
    """Strangers are counted by the name alone, the same whether or not it is somebody's, and together with everybody at
    their address. A browser that the account knows is counted by itself: no neighbor shuts its person out."""
    if owner and (browser := browser_of(request, owner)):
        return _of(f"password:{owner.pk}:{owner.credentials_version}:{browser}")
    return [_of_address(request), *_of(f"password:{folded(username)}")]


def of_code(request: HttpRequest, user: User) -> list[Allowance]:
    return [_of_address(request), *_of(f"code:{user.pk}:{user.credentials_version}")]


def of_invitation(request: HttpRequest) -> list[Allowance]:
    """A stranger's browser that asks for the challenge of a passkey is given a session, which is a row."""
    return [Allowance(_key(f"invitation:{get_ip(request)}"), INVITATIONS_OF_AN_ADDRESS, timedelta(seconds=1))]


def renew(user: User) -> None:
    """A whole count of passwords and codes again, for browsers that the account does not know, too. For operations that
    have seen who the person is, and tell the audit."""
    each = (*_of(f"password:{folded(user.username)}"), *_of(f"code:{user.pk}:{user.credentials_version}"))
    operations.forget_guesses_at(keys=[allowance.key for allowance in each])


def _of_address(request: HttpRequest) -> Allowance:
    each = timedelta(seconds=SECONDS_PER_GUESS_OF_AN_ADDRESS)
    return Allowance(_key(f"address:{get_ip(request)}"), GUESSES_OF_AN_ADDRESS, each)


def _of(whom: str) -> list[Allowance]:
    return [
        Allowance(_key(whom), GUESSES, timedelta(minutes=MINUTES_PER_GUESS)),
        Allowance(_key(f"day:{whom}"), GUESSES_PER_DAY, timedelta(days=1) / GUESSES_PER_DAY),
    ]


def _key(text: str) -> str:
    return salted_hmac("accounts.sign_in.guessing", text, algorithm="sha256").hexdigest()


def count(allowances: list[Allowance], at: datetime) -> None:
    """Raises LockedFor when one of them is used up."""
    spent: list[Allowance] = []
    for each in allowances:
        if not operations.spend_guess(key=each.key, guesses=each.guesses, each=each.each, at=at):
            give_back(spent)
            raise LockedFor
        spent.append(each)


def give_back(allowances: list[Allowance]) -> None:
    for each in allowances:
        operations.return_guess(key=each.key, each=each.each)
