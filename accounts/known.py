"""Browsers that an account knows: somebody signed in to it there, or finished a reset, with the credentials of now.

Such a browser has wrong guesses of its own, so that whoever guesses elsewhere does not lock the owner out. Its cookie
holds a random number and a keyed digest of that number and each account: no name, and nothing that opens anything.
A new password ends the digests of before, or else a thief would keep browsers to guess the new one in.
"""

import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import User
from .vocabulary import KNOWN_BROWSER_COOKIE, KNOWN_BROWSER_DAYS, KNOWN_PEOPLE

NUMBER = re.compile(r"[A-Za-z0-9_-]{22}")


def browser_of(request: HttpRequest, user: User | None) -> str:
    """The number of the browser if the account knows it; else empty."""
    browser, marks = _read(request)
    expected = _mark(browser, user)
    return browser if user and any(constant_time_compare(mark, expected) for mark in marks) else ""


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """From here on the account knows this browser. ``user`` is as the database has it after what was done."""
    browser, marks = _read(request)
    browser = browser or secrets.token_urlsafe(16)
    mark = _mark(browser, user)
    marks = [mark, *(each for each in marks if each != mark)][:KNOWN_PEOPLE]
    response.set_cookie(
        KNOWN_BROWSER_COOKIE,
        ".".join([browser, *marks]),
        max_age=KNOWN_BROWSER_DAYS * 24 * 60 * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    browser, *marks = request.COOKIES.get(KNOWN_BROWSER_COOKIE, "").split(".")
    return (browser, marks[:KNOWN_PEOPLE]) if NUMBER.fullmatch(browser) else ("", [])


def _mark(browser: str, user: User | None) -> str:
    whom = f"{user.pk}:{user.credentials_version}" if user else ""
    return salted_hmac("accounts.known", f"{browser}:{whom}", algorithm="sha256").hexdigest()
