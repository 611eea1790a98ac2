"""The role's rights in the database are what the models publish: no more, no less."""

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from accounts.public_role.grants import allow_list, sync
from accounts.public_role.rights import GIVEN_TO_EVERYONE, rights
from accounts.public_role.rules import published
from directory.listing.models import FilesWithdrawn

pytestmark = pytest.mark.django_db
ROLE = settings.PUBLIC_ROLE


def beyond() -> set[str]:
    """Rights of the role that no model gives it."""
    return rights(connection, ROLE) - expected()


def expected() -> set[str]:
    return {f"SELECT {table}.{column}" for table, column in allow_list()} | GIVEN_TO_EVERYONE


def run(statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements.format(role=f'"{ROLE}"', me=f'"{login()}"').split(";"):
            cursor.execute(statement)


def login() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        return str(cursor.fetchone()[0])


def test_the_role_can_do_what_the_models_say_and_nothing_else() -> None:
    assert rights(connection, ROLE) == expected()


def test_nobody_who_signs_in_is_published() -> None:
    tables = {table for table, _ in allow_list()}
    assert tables
    assert not tables & {User._meta.db_table, "django_session", "cache", "django_migrations"}


def test_of_a_published_table_only_what_is_classified_public_is_read() -> None:
    """Which transaction took files out of service is nobody's business."""
    assert FilesWithdrawn.sensitivity == {"state": "public", "transaction": "operational"}
    of_table = {right for right in rights(connection, ROLE) if right.startswith("SELECT listing_fileswithdrawn.")}
    assert of_table == {"SELECT listing_fileswithdrawn.state"}


@pytest.mark.parametrize(
    ("planted", "finding"),
    [
        ("GRANT SELECT ON accounts_user TO PUBLIC", "SELECT accounts_user.email"),
        ("GRANT SELECT (email) ON accounts_user TO {role}", "SELECT accounts_user.email"),
        ("GRANT SELECT ON listing_fileswithdrawn TO {role}", "SELECT listing_fileswithdrawn.transaction"),
        ("GRANT UPDATE (username) ON accounts_user TO {role}", "UPDATE accounts_user"),
        ("GRANT TRUNCATE ON code_sets_state TO {role}", "TRUNCATE code_sets_state"),
        (
            "GRANT USAGE ON SEQUENCE django_migrations_id_seq TO {role}",
            "USAGE ON SEQUENCE django_migrations_id_seq",
        ),
        ("GRANT CREATE ON SCHEMA public TO {role}", "CREATE IN SCHEMA public"),
        (
            "CREATE VIEW leak AS SELECT * FROM accounts_user; GRANT SELECT ON leak TO PUBLIC",
            "VIEW AS OWNER leak",
        ),
        (
            "CREATE VIEW leak WITH (security_invoker=true) AS SELECT * FROM accounts_user;"
            "GRANT SELECT ON leak TO PUBLIC",
            "SELECT leak.email",
        ),
        (
            "CREATE MATERIALIZED VIEW leak AS SELECT * FROM accounts_user; GRANT SELECT ON leak TO PUBLIC",
            "SELECT leak.email",
        ),
        (
            "CREATE FUNCTION leak() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
            " AS 'SELECT count(*) FROM accounts_user'",
            "SECURITY DEFINER leak()",
        ),
        (
            "CREATE SCHEMA other; CREATE TABLE other.t (x int); GRANT SELECT ON other.t TO {role}",
            "SELECT t.x",
        ),
        (
            "SELECT lo_create(424242); GRANT SELECT ON LARGE OBJECT 424242 TO PUBLIC",
            "LARGE OBJECT 424242",
        ),
        ("ALTER ROLE {role} CREATEDB", "ATTRIBUTE rolcreatedb"),
        ("GRANT pg_read_all_data TO {role}", "MEMBER OF pg_read_all_data"),
    ],
)
def test_a_planted_right_is_found(planted: str, finding: str) -> None:
    run(planted)
    assert finding in beyond()


def test_nothing_is_done_when_nothing_changed() -> None:
    assert sync() == []


@pytest.mark.parametrize(
    "damage",
    [
        "GRANT SELECT ON accounts_user TO {role}",
        "GRANT SELECT (email), UPDATE (email) ON accounts_user TO {role}",
        "GRANT UPDATE ON code_sets_state TO {role}",
        "REVOKE SELECT (code) ON code_sets_state FROM {role}",
        "REVOKE ALL ON code_sets_state FROM {role}",
    ],
)
def test_the_next_migrate_puts_the_grants_right(damage: str) -> None:
    run(damage)
    assert rights(connection, ROLE) != expected()
    assert sync()
    assert rights(connection, ROLE) == expected()


def test_a_column_that_no_model_knows_is_not_published() -> None:
    run("ALTER TABLE code_sets_state ADD COLUMN note text")
    sync()
    assert "SELECT code_sets_state.note" not in rights(connection, ROLE)


@pytest.fixture
def another_role() -> str:
    """The name of a role that does not exist (a test's own transaction takes it away again)."""
    return "tessera_test_of_a_new_role"


def test_a_missing_role_is_made_and_given_its_grants(another_role: str) -> None:
    sync(role=another_role)
    assert rights(connection, another_role) == expected()
    assert sync(role=another_role) == []


def test_tables_that_are_not_made_yet_are_left_for_later() -> None:
    """`migrate <app> zero` and a fresh database in the middle of its migrations."""
    run("ALTER TABLE code_sets_state RENAME TO put_away")
    sync()
    assert not any(right.startswith("SELECT code_sets_state") for right in rights(connection, ROLE))


def test_a_subclass_of_a_published_model_is_not_published() -> None:
    class Parent:
        pass

    class Child(published(Parent)):  # type: ignore[misc, type-var]
        pass

    assert "is_published" in vars(Parent)
    assert "is_published" not in vars(Child)
