"""The print queue. It names nobody: whose letter one is stands on the paper alone, for whoever prints it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from accounts.access import actor_of, requires
from accounts.outbox.errors import LetterRefused
from accounts.outbox.models import Letter
from accounts.outbox.operations import print_letter
from accounts.outbox.vocabulary import Sheet
from accounts.vocabulary import CapacityKind

from .access import kinds_for
from .vocabulary import PRINTED_SHOWN, WAITING_SHOWN


@require_safe
@requires(CapacityKind.STAFF)
def queue(request: Any) -> HttpResponse:
    return queue_page(request, timezone.now())


def queue_page(request: Any, at: datetime, refusal: str = "") -> HttpResponse:
    kinds = kinds_of(request, at)
    letters = Letter.objects.of_kinds(kinds)
    context = {
        "waiting": rows(request, letters.waiting()[:WAITING_SHOWN], kinds),
        "more": max(0, letters.waiting().count() - WAITING_SHOWN),
        "printed": rows(request, letters.printed()[:PRINTED_SHOWN], kinds),
        "refusal": refusal,
    }
    return render(request, "accounts/letters/queue.html", context)


def rows(request: Any, letters: Any, kinds: dict[str, Any]) -> list[dict[str, Any]]:
    """``mine``: who had it written, or did what it tells of, does not print it."""
    me = actor_of(request).id
    return [
        {"letter": each, "label": kinds[each.kind], "mine": each.issued_by == me, "next": each.printing + 1}
        for each in letters
    ]


def kinds_of(request: Any, at: datetime) -> dict[str, Any]:
    kinds = kinds_for(request.capacity, at)
    if not kinds:
        raise PermissionDenied("no letter is printed by somebody with these posts")
    return kinds


@requires(CapacityKind.STAFF)
def on_paper(request: Any, letter: UUID, printing: int) -> HttpResponse:
    """The letter itself, made by this request. Asked for again it is not made again: that would void the first."""
    at = timezone.now()
    kinds = kinds_of(request, at)
    if request.method != "POST":  # whoever comes back from sign-in
        return redirect("letters:queue")
    if not Letter.objects.of_kinds(kinds).filter(pk=letter).exists():
        raise Http404
    try:
        sheet = print_letter(letter=letter, printing=printing, by=actor_of(request), at=at)
    except LetterRefused as refused:
        return queue_page(request, at, str(refused))
    context = {"sheet": sheet, "body": body_of(sheet, at)}
    return render(request, "accounts/letters/on_paper.html", context)


def body_of(sheet: Sheet, at: datetime) -> str:
    """In the language of whoever reads the letter, not of whoever prints it."""
    to = sheet.envelope
    frame = {"to": to.lines, "printed_at": at, "plan": settings.PLAN, "language": to.language}
    with translation.override(to.language):
        return render_to_string(sheet.template, {**sheet.context, **frame})
