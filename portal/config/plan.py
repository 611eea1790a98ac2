"""The plan whose site this is: read once, at the start, from the file that PLAN_FILE names."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .errors import SettingError

STATE = re.compile(r"[A-Z]{2}")
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
DIGITS = re.compile(r"\d{3}|1?\d{10}")


@dataclass(frozen=True)
class Phone:
    """A number as people read it, and as a telephone dials it."""

    shown: str

    @property
    def href(self) -> str:
        """The address of a link that calls: ``tel:+16515550100``; a short code (711, 988) stays short."""
        digits = re.sub(r"\D", "", self.shown)
        return f"tel:{digits}" if len(digits) == 3 else f"tel:+1{digits[-10:]}"

    @property
    def unbroken(self) -> SafeString:
        """For a mail in HTML, which has no stylesheet: on one line."""
        return format_html('<span style="white-space:nowrap">{}</span>', self.shown)

    def __str__(self) -> str:
        return self.shown


@dataclass(frozen=True)
class Phones:
    """``lines`` are those that members of one line of business call instead of member services, by its name."""

    member_services: Phone
    tty: Phone
    crisis: Phone
    lines: Mapping[str, Phone]


@dataclass(frozen=True)
class Hours:
    """When member services answers, as a sentence in each language of the site."""

    en: str
    es: str


@dataclass(frozen=True)
class Plan:
    """Who runs this site. ``hue`` is the brand's angle on the colour wheel, 0 to 359; ``lines_es`` what the lines of
    business are called in Spanish, where that differs."""

    name: str
    short_name: str
    states: tuple[str, ...]
    website: str
    time_zone: str
    hue: int
    lines_of_business: tuple[str, ...]
    lines_es: Mapping[str, str]
    phones: Phones
    hours: Hours

    @property
    def phones_by_line(self) -> list[tuple[str, Phone]]:
        """What the members of each line of business call, and its name in the language of the page."""
        return [(self.line_in_words(line), self.phone_for(line)) for line in self.lines_of_business]

    def line_in_words(self, line_of_business: str) -> str:
        """Its name in the language of the page."""
        spanish = (translation.get_language() or "").startswith("es")
        return self.lines_es.get(line_of_business, line_of_business) if spanish else line_of_business

    def phone_for(self, line_of_business: str) -> Phone:
        """What a member of this line of business calls."""
        return self.phones.lines.get(line_of_business, self.phones.member_services)


class Reader:
    """Takes values out of the file, one refusal per mistake, each naming file, key and an example."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SettingError(
                f"PLAN_FILE names {path}, which does not exist. For example: PLAN_FILE=plan.toml"
            ) from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingError(f"PLAN_FILE names {path}, which cannot be read as TOML: {error}") from None
        self.used: set[str] = set()

    def value(self, key: str, example: str) -> Any:
        """What stands at ``key`` (``phones.tty`` is the key ``tty`` of the table ``[phones]``)."""
        self.used.add(key)
        place: Any = self.table
        for word in key.split("."):
            place = place.get(word) if isinstance(place, dict) else None
        if place in (None, "", []):
            raise self.wrong(key, "is missing", example)
        return place

    def wrong(self, key: str, what: str, example: str) -> SettingError:
        return SettingError(f"{self.path} (PLAN_FILE): {key} {what}. For example: {example}")

    def text(self, key: str, example: str, shape: re.Pattern[str] | None = None) -> str:
        value = self.value(key, example)
        if not isinstance(value, str) or (shape and not shape.fullmatch(value)):
            raise self.wrong(key, f"is {value!r}, which does not fit", example)
        return value

    def texts(self, key: str, example: str, shape: re.Pattern[str] | None = None) -> tuple[str, ...]:
        value = self.value(key, example)
        fits = isinstance(value, list) and all(
            isinstance(word, str) and word and (shape is None or shape.fullmatch(word)) for word in value
        )
        if not fits:
            raise self.wrong(key, f"is {value!r}, which does not fit", example)
        return tuple(value)

    def phone(self, key: str, example: str) -> Phone:
        return self.dialled(key, self.text(key, example), example)

    def dialled(self, key: str, shown: Any, example: str) -> Phone:
        if not isinstance(shown, str) or not DIGITS.fullmatch(re.sub(r"[ ().+-]", "", shown)):
            raise self.wrong(key, f"is {shown!r}, which is no telephone number", example)
        return Phone(shown)

    def by_line(self, table: str, word: str, lines: tuple[str, ...], example: str) -> dict[str, Any]:
        """What ``word`` of the table says of lines of business; nothing where it is left out."""
        if word not in self.table.get(table, {}):
            return {}
        key = f"{table}.{word}"
        named = self.value(key, example)
        if not isinstance(named, dict) or not named.keys() <= set(lines):
            raise self.wrong(key, "names a line of business that is not in lines_of_business", example)
        return named

    def phones_of_lines(self, lines: tuple[str, ...]) -> dict[str, Phone]:
        """None where everybody calls the same number."""
        example = 'Medicaid = "651-555-0101"'
        named = self.by_line("phones", "lines", lines, example)
        return {line: self.dialled(f"phones.lines.{line}", shown, example) for line, shown in named.items()}

    def spanish_of_lines(self, lines: tuple[str, ...]) -> dict[str, str]:
        example = 'Commercial = "Comercial"'
        named = self.by_line("words", "es", lines, example)
        if not all(isinstance(word, str) and word for word in named.values()):
            raise self.wrong("words.es", f"is {named!r}, which does not fit", example)
        return named

    def hue(self) -> int:
        value = self.value("hue", "hue = 205")
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 360:
            raise self.wrong("hue", f"is {value!r}, which is no whole angle from 0 to 359", "hue = 205")
        return value

    def time_zone(self) -> str:
        name = self.text("time_zone", 'time_zone = "America/Chicago"')
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise self.wrong(
                "time_zone", f"is {name!r}, which no time zone is called", 'time_zone = "America/Chicago"'
            ) from None
        return name

    def refuse_unknown(self) -> None:
        """A misspelt key would otherwise be overlooked in silence."""
        for key, value in self.table.items():
            for name in [f"{key}.{word}" for word in value] if isinstance(value, dict) else [key]:
                if name not in self.used:
                    known = ", ".join(sorted(self.used))
                    raise SettingError(f"{self.path} (PLAN_FILE): {name} is unknown. Known are: {known}")


def read_plan(path: Path) -> Plan:
    """The plan that the file describes, or a SettingError that says what is wrong with the file."""
    reader = Reader(path)
    lines = reader.texts("lines_of_business", 'lines_of_business = ["Medicaid"]')
    plan = Plan(
        name=reader.text("name", 'name = "Lindenfield Health Plan"'),
        short_name=reader.text("short_name", 'short_name = "Lindenfield"'),
        states=reader.texts("states", 'states = ["MN"]', STATE),
        website=reader.text("website", 'website = "www.lindenfield.example"', HOST),
        time_zone=reader.time_zone(),
        hue=reader.hue(),
        lines_of_business=lines,
        lines_es=reader.spanish_of_lines(lines),
        phones=Phones(
            member_services=reader.phone("phones.member_services", 'member_services = "651-555-0100"'),
            tty=reader.phone("phones.tty", 'tty = "711"'),
            crisis=reader.phone("phones.crisis", 'crisis = "988"'),
            lines=reader.phones_of_lines(lines),
        ),
        hours=Hours(
            en=reader.text("hours.en", 'en = "Monday to Friday, 8 a.m. to 8 p.m."'),
            es=reader.text("hours.es", 'es = "De lunes a viernes, de 8 a. m. a 8 p. m."'),
        ),
    )
    reader.refuse_unknown()
    return plan
