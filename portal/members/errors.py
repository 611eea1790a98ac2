from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.ingest.errors import ImportRefused


class EnrolmentShrinks(ImportRefused):
    """An enrolment file would end the coverage of too large a share of the people of its source."""

    def __init__(self, *, ends: int, of: int) -> None:
        super().__init__(
            f"{ends} of the {of} people whom this source covers would not be covered any more. See that the file is "
            "whole and its dates are right; if they are, run it again with --shrink."
        )


class EnrolmentIsOld(ImportRefused):
    """An enrolment file speaks of an earlier day than one that was taken."""

    def __init__(self, *, as_of: date, newest: date) -> None:
        super().__init__(
            f"The file speaks of {as_of}, and one of {newest} was taken already: it knows more. Nothing was taken."
        )


class EnrolmentOfTheFuture(ImportRefused):
    def __init__(self, *, as_of: date) -> None:
        super().__init__(
            f"The file would speak of {as_of}, which lies in the future, and later files would be refused until then. "
            "See that the day in its name, or that of --as-of, is right."
        )


class EnrolmentIsMixed(ImportRefused):
    def __init__(self) -> None:
        super().__init__(
            "The file has rows that are full, and others that add, change or terminate. Send the whole enrolment in one"
            " file, and what changed since in another."
        )


class NobodyOnFile(Exception):
    def __str__(self) -> str:
        return "No record of this source has this member ID and person number. Nothing has changed."


class EnrolmentIsRead(Exception):
    """An enrolment file is taken over at this moment, and would not see what is changed now."""

    sentence = _("The enrolment file is being read. Try again in a minute.")

    def __str__(self) -> str:
        return str(self.sentence)


class AskedTooOften(Exception):
    """So many asked to register from this network address that it is a machine that asks. Whether anything fitted has
    no part in it."""

    sentence = _("Too many people asked to register from your network. Try again tomorrow, or call us.")

    def __str__(self) -> str:
        return str(self.sentence)
