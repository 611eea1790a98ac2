"""A log line says what happened and where. No value, and no query string, is ever in one."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from accounts.access import public
from accounts.models import User
from portal.config.logging import Discreet, logging_for

SECRET = "Warsame-1987"  # stands for whatever somebody typed, is called or was told


@public("a test of the log")
def breaks(request: HttpRequest, word: str = "") -> HttpResponse:
    try:
        raise KeyError(request.GET["q"])
    except KeyError as error:
        raise RuntimeError(f"nobody is called {request.GET['q']}") from error


stand_in = ([path("", breaks, name="home"), path("find/", breaks, name="results")], "home")
urlpatterns = [
    path("breaks/<str:word>/", breaks),
    path("home/", include(stand_in)),
    path("search/", include((stand_in[0], "search"))),
]
handler403 = "portal.config.views.refused"
handler404 = "portal.config.views.not_found"
handler500 = "portal.config.views.failed"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the site writes, with the formatter of its settings."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def quiet(client: Client) -> Client:
    client.raise_request_exception = False
    return client


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_an_exception_is_told_by_its_type_and_place(log: io.StringIO, quiet: Client) -> None:
    assert quiet.get(f"/breaks/{SECRET}/", {"q": SECRET}).status_code == 500
    line = log.getvalue()
    assert SECRET not in line
    assert "?" not in line
    assert "GET /breaks/<str:word>/ 500" in line
    assert "RuntimeError at tests/portal/config/test_logging.py:" in line
    assert "caused by" in line
    assert "KeyError" in line
    assert len(line.splitlines()) == 1


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_an_address_that_is_none_of_ours_is_not_repeated(log: io.StringIO, quiet: Client) -> None:
    quiet.get(f"/member/{SECRET}/?q={SECRET}")
    assert SECRET not in log.getvalue()
    assert "GET (no such address) 404" in log.getvalue()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_wrong_host_is_not_repeated(log: io.StringIO, quiet: Client) -> None:
    quiet.get("/home/", headers={"host": f"{SECRET}.example"})
    assert SECRET.lower() not in log.getvalue().lower()
    assert "django.security.DisallowedHost" in log.getvalue()


@pytest.mark.django_db
def test_what_the_database_says_about_a_row_is_not_repeated(log: io.StringIO) -> None:
    User.objects.create(username=SECRET)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        User.objects.create(username=SECRET)
    assert SECRET in str(refused.value)  # PostgreSQL quotes the row
    logging.getLogger("portal.somewhere").error("a row was refused", exc_info=refused.value)
    assert "a row was refused | django.db.utils.IntegrityError at " in log.getvalue()
    assert SECRET not in log.getvalue()


@pytest.mark.parametrize(
    ("name", "message", "args", "line"),
    [
        ("directory.intake", "%s rows read", (7,), "INFO directory.intake: 7 rows read"),
        (
            "somebody.else",
            "looked for %s in %.2f s",
            (SECRET, 0.5),
            "INFO somebody.else: looked for … in … s",
        ),
        ("somebody.else", f"looked for {SECRET}", (), "INFO somebody.else: test_logging:"),
        (
            "django.server",
            '"%s" %s %s',
            (f"GET /find-care/?q={SECRET} HTTP/1.1", "200", "512"),
            "INFO django.server: GET /find-care/ 200",
        ),
        ("django.server", "%s", (f"a broken pipe from {SECRET}",), "INFO django.server: test_logging:"),
    ],
)
def test_who_speaks_decides_what_is_filled_in(
    log: io.StringIO, name: str, message: str, args: tuple[Any, ...], line: str
) -> None:
    logger = logging.getLogger(name)
    level, propagate, handlers = logger.level, logger.propagate, logger.handlers
    logger.setLevel("INFO")
    logger.propagate, logger.handlers = True, []
    try:
        logger.info(message, *args)
    finally:
        logger.setLevel(level)
        logger.propagate, logger.handlers = propagate, handlers
    assert line in log.getvalue()
    assert SECRET not in log.getvalue()


def test_an_exception_that_causes_itself_is_told_once() -> None:
    one, other = ValueError(SECRET), KeyError(SECRET)
    one.__cause__, other.__cause__ = other, one
    record = logging.LogRecord("portal.x", logging.ERROR, __file__, 1, "odd", (), (ValueError, one, None))
    line = Discreet().format(record)
    assert line.count("ValueError") == 1
    assert SECRET not in line


def test_nothing_is_written_in_another_way() -> None:
    configured = logging_for("INFO")
    assert {handler["formatter"] for handler in configured["handlers"].values()} == {"discreet"}
    assert all(not logger.get("handlers") for logger in configured["loggers"].values())


@pytest.mark.django_db
def test_statements_are_sent_without_their_values() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT query, %s FROM pg_stat_activity WHERE pid = pg_backend_pid()", [SECRET])
        [(statement, _)] = cursor.fetchall()
    assert SECRET not in statement
    assert "$1" in statement
