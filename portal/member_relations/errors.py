from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from portal.members.errors import EnrolmentIsRead

from .vocabulary import Why


class DeskRefused(Exception):
    """Carries the sentence that the staff person reads, and what the audit keeps of it."""

    sentence = _("That cannot be done on this call.")
    why: ClassVar[Why]

    def __str__(self) -> str:
        return str(self.sentence)


class OwnHousehold(DeskRefused):
    sentence = _("This is your own record, or that of somebody in your family. A colleague takes this call.")
    why = Why.OWN


class CallIsOver(DeskRefused):
    sentence = _("This call is over. If the caller is still there, find the member again.")
    why = Why.OVER


class NotChecked(DeskRefused):
    sentence = _("The caller has not shown to be the member. Nothing can be told or done on this call.")
    why = Why.NOT_CHECKED


class AlreadyChecked(DeskRefused):
    sentence = _("The caller was asked on this call already. There is one check for each call.")
    why = Why.CHECKED


class HasDied(DeskRefused):
    sentence = _("The file says that this member has died. Nothing can be told or done by phone.")
    why = Why.DIED


class FileIsRead(DeskRefused):
    sentence = EnrolmentIsRead.sentence
    why = Why.FILE_IS_READ


class NoAccount(DeskRefused):
    sentence = _("This member has no account.")
    why = Why.NO_ACCOUNT


class NoChannel(DeskRefused):
    sentence = _(
        "No code can go there: nothing is on file, or not for this member alone, or it was corrected by phone."
    )
    why = Why.NO_CHANNEL


class ToldLately(DeskRefused):
    sentence = _(
        "The username was told by phone less than a week ago. Until then the email can only be changed after a code to "
        "a channel on file."
    )
    why = Why.TOLD_LATELY


class RenewedLately(DeskRefused):
    sentence = _("More tries were given within the last day already. The member can wait, or reset the password.")
    why = Why.RENEWED_LATELY


class CannotRegister(DeskRefused):
    """``sentence`` is that of whoever refused, or this one."""

    sentence = _("This member cannot register now: they have an account, or are too young. Nothing was sent.")
    why = Why.CANNOT_REGISTER


class AddressCorrected(CannotRegister):
    sentence = _(
        "The address was corrected by phone, and the plan’s file does not say the same yet. Before it does, no "
        "activation ID goes there. Nothing was sent."
    )
