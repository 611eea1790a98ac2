"""What every test stands on: a database, no network beyond this machine, and a browser for those that ask."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck, settings

from portal.config.database import see_to_a_database

# Before anything reads the settings: named in pyproject.toml they would be read before this file is. The
# workers of pytest-xdist inherit all of it, the server too.
os.environ["DEPLOYMENT"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.config.settings"
for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "PLAN_FILE", "TRUSTED_PROXY", "EMAIL_URL", "EMAIL_FROM"):
    os.environ.pop(name, None)
# A broker is for the tests that ask for one, in a corner of its own: tests/builders/brokers.py
if broker := os.environ.pop("BROKER_URL", ""):
    os.environ["BROKER_OF_TESTS"] = broker
# Each worker empties its own cache, not that of another in the middle of a count. Redis has sixteen.
if redis := os.environ.get("CACHE_URL"):
    first = urlsplit(redis)
    number = int(first.path.strip("/") or 0) + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    os.environ["CACHE_URL"] = first._replace(path=f"/{number % 16}").geturl()
# Playwright's synchronous interface runs an event loop in the thread of the test.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
see_to_a_database(os.environ)
django.setup()

from tests.builders.mail import post_office  # noqa: E402, F401 (a fixture)
from tests.builders.publishing import CODE_SET_TABLES, load_for_all, restore_code_sets, see_to_code_sets  # noqa: E402

CI = bool(os.environ.get("CI"))
COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}
settings.register_profile("default", max_examples=25, **COMMON)
settings.register_profile("ci", max_examples=25, derandomize=True, print_blob=True, **COMMON)
settings.register_profile("brief", max_examples=10, derandomize=True, print_blob=True, **COMMON)
settings.register_profile("long", max_examples=1000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if CI else "default"))

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOPBACK = ("127.", "::1", "localhost")


class NetworkRefusedError(Exception):
    """A test tried to leave this machine."""


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Iterator[None]:
    """Whatever a test opens, it opens on this machine: a plan's data go nowhere else."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise NetworkRefusedError(f"a test tried to reach {address[0]}")
        connect(self, address)

    socket.socket.connect = refuse  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Each test begins in English, and whatever language it turns to ends with it."""
    with translation.override("en"):
        yield


KEPT_TABLES = {"django_content_type", "auth_permission"}  # what migrating wrote


@pytest.fixture(scope="session", autouse=True)
def tables_are_emptied_quickly() -> Iterator[None]:
    """After a test that commits only the tables with rows are emptied, and the code sets are as they were loaded:
    Django's own way truncates every one, which takes half a second, and migrates anew. Who is no superuser of the
    server has that one."""
    thoroughly = TransactionTestCase._fixture_teardown
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: empty_tables() or thoroughly(test))
        yield


@transaction.atomic
def empty_tables() -> bool:
    """Whether it could be done."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    tables -= KEPT_TABLES | CODE_SET_TABLES
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            return False
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (TABLE {table})" for table in tables))
        filled = [table for (table,) in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger refuses, no foreign key is asked
        for table in filled:
            cursor.execute(f"DELETE FROM {table}")
    restore_code_sets()
    return True


@pytest.fixture(scope="session")
def codes_for_all(django_db_setup: None, django_db_blocker: Any) -> None:
    """The project's own code sets, committed once for every test that rolls back."""
    with django_db_blocker.unblock():
        load_for_all()


@pytest.fixture
def codes(codes_for_all: None, db: None) -> None:
    """A database that knows its codes, also after a test that emptied the tables."""
    see_to_code_sets()


@pytest.fixture
def wrong_on_purpose() -> None:
    """Asked for by a test that leaves the listing wrong, to see that this is noticed."""


@pytest.fixture
def shared_data() -> Path:
    """The folder of real files that are too large for the repository, named in SHARED_DATA; a test without it is
    skipped."""
    named = os.environ.get("SHARED_DATA")
    if not named:
        pytest.skip("The large real files are not here: SHARED_DATA names no folder.")
    return Path(named)


def chromium_path() -> str | None:
    """A Chromium that is installed: CHROMIUM, or the first of the usual names on the PATH. The shell is the same
    without windows, and opens a page three times as fast."""
    named = os.environ.get("CHROMIUM")
    usual = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in usual)
    return named or next((path for path in found if path), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running Chromium (playwright's Browser). Where there is none the test is skipped, in CI it fails."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = chromium_path()
    if path is None or not Path(path).exists():
        say = "No Chromium was found: install Debian's package chromium, or name one in CHROMIUM."
        (pytest.fail if CI else pytest.skip)(say)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, live_server: Any) -> Iterator[Any]:
    """An empty page in a browser of its own: no cookie, nothing kept; ``page.goto("/find-care/")`` works."""
    context = chromium.new_context(base_url=live_server.url, locale="en-US", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
