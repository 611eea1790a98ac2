"""Who may be on a page, said where the view is. A view that says nothing is refused to everyone."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, NoReturn
from uuid import uuid4

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Exists, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _

from accounts import operations
from accounts.errors import AccessEnded
from accounts.models import Capacity, Post, User
from accounts.public_role.role import public_role
from accounts.rules import ends_at, limits, longest, password_is_old, second_factor_is_demanded
from accounts.vocabulary import STEP_UP_MINUTES, Actor, CapacityKind, Job

__all__ = ["actor_of", "next_page", "open", "public", "public_role", "requires"]

View = Callable[..., HttpResponseBase]

PERSONAL = ("session", "user", "auser")
END = object()
ADDRESS_LONGEST = 2000
BROKEN_OFF = _("This download broke off, because your access ended. It is not whole.")


def public(reason: str, *, reads: bool = True) -> Callable[[View], View]:
    """Declare a view that anyone may see, whoever they are: ``@public("Find Care is for everyone")``.

    The view is run, and its template rendered, under the public database role. It can tell no visitor
    from another: neither session, user nor cookies can be had from the request, and no cookie is set.
    Each piece of a streamed body is made in a block of its own, so that a slow reader keeps no
    transaction open: a generator should yield a page at a time and find its place by key, because no
    cursor outlives a piece.

    reads: False for a page that asks the database nothing (an error page, which must come even when
    the database does not): it takes no role, and a statement is refused.
    """

    def declare(view: View) -> View:
        if iscoroutinefunction(view):
            raise TypeError("a public view is not asynchronous: its role belongs to one connection")

        @wraps(view)
        def declared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            forget_the_visitor(request)
            with public_role() if reads else no_statements():
                response = view(request, *args, **kwargs)
                render = getattr(response, "render", None)
                if callable(render):
                    response = render()  # a template may still ask the database
            if isinstance(response, StreamingHttpResponse) and reads:
                response.streaming_content = piece_by_piece(iter(response))
            return response

        declared.access = ("public", reason)  # type: ignore[attr-defined]
        return declared

    return declare


def forget_the_visitor(request: HttpRequest) -> None:
    """Take from the request whatever tells one visitor from another."""
    for name in PERSONAL:
        if hasattr(request, name):
            delattr(request, name)
    request.COOKIES = {}
    request.META.pop("HTTP_COOKIE", None)
    # Else a visitor who arrives with a broken CSRF cookie is given a new one.
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)


def piece_by_piece(pieces: Iterator[Any]) -> Iterator[Any]:
    while True:
        with public_role():
            piece = next(pieces, END)
        if piece is END:
            return
        yield piece


def no_statements() -> AbstractContextManager[None]:
    return connection.execute_wrapper(_refuse)


def _refuse(*_: Any) -> NoReturn:
    raise RuntimeError("this page was declared to read nothing, and asked the database")


def open(reason: str) -> Callable[[View], View]:
    """Declare a view for a stranger who must post: ``@open("whoever forgot a password is not signed in")``. It has a
    session and CSRF, and nothing of it is kept by a browser or on the way. Whose session is over is a stranger."""

    def declare(view: View) -> View:
        @wraps(view)
        def declared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and is_over(request, timezone.now()):
                logout(request)
            return kept_by_nobody(view(request, *args, **kwargs))

        declared.access = ("open", reason)  # type: ignore[attr-defined]
        return declared

    return declare


@dataclass(frozen=True)
class Demands:
    """What ``@requires`` says of a page."""

    kinds: tuple[CapacityKind, ...]
    job: Job | None
    second_factor: bool
    asks_second_factor: bool
    step_up: bool
    background: bool
    old_password: bool


def requires(
    *kinds: CapacityKind,
    job: Job | None = None,
    second_factor: bool = True,
    asks_second_factor: bool = False,
    step_up: bool = False,
    background: bool = False,
    old_password: bool = False,
) -> Callable[[View], View]:
    """Declare a view for somebody who is signed in: in one of these capacities, or as anyone where none is named.

    Everything is asked of the database for each request, so that an ended capacity, post or session is refused at the
    very next one; and again before each piece of a streamed answer, which breaks off when one of them has ended: its
    reader must not take a part for the whole. The view finds ``request.capacity`` (as what the person is here; None
    who has none), ``request.capacities`` (all that live), ``request.session_limits`` and ``actor_of(request)``.

    job: a post of staff that the person must hold today.
    second_factor: False for the pages on which one is set up. Who has one already must have given it there, too, or
        else an old session could add a factor of its own.
    asks_second_factor: True for the page that asks for it.
    step_up: asks for the password, passkey or code again, unless that was done in the last ten minutes. Signing in
        does not count.
    background: True for what a page asks for by itself, which is no use of the session.
    old_password: True for what staff with a password that is too old need to choose another. Whoever has to set up or
        give a second factor does that first.
    """
    if job is not None:
        kinds = (CapacityKind.STAFF,)
    demands = Demands(
        kinds,
        job,
        second_factor,
        asks_second_factor,
        step_up,
        background,
        old_password or asks_second_factor or not second_factor,
    )

    def declare(view: View) -> View:
        @wraps(view)
        def declared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if refusal := refuse(request, demands, timezone.now()):
                return kept_by_nobody(refusal)
            response = view(request, *args, **kwargs)
            if isinstance(response, StreamingHttpResponse):
                last_words = str(BROKEN_OFF) if needs_last_words(response) else ""
                response.streaming_content = while_granted(iter(response), request, demands, last_words)
            return kept_by_nobody(response)

        declared.access = ("requires", kinds, job)  # type: ignore[attr-defined]
        return declared

    return declare


def refuse(request: Any, demands: Demands, at: datetime) -> HttpResponseBase | None:
    """What the person is answered instead of the page; None who may see it."""
    if not request.user.is_authenticated:
        return away("account_login", request)
    if is_over(request, at):
        logout(request)
        return away("account_login", request, over="yes")
    held = {capacity.kind for capacity in request.capacities}
    if not demands.background:
        operations.note_use(session=request.session, at=at)
    request.capacity = chosen(request)
    began, seen = (moment(request.session[name]) for name in ("began", "seen"))
    request.session_limits = limits(began=began, seen=seen, at=at, kinds=held)
    if missing := second_factor_missing(request, held, demands):
        return away(missing, request)
    request.password_is_old = password_is_old(
        set_at=request.user.password_set_at, at=at, kinds=held, days=settings.STAFF_PASSWORD_DAYS
    )
    if request.password_is_old and not demands.old_password:
        return away("password:change", request)
    if held.intersection(demands.kinds) and choice_ended(request):
        del request.session["capacity"]  # nobody acts for somebody else unaware
        return away("sign_in:capacity", request)
    if demands.kinds and (request.capacity is None or request.capacity.kind not in demands.kinds):
        others = [capacity for capacity in request.capacities if capacity.kind in demands.kinds]
        if not others:
            raise PermissionDenied("not for the capacities of this person")
        return render(request, "accounts/other_capacity.html", {"others": others}, status=403)
    if demands.job is not None and not post_of(request.capacity, demands.job, at).exists():
        raise PermissionDenied("not for the posts of this person")
    if demands.step_up and not stepped_up(request, at):
        return away("account_reauthenticate", request)
    return None


def needs_last_words(response: StreamingHttpResponse) -> bool:
    """Whether nobody would see that the rest is missing. Some servers end an answer in order whose maker fails; then a
    length that was told, or the end that a packed file has, shows it, and a text does not."""
    told = "Content-Length" in response.headers
    return not told and any(word in response.headers["Content-Type"] for word in ("text", "csv", "json"))


def while_granted(pieces: Iterator[Any], request: Any, demands: Demands, last_words: str) -> Iterator[Any]:
    """The pieces, for as long as the person may have them. Raises AccessEnded, which breaks the connection, after the
    last words, if there are any."""
    while True:
        if not is_granted(request, demands, timezone.now()):
            if last_words:
                yield f"\n\n*** {last_words} ***\n"
            raise AccessEnded
        piece = next(pieces, END)
        if piece is END:
            return
        yield piece


def is_granted(request: Any, demands: Demands, at: datetime) -> bool:
    """Whether nothing of what ``refuse`` looked at has ended since: one statement. A download is a use of its session,
    so that only the longest time of that counts."""
    user, kinds = request.user, {capacity.kind for capacity in request.capacities}
    if longest(began=moment(request.session.get("began")), kinds=kinds) <= at:
        return False
    granted = User.objects.filter(
        Exists(Session.objects.filter(session_key=request.session.session_key, expire_date__gt=at)),
        pk=user.pk,
        is_active=True,
        password=user.password,
        credentials_version=user.credentials_version,
    )
    if demands.kinds:
        granted = granted.filter(Exists(Capacity.objects.live(at).filter(pk=request.capacity.pk)))
    if demands.job is not None:
        granted = granted.filter(Exists(post_of(request.capacity, demands.job, at)))
    return granted.exists()


def post_of(capacity: Capacity | None, job: Job, at: datetime) -> QuerySet[Post]:
    return Post.objects.live(at).filter(person__capacity=capacity, job=job)


def is_over(request: Any, at: datetime) -> bool:
    """Whether the session of whoever is signed in has reached its limits. Sets ``request.capacities``."""
    request.capacities = list(Capacity.objects.live(at).filter(user=request.user).order_by("since", "id"))
    held = {capacity.kind for capacity in request.capacities}
    began, seen = (moment(request.session.get(name)) for name in ("began", "seen"))
    return ends_at(began=began, seen=seen, kinds=held) <= at


def second_factor_missing(request: Any, held: Collection[str], demands: Demands) -> str | None:
    """Where the person gives or sets up a second factor; None where the session has one, or needs none. Who gave one
    that was removed since gives another."""
    if demands.asks_second_factor:
        return None
    there = set(Authenticator.objects.filter(user=request.user).values_list("pk", flat=True))
    if not there:
        return "mfa_index" if demands.second_factor and second_factor_is_demanded(held) else None
    given = {each.get("id") for each in get_authentication_records(request, request.user) if each["method"] == "mfa"}
    return None if given & there else "mfa_reauthenticate"


def stepped_up(request: Any, at: datetime) -> bool:
    since = (at - timedelta(minutes=STEP_UP_MINUTES)).timestamp()
    records = get_authentication_records(request, request.user)
    return any(each.get("reauthenticated") and each["at"] > since for each in records)


def chosen(request: Any) -> Capacity | None:
    """As what the person is here: as they chose, while that lives, or else the oldest that does."""
    by_id = {str(capacity.pk): capacity for capacity in request.capacities}
    first = request.capacities[0] if request.capacities else None
    return by_id.get(request.session.get("capacity", ""), first)


def choice_ended(request: Any) -> bool:
    choice = request.session.get("capacity")
    return choice is not None and choice not in {str(capacity.pk) for capacity in request.capacities}


def moment(timestamp: float | None) -> datetime:
    """Sessions hold seconds. One that says nothing is as old as can be, and so over."""
    return datetime.fromtimestamp(timestamp or 0, tz=UTC)


def away(name: str, request: HttpRequest, **more: str) -> HttpResponseBase:
    """To another page, from which the person comes back to this one."""
    ways = [request.get_full_path(), request.path] if request.method in ("GET", "HEAD") else [request.path]
    back = next((way for way in ways if len(way) <= ADDRESS_LONGEST), "")
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': back} | more)}")


def next_page(request: HttpRequest) -> str | None:
    """Where the person was on the way to: a path of this site. None where none is named, and for any other address."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    fits = wanted.startswith("/") and len(iri_to_uri(wanted)) <= ADDRESS_LONGEST
    return wanted if fits and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else None


def kept_by_nobody(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "no-store"
    # With "no-referrer" a browser says of its own page's form that it comes from nowhere, and CSRF refuses it.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def actor_of(request: Any) -> Actor:
    """Who acts, for ``by=``. The number of the request ties what it did together."""
    if not hasattr(request, "number"):
        request.number = uuid4().hex
    if not request.user.is_authenticated:
        return Actor("stranger", request_id=request.number)
    capacity = getattr(request, "capacity", None)
    return Actor(f"user:{request.user.pk}", capacity.kind if capacity else "", request.number)
