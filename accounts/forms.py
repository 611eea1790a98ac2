"""What every form of ours is: one that says why it asks."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from .vocabulary import Category

BOXES = (forms.TextInput, forms.EmailInput, forms.PasswordInput, forms.Select, forms.Textarea)


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
