"""What is wrong with a database is said in a sentence that names whom to ask, and for what."""

import pytest
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.db import connection

from accounts.public_role.checks import (
    QUIET_LOG,
    log_problems,
    role_can_be_taken,
    role_problem,
    server_problems,
)


@pytest.mark.django_db
def test_the_database_of_these_tests_fits() -> None:
    found = run_checks(tags=[Tags.database], databases=["default"])
    assert [problem for problem in found if problem.id.startswith("public_role.E")] == []


@pytest.mark.parametrize("major", [15, 16, 17, 18])
def test_the_versions_we_tried_fit(major: int) -> None:
    assert server_problems(major, "UTF8", True) == []


@pytest.mark.parametrize(
    ("major", "encoding", "folds", "problem", "said"),
    [
        (14, "UTF8", True, "public_role.E002", "PostgreSQL 14"),
        (19, "UTF8", True, "public_role.E002", "15 to 18"),
        (15, "SQL_ASCII", False, "public_role.E003", "SQL_ASCII"),
        (15, "UTF8", False, "public_role.E004", "accents"),
    ],
)
def test_another_server_is_refused(major: int, encoding: str, folds: bool, problem: str, said: str) -> None:
    [found] = server_problems(major, encoding, folds)
    assert found.id == problem
    assert said in found.msg
    assert found.hint


@pytest.mark.django_db
def test_a_login_that_may_neither_take_nor_make_the_role_is_told_what_to_ask_for() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE tessera_test_login")
        cursor.execute("SET SESSION AUTHORIZATION tessera_test_login")
        try:
            [found] = role_can_be_taken(None, databases=["default"])
        finally:
            cursor.execute("RESET SESSION AUTHORIZATION")
    assert found.id == "public_role.E001"
    assert f'GRANT "{settings.PUBLIC_ROLE}" TO "tessera_test_login";' in str(found.hint)


def test_a_role_that_does_not_exist_is_asked_for_too() -> None:
    assert 'CREATE ROLE "p" NOLOGIN NOINHERIT; GRANT "p" TO "me";' in str(
        role_problem('"p"', '"me"', exists=False).hint
    )


def test_a_log_that_keeps_no_values_is_not_mentioned() -> None:
    assert log_problems('"tessera"', dict(QUIET_LOG)) == []


@pytest.mark.parametrize("name", QUIET_LOG)
def test_each_setting_that_would_write_values_is_named_with_what_to_ask_for(name: str) -> None:
    [found] = log_problems('"tessera"', QUIET_LOG | {name: "other"})
    assert name in found.msg
    assert f"ALTER DATABASE \"tessera\" SET {name} = '{QUIET_LOG[name]}';" in str(found.hint)
