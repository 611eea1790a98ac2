import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.outbox import registry
from accounts.outbox.operations import send
from accounts.vocabulary import program
from tests.accounts.outbox.kinds import compose_code, compose_notice
from tests.builders.mail import PATIENCE_SECONDS, PostOffice

ROOT = Path(__file__).resolve().parents[3]

Worker = "subprocess.Popen[bytes]"


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.KINDS, "test-notice", registry.Kind(once=False, compose=compose_notice))
    monkeypatch.setitem(registry.KINDS, "test-code", registry.Kind(once=True, compose=compose_code))


@pytest.fixture
def amina(db: None) -> User:
    return User.objects.create(username="amina", email="amina@example.org", language="en")


@pytest.fixture
def queue(amina: User) -> Callable[..., UUID]:
    """Queues a message to Amina, in a transaction of its own: ``queue("test-notice")``."""

    def queue(kind: str, **more: Any) -> UUID:
        with transaction.atomic():
            return send(
                **{"recipient": f"user:{amina.pk}", "by": program("test"), "at": timezone.now(), "kind": kind} | more
            )

    return queue


@pytest.fixture
def start(post_office: PostOffice) -> Iterator[Callable[..., Any]]:
    """Starts a process of the site beside the tests, on their database and mail server:
    ``start("manage.py", "outbox_worker")``. It is killed at the end."""
    started: list[Any] = []

    def start(*command: str, **variables: str) -> Any:
        started.append(
            subprocess.Popen([sys.executable, *command], cwd=ROOT, env=surroundings(post_office) | variables)
        )
        return started[-1]

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


def surroundings(post_office: PostOffice) -> dict[str, str]:
    database = settings.DATABASES["default"]
    login = f"{database['USER']}:{quote(database['PASSWORD'])}" if database["PASSWORD"] else database["USER"]
    url = f"postgresql://{login}@:{database['PORT'] or 5432}/{database['NAME']}?host={quote(database['HOST'], safe='')}"
    return {
        "PATH": os.environ["PATH"],
        "DEPLOYMENT": "test",
        "DJANGO_SETTINGS_MODULE": "tests.accounts.outbox.worker_settings",
        "DATABASE_URL": url,
        "EMAIL_URL": post_office.url,
    }


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something that another process does."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < patience, f"in vain was waited until {what}"
        time.sleep(0.02)
