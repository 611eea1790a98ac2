from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import Asking, birth_date_field
from accounts.registration.rules import folded
from accounts.vocabulary import Category

from .rules import member_key
from .vocabulary import LONGEST_MEMBER_ID, LONGEST_NAME

PLAIN = {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}


class RegisterForm(Asking):
    """Who somebody says they are. Nobody is told whether it fits."""

    why = _("Together they show us whom to write to. We compare them with our records, and keep none of it.")
    categories = {  # noqa: RUF012
        "member_id": Category.TRANSACTION,
        "person_number": Category.TRANSACTION,
        "last_name": Category.NAME,
        "birth_date": Category.BIRTH_DATE,
    }

    member_id = forms.CharField(
        label=_("Member ID"),
        help_text=_("As it is on your member card. Spaces and dashes do not matter."),
        max_length=LONGEST_MEMBER_ID * 2,
        widget=forms.TextInput(PLAIN),
        error_messages={"required": _("Type the member ID from your card.")},
    )
    person_number = forms.CharField(
        label=_("Person number, if your card has one"),
        help_text=_("The 2 numbers after the ID, like 02. A family that shares one ID needs them."),
        max_length=8,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", **PLAIN}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        help_text=_("As it is on your member card. Big letters and accents do not matter."),
        max_length=LONGEST_NAME * 2,
        widget=forms.TextInput({"autocomplete": "family-name", "spellcheck": "false"}),
        error_messages={"required": _("Type your last name.")},
    )
    birth_date = birth_date_field()

    def clean_member_id(self) -> str:
        member_id: str = self.cleaned_data["member_id"]
        if not member_key(member_id):
            raise forms.ValidationError(self.fields["member_id"].error_messages["required"])
        return member_id

    def clean_last_name(self) -> str:
        last_name: str = self.cleaned_data["last_name"]
        if not folded(last_name):
            raise forms.ValidationError(self.fields["last_name"].error_messages["required"])
        return last_name
