"""Where django-allauth asks the site: what is part of signing in, and what happens at its end."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation

from accounts.access import actor_of
from accounts.known import remember
from accounts.models import Capacity, User

from . import access, cipher, operations
from .registry import KEPT

PROVED = {"account_authentication_methods", "account_authentication_methods_user"}
"""What a session keeps of the time before sign-in: how the person proved who they are."""

PASSWORDS = "django.contrib.auth.backends.ModelBackend"


class Accounts(DefaultAccountAdapter):
    def get_login_stages(self) -> list[str]:
        """Between the password and the session stands the second factor, and nothing else."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: User) -> None:
        """A new key for the session, which is nobody's unless the audit tells of it."""
        for name in set(request.session.keys()) - PROVED - KEPT:  # what a stranger began here is not the person's
            del request.session[name]
        with transaction.atomic():
            login(request, user, backend=PASSWORDS)
            records = get_authentication_records(request, user)
            operations.note_sign_in(
                user=user,
                session=request.session,
                user_agent=request.headers.get("User-Agent", ""),
                proofs=[each.get("type", each["method"]) for each in records],
                by=actor_of(request),
                at=timezone.now(),
            )

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseRedirect:
        oldest = Capacity.objects.live(timezone.now()).filter(user=user).order_by("since", "id").first()
        with translation.override(user.language):
            home = reverse(access.home_of(oldest))
        response = HttpResponseRedirect(kwargs["redirect_url"] or home)
        remember(request, response, user)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Never by allauth: each page says it where it is declared."""
        return False


class Factors(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return cipher.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return cipher.decrypt(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey belongs to a name of a host: that of the site."""
        return super().get_public_key_credential_rp_entity() | {"name": settings.PLAN.name}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """What the device shows when it asks which passkey: the person's name, and neither username nor address."""
        called = user.name or settings.PLAN.name
        return super().get_public_key_credential_user_entity(user) | {"display_name": called, "name": called}
