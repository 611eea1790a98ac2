from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import Asking
from accounts.vocabulary import Category

from .authenticators import code_now


class KeyForm(Asking):
    why = _("An authenticator app makes codes of this key. Here the demo does it for you, and keeps nothing.")
    categories = {"key": Category.PROOF}  # noqa: RUF012

    key = forms.CharField(
        label=_("Key"),
        help_text=_("The letters and numbers that the page shows where you set up an authenticator app."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
        error_messages={"required": _("Type or paste the key.")},
    )

    def clean_key(self) -> str:
        """The code of the moment."""
        code = code_now(self.cleaned_data["key"], timezone.now())
        if code is None:
            raise forms.ValidationError(_("This is no key. It has the letters A to Z and the numbers 2 to 7 only."))
        return code
