"""The order of the house, as ARCHITECTURE's tree tells it, and how to read imports out of source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "directory", "portal")

# From above to below: a slice may know those before it. What stands in accounts itself is in several places,
# because its operations stand on the audit, and the declarations of access on both and on the public role.
SLICES = (
    "accounts",
    "accounts.public_role",
    "accounts.audit",
    "accounts.outbox",
    "accounts.operations",
    "accounts.access",
    "accounts.session_limits",
    "accounts.middleware",
    "accounts.ingest",
    "accounts.codes",
    "accounts.known",
    "accounts.password",
    "accounts.email_change",
    "accounts.sign_in",
    "accounts.registration",
    "accounts.letters",
    "accounts.staff",
    "directory.code_sets",
    "directory.network",
    "directory.self_description",
    "directory.listing",
    "directory.publication",
    "directory.search",
    "directory.intake",
    "portal.members",
    "portal.member_relations",
    "portal.home",
    "portal.demo",
    "portal.config",
)

FACE = ("vocabulary", "rules", "errors", "models", "access", "operations")
# A file that others may name although its word is not of the face, with the reason.
ALSO_FACE = {
    "accounts.public_role.role": "the block itself: accounts.access hands it on",
    "accounts.public_role.grants": "health asks whether the role can read what the code says it can",
    "accounts.public_role.commands": "what the commands that may change tables share",
    "accounts.operations": "accounts and capacities are written here; it tells the audit, which stands on their words",
    "accounts.access": "declarations are what views import",
    "accounts.known": "which browsers an account knows: whoever signs in or resets a password makes one known",
    "accounts.forms": "what every form is: it says why it asks",
    "accounts.password.forms": "a new password, typed twice, whatever the account is",
    "accounts.codes.forms": "the one field of a code, whatever the code is for",
    "accounts.sign_in.guessing": "whoever has seen who a person is gives them their guesses again",
    "accounts.ingest.commands": "what every import command shares: its options, its closing line",
    "accounts.ingest.merging": "rows of a query into a table, which every import does with what it staged",
    "accounts.ingest.reading": "how an import finds its files: by name in a folder, or by their headers",
    "accounts.ingest.progress": "the progress that every import shows",
    "directory.code_sets.words": "the vocabulary as one object: whoever shows a code asks it",
    "directory.listing.queries": "the questions a search puts to the listing, answered by its own SQL",
    "directory.listing.fields": "the bits' column type, which publication's own tables share",
}

# The file words, from above to below: each may import only those before it within its slice.
WORDS = (
    "vocabulary",
    "rules",
    "errors",
    "models",
    "access",
    "operations",
    "tasks",
    "management",
    "forms",
    "serializers",
    "views",
    "urls",
)


@dataclass(frozen=True)
class Import:
    """``source`` (a module of ours) names ``target`` (a module of ours, or a name in it)."""

    source: str
    target: str
    line: int
    inside: str | None  # the function or method it stands in

    def __str__(self) -> str:
        where = f" inside {self.inside}()" if self.inside else ""
        return f"{self.source}:{self.line} imports {self.target}{where}"


def modules() -> dict[str, str]:
    """Dotted name → source, of every file of the three packages but the migrations."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts:
                found[".".join(parts).removesuffix(".__init__")] = path.read_text(encoding="utf-8")
    return found


def slice_of(module: str) -> str | None:
    """The slice that a module belongs to: the longest name in the list that it begins with."""
    names = [name for name in SLICES if module == name or module.startswith(f"{name}.")]
    return max(names, key=len, default=None)


def word_of(module: str) -> str:
    """``models`` of ``directory.network.models``; empty for the slice itself, if that is a folder."""
    rest = module.removeprefix(slice_of(module) or "").strip(".")
    return (
        rest.split(".")[0] if rest or not (ROOT / f"{module.replace('.', '/')}.py").exists() else module.split(".")[-1]
    )


def imports(module: str, source: str, *, is_package: bool = False) -> list[Import]:
    """Every import of ours in the source, relative ones made absolute."""
    return list(_imports(ast.parse(source), module, is_package))


def _imports(tree: ast.AST, module: str, is_package: bool, inside: str | None = None) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in PACKAGES:
                    yield Import(module, alias.name, node.lineno, inside)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, is_package)
            if base.split(".")[0] in PACKAGES:
                for alias in node.names:
                    yield Import(module, f"{base}.{alias.name}", node.lineno, inside)
        deeper = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else inside
        yield from _imports(node, module, is_package, deeper)


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    keep = len(parts) - node.level + (1 if is_package else 0)
    return ".".join([*parts[:keep], *([node.module] if node.module else [])])


def imports_of_all() -> list[Import]:
    return [
        found
        for module, source in modules().items()
        for found in imports(module, source, is_package=(ROOT / module.replace(".", "/")).is_dir())
    ]
