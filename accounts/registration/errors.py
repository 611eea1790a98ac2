from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Carries the sentence that the person reads."""

    sentence = _("That did not work. Try again.")

    def __str__(self) -> str:
        return str(self.sentence)


class ActivationRefused(Refused):
    """None like it, used, revoked, out of its time, somebody else's: nobody is told which."""

    sentence = _(
        "These do not go together, or the activation ID does not work any more. Check what you typed, then try again. "
        "Or call us: we send you a new one."
    )


class TooManyTries(Refused):
    """The same words whatever was typed."""

    sentence = _("There were too many tries. Wait 15 minutes, then try again. Or call us.")


class SubjectTaken(Refused):
    """The account stands for somebody else of the kind already, or somebody else's account stands for the subject."""

    sentence = _(
        "This account cannot be used for that: it is in use for somebody else. Make a new account, or call us."
    )


class UsernameTaken(Refused):
    sentence = _("Somebody has this username. Choose another.")


class UsernameTellsTooMuch(Refused):
    sentence = _("Others know this about you. Choose a username without your name, birth date or member ID.")


class CannotIssue(Refused):
    """An activation ID cannot be issued; read by staff."""

    sentence = _("This person cannot register now. Nothing was sent.")


class NoAddress(CannotIssue):
    sentence = _("We have no postal address for this person, so no letter can go. Nothing was sent.")


class NoMailbox(CannotIssue):
    sentence = _("We have no email for this person that we may use. Nothing was sent. Send a letter.")
