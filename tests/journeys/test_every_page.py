"""What holds for every page, at every width, in both schemes and languages."""

import gzip
from typing import Any

import pytest

from tests.journeys.addresses import PAGES, in_spanish
from tests.journeys.conftest import DESK, PHONE, Open
from tests.journeys.visiting import violations

pytestmark = pytest.mark.browser

KILOBYTE = 1000
LARGEST = {"document": 20 * KILOBYTE, "stylesheet": 12 * KILOBYTE, "script": 25 * KILOBYTE}
MOST_REQUESTS = 6
EVERY_PAGE = pytest.mark.parametrize("name", PAGES)
EVERY_LANGUAGE = pytest.mark.parametrize("language", ["en", "es"])


def address(name: str, language: str) -> str:
    return in_spanish(PAGES[name]) if language == "es" else PAGES[name]


@EVERY_PAGE
@EVERY_LANGUAGE
def test_axe_finds_nothing(open_page: Open, name: str, language: str) -> None:
    found = []
    for viewport, scheme in ((PHONE, "light"), (DESK, "dark")):
        page = open_page(address(name, language), viewport=viewport, color_scheme=scheme)
        open_all(page)
        found += [f"{viewport['width']} {scheme}: {violation}" for violation in violations(page)]
    assert found == []


def test_axe_can_see(open_page: Open) -> None:
    page = open_page("/find-care/")
    page.evaluate("document.querySelector('label[for=zip]').remove()")
    assert violations(page) == ["label ['#zip']"]


def open_all(page: Any) -> None:
    """Whatever can be unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")


@EVERY_PAGE
@EVERY_LANGUAGE
def test_nobody_scrolls_sideways_on_the_smallest_phone(open_page: Open, name: str, language: str) -> None:
    page = open_page(address(name, language), viewport=PHONE, has_touch=True)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@EVERY_PAGE
def test_a_page_is_small_and_whole_and_comes_from_here(open_page: Open, site: str, name: str) -> None:
    page = open_page("about:blank")
    asked: list[Any] = []
    complaints: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request))  # playwright wants a function of its own
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(PAGES[name], wait_until="networkidle")

    assert [request.url for request in asked if not request.url.startswith(site)] == []
    assert len(asked) <= MOST_REQUESTS
    # A browser fetches a site's icon when it pleases, and keeps its bytes to itself.
    for request in [request for request in asked if "/icon" not in request.url]:
        size = len(gzip.compress(request.response().body(), 6))
        assert size < LARGEST.get(request.resource_type, KILOBYTE), request.url
    # That the page itself is not found is told as an error.
    assert [said for said in complaints if name != "not found" or "404 (Not Found)" not in said] == []
    assert page.context.cookies() == []


@EVERY_PAGE
def test_a_page_is_sent_compressed(open_page: Open, name: str) -> None:
    answer = open_page("about:blank").goto(PAGES[name])
    assert answer.header_value("content-encoding") == "gzip"


@EVERY_PAGE
def test_nothing_is_left_in_the_browser(open_page: Open, name: str) -> None:
    page = open_page(PAGES[name])
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]


@EVERY_PAGE
@EVERY_LANGUAGE
def test_a_page_says_its_language_and_has_one_first_heading(open_page: Open, name: str, language: str) -> None:
    page = open_page(address(name, language))
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    assert page.title()
