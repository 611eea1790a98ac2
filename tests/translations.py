"""Gathers every sentence of the site that is to be translated, and keeps the Spanish catalogue in step.

    .venv/bin/python -m tests.translations

writes locale/es/LC_MESSAGES/django.po (new sentences with no Spanish yet, old ones gone) and compiles it to
django.mo, which is committed too: a machine that runs the site needs no gettext. A test
(tests/portal/test_translations.py) fails while a sentence lacks its Spanish or the .mo is stale.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import polib

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "locale" / "es" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
PACKAGES = ("accounts", "directory", "portal")
METADATA = {
    "Project-Id-Version": "Tessera",
    "Language": "es",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
# Which argument of each function is the context, the sentence, the sentence in the plural.
PLAIN, PLURAL, IN_CONTEXT, BOTH = (None, 0, None), (None, 0, 1), (0, 1, None), (0, 1, 2)
FUNCTIONS = {"_": PLAIN}
for _name, _places in {
    "gettext": PLAIN,
    "ngettext": PLURAL,
    "pgettext": IN_CONTEXT,
    "npgettext": BOTH,
}.items():
    FUNCTIONS |= {_name: _places, f"{_name}_lazy": _places, f"{_name}_noop": _places}


class Message(NamedTuple):
    context: str | None
    text: str
    plural: str | None


class NotLiteralError(Exception):
    """A sentence put together by the program cannot be translated as one."""


def in_python(source: str) -> Iterator[Message]:
    """Every sentence that a Python module asks gettext for."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        if name in FUNCTIONS:
            context, text, plural = (_literal(node, place) for place in FUNCTIONS[name])
            yield Message(context, text or "", plural)


def _literal(call: ast.Call, place: int | None) -> str | None:
    if place is None:
        return None
    argument = call.args[place] if place < len(call.args) else None
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    raise NotLiteralError(f"line {call.lineno}: {ast.unparse(call)}")


def in_template(source: str) -> Iterator[Message]:
    """Every sentence that a template asks for, exactly as it will ask: read from the compiled template."""
    from django.template import engines
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    nodes = engines["django"].from_string(source).template.nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        yield Message(_context(node), str(node.filter_expression.var.literal).replace("%", "%%"), None)
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        plural = node.render_token_list(node.plural)[0] if node.plural else None
        yield Message(_context(node), node.render_token_list(node.singular)[0], plural)


def _context(node: object) -> str | None:
    context = getattr(node, "message_context", None)
    return str(context.var) if context else None


def gather() -> dict[Message, list[str]]:
    """Every sentence of the site, and the files that ask for it."""
    found: dict[Message, list[str]] = {}
    sources: list[tuple[Path, Iterable[Message]]] = []
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            sources.append((file, in_python(file.read_text("utf-8"))))
    for file in sorted(each for each in (ROOT / "templates").rglob("*") if each.suffix in (".html", ".txt")):
        sources.append((file, in_template(file.read_text("utf-8"))))
    for file, messages in sources:
        where = file.relative_to(ROOT).as_posix()
        for message in messages:
            files = found.setdefault(message, [])
            if where not in files:
                files.append(where)
    return found


def key(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def catalogue(messages: dict[Message, list[str]], known: polib.POFile) -> polib.POFile:
    """The catalogue of exactly these sentences, with the Spanish that is known already."""
    spanish = {key(entry): entry for entry in known if not entry.obsolete}
    fresh = polib.POFile(wrapwidth=110)
    fresh.metadata = METADATA
    for message, files in sorted(messages.items(), key=lambda pair: (pair[1][0], pair[0].text)):
        entry = polib.POEntry(msgctxt=message.context, msgid=message.text, occurrences=[(where, "") for where in files])
        old = spanish.get(key(entry))
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = dict(old.msgstr_plural) if old and old.msgstr_plural else {0: "", 1: ""}
        else:
            entry.msgstr = old.msgstr if old else ""
        if any(key(other) == key(entry) for other in fresh):
            continue  # asked for with and without its plural: one entry serves both
        fresh.append(entry)
    return fresh


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")
    django.setup()
    PO.parent.mkdir(parents=True, exist_ok=True)
    known = polib.pofile(str(PO)) if PO.exists() else polib.POFile()
    fresh = catalogue(gather(), known)
    fresh.save(str(PO))
    MO.write_bytes(fresh.to_binary())
    lacking = [entry.msgid for entry in fresh if not entry.translated()]
    print(f"{len(fresh)} sentences, {len(lacking)} without Spanish")  # noqa: T201 (a command for developers)
    for text in lacking:
        print(f"  {text}")  # noqa: T201


if __name__ == "__main__":
    main()
