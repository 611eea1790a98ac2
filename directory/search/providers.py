"""A clinician in the shape of CMS's ``providers.json``, which Marketplace plans publish.

https://github.com/CMSgov/QHP-provider-formulary-APIs, as of 2019-10-22. It has room for what is in it and no more: what
we do not know is left out, even where the shape asks for it. ``last_updated_on`` is the day that the file shows.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from directory.code_sets.vocabulary import CodeKind

from .cards import Words, works_in_a_visit
from .records import Record

PlansOfNetworks = Mapping[str, Sequence[str]]
"""Network → the plans that it is in."""

HIOS = re.compile(r"\d{5}[A-Z]{2}\d{7}")
GENDERS = {"F": "Female", "M": "Male", "X": "Other"}
SUFFIXES = {"jr": "Jr.", "sr": "Sr.", "ii": "II", "iii": "III", "iv": "IV"}


def provider(card: Mapping[str, Any], words: Words, plans: PlansOfNetworks, shown_on: date) -> Record:
    facts = card["facts"]
    languages = [code for code, level, *_ in facts.get("languages", ()) if works_in_a_visit(level)]
    record = {
        "npi": str(card["npi"]),
        "type": "INDIVIDUAL",
        "name": name(facts["name"]),
        "addresses": [address(each["place"]) for each in card["places"]],
        "specialty": words.of(CodeKind.SPECIALTY, facts["specialties"]),
        "accepting": accepting([each["here"]["accepting"] for each in card["places"]]),
        "gender": GENDERS.get(facts.get("gender", "")),
        "languages": words.of(CodeKind.LANGUAGE, languages) or None,
        "plans": covering({code for each in card["places"] for code in each["here"]["networks"]}, plans),
        "last_updated_on": shown_on.isoformat(),
    }
    return {field: value for field, value in record.items() if value is not None}


def name(parts: Mapping[str, str]) -> Record:
    suffix = SUFFIXES.get(parts.get("suffix", "").rstrip(".").lower())
    return {part: parts[part] for part in ("first", "middle", "last") if parts.get(part)} | (
        {"suffix": suffix} if suffix else {}
    )


def address(place: Mapping[str, Any]) -> Record:
    fields = {
        "address": place["line1"],
        "address_2": place["line2"],
        "city": place["city"],
        "state": place["state"],
        "zip": place["zip"],
        "phone": place["phone"],
    }
    return {field: value for field, value in fields.items() if value}


def accepting(codes: Sequence[str]) -> str | None:
    """Of new patients, over all locations; None where a location that has not said might."""
    taking = [code == "newpt" for code in codes]
    if all(taking):
        return "accepting"
    if any(taking):
        return "accepting in some locations"
    return "not accepting" if all(codes) else None


def covering(networks: set[str], plans: PlansOfNetworks) -> list[Record]:
    """The plans that cover the clinician; the network is what CMS calls a tier."""
    return [
        {
            "plan_id_type": "HIOS-PLAN-ID" if HIOS.fullmatch(plan) else "PLAN-ID",
            "plan_id": plan,
            "network_tier": network.upper(),
        }
        for network in sorted(networks)
        for plan in plans.get(network, ())
    ]
