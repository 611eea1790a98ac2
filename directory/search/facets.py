"""The filters of a page of results, with the number of clinicians behind each value."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext, ngettext

from directory.code_sets.vocabulary import CodeKind
from directory.listing.queries import Count, Found

from .cards import Words
from .rules import Asked
from .tags import Facet, Option
from .vocabulary import Choice

SHOWN_AT_ONCE = 5


def legends() -> dict[str, str]:
    return {
        "kind": gettext("Kind of place"),
        "accepting": gettext("New patients"),
        "specialty": gettext("Specialty"),
        "language": gettext("Clinician speaks"),
        "office_language": gettext("Office staff or interpreter speaks"),
        "race": gettext("Race or ethnicity"),
        "gender": gettext("Gender"),
        "pronouns": gettext("Pronouns"),
        "population": gettext("Knows how to care for"),
        "competency": gettext("Trained in"),
        "accessibility": gettext("Getting in and around"),
        "telehealth": gettext("How you meet"),
        "network": gettext("Network"),
        "plan": gettext("Plan"),
        "affiliation": gettext("Hospital"),
    }


def hints() -> dict[str, str]:
    shared = gettext("Only what clinicians chose to share.")
    return {
        "race": shared,
        "pronouns": shared,
        "population": shared,
        "competency": shared,
        "accessibility": gettext("All that you tick must be there."),
    }


def facets(asked: Asked, found: Found, words: Words) -> list[Facet]:
    """Every group that has a value to offer, and for clinicians the box for the patient's age."""
    said, hinted = legends(), hints()
    groups: list[Facet] = []
    for name, legend in said.items():
        if name not in asked.of.choices:
            continue
        facet = one_facet(name, asked, found, words)
        if facet is None:
            continue
        facet["legend"] = legend
        if name in hinted:
            facet["hint"] = hinted[name]
        groups.append(facet)
    if "age" in asked.of.others:
        groups.insert(2, patient_age(asked))
    return groups


def patient_age(asked: Asked) -> Facet:
    return {
        "name": "age",
        "legend": gettext("Age of the patient, in years"),
        "kind": "number",
        "value": "" if asked.age is None else str(asked.age),
    }


def one_facet(name: str, asked: Asked, found: Found, words: Words) -> Facet | None:
    choice = asked.of.choices[name]
    chosen = asked.codes.get(name, ())
    counts = found.counts.get(choice.group, [])
    if choice.yes:
        options = [yes_option(name, choice, counts, bool(chosen))]
        return {"name": name, "legend": "", "kind": "check", "options": options}
    options = [option(choice, count, count.code in chosen, words) for count in with_chosen(counts, chosen)]
    if not options:
        return None
    first, more = apart(options)
    facet: Facet = {"name": name, "legend": "", "kind": "check", "options": first}
    if more:
        facet["more"] = more
        facet["more_label"] = ngettext("%(count)s more", "%(count)s more", len(more)) % {"count": len(more)}
    if name == "language":
        facet["match_all"] = {
            "name": "language_match",
            "value": "all",
            "label": gettext("Speaks all of these"),
            "checked": asked.all_languages,
        }
    return facet


def with_chosen(counts: Sequence[Count], chosen: Sequence[str]) -> list[Count]:
    """A value that was chosen is offered even when it finds nobody."""
    missing = set(chosen) - {count.code for count in counts}
    return [*counts, *(Count(code, 0, "") for code in chosen if code in missing)]


def apart(options: list[Option]) -> tuple[list[Option], list[Option]]:
    """What is ticked stays in sight, with the most frequent; the others fold away. One is not worth folding."""
    ticked = [each for each in options if each["checked"]]
    room = max(SHOWN_AT_ONCE - len(ticked), 0)
    frequent = [each for each in options if not each["checked"]]
    if len(frequent) - room <= 1:
        return options, []
    first = {each["value"] for each in ticked + frequent[:room]}
    return [o for o in options if o["value"] in first], [o for o in options if o["value"] not in first]


def yes_option(name: str, choice: Choice, counts: Sequence[Count], checked: bool) -> Option:
    label = gettext("Taking new patients") if name == "accepting" else gettext("By video or phone")
    number = next((count.clinicians for count in counts if count.code == choice.yes), 0)
    return {"value": "yes", "label": label, "count": number, "checked": checked}


def option(choice: Choice, count: Count, checked: bool, words: Words) -> Option:
    made: Option = {
        "value": count.code,
        "label": count.label or words.of(choice.kind, [count.code])[0] if choice.kind else count.label or count.code,
        "count": count.clinicians,
        "checked": checked,
    }
    if choice.kind == CodeKind.LANGUAGE and (word := words.known.codes[CodeKind.LANGUAGE].get(count.code)):
        made["endonym"], made["lang"], made["dir"] = word.endonym, word.code, word.direction
    return made


def chip_label(name: str, choice: Choice, code: str, found: Found, words: Words) -> str:
    """A filter that is on, in words."""
    if choice.yes:
        return yes_option(name, choice, (), True)["label"]
    if choice.kind:
        label = words.of(choice.kind, [code])[0]
        return gettext("Office: %(language)s") % {"language": label} if name == "office_language" else label
    return next((c.label for c in found.counts.get(choice.group, []) if c.code == code), code)


def names_of(found: Found, group: str) -> dict[str, Any]:
    return {count.code: count.label for count in found.counts.get(group, [])}
