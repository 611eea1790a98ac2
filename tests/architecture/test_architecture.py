"""The house is built as ARCHITECTURE says, and each of these checks can see what it looks for."""

import pytest
from django.apps import apps

from tests.architecture import rules
from tests.architecture.tree import PACKAGES, ROOT, SLICES, imports, imports_of_all, modules, slice_of

pytestmark = pytest.mark.once
MODULES = modules()
IMPORTS = imports_of_all()

# Outside operations and migrations these files write, or hold the words of it.
MAY_WRITE = {
    "accounts.public_role.grants": "rights are not rows: it keeps the role's grants to what models publish",
    "accounts.public_role.application": "the same, for the site's login",
    "accounts.public_role.checks": "it tells an administrator which statements to run, and runs none",
    "accounts.ingest.staging": "it fills temporary tables, which end with the transaction",
    "accounts.ingest.merging": "it writes what an operation of an import tells it to",
    "portal.config.database": "it makes the database itself, before there is a model",
}
# An import that has to stand inside a function, with the reason.
MAY_IMPORT_INSIDE: dict[str, str] = {}


def holds(findings: list[str]) -> None:
    assert not findings, "\n".join(["", *findings])


def look(module: str, source: str) -> list[rules.Import]:
    return imports(module, source)


# The arrow, the order, the faces


def test_every_file_belongs_to_a_slice_of_the_list() -> None:
    holds([module for module in MODULES if slice_of(module) is None and module not in PACKAGES])


def test_every_slice_of_the_list_is_there() -> None:
    holds([name for name in SLICES if name not in MODULES])


def test_packages_follow_the_arrow() -> None:
    holds(rules.against_the_arrow(IMPORTS))


def test_slices_know_only_those_above_them() -> None:
    holds(rules.against_the_order(IMPORTS))


def test_slices_see_only_the_faces_of_others() -> None:
    holds(rules.behind_the_face(IMPORTS))


def test_file_words_know_only_those_above_them() -> None:
    holds(rules.upside_down(IMPORTS))


def test_search_names_nothing_of_the_directory_but_listing_and_code_sets() -> None:
    holds(rules.named_by_search(IMPORTS))
    holds([found for module, source in MODULES.items() for found in rules.private_tables_in_text(module, source)])


def test_search_holds_no_statement_on_a_private_table() -> None:
    folder = ROOT / "directory/search"
    holds(
        [
            f"{path.name} names {match[0]}"
            for path in folder.rglob("*.sql")
            for match in rules.PRIVATE_TABLE.finditer(path.read_text(encoding="utf-8"))
        ]
    )


def test_only_publication_and_slices_below_it_change_facts_and_answers() -> None:
    holds(rules.changes_facts(IMPORTS))


def test_imports_stand_at_the_top() -> None:
    found = [found for module, source in MODULES.items() for found in rules.imports_inside_functions(module, source)]
    holds([one for one in found if one.split(":")[0] not in MAY_IMPORT_INSIDE])


def test_only_operations_write() -> None:
    found = [found for module, source in MODULES.items() for found in rules.writes(module, source)]
    holds([one for one in found if one.split(":")[0] not in MAY_WRITE])


def test_whoever_is_told_who_acts_tells_the_audit() -> None:
    holds([found for module, source in MODULES.items() for found in rules.forgets_by_whom(module, source)])


def test_every_exception_is_still_needed() -> None:
    writing = {found.split(":")[0] for name in MODULES for found in rules.writes(name, MODULES[name])}
    importing = {
        found.split(":")[0] for name in MODULES for found in rules.imports_inside_functions(name, MODULES[name])
    }
    assert writing >= set(MAY_WRITE)
    assert importing >= set(MAY_IMPORT_INSIDE)
    assert set(MODULES) >= set(rules.ALSO_FACE)


# Every field of ours has a sensitivity class

OUR_MODELS = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_every_field_has_a_sensitivity_class(model: type) -> None:
    fields = [field.name for field in model._meta.concrete_fields]  # type: ignore[attr-defined]
    holds(rules.unclassified(fields, vars(model).get("sensitivity")))


def test_no_field_has_two_classes() -> None:
    holds([found for module, source in MODULES.items() for found in rules.classified_twice(module, source)])


def test_a_published_table_holds_public_fields_only() -> None:
    holds(
        [
            f"{model._meta.label}.{name} is {kind}"
            for model in OUR_MODELS
            if vars(model).get("is_published")
            for name, kind in vars(model).get("sensitivity", {}).items()
            if kind not in ("public", "operational")
        ]
    )


# Planted: each check sees what it looks for


@pytest.mark.parametrize(
    ("check", "module", "source"),
    [
        (rules.against_the_arrow, "accounts.models", "from directory.network.models import Clinician"),
        (rules.against_the_arrow, "directory.search.views", "import portal.config.plan"),
        (rules.against_the_order, "directory.network.models", "from directory.listing.models import Listing"),
        (rules.against_the_order, "directory.network.models", "from ..listing.models import Listing"),
        (
            rules.against_the_order,
            "directory.gossip.models",
            "from directory.network.models import Clinician",
        ),
        (
            rules.behind_the_face,
            "directory.publication.operations",
            "from directory.listing.numbering import page",
        ),
        (rules.behind_the_face, "portal.home.views", "from directory import search"),
        (rules.behind_the_face, "directory.publication.views", "from directory.network import registry"),
        (rules.upside_down, "directory.network.models", "from .operations import end_role"),
        (rules.upside_down, "directory.network.rules", "from . import models"),
        (rules.named_by_search, "directory.search.views", "from directory.network.models import Clinician"),
        (rules.named_by_search, "directory.search.views", "from directory.publication.models import Due"),
        (
            rules.changes_facts,
            "directory.code_sets.operations",
            "from directory.network.operations import end_role",
        ),
        (rules.changes_facts, "directory.listing.rules", "import directory.self_description.operations"),
    ],
)
def test_a_planted_import_is_seen(check: object, module: str, source: str) -> None:
    assert check(look(module, source))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("check", "module", "source"),
    [
        (rules.against_the_arrow, "portal.home.views", "from accounts.access import public"),
        (
            rules.against_the_order,
            "directory.publication.operations",
            "from directory.network.models import Due",
        ),
        (
            rules.behind_the_face,
            "directory.publication.operations",
            "from directory.network.models import Due",
        ),
        (
            rules.behind_the_face,
            "directory.network.apps",
            "class A:\n def ready(self):\n  from accounts.ingest import registry",
        ),
        (rules.upside_down, "directory.network.operations", "from .models import Due"),
        (rules.named_by_search, "directory.search.views", "from directory.listing.models import Listing"),
        (
            rules.changes_facts,
            "directory.intake.operations",
            "from directory.network.operations import end_role",
        ),
    ],
)
def test_what_is_allowed_is_not_seen(check: object, module: str, source: str) -> None:
    assert not check(look(module, source))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("check", "module", "source"),
    [
        (rules.imports_inside_functions, "accounts.access", "def f():\n    import os"),
        (rules.imports_inside_functions, "accounts.apps", "def f():\n    from . import models"),
        (rules.writes, "portal.home.views", "def f(x):\n    x.save()"),
        (rules.writes, "portal.home.views", "def f():\n    Clinician.objects.filter(npi=1).update(name='x')"),
        (rules.writes, "directory.network.models", "def f(q):\n    q.bulk_create([])"),
        (rules.writes, "directory.search.views", "SQL = '''\n  INSERT INTO listing VALUES (1)'''"),
        (rules.writes, "directory.search.views", "def f(c, t):\n    c.execute(f'DELETE FROM {t}')"),
        (rules.writes, "directory.search.views", "def f(c):\n    c.copy('COPY t FROM STDIN')"),
        (
            rules.private_tables_in_text,
            "directory.search.finding",
            "SQL = 'select * from self_description_answer'",
        ),
        (rules.classified_twice, "accounts.models", "classified(public='a b', secret='b')"),
        (rules.forgets_by_whom, "directory.network.operations", "def end_role(*, role, by, at):\n    role.save()"),
    ],
)
def test_a_planted_line_is_seen(check: object, module: str, source: str) -> None:
    assert check(module, source)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("check", "module", "source"),
    [
        (
            rules.imports_inside_functions,
            "accounts.apps",
            "class A:\n def ready(self):\n  from . import checks",
        ),
        (rules.writes, "directory.network.operations", "def f(x):\n    x.save()"),
        (rules.writes, "directory.network.operations.end_role", "def f(x):\n    x.save()"),
        (
            rules.writes,
            "portal.home.views",
            "def f(seen, digest):\n    seen.update({1: 2}); digest.update(b'x')",
        ),
        (rules.writes, "portal.home.views", '"""Update listing set right."""'),
        (rules.private_tables_in_text, "directory.search.finding", "SQL = 'select * from listing_row'"),
        (rules.classified_twice, "accounts.models", "classified(public='a', secret='b')"),
        (rules.forgets_by_whom, "directory.network.operations", "def end_role(*, role, by, at):\n    record(by=by)"),
    ],
)
def test_an_innocent_line_is_not_seen(check: object, module: str, source: str) -> None:
    assert not check(module, source)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("fields", "sensitivity"),
    [(["npi", "name"], {"npi": "public"}), (["npi"], {"npi": "public", "gone": "public"}), (["npi"], None)],
)
def test_a_forgotten_field_is_seen(fields: list[str], sensitivity: dict[str, object] | None) -> None:
    assert rules.unclassified(fields, sensitivity)
