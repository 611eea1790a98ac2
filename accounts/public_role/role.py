"""A block of work under the database role of the public pages."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

# One statement, because several SETs in one string cannot be prepared; `true` is SET LOCAL.
TAKE_THE_ROLE = """
SELECT set_config('role', %s, true),
       set_config('transaction_read_only', 'on', true),
       set_config('statement_timeout', %s, true)
"""


@contextmanager
def public_role() -> Iterator[None]:
    """Inside the block the database shows published columns only, and nothing can be written.

    What SET LOCAL did ends with the transaction. Where the block is a savepoint of an outer
    transaction (a test, a view that calls another), only ROLLBACK TO SAVEPOINT undoes it, RELEASE
    does not: so a nested block always rolls back. An outermost one commits, because the driver
    forgets its prepared statements with every ROLLBACK. A callback given to ``on_commit`` inside a
    nested block therefore never runs.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(TAKE_THE_ROLE, [settings.PUBLIC_ROLE, settings.PUBLIC_STATEMENT_TIMEOUT])
        try:
            yield
        finally:
            if nested:
                transaction.set_rollback(True)
