"""The site's login reads and writes rows, and can change neither a table nor what only grows."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.portal.demo.served import database

ROOT = Path(__file__).resolve().parents[3]

ANSWER = """
import django; django.setup()
from django.test import Client
from django.utils import timezone
from accounts.audit.models import AuditSeal
from accounts.vocabulary import Actor
from directory.publication.operations import choose
from directory.self_description.vocabulary import Display, Field
from tests.builders.network import a_clinician, a_location
clinician = a_clinician(npi=2000000002, at=a_location())
choose(clinician=clinician, field=Field.GENDER, display=Display.PRIVATE, by=Actor("user:1"), at=timezone.now())
assert AuditSeal.objects.exists()
print(Client().get("/find-care/?q=Warsame", headers={"host": "localhost"}).status_code)
"""


@pytest.fixture(scope="module")
def logins(worker_id: str) -> Iterator[dict[str, str]]:
    """A database with an owner and the site's login apart: the environment of a process that knows both."""
    name = f"test_logins_{worker_id}"
    address = urlsplit(os.environ["DATABASE_URL"])
    owner, site = f"{name}_owner", f"{name}_site"
    with database(name), psycopg.connect(address._replace(path=f"/{name}").geturl(), autocommit=True) as connection:
        for login, may in ((owner, "CREATEROLE"), (site, "")):
            connection.execute(f"CREATE ROLE {login} LOGIN {may} PASSWORD 'of the tests'")
        try:
            connection.execute(f"GRANT CREATE ON DATABASE {name} TO {owner}; GRANT CREATE ON SCHEMA public TO {owner}")
            yield {
                "DEPLOYMENT": "test",
                "DATABASE_URL": with_login(address, site, name),
                "DATABASE_OWNER_URL": with_login(address, owner, name),
            }
        finally:
            for login in (site, owner):
                connection.execute(sql.SQL("DROP OWNED BY {0} CASCADE; DROP ROLE {0}").format(sql.Identifier(login)))


def with_login(address: SplitResult, login: str, name: str) -> str:
    host = address.netloc.rpartition("@")[2]
    return address._replace(netloc=f"{login}:of%20the%20tests@{host}", path=f"/{name}").geturl()


@pytest.fixture(scope="module")
def migrated(logins: dict[str, str]) -> dict[str, str]:
    for command in ("migrate", "load_code_sets"):
        done = run(logins, ROOT / "manage.py", command)
        assert done.returncode == 0, done.stderr
    return logins


def run(environment: dict[str, str], *command: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.config.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_site_works_as_a_login_that_owns_nothing(migrated: dict[str, str]) -> None:
    done = run(migrated | {"DATABASE_OWNER_URL": ""}, "-c", ANSWER)
    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'user:2'",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER USER",
        "DROP TABLE audit_seal",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN old; END'",
        "CREATE TABLE of_my_own (id integer)",
        "ALTER TABLE accounts_user ADD of_my_own integer",
    ],
)
def test_the_sites_login_may_not(migrated: dict[str, str], statement: str) -> None:
    with psycopg.connect(migrated["DATABASE_URL"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_whoever_runs_the_site_makes_the_listing_anew_as_the_owner(migrated: dict[str, str]) -> None:
    for command in ("publish_listing", "renumber_listing"):
        done = run(migrated, ROOT / "manage.py", command)
        assert done.returncode == 0, done.stderr
    another = ANSWER.replace("2000000002", "2000000010").replace("a_location()", "a_location(source_key='another')")
    done = run(migrated | {"DATABASE_OWNER_URL": ""}, "-c", another)
    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


def test_the_deployment_check_warns_of_a_site_that_owns_its_tables(migrated: dict[str, str]) -> None:
    check = (ROOT / "manage.py", "check", "--deploy", "--database", "default")
    assert "public_role.W002" not in run(migrated, *check).stderr
    as_owner = migrated | {"DATABASE_URL": migrated["DATABASE_OWNER_URL"], "DATABASE_OWNER_URL": ""}
    assert "public_role.W002" in run(as_owner, *check).stderr
