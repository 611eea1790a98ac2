"""A mail server for who has none: every mail is a file, complete as soon as it is there."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FolderBackend(BaseEmailBackend):
    """Writes ``<message id>.eml`` into EMAIL_FILE_PATH. A mail sent again under its Message-ID is one file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(str(settings.EMAIL_FILE_PATH))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for mail in email_messages:
            self.write(mail.message(), folder)
        return len(email_messages)

    def write(self, mail: Any, folder: Path) -> None:
        name = mail["Message-ID"].strip("<>").partition("@")[0]
        unfinished = folder / f".{name}.{os.getpid()}"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(mail.as_bytes(linesep="\r\n"))
        unfinished.replace(folder / f"{name}.eml")
