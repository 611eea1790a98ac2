"""What the house does not allow: functions from source to findings, so that each can be tried on a lie."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.architecture.tree import ALSO_FACE, FACE, PACKAGES, SLICES, WORDS, Import, slice_of, word_of

# What the public search may name of the directory, and the tables of all else.
SEARCH = "directory.search"
SEARCH_MAY_NAME = ("directory.search", "directory.listing", "directory.code_sets")
# network_tier is a word of CMS, and no table.
PRIVATE_TABLE = re.compile(
    r"\b(?!network_tier\b)(network|self_description|publication|intake|ingest|accounts)_[a-z]+", re.IGNORECASE
)

# Whoever changes a fact or an answer republishes: so nobody else may change one.
GUARDED = ("directory.network.operations", "directory.self_description.operations")
MAY_CHANGE_FACTS = (
    "directory.publication",
    "directory.intake",
    "directory.self_description",
    "directory.network",
)

WRITING_METHODS = {
    *("save", "create", "get_or_create", "update_or_create", "delete", "bulk_create", "bulk_update"),
    *("acreate", "asave", "adelete", "aupdate", "copy"),
}
WRITING_STATEMENT = re.compile(
    r"^\s*(insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into|truncate|copy\s+\S+|grant|revoke|alter|drop"
    r"|create\s+(unlogged\s+)?(temp\w*\s+)?(table|role|database|function|index|view))\b",
    re.IGNORECASE,
)


def against_the_arrow(found: Iterable[Import]) -> list[str]:
    """portal → directory → accounts."""
    return [
        str(one) for one in found if PACKAGES.index(one.target.split(".")[0]) > PACKAGES.index(one.source.split(".")[0])
    ]


def against_the_order(found: Iterable[Import]) -> list[str]:
    """A slice knows those above it, and every slice has its place in the list."""
    problems = []
    for one in found:
        source, target = slice_of(one.source), slice_of(one.target)
        if source is None or target is None:
            if {one.source, one.target} - set(PACKAGES):
                problems.append(f"{one}: a slice that stands nowhere in the list")
        elif SLICES.index(target) > SLICES.index(source):
            problems.append(str(one))
    return problems


def behind_the_face(found: Iterable[Import]) -> list[str]:
    """Of another slice only its face; its registry from AppConfig.ready alone."""
    return [
        str(one)
        for one in found
        if slice_of(one.source) != slice_of(one.target)
        and not any(one.target == module or one.target.startswith(f"{module}.") for module in ALSO_FACE)
        and word_of(one.target) not in FACE
        and not (word_of(one.target) == "registry" and word_of(one.source) == "apps" and one.inside == "ready")
    ]


def upside_down(found: Iterable[Import]) -> list[str]:
    """Within a slice a file word imports only those above it."""
    problems = []
    for one in found:
        if slice_of(one.source) == slice_of(one.target):
            source, target = word_of(one.source), word_of(one.target)
            if source in WORDS and target in WORDS and WORDS.index(target) > WORDS.index(source):
                problems.append(str(one))
    return problems


def named_by_search(found: Iterable[Import]) -> list[str]:
    return [
        str(one)
        for one in found
        if slice_of(one.source) == SEARCH
        and one.target.startswith("directory.")
        and slice_of(one.target) not in SEARCH_MAY_NAME
    ]


def private_tables_in_text(module: str, source: str) -> list[str]:
    """A table can be named in a statement, too."""
    if slice_of(module) != SEARCH:
        return []
    return [
        f"{module}:{line} names {match[0]}" for line, text in strings(source) for match in PRIVATE_TABLE.finditer(text)
    ]


def changes_facts(found: Iterable[Import]) -> list[str]:
    return [
        str(one)
        for one in found
        if any(one.target == guarded or one.target.startswith(f"{guarded}.") for guarded in GUARDED)
        and slice_of(one.source) not in MAY_CHANGE_FACTS
        # A slice that stands below publication may: it can republish in the same transaction.
        and SLICES.index(slice_of(one.source) or "accounts") < SLICES.index("directory.publication")
    ]


def imports_inside_functions(module: str, source: str) -> list[str]:
    return [
        f"{module}:{node.lineno} in {function.name}()"
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and not (function.name == "ready" and word_of(module) == "apps")
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def writes(module: str, source: str) -> list[str]:
    """Calls that write through a model, and statements that write, outside ``operations``."""
    if word_of(module) == "operations":
        return []
    problems = [
        f"{module}:{node.lineno} calls .{node.func.attr}()"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _writes(node, node.func.attr)
    ]
    return problems + [
        f"{module}:{line} holds {text.split(maxsplit=1)[0]} …"
        for line, text in strings(source)
        if WRITING_STATEMENT.match(text)
    ]


def _writes(call: ast.Call, method: str) -> bool:
    # dict.update and hash.update take what they are given by position, QuerySet.update by name.
    return method in WRITING_METHODS or (method == "update" and bool(call.keywords) and not call.args)


def forgets_by_whom(module: str, source: str) -> list[str]:
    """Operations that are told who acts, and tell nobody: the audit would not know."""
    return [
        f"{module}:{node.lineno} {node.name}()"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and "by" in {argument.arg for argument in node.args.kwonlyargs}
        and not any(isinstance(name, ast.Name) and name.id == "by" for each in node.body for name in ast.walk(each))
    ]


def strings(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every string but the docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def classified_twice(module: str, source: str) -> list[str]:
    """``classified(public="a b", secret="a")`` would let the last one win in silence."""
    problems = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "classified":
            named = Counter(name for keyword in node.keywords for name in str(ast.literal_eval(keyword.value)).split())
            problems += [f"{module}:{node.lineno} {name}" for name, times in named.items() if times > 1]
    return problems


def unclassified(fields: Iterable[str], sensitivity: dict[str, object] | None) -> list[str]:
    """Fields without a class, and classes without a field."""
    if sensitivity is None:
        return ["the whole model"]
    return sorted(set(fields) ^ set(sensitivity))
