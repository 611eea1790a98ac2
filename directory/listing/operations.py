"""Keeping the database's functions at what the code says, and saying which public files are in service."""

import hashlib
from datetime import date, datetime
from pathlib import Path

from django.db import connection, connections, transaction

from accounts.audit import operations as audit
from accounts.vocabulary import Actor
from directory.code_sets.models import State

from .models import FilesWithdrawn, StateFiles
from .vocabulary import Verb

FILES_LOCK = 7_302_013
"""With the number of a state. Publication shares it (``publication/sql/files.sql``)."""

INSTALLED = "SELECT obj_description(to_regnamespace(%s), 'pg_namespace')"


def install_functions(*, schema: str, folder: Path, public: bool, using: str = "default", anew: bool = False) -> bool:
    """Make ``schema`` hold exactly the functions of the folder's ``*.sql``; True when it did not already, or ``anew``.

    The functions are code, not data: they are made anew, all at once, after every migration that finds them changed.
    With ``public`` anyone may call them, with no more rights than the caller's own.
    """
    source = "\n".join(path.read_text() for path in sorted(folder.glob("*.sql")))
    digest = hashlib.sha256(source.encode()).hexdigest()
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(INSTALLED, [schema])
        if cursor.fetchone() == (digest,) and not anew:
            return False
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
        cursor.execute("SET LOCAL check_function_bodies = off")  # a function may stand before those that it calls
        cursor.execute(source)
        cursor.execute(f"COMMENT ON SCHEMA {schema} IS '{digest}'")
        if public:
            cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")
    return True


def hold_alone(state: str) -> None:
    """Until the transaction ends nobody else writes a row of the listing that the files of this state are made of,
    and whoever did has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FILES_LOCK, State.objects.get(pk=state).fips])


@transaction.atomic
def begin_files(*, state: str) -> None:
    """Before the listing is read for the files of a state: whatever is written from now on is seen by
    ``put_in_service``. What was withdrawn before will not be read any more, so that it is forgotten here, and the
    files that still had it are out of service by themselves."""
    hold_alone(state)
    withdrawn, _ = FilesWithdrawn.objects.filter(state=state).delete()
    if withdrawn:
        StateFiles.objects.filter(state=state).update(shown_on=None, clinicians="", providers="")
    StateFiles.objects.get_or_create(state=state)


@transaction.atomic
def put_in_service(*, state: str, shown_on: date, clinicians: str, providers: str, by: Actor, at: datetime) -> bool:
    """Whether files that were written since ``begin_files`` are in service from now on. They are not when a row that
    they were made of was written meanwhile: then they must be written again."""
    hold_alone(state)
    if FilesWithdrawn.objects.filter(state=state).exists():
        return False
    StateFiles.objects.filter(state=state).update(shown_on=shown_on, clinicians=clinicians, providers=providers)
    audit.record(verb=Verb.FILES_PUT_IN_SERVICE, by=by, at=at, subject=f"state:{state}")
    return True


@transaction.atomic
def end_files(*, state: str, by: Actor, at: datetime) -> bool:
    """The same for a state in which nobody is listed any more: from now on it has no files."""
    hold_alone(state)
    if FilesWithdrawn.objects.filter(state=state).exists():
        return False
    ended, _ = StateFiles.objects.filter(state=state).delete()
    if ended:
        audit.record(verb=Verb.FILES_ENDED, by=by, at=at, subject=f"state:{state}")
    return True
