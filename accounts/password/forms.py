from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.forms import Asking
from accounts.models import User
from accounts.vocabulary import Category

from .vocabulary import Rule


class AskForm(Asking):
    """Whose password is forgotten: both must fit, and nobody is told whether they do."""

    why = _("The two together show us which account to send a code for. We keep what you type only until you are done.")
    categories = {"username": Category.NAME, "email": Category.EMAIL}  # noqa: RUF012

    username = forms.CharField(
        label=_("Username"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}
        ),
        error_messages={"required": _("Type your username.")},
    )
    email = forms.EmailField(
        label=_("The email used to create the account"),
        help_text=_("If you changed it since, type the one that your account has now."),
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}
        ),
        error_messages={
            "required": _("Type the email of your account."),
            "invalid": _("Type the whole email, like name@mail.example."),
        },
    )


def new_password(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr", "data-reveal": ""}),
        error_messages={"max_length": Rule.LENGTH.label},
    )


class NewPasswordForm(Asking):
    """A new password, twice. What was typed is never sent back."""

    why = _("You will sign in with this password. We cannot read it, and nobody here will ask you for it.")
    categories = {"password": Category.PASSWORD, "again": Category.PASSWORD}  # noqa: RUF012

    password = new_password(_("New password"))
    again = new_password(_("The same password again"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].error_messages["required"] = _("Type a new password.")
        self.fields["again"].error_messages["required"] = _("Type the new password a second time.")
        self.fields["password"].widget.attrs["aria-describedby"] = "rules"

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("The two passwords are not the same. Type both again."))
        return cleaned
