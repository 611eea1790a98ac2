"""Keeps the secrets of second factors unreadable for whoever has the database alone."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

__all__ = ["InvalidToken", "decrypt", "encrypt"]


def cipher() -> MultiFernet:
    """The first of SECOND_FACTOR_KEYS encrypts; each of them decrypts what it encrypted."""
    return MultiFernet(
        [Fernet(urlsafe_b64encode(sha256(key.encode()).digest())) for key in settings.SECOND_FACTOR_KEYS]
    )


def encrypt(text: str) -> str:
    return cipher().encrypt(text.encode()).decode("ascii")


def decrypt(text: str, *, seconds: int | None = None) -> str:
    """Raises InvalidToken for what no key of ours encrypted, and for what is older than ``seconds``."""
    return cipher().decrypt(text.encode(), ttl=seconds).decode()
