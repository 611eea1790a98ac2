"""The filters and the rows of Find Care as HTML.

A result page shows some seventy options with their counts and twenty rows, and they would be most of its rendering as
nodes of a template. What does not change from page to page (the words of an option) is put together once and kept; a
page adds only ticks and counts. Every text is escaped here; nothing is trusted to be HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import Any, Literal, NotRequired, TypedDict

from django import template
from django.utils.formats import get_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

register = template.Library()


class Option(TypedDict):
    """One value of a filter. `count` is None where a number would say nothing ("any distance")."""

    value: str
    label: str
    count: int | None
    checked: bool
    endonym: NotRequired[str]  # a language's own name for itself, with its tag and direction
    lang: NotRequired[str]
    dir: NotRequired[str]


class Switch(TypedDict):
    """One more tick below the options, such as "all of these, not any"."""

    name: str
    value: str
    label: str
    checked: bool


class Facet(TypedDict):
    """One filter: its parameter, its heading, and what may be chosen or written."""

    name: str
    legend: str
    kind: Literal["check", "radio", "number", "text"]
    hint: NotRequired[str]
    options: NotRequired[list[Option]]
    more: NotRequired[list[Option]]  # folded away under more_label
    more_label: NotRequired[str]
    match_all: NotRequired[Switch | None]
    value: NotRequired[str]  # what stands in a written filter


@register.simple_tag
def facets_html(facets: Iterable[Facet]) -> SafeString:
    """All filters, in the order given."""
    between = str(get_format("THOUSAND_SEPARATOR", use_l10n=True))  # once, not once a number
    return mark_safe("".join(_facet(facet, between) for facet in facets))  # noqa: S308 (escaped piece by piece)


def _facet(facet: Facet, between: str) -> str:
    if facet["kind"] in ("number", "text"):
        return _written(facet)
    kind = "radio" if facet["kind"] == "radio" else "checkbox"
    name = facet["name"]
    parts = [f'<fieldset class="facet"><legend>{escape(facet["legend"])}</legend>']
    if hint := facet.get("hint"):
        parts.append(f'<p class="hint">{escape(hint)}</p>')
    parts += [_option(kind, name, option, between) for option in facet.get("options", ())]
    if more := facet.get("more"):
        label = escape(facet.get("more_label", ""))
        parts.append(f'<details class="fold" data-keep="{escape(name)}"><summary>{label}</summary>')
        parts += [_option(kind, name, option, between) for option in more]
        parts.append("</details>")
    if switch := facet.get("match_all"):
        before, after = _words("checkbox", switch["name"], switch["value"], switch["label"], "", "", "")
        parts.append(f'<div class="all">{before}{" checked" if switch["checked"] else ""}{after}</label></div>')
    parts.append("</fieldset>\n")
    return "".join(parts)


def _option(kind: str, name: str, option: Option, between: str) -> str:
    before, after = _words(
        kind,
        name,
        option["value"],
        option["label"],
        option.get("endonym", ""),
        option.get("lang", ""),
        option.get("dir", ""),
    )
    count = option["count"]
    number = "" if count is None else f'<span class="n">{f"{count:,}".replace(",", between)}</span>'
    return f"{before}{' checked' if option['checked'] else ''}{after}{number}</label>\n"


@register.simple_tag
def state_options(states: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """The options of the list of states, (value, label) each: the same on every page but for the one chosen."""
    options = _state_options(states)
    if chosen:
        value = f'value="{escape(chosen)}"'
        options = options.replace(value, f"{value} selected", 1)
    return mark_safe(options)  # noqa: S308 (escaped piece by piece)


@lru_cache(maxsize=8)
def _state_options(states: tuple[tuple[str, str], ...]) -> str:
    return "".join(f'<option value="{escape(value)}">{escape(label)}</option>' for value, label in states)


@lru_cache(maxsize=8192)
def _words(kind: str, name: str, value: str, label: str, endonym: str, lang: str, direction: str) -> tuple[str, str]:
    """What stands before and after the place of the tick: the same on every page, whoever looks."""
    own = ""
    if endonym and endonym.casefold() != label.casefold():
        way = ' dir="rtl"' if direction == "rtl" else ""
        own = f' <span class="endo" lang="{escape(lang)}"{way}>{escape(endonym)}</span>'
    return (
        f'<label class="pick"><input type="{kind}" name="{escape(name)}" value="{escape(value)}"',
        f"><span>{escape(label)}{own}</span>",
    )


def _written(facet: Facet) -> str:
    name, hint = escape(facet["name"]), facet.get("hint")
    shape = 'type="number" min="0" max="120" inputmode="numeric"' if facet["kind"] == "number" else 'type="text"'
    said = f' aria-describedby="hint-{name}"' if hint else ""
    below = f'<p class="hint" id="hint-{name}">{escape(hint)}</p>' if hint else ""
    return (
        f'<div class="facet"><label for="filter-{name}">{escape(facet["legend"])}</label>{below}'
        f'<input class="in" id="filter-{name}" name="{name}" {shape} value="{escape(facet.get("value", ""))}"'
        f"{said}></div>\n"
    )


@register.simple_tag
def hits_html(hits: Iterable[Mapping[str, Any]]) -> SafeString:
    """The rows of a list of clinicians or places, as ``cards.hit`` and ``cards.place_hit`` make them."""
    said = {
        "mi": gettext("mi"),
        "miles_away": gettext("miles away"),
        "speaks": gettext("Speaks"),
        "office": gettext("Office staff"),
        "interpreters": gettext("Interpreter"),
        "shared": gettext("Chose to share"),
    }
    words = {name: escape(word) for name, word in said.items()}
    return mark_safe("".join(_hit(hit, words) for hit in hits))  # noqa: S308 (escaped piece by piece)


def _hit(hit: Mapping[str, Any], words: Mapping[str, str]) -> str:
    parts = ['<li class="hit">\n']
    if distance := hit["distance"]:
        parts.append(
            f'<p class="dist"><span class="num">{escape(distance)}</span> <span aria-hidden="true">{words["mi"]}</span>'
            f'<span class="vh">{words["miles_away"]}</span></p>\n'
        )
    parts.append(f'<div class="hit-who">\n<h3><a href="{escape(hit["url"])}"><bdi>{escape(hit["name"])}</bdi></a>')
    if goes_by := hit.get("goes_by"):
        parts.append(f' <span class="cred">“<bdi>{escape(goes_by)}</bdi>”</span>')
    if credentials := hit.get("credentials"):
        parts.append(f' <span class="cred">{escape(credentials)}</span>')
    parts.append(f"</h3>\n<p>{escape(hit['specialties'])}</p>\n")
    if accepting := hit.get("accepting"):
        parts.append(_stat(accepting["tile"], accepting["text"]))
    if unknown_network := hit.get("unknown_network"):
        parts.append(_stat("open", unknown_network))
    speaks = ", ".join(filter(None, (hit.get("speaks"), hit.get("some"))))
    says = [
        f"<div><dt>{words[name]}</dt><dd>{escape(text)}</dd></div>\n"
        for name, text in (("speaks", speaks), ("office", hit["office"]), ("interpreters", hit.get("interpreters")))
        if text
    ]
    if shared := hit.get("shared"):
        facts = "".join(f"<li>{escape(fact)}</li>" for fact in shared)
        says.append(f'<div><dt>{words["shared"]}</dt><dd><ul class="facts-row">{facts}</ul></dd></div>\n')
    if says:
        parts.append(f'<dl class="says">\n{"".join(says)}</dl>\n')
    parts.append('</div>\n<div class="hit-where">\n')
    if place := hit.get("place"):
        name = f"<b><bdi>{escape(place['name'])}</bdi></b><br>" if place["name"] else ""
        parts.append(f"<p>{name}<bdi>{escape(place['line'])}</bdi><br><bdi>{escape(place['city_line'])}</bdi></p>\n")
        if place["phone"]:
            href, number = escape(place["phone_href"]), escape(place["phone"])
            parts.append(f'<p><a class="tel" dir="ltr" href="{href}">{number}</a></p>\n')
        parts.append(_hint(place["today"]))
    parts += [_hint(hit["more_places"]), "</div>\n</li>\n"]
    return "".join(parts)


def _stat(tile: str, text: str) -> str:
    return f'<p class="stat"><span class="tile {escape(tile)}"></span><span>{escape(text)}</span></p>\n'


def _hint(text: str) -> str:
    return f'<p class="hint">{escape(text)}</p>\n' if text else ""
