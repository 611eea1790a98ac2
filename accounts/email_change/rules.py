import re
from datetime import datetime, timedelta

from .vocabulary import WAITING_HOURS

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+(?=[A-Za-z]){LABEL}")


def takes_effect_at(proved_at: datetime) -> datetime:
    """When a change takes effect that nobody stopped, and nobody confirmed at the old address either."""
    return proved_at + timedelta(hours=WAITING_HOURS)


def is_an_address(text: str) -> bool:
    """Whether every mail server takes it: ASCII words with dots between them, and the name of a domain. Neither a
    quoted local part nor the number of a machine."""
    return ADDRESS.fullmatch(text) is not None


def is_same_address(one: str, other: str) -> bool:
    """Whether mail to both ends in one mailbox, as far as anybody but its mail server can tell."""
    return one.casefold() == other.casefold()
