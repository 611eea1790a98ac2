from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import Asking
from accounts.vocabulary import Category

from .rules import is_an_address


class AddressForm(Asking):
    why = _("We send codes and notices about your account there, and nothing else.")
    categories = {"address": Category.EMAIL}  # noqa: RUF012

    address = forms.EmailField(
        label=_("New email"),
        help_text=_("For example, name@mail.example"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "dir": "ltr"}),
        error_messages={
            "required": _("Type your new email."),
            "invalid": _(
                "Type the whole email, like name@mail.example. Use the letters a to z and numbers, no accents, spaces"
                " or quotation marks."
            ),
        },
    )

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if not is_an_address(address):
            raise forms.ValidationError(self.fields["address"].error_messages["invalid"])
        return address
