"""What slices below tell about passwords: words that others know of a person, and what ends with a new password.

Called from ``AppConfig.ready`` alone.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from accounts.models import User

PersonalWords = Callable[[User], Iterable[str]]
OnNewPassword = Callable[[User, datetime], None]

PERSONAL_WORDS: list[PersonalWords] = []
ON_NEW_PASSWORD: list[OnNewPassword] = []


def register_personal_words(words_of: PersonalWords) -> None:
    """Such as a member ID, or a birth date in each way that it is written."""
    PERSONAL_WORDS.append(words_of)


def on_new_password(then: OnNewPassword) -> None:
    """Called in the transaction that replaces a password, which fails if this does."""
    ON_NEW_PASSWORD.append(then)
