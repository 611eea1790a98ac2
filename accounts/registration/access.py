"""Whether an activation ID that was entered still opens anything, and where mail goes of who has no account yet."""

from datetime import datetime
from uuid import UUID

from accounts.outbox.vocabulary import Mailbox
from accounts.vocabulary import CapacityKind

from .models import Activation, Applicant
from .registry import SUBJECTS
from .rules import goes_on


def still_open(*, activation_id: UUID, born_at: datetime, entered_at: datetime, at: datetime) -> Activation | None:
    """The activation ID that was entered in this browser, as it was then: one that was mailed or printed anew since is
    another secret. None once it is over, or was entered long ago."""
    found = Activation.objects.open(at).filter(pk=activation_id, born_at=born_at).first()
    return found if goes_on(entered_at, at) else None


def applicant_of(activation: Activation) -> Applicant | None:
    return Applicant.objects.filter(activation=activation).first()


def capacity_of(activation: Activation) -> CapacityKind:
    """As what its person registers."""
    return SUBJECTS[activation.kind].capacity


def mailbox_of_applicant(applicant: str) -> Mailbox | None:
    """The address that is to be proved; None once there is an account, or nobody waits any more."""
    found = Applicant.objects.filter(pk=applicant).values_list("email", "language").first()
    return Mailbox(*found) if found else None
