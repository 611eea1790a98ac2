"""What must not happen while an enrolment file is taken over."""

from django.db import connection

from ..errors import EnrolmentIsRead

TAKING_OVER = 7_302_021  # any number of our own


def take_over_alone() -> None:
    """Until the transaction ends nobody changes what a file is compared with. Waits for whoever does at this moment."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [TAKING_OVER])


def keep_files_away() -> None:
    """Until the transaction ends no file is taken over. Raises EnrolmentIsRead where one is."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock_shared(%s)", [TAKING_OVER])
        if not cursor.fetchone()[0]:
            raise EnrolmentIsRead
