"""Every answer says its language by its address, and tells the browser what it may not do."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import include, path
from django.utils import translation

from accounts.access import public
from portal.config.context import address_in, direction


@public("a test of languages", reads=False)
def language(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{translation.get_language()} {getattr(request, 'LANGUAGE_CODE', '')}")


@public("a test of templates", reads=False)
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "404.html")


stand_in = [path("", language, name="home"), path("results/", language, name="results")]
urlpatterns = [
    path("language/", language),
    path("es/language/", language),
    path("page/", page),
    path("es/page/", page),
    path("home/", include((stand_in, "home"))),
    path("search/", include((stand_in, "search"))),
]
handler404 = "portal.config.views.not_found"

pytestmark = pytest.mark.urls(__name__)

ANOTHER = {"accept-language": "es-MX,es;q=0.9", "cookie": "django_language=es"}


@pytest.mark.parametrize(("address", "code"), [("/language/", "en"), ("/es/language/", "es")])
def test_the_address_alone_says_the_language(client: Client, address: str, code: str) -> None:
    for headers in ({}, ANOTHER):
        answer = client.get(address, headers=headers)
        assert answer.content.decode() == f"{code} {code}"
        assert answer.headers["Content-Language"] == code
        assert "Vary" not in answer.headers


def test_one_visitors_language_is_not_the_next_ones(client: Client) -> None:
    client.get("/es/language/")
    assert client.get("/language/").content == b"en en"


@pytest.mark.parametrize(("address", "code"), [("/nowhere/", "en"), ("/es/nowhere/", "es")])
def test_a_missing_page_is_told_in_the_language_of_its_address(client: Client, address: str, code: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert f'<html lang="{code}" dir="ltr">' in answer.content.decode()


def test_a_page_offers_itself_in_the_other_languages(client: Client) -> None:
    assert 'href="/es/page/?q=a&amp;zip=55104"' in client.get("/page/?q=a&zip=55104").content.decode()
    assert 'href="/page/?q=a"' in client.get("/es/page/?q=a").content.decode()


@pytest.mark.parametrize(
    ("path_now", "now", "there"),
    [("/", "en", "/es/"), ("/find-care/?q=x", "en", "/es/find-care/?q=x"), ("/es/", "es", "/es/")],
)
def test_an_address_in_spanish(path_now: str, now: str, there: str) -> None:
    assert address_in("es", path_now, now) == there


@pytest.mark.parametrize(
    "path_now", ["/es//elsewhere.example/", "/es///elsewhere.example/", "/es/\\elsewhere.example/"]
)
def test_no_path_makes_the_link_to_another_language_lead_to_another_site(path_now: str) -> None:
    assert urlsplit(address_in("en", path_now, "es")).netloc == ""
    assert address_in("en", path_now, "es")[:2] != "//"


@pytest.mark.urls("portal.config.urls")
def test_who_asks_for_another_host_is_answered_with_a_page_of_ours() -> None:
    answer = Client(raise_request_exception=False, SERVER_NAME="elsewhere.example").get("/page/")
    assert answer.status_code == 400
    assert "We could not read that" in answer.content.decode()
    assert settings.PLAN.name in answer.content.decode()
    assert "elsewhere" not in answer.content.decode()


def test_the_frame_knows_languages_that_run_the_other_way() -> None:
    assert direction("ar") == "rtl"
    assert direction("es") == "ltr"


def test_the_browser_is_told_what_it_may_not_do(client: Client) -> None:
    headers = client.get("/language/").headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src", "form-action")} == {"'self'"}
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers


def test_static_files_are_served_without_a_view(client: Client) -> None:
    answer = client.get(f"{settings.STATIC_URL}js/tessera.js")
    assert answer.status_code == 200
    assert b"".join(answer)  # type: ignore[call-overload]
