"""Find Care's pages. Nobody is told from anybody else here: every answer is the same for everyone who asks."""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import TypeVar

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from accounts.access import public
from directory.listing.models import Attribute, ListedClinician, ListedPlace
from directory.listing.vocabulary import Group

from . import pages
from .cards import Words
from .finding import Search, find, find_at, prepare, read, widen
from .freshness import last_modified, revalidated
from .lists import as_csv, pieces
from .vocabulary import CLINICIANS, Sought
from .where import zip_at

EVERYONE = "the directory is open to everyone, and knows nobody (42 CFR 431.70)"
T = TypeVar("T")
View = Callable[..., HttpResponseBase]


def unlisted(view: View) -> View:
    """People's pages and results stay out of search engines and their copies."""

    @wraps(view)
    def marked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, noarchive"
        return response

    return marked


def asked_for(request: HttpRequest, of: Sought = CLINICIANS) -> Search:
    """The search of an address, words that name a filter taken as the filter."""
    asked, named = read(request.GET, translation.get_language(), of)
    return prepare(named or asked)


def network_names(codes: Iterable[str]) -> dict[str, str]:
    """What networks are called, by code."""
    return dict(Attribute.objects.filter(group=Group.NETWORK, code__in=list(codes)).values_list("code", "label"))


@gzip_page
@require_safe
@unlisted
@revalidated
@public(EVERYONE)
def results(request: HttpRequest, of: Sought = CLINICIANS) -> HttpResponse:
    asked, named = read(request.GET, translation.get_language(), of)
    if named:
        return HttpResponseRedirect(pages.link(of.page, named, **named.strangers))
    search = prepare(asked)
    found = find(search)
    wider = None if found.total else widen(search, found)
    context = pages.results(search, found, wider, Words(translation.get_language()), timezone.now())
    response = render(request, "directory/search/results.html", context)
    last_modified(response, (card.get("checked_on") for card in found.cards))
    return response


@gzip_page
@require_safe
@unlisted
@revalidated
@public(EVERYONE)
def clinician(request: HttpRequest, npi: int) -> HttpResponse:
    card = ListedClinician.objects.page(npi)
    if card is None:
        raise Http404
    codes = {code for place in card["places"] for code in place["here"]["networks"]}
    names = network_names(codes)
    context = pages.clinician(card, names, Words(translation.get_language()), timezone.now(), back_url="")
    response = render(request, "directory/search/clinician.html", context)
    last_modified(response, [card["checked_on"]])
    return response


@gzip_page
@require_safe
@unlisted
@revalidated
@public(EVERYONE)
def place(request: HttpRequest, number: int) -> HttpResponseBase:
    card = ListedPlace.objects.page(number)
    if card is None:
        raise Http404
    if card["id"] != number:
        return HttpResponsePermanentRedirect(reverse("search:place", args=[card["id"]]))
    who = find_at(card["id"], request.GET)
    names = network_names(card["facts"]["networks"])
    context = pages.place(card, who, names, Words(translation.get_language()), timezone.now())
    return render(request, "directory/search/place_page.html", context)


@require_safe
@unlisted
@revalidated
@public(EVERYONE)
def as_file(request: HttpRequest, of: Sought = CLINICIANS) -> HttpResponseBase:
    search = asked_for(request, of)
    total = ListedClinician.objects.find(search.query.total_only()).total
    rows = as_csv(search, total, Words(translation.get_language()), timezone.now())
    response = StreamingHttpResponse(in_this_language(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{request.path.rpartition("/")[2]}"'
    return response


@gzip_page
@require_safe
@unlisted
@revalidated
@public(EVERYONE)
def to_print(request: HttpRequest, of: Sought = CLINICIANS) -> HttpResponseBase:
    search, now = asked_for(request, of), timezone.now()
    words = Words(translation.get_language())
    found = ListedClinician.objects.find(search.query.total_only(pages.named_by_the_listing(search.asked)))
    context = pages.printed(search, found, words, now)

    def sheets() -> Iterator[str]:
        yield render_to_string("directory/search/print_head.html", context, request)
        for page in pieces(search):
            hits = pages.hits(search, page, words, None)
            yield render_to_string("directory/search/print_rows.html", {"hits": hits}, request)
        yield render_to_string("directory/search/print_tail.html", context, request)

    return StreamingHttpResponse(in_this_language(sheets()), content_type="text/html; charset=utf-8")


@require_safe
@unlisted
@revalidated
@public(EVERYONE)
def nearest_zip(request: HttpRequest) -> JsonResponse:
    """The ZIP code at a place that the browser found, rounded to about half a mile before it was sent."""
    try:
        latitude, longitude = float(request.GET["lat"]), float(request.GET["lon"])
    except (KeyError, ValueError):
        return JsonResponse({"zip": None}, status=400)
    return JsonResponse({"zip": zip_at(round(latitude, 2), round(longitude, 2))})


def in_this_language(pieces: Iterator[T]) -> Iterator[T]:
    """A body is streamed after the request's language was put away: each piece is made in it again."""
    language = translation.get_language()
    while True:
        with translation.override(language):
            try:
                piece = next(pieces)
            except StopIteration:
                return
        yield piece
