"""Reads environment variables. Whoever gets one wrong is told which, and what a right one looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import SettingError

YES = {
    "yes": True,
    "true": True,
    "1": True,
    "on": True,
    "no": False,
    "false": False,
    "0": False,
    "off": False,
}


@dataclass(frozen=True)
class Environment:
    """Typed reading of a mapping of strings. A variable that is set to nothing counts as unset."""

    variables: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        return self.variables.get(name, "").strip() or default

    def required(self, name: str, *, why: str, example: str) -> str:
        value = self.text(name)
        if not value:
            raise SettingError(f"{name} is missing: {why}. For example: {name}={example}")
        return value

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise SettingError(
                f"{name} is {value!r}, which is none of {', '.join(allowed)}. For example: {name}={allowed[0]}"
            )
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name, "yes" if default else "no").lower()
        if value not in YES:
            raise SettingError(f"{name} is {value!r}, which is neither yes nor no. For example: {name}=no")
        return YES[value]

    def count(self, name: str, default: int, *, least: int = 0) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdecimal()) or int(value) < least:
            raise SettingError(
                f"{name} is {value!r}, which is no whole number of {least} or more. For example: {name}={default}"
            )
        return int(value)

    def words(self, name: str) -> list[str]:
        """A list written with commas."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]
