"""The road to a new password, for whoever forgot it and whoever is signed in: ask, give back the code, choose.

The session remembers the conversation (the code's id, the address as it was typed, when it was asked), and nothing of
a code or of whether anything fitted.
"""

from typing import Any
from uuid import UUID

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import actor_of, open, requires
from accounts.codes.access import opened_for
from accounts.codes.errors import AskedTooOften, CodeRefused
from accounts.codes.forms import CodeForm
from accounts.codes.operations import ask_again, redeem
from accounts.codes.vocabulary import CodePurpose
from accounts.known import remember
from accounts.operations import renew_session
from accounts.outbox.access import mail_is_down

from . import operations
from .errors import SamePassword
from .forms import AskForm, NewPasswordForm
from .vocabulary import Rule

FORGOT = "whoever forgot a password is not signed in"
CONVERSATION = "password_reset"


@requires(old_password=True)
def change(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password/change.html", {"days": settings.STAFF_PASSWORD_DAYS})


@open(FORGOT)
def ask(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form = AskForm(request.POST or None)
    if form.is_valid():
        try:
            code = operations.ask_for_reset(**form.cleaned_data, origin=get_ip(request), by=actor_of(request), at=at)
        except AskedTooOften as refused:
            form.add_error(None, str(refused))
        else:
            request.session[CONVERSATION] = {
                "code": str(code.pk),
                "address": form.cleaned_data["email"],
                "asked": at.isoformat(),
            }
            return redirect("password:code")
    return render(request, "accounts/password/ask.html", {"form": form, "mail_is_down": mail_is_down(at)})


@open(FORGOT)
@sensitive_post_parameters()
def code(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    conversation = request.session.get(CONVERSATION)
    if conversation is None:
        return redirect("password:ask")
    by, code_id = actor_of(request), UUID(conversation["code"])
    form = CodeForm(request.POST or None)
    if "again" in request.POST:
        try:
            ask_again(code_id=code_id, purpose=CodePurpose.PASSWORD_RESET, origin=get_ip(request), by=by, at=at)
        except AskedTooOften as refused:
            form.errors.clear()
            form.add_error(None, str(refused))
        else:
            request.session[CONVERSATION] = conversation | {"asked": at.isoformat(), "again": True}
            return redirect("password:code")
    elif form.is_valid():
        try:
            redeem(code_id=code_id, purpose=CodePurpose.PASSWORD_RESET, token=form.cleaned_data["code"], by=by, at=at)
        except CodeRefused as refused:
            form.add_error("code", str(refused))
        else:
            if not request.user.is_authenticated:
                request.session.cycle_key()  # whoever knew the session of before does not know this one
            return redirect("password:new")
    context = conversation | {"form": form, "asked": parse_datetime(conversation["asked"])}
    return render(request, "accounts/password/code.html", context)


@open(FORGOT)
@sensitive_post_parameters()
def new(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    conversation: dict[str, Any] = request.session.get(CONVERSATION, {})
    code_id = UUID(conversation["code"]) if conversation else None
    user = opened_for(code_id=code_id, purpose=CodePurpose.PASSWORD_RESET, at=at)
    if user is None:
        return redirect("password:code" if conversation else "password:ask")
    form = NewPasswordForm(user, request.POST or None)
    if form.is_valid():
        try:
            user = operations.reset(
                code_id=code_id, password=form.cleaned_data["password"], by=actor_of(request), at=at
            )
        except CodeRefused:
            return redirect("password:ask")
        except SamePassword as refused:
            form.add_error("password", str(refused))
            return render(request, "accounts/password/new.html", {"form": form, "rules": Rule})
        del request.session[CONVERSATION]
        if request.user == user:  # of all sessions of the person this one alone goes on
            renew_session(session=request.session, user=user)
        response = redirect("password:done")
        remember(request, response, user)
        return response
    return render(request, "accounts/password/new.html", {"form": form, "rules": Rule})


@open(FORGOT)
def done(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password/done.html")
