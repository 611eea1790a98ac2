"""Why a hand-over failed, and what cannot be done with a letter."""

from django.utils.translation import gettext_lazy as _


class HandOverFailed(Exception):
    """The mail server does not have the mail. ``cause`` is the name of a class, the only thing of it that is kept."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(type(cause).__name__)
        self.cause = type(cause).__name__


class Unreachable(HandOverFailed):
    """No mail server took us on: nobody's mail goes out now."""


class Refused(HandOverFailed):
    """The mail server answers, and refused this one mail."""


class Broken(HandOverFailed):
    """The conversation ended without an answer: the mail server may have the mail or not."""


class LetterRefused(Exception):
    """A letter is not printed: one sentence says why and what to do."""


class NothingToPrint(LetterRefused):
    """Nor will it ever be: the letter leaves the queue."""


class NoEnvelope(NothingToPrint):
    def __str__(self) -> str:
        return str(
            _("We have no postal address for this person any more, so this letter cannot go. It is off the list.")
        )
