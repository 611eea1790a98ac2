from django.utils.translation import gettext_lazy as _


class ChangeRefused(Exception):
    """A change of address cannot begin or go on. ``sentence`` is what the person reads."""

    sentence = _("There is no change of email to go on with. Begin again.")

    def __str__(self) -> str:
        return str(self.sentence)


class SameAddress(ChangeRefused):
    sentence = _("This is the address that we have. Type the new one.")


class AnotherWaits(ChangeRefused):
    sentence = _("Another change of your email waits. Stop that one first.")
