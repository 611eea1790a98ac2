"""Every address says who may see it, and the public ones tell nobody from anybody else."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from accounts.access import public
from accounts.models import User
from accounts.vocabulary import CapacityKind
from tests.architecture.tree import PACKAGES
from tests.builders.people import person, signed_in

# What stands in an address, by its name, where the kind of the converter is not enough to make one up.
SAMPLES = {"npi": "2000000002", "state": "MN", "number": "1"}
BY_CONVERTER = {"int": "1", "IntConverter": "1", "UUIDConverter": "00000000-0000-4000-8000-000000000000"}


def addresses(patterns: list[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the site with a view at its end, its parameters filled with samples."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, before + str(entry.pattern))
        else:
            yield before + filled(entry), entry


def filled(entry: URLPattern) -> str:
    route = str(entry.pattern)
    for name, converter in entry.pattern.converters.items():
        kind = type(converter).__name__
        sample = SAMPLES.get(name) or BY_CONVERTER.get(kind, "sample")
        for written in (
            f"<{name}>",
            *(f"<{word}:{name}>" for word in ("int", "str", "slug", "uuid", "path", "place", name)),
        ):
            route = route.replace(written, sample)
    return route


def undeclared(patterns: list[Any]) -> list[str]:
    return [f"/{address}" for address, entry in addresses(patterns) if getattr(entry.callback, "access", None) is None]


SITE = list(addresses(get_resolver().url_patterns))


def test_every_address_declares_who_may_see_it() -> None:
    assert SITE
    assert undeclared(get_resolver().url_patterns) == []


def test_every_reason_is_a_sentence() -> None:
    declared = [entry.callback.access for _, entry in SITE]  # type: ignore[attr-defined]
    reasons = [rest[0] for kind, *rest in declared if kind in ("public", "open")]
    assert {kind for kind, *_ in declared} <= {"public", "open", "requires"}
    assert all(len(reason.split()) >= 3 for reason in reasons)


def test_an_address_that_declares_nothing_is_seen() -> None:
    def view(request: Any) -> None: ...

    assert undeclared([path("a/", view), path("b/", public("a test of the walk")(view))]) == ["/a/"]


PUBLIC, OPEN, REQUIRES = (
    sorted({f"/{address}" for address, entry in SITE if entry.callback.access[0] == kind})  # type: ignore[attr-defined]
    for kind in ("public", "open", "requires")
)
KINDS = {f"/{address}": entry.callback.access[1] for address, entry in SITE}  # type: ignore[attr-defined]


# Anyone's


@pytest.mark.parametrize("address", PUBLIC)
def test_a_stranger_sees_what_a_signed_in_person_sees(db: None, address: str) -> None:
    stranger, known = Client(raise_request_exception=True), Client()
    known.force_login(User.objects.create(username="amina"))
    first, second = stranger.get(address), known.get(address)
    assert first.status_code != 403
    assert second.status_code == first.status_code
    assert second.headers == first.headers
    assert body(second) == body(first)
    assert not first.cookies
    assert not second.cookies
    assert "Cookie" not in first.headers.get("Vary", "")
    assert not known.session.is_empty()  # it was there to be read


@pytest.mark.parametrize("address", PUBLIC)
def test_a_login_of_the_public_role_alone_can_serve_it(db: None, settings: Any, address: str) -> None:
    """The role guards against mistakes; a server that cannot sign in as anybody else is a boundary."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with connection.cursor() as cursor:
        cursor.execute(f'SET SESSION AUTHORIZATION "{settings.PUBLIC_ROLE}"')
    try:
        answer = Client(raise_request_exception=True).get(address)
        body(answer)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET SESSION AUTHORIZATION")
    assert answer.status_code < 500


# Whoever must post, and whoever is signed in


@pytest.mark.parametrize("address", REQUIRES)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_a_stranger_is_sent_to_sign_in(db: None, address: str, method: str) -> None:
    answer = getattr(Client(raise_request_exception=True), method)(address)
    if answer.status_code == 405:  # nothing answers to this method, whoever asks
        return
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/account/sign-in/?{urlencode({'next': address})}"
    assert answer.headers["Cache-Control"] == "no-store"


def test_somebody_without_the_capacity_is_refused(db: None) -> None:
    known = signed_in(person())
    for address in REQUIRES:
        if KINDS[address]:
            assert known.get(address).status_code in (403, 405), address
            assert known.post(address).status_code in (403, 405), address


@pytest.mark.parametrize("address", OPEN)
def test_what_is_open_to_strangers_is_kept_by_nobody(db: None, address: str) -> None:
    answer = Client(raise_request_exception=True).get(address)
    assert answer.status_code in (200, 302, 405)
    assert answer.headers.get("Cache-Control") == "no-store" or answer.status_code == 405


@pytest.mark.parametrize("address", [*OPEN, *REQUIRES])
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(db: None, address: str, method: str) -> None:
    stranger, known = Client(), signed_in(person("amina.w", "amina@mail.example", CapacityKind.MEMBER))
    before = everything()
    for client in (stranger, known):
        getattr(client, method)(address)
    assert everything() == before
    assert known.get("/account/").status_code == 200  # they are still signed in


def test_a_change_is_seen(db: None) -> None:
    before = everything()
    person()
    assert everything() != before


def test_only_pages_of_ours_have_addresses() -> None:
    """What a library offers at addresses of its own is a second way in."""
    assert {entry.callback.__module__.split(".")[0] for _, entry in SITE} <= {*PACKAGES, "drf_spectacular"}


def everything() -> dict[str, str]:
    """A digest of each table, without what is noted of the use of a session."""
    with connection.cursor() as cursor:
        tables = [each for each in connection.introspection.table_names(cursor) if "session" not in each]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            found[table] = cursor.fetchone()[0]
    return found


def body(answer: Any) -> bytes:
    return bytes(answer.getvalue())
