"""Keeps the database role of the public pages to what the models publish."""

from collections.abc import Iterator
from typing import cast

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.utils import CursorWrapper

from accounts.vocabulary import Sensitivity

Column = tuple[str, str]  # table, column
Grant = tuple[str, str, str]  # table, column ("*": the whole table), privilege


def allow_list() -> set[Column]:
    """Every (table, column) that is classified public, of the models marked ``@published``.

    The columns are named one by one, so that one which no model knows is not read. Mark and classes are looked for on
    the model itself: a subclass of a published model has a table of its own.
    """
    return {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        if vars(model).get("is_published")
        for field in model._meta.local_concrete_fields
        if field.column and vars(model)["sensitivity"][field.name] is Sensitivity.PUBLIC
    }


def privilege_to_set_role(connection: BaseDatabaseWrapper) -> str:
    """From 16 on PostgreSQL tells membership (a role's creator has it) from leave to SET ROLE."""
    return "SET" if version(connection) >= 16 else "MEMBER"


def version(connection: BaseDatabaseWrapper) -> int:
    """15, 16 …: PostgreSQL's own number, major × 10000 + minor, without the minor."""
    return int(cast(DatabaseWrapper, connection).pg_version) // 10000


def sync(using: str = "default", role: str | None = None) -> list[str]:
    """Make the role if it is missing and bring its grants to the allow-list. Returns what it had to do."""
    role = role or settings.PUBLIC_ROLE
    connection = connections[using]
    done: list[str] = []
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in _missing(connection, cursor, role):
            cursor.execute(statement)
            done.append(statement)
    return done


def _missing(connection: BaseDatabaseWrapper, cursor: CursorWrapper, role: str) -> Iterator[str]:
    """The statements still needed, in order. Each may rely on those before it having been run."""
    name = connection.ops.quote_name(role)
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is None:
        yield _unless_somebody_else_did(f"CREATE ROLE {name} NOLOGIN NOINHERIT")
    cursor.execute("SELECT pg_has_role(session_user, %s, %s)", [role, privilege_to_set_role(connection)])
    if not cursor.fetchone()[0]:
        yield _unless_somebody_else_did(f"GRANT {name} TO SESSION_USER")
    yield from _changed_grants(connection, cursor, role)


def _unless_somebody_else_did(statement: str) -> str:
    """Roles belong to the whole server: several databases being migrated at once race for them."""
    return f"DO $$ BEGIN {statement}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"


GRANTED = """
SELECT c.relname, a.attname, x.privilege_type
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid
 CROSS JOIN LATERAL aclexplode(a.attacl) x
 WHERE x.grantee = %(role)s::regrole AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT c.relname, '*', x.privilege_type
  FROM pg_class c
 CROSS JOIN LATERAL aclexplode(c.relacl) x
 WHERE x.grantee = %(role)s::regrole AND c.relnamespace = current_schema()::regnamespace
"""

EXISTING = """
SELECT c.relname, a.attname, 'SELECT'
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s)
"""


def _changed_grants(connection: BaseDatabaseWrapper, cursor: CursorWrapper, role: str) -> Iterator[str]:
    quote = connection.ops.quote_name
    name = quote(role)
    wanted: set[Grant] = {(table, column, "SELECT") for table, column in allow_list()}
    cursor.execute(EXISTING, [sorted({table for table, _, _ in wanted})])
    wanted &= set(cursor.fetchall())  # after `migrate <app> 0001` some do not exist
    cursor.execute(GRANTED, {"role": name})
    granted: set[Grant] = set(cursor.fetchall())
    for table in sorted({table for table, _, _ in granted - wanted}):
        yield f"REVOKE ALL ON {quote(table)} FROM {name}"  # takes the grants on columns along
    stale = {table for table, _, _ in granted ^ wanted}
    for table in sorted({table for table, _, _ in wanted} & stale):
        columns = ", ".join(sorted(quote(column) for of, column, _ in wanted if of == table))
        yield f"GRANT SELECT ({columns}) ON {quote(table)} TO {name}"
