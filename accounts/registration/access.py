"""Where the mail of somebody goes who has no account yet."""

from accounts.outbox.vocabulary import Mailbox

from .models import Applicant


def mailbox_of_applicant(applicant: str) -> Mailbox | None:
    """The address that is to be proved; None once there is an account, or nobody waits any more."""
    found = Applicant.objects.filter(pk=applicant).values_list("email", "language").first()
    return Mailbox(*found) if found else None
