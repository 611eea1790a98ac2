"""What must be true of the database, each with a sentence for the person who can change it."""

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .grants import privilege_to_set_role, version

OLDEST, NEWEST = 15, 18

# With these PostgreSQL's own log holds statements at most, never a value that somebody typed.
QUIET_LOG = {
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_statement": "none",
}

Apps = Collection[AppConfig] | None


def _asked(databases: Collection[str] | None) -> Iterator[BaseDatabaseWrapper]:
    """The connections that `check --database` or `migrate` named."""
    for alias in databases or ():
        yield connections[alias]


def server_fits(app_configs: Apps, databases: Collection[str] | None = None, **_: Any) -> list[CheckMessage]:
    """PostgreSQL 15 to 18, in UTF-8, with a locale that knows that É and é are one letter."""
    return [problem for connection in _asked(databases) for problem in server_problems(*_server(connection))]


def _server(connection: BaseDatabaseWrapper) -> tuple[int, str, bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_encoding')")
        encoding = cursor.fetchone()[0]
        # In another encoding the question about letters could not even be sent.
        cursor.execute("SELECT lower(U&'\\00C9') = U&'\\00E9'" if encoding == "UTF8" else "SELECT false")
        return version(connection), encoding, cursor.fetchone()[0]


def server_problems(major: int, encoding: str, folds_accents: bool) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if not OLDEST <= major <= NEWEST:
        problems.append(
            Error(
                f"The database server is PostgreSQL {major}; Tessera was tried with {OLDEST} to {NEWEST}.",
                hint="Let DATABASE_URL name a server of one of these versions.",
                id="public_role.E002",
            )
        )
    if encoding != "UTF8":
        problems.append(
            Error(
                f"The database stores text as {encoding}, in which many names cannot be written.",
                hint="Ask whoever runs the database for one made with ENCODING 'UTF8' TEMPLATE template0.",
                id="public_role.E003",
            )
        )
    elif not folds_accents:
        problems.append(
            Error(
                "The database's locale does not know that É and é are one letter, so names with accents "
                "could not be found.",
                hint="Ask whoever runs the database for one made with LOCALE 'C.UTF-8' TEMPLATE template0.",
                id="public_role.E004",
            )
        )
    return problems


OWNS_THE_AUDIT = (
    "SELECT pg_has_role(session_user, relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('audit_event')"
)


def application_owns_no_table(
    app_configs: Apps, databases: Collection[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Part of `check --deploy`: who owns the audit's tables can disable what protects them."""
    problems: list[CheckMessage] = []
    for connection in _asked(databases):
        with connection.cursor() as cursor:
            cursor.execute(OWNS_THE_AUDIT)
            if cursor.fetchone() == (True,):
                problems.append(OWNER_PROBLEM)
    return problems


OWNER_PROBLEM = Warning(
    "The site's login owns its tables, so whoever takes over the site could change the audit.",
    hint="Let a login of its own own the tables: name it in DATABASE_OWNER_URL, the site's in DATABASE_URL, and run "
    "`manage.py migrate` (docs/operations.md).",
    id="public_role.W002",
)

MEMBERSHIP = """
SELECT me.rolname, me.rolcreaterole OR me.rolsuper, pg_has_role(me.oid, public.oid, %(privilege)s)
  FROM pg_roles me LEFT JOIN pg_roles public ON public.rolname = %(role)s
 WHERE me.rolname = session_user
"""


def role_can_be_taken(app_configs: Apps, databases: Collection[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The public role exists and may be taken, or `migrate` can see to it."""
    problems: list[CheckMessage] = []
    for connection in _asked(databases):
        with connection.cursor() as cursor:
            asked = {"role": settings.PUBLIC_ROLE, "privilege": privilege_to_set_role(connection)}
            cursor.execute(MEMBERSHIP, asked)
            login, may_create, may_take = cursor.fetchone()
        if not (may_take or may_create):
            quote = connection.ops.quote_name
            problems.append(role_problem(quote(settings.PUBLIC_ROLE), quote(login), exists=may_take is not None))
    return problems


def role_problem(role: str, login: str, *, exists: bool) -> CheckMessage:
    grant = f"GRANT {role} TO {login};"
    statements = grant if exists else f"CREATE ROLE {role} NOLOGIN NOINHERIT; {grant}"
    what = "may not be taken by" if exists else "does not exist, and it cannot be made by"
    return Error(
        f"The database role {role}, as which public pages read, {what} {login}.",
        hint=f"Ask whoever runs the database for: {statements} Then run `manage.py migrate`.",
        id="public_role.E001",
    )


def log_keeps_no_values(app_configs: Apps, databases: Collection[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Part of `check --deploy`: PostgreSQL's own log is somebody else's file, and holds no value."""
    problems: list[CheckMessage] = []
    for connection in _asked(databases):
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(QUIET_LOG)])
            found = dict(cursor.fetchall())
            cursor.execute("SELECT current_database()")
            database = connection.ops.quote_name(cursor.fetchone()[0])
        problems += log_problems(database, found)
    return problems


def log_problems(database: str, found: dict[str, str]) -> list[CheckMessage]:
    loud = {name: wanted for name, wanted in QUIET_LOG.items() if found.get(name) != wanted}
    if not loud:
        return []
    statements = " ".join(f"ALTER DATABASE {database} SET {name} = '{wanted}';" for name, wanted in loud.items())
    return [
        Warning(
            f"PostgreSQL may write values that people typed into its own log, because of {', '.join(loud)}.",
            hint=f"Ask an administrator of the database (these need a superuser) for: {statements}",
            id="public_role.W001",
        )
    ]
