from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from .vocabulary import Rule


class PasswordRefused(Exception):
    """The password breaks rules, each of which says itself what to do."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        super().__init__(" ".join(rules))
        self.rules = rules

    def __str__(self) -> str:
        return " ".join(str(rule.label) for rule in self.rules)


class SamePassword(Exception):
    """Of staff a password grows old: neither the old one is a new one, nor that before it."""

    sentence = _("This is the password that you have, or the one before it. Choose another one.")

    def __str__(self) -> str:
        return str(self.sentence)
