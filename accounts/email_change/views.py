"""Settings → Email. The session remembers the conversation about a code (its id, when it was asked for, which address
it went to), and nothing of the code."""

from typing import Any
from uuid import UUID

from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.access import actor_of, requires
from accounts.codes.errors import AskedTooOften, CodeRefused
from accounts.codes.forms import CodeForm
from accounts.codes.models import Code
from accounts.codes.operations import ask_again
from accounts.codes.vocabulary import CodePurpose
from accounts.outbox.access import mail_is_down

from . import operations
from .access import held_until, last_change, open_change
from .errors import ChangeRefused
from .forms import AddressForm

CONVERSATION = "email_change"


@require_safe
@requires()
def show(request: Any) -> HttpResponse:
    context = {"change": open_change(request.user), "last": last_change(request.user, timezone.now())}
    return render(request, "accounts/email_change/show.html", context)


@requires(step_up=True)
def new(request: Any) -> HttpResponse:
    at = timezone.now()
    form = AddressForm(request.POST or None)
    if form.is_valid():
        try:
            code = operations.ask(user=request.user, by=actor_of(request), at=at, **form.cleaned_data)
        except ChangeRefused as refused:
            form.add_error("address", str(refused))
        else:
            return to_the_code_page(request, code, of="new")
    context = {"form": form, "mail_is_down": mail_is_down(at), "held_until": held_until(request.user, at)}
    return render(request, "accounts/email_change/new.html", context)


@requires(step_up=True)
def ask_old(request: Any) -> HttpResponse:
    if request.method != "POST":  # whoever comes back from a step-up
        return redirect("email:show")
    try:
        code = operations.ask_old(user=request.user, by=actor_of(request), at=timezone.now())
    except ChangeRefused:
        return redirect("email:show")
    return to_the_code_page(request, code, of="old")


def to_the_code_page(request: HttpRequest, code: Code, *, of: str) -> HttpResponse:
    request.session[CONVERSATION] = {"code": str(code.pk), "asked": code.asked_at.isoformat(), "of": of}
    return redirect("email:code")


@requires()
@sensitive_post_parameters()
def code(request: Any) -> HttpResponse:
    at = timezone.now()
    conversation, change = request.session.get(CONVERSATION), open_change(request.user)
    if conversation is None or change is None:
        return redirect("email:show")
    by, code_id = actor_of(request), UUID(conversation["code"])
    form = CodeForm(request.POST or None)
    if "again" in request.POST:
        try:
            ask_again(code_id=code_id, purpose=CodePurpose.EMAIL_CHANGE, origin=get_ip(request), by=by, at=at)
        except AskedTooOften as refused:
            form.errors.clear()
            form.add_error(None, str(refused))
        else:
            request.session[CONVERSATION] = conversation | {"asked": at.isoformat(), "again": True}
            return redirect("email:code")
    elif form.is_valid():
        goes_on = operations.prove if conversation["of"] == "new" else operations.confirm
        try:
            goes_on(user=request.user, code_id=code_id, token=form.cleaned_data["code"], by=by, at=at)
        except (CodeRefused, ChangeRefused) as refused:
            form.add_error("code", str(refused))
        else:
            del request.session[CONVERSATION]
            return redirect("email:show")
    address = change.address if conversation["of"] == "new" else request.user.email
    asked = parse_datetime(conversation["asked"])
    context = conversation | {"form": form, "address": address, "asked": asked}
    return render(request, "accounts/email_change/code.html", context)


@requires()
def stop(request: Any) -> HttpResponse:
    if request.method == "POST":  # and not whoever comes back from sign-in
        operations.stop(user=request.user, by=actor_of(request), at=timezone.now())
    return redirect("email:show")
