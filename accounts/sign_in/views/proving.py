"""Pages that ask somebody for what they have: a code, a passkey, and the password where that is enough."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import next_page, requires
from accounts.forms import Asking
from accounts.models import User
from accounts.sign_in import access, operations, passkeys, proofs
from accounts.sign_in.errors import LockedFor, NotYourPassword, PasskeyRefused, PasswordRefused, Refused
from accounts.sign_in.forms import Code, Credential, Password
from accounts.sign_in.vocabulary import Proof

Passed = Callable[[Any], HttpResponseBase]
"""What follows once somebody proved who they are: by an Authenticator, or by their password, which is None."""

TOO_MANY = 429


@sensitive_post_parameters("password", "code")
@requires(second_factor=False)
def again(request: Any) -> HttpResponseBase:
    return prove(request, request.user, passed_again(request), "accounts/sign_in/again.html", password=True)


@sensitive_post_parameters("code")
@requires(asks_second_factor=True)
def second_factor_again(request: Any) -> HttpResponseBase:
    if not access.second_factors(request.user).exists():
        return redirect("mfa_index")
    return prove(request, request.user, passed_again(request), "accounts/sign_in/again.html", password=False)


def passed_again(request: Any) -> Passed:
    def passed(factor: Authenticator | None) -> HttpResponseBase:
        proof: dict[str, Any] = (
            {"method": "mfa", "id": factor.pk, "type": factor.type} if factor else {"method": Proof.PASSWORD}
        )
        record_authentication(request, request.user, reauthenticated=True, **proof)
        return HttpResponseRedirect(next_page(request) or reverse("sign_in:account"))

    return passed


def prove(request: HttpRequest, user: User, passed: Passed, template: str, *, password: bool) -> HttpResponseBase:
    """A page that asks for what the person has: a code, a passkey, and the password where that is enough."""
    if "options" in request.POST:
        return JsonResponse(passkeys.invitation(user))
    has = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    forms = {
        "password": Password() if password else None,
        "code": Code() if has & {Proof.APP, Proof.RECOVERY_CODE} else None,
        "passkey": Credential() if Proof.PASSKEY in has else None,
    }
    status = 200
    if request.method == "POST":
        name = next((each for each in ("password", "code") if each in request.POST and forms[each]), "passkey")
        form = forms["wrong"] = forms[name] = type(forms[name] or Credential())(request.POST)
        try:
            return passed(_proved(request, user, form))
        except Refused as refused:
            if not form.errors or name == "passkey":
                form.add_error(name if name in form.fields else None, refused.sentence)
            status = TOO_MANY if isinstance(refused, LockedFor) else 200
    return render(request, template, forms | {"next": next_page(request)}, status=status)


def _proved(request: HttpRequest, user: User, form: Asking) -> Authenticator | None:
    """Raises Refused, for a form that is not whole too."""
    at = timezone.now()
    if not form.is_valid():
        raise PasskeyRefused if isinstance(form, Credential) else Refused
    if isinstance(form, Password):
        try:
            proofs.whose_password(request, user.username, form.cleaned_data["password"], at)
        except PasswordRefused:
            raise NotYourPassword from None
        return None
    if isinstance(form, Code):
        return proofs.whose_code(request, user, form.cleaned_data["code"], at)
    return operations.note_passkey(factor=passkeys.answered(user, form.cleaned_data["credential"]), at=at)
