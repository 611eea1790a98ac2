"""An authenticator app for whoever looks at the demo and has none at hand."""

import re
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt

from accounts.sign_in.rules import PERIOD_SECONDS, code_at

from .cast import CAST, read_cast


def code_now(key: str, at: datetime) -> str | None:
    """What an app that was given this key shows at the moment; None for what is no key."""
    letters = re.sub(r"[\s-]", "", key).upper()
    try:
        return code_at(letters + "=" * (-len(letters) % 8), int(at.timestamp()) // PERIOD_SECONDS)
    except ValueError:  # binascii.Error is one
        return None


def codes_now(at: datetime) -> list[tuple[str, str]]:
    """Username and code of everybody of the cast who has set up an app."""
    cast = [person.username for person in read_cast(CAST)]
    apps = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__username__in=cast)
    apps = apps.select_related("user").order_by("user__username")
    return [(app.user.get_username(), code_now(decrypt(app.data["secret"]), at) or "") for app in apps]
