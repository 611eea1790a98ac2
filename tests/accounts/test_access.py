"""A public view runs under a role that can read published tables only, and leaves no role behind."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import (
    DatabaseError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.test import Client

from accounts.access import public, public_role
from accounts.models import User
from directory.code_sets.models import State
from tests.accounts.pages import whoami

pytestmark = pytest.mark.urls("tests.accounts.pages")

PUBLIC = f"{settings.PUBLIC_ROLE} on {settings.PUBLIC_STATEMENT_TIMEOUT}"


@pytest.fixture(
    params=[
        pytest.param("nested", id="inside a transaction", marks=pytest.mark.django_db),
        pytest.param("outermost", id="with its own", marks=pytest.mark.django_db(transaction=True)),
    ]
)
def ordinary() -> Iterator[str]:
    """A database in both of the ways a view can meet it; afterwards the ordinary role is back, and writes."""
    State.objects.update_or_create(code="ZZ", defaults={"fips": 99, "name_en": "Nowhere", "name_es": "Ninguna parte"})
    before = whoami()
    yield before
    assert whoami() == before
    assert State.objects.filter(code="ZZ").exists()
    User.objects.create(username="still writable")


@pytest.fixture
def quiet(client: Client) -> Client:
    """A client that answers 500, as a browser sees it, where a view raised."""
    client.raise_request_exception = False
    return client


def test_the_view_runs_as_the_public_role(ordinary: str, client: Client) -> None:
    assert client.get("/fine/").content.decode() == PUBLIC


def test_a_view_that_calls_another_keeps_the_role_until_its_own_end(ordinary: str, client: Client) -> None:
    assert client.get("/calls_another/").content.decode() == f"{PUBLIC}|{PUBLIC}"


def test_a_template_is_rendered_under_the_role(ordinary: str, client: Client) -> None:
    answer = client.get("/rendered_late/")
    assert answer.is_rendered
    assert answer.context_data["who"]() == ordinary  # asked outside, the same function is ordinary again


def test_a_private_table_cannot_be_read(ordinary: str, client: Client) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        client.get("/reads_private/")


def test_a_view_that_swallows_the_refusal_leaves_no_role_behind(ordinary: str, client: Client) -> None:
    assert client.get("/swallows_the_refusal/").content == b"swallowed"


def test_nothing_can_be_written(ordinary: str, client: Client) -> None:
    with pytest.raises(DatabaseError, match="read-only transaction"):
        client.get("/writes/")


@pytest.mark.parametrize("path", ["/breaks/", "/reads_private/", "/writes/"])
def test_whoever_meets_an_error_sees_the_page_for_it(ordinary: str, quiet: Client, path: str) -> None:
    assert quiet.get(path).status_code == 500


def test_a_missing_page_is_missing(ordinary: str, client: Client) -> None:
    assert client.get("/is_missing/").status_code == 404


def test_a_statement_that_takes_too_long_is_stopped(ordinary: str, client: Client, settings: Any) -> None:
    settings.PUBLIC_STATEMENT_TIMEOUT = "50ms"
    with pytest.raises(OperationalError, match="statement timeout"):
        client.get("/sleeps/")


def test_every_piece_of_a_stream_is_made_under_the_role(ordinary: str, client: Client) -> None:
    answer = client.get("/streams/")
    assert whoami() == ordinary  # the view was left, and nothing was streamed yet
    pieces = iter(answer)
    assert next(pieces).decode() == f"{PUBLIC}\n"
    assert whoami() == ordinary  # a slow reader holds no role, and no transaction
    assert b"".join(pieces).decode() == f"{PUBLIC}\n" * 2


def hang_up(answer: Any) -> None:
    """The reader goes away. (The test client's own iterator ends the request without ending the test's
    transaction, which ``answer.close()`` would.)"""
    answer._iterator.close()


def test_a_stream_that_is_read_by_half_leaves_no_role_behind(ordinary: str, client: Client) -> None:
    answer = client.get("/streams/")
    next(iter(answer))
    hang_up(answer)
    assert whoami() == ordinary


def test_a_stream_that_nobody_reads_leaves_no_role_behind(ordinary: str, client: Client) -> None:
    hang_up(client.get("/streams/"))
    assert whoami() == ordinary


def test_a_stream_cannot_read_a_private_table(ordinary: str, client: Client) -> None:
    answer = client.get("/streams_private/")
    with pytest.raises(ProgrammingError, match="permission denied"):
        answer.getvalue()


def test_a_public_view_cannot_tell_who_asks(ordinary: str, client: Client) -> None:
    client.force_login(User.objects.create(username="amina"))
    client.cookies["anything"] = "else"
    assert client.get("/looks_at_the_visitor/").content.decode() == "[] {} None"


@pytest.mark.parametrize("path", ["/fine/", "/is_missing/", "/undeclared/", "/no-such-address/"])
def test_a_signed_in_visitor_gets_the_same_bytes_and_costs_no_more(
    db: None, client: Client, django_assert_num_queries: Any, path: str
) -> None:
    signed_in = Client()
    signed_in.force_login(User.objects.create(username="amina"))
    with connection.execute_wrapper(count_into(first := [])):
        stranger = client.get(path)
    with connection.execute_wrapper(count_into(second := [])):
        known = signed_in.get(path)
    assert known.content == stranger.content
    assert known.headers == stranger.headers
    assert second == first
    assert not known.cookies
    assert "Cookie" not in known.headers.get("Vary", "")


def count_into(statements: list[str]) -> Any:
    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql.split('"')[0])  # without the running number of a savepoint
        return execute(sql, params, many, context)

    return count


def test_a_broken_csrf_cookie_is_not_answered_with_a_cookie(db: None, client: Client) -> None:
    client.cookies[settings.CSRF_COOKIE_NAME] = "not a token"
    assert not client.get("/fine/").cookies


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_view_that_declares_nothing_is_refused_to_everyone(db: None, client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(User.objects.create(username="amina"))
    assert client.get("/undeclared/").status_code == 403


def test_a_page_that_promised_to_read_nothing_comes_without_a_database(client: Client) -> None:
    """Without the database fixture pytest-django refuses every connection."""
    assert client.get("/promises_to_read_nothing/").content == b"nothing read"


def test_a_page_that_promised_to_read_nothing_cannot_read(db: None, client: Client) -> None:
    with pytest.raises(RuntimeError, match="declared to read nothing"):
        client.get("/breaks_the_promise/")


def test_a_connection_lost_inside_the_role_is_not_replaced_by_an_ordinary_one(transactional_db: None) -> None:
    parameters = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in ("host", "port", "user", "password", "dbname")
    }

    def lose_it_and_go_on() -> None:
        with public_role():
            with psycopg.connect(**parameters, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
            with pytest.raises(OperationalError):
                State.objects.count()
            User.objects.count()

    with pytest.raises(DatabaseError):
        lose_it_and_go_on()
    connection.close()


def test_what_a_view_asks_to_run_on_commit_never_runs_in_a_nested_block(
    db: None, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks, public_role():
        transaction.on_commit(lambda: None)
    assert callbacks == []


def test_releasing_a_savepoint_would_have_kept_the_role(db: None) -> None:
    """Why a nested block rolls back: this is what PostgreSQL does otherwise."""
    with transaction.atomic():  # the test's own room, put right at its end
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [settings.PUBLIC_ROLE])
        assert whoami().split()[0] == settings.PUBLIC_ROLE
        transaction.set_rollback(True)
    assert whoami().split()[0] != settings.PUBLIC_ROLE


def test_an_asynchronous_view_is_not_declared_public() -> None:
    async def view(request: Any) -> None: ...

    with pytest.raises(TypeError, match="not asynchronous"):
        public("a test")(view)  # type: ignore[arg-type]
