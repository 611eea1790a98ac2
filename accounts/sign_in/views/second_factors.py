"""Adding and removing what a person has beside the password."""

from contextlib import suppress
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import actor_of, requires
from accounts.sign_in import access, operations, passkeys
from accounts.sign_in.cipher import InvalidToken, decrypt, encrypt
from accounts.sign_in.errors import AppIsThere, KeyExpired, LastSecondFactor, PasskeyRefused, ProofRefused
from accounts.sign_in.forms import App, NewPasskey
from accounts.sign_in.rules import app_address, new_secret, picture_of
from accounts.sign_in.vocabulary import KEY_MINUTES, Proof


@require_safe
@requires(second_factor=False)
def overview(request: Any) -> HttpResponse:
    found = list(access.second_factors(request.user))
    context = {
        "factors": found,
        "has_app": any(each.type == Proof.APP for each in found),
        "loss": access.loss_of(request.user),
        "must": access.must_have_second_factor(request.user, timezone.now()),
    }
    return render(request, "accounts/sign_in/second_factors.html", context)


@requires(second_factor=False)
def keep(request: Any) -> HttpResponseBase:
    if request.method == "POST":  # and not whoever comes back from sign-in
        operations.keep_second_factors(user=request.user, by=actor_of(request), at=timezone.now())
    return redirect("mfa_index")


@requires(second_factor=False, step_up=True)
def add_app(request: Any) -> HttpResponseBase:
    form = App(request.POST if request.method == "POST" else None)
    key = ""
    if request.method == "POST":
        try:
            key = known_key(request)
            if form.is_valid():
                factor = operations.add_app(
                    user=request.user,
                    secret=key,
                    code=form.cleaned_data["code"],
                    by=actor_of(request),
                    at=timezone.now(),
                )
                return added(request, factor)
        except (ProofRefused, KeyExpired, AppIsThere) as refused:
            form.add_error("code", refused.sentence)
    key = key or new_secret()
    side, path = picture_of(app_address(key, account=request.user.name or "-", issuer=settings.PLAN.name))
    context = {
        "form": form,
        "sealed": encrypt(f"{request.user.pk}:{key}"),
        "key": " ".join(key[i : i + 4] for i in range(0, len(key), 4)),
        "side": side,
        "path": path,
    }
    return render(request, "accounts/sign_in/app.html", context)


def known_key(request: HttpRequest) -> str:
    """The key that the page showed: we made it, lately, for this person. Raises KeyExpired."""
    try:
        whose, _, key = decrypt(request.POST.get("key", ""), seconds=KEY_MINUTES * 60).partition(":")
    except InvalidToken:
        raise KeyExpired from None
    if whose != str(request.user.pk):
        raise KeyExpired
    return key


@requires(second_factor=False, step_up=True)
def add_passkey(request: Any) -> HttpResponseBase:
    if "options" in request.POST:
        return JsonResponse(passkeys.offer(request.user))
    form = NewPasskey(request.POST or None)
    if request.method == "POST":
        try:
            if form.is_valid():
                passkeys.accepted(form.cleaned_data["credential"])
                factor = operations.add_passkey(
                    user=request.user, **form.cleaned_data, by=actor_of(request), at=timezone.now()
                )
                return added(request, factor)
            if "credential" in form.errors:
                raise PasskeyRefused
        except PasskeyRefused as refused:
            form.add_error(None, refused.sentence)
    return render(request, "accounts/sign_in/passkey.html", {"form": form})


def added(request: HttpRequest, factor: Authenticator) -> HttpResponseBase:
    """A session in which a second factor was set up is one that has given it."""
    record_authentication(request, request.user, "mfa", id=factor.pk, type=factor.type)
    codes = Authenticator.objects.filter(user=request.user, type=Proof.RECOVERY_CODE)
    return redirect("mfa_index" if codes.exists() else "sign_in:recovery_codes")


@requires(step_up=True)
def recovery_codes(request: Any) -> HttpResponseBase:
    if not access.second_factors(request.user).exists():
        return redirect("mfa_index")
    context: dict[str, Any] = {}
    if request.method == "POST":
        context["codes"] = operations.make_recovery_codes(user=request.user, by=actor_of(request), at=timezone.now())
    else:
        held = Authenticator.objects.filter(user=request.user, type=Proof.RECOVERY_CODE).first()
        context["left"] = len(held.wrap().get_unused_codes()) if held else None
    return render(request, "accounts/sign_in/recovery_codes.html", context)


@requires(step_up=True)
def remove_second_factor(request: Any, number: int) -> HttpResponseBase:
    factor = get_object_or_404(access.second_factors(request.user), pk=number)
    may = access.may_remove(factor, timezone.now())
    if request.method == "POST" and may:
        with suppress(LastSecondFactor, Authenticator.DoesNotExist):  # another page was quicker
            operations.remove_second_factor(user=request.user, number=number, by=actor_of(request), at=timezone.now())
        return redirect("mfa_index")
    refusal = "" if may else LastSecondFactor.sentence
    return render(request, "accounts/sign_in/remove.html", {"factor": factor, "refusal": refusal})
