"""A post office: a real mail server on this machine, which keeps what it is given and can be told to be difficult."""

import asyncio
import socket
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from accounts.outbox.operations import deliver

PATIENCE_SECONDS = 30


class PostOffice(Controller):
    """``mails`` are those it has; ``asked`` and ``handed`` say how often it was asked for a recipient, and handed a
    mail. What it does with the next ones:

    - ``refusal``: it answers this to every recipient, "550 nobody of that name"
    - ``seconds_at_the_door``, ``seconds``: it thinks that long about a recipient, and about a mail
    - ``hangs_up``: it takes the whole mail, says nothing, and closes the connection
    - ``keeps``: it has a mail as soon as that is there, whatever it says then
    """

    def __init__(self, **more: Any) -> None:
        self.mails: list[EmailMessage] = []
        self.asked = self.handed = 0
        self.seconds = self.seconds_at_the_door = 0.0
        self.refusal = ""
        self.hangs_up = False
        self.keeps = False
        self.door = socket.create_server(("127.0.0.1", 0))
        super().__init__(self, hostname="127.0.0.1", port=self.door.getsockname()[1], **more)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self.door)

    @property
    def url(self) -> str:
        """What EMAIL_URL says of it."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked += 1
        await asyncio.sleep(self.seconds_at_the_door)
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 known here"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.handed += 1
        if self.keeps:
            self.mails.append(mail)
        await asyncio.sleep(self.seconds)
        if self.hangs_up:
            server.transport.abort()
        elif not self.keeps:
            self.mails.append(mail)
        return "250 taken"

    def received(self, number: int) -> list[EmailMessage]:
        """The mails, once there are that many. A worker in another process takes its time."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while len(self.mails) < number and time.monotonic() < patience:
            time.sleep(0.02)
        assert len(self.mails) >= number, f"{len(self.mails)} mails came, not {number}"
        return self.mails


@pytest.fixture
def post_office(settings: Any) -> Iterator[PostOffice]:
    """A mail server that the site hands its mail to: call ``deliver_mail()``, then look at ``post_office.mails``."""
    office = PostOffice()
    office.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
    yield office
    office.stop()


def deliver_mail() -> int:
    """What the worker does: hand over what is due. Returns how many mails went out."""
    return deliver(clock=timezone.now)


def text_of(mail: EmailMessage) -> str:
    return _part(mail, "plain")


def html_of(mail: EmailMessage) -> str:
    return _part(mail, "html")


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())
