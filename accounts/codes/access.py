"""Whether a code has opened something for this browser."""

from datetime import datetime
from uuid import UUID

from accounts.models import User

from .models import Code
from .rules import is_still_open
from .vocabulary import CodePurpose


def is_open(code: Code, at: datetime) -> bool:
    return code.redeemed_at is not None and code.used_at is None and is_still_open(code.redeemed_at, at)


def opened(*, code_id: UUID | None, purpose: CodePurpose, at: datetime) -> Code | None:
    """The code that this browser redeemed, as long as what it opened can still be used; else None."""
    code = Code.objects.filter(pk=code_id, purpose=purpose).select_related("user").first() if code_id else None
    return code if code and code.is_live and is_open(code, at) else None


def opened_for(*, code_id: UUID | None, purpose: CodePurpose, at: datetime) -> User | None:
    """Whose code this browser redeemed, as long as what it opened can still be used and the account is
    theirs; else None."""
    code = opened(code_id=code_id, purpose=purpose, at=at)
    return code.user if code else None
