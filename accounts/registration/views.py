"""From an activation ID to an account, or to one more capacity of an account.

The session remembers the conversation (which activation ID was entered and when, and the id of a code), never the
secret or what a code says. It goes on through sign-in, and is over when the activation ID is.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.access import actor_of, open, requires
from accounts.codes.access import opened
from accounts.codes.errors import AskedTooOften, CodeRefused
from accounts.codes.forms import CodeForm
from accounts.codes.operations import ask_again, redeem
from accounts.codes.vocabulary import CodePurpose
from accounts.known import remember
from accounts.models import User
from accounts.operations import act_as
from accounts.outbox.access import mail_is_down
from accounts.password.errors import PasswordRefused
from accounts.password.forms import NewPasswordForm
from accounts.password.vocabulary import Rule

from . import operations
from .access import applicant_of, capacity_of, still_open
from .errors import ActivationRefused, Refused, SubjectTaken, TooManyTries, UsernameTaken
from .forms import ActivationForm, NewAccountForm, WhoForm
from .models import Activation
from .vocabulary import CONVERSATION

NO_ACCOUNT = "whoever registers has no account yet"
TOO_MANY = 429


@sensitive_post_parameters()
@open(NO_ACCOUNT)
def enter(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form = ActivationForm(request.POST or None)
    status = 200
    if form.is_valid():
        typed = dict(form.cleaned_data)
        secret = typed.pop("activation_id")
        try:
            activation = operations.enter(secret=secret, **typed, origin=get_ip(request), by=actor_of(request), at=at)
        except Refused as refused:
            form.add_error(None, str(refused))
            status = TOO_MANY if isinstance(refused, TooManyTries) else 200
        else:
            if not request.user.is_authenticated:
                request.session.cycle_key()  # whoever knew the session of before does not know this one
            request.session[CONVERSATION] = {
                "activation": str(activation.pk),
                "born": str(activation.born_at),
                "entered": at.isoformat(),
                "account": account_id(request),
            }
            return redirect("registration:add" if request.user.is_authenticated else "registration:account")
    context = {"form": form, "over": request.GET.get("over") == "yes"}
    return render(request, "accounts/registration/enter.html", context, status=status)


def entered(request: HttpRequest, at: datetime) -> Activation | None:
    """The activation ID of this conversation, while it opens anything."""
    said = request.session.get(CONVERSATION)
    if said is None:
        return None
    return still_open(
        activation_id=UUID(said["activation"]),
        born_at=datetime.fromisoformat(said["born"]),
        entered_at=datetime.fromisoformat(said["entered"]),
        at=at,
    )


def account_id(request: HttpRequest) -> str:
    return str(request.user.pk or "")


def begin_again(request: HttpRequest) -> HttpResponse:
    """There is nothing to go on with. Whoever had begun is told so."""
    return redirect(reverse("registration:enter") + ("?over=yes" if CONVERSATION in request.session else ""))


@require_safe
@open(NO_ACCOUNT)
def account(request: HttpRequest) -> HttpResponse:
    activation = entered(request, timezone.now())
    if activation is None:
        return begin_again(request)
    if request.user.is_authenticated:
        return redirect("registration:add")
    return render(request, "accounts/registration/account.html", {"capacity": capacity_of(activation).label})


@requires()
def add(request: Any) -> HttpResponse:
    """In a browser that several people use, whoever signs in need not be who entered the activation ID."""
    at = timezone.now()
    activation = entered(request, at)
    if activation is None:
        return begin_again(request)
    is_same = request.session[CONVERSATION].get("account") == account_id(request)
    form = None if is_same else WhoForm(request.POST if request.method == "POST" else None)
    refusal = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            if form:
                operations.confirm(activation=activation, **form.cleaned_data, by=actor_of(request), at=at)
            capacity = operations.add_to_account(activation=activation, user=request.user, by=actor_of(request), at=at)
        except SubjectTaken as refused:
            refusal = str(refused)
        except ActivationRefused as refused:
            if form is None or entered(request, at) is None:
                return begin_again(request)
            form.add_error(None, str(refused))
        else:
            del request.session[CONVERSATION]
            act_as(session=request.session, capacity=capacity)
            return redirect("registration:done")
    context = {"capacity": capacity_of(activation).label, "refusal": refusal, "form": form}
    return render(request, "accounts/registration/add.html", context)


@open(NO_ACCOUNT)
def new(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    activation = entered(request, at)
    if activation is None or request.user.is_authenticated:
        return redirect("registration:add") if activation else begin_again(request)
    before = applicant_of(activation)
    typed = {"username": before.username, "email": before.email} if before else None
    form = NewAccountForm(request.POST or None, initial=typed)
    status = 200
    if form.is_valid():
        try:
            code = operations.apply(
                activation=activation,
                **form.cleaned_data,
                language=get_language(),
                origin=get_ip(request),
                by=actor_of(request),
                at=at,
            )
        except ActivationRefused:
            return begin_again(request)
        except (TooManyTries, AskedTooOften) as refused:
            form.add_error(None, str(refused))
            status = TOO_MANY
        except Refused as refused:
            form.add_error("username", str(refused))
        else:
            request.session[CONVERSATION] |= {"code": str(code.pk), "asked": at.isoformat(), "again": False}
            return redirect("registration:code")
    elif request.GET.get("taken") == "yes" and not form.is_bound:
        form = NewAccountForm(typed)
        form.add_error("username", str(UsernameTaken()))
    context = {"form": form, "mail_is_down": mail_is_down(at)}
    return render(request, "accounts/registration/new.html", context, status=status)


@sensitive_post_parameters()
@open(NO_ACCOUNT)
def code(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    activation = entered(request, at)
    applicant = applicant_of(activation) if activation else None
    conversation = request.session.get(CONVERSATION, {})
    if applicant is None or "code" not in conversation:
        return redirect("registration:new") if activation else begin_again(request)
    by, code_id = actor_of(request), UUID(conversation["code"])
    form = CodeForm(request.POST or None)
    if "again" in request.POST:
        try:
            ask_again(code_id=code_id, purpose=CodePurpose.REGISTRATION, origin=get_ip(request), by=by, at=at)
        except AskedTooOften as refused:
            form.errors.clear()
            form.add_error(None, str(refused))
        else:
            request.session[CONVERSATION] = conversation | {"asked": at.isoformat(), "again": True}
            return redirect("registration:code")
    elif form.is_valid():
        try:
            redeem(code_id=code_id, purpose=CodePurpose.REGISTRATION, token=form.cleaned_data["code"], by=by, at=at)
        except CodeRefused as refused:
            form.add_error("code", str(refused))
        else:
            return redirect("registration:password")
    context = conversation | {
        "form": form,
        "address": applicant.email,
        "asked": datetime.fromisoformat(conversation["asked"]),
    }
    return render(request, "accounts/registration/code.html", context)


@sensitive_post_parameters()
@open(NO_ACCOUNT)
def password(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    activation = entered(request, at)
    applicant = applicant_of(activation) if activation else None
    if activation is None or applicant is None:
        return redirect("registration:new") if activation else begin_again(request)
    code_id = UUID(request.session[CONVERSATION]["code"]) if "code" in request.session[CONVERSATION] else None
    if opened(code_id=code_id, purpose=CodePurpose.REGISTRATION, at=at) is None:
        return redirect("registration:code")
    form = NewPasswordForm(User(username=applicant.username, email=applicant.email), request.POST or None)
    if form.is_valid():
        try:
            user = operations.open_account(
                activation=activation,
                code_id=code_id,
                password=form.cleaned_data["password"],
                by=actor_of(request),
                at=at,
            )
        except PasswordRefused as refused:
            form.add_error("password", str(refused))
        except UsernameTaken:
            return redirect(f"{reverse('registration:new')}?taken=yes")
        except SubjectTaken as refused:
            form.add_error(None, str(refused))
        except CodeRefused:
            return redirect("registration:code")
        except ActivationRefused:
            return begin_again(request)
        else:
            del request.session[CONVERSATION]
            response = redirect("registration:done")
            remember(request, response, user)
            return response
    context = {"form": form, "rules": Rule}
    return render(request, "accounts/registration/password.html", context)


@require_safe
@open(NO_ACCOUNT)
def done(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/registration/done.html")
