"""What a person sees and chooses of their account."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from accounts.access import actor_of, next_page, requires
from accounts.email_change.access import open_change
from accounts.operations import act_as, choose_language
from accounts.sign_in import access, operations
from accounts.sign_in.forms import Language
from accounts.sign_in.rules import device


@require_safe
@requires()
def account(request: Any) -> HttpResponse:
    context = {
        "change_of_email": open_change(request.user),
        "ways": access.ways_for(request.capacity, timezone.now()),
    }
    return render(request, "accounts/sign_in/account.html", context)


@require_safe
@requires()
def overview(request: Any) -> HttpResponse:
    return render(request, "accounts/sign_in/settings.html")


@requires()
def capacity(request: Any) -> HttpResponseBase:
    if request.method == "POST":
        chosen = [each for each in request.capacities if str(each.pk) == request.POST.get("capacity")]
        if not chosen:
            raise Http404
        act_as(session=request.session, capacity=chosen[0])
        return HttpResponseRedirect(next_page(request) or reverse(access.home_of(chosen[0])))
    return render(request, "accounts/sign_in/capacity.html", {"next": next_page(request)})


@requires()
def sessions(request: Any) -> HttpResponseBase:
    at, by = timezone.now(), actor_of(request)
    if request.method == "POST":
        for each in access.sessions_of(request.user, at):
            if str(each.pk) == request.POST.get("session"):
                operations.end_session(user=request.user, number=each.pk, by=by, at=at)
        if "others" in request.POST:
            operations.end_other_sessions(user=request.user, session=request.session, by=by, at=at)
        return redirect("sign_in:sessions")
    found = [
        {
            "number": each.pk,
            "device": device(each.user_agent),
            "seen": each.last_seen_at,
            "here": each.session_key == request.session.session_key,
        }
        for each in access.sessions_of(request.user, at)
    ]
    return render(request, "accounts/sign_in/sessions.html", {"sessions": found})


@requires()
def language(request: Any) -> HttpResponseBase:
    form = Language(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["language"]
        choose_language(user_id=request.user.pk, language=chosen, by=actor_of(request), at=timezone.now())
        with translation.override(chosen):
            return redirect("sign_in:settings")
    return render(request, "accounts/sign_in/language.html", {"form": form})
