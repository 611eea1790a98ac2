"""Registering as a member, and what the plan has on file about one."""

from typing import Any

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.access import actor_of, open, requires
from accounts.outbox.access import mail_is_down
from accounts.vocabulary import CapacityKind

from . import access
from .errors import AskedTooOften
from .forms import RegisterForm
from .operations.registration import ask_to_register
from .vocabulary import LETTER_DAYS, YOUNGEST_TO_REGISTER_YEARS

NO_ACCOUNT = "whoever registers has no account yet"
TOO_MANY = 429


@sensitive_post_parameters()
@open(NO_ACCOUNT)
def register(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form = RegisterForm(request.POST or None)
    status = 200
    if form.is_valid():
        try:
            ask_to_register(**form.cleaned_data, origin=get_ip(request), by=actor_of(request), at=at)
        except AskedTooOften as refused:
            form.add_error(None, str(refused))
            status = TOO_MANY
        else:
            return redirect("members:asked")
    context = {"form": form, "days": LETTER_DAYS, "years": YOUNGEST_TO_REGISTER_YEARS, "mail_is_down": mail_is_down(at)}
    return render(request, "portal/members/register.html", context, status=status)


@require_safe
@open(NO_ACCOUNT)
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/members/asked.html", {"days": LETTER_DAYS})


@require_safe
@requires(CapacityKind.MEMBER)
def profile(request: Any) -> HttpResponse:
    at = timezone.now()
    member = access.member_of(request.capacity)
    if member is None:
        raise Http404
    coverages = access.coverages_of(member, at)
    context = {
        "member": member,
        "facts": access.facts_of(member),
        "channels": access.channels_of(member),
        "coverages": coverages,
        "phone": settings.PLAN.phone_for(access.line_of_business_of(coverages)),
    }
    return render(request, "portal/members/profile.html", context)
