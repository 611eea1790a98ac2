"""The first page: what anyone can do here, and nothing that is not there yet."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.urls import resolve
from django.utils import translation

from directory.code_sets.seed_files import read_seed_file
from portal.home.mosaic import picture
from portal.home.vocabulary import SPOKEN_NEAR_BY

ADDRESSES = pytest.mark.parametrize("address", ["/", "/es/"])
SEEDS = Path(settings.BASE_DIR) / "seeds" / "code_sets"


@ADDRESSES
def test_it_asks_the_database_nothing_and_sets_no_cookie(client, address):
    """Without a database this test could not ask one: it would fail."""
    response = client.get(address)

    assert response.status_code == 200
    assert not response.cookies


@ADDRESSES
def test_every_link_leads_to_a_page_that_exists(client, address):
    for link in links(client, address):
        if not link.startswith(("tel:", "#")):
            path = urlsplit(link).path
            with translation.override(translation.get_language_from_path(path) or "en"):
                assert resolve(path), link


@ADDRESSES
def test_a_link_stays_in_the_language_of_the_page(client, address):
    inside = [link for link in links(client, address) if "find-care" in link]

    assert inside
    assert all(link.startswith(f"{address}find-care/") for link in inside)


def test_every_search_it_offers_names_codes_that_find_care_knows(client):
    specialties = {row["code"] for row in read_seed_file(SEEDS, "specialties").rows}
    languages = {row["code"] for row in read_seed_file(SEEDS, "languages").rows if row["filterable"] != "no"}
    asked: dict[str, set[str]] = {}
    for link in links(client, "/"):
        for name, values in parse_qs(urlsplit(link).query).items():
            asked.setdefault(name, set()).update(values)

    assert asked.pop("specialty") <= specialties
    assert asked.pop("language") <= languages
    assert asked == {"telehealth": {"yes"}, "accepting": {"yes"}}


def test_a_language_is_named_in_its_own_words():
    """As the code set has it, where the code set is sure of it."""
    own = {row["code"]: row["endonym"] for row in read_seed_file(SEEDS, "languages").rows}

    assert {code: own[code] for code, endonym, _ in SPOKEN_NEAR_BY if own[code] and own[code] != endonym} == {}


def test_an_emergency_has_its_number_on_the_first_page(client):
    page = client.get("/").content.decode()

    assert 'href="tel:911"' in page
    assert f'href="{settings.PLAN.phones.crisis.href}"' in page


def test_the_picture_is_the_same_for_everyone_and_small():
    again = picture.__wrapped__()

    assert again == picture()
    assert len(again) < 9000
    assert again.count('class="mg"') == 1


def links(client, address):
    return [
        link.replace("&amp;", "&")
        for link in re.findall(r'<a[^>]* href="([^"]+)"', client.get(address).content.decode())
    ]
