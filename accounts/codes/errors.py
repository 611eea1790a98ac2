from django.utils.translation import gettext_lazy as _


class AskedTooOften(Exception):
    """So many codes were asked for from this network address that it is a machine that asks."""

    sentence = _("Too many codes were asked for from your network today. Try again tomorrow, or call us.")

    def __str__(self) -> str:
        return str(self.sentence)


class CodeRefused(Exception):
    """No code, a wrong one, an old, used or replaced one, another browser's, no budget left: nobody is told which."""

    sentence = _("This code does not work. Look for the newest mail from us, or send a new code.")

    def __str__(self) -> str:
        return str(self.sentence)
