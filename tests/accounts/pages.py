"""Views that leave the public role in every way a view can be left, for the tests of ``accounts.access``."""

from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import include, path

from accounts.access import public
from accounts.models import User
from directory.code_sets.models import State


def whoami() -> str:
    """The role, whether it may write, and how long a statement may take: ``tessera_public on 5s``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user || ' ' || current_setting('transaction_read_only')"
            " || ' ' || current_setting('statement_timeout')"
        )
        return str(cursor.fetchone()[0])


@public("a test")
def fine(request: HttpRequest) -> HttpResponse:
    return HttpResponse(whoami())


@public("a test")
def calls_another(request: HttpRequest) -> HttpResponse:
    inner = fine(request)
    return HttpResponse(inner.content.decode() + "|" + whoami())


@public("a test")
def rendered_late(request: HttpRequest) -> TemplateResponse:
    return TemplateResponse(request, "404.html", {"states": State.objects.all(), "who": whoami})


@public("a test")
def reads_private(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(User.objects.count()))


@public("a test")
def swallows_the_refusal(request: HttpRequest) -> HttpResponse:
    try:
        User.objects.count()
    except DatabaseError:
        return HttpResponse("swallowed")
    return HttpResponse("read")


@public("a test")
def writes(request: HttpRequest) -> HttpResponse:
    State.objects.all().delete()
    return HttpResponse("written")


@public("a test")
def breaks(request: HttpRequest) -> HttpResponse:
    State.objects.count()
    raise RuntimeError("broken")


@public("a test")
def is_missing(request: HttpRequest) -> HttpResponse:
    raise Http404


@public("a test")
def sleeps(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")
    return HttpResponse("awake")


@public("a test")
def streams(request: HttpRequest) -> StreamingHttpResponse:
    def pieces() -> Iterator[str]:
        for _ in range(3):
            yield whoami() + "\n"

    return StreamingHttpResponse(pieces())


@public("a test")
def streams_private(request: HttpRequest) -> StreamingHttpResponse:
    def pieces() -> Iterator[str]:
        yield "head\n"
        yield str(User.objects.count())

    return StreamingHttpResponse(pieces())


@public("a test")
def looks_at_the_visitor(request: HttpRequest) -> HttpResponse:
    seen = [name for name in ("session", "user", "auser") if hasattr(request, name)]
    return HttpResponse(f"{seen} {dict(request.COOKIES)} {request.headers.get('Cookie')}")


@public("a test", reads=False)
def promises_to_read_nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nothing read")


@public("a test", reads=False)
def breaks_the_promise(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(State.objects.count()))


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody said who may see this")


urlpatterns = [
    path(f"{view.__name__}/", view)
    for view in (
        fine,
        calls_another,
        rendered_late,
        reads_private,
        swallows_the_refusal,
        writes,
        breaks,
        is_missing,
        sleeps,
        streams,
        streams_private,
        looks_at_the_visitor,
        promises_to_read_nothing,
        breaks_the_promise,
        undeclared,
    )
]
# The pages for errors link to these.
urlpatterns += [
    path("home/", include(([path("", fine, name="home")], "home"))),
    path("find-care/", include(([path("", fine, name="results")], "search"))),
]
handler403 = "portal.config.views.refused"
handler404 = "portal.config.views.not_found"
handler500 = "portal.config.views.failed"
