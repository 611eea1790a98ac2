"""Two kinds of message that exist in tests only."""

from datetime import datetime

from accounts.models import User
from accounts.outbox.vocabulary import Mail, Mailbox, Subject


def compose_notice(about: str, mailbox: Mailbox, at: datetime) -> Mail:
    return Mail("base", Subject.SECURITY)


def compose_code(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    """Something is born with it: the person's name. And about ``nobody`` there is nothing to send."""
    if about == "nobody":
        return None
    User.objects.filter(email=mailbox.address).update(name="has a code")
    return Mail("base", Subject.CODE)
