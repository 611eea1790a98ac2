"""The desk of Member Relations. No address says of whom a page is: a call has a number of its own."""

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import actor_of, requires
from accounts.codes.errors import CodeRefused
from accounts.email_change.access import held_until, open_change
from accounts.email_change.errors import ChangeRefused
from accounts.registration.models import Activation
from accounts.sign_in.access import loss_of, second_factors
from accounts.sign_in.errors import LossRefused
from accounts.vocabulary import Actor, CapacityKind, Job
from portal.members.access import account_of, coverages_of
from portal.members.models import Member
from portal.members.vocabulary import MEMBER, Fact

from . import access, operations
from .errors import DeskRefused
from .forms import FORMS, NEVER_NONE, CheckForm, FindForm, NewEmailForm, ReachForm, ReadOutForm
from .models import Call
from .rules import can_pass
from .vocabulary import MOST_FOUND, Reach

desk = partial(requires, CapacityKind.STAFF, job=Job.MEMBER_RELATIONS)
REFUSED = 409


@sensitive_post_parameters()
@desk()
def find(request: Any) -> HttpResponse:
    """What is searched for names somebody, which no address holds: so a search is posted."""
    at = timezone.now()
    form = FindForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "open": Call.objects.open(at).filter(staff=request.user).first()}
    if form.is_valid():
        fields = [name for name, typed in form.cleaned_data.items() if typed]
        found = list(access.found(**form.cleaned_data)[: MOST_FOUND + 1])
        shown = found if len(found) <= MOST_FOUND else []
        operations.note_search(shown=shown, by=actor_of(request), at=at, fields=fields)
        context |= {"searched": True, "found": shown, "more": len(found) > MOST_FOUND}
    return render(request, "portal/member_relations/find.html", context)


@desk()
def begin(request: Any) -> HttpResponse:
    if request.method != "POST":  # whoever comes back from sign-in
        return redirect("member_relations:find")
    try:
        member = get_object_or_404(Member, pk=UUID(request.POST.get("member", "")))
    except ValueError:
        raise Http404 from None
    try:
        call = operations.begin_call(member=member, staff=request.user, by=actor_of(request), at=timezone.now())
    except DeskRefused as refused:
        return refusal(request, refused)
    return redirect("member_relations:call", call.pk)


@sensitive_post_parameters()
@desk()
def show(request: Any, call: UUID) -> HttpResponse:
    """Before the caller has passed the page shows the questions; then what there is to know and to do."""
    at = timezone.now()
    found = this_call(request, call)
    if not found.is_open(at) or found.passed is False:
        return render(request, "portal/member_relations/over.html", {"call": found, "is_open": found.is_open(at)})
    if found.passed:
        return desk_page(request, found)
    on_file = access.on_file(found.member)
    if not can_pass(on_file=on_file, shared=access.shared(found.member)):
        return render(request, "portal/member_relations/no_questions.html", {"call": found})
    form = CheckForm(on_file, request.POST or None)
    if form.is_valid():
        try:
            operations.check(call=found, said=form.said, by=actor_of(request), at=at)
        except DeskRefused as refused:
            return refusal(request, refused, found)
        return redirect("member_relations:call", found.pk)
    return render(request, "portal/member_relations/check.html", {"call": found, "form": form})


def desk_page(request: Any, call: Call) -> HttpResponse:
    at = timezone.now()
    user = account_of(call.member, at)
    change = open_change(user) if user else None
    context = {
        "call": call,
        "member": call.member,
        "plans": [each.coverage for each in coverages_of(call.member, at) if each.is_now],
        "has_account": user is not None,
        "has_second_factor": user is not None and second_factors(user).exists(),
        "change": change if change and change.proved_at else None,
        "loss": loss_of(user) if user else None,
        "activation": Activation.objects.of(MEMBER, call.member_id).open(at).first(),
        "facts": [(fact.value, fact.label) for fact in FORMS],
        "corrected": access.corrected_on(call),
        "last_calls": access.last_calls(call.member, call),
    }
    return render(request, "portal/member_relations/call.html", context)


@desk()
def end(request: Any, call: UUID) -> HttpResponse:
    found = this_call(request, call)
    if request.method == "POST":
        operations.end_call(call=found, by=actor_of(request), at=timezone.now())
    return redirect("member_relations:find")


CallView = Callable[..., HttpResponseBase]


def on_call(view: CallView) -> CallView:
    """A page of a call on which the caller has passed. Every other answers why not, whatever the page would do."""

    @desk()
    @wraps(view)
    def answered(request: Any, call: UUID, **more: Any) -> HttpResponseBase:
        at, by = timezone.now(), actor_of(request)
        found = this_call(request, call)
        try:
            operations.admit(call=found, by=by, at=at)
            return view(request, found, by, at, **more)
        except (DeskRefused, ChangeRefused, LossRefused) as refused:
            return refusal(request, refused, found)

    return answered


@on_call
def username(request: Any, call: Call, by: Actor, at: datetime) -> HttpResponse:
    """Shown once, as the answer to the request that asked for it."""
    context: dict[str, Any] = {"call": call}
    if request.method == "POST":
        context["username"] = operations.tell_username(call=call, by=by, at=at)
    return render(request, "portal/member_relations/username.html", context)


Act = Callable[[], object]


def done(form: Any, field: str, act: Act) -> bool:
    """Whether it was done; else the form says why not. Raises DeskRefused."""
    try:
        act()
    except (CodeRefused, ChangeRefused) as refused:
        form.add_error(field, str(refused))
        return False
    return True


@sensitive_post_parameters()
@on_call
def channel(request: Any, call: Call, by: Actor, at: datetime) -> HttpResponse:
    """A code to a channel on file, and what the caller reads out of it."""
    user = access.account_on(call, at)
    reaches = access.reaches(call.member, user)
    send = ReachForm(reaches, request.POST if "reach" in request.POST else None)
    read = ReadOutForm(request.POST if "code" in request.POST else None)
    if send.is_valid():
        operations.send_code(call=call, reach=Reach(send.cleaned_data["reach"]), by=by, at=at)
        return redirect("member_relations:channel", call.pk)
    if read.is_valid() and done(
        read, "code", lambda: operations.prove_channel(call=call, token=read.cleaned_data["code"], by=by, at=at)
    ):
        return redirect("member_relations:call", call.pk)
    context = {"call": call, "reaches": reaches, "send": send, "read": read, "form": read if read.errors else send}
    return render(request, "portal/member_relations/channel.html", context)


@sensitive_post_parameters()
@on_call
def email(request: Any, call: Call, by: Actor, at: datetime) -> HttpResponse:
    """Another email for codes and notices: asked for, proved, and true at once or after three days."""
    user = access.account_on(call, at)
    new = NewEmailForm(request.POST if "address" in request.POST else None)
    read = ReadOutForm(request.POST if "code" in request.POST else None)
    if new.is_valid() and done(
        new, "address", lambda: operations.ask_email(call=call, by=by, at=at, **new.cleaned_data)
    ):
        return redirect("member_relations:email", call.pk)
    if read.is_valid() and done(
        read, "code", lambda: operations.prove_email(call=call, token=read.cleaned_data["code"], by=by, at=at)
    ):
        return redirect("member_relations:call", call.pk)
    if "finish" in request.POST:
        operations.finish_email(call=call, by=by, at=at)
        return redirect("member_relations:call", call.pk)
    change = open_change(user)
    context = {
        "call": call,
        "waits": change if change and change.proved_at else None,
        "is_asked": call.address_code is not None and change is not None,
        "is_held": held_until(user, at) is not None and call.channel_proved_at is None,
        "new": new,
        "read": read,
        "form": read if read.errors else new,
    }
    return render(request, "portal/member_relations/email.html", context)


@on_call
def second_factor(request: Any, call: Call, by: Actor, at: datetime) -> HttpResponse:
    if request.method == "POST":
        operations.remove_second_factors(call=call, by=by, at=at)
        return redirect("member_relations:call", call.pk)
    return render(request, "portal/member_relations/second_factor.html", {"call": call})


@on_call
def stop(request: Any, call: Call, by: Actor, at: datetime) -> HttpResponse:
    if request.method == "POST":
        operations.stop_what_waits(call=call, by=by, at=at)
    return redirect("member_relations:call", call.pk)


@on_call
def guesses(request: Any, call: Call, by: Actor, at: datetime) -> HttpResponse:
    if request.method == "POST":
        operations.renew_guesses(call=call, by=by, at=at)
    return redirect("member_relations:call", call.pk)


@on_call
def activation(request: Any, call: Call, by: Actor, at: datetime) -> HttpResponse:
    if "void" in request.POST:
        operations.revoke_activation(call=call, by=by, at=at)
    elif request.method == "POST":
        operations.send_activation(call=call, by=by, at=at)
    return redirect("member_relations:call", call.pk)


@sensitive_post_parameters()
@on_call
def correct(request: Any, call: Call, by: Actor, at: datetime, fact: str) -> HttpResponse:
    if fact not in FORMS:
        raise Http404
    can_be_none = fact not in NEVER_NONE
    is_none = can_be_none and request.POST.get("none") == "yes"
    form = FORMS[Fact(fact)](Fact(fact), call.member, request.POST if request.method == "POST" else None)
    if is_none or form.is_valid():
        operations.correct_fact(call=call, fact=Fact(fact), value="" if is_none else form.value, by=by, at=at)
        return redirect("member_relations:call", call.pk)
    context = {"call": call, "form": form, "label": Fact(fact).label, "can_be_none": can_be_none}
    return render(request, "portal/member_relations/correct.html", context)


def this_call(request: Any, call: UUID) -> Call:
    """One that this person began."""
    found = access.call_of(request.user, call)
    if found is None:
        raise Http404
    return found


def refusal(request: Any, refused: Exception, call: Call | None = None) -> HttpResponse:
    context = {"refusal": str(refused), "call": call}
    return render(request, "portal/member_relations/refused.html", context, status=REFUSED)
