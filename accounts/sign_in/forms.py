"""What signing in asks for. Each form says why."""

import json
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.forms import Asking
from accounts.vocabulary import Category

from .errors import PasskeyRefused
from .vocabulary import CREDENTIAL_LONGEST, PASSKEY_NAME_LONGEST


class CodeInput(forms.TextInput):
    """Shows what is typed, and never what was."""

    def format_value(self, value: Any) -> None:
        return None


class HiddenProof(CodeInput, forms.HiddenInput):
    input_type = "hidden"
    template_name = "django/forms/widgets/hidden.html"


def code_field(*, label: Any, help_text: Any, empty: Any) -> forms.CharField:
    attrs = {"class": "in digits", "inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr"}
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=20,
        widget=CodeInput(attrs),
        error_messages={"required": empty},
    )


def password_field(**more: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Password"),
        help_text=_("Big and small letters matter."),
        # Long enough for whatever somebody pastes, and too short to make the hashing a burden.
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"class": "in w16", "autocomplete": "current-password", "dir": "ltr"}),
        error_messages={"required": _("Type your password.")},
        **more,
    )


class SignIn(Asking):
    why: ClassVar[Any] = _("So that only you can see what is yours.")
    categories: ClassVar[Any] = {"username": Category.NAME, "password": Category.PASSWORD}

    username = forms.CharField(
        label=_("Username"),
        max_length=64,
        widget=forms.TextInput(
            {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}
        ),
        error_messages={"required": _("Type your username.")},
    )
    password = password_field()


class Password(Asking):
    why: ClassVar[Any] = _("The next page can change how you sign in. We make sure that it is you.")
    categories: ClassVar[Any] = {"password": Category.PASSWORD}

    password = password_field()


class Code(Asking):
    why: ClassVar[Any] = _("So that nobody gets in who only knows your password.")
    categories: ClassVar[Any] = {"code": Category.PROOF}

    code = code_field(
        label=_("Code"),
        help_text=_("6 numbers from your authenticator app, or one of your recovery codes."),
        empty=_("Type the code."),
    )


class App(Asking):
    why: ClassVar[Any] = _("The code shows that your app has the key.")
    categories: ClassVar[Any] = {"key": Category.PROOF, "code": Category.PROOF}

    key = forms.CharField(widget=forms.HiddenInput)
    code = code_field(
        label=_("Code from your app"), help_text=_("6 numbers."), empty=_("Type the code that your app shows.")
    )


class CredentialField(forms.CharField):
    """Cleans to the JSON object that it holds."""

    def __init__(self) -> None:
        super().__init__(max_length=CREDENTIAL_LONGEST, widget=HiddenProof)

    def clean(self, value: Any) -> dict[str, Any]:
        try:
            found = json.loads(super().clean(value))
        except (ValueError, RecursionError, forms.ValidationError):
            found = None
        if not isinstance(found, dict):
            raise forms.ValidationError(PasskeyRefused.sentence)
        return found


class Credential(Asking):
    """What a browser answers for a passkey: the page's script fills it in."""

    why: ClassVar[Any] = _("Your device tells us that it is you. Your fingerprint, face or PIN stays on it.")
    categories: ClassVar[Any] = {"credential": Category.PROOF}

    credential = CredentialField()


class NewPasskey(Credential):
    why: ClassVar[Any] = _("The name is for you alone: it tells your passkeys apart.")
    categories: ClassVar[Any] = {"name": Category.VOLUNTEERED, "credential": Category.PROOF}

    name = forms.CharField(
        label=_("Name of this passkey"),
        help_text=_("For example: my phone."),
        max_length=PASSKEY_NAME_LONGEST,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Give this passkey a name.")},
    )
    field_order = ["name", "credential"]  # noqa: RUF012 (Django's own attribute)


class Language(Asking):
    why: ClassVar[Any] = _("We write to you in this language, and show you our pages in it.")
    categories: ClassVar[Any] = {"language": Category.VOLUNTEERED}

    language = forms.ChoiceField(choices=settings.LANGUAGES, widget=forms.RadioSelect, label=_("Language"))
