"""The login of the web processes, where another one owns the tables (DATABASE_OWNER_URL).

It reads and writes rows. It changes no table, so it cannot disable the triggers of those to which rows are only added,
and of these it may change nothing either.
"""

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction


def speak_as_owner() -> None:
    """From here on this process speaks to the database as the owner of its tables, where there is one apart."""
    if settings.DATABASE_OWNER:
        connection.close()
        connection.settings_dict.update(settings.DATABASE_OWNER)


def let_in() -> None:
    """Give the application's login its rights, on what there is and on what its owner will make."""
    if not settings.DATABASE_OWNER:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [settings.PUBLIC_ROLE])
        for statement in rights(tables, has_public_role=cursor.fetchone()[0]):
            cursor.execute(statement)


def rights(tables: list[str], *, has_public_role: bool) -> Iterator[str]:
    quote = connection.ops.quote_name
    login = quote(settings.APPLICATION_LOGIN)
    rows = "SELECT, INSERT, UPDATE, DELETE"
    if has_public_role:
        yield f"GRANT {quote(settings.PUBLIC_ROLE)} TO {login}"
    yield f"ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {login}"
    yield f"ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO {login}"
    yield f"ALTER DEFAULT PRIVILEGES GRANT {rows} ON TABLES TO {login}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {login}"
    yield f"GRANT {rows} ON ALL TABLES IN SCHEMA public TO {login}"
    for model in apps.get_models():
        if getattr(model, "is_append_only", False) and model._meta.db_table in tables:
            yield f"REVOKE UPDATE, DELETE, TRUNCATE ON {quote(model._meta.db_table)} FROM {login}"
