"""How often one address may ask the JSON API."""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from rest_framework.throttling import SimpleRateThrottle

View = Callable[..., HttpResponseBase]


class AddressThrottle(SimpleRateThrottle):
    """Counts addresses, not people: under a keyed digest, forgotten with the minute or hour that API_RATE names."""

    rate = settings.API_RATE

    def get_cache_key(self, request: Any, view: Any) -> str:
        address = self.get_ident(request).encode()
        return "api-" + hmac.digest(settings.SECRET_KEY.encode(), address, "sha256").hex()[:32]


def may_ask(throttle: AddressThrottle, request: HttpRequest) -> bool:
    """Whether the address may ask once more. A server whose login reads public tables only cannot count in a table of
    the database: it serves uncounted, and wants CACHE_URL."""
    try:
        with transaction.atomic():
            return bool(throttle.allow_request(request, None))  # type: ignore[arg-type]
    except DatabaseError:
        return True


def counted(view: View) -> View:
    """Refuse who asks too often, before the database role is taken: counting must write."""

    @wraps(view)
    def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        throttle = AddressThrottle()
        if may_ask(throttle, request):
            return view(request, *args, **kwargs)
        response = JsonResponse({"detail": "Too many requests. Wait, then ask again."}, status=429)
        response["Retry-After"] = str(int(throttle.wait() or 60) + 1)
        return response

    return refusing
