from django.core.exceptions import ValidationError

from accounts.models import User

from .access import personal_words
from .rules import problems
from .vocabulary import Rule


class TheRules:
    """The rules as Django asks for them, whoever sets a password: one error for each that is broken."""

    def validate(self, password: str, user: User | None = None) -> None:
        if broken := problems(password, personal_words(user)):
            raise ValidationError([ValidationError(rule.label, code=rule) for rule in broken])

    def get_help_text(self) -> str:
        return " ".join(str(rule.label) for rule in Rule)
