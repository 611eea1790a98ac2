"""Everything that a stranger can see of the site, and the eyes that compare it.

A new public page belongs into ``addresses``: a test fails as long as an address of the site is missing here.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

from accounts.access import public_role
from accounts.models import User
from accounts.public_role.grants import allow_list

FIND, LIST, PRINT, FILE = "/find-care/", "/api/v1/clinicians/", "/find-care/print/", "/find-care.csv"
STATE_FILES = ("/api/v1/directory/MN.ndjson.gz", "/api/v1/directory/MN.providers.json.gz")
PLACES, PLACES_PRINT, PLACES_FILE = "/find-care/places/", "/find-care/places/print/", "/find-care/places.csv"
PLACES_LIST = "/api/v1/places/"
NEAR = {"zip": "55104"}
_visitors = count(1)


@dataclass(frozen=True)
class Aim:
    """What a curious stranger asks for: values of filters by parameter, words to search by, people to look at."""

    filters: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    npis: tuple[int, ...] = ()
    places: tuple[int, ...] = (1,)


def the_sharpest(aim: Aim, language: str) -> Iterator[str]:
    """The few addresses at which most leaks would show."""
    yield language + FIND
    yield from (f"{language}/find-care/clinicians/{npi}/" for npi in aim.npis)
    yield language + asked(FILE, NEAR, within=100)
    yield from (asked(LIST, {name: value}) for name, value in aim.filters[:5])
    yield from (asked(LIST, q=word, by="name") for word in aim.words[:3])
    yield from (asked(PLACES_LIST, q=word, by="name") for word in aim.words[:3])
    yield from (f"{language}{PLACES}{number}/" for number in aim.places)
    yield from (asked(FIND, q=misspelt(word), by="name") for word in aim.words[:3])


def addresses(aim: Aim, languages: Iterable[str] = ("", "/es")) -> Iterator[str]:
    """The script of requests: every public page, every filter and word that is aimed at, in the given languages."""
    for language in languages:
        yield from (language + path for path in pages(aim))
    yield from programs(aim)


def pages(aim: Aim) -> Iterator[str]:
    """What people read: once for each language."""
    yield "/"
    yield FIND
    yield asked(FIND, NEAR)
    yield asked(FIND, NEAR, sort="name", within=100)
    yield asked(FIND, NEAR, within=0, language=["so", "hmn"], language_match="all")
    yield asked(FIND, state="MN", age=7, accepting="yes", telehealth="yes")
    yield asked(FIND, county="Ramsey", state="MN", office_language="so", accessibility="adacomp")
    yield asked(FIND, q="Somali family doctor")
    yield asked(FIND, NEAR, after="0-2000000000")
    yield asked(FIND, after="m-2000000000")
    yield asked(FIND, race="nobody has this", utm_source="elsewhere")
    yield FILE
    yield asked(FILE, NEAR, sort="name")
    yield PRINT
    yield asked(PRINT, NEAR)
    yield asked("/find-care/zip/", lat="44.95", lon="-93.17")
    yield "/no-such-page/"
    yield PLACES
    yield asked(PLACES, NEAR, kind="clinic", network="open")
    yield asked(PLACES, q="Cedar Corner")
    yield asked(PLACES_FILE, NEAR, within=100)
    yield asked(PLACES_PRINT, q="Cedar Corner")
    yield from (f"{PLACES}{number}/" for number in aim.places)
    for npi in aim.npis:
        yield f"/find-care/clinicians/{npi}/"
    for name, value in aim.filters[:3]:
        yield asked(FIND, {name: value})
        yield asked(FIND, NEAR, {name: value}, within=100)
    for name, value in aim.filters[:1]:
        yield asked(FILE, {name: value})
        yield asked(PRINT, {name: value})
    for word in aim.words[:2]:
        yield asked(FIND, q=word, by="name")
        yield asked(FIND, q=misspelt(word), by="name")


def programs(aim: Aim) -> Iterator[str]:
    """What programs read: one address, whatever the language."""
    yield "/api/schema/"
    yield "/health/live"
    yield "/health/ready"
    yield from STATE_FILES
    yield LIST
    yield asked(LIST, NEAR)
    yield asked(LIST, NEAR, within=5, specialty="207Q00000X", sort="name")
    yield PLACES_LIST
    yield asked(PLACES_LIST, NEAR, plan="choice")
    yield from (f"{PLACES_LIST}{number}/" for number in aim.places)
    for npi in (*aim.npis, 2000000000):
        yield f"{LIST}{npi}/"
        yield asked(LIST, q=npi)
    for name, value in aim.filters:
        yield asked(LIST, {name: value})
        yield asked(PLACES_LIST, {"office_language" if name == "language" else name: value})
    for word in aim.words:
        yield asked(LIST, q=word, by="name")
        yield asked(PLACES_LIST, q=word, by="name")
        yield asked(LIST, q=misspelt(word))
        yield asked(LIST, q=misspelt(word), spelling="exact")
        yield asked(LIST, q=word)
        yield asked(LIST, after=f"{word.lower()}-2000000000")


def misspelt(words: str) -> str:
    """The same with its second and third letters swapped."""
    return f"{words[0]}{words[1:3][::-1]}{words[3:]}"


def asked(path: str, *more: dict[str, Any], **parameters: Any) -> str:
    for each in more:
        parameters |= each
    return f"{path}?{urlencode(parameters, doseq=True)}"


@dataclass
class Seen:
    """What one visitor saw: answers by address in the order of asking, log lines, and the rows the role can read."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    logged: list[str] = field(default_factory=list)
    rows: dict[str, list[str]] = field(default_factory=dict)


def visit(paths: Iterable[str], *, signed_in: bool = False, follow: int = 1, encoding: str = "") -> Seen:
    """Ask for each address; of lists also the next pages, ``follow`` of them. Then read what the role may read."""
    seen = Seen()
    client = visitor(signed_in=signed_in, encoding=encoding)
    with kept_log(seen.logged):
        for path in dict.fromkeys(paths):
            look(client, path, seen, follow)
    seen.rows = readable()
    return seen


def visitor(*, signed_in: bool = False, encoding: str = "") -> Client:
    """A browser at an address of its own, so that nobody is asked to wait for what others did."""
    number = next(_visitors)
    headers = {"accept-encoding": encoding} if encoding else {}
    client = Client(
        raise_request_exception=False, REMOTE_ADDR=f"127.1.{number // 250 % 250}.{number % 250}", headers=headers
    )
    if signed_in:
        user, _ = User.objects.get_or_create(username="amina")
        client.force_login(user)
        client.cookies["anything"] = "else"
    return client


def look(client: Client, path: str, seen: Seen, follow: int) -> None:
    answer: Any = client.get(path)
    body = b"".join(answer) if answer.streaming else answer.content
    seen.answers[path] = {
        "status": answer.status_code,
        "reason": answer.reason_phrase,
        "headers": sorted(answer.headers.items()),
        "cookies": sorted(morsel.OutputString() for morsel in answer.cookies.values()),
        "body": body,
    }
    if follow and answer.status_code == 200 and answer["Content-Type"] == "application/json" and path.startswith(LIST):
        following = answer.json().get("next")
        if following:
            look(client, following, seen, follow - 1)
            look(client, following.replace(LIST, FIND), seen, 0)


@contextmanager
def kept_log(lines: list[str]) -> Iterator[None]:
    """Every line from WARNING up, before anything is taken out of it."""

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.levelname} {record.name} {record.getMessage()}")

    keep = Keep(logging.WARNING)
    logging.getLogger().addHandler(keep)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(keep)


def readable() -> dict[str, list[str]]:
    """Every row of every published table, in the columns that the public role reads. Code sets, which no answer
    touches, are left out."""
    found = {}
    listed = sorted(column for column in allow_list() if not column[0].startswith("code_sets_"))
    with public_role(), connection.cursor() as cursor:
        for table, columns in groupby(listed, key=itemgetter(0)):
            cursor.execute(f"SELECT ROW({', '.join(f't.{column}' for _, column in columns)})::text FROM {table} t")
            found[table] = sorted(row[0] for row in cursor.fetchall())
    return found


def differences(one: Seen, other: Seen) -> list[str]:
    """Where two visits differ: an address and what of its answer, a table, the log. Empty when nothing can be told."""
    found = [
        f"{path}: {what}"
        for path in one.answers.keys() | other.answers.keys()
        for what in parts(one, other)
        if one.answers.get(path, {}).get(what) != other.answers.get(path, {}).get(what)
    ]
    if list(one.answers) != list(other.answers):
        found.append("the addresses that pages lead to")
    if one.logged != other.logged:
        found.append("the log")
    found += [
        f"rows of {table}"
        for table in one.rows.keys() | other.rows.keys()
        if one.rows.get(table) != other.rows.get(table)
    ]
    return sorted(found)


def parts(one: Seen, other: Seen) -> tuple[str, ...]:
    return ("status", "reason", "headers", "cookies", "body")
