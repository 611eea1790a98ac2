from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import Asking
from accounts.models import StaffPerson
from accounts.registration.vocabulary import Channel
from accounts.vocabulary import Category, Job

from .errors import NotAManager
from .vocabulary import SHORTEST_SEARCH


def day(**more: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Type a day like 2026-11-30.")},
        **more,
    )


class Search(Asking):
    why: ClassVar[Any] = _("We look for the person, and do not keep what you type.")
    categories: ClassVar[Any] = {"words": Category.SEARCH}

    words = forms.CharField(
        label=_("Name or staff number"),
        min_length=SHORTEST_SEARCH,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Type a name or a staff number."),
            "min_length": _("Type at least 2 letters or numbers."),
        },
    )


class GivePost(Asking):
    why: ClassVar[Any] = _("A job opens the pages that the work needs, from the first day to the last.")
    categories: ClassVar[Any] = {
        "job": Category.ABOUT_OTHERS,
        "department": Category.ABOUT_OTHERS,
        "manager": Category.ABOUT_OTHERS,
        "first_day": Category.ABOUT_OTHERS,
        "last_day": Category.ABOUT_OTHERS,
    }

    job = forms.ChoiceField(label=_("Job"), choices=Job)
    department = forms.CharField(
        label=_("Department"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type the department.")},
    )
    manager = forms.CharField(
        label=_("Staff number of the manager"),
        help_text=_("Leave it empty for somebody who has no manager here."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    first_day = day(label=_("First day"))
    last_day = day(label=_("Last day"), help_text=_("Leave it empty if nobody knows it yet."), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].error_messages["required"] = _("Type the first day.")

    def clean_job(self) -> Job:
        return Job(self.cleaned_data["job"])

    def clean_manager(self) -> StaffPerson | None:
        number = self.cleaned_data["manager"]
        manager = StaffPerson.objects.filter(number=number, left_at=None).first() if number else None
        if number and manager is None:
            raise forms.ValidationError(NotAManager.sentence)
        return manager


class EndPost(Asking):
    why: ClassVar[Any] = _("From then on the job opens nothing, whatever page is open.")
    categories: ClassVar[Any] = {"last_day": Category.ABOUT_OTHERS}

    last_day = day(label=_("Last day"), help_text=_("Leave it empty, and the job ends now."), required=False)


class Invite(Asking):
    why: ClassVar[Any] = _("The activation ID goes this way, and lets this person alone register.")
    categories: ClassVar[Any] = {"channel": Category.ABOUT_OTHERS}

    channel = forms.ChoiceField(label=_("How it goes there"), choices=Channel)

    def clean_channel(self) -> Channel:
        return Channel(self.cleaned_data["channel"])


class AskRemoval(Asking):
    why: ClassVar[Any] = _("Whoever gets a second step of somebody else gets in as them.")
    categories: ClassVar[Any] = {"seen": Category.ABOUT_OTHERS}

    seen = forms.BooleanField(
        label=_("I have seen this person, and I know who they are."),
        error_messages={"required": _("See the person first. Then check the box.")},
    )
