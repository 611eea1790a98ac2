"""Where the mails of a change go, and whether one waits."""

from datetime import datetime, timedelta

from accounts.models import User
from accounts.outbox.vocabulary import Mailbox

from .models import AddressChange, AddressHold
from .vocabulary import WAITING_HOURS


def open_change(user: User) -> AddressChange | None:
    """The person's change of address that is neither done nor stopped. It waits once ``proved_at`` is there."""
    return AddressChange.objects.open().filter(user=user).first()


def last_change(user: User, at: datetime) -> AddressChange | None:
    """The one that was done or stopped last, after it was proved, while that is news."""
    ended = AddressChange.objects.ended_since(at - timedelta(hours=WAITING_HOURS)).filter(user=user)
    return ended.exclude(proved_at=None).order_by("-asked_at").first()


def held_until(user: User, at: datetime) -> datetime | None:
    """Before this no other address takes effect that the old one has not confirmed; None where nothing holds it."""
    return AddressHold.objects.filter(user=user, until__gt=at).values_list("until", flat=True).first()


def new_mailbox(change: str) -> Mailbox | None:
    """The address that is to be proved; None once the change is over."""
    found = AddressChange.objects.open().filter(pk=change).values_list("address", "user__language").first()
    return Mailbox(*found) if found else None


def former_mailbox(change: str) -> Mailbox | None:
    """The address that was replaced; None once it is forgotten."""
    found = AddressChange.objects.exclude(former="").filter(pk=change).values_list("former", "user__language").first()
    return Mailbox(*found) if found else None
