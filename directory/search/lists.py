"""Long lists of a search, read a piece at a time: each piece is a page of its own, found by key."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext

from directory.code_sets.vocabulary import CodeKind
from directory.listing.models import ListedClinician

from . import cards, pages
from .cards import Card, Words
from .finding import Search
from .rules import end_of
from .vocabulary import MOST_ROWS_OF_A_LIST, PLACES, ROWS_A_PIECE

RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def pieces(search: Search) -> Iterator[Sequence[Card]]:
    """The cards of a search in order, some at a time, until they end or a list is full.

    Nothing is kept open between two pieces: whoever is withdrawn meanwhile is not in the next one.
    """
    query = replace(search.query, counted=(), size=ROWS_A_PIECE)
    left = MOST_ROWS_OF_A_LIST
    while left > 0:
        page = ListedClinician.objects.find(replace(query, size=min(left, ROWS_A_PIECE))).cards
        yield page
        left -= len(page)
        if len(page) < ROWS_A_PIECE:
            return
        query = replace(query, after=end_of(page[-1], by_distance=query.by_distance))


def columns() -> list[str]:
    return [
        gettext("NPI"),
        gettext("Name"),
        gettext("Credentials"),
        gettext("Specialties"),
        gettext("Miles"),
        gettext("Place"),
        gettext("Address"),
        gettext("City"),
        gettext("State"),
        gettext("ZIP code"),
        gettext("Phone"),
        gettext("New patients"),
        gettext("Speaks"),
        gettext("Office staff speak"),
        gettext("Chose to share"),
        gettext("Network"),
    ]


def row(card: Card, words: Words) -> list[Any]:
    """The same columns for everyone, whatever they chose to show."""
    facts, here, place = card["facts"], card["here"], card["place"]
    well, some = cards.spoken(facts.get("languages", ()), words)
    taking = cards.accepting(here["accepting"], words)
    return [
        card["npi"],
        card["name"],
        card["credential"],
        "; ".join(words.of(CodeKind.SPECIALTY, facts["specialties"])),
        cards.miles(card["metres"], place),
        place["name"],
        *where(place),
        taking["text"] if taking else "",
        ", ".join(filter(None, (well, some))),
        cards.office(place["facts"], words),
        "; ".join(cards.chose_to_share(facts.get("shared", {}), words, short=True)),
        cards.unknown_network(here),
    ]


def place_columns() -> list[str]:
    return [
        gettext("Name"),
        gettext("Kind of place"),
        gettext("Organization"),
        gettext("Miles"),
        gettext("Address"),
        gettext("City"),
        gettext("State"),
        gettext("ZIP code"),
        gettext("Phone"),
        gettext("Website"),
        gettext("Getting in and around"),
        gettext("Office staff speak"),
        gettext("Interpreters"),
        gettext("Network"),
    ]


def place_row(card: Card, words: Words) -> list[Any]:
    facts = card["facts"]
    return [
        card["name"],
        *words.of(CodeKind.KIND, [facts["kind"]]),
        card["organization"],
        cards.miles(card["metres"], card),
        *where(card),
        card["website"],
        "; ".join(words.of(CodeKind.ACCESSIBILITY, facts["accessibility"])),
        cards.office(facts, words),
        cards.interpreters(facts, words),
        cards.call_first(facts),
    ]


def where(place: Card) -> list[str]:
    """Address, city, state, ZIP code and phone."""
    return [
        cards.address_lines(place)[0],
        place["city"],
        place["state"],
        place["zip"],
        cards.phone(place["phone"]),
    ]


def defused(cell: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RUNS_AS_FORMULA) else cell


def as_csv(search: Search, total: int, words: Words, now: datetime) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    titles, cells = (place_columns, place_row) if search.asked.of is PLACES else (columns, row)
    writer.writerow([f"{printed_on(now)} {pages.do_not_republish(search.asked)}"])
    writer.writerow(titles())
    for page in pieces(search):
        writer.writerows([defused(cell) for cell in cells(card, words)] for card in page)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    if said := pages.stopped(search.asked, total):
        writer.writerow([said])
        yield buffer.getvalue()


def printed_on(now: datetime) -> str:
    return gettext("Made %(when)s.") % {"when": date_format(now.astimezone(), "DATE_FORMAT")}
