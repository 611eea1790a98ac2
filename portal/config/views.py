"""The pages for what went wrong. They ask the database nothing, so that they come without one too."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page

from accounts.access import public

REASON = "whoever meets an error is told what to do next"


@public(REASON, reads=False)
def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address too long to go on with, or a form too large; also a host that is not ours."""
    return render(request, "400.html", status=400)


@gzip_page
@public(REASON, reads=False)
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


@public(REASON, reads=False)
def refused(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Also where a form without its CSRF token ends (``reason`` is Django's, in English, for a log)."""
    return render(request, "403.html", status=403)


@public(REASON, reads=False)
def failed(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
