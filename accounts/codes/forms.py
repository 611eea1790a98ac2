from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import Asking
from accounts.vocabulary import Category

from .rules import is_a_code, read


class CodeBox(forms.PasswordInput):
    """Seen as it is typed, and like a password never sent back."""

    input_type = "text"


class CodeForm(Asking):
    """One field for the digits of a mail, however they were typed or pasted."""

    why = _("The code shows us that the mailbox is yours.")
    categories = {"code": Category.PROOF}  # noqa: RUF012

    code = forms.CharField(
        label=_("Verify Email Address"),
        help_text=_("Type the 8 numbers from the mail. You can paste them."),
        max_length=100,
        widget=CodeBox(
            attrs={
                "class": "in digits",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
        error_messages={"required": _("Type the 8 numbers from the mail.")},
    )

    def clean_code(self) -> str:
        """The digits alone. How many there must be is no secret; whether they are right is not told here."""
        code = read(self.cleaned_data["code"])
        if not is_a_code(code):
            raise forms.ValidationError(_("The code has 8 numbers. Type all of them."))
        return code
