"""What programs read of a clinician, in the API and in the public files. ``serializers.py`` describes it."""

import json
from collections.abc import Mapping
from typing import Any

Record = dict[str, Any]


def as_json(record: Record) -> bytes:
    """One line of UTF-8. The two line ends that JSON allows inside a text, and other readers do not, are escaped."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode()


def shared(facts: Mapping[str, Any]) -> Record:
    said = facts.get("shared", {})
    return {
        "race": said.get("race", []),
        "race_text": said.get("race_text", ""),
        "pronouns": said.get("pronouns", []),
        "pronouns_text": said.get("pronouns_text", ""),
        "population": said.get("population", []),
        "population_text": said.get("population_text", ""),
        "competency_text": said.get("competency_text", ""),
        "competency": [
            {"code": code, "completed": month, "hours": hours} for code, month, hours in said.get("competency", [])
        ],
    }


AS_LISTED = (
    *("name", "organization", "line1", "line2", "city", "state", "zip"),
    *("latitude", "longitude", "phone", "website"),
)


def place(card: Mapping[str, Any]) -> Record:
    facts = card["facts"]
    return {
        **{name: card[name] for name in AS_LISTED},
        "distance_is_approximate": card["approximate"],
        "hours": facts["hours"],
        "accessibility": facts["accessibility"],
        "staff_languages": facts["staff"],
        "interpreter_languages": facts["interpreters"],
    }


def whole_place(card: Mapping[str, Any]) -> Record:
    """A place as what is looked for."""
    facts = card["facts"]
    return {
        "id": card["id"],
        "kind": facts["kind"],
        **place(card),
        "hours_note": facts["hours_note"],
        "interpreter_modes": facts["modes"],
        "networks": facts["networks"],
        "sources": [{"named_by": source, "as_of": day} for source, day in facts["sources"]],
        "metres": card.get("metres"),
    }


def location(here: Mapping[str, Any], at: Mapping[str, Any]) -> Record:
    return {
        "place": place(at),
        "accepting": here["accepting"],
        "networks": here["networks"],
        "contracted": here["contracted"],
        "telehealth": here["telehealth"],
        "age_from": here["ages"][0],
        "age_to": here["ages"][1],
    }


def clinician(card: Mapping[str, Any], locations: list[Record]) -> Record:
    facts = card["facts"]
    return {
        "npi": str(card["npi"]),
        "name": card["name"],
        "goes_by": card["goes_by"],
        "credential": card["credential"],
        "specialties": facts["specialties"],
        "gender": facts.get("gender", ""),
        "languages": [{"code": code, "proficiency": level} for code, level, *_ in facts.get("languages", [])],
        "shared": shared(facts),
        "checked_on": card["checked_on"],
        "metres": card.get("metres"),
        "locations": locations,
    }


def clinician_at(card: Mapping[str, Any]) -> Record:
    """A clinician at the location that was found."""
    return clinician(card, [location(card["here"], card["place"])])


def whole_clinician(card: Mapping[str, Any]) -> Record:
    """A clinician with every location, from what the listing has of one."""
    return clinician(card, [location(each["here"], each["place"]) for each in card["places"]])
