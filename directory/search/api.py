"""The same search for programs."""

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, authentication_classes, permission_classes, renderer_classes
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts.access import public
from directory.listing.models import ListedClinician, ListedPlace, StateFiles
from directory.listing.queries import Found

from . import serializers
from .cards import Words
from .files import CLINICIANS as CLINICIANS_FILE
from .files import PROVIDERS, path_of
from .finding import Search, find, find_at
from .freshness import etag_of, last_modified, revalidated
from .pages import link, next_page
from .records import Record, as_json, clinician_at, whole_clinician, whole_place
from .rules import cursor
from .throttle import counted
from .views import EVERYONE, asked_for, unlisted
from .vocabulary import BYTES_A_PIECE, CLINICIANS, PLACES, RETRY_FILES_AFTER_SECONDS, ROWS_A_PAGE, WHERE, Sought


def parameters(of: Sought) -> list[OpenApiParameter]:
    return [
        *(OpenApiParameter(name, OpenApiTypes.STR) for name in (*WHERE, *of.others)),
        *(OpenApiParameter(name, OpenApiTypes.STR, many=True) for name in of.choices),
    ]


def named_facets(search: Search, found: Found) -> dict[str, list[dict[str, Any]]]:
    """Counts by parameter; the words are English, as is the API."""
    words = Words("en")
    facets = {}
    for name, choice in search.asked.of.choices.items():
        rows = found.counts.get(choice.group, [])
        if choice.yes:
            rows = [row._replace(code="yes", label="yes") for row in rows if row.code == choice.yes]
        facets[name] = [
            {
                "value": row.code,
                "name": row.label or (words.of(choice.kind, [row.code])[0] if choice.kind else row.code),
                "count": row.clinicians,
            }
            for row in rows
        ]
    return facets


@gzip_page
@counted
@unlisted
@revalidated
@public(EVERYONE)
@extend_schema(
    operation_id="find_clinicians", parameters=parameters(CLINICIANS), responses=serializers.ResultsSerializer
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes([JSONRenderer])
def clinicians(request: Request) -> HttpResponse:
    """Clinicians of the plan's network, with the number of those found for each value of each filter."""
    search = asked_for(request)
    found = find(search)
    results = [clinician_at(card) for card in found.cards]
    answer = found_in(search, found, results) | {"suggestion": found.spelling and found.spelling._asdict()}
    return answered(answer, *(card["checked_on"] for card in found.cards))


def found_in(search: Search, found: Found, results: list[Record]) -> Record:
    more = len(found.cards) == ROWS_A_PAGE and (search.asked.after is not None or found.total > ROWS_A_PAGE)
    return {
        "count": found.total,
        "results": results,
        "facets": named_facets(search, found),
        "next": link(search.asked.of.program, search.asked, after=next_page(search, found)) if more else None,
        "not_understood": [
            {"parameter": m.parameter, "value": m.value, "why": m.why.value, "choices": list(m.choices)}
            for m in search.not_understood
        ],
    }


@gzip_page
@counted
@unlisted
@revalidated
@public(EVERYONE)
@extend_schema(operation_id="find_places", parameters=parameters(PLACES), responses=serializers.PlaceResultsSerializer)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes([JSONRenderer])
def places(request: Request) -> HttpResponse:
    """Clinics, hospitals and other places, with the number of those found for each value of each filter."""
    search = asked_for(request, PLACES)
    found = find(search)
    return answered(found_in(search, found, [whole_place(card) for card in found.cards]))


@gzip_page
@counted
@unlisted
@revalidated
@public(EVERYONE)
@extend_schema(operation_id="one_place", responses=serializers.PlacePageSerializer)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes([JSONRenderer])
def place(request: Request, number: int) -> HttpResponseBase:
    """One place, with a page of those who work there: ``after`` is where the page before ended."""
    card = ListedPlace.objects.page(number)
    if card is None:
        raise Http404
    if card["id"] != number:
        return HttpResponsePermanentRedirect(reverse("api:place", args=[card["id"]]))
    who = find_at(card["id"], request.GET)
    more = urlencode({"after": cursor(who.cards[-1], by_distance=False)}) if len(who.cards) == ROWS_A_PAGE else ""
    clinicians_there = {
        "count": who.total,
        "results": [clinician_at(each) for each in who.cards],
        "next": f"{reverse('api:place', args=[number])}?{more}" if more else None,
    }
    return answered(whole_place(card) | {"clinicians": clinicians_there})


@gzip_page
@counted
@unlisted
@revalidated
@public(EVERYONE)
@extend_schema(operation_id="one_clinician", responses=serializers.ClinicianSerializer)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes([JSONRenderer])
def clinician(request: Request, npi: int) -> HttpResponse:
    """One clinician with every location."""
    card = ListedClinician.objects.page(npi)
    if card is None:
        raise Http404
    return answered(whole_clinician(card), card["checked_on"])


def answered(answer: Record, *days: str | None) -> HttpResponse:
    response = HttpResponse(as_json(answer), content_type="application/json")
    last_modified(response, days)
    return response


FILE = {
    (200, "application/gzip"): OpenApiTypes.BINARY,
    (503, "application/json"): serializers.DetailSerializer,
    (404, "application/json"): serializers.DetailSerializer,
}


@counted
@unlisted
@revalidated
@public(EVERYONE)
@extend_schema(operation_id="clinicians_of_a_state", responses=FILE)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes([JSONRenderer])
def state_clinicians(request: Request, state: str) -> HttpResponseBase:
    """Every clinician with a location in a state, in the order of NPIs: NDJSON, gzipped. The first line says of which
    directory and day the file is; each other line is what `/api/v1/clinicians/<npi>/` says, without a distance.

    Somebody there may take back what they show at any moment: then this file is gone at once (503), and comes back
    without it. Ask with If-None-Match before you use a copy, and keep no older one.
    """
    return file_of(request, state, CLINICIANS_FILE)


@counted
@unlisted
@revalidated
@public(EVERYONE)
@extend_schema(operation_id="providers_of_a_state", responses=FILE)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes([JSONRenderer])
def state_providers(request: Request, state: str) -> HttpResponseBase:
    """The same clinicians in the shape of CMS's `providers.json` for Marketplace plans, gzipped."""
    return file_of(request, state, PROVIDERS)


def file_of(request: Request, state: str, kind: str) -> HttpResponseBase:
    files = StateFiles.objects.in_service().filter(pk=state).first()
    if files is None:
        if StateFiles.objects.filter(pk=state).exists():
            return being_written()
        raise Http404
    path = path_of(state, kind, digest_of(files, kind))
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return being_written()
    response = StreamingHttpResponse(while_in_service(path, files, kind), content_type="application/gzip")
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = f'attachment; filename="{state}.{kind}.gz"'
    response["ETag"] = etag_of(digest_of(files, kind))
    last_modified(response, [str(files.shown_on)])
    return response


def digest_of(files: StateFiles, kind: str) -> str:
    return files.clinicians if kind == CLINICIANS_FILE else files.providers


def while_in_service(path: Path, files: StateFiles, kind: str) -> Iterator[bytes]:
    """A file that goes out of service while somebody downloads it breaks off: it ends before its announced length."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        while piece := file.read(BYTES_A_PIECE):
            now = StateFiles.objects.in_service().filter(pk=files.pk).first()
            if now is None or digest_of(now, kind) != digest_of(files, kind):
                return
            yield piece


def being_written() -> HttpResponse:
    return JsonResponse(
        {"detail": f"This file is being written anew. Ask again in {RETRY_FILES_AFTER_SECONDS // 60} minutes."},
        status=503,
        headers={"Retry-After": str(RETRY_FILES_AFTER_SECONDS), "Cache-Control": "no-store"},
    )


@public("how to use the directory from a program", reads=False)
def schema(request: HttpRequest) -> HttpResponse:
    """The API in OpenAPI's words."""
    return HttpResponse(described(), content_type="application/vnd.oai.openapi+json")


@cache
def described() -> str:
    return json.dumps(SchemaGenerator(api_version="v1").get_schema(request=None, public=True))
