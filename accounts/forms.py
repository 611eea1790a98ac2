"""What every form of ours is: one that says why it asks."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from .vocabulary import Category

BOXES = (forms.TextInput, forms.EmailInput, forms.PasswordInput, forms.Select, forms.Textarea)

DATES = ["%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m %d %Y", "%m%d%Y", "%Y-%m-%d"]
"""Ways to type a date: the month first, in whatever language the page is, because its label says so."""


class Asking(forms.Form):
    """A form that says why it asks, and what kind of thing it asks for. Each has, beside its fields:

    why: the purpose as the person reads it, one or two plain sentences in the page's language. Every page shows it
        beside the form (``components/why.html``).
    categories: every field's place in the inventory of ``docs/privacy.md``, which a test compares with it.

    The server's own words tell what is wrong, in the page's language, so a browser does not add its own.
    """

    why: ClassVar[Any]
    categories: ClassVar[Mapping[str, Category]]
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, BOXES):
                field.widget.attrs.setdefault("class", "in w16")


def birth_date_field(**more: Any) -> forms.DateField:
    """``required`` and ``help_text`` are for whoever asks; a date is typed as people write it here."""
    attrs = {"inputmode": "numeric", "autocomplete": "bday", "dir": "ltr"}
    wrong = _("Type month, day and year, like 03/14/1985.")
    kept: dict[str, Any] = {
        "label": _("Birth date"),
        "help_text": _("Month, day and year, like 03/14/1985."),
        "input_formats": DATES,
        "widget": forms.DateInput(attrs, format=DATES[0]),
        "error_messages": {"required": wrong, "invalid": wrong},
    }
    return forms.DateField(**kept | more)
