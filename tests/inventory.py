"""What the forms of the site ask for, and why: the inventory in docs/privacy.md.

After a change of forms: python -m tests.inventory
"""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from tests.architecture.tree import PACKAGES, ROOT, modules

PRIVACY = ROOT / "docs" / "privacy.md"
HEAD = "| form | asks for | why, as the page says it |\n|---|---|---|\n"
TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n)*")

FIND_CARE = "We look for care with what you type, and do not keep it."
SEARCH = (
    f"| Find care, and the first page | words, place and filters (search: asked for, and not kept) | {FIND_CARE} |\n"
)


def forms_of_ours() -> list[Any]:
    """Every form class of our packages but the one that all are."""
    from django.forms import BaseForm

    from accounts.forms import Asking

    for name in modules():
        if name.split(".")[-1] == "forms":
            import_module(name)
    found = {each for each in below(BaseForm) if each.__module__.split(".")[0] in PACKAGES} - {Asking}
    return sorted(found, key=name_of)


def below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from below(each)


def name_of(form: Any) -> str:
    """``accounts.password.AskForm``"""
    return f"{form.__module__.removesuffix('.forms')}.{form.__qualname__}"


def table() -> str:
    """The inventory as it should stand in the document."""
    return HEAD + SEARCH + "".join(map(row, forms_of_ours()))


def row(form: Any) -> str:
    asks = "; ".join(f"`{field}` ({kind.label})" for field, kind in form.categories.items())
    return f"| `{name_of(form)}` | {asks} | {form.why} |\n"


def written() -> str:
    """The inventory as it stands there."""
    found = TABLE.search(PRIVACY.read_text("utf-8"))
    return found[0] if found else ""


def write() -> None:
    text = PRIVACY.read_text("utf-8")
    PRIVACY.write_text(TABLE.sub(lambda _: table(), text), "utf-8")


if __name__ == "__main__":
    import os

    import django

    from portal.config.database import see_to_a_database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")
    see_to_a_database(os.environ)
    django.setup()
    write()
