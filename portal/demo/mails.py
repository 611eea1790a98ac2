"""The mails that were sent, read from the folder that the demo's mail goes to."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings


@dataclass(frozen=True)
class SentMail:
    id: UUID
    to: str
    subject: str
    sent_at: datetime
    language: str
    text: str
    html: str


def newest(count: int) -> list[SentMail]:
    """The last ``count`` mails, the newest first. None where mail goes to a server and not to a folder."""
    folder = Path(settings.EMAIL_FILE_PATH)
    if not settings.EMAIL_FILE_PATH or not folder.is_dir():
        return []
    files = sorted(folder.glob("[!.]*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [read(file) for file in files[:count]]


def sent(mail: UUID) -> SentMail | None:
    file = Path(settings.EMAIL_FILE_PATH) / f"{mail}.eml"
    return read(file) if settings.EMAIL_FILE_PATH and file.is_file() else None


def read(file: Path) -> SentMail:
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    return SentMail(
        id=UUID(file.stem),
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        sent_at=moment(str(mail["Date"])),
        language=str(mail["Content-Language"]),
        text=part(mail, "plain"),
        html=part(mail, "html"),
    )


def moment(date: str) -> datetime:
    """A time in "-0000", which Django writes, is universal time that does not say where the sender is."""
    found = parsedate_to_datetime(date)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    return str(found.get_content()) if found else ""
