"""What the templates of Find Care are given."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext

from directory.code_sets.models import State
from directory.code_sets.rules import fold
from directory.code_sets.vocabulary import CodeKind
from directory.listing.queries import Found, Spelling

from . import cards
from .cards import Card, Words
from .facets import chip_label, facets, legends
from .finding import Search, Wider
from .rules import Asked, NotUnderstood, Why, cursor
from .vocabulary import MILES, MOST_MILES, MOST_ROWS_OF_A_LIST, OLDEST_AGE, PLACES, ROWS_A_PAGE
from .where import states

Context = dict[str, Any]


def link(name: str, asked: Asked, **more: str) -> str:
    """The address of a page for a search, by its name in the table of addresses."""
    query = urlencode([*asked.pairs(), *more.items()])
    return f"{reverse(name)}?{query}" if query else reverse(name)


def results(search: Search, found: Found, wider: Wider | None, words: Words, now: datetime) -> Context:
    asked = search.asked
    of_places = asked.of is PLACES
    shown = hits(search, found.cards, words, now)
    last = len(shown) < ROWS_A_PAGE or (not asked.after and found.total <= ROWS_A_PAGE)
    return {
        "form": form(asked, words),
        "heading": heading(asked, found.total),
        "summary": summary(search, found, len(shown)),
        "chips": chips(asked, found, words),
        "clear_url": link(asked.of.page, cleared(asked)) if asked.is_filtered else "",
        "notes": [*respelt(asked, found.spelling), *notes(search, words)],
        "facets": facets(asked, found, words),
        "hits": shown,
        "crisis": not of_places and crisis(asked, found.cards),
        "next_url": "" if last else link(asked.of.page, asked, after=next_page(search, found)),
        "next_label": gettext("Next %(count)s") % {"count": ROWS_A_PAGE},
        "count_text": "" if last else gettext("%(total)s in all") % {"total": number(found.total)},
        "print_url": link(asked.of.paper, asked),
        "csv_url": link(asked.of.file, asked),
        "json_url": link(asked.of.program, asked),
        "search_url": reverse(asked.of.page),
        "of_places": of_places,
        "checked_text": "",
        "empty": empty(asked, wider, words, now) if wider else None,
    }


def hits(search: Search, found: Sequence[Card], words: Words, now: datetime | None) -> list[Context]:
    """The rows of a search. On paper, without ``now``, they do not say whether a place is open."""
    if search.asked.of is PLACES:
        return [cards.place_hit(card, words, now) for card in found]
    return [cards.hit(card, words, now, search.office_languages) for card in found]


def next_page(search: Search, found: Found) -> str:
    return cursor(found.cards[-1], by_distance=search.query.by_distance)


def number(value: int) -> str:
    return number_format(value, force_grouping=True)


def whole(value: float) -> str:
    """A number of miles: 10 and not 10.0, but 2.5."""
    return number_format(f"{value:g}", use_l10n=True)


def heading(asked: Asked, total: int) -> str:
    of_places = asked.of is PLACES
    if asked.nobody:
        return gettext("We could not search yet")
    if not total:
        return gettext("No place matches all of this yet") if of_places else gettext("No one matches all of this yet")
    if of_places:
        matches = ngettext("%(count)s place matches", "%(count)s places match", total)
    else:
        matches = ngettext("%(count)s clinician matches", "%(count)s clinicians match", total)
    return matches % {"count": number(total)}


def sought(asked: Asked) -> str:
    return gettext("Places") if asked.of is PLACES else gettext("Clinicians")


def summary(search: Search, found: Found, shown: int) -> str:
    if not shown:
        return ""
    by_name = gettext("by name") if search.asked.of is PLACES else gettext("by last name")
    order = gettext("nearest first") if search.query.by_distance else by_name
    count = ngettext("Showing %(shown)s", "Showing %(shown)s", shown) % {"shown": shown}
    if search.start:
        return f"{count}, {where(search)}, {order}."
    return f"{count}, {order}."


def form(asked: Asked, words: Words) -> Context:
    """What stands in the search bar; filters are inputs of their own, the rest rides along hidden."""
    miles = sorted({*MILES, asked.miles})
    hidden = [("by", "name")] if asked.by_name_only else []
    if asked.as_spelt:
        hidden.append(("spelling", "exact"))
    if asked.sort:
        hidden.append(("sort", asked.sort))
    return {
        "q": asked.words,
        "zip": asked.place.zip,
        "city": asked.place.city,
        "county": asked.county,
        "state": asked.state or asked.place.state,
        "states": state_list(tuple(states()), words.language, gettext("Any state")),
        "widths": [
            {
                "value": f"{each:g}",
                "label": ngettext("%(miles)s mile", "%(miles)s miles", int(each)) % {"miles": whole(each)},
                "selected": each == asked.miles,
            }
            for each in miles
        ],
        "hidden": hidden,
    }


@cache
def state_list(codes: tuple[str, ...], language: str, none: str) -> tuple[tuple[str, str], ...]:
    """The states with their names, and first none of them."""
    named = [(code, name_in(language, states()[code])) for code in codes]
    return (("", none), *sorted(named, key=lambda pair: fold(pair[1])))


def name_in(language: str, state: State) -> str:
    return state.name_es if language == "es" else state.name_en


def cleared(asked: Asked) -> Asked:
    """The search without its filters: words and place stay."""
    return replace(asked, codes={}, age=None, county="", state="", all_languages=False, said="", nobody=(), after=None)


def chips(asked: Asked, found: Found, words: Words) -> list[Context]:
    """What is on, each with the address of the same search without it."""
    chosen = [
        (name, chip_label(name, choice, code, found, words), forget(asked.without(name, code)))
        for name, choice in asked.of.choices.items()
        for code in asked.codes.get(name, ())
    ]
    alike = Counter(label for _, label, _ in chosen)  # Somali is a language, and a people
    said = legends()
    on = [(f"{said[name]}: {label}" if alike[label] > 1 else label, without) for name, label, without in chosen]
    if asked.age is not None:
        on.append((gettext("Patient aged %(age)s") % {"age": asked.age}, replace(asked, age=None, after=None)))
    if asked.state:
        on.append((name_in(words.language, states()[asked.state]), replace(asked, state="", after=None)))
    if asked.county:
        on.append((asked.county, replace(asked, county="", after=None)))
    return [{"label": label, "remove_url": link(asked.of.page, without)} for label, without in on]


def forget(asked: Asked) -> Asked:
    """Once a filter that came from words is taken off, the words are no longer what was searched."""
    return replace(asked, said="")


def crisis(asked: Asked, page: Sequence[Card]) -> bool:
    """Whether the page is about mental health: by what was asked, or else by most of who is shown."""
    chosen = asked.codes.get("specialty", ())
    if chosen:
        return cards.is_mental_health(chosen)
    return 2 * sum(cards.is_mental_health(card["facts"]["specialties"][:1]) for card in page) > len(page)


def notes(search: Search, words: Words) -> list[Context]:
    asked = search.asked
    made = []
    if asked.said:
        named = [label for kind in asked.of.phrases for label in words.of(kind, asked.codes.get(kind.value, ()))]
        made.append(
            {
                "kind": "note",
                "text": gettext("You wrote “%(words)s”. We looked for: %(filters)s.")
                % {"words": asked.said, "filters": ", ".join(named)},
                "links": [
                    {
                        "url": link(asked.of.page, replace(cleared(asked), words=asked.said, by_name_only=True)),
                        "label": gettext("Look for that name instead")
                        if asked.of is PLACES
                        else gettext("Look for a person or group with that name instead"),
                    }
                ],
            }
        )
    made += [not_understood_note(missed, asked, words) for missed in asked.not_understood]
    return made


def respelt(asked: Asked, spelling: Spelling | None) -> list[Context]:
    """Whose results are shown instead of a name that nobody bears, and which other names may have been meant."""
    if spelling is None:
        return []
    first_page = replace(asked, after=None)
    links = [
        {"url": link("search:results", replace(first_page, words=name)), "label": quoted(name.title())}
        for name in spelling.others
    ]
    if not spelling.searched:
        return [{"kind": "note", "text": gettext("Did you mean:"), "links": links}]
    shown = {
        "kind": "note",
        "text": gettext("Showing results for %(names)s.")
        % {"names": one_of([name.title() for name in spelling.searched])},
        "links": [
            {
                "url": link("search:results", replace(first_page, as_spelt=True)),
                "label": gettext("Search instead for %(words)s") % {"words": quoted(asked.words)},
            }
        ],
    }
    return [shown, {"kind": "note", "text": gettext("Or did you mean:"), "links": links}] if links else [shown]


def quoted(words: str) -> str:
    return gettext("“%(words)s”") % {"words": words}


def one_of(names: Sequence[str]) -> str:
    """“Ann Ward”, “Jan Ward” or “Dan Ward”."""
    *first, last = map(quoted, names)
    if not first:
        return last
    return gettext("%(names)s or %(last)s") % {"names": ", ".join(first), "last": last}


HARMLESS = (Why.PARAMETER, Why.BESIDE_ZIP)


def not_understood_note(missed: NotUnderstood, asked: Asked, words: Words) -> Context:
    """What of the address was not understood, in words, with the choice that mends it."""
    return {
        "kind": "note" if missed.why in HARMLESS else "warn",
        "text": not_understood_text(missed, asked),
        "links": [state_link(missed.parameter, code, asked, words) for code in missed.choices],
    }


def not_understood_text(missed: NotUnderstood, asked: Asked) -> str:
    said = {"name": missed.parameter, "value": missed.value}
    if missed.why == Why.PARAMETER:
        return gettext("This link carries “%(name)s”, which says nothing about a search. We left it out.") % said
    if missed.why == Why.AMBIGUOUS:
        return gettext("Several states have a place named %(name)s. Choose the state:") % {"name": missed.value}
    if missed.why == Why.NEEDS_PLACE:
        return gettext("To sort by distance, write a ZIP code or a city.")
    if missed.why == Why.BESIDE_ZIP:
        return gettext("We searched near the ZIP code and left out the city %(name)s.") % {"name": missed.value}
    if missed.parameter == "zip":
        return gettext("We do not know the ZIP code %(value)s. Check the number, or search by city.") % said
    if missed.parameter == "city":
        return gettext("We do not know a city named %(value)s. Check the spelling, or search by ZIP code.") % said
    if missed.parameter == "age":
        return gettext("Write the age as a number from 0 to %(most)s.") % {"most": OLDEST_AGE}
    if missed.parameter == "within" and asked.miles == MOST_MILES:
        return gettext("We search within %(miles)s miles at most.") % {"miles": MOST_MILES}
    text = gettext("We do not know “%(value)s” (%(name)s), so no one can match it. Choose from the list.")
    return text % {"value": missed.value, "name": legends().get(missed.parameter, missed.parameter)}


def state_link(parameter: str, code: str, asked: Asked, words: Words) -> Context:
    """The same search with the state that the place was missing."""
    if parameter == "city":
        chosen = replace(asked, place=replace(asked.place, state=code), nobody=())
    else:
        chosen = replace(asked, state=code, nobody=())
    return {"url": link(asked.of.page, chosen), "label": name_in(words.language, states()[code])}


def empty(asked: Asked, wider: Wider, words: Words, now: datetime) -> Context:
    """What to try when nobody was found."""
    languages = ", ".join(words.of(CodeKind.LANGUAGE, wider.office_languages))
    return {
        "lead": empty_lead(asked, bool(wider.widenings)),
        "found": sought(asked),
        "widenings": [
            {
                "url": link(asked.of.page, forget(each.asked)),
                "label": widening_label(asked, each.miles, each.dropped),
                "count": number(each.clinicians),
            }
            for each in wider.widenings
        ],
        "offices": [cards.hit(card, words, now, wider.office_languages) for card in wider.offices.cards],
        "offices_label": gettext("Offices where staff or an interpreter speaks %(languages)s")
        % {"languages": languages},
    }


def empty_lead(asked: Asked, can_widen: bool) -> str:
    looked = gettext("We looked for a person or group with this name.")
    if asked.of is PLACES:
        looked = gettext("We looked for a place with this name.")
    looked = looked if asked.words else ""
    advice = (
        gettext("You can change one thing at a time.")
        if can_widen
        else gettext("Check what you wrote, or take off a filter.")
    )
    return f"{looked} {advice}".strip()


def widening_label(asked: Asked, miles: float, dropped: str) -> str:
    if miles:
        return gettext("Look within %(miles)s miles") % {"miles": whole(miles)}
    any_name = gettext("Anyone, whatever the name")
    if asked.of is PLACES:
        any_name = gettext("Any place, whatever its name")
    return {
        "q": any_name,
        "age": gettext("Any age of the patient"),
        "kind": gettext("Any kind of place"),
        "accepting": gettext("Also who takes no new patients"),
        "specialty": gettext("Any specialty"),
        "language": gettext("Any language of the clinician"),
        "office_language": gettext("Any language of the office"),
        "race": gettext("Any race or ethnicity"),
        "gender": gettext("Any gender"),
        "pronouns": gettext("Any pronouns"),
        "population": gettext("Any experience with groups of people"),
        "competency": gettext("Any training"),
        "accessibility": gettext("Any way of getting in and around"),
        "telehealth": gettext("Also who has no visits by video or phone"),
        "network": gettext("Any network"),
        "plan": gettext("Any plan"),
        "affiliation": gettext("Any hospital"),
    }[dropped]


def clinician(card: Card, names: dict[str, str], words: Words, now: datetime, back_url: str) -> Context:
    """One clinician's page. ``names``: what the networks are called."""
    facts = card["facts"]
    specialties = words.of(CodeKind.SPECIALTY, facts["specialties"])
    lead = ", ".join(specialties)
    gender = words.of(CodeKind.GENDER, [facts["gender"]]) if "gender" in facts else []
    return {
        "person": {
            "name": card["name"],
            "credentials": card["credential"],
            "lead": lead,
            "goes_by": card["goes_by"],
            "gender": gender[0] if gender else "",
            "npi": card["npi"],
        },
        "places": [
            cards.location(nth, each["here"], each["place"], names, facts.get("telehealth", ()), words, now)
            for nth, each in enumerate(card["places"], 1)
        ],
        "spoken": cards.language_rows(facts.get("languages", ()), words),
        "shared": cards.chose_to_share(facts.get("shared", {}), words, short=False),
        "networks": [],
        "affiliations": [name for _, name in facts.get("affiliations", ())],
        "checked_text": cards.checked(card["checked_on"], card["checked"]),
        "wrong": "",
        "crisis": cards.is_mental_health(facts["specialties"]),
        "back_url": back_url,
        "find_care_url": reverse("search:results"),
    }


def place(card: Card, who: Found, names: dict[str, str], words: Words, now: datetime) -> Context:
    """A place's page, with one page of those who work there. ``names``: what the networks are called."""
    facts = card["facts"]
    here = {
        "accepting": "",
        "telehealth": False,
        "ages": (None, None),
        "networks": facts["networks"],
        "contracted": True,  # call_first says it of a place, above
    }
    more = len(who.cards) == ROWS_A_PAGE
    after = {"after": cursor(who.cards[-1], by_distance=False)} if more else {}
    return {
        "name": card["name"],
        "kind": ", ".join(words.of(CodeKind.KIND, [facts["kind"]])),
        "place": cards.location(1, here, card, names, (), words, now) | {"url": ""},
        "call_first": cards.call_first(facts),
        "hits": [cards.hit_at(each, words) for each in who.cards],
        "who_text": ngettext("%(count)s clinician works here", "%(count)s clinicians work here", who.total)
        % {"count": number(who.total)}
        if who.total
        else gettext("We list no clinician at this place."),
        "next_url": f"{reverse('search:place', args=[card['id']])}?{urlencode(after)}" if more else "",
        "sources": [cards.source(each, day) for each, day in facts["sources"]],
        "search_url": reverse("search:places"),
    }


def named_by_the_listing(asked: Asked) -> tuple[str, ...]:
    """The groups of the filters that are on whose values (networks, plans, hospitals) no code set names."""
    on = (choice for name, choice in asked.of.choices.items() if asked.codes.get(name))
    return tuple(choice.group.value for choice in on if not (choice.kind or choice.yes))


def printed(search: Search, found: Found, words: Words, now: datetime) -> Context:
    """The head of a list to print, and its end."""
    asked = search.asked
    return {
        "heading": heading(asked, found.total),
        "found": sought(asked),
        "chips": [*where_chip(search), *chips(asked, found, words)],
        "printed_text": gettext("Printed %(when)s.") % {"when": date_format(now.astimezone(), "DATE_FORMAT")},
        "do_not_republish": do_not_republish(asked),
        "back_url": link(asked.of.page, asked),
        "search_url": reverse(asked.of.page),
        "stopped_text": stopped(asked, found.total),
        "checked_text": "",
    }


def do_not_republish(asked: Asked) -> str:
    if asked.of is PLACES:
        return gettext("Do not republish this list: facts change.")
    return gettext("Do not republish this list: facts change, and people may take back what they chose to share.")


def where_chip(search: Search) -> list[Context]:
    return [{"label": where(search)}] if search.start else []


def where(search: Search) -> str:
    return gettext("within %(miles)s miles of %(place)s") % {
        "miles": whole(search.asked.miles),
        "place": search.start,
    }


def stopped(asked: Asked, total: int) -> str:
    """Said at the end of a list that is longer than a list may be; else empty."""
    if total <= MOST_ROWS_OF_A_LIST:
        return ""
    if asked.of is PLACES:
        text = gettext("This list stops after %(most)s of %(total)s places. Narrow the search to see the others.")
    else:
        text = gettext("This list stops after %(most)s of %(total)s clinicians. Narrow the search to see the others.")
    return text % {"most": number(MOST_ROWS_OF_A_LIST), "total": number(total)}
