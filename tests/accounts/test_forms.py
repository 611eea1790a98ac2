"""Every form says why it asks, and for what kind of thing."""

from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils.translation import override

from accounts.forms import Asking
from accounts.vocabulary import Category
from tests.inventory import forms_of_ours

FORMS = forms_of_ours()


def complaint(form: Any) -> str | None:
    """What is missing from a form's class; None of one that is whole."""
    if not issubclass(form, Asking):
        return "is not an Asking"
    if len(str(getattr(form, "why", "")).split()) < 4:
        return "does not say why it asks"
    categories = getattr(form, "categories", {})
    if not all(isinstance(each, Category) for each in categories.values()):
        return "names a category that is not in the list"
    if missing := set(form.base_fields) - set(categories):
        return f"asks for {missing}, and does not say what kind of thing that is"
    return None


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__qualname__)
def test_every_form_says_why_it_asks_and_for_what(form: Any) -> None:
    assert complaint(form) is None


class Whole(Asking):
    why = "We ask to see whether it works."
    categories = {"name": Category.NAME}  # noqa: RUF012
    name = forms.CharField(help_text="Any will do.")


def test_a_whole_form_is_not_complained_of() -> None:
    assert complaint(Whole) is None


@pytest.mark.parametrize(
    "form",
    [
        type("NotAsking", (forms.Form,), {}),
        type("NoReason", (Asking,), {"categories": {}}),
        type("NoCategory", (Whole,), {"phone": forms.CharField()}),
        type("StrangeCategory", (Whole,), {"categories": {"name": "whatever"}}),
    ],
    ids=lambda form: form.__name__,
)
def test_a_form_that_says_too_little_is_seen(form: Any) -> None:
    assert complaint(form)


def test_the_sentence_stands_beside_the_form() -> None:
    assert "We ask to see whether it works." in render_to_string("components/why.html", {"form": Whole()})


def test_a_field_that_was_refused_names_its_error_to_a_screen_reader() -> None:
    field = render_to_string("components/field.html", {"field": Whole({})["name"]})
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'id="id_name_error"' in field


def test_what_is_wrong_comes_first_and_leads_to_its_field() -> None:
    said = render_to_string("components/oops.html", {"form": Whole({})})
    assert '<a href="#id_name">This field is required.</a>' in said
    assert not render_to_string("components/oops.html", {"form": Whole()}).strip()


def test_what_is_wrong_is_told_in_the_language_of_the_page() -> None:
    with override("es"):
        assert "Este campo es requerido." in render_to_string("components/oops.html", {"form": Whole({})})
