"""A row of the listing in a person's words: what a page of results, a list to print and a file say of a clinician."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext

from directory.code_sets.models import vocabulary
from directory.code_sets.vocabulary import CodeKind

from .opening_hours import now_open, week
from .vocabulary import METRES_PER_MILE
from .where import states

Card = Mapping[str, Any]

TILES = {"newpt": "full", "existptfam": "half", "existptonly": "open", "nopt": "open"}
MENTAL_HEALTH = ("101Y", "103", "104", "1041", "106", "2084P", "2084A", "363LP0808", "364SP08", "101")
"""NUCC codes of counselors, psychologists, social workers, therapists and psychiatrists begin so."""

SHARED_IN_A_ROW = 4


class Words:
    """The labels of one language, looked up once for a page."""

    def __init__(self, language: str) -> None:
        known = vocabulary()
        self.language = language
        self.known = known
        self.labels = known.labels[language]

    def of(self, kind: str, codes: Iterable[str]) -> list[str]:
        labels = self.labels[kind]
        return [labels.get(code, code) for code in codes]


def phone(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else digits


def miles(metres: int | None, place: Card) -> str:
    """How many miles away a place is: one decimal below ten, none above, and "about" where its point is that of its
    ZIP code. Empty where nothing is measured."""
    if metres is None:
        return ""
    far = round(metres / METRES_PER_MILE, 1)
    number = number_format(far, decimal_pos=1, use_l10n=True) if far < 10 else number_format(round(far), use_l10n=True)
    return gettext("about %(miles)s") % {"miles": number} if place["approximate"] else number


def accepting(code: str, words: Words) -> dict[str, str] | None:
    return {"tile": TILES[code], "text": words.of(CodeKind.ACCEPTING, [code])[0]} if code else None


def local_time(state: str, now: datetime) -> datetime:
    """The time at a place: the zone in which most of its state lives."""
    return now.astimezone(ZoneInfo(states()[state].time_zone)) if state in states() else now


def works_in_a_visit(level: str) -> bool:
    """Whether a language is known well enough; where nobody said how well, it counts."""
    return level in ("", "30", "40", "50")


def spoken(languages: Sequence[Sequence[Any]], words: Words) -> tuple[str, str]:
    """The languages in which a visit works, and those spoken some."""
    well = [code for code, level, *_ in languages if works_in_a_visit(level)]
    some = [code for code, level, *_ in languages if level == "20"]
    return (
        ", ".join(sorted(words.of(CodeKind.LANGUAGE, well))),
        ", ".join(
            gettext("%(language)s (some)") % {"language": label} for label in sorted(words.of(CodeKind.LANGUAGE, some))
        ),
    )


def chose_to_share(shared: Mapping[str, Any], words: Words, *, short: bool) -> list[str]:
    """What the clinician chose to show, a line each. Nothing for what is hidden, declined or was never asked."""
    lines = []
    race = words.of(CodeKind.RACE, shared.get("race", ()))
    if race := [*race, *filter(None, [shared.get("race_text", "")])]:
        lines.append(", ".join(race))
    pronouns = [
        *words.of(CodeKind.PRONOUNS, shared.get("pronouns", ())),
        *filter(None, [shared.get("pronouns_text", "")]),
    ]
    if pronouns:
        lines.append(", ".join(pronouns))
    lines += words.of(CodeKind.POPULATION, shared.get("population", ()))
    lines += filter(None, [shared.get("population_text", "")])
    for code, month, hours in shared.get("competency", ()):
        lines.append(training(words.of(CodeKind.COMPETENCY, [code])[0], month, None if short else hours))
    lines += filter(None, [shared.get("competency_text", "")])
    return lines


def training(label: str, month: str | None, hours: int | None) -> str:
    parts = [gettext("Trained: %(topic)s") % {"topic": label}]
    if hours:
        parts.append(ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours})
    if month:
        parts.append(date_format(date.fromisoformat(f"{month}-01"), "YEAR_MONTH_FORMAT"))
    return ", ".join(parts)


def is_mental_health(specialties: Iterable[str]) -> bool:
    return any(code.startswith(MENTAL_HEALTH) for code in specialties)


def unknown_network(here: Card) -> str:
    """What is said where no roster names the clinician; else empty."""
    return "" if here["contracted"] else network_not_known()


def call_first(facts: Card) -> str:
    """What is said of a place of which no network is known; else empty."""
    return "" if facts["networks"] else network_not_known()


def network_not_known() -> str:
    return gettext("Network not known: call before you go.")


def address_lines(place: Card) -> tuple[str, str]:
    street = ", ".join(filter(None, [place["line1"], place["line2"]]))
    return street, f"{place['city']}, {place['state']} {place['zip']}"


def hit(card: Card, words: Words, now: datetime | None, office_languages: Sequence[str] = ()) -> dict[str, Any]:
    """One row of the results. Without ``now`` (on paper) it does not say whether the place is open.

    ``office_languages``: those that were asked for; the row says which of them an interpreter speaks.
    """
    facts, here, place = card["facts"], card["here"], card["place"]
    well, some = spoken(facts.get("languages", ()), words)
    street, city = address_lines(place)
    others = card["locations"] - 1
    more = ngettext("%(count)s more location", "%(count)s more locations", others) % {"count": others} if others else ""
    return {
        "url": reverse("search:clinician", args=[card["npi"]]),
        "name": card["name"],
        "goes_by": card["goes_by"],
        "credentials": card["credential"],
        "specialties": ", ".join(words.of(CodeKind.SPECIALTY, facts["specialties"])),
        "distance": miles(card["metres"], place),
        "accepting": accepting(here["accepting"], words),
        "unknown_network": unknown_network(here),
        "speaks": well,
        "some": some,
        "office": office(place["facts"], words),
        "interpreters": ", ".join(
            words.of(CodeKind.LANGUAGE, [code for code in place["facts"]["interpreters"] if code in office_languages])
        ),
        "shared": first_of(chose_to_share(facts.get("shared", {}), words, short=True)),
        "place": {
            "name": place["name"],
            "line": street,
            "city_line": city,
            "phone": phone(place["phone"]),
            "phone_href": f"tel:+1{place['phone']}",
            "today": now_open(place["facts"]["hours"], local_time(place["state"], now)) if now else "",
        },
        "more_places": more,
    }


def hit_at(card: Card, words: Words) -> dict[str, Any]:
    """One row of those who work at a place, on its page, which says all about the place itself."""
    return hit(card, words, None) | {"office": "", "place": None}


def place_hit(card: Card, words: Words, now: datetime | None) -> dict[str, Any]:
    """One row of places, as the template of clinicians' rows reads it."""
    facts = card["facts"]
    street, city = address_lines(card)
    return {
        "url": reverse("search:place", args=[card["id"]]),
        "name": card["name"],
        "specialties": ", ".join(words.of(CodeKind.KIND, [facts["kind"]])),
        "distance": miles(card["metres"], card),
        "office": office(facts, words),
        "place": {
            "name": card["organization"] if card["organization"] != card["name"] else "",
            "line": street,
            "city_line": city,
            "phone": phone(card["phone"]),
            "phone_href": f"tel:+1{card['phone']}",
            "today": now_open(facts["hours"], local_time(card["state"], now)) if now else "",
        },
        "more_places": call_first(facts),
    }


def source(of: str, day: str | None) -> str:
    """Who names a place, and when that was taken over."""
    named = {
        "roster": gettext("Our own list of our network"),
        "hospitals": gettext("Medicare’s list of hospitals"),
        "va": gettext("The list of the Department of Veterans Affairs"),
        "ihs": gettext("The list of the Indian Health Service"),
        "urgent_care": gettext("A public list of urgent care centers"),
        "primary_care": gettext("A public list of clinics"),
        "nppes": gettext("The national registry of health care providers (NPPES)"),
    }[of]
    return f"{named}, {date_format(date.fromisoformat(day), 'DATE_FORMAT')}" if day else named


def first_of(lines: list[str]) -> list[str]:
    """A row shows a few of the things that were shared; the clinician's page shows all."""
    more = len(lines) - SHARED_IN_A_ROW
    if more <= 1:
        return lines
    return [*lines[:SHARED_IN_A_ROW], ngettext("%(count)s more", "%(count)s more", more) % {"count": more}]


def office(facts: Card, words: Words) -> str:
    return ", ".join(sorted(words.of(CodeKind.LANGUAGE, facts["staff"])))


def ages(youngest: int | None, oldest: int | None) -> str:
    if youngest is None and oldest is None:
        return ""
    if oldest is None:
        return gettext("%(from)s and older") % {"from": youngest}
    if not youngest:
        return gettext("Up to %(to)s") % {"to": oldest}
    return gettext("%(from)s to %(to)s") % {"from": youngest, "to": oldest}


def interpreters(facts: Card, words: Words) -> str:
    """Languages and ways in which an interpreter comes; empty when the place names none."""
    languages = ", ".join(sorted(words.of(CodeKind.LANGUAGE, facts["interpreters"])))
    ways = {"in_person": gettext("in person"), "phone": gettext("by phone"), "video": gettext("by video")}
    modes = ", ".join(ways[mode] for mode in facts["modes"])
    if languages and modes:
        return f"{languages} ({modes})"
    return languages or (gettext("Yes, %(modes)s") % {"modes": modes} if modes else "")


def location(
    nth: int, here: Card, place: Card, names: Mapping[str, str], modes: Sequence[str], words: Words, now: datetime
) -> dict[str, Any]:
    """One place on a clinician's page."""
    facts = place["facts"]
    then = local_time(place["state"], now)
    telehealth = ", ".join(words.of(CodeKind.TELEHEALTH, modes)) or gettext("Yes")
    return {
        "id": nth,
        "name": place["name"],
        "url": reverse("search:place", args=[place["id"]]),
        "org": place["organization"],
        "lines": address_lines(place),
        "accepting": accepting(here["accepting"], words),
        "unknown_network": unknown_network(here),
        "phone": phone(place["phone"]),
        "phone_href": f"tel:+1{place['phone']}",
        "website": place["website"],
        "website_text": place["website"].split("://")[-1].rstrip("/"),
        "today_text": now_open(facts["hours"], then),
        "hours": week(facts["hours"], then.weekday()),
        "hours_note": facts["hours_note"],
        "ages": ages(*here["ages"]),
        "parking": facts["parking"],
        "transit": facts["transit"],
        "telehealth": telehealth if here["telehealth"] else "",
        "accessibility": [
            {"tile": "full", "text": text} for text in words.of(CodeKind.ACCESSIBILITY, facts["accessibility"])
        ],
        "staff_languages": office(facts, words),
        "interpreters": interpreters(facts, words),
        "networks": [
            {"tile": TILES.get(here["accepting"], "full"), "text": names.get(code, code)} for code in here["networks"]
        ],
    }


def language_rows(languages: Sequence[Sequence[Any]], words: Words) -> list[dict[str, str]]:
    """The table of a clinician's languages: how well, and how the plan knows."""
    levels = {
        "50": gettext("Like a first language"),
        "40": gettext("Very well"),
        "30": gettext("Can run a full visit"),
        "20": gettext("Some"),
        "": gettext("Not said how well"),
    }
    rows = []
    for code, level, stated_by, day in languages:
        word = words.known.codes[CodeKind.LANGUAGE][code]
        rows.append(
            {
                "name": words.labels[CodeKind.LANGUAGE][code],
                "endonym": word.endonym,
                "lang": code,
                "dir": word.direction,
                "level": levels[level],
                "how": how_we_know(stated_by, day),
            }
        )
    return sorted(rows, key=lambda row: row["name"])


def how_we_know(stated_by: str | None, day: str | None) -> str:
    """Where a language comes from. The clinician's own word carries a date only when a test was passed on it."""
    when = month_of(day) if day else ""
    if stated_by is None:
        return gettext("Passed a test, %(when)s") % {"when": when} if when else gettext("Their own rating")
    source = gettext("Credentialing application")
    return f"{source}, {when}" if when else source


def month_of(day: str) -> str:
    return date_format(date.fromisoformat(day), "YEAR_MONTH_FORMAT")


def checked(day: str | None, by_the_plan: bool) -> str:
    """The day of the public facts: when the plan checked them, or until then what their source says."""
    if not day:
        return gettext("We have not yet checked this page with the office.")
    when = date_format(date.fromisoformat(day), "DATE_FORMAT")
    if by_the_plan:
        return gettext("We last checked this page with the office on %(when)s.") % {"when": when}
    return gettext("The source of this page is dated %(when)s. We have not yet checked it with the office.") % {
        "when": when
    }
