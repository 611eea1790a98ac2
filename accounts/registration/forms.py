from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.email_change.rules import is_an_address
from accounts.forms import Asking, birth_date_field
from accounts.rules import is_a_username
from accounts.vocabulary import Category

from .rules import is_an_activation_id, read

PLAIN = {"autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}


class WhoForm(Asking):
    """Whose activation ID it is that somebody entered here before this person signed in."""

    why = _("The ID came to one person. Last name and birth date show us that it is you who has it.")
    categories = {"last_name": Category.NAME, "birth_date": Category.BIRTH_DATE}  # noqa: RUF012

    last_name = forms.CharField(
        label=_("Last name"),
        help_text=_("As it is on your member ID card or work badge. Big letters and accents do not matter."),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "family-name", "spellcheck": "false"}),
        error_messages={"required": _("Type your last name.")},
    )
    birth_date = birth_date_field(
        required=False,
        help_text=_("Month, day and year, like 03/14/1985. If you work for the plan, leave it empty."),
    )


class ActivationForm(WhoForm):
    """The activation ID, and who has it. Nobody is told which of the three was wrong."""

    categories = {"activation_id": Category.PROOF, **WhoForm.categories}  # noqa: RUF012
    field_order = ("activation_id", "last_name", "birth_date")

    activation_id = forms.CharField(
        label=_("Activation ID"),
        help_text=_("12 letters and numbers from our letter or mail, like 7KQM-4XHT-9ZPA."),
        max_length=100,
        widget=forms.TextInput({"class": "in w16", "autocomplete": "off", **PLAIN}),
        error_messages={"required": _("Type the activation ID.")},
    )

    def clean_activation_id(self) -> str:
        """The 12 characters alone. How many there must be is no secret."""
        secret = read(self.cleaned_data["activation_id"])
        if not is_an_activation_id(secret):
            raise forms.ValidationError(_("An activation ID has 12 letters and numbers. Type all of them."))
        return secret


class NewAccountForm(Asking):
    why = _("You sign in with the username. Codes and notices about your account go to the email, and nothing else.")
    categories = {"username": Category.NAME, "email": Category.EMAIL}  # noqa: RUF012

    username = forms.CharField(
        label=_("Username"),
        help_text=_(
            "6 to 30 letters without accents, numbers, dots, dashes or underscores. Not your name, birth date or "
            "member ID."
        ),
        max_length=64,
        widget=forms.TextInput({"autocomplete": "username", **PLAIN}),
        error_messages={"required": _("Choose a username.")},
    )
    email = forms.EmailField(
        label=_("Your own email"),
        help_text=_("One that you alone read. We send a code there."),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email", **PLAIN}),
        error_messages={
            "required": _("Type your email."),
            "invalid": _(
                "Type the whole email, like name@mail.example. Use the letters a to z and numbers, no accents, spaces"
                " or quotation marks."
            ),
        },
    )

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if not is_a_username(username):
            raise forms.ValidationError(
                _("Use 6 to 30 letters a to z, numbers, dots, dashes or underscores. Begin with a letter or number.")
            )
        return username

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not is_an_address(email):
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"])
        return email
