"""The two conversations with a browser about a passkey: a challenge out, an answer back. The challenge stays in the
session until it was answered well."""

from struct import error
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError

from accounts.models import User

from .errors import PasskeyRefused

MALFORMED = (
    *(ValidationError, ValueError, TypeError, LookupError, AttributeError),
    *(RecursionError, OverflowError, NotImplementedError, error),
)
"""What the libraries raise for an answer that is none, down to its bytes."""


def invitation(user: User | None) -> dict[str, Any]:
    """What ``navigator.credentials.get`` is asked. Without a person, for any passkey of this site that the device
    has. The device makes sure of its person each time: so a passkey is both factors at once."""
    return auth.begin_authentication(user)


def answered(user: User | None, credential: dict[str, Any]) -> Authenticator:
    """The passkey that answered, of that person or of whoever it names. Raises PasskeyRefused, for somebody whose
    account is closed too."""
    try:
        auth.parse_authentication_response(credential)
        factor = auth.complete_authentication(user or auth.extract_user_from_response(credential), credential)
    except MALFORMED:
        raise PasskeyRefused from None
    if not factor.user.is_active:
        raise PasskeyRefused
    return factor


def offer(user: User) -> dict[str, Any]:
    """What ``navigator.credentials.create`` is asked: a passkey that signs in by itself."""
    return auth.begin_registration(user, passwordless=True)


def accepted(credential: dict[str, Any]) -> None:
    """Raises PasskeyRefused unless the answer is to our challenge, from our address, and its device made sure of its
    person."""
    try:
        auth.parse_registration_response(credential)
        made = auth.complete_registration(credential)
    except MALFORMED:
        raise PasskeyRefused from None
    if not made.is_user_verified():
        raise PasskeyRefused
