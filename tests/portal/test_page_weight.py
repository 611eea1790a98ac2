"""Someone on a slow line and an old phone can use every page: what it loads is small, and comes from here."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find

from portal.config.stylesheet import stylesheet

KILOBYTE = 1000


def test_the_stylesheet_stays_under_12_kb_compressed():
    assert compressed(stylesheet(205)) < 12 * KILOBYTE


def test_the_script_stays_under_25_kb_compressed():
    assert compressed(Path(find("js/tessera.js")).read_text("utf-8")) < 25 * KILOBYTE


@pytest.mark.parametrize("address", ["/", "/es/"])
def test_the_first_page_stays_under_20_kb_compressed_and_6_requests(client, address):
    html = client.get(address).content.decode()

    assert compressed(html) < 20 * KILOBYTE
    assert 1 + len(loaded(html)) <= 6


@pytest.mark.parametrize("address", ["/", "/es/"])
def test_a_page_loads_nothing_from_elsewhere(client, address):
    assert [url for url in loaded(client.get(address).content.decode()) if not url.startswith("/static/")] == []


def test_the_stylesheet_loads_nothing_more():
    assert re.findall(r"url\(|@import|@font-face", stylesheet(205)) == []


def loaded(html: str) -> list[str]:
    """What a browser fetches beside the page."""
    linked = re.findall(r'<link rel="(?:icon|stylesheet)" href="([^"]+)"', html)
    return linked + re.findall(r'<(?:script|img|iframe)[^>]* src="([^"]+)"', html)


def compressed(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))
