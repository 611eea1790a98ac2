from django.utils.translation import gettext_lazy as _


class Refused(ValueError):
    """Carries the sentence that the person reads."""

    sentence = _("That did not work. Try again.")

    def __str__(self) -> str:
        return str(self.sentence)


class PasswordRefused(Refused):
    """One sentence for a name that is nobody's and for a wrong password."""

    sentence = _("This username and password do not go together. Check both, then try again.")


class NotYourPassword(Refused):
    """For somebody who is signed in."""

    sentence = _("This is not your password. Try again.")


class ProofRefused(Refused):
    """A code that is wrong, out of its time, or was used before."""

    sentence = _("This code does not work. Look at your app again, and type the newest code.")


class PasskeyRefused(Refused):
    sentence = _("This passkey did not work. Try again, or choose another way.")


class LockedFor(Refused):
    """Too many wrong tries: the same words whether or not the account exists."""

    sentence = _(
        "There were too many wrong tries. Wait 15 minutes, then try again. Or reset your password: then you can "
        "sign in right away."
    )


class KeyExpired(Refused):
    """The page with the key stood open for too long, or was made for somebody else."""

    sentence = _("This page was open for too long. Here is a new key.")


class AppIsThere(Refused):
    sentence = _("You have an authenticator app already. Remove it first.")


class LastSecondFactor(Refused):
    """Who must have a second factor cannot take away the last."""

    sentence = _("Your role needs a second step. Add another one first. Then you can remove this one.")


class LossRefused(Refused):
    """Read by whoever acts for a caller."""

    sentence = _("There is nothing to remove.")


class LossWaits(LossRefused):
    sentence = _("A removal of the second step waits already.")


class SecondFactorDemanded(LossRefused):
    sentence = _("This account is also that of somebody who must have a second step. It cannot be removed here.")
