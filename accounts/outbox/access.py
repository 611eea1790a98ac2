"""Whether mail goes out, and where somebody's mail and letters go."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from accounts.models import User
from accounts.vocabulary import Job

from .errors import NoEnvelope
from .models import Letter, Message
from .registry import LETTERS, envelope_of, mailbox_of
from .vocabulary import LONGEST_WAIT_SECONDS, Envelope, Mailbox

REMEMBERED = timedelta(seconds=LONGEST_WAIT_SECONDS) * 1.1


def mail_is_down(at: datetime) -> bool:
    """Whether a mail asked for now would wait: the mail server let us down since it last took one, or a message that
    is due lies there and nobody takes it.

    True for everybody or for nobody: what becomes of one recipient's mail changes nothing here. A failure counts for
    a little longer than the longest wait between two attempts, after which nobody knows.
    """
    last = Message.objects.aggregate(failed=Max("failed_at"), handed_over=Max("handed_over_at"))
    failed, handed_over = last["failed"], last["handed_over"]
    if failed and failed > at - REMEMBERED and (handed_over is None or handed_over < failed):
        return True
    return Message.objects.late(at).exists()


def mailbox_of_user(user: str) -> Mailbox | None:
    """Where the person reads mail whose sign-in has this id."""
    found = User.objects.filter(pk=user).exclude(email="").values_list("email", "language").first()
    return Mailbox(*found) if found else None


def has_mailbox(recipient: str) -> bool:
    """Whether mail can go to somebody now. Raises KeyError for a recipient of a kind that nobody registered."""
    return mailbox_of(recipient) is not None


def envelope_to(recipient: str) -> Envelope:
    """For a letter that is being printed. Raises NoEnvelope."""
    envelope = envelope_of(recipient)
    if envelope is None:
        raise NoEnvelope
    return envelope


def printer_of(*, kind: str, about: str) -> str:
    """Who printed a letter last, as the audit names them; empty where nobody did."""
    return Letter.objects.filter(kind=kind, about=about).values_list("printed_by", flat=True).first() or ""


def letters_printed_by(jobs: Collection[str]) -> dict[str, Any]:
    """The kinds of letter that whoever has one of these jobs prints, each with what it is called."""
    return {name: kind.label for name, kind in LETTERS.items() if Job(kind.job) in jobs}
