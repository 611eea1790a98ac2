import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, ClassVar, cast

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.codes.forms import CodeForm
from accounts.email_change.rules import is_an_address
from accounts.forms import Asking, birth_date_field
from accounts.ingest.rules import CellRefused, phone, text, zip_code
from accounts.registration.rules import folded
from accounts.vocabulary import Category
from directory.code_sets.models import vocabulary
from directory.code_sets.vocabulary import CodeKind
from portal.members.models import Member
from portal.members.rules import member_key
from portal.members.vocabulary import (
    LONGEST_KEY_OF_NAME,
    LONGEST_LINE_OF_ADDRESS,
    LONGEST_MEMBER_ID,
    LONGEST_NAME,
    Fact,
)

from .rules import digits
from .vocabulary import Question, Reach

PLAIN = {"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}


def birth_date(**more: Any) -> forms.DateField:
    """A caller's: the browser of the staff person does not offer its own."""
    field = birth_date_field(required=False, **more)
    field.widget.attrs["autocomplete"] = "off"
    return field


class FindForm(Asking):
    """By the ID of the card, or by last name and birth date."""

    why = _("We look for the member, and do not keep what you type.")
    categories = {  # noqa: RUF012
        "member_id": Category.SEARCH,
        "person_number": Category.SEARCH,
        "last_name": Category.SEARCH,
        "birth_date": Category.SEARCH,
    }

    member_id = forms.CharField(
        label=_("Member ID"),
        help_text=_("Spaces and dashes do not matter."),
        max_length=LONGEST_MEMBER_ID * 2,
        required=False,
        widget=forms.TextInput(PLAIN),
    )
    person_number = forms.CharField(
        label=_("Person number, if the card has one"),
        max_length=8,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", **PLAIN}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=LONGEST_NAME * 2,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_date = birth_date()

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        by_card = member_key(typed.get("member_id") or "")
        if not self.errors and not by_card and not (typed.get("last_name") and typed.get("birth_date")):
            raise forms.ValidationError(_("Type the member ID, or both the last name and the birth date."))
        return typed


class CheckForm(Asking):
    """What the caller says. Only that to which something is on file can be asked."""

    why = _("We compare it with what is on file, and keep what was asked and what did not fit. We keep no answer.")
    categories = {  # noqa: RUF012
        "birth_date": Category.ABOUT_OTHERS,
        "house": Category.ABOUT_OTHERS,
        "zip_code": Category.ABOUT_OTHERS,
        "phone": Category.ABOUT_OTHERS,
        "email": Category.ABOUT_OTHERS,
    }

    birth_date = birth_date()
    house = forms.CharField(
        label=_("Address: number of the house or post box"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", **PLAIN}),
    )
    zip_code = forms.CharField(
        label=_("Address: ZIP code"),
        max_length=10,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", **PLAIN}),
    )
    phone = forms.CharField(
        label=_("Phone on file"),
        help_text=_("All 10 numbers."),
        max_length=30,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", **PLAIN}),
    )
    email = forms.CharField(
        label=_("Email on file"),
        max_length=254,
        required=False,
        widget=forms.TextInput({"autocapitalize": "none", **PLAIN}),
    )

    OF_QUESTION = {  # noqa: RUF012
        Question.BIRTH_DATE: ("birth_date",),
        Question.ADDRESS: ("house", "zip_code"),
        Question.PHONE: ("phone",),
        Question.EMAIL: ("email",),
    }

    def __init__(self, questions: Collection[Question], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question, names in self.OF_QUESTION.items():
            for name in names if question not in questions else ():
                del self.fields[name]

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and len(digits(phone)) != len("6515550171"):
            raise forms.ValidationError(_("A phone number has 10 numbers."))
        return phone

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(typed.get("house")) != bool(typed.get("zip_code")):
            self.add_error(
                "house" if typed.get("zip_code") else "zip_code", _("Ask for both: the number and the ZIP code.")
            )
        if not self.errors and not any(typed.values()):
            raise forms.ValidationError(_("Ask the caller, and type what they say."))
        return typed

    @property
    def said(self) -> dict[Question, object]:
        """What was asked, each answer in the shape in which it is compared."""
        typed = self.cleaned_data
        answers: dict[Question, object] = {
            Question.BIRTH_DATE: typed.get("birth_date"),
            Question.ADDRESS: typed.get("house")
            and (typed["house"].strip().lstrip("0"), typed["zip_code"].strip()[:5]),
            Question.PHONE: digits(typed.get("phone", "")),
            Question.EMAIL: typed.get("email", "").strip().casefold(),
        }
        return {question: answer for question, answer in answers.items() if answer}


class ReachForm(Asking):
    why = _("With a code from there the caller shows more than what they know, and nothing has to wait.")
    categories = {"reach": Category.PROOF}  # noqa: RUF012

    reach = forms.ChoiceField(label=_("Where the code goes"), choices=Reach)

    def __init__(self, reaches: Collection[Reach], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "reach", [(each.value, each.label) for each in reaches])


class ReadOutForm(CodeForm):
    """The digits that the caller reads out."""

    why = _("The code shows us that the caller reads mail there.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label, field.help_text = _("The code that the caller reads to you"), _("It has 8 numbers.")
        field.widget.attrs["autocomplete"] = "off"


class NewEmailForm(Asking):
    why = _("Codes and notices about the account go there, once it is proved.")
    categories = {"address": Category.ABOUT_OTHERS}  # noqa: RUF012

    address = forms.CharField(
        label=_("New email of the account"),
        max_length=254,
        widget=forms.TextInput({"autocapitalize": "none", **PLAIN}),
        error_messages={"required": _("Type the new email.")},
    )

    def clean_address(self) -> str:
        return an_email(self.cleaned_data["address"])


# Corrections: each has ``value`` as files have it


class CorrectText(Asking):
    why = _("It stands on file from now on, until the plan’s file says the same.")
    categories: ClassVar[Mapping[str, Category]] = {"said": Category.ABOUT_OTHERS}

    said: Any = forms.CharField(
        max_length=LONGEST_NAME,
        error_messages={"required": _("Type what is right.")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, fact: Fact, member: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fact, self.member = fact, member
        if "said" in self.fields:
            self.fields["said"].label = fact.label

    @property
    def value(self) -> str:
        return str(self.cleaned_data["said"])

    def clean_said(self) -> str:
        """What the file itself could say."""
        said: str = self.cleaned_data["said"]
        longest = 20 if self.fact == Fact.SUFFIX else LONGEST_NAME
        try:
            said = str(READ.get(self.fact, text(longest))(said))
        except CellRefused:
            raise forms.ValidationError(_("This does not fit. Ask how it is spelled, and type it again.")) from None
        if self.fact == Fact.LAST_NAME and not folded(said):
            raise forms.ValidationError(_("Type the last name."))
        if self.fact == Fact.LAST_NAME and len(folded(said)) > LONGEST_KEY_OF_NAME:
            raise forms.ValidationError(_("This name is too long for us. Ask for a shorter spelling, and type that."))
        return said


class CorrectEmail(CorrectText):
    def clean_said(self) -> str:
        return an_email(self.cleaned_data["said"])


class CorrectBirthDate(CorrectText):
    said = birth_date_field()

    def clean_said(self) -> Any:
        said: date = self.cleaned_data["said"]
        if said > timezone.localdate():
            raise forms.ValidationError(_("This day lies ahead."))
        return said


class CorrectLanguage(CorrectText):
    said = forms.ChoiceField(error_messages={"required": _("Choose what is right.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "said", [("", "–"), *languages()])
        self.initial["said"] = self.member.language

    def clean_said(self) -> str:
        return str(self.cleaned_data["said"])


class CorrectAddress(CorrectText):
    said = None
    categories = {  # noqa: RUF012
        "line1": Category.ABOUT_OTHERS,
        "line2": Category.ABOUT_OTHERS,
        "city": Category.ABOUT_OTHERS,
        "state": Category.ABOUT_OTHERS,
        "zip_code": Category.ABOUT_OTHERS,
    }

    line1 = forms.CharField(
        label=_("Number and street, or post box"), max_length=LONGEST_LINE_OF_ADDRESS, required=False
    )
    line2 = forms.CharField(label=_("Second line, if there is one"), max_length=LONGEST_LINE_OF_ADDRESS, required=False)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    state = forms.CharField(label=_("State"), help_text=_("2 letters, like MN."), max_length=2, required=False)
    zip_code = forms.CharField(label=_("ZIP code"), max_length=10, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def clean_state(self) -> str:
        state: str = self.cleaned_data["state"].upper()
        if state and not re.fullmatch(r"[A-Z]{2}", state):
            raise forms.ValidationError(_("A state has 2 letters."))
        return state

    def clean_zip_code(self) -> str:
        typed: str = self.cleaned_data["zip_code"]
        try:
            found = zip_code(typed) if typed else ""
        except CellRefused:
            raise forms.ValidationError(_("A ZIP code has 5 or 9 numbers.")) from None
        return f"{found[:5]}-{found[5:]}" if len(found) > len("55104") else found

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        needed = ("line1", "city", "state", "zip_code")
        if not self.errors and not all(typed[name] for name in needed):
            raise forms.ValidationError(_("Type the whole address: number and street, city, state and ZIP code."))
        return typed

    @property
    def value(self) -> str:
        typed = {name: " ".join(value.split()) for name, value in self.cleaned_data.items()}
        last = f"{typed['city']}, {typed['state']} {typed['zip_code']}"
        return "\n".join(filter(None, (typed["line1"], typed["line2"], last)))


NEVER_NONE = {Fact.LAST_NAME, Fact.BIRTH_DATE}
"""What every member has. Of all else it can be kept that there is none, but not by an empty box."""

READ: dict[Fact, Callable[[str], Any]] = {Fact.PHONE: phone}

FORMS: dict[Fact, type[CorrectText]] = {
    **dict.fromkeys((Fact.FIRST_NAME, Fact.MIDDLE_NAME, Fact.LAST_NAME, Fact.SUFFIX, Fact.PHONE), CorrectText),
    Fact.BIRTH_DATE: CorrectBirthDate,
    Fact.LANGUAGE: CorrectLanguage,
    Fact.EMAIL: CorrectEmail,
    Fact.ADDRESS: CorrectAddress,
}


def choose(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = choices


def an_email(typed: str) -> str:
    address = typed.strip()
    if not is_an_address(address):
        raise forms.ValidationError(_("Type the whole email, like name@mail.example."))
    return address


def languages() -> list[tuple[str, str]]:
    """Code and name of each language, by name."""
    words, shown_in = vocabulary(), get_language() or "en"
    found = ((code, words.label(CodeKind.LANGUAGE, code, shown_in)) for code in words.codes[CodeKind.LANGUAGE])
    return sorted(found, key=lambda each: each[1])
