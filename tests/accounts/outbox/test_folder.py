"""Where there is no mail server a mail is a file."""

from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from accounts.outbox.models import Message
from tests.builders.mail import deliver_mail, text_of

pytestmark = pytest.mark.django_db

Queue = Callable[..., UUID]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.EMAIL_BACKEND = "accounts.outbox.folder.FolderBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "state" / "mail")
    return tmp_path / "state" / "mail"


def test_every_mail_is_one_file_that_only_we_read(folder: Path, queue: Queue) -> None:
    message = queue("test-notice")
    queue("test-code")
    assert deliver_mail() == 2
    files = sorted(folder.iterdir())
    assert f"{message}.eml" in {file.name for file in files}
    assert len(files) == 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_file_is_the_mail(folder: Path, queue: Queue) -> None:
    message = queue("test-notice")
    deliver_mail()
    mail = message_from_bytes((folder / f"{message}.eml").read_bytes(), policy=policy.default)
    assert mail["To"] == "amina@example.org"
    assert "651-555-0100" in text_of(mail)  # type: ignore[arg-type]


def test_a_mail_sent_again_is_still_one_file(folder: Path, queue: Queue) -> None:
    queue("test-notice")
    deliver_mail()
    Message.objects.update(state="queued", handed_over_at=None)
    deliver_mail()
    assert len(list(folder.iterdir())) == 1
