"""Deny by default."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase


class DenyByDefault:
    """Refuses, with 403, every view that does not declare who may see it (``accounts.access``).

    It looks at the view alone. Django's own LoginRequiredMiddleware reads the user first, which costs
    every visitor with a cookie two queries under full rights.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any) -> None:
        if getattr(view, "access", None) is None:
            raise PermissionDenied("this view does not declare who may see it")
