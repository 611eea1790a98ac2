"""Whether somebody is who they say: a password or a code, each try counted before it is looked at."""

from datetime import datetime
from typing import TypeGuard

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.access import actor_of
from accounts.models import User

from . import guessing, operations
from .errors import PasswordRefused, ProofRefused
from .vocabulary import Proof


def whose_password(request: HttpRequest, username: str, password: str, at: datetime) -> User:
    """Raises PasswordRefused, the same and at the same cost for a wrong password, a name that is nobody's and somebody
    whose account is closed; LockedFor after too many of those."""
    owner = guessing.owner_of(username)
    allowances = guessing.of_password(request, username, owner)
    guessing.count(allowances, at)
    if not fits(owner, password):
        operations.note_failure(user=owner, proof=Proof.PASSWORD, by=actor_of(request), at=at)
        raise PasswordRefused
    guessing.give_back(allowances)
    return owner


def fits(owner: User | None, password: str) -> TypeGuard[User]:
    if owner is None:
        make_password(password)  # as dear as looking at one
        return False
    return owner.check_password(password) and owner.is_active


def whose_code(request: HttpRequest, user: User, code: str, at: datetime) -> Authenticator:
    """What the code is of: the person's app or their recovery codes. Raises ProofRefused and LockedFor."""
    allowances = guessing.of_code(request, user)
    guessing.count(allowances, at)
    try:
        factor = operations.take_code(user=user, code=code, at=at)
    except ProofRefused:
        operations.note_failure(user=user, proof=Proof.APP, by=actor_of(request), at=at)
        raise
    guessing.give_back(allowances)
    return factor
