"""What every template may name."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


def site(request: HttpRequest) -> dict[str, Any]:
    """``plan``; ``language`` and ``direction`` of the page; ``languages`` it can be read in.

    Each language has ``code``, ``name`` (in itself), ``direction``, ``current`` and ``url``, the address
    of this page in it with the query kept. A public page reads no session, so nobody's name is here.
    """
    current = translation.get_language() or settings.LANGUAGE_CODE
    return {
        "plan": settings.PLAN,
        "language": current,
        "direction": direction(current),
        "languages": [
            {
                "code": code,
                "name": name,
                "direction": direction(code),
                "current": code == current,
                "url": address_in(code, request.get_full_path(), current),
            }
            for code, name in settings.LANGUAGES
        ],
    }


def direction(language: str) -> str:
    return "rtl" if language.split("-")[0] in settings.LANGUAGES_BIDI else "ltr"


def address_in(language: str, path: str, current: str) -> str:
    """The same page in another language: ``/find-care/?q=x`` and ``/es/find-care/?q=x``. Of this site, whatever stands
    in the path: two slashes would begin the name of another."""
    plain = path
    if current != settings.LANGUAGE_CODE and path.startswith(f"/{current}/"):
        plain = "/" + path[len(current) + 1 :].lstrip("/")
    return plain if language == settings.LANGUAGE_CODE else f"/{language}{plain}"
