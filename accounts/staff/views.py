"""For access administrators: who works here, as what, and how they get in. For managers: what waits for their yes."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.access import actor_of, requires
from accounts.models import Post, StaffPerson
from accounts.registration.errors import CannotIssue
from accounts.registration.models import Activation
from accounts.sign_in.access import second_factors
from accounts.vocabulary import CapacityKind, Job

from . import access, operations
from .errors import StaffRefused
from .forms import AskRemoval, EndPost, GivePost, Invite, Search
from .models import FactorRemoval
from .operations.second_factor import ask_removal, okay_removal, refuse_removal, stop_removal
from .vocabulary import KIND, PEOPLE_ON_A_PAGE, State

administrator = partial(requires, job=Job.ACCESS_ADMINISTRATOR)


@administrator()
def people(request: Any) -> HttpResponse:
    """What is searched for is a name, which no address holds: so a search is posted."""
    found = access.people(timezone.now())
    form = Search(request.POST or None)
    if form.is_valid():
        few = list(access.named_like(found, form.cleaned_data["words"].strip())[: PEOPLE_ON_A_PAGE + 1])
        context = {"found": few[:PEOPLE_ON_A_PAGE], "more": len(few) > PEOPLE_ON_A_PAGE, "searched": True}
    else:
        page = Paginator(found, PEOPLE_ON_A_PAGE).get_page(request.GET.get("page"))
        context = {"found": page.object_list, "page": page}
    return render(request, "accounts/staff/people.html", context | {"form": form})


@administrator()
def person(request: Any, person: UUID) -> HttpResponse:
    return page_of(request, person)


def page_of(request: Any, person: UUID, *, refusal: str = "", status: int = 200) -> HttpResponse:
    at = timezone.now()
    found = get_object_or_404(access.people(at), pk=person)
    registered = found.state == State.REGISTERED
    context = {
        "person": found,
        "is_own": access.is_own(actor_of(request), found),
        "posts": Post.objects.filter(person=found).select_related("manager").order_by("-since", "job"),
        "not_over": {post.pk for post in found.open_posts},
        "activation": Activation.objects.of(KIND, found.pk).open(at).first(),
        "has_second_factor": registered and second_factors(found.capacity.user).exists(),
        "removal": FactorRemoval.objects.waiting(at).filter(person=found).first(),
        "form": Invite(),
        "refusal": refusal,
    }
    return render(request, "accounts/staff/person.html", context, status=status)


@administrator(step_up=True)
def give(request: Any, person: UUID) -> HttpResponse:
    found = somebody(request, person)
    form = GivePost(request.POST or None, initial={"first_day": timezone.localdate()})
    if form.is_valid() and done(
        form, lambda: operations.give(person=found, by=actor_of(request), at=timezone.now(), **form.cleaned_data)
    ):
        return redirect("staff:person", found.pk)
    return render(request, "accounts/staff/give.html", {"person": found, "form": form})


@administrator()
def end(request: Any, person: UUID, post: UUID) -> HttpResponse:
    found = somebody(request, person)
    ending = get_object_or_404(Post.objects.not_over(timezone.now()), person=found, pk=post)
    form = EndPost(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(
        form, lambda: operations.end(post=ending, by=actor_of(request), at=timezone.now(), **form.cleaned_data)
    ):
        return redirect("staff:person", found.pk)
    return render(request, "accounts/staff/end.html", {"person": found, "post": ending, "form": form})


@administrator()
def leave(request: Any, person: UUID) -> HttpResponse:
    found = somebody(request, person)
    if request.method != "POST":
        return render(request, "accounts/staff/leave.html", {"person": found})
    try:
        operations.leave(person=found, by=actor_of(request), at=timezone.now())
    except StaffRefused as refused:
        return page_of(request, person, refusal=str(refused), status=409)
    return redirect("staff:person", found.pk)


@administrator()
def activation(request: Any, person: UUID) -> HttpResponse:
    """Issue an activation ID, or revoke it."""
    found, by, at = somebody(request, person), actor_of(request), timezone.now()
    form = Invite(request.POST)
    if "over" in request.POST:
        operations.take_back_invitation(person=found, by=by, at=at)
    elif form.is_valid():
        try:
            operations.invite(person=found, by=by, at=at, **form.cleaned_data)
        except (CannotIssue, StaffRefused) as refused:
            return page_of(request, person, refusal=str(refused), status=409)
    return redirect("staff:person", found.pk)


@administrator(step_up=True)
def second_factor(request: Any, person: UUID) -> HttpResponse:
    found, by, at = somebody(request, person), actor_of(request), timezone.now()
    form = AskRemoval(request.POST or None)
    asked_by = get_object_or_404(StaffPerson, capacity=request.capacity)
    if form.is_valid() and done(form, lambda: ask_removal(person=found, asked_by=asked_by, by=by, at=at)):
        return redirect("staff:person", found.pk)
    return render(request, "accounts/staff/second_factor.html", {"person": found, "form": form})


@administrator()
def keep_second_factor(request: Any, person: UUID) -> HttpResponse:
    found = somebody(request, person)
    if request.method == "POST":  # and not whoever comes back from sign-in
        stop_removal(person=found, by=actor_of(request), at=timezone.now())
    return redirect("staff:person", found.pk)


def somebody(request: Any, person: UUID) -> StaffPerson:
    """Nobody comes here about themselves."""
    found = get_object_or_404(StaffPerson.objects.select_related("capacity"), pk=person)
    if access.is_own(actor_of(request), found):
        raise PermissionDenied("nobody changes what they may do themselves")
    return found


def done(form: Any, act: Callable[[], Any]) -> bool:
    """Whether it was done; else the form says why not."""
    try:
        act()
    except StaffRefused as refused:
        form.add_error(None, str(refused))
        return False
    return True


@requires(CapacityKind.STAFF)
def okays(request: Any) -> HttpResponse:
    me = StaffPerson.objects.filter(capacity=request.capacity).first()
    waiting = access.okays_of(me, timezone.now()) if me else FactorRemoval.objects.none()
    return render(request, "accounts/staff/okays.html", {"waiting": waiting})


@requires(CapacityKind.STAFF, step_up=True)
def okay(request: Any, removal: UUID) -> HttpResponse:
    me, by, at = get_object_or_404(StaffPerson, capacity=request.capacity), actor_of(request), timezone.now()
    found = access.okays_of(me, at).filter(pk=removal).first()
    if found is None:
        raise Http404
    if "yes" in request.POST or "no" in request.POST:
        answer = okay_removal if "yes" in request.POST else refuse_removal
        try:
            answer(removal_id=removal, manager=me, by=by, at=at)
        except StaffRefused:
            raise Http404 from None
        return redirect("staff:okays")
    return render(request, "accounts/staff/okay.html", {"removal": found})
