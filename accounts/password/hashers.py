from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from .rules import normalised
from .vocabulary import LONGEST_TYPED


class Argon2id(Argon2PasswordHasher):
    """Argon2id in one lane, as costly as PASSWORD_MEMORY_MIB and PASSWORD_PASSES say (docs/performance.md: how they
    were chosen). Every road to a password passes here, so that each is in one spelling, when set and when
    checked. What is too long to be one is not looked at."""

    parallelism = 1

    def __init__(self) -> None:
        self.memory_cost = settings.PASSWORD_MEMORY_MIB * 1024
        self.time_cost = settings.PASSWORD_PASSES

    def encode(self, password: str, salt: str) -> str:
        if len(password) > LONGEST_TYPED:
            raise ValueError("no password is that long")
        return super().encode(normalised(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        return len(password) <= LONGEST_TYPED and super().verify(normalised(password), encoded)
