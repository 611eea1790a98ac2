from collections.abc import Sequence

from .vocabulary import Rule


class PasswordRefused(Exception):
    """The password breaks rules, each of which says itself what to do."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        super().__init__(" ".join(rules))
        self.rules = rules

    def __str__(self) -> str:
        return " ".join(str(rule.label) for rule in self.rules)
