"""How whoever keeps a copy learns whether it is still true."""

import hashlib
from calendar import timegm
from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags

View = Callable[..., HttpResponseBase]
KEPT_BY_304 = ("Cache-Control", "ETag", "Last-Modified", "Vary", "X-Robots-Tag")


def revalidated(view: View) -> View:
    """A copy may be kept, and is asked about each time: an answer bears a digest of its bytes, and who has the same
    is told 304. A streamed answer has no digest unless the view gives it one."""

    @wraps(view)
    def asked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-cache")
        if response.status_code == 200 and not response.streaming:
            response["ETag"] = etag_of(hashlib.sha256(response.content).hexdigest())  # type: ignore[attr-defined]
        return unless_kept(request, response)

    return asked


def etag_of(digest: str) -> str:
    return f'"{digest[:32]}"'


def unless_kept(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """304 for who has these very bytes, by If-None-Match alone. Last-Modified is a day, and something may be taken back
    on the day on which it was shown: If-Modified-Since is therefore never believed."""
    patch_vary_headers(response, ("Accept-Encoding",))
    kept = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    if response.status_code != 200 or not kept & {response.get("ETag"), "*" if "ETag" in response else None}:
        return response
    same = HttpResponseNotModified()
    for name in KEPT_BY_304:
        if name in response:
            same[name] = response[name]
    return same


def last_modified(response: HttpResponseBase, days: Iterable[str | None]) -> None:
    """The latest of the days that the answer itself shows. Nothing that is not shown moves it."""
    if shown := [date.fromisoformat(day) for day in days if day]:
        response["Last-Modified"] = http_date(timegm(max(shown).timetuple()))
