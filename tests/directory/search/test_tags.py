"""The filters and rows of Find Care as HTML: what a person reads and ticks, and nothing that anyone could slip in."""

from html.parser import HTMLParser

import pytest
from django.utils import translation
from django.utils.formats import number_format

from directory.search.tags import Facet, Option, facets_html, hits_html

ATTACK = '"><script>alert(1)</script>'
WHERE = {
    "name": "Larkin Clinic",
    "line": "10 Larkin Ave",
    "city_line": "St Paul, MN 55106",
    "phone": "651-555-0101",
    "phone_href": "tel:+16515550101",
    "today": "Open now",
}
A_CLINICIAN = {
    "url": "/find-care/clinicians/1234567890/",
    "name": "Amina Warsame",
    "goes_by": "Mina",
    "credentials": "MD",
    "specialties": "Pediatrics",
    "distance": "3.2",
    "accepting": {"tile": "full", "text": "Taking new patients"},
    "unknown_network": "Call before you go",
    "speaks": "Somali",
    "some": "Hmong (some)",
    "office": "Spanish",
    "interpreters": "Karen",
    "shared": ["Black", "she"],
    "place": WHERE,
    "more_places": "1 more location",
}
A_PLACE = {
    "url": "/find-care/places/7/",
    "name": "Larkin Clinic",
    "specialties": "Clinic",
    "distance": "",
    "office": "",
    "place": {**WHERE, "name": "", "phone": "", "today": ""},
    "more_places": "",
}


def test_an_option_shows_its_label_and_how_many_it_finds():
    assert "Family medicine 31" in text(facets_html([facet(options=[option("207Q00000X", "Family medicine", 31)])]))


@pytest.mark.parametrize("language", ["en", "es"])
def test_thousands_are_grouped_as_the_language_does(language):
    with translation.override(language):
        grouped = number_format(12345, force_grouping=True)
        html = facets_html([facet(options=[option("x", "Family medicine", 12345)])])

    assert f'<span class="n">{grouped}</span>' in html


def test_an_option_whose_number_would_say_nothing_shows_none():
    html = facets_html([facet(kind="radio", options=[option("", "Any", None)])])

    assert 'class="n"' not in html
    assert 'type="radio"' in html


def test_what_is_on_is_ticked_and_nothing_else():
    html = facets_html([facet(options=[option("a", "A", 1, checked=True), option("b", "B", 1)])])

    assert [tag["value"] for tag in inputs(html) if "checked" in tag] == ["a"]


def test_the_words_are_kept_but_not_the_tick():
    on, off = option("a", "A", 1, checked=True), option("a", "A", 2)

    assert "checked" in facets_html([facet(options=[on])])
    assert "checked" not in facets_html([facet(options=[off])])


def test_a_language_carries_its_own_name_in_its_own_script_and_direction():
    arabic: Option = {**option("ar", "Arabic", 3), "endonym": "العربية", "lang": "ar", "dir": "rtl"}

    assert '<span class="endo" lang="ar" dir="rtl">العربية</span>' in facets_html([facet(options=[arabic])])


def test_a_language_is_not_named_twice_in_the_same_words():
    spanish: Option = {**option("es", "Español", 3), "endonym": "español", "lang": "es", "dir": "ltr"}

    assert "endo" not in facets_html([facet(options=[spanish])])


def test_long_lists_fold_the_rest_away_under_a_heading_of_their_own():
    html = facets_html([facet(options=[option("a", "A", 2)], more=[option("b", "B", 1)], more_label="1 more")])

    assert html.index('value="a"') < html.index("<summary>1 more</summary>") < html.index('value="b"')


def test_any_or_all_is_one_more_tick():
    switch = {"name": "language_match", "value": "all", "label": "Speaks all of these", "checked": True}

    assert {"name": "language_match", "value": "all", "checked": None} in [
        {name: value for name, value in tag.items() if name != "type"}
        for tag in inputs(facets_html([facet(options=[], match_all=switch)]))
    ]


def test_a_written_filter_has_a_label_and_keeps_what_was_written():
    age: Facet = {"name": "age", "legend": "Age", "kind": "number", "hint": "In years", "value": "7"}
    html = facets_html([age])

    assert '<label for="filter-age">Age</label>' in html
    assert inputs(html)[0] | {"id": "filter-age", "value": "7", "aria-describedby": "hint-age"} == inputs(html)[0]


@pytest.mark.parametrize("field", ["name", "legend", "hint", "more_label", "value"])
def test_whatever_stands_in_a_facet_is_text(field):
    attack = '"><script>alert(1)</script>'
    for kind in ("check", "number"):
        html = facets_html([facet(kind=kind, **{"more": [option("a", "A", 1)], field: attack})])
        assert "<script" not in html


@pytest.mark.parametrize("field", ["value", "label", "endonym", "lang"])
def test_whatever_stands_in_an_option_is_text(field):
    attacked = {
        **option("ar", "Arabic", 1),
        "endonym": "x",
        "lang": "ar",
        field: '"><script>alert(1)</script>',
    }

    assert "<script" not in facets_html([facet(options=[attacked])])


def test_a_row_says_what_is_known_and_nothing_of_the_rest():
    assert text(hits_html([A_PLACE])) == "Larkin Clinic Clinic 10 Larkin Ave St Paul, MN 55106"
    assert text(hits_html([A_CLINICIAN])) == (
        "3.2 mi miles away Amina Warsame “ Mina ” MD Pediatrics Taking new patients Call before you go "
        "Speaks Somali, Hmong (some) Office staff Spanish Interpreter Karen Chose to share Black she "
        "Larkin Clinic 10 Larkin Ave St Paul, MN 55106 651-555-0101 Open now 1 more location"
    )


def test_rows_are_said_in_the_language_of_the_page():
    with translation.override("es"):
        said = text(hits_html([A_CLINICIAN]))

    assert "Speaks" not in said
    assert "Habla" in said


def test_who_speaks_a_language_only_some_is_not_said_to_speak_another():
    assert "Speaks Hmong (some) Office" in text(hits_html([{**A_CLINICIAN, "speaks": ""}]))


def test_a_clinician_on_the_page_of_a_place_needs_no_address():
    html = hits_html([{**A_CLINICIAN, "place": None}])

    assert "Larkin" not in html
    assert "1 more location" in text(html)


@pytest.mark.parametrize("field", [field for field, value in A_CLINICIAN.items() if isinstance(value, str)])
def test_whatever_stands_in_a_row_is_text(field):
    assert "<script" not in hits_html([{**A_CLINICIAN, field: ATTACK}])


@pytest.mark.parametrize("field", WHERE)
def test_whatever_stands_in_the_place_of_a_row_is_text(field):
    assert "<script" not in hits_html([{**A_CLINICIAN, "place": {**WHERE, field: ATTACK}}])


def test_whatever_was_shared_is_text():
    accepting = {"tile": ATTACK, "text": ATTACK}

    assert "<script" not in hits_html([{**A_CLINICIAN, "shared": [ATTACK], "accepting": accepting}])


def option(value, label, count, checked=False) -> Option:
    return {"value": value, "label": label, "count": count, "checked": checked}


def facet(**more) -> Facet:
    return {"name": "specialty", "legend": "Specialty", "kind": "check", **more}


def text(html: str) -> str:
    """What a person reads."""
    words: list[str] = []
    reader = HTMLParser()
    reader.handle_data = words.append  # type: ignore[method-assign]
    reader.feed(html)
    return " ".join(" ".join(words).split())


def inputs(html: str) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: found.append(dict(attrs)) if tag == "input" else None  # type: ignore[method-assign]
    reader.feed(html)
    return found
