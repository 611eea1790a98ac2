"""Whoever reads the site in Spanish reads all of it in Spanish."""

import re

import polib
import pytest
from django.utils import translation

from tests import translations

CATALOGUE = polib.pofile(str(translations.PO))


def test_every_sentence_of_the_site_is_in_the_catalogue_and_nothing_else_is():
    """After a change of words: python -m tests.translations"""
    asked = {(message.context, message.text) for message in translations.gather()}

    assert {translations.key(entry) for entry in CATALOGUE} == asked


def test_every_sentence_has_its_spanish():
    assert [entry.msgid for entry in CATALOGUE if not entry.translated()] == []


def test_the_compiled_catalogue_is_the_one_that_is_read():
    """After a change of the .po: python -m tests.translations"""
    assert translations.MO.read_bytes() == CATALOGUE.to_binary()


def test_the_spanish_names_the_same_values_and_links():
    wrong = [
        said
        for entry in CATALOGUE.translated_entries()
        for said, meant in zip(spanish(entry), english(entry), strict=True)
        if pieces(said) != pieces(meant)
    ]

    assert wrong == []


def test_a_page_asked_for_in_spanish_speaks_it():
    with translation.override("es"):
        assert translation.gettext("Find care") == "Buscar atención"


class TestWhatIsGathered:
    """The check can see: it finds a sentence wherever one can stand."""

    def test_in_a_template(self):
        source = """{% load i18n %}
            {% if a %}{% for b in c %}{% translate "Deep" context "x" %}{% endfor %}{% endif %}
            {% blocktranslate count n=c|length trimmed %}
               {{ n }} place
            {% plural %}
               {{ n }} places
            {% endblocktranslate %}"""

        assert set(translations.in_template(source)) == {
            translations.Message("x", "Deep", None),
            translations.Message(None, "%(n)s place", "%(n)s places"),
        }

    def test_in_a_template_that_extends_another(self):
        source = '{% extends "base.html" %}{% load i18n %}{% block main %}{% translate "Inside" %}{% endblock %}'

        assert list(translations.in_template(source)) == [translations.Message(None, "Inside", None)]

    def test_in_python(self):
        source = 'a = _("One"); b = ngettext("%(n)s day", "%(n)s days", n); c = t.pgettext("menu", "Main")'

        assert set(translations.in_python(source)) == {
            translations.Message(None, "One", None),
            translations.Message(None, "%(n)s day", "%(n)s days"),
            translations.Message("menu", "Main", None),
        }

    def test_a_sentence_put_together_by_the_program_is_refused(self):
        with pytest.raises(translations.NotLiteralError):
            list(translations.in_python('_("Hello " + name)'))


def english(entry):
    return [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]


def spanish(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def pieces(text):
    """What a sentence carries beside its words: values and marks."""
    return sorted(re.findall(r"%\(\w+\)s|</?\w+|%[sd]|\{\w+\}", text))
