"""The only writer of the listing. Whoever changes a fact or an answer publishes the clinician here.

Order of locks, the same for everyone: a clinician's answers (``hold_answers``), the tree of places (shared), the
numbering, several chunks (alone or shared), the chunks in ascending order. Only then, in a new statement, are answers
and facts read: read before the lock, an import would write back what was withdrawn while it waited. Writing a chunk
then takes the states' files (shared, ``sql/files.sql``) and lots of words in ascending order (``sql/names.sql``).
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from accounts.audit import operations as audit
from accounts.vocabulary import Actor
from directory.code_sets import operations as code_sets
from directory.listing.models import ListedClinician
from directory.listing.operations import install_functions
from directory.network.models import Clinician, PractitionerRole
from directory.network.operations import uncontracted
from directory.network.operations.uncontracted import see_to_uncontracted
from directory.network.vocabulary import UNCONTRACTED
from directory.self_description.models import Answer
from directory.self_description.operations import Name, Said, hold_answers, record
from directory.self_description.vocabulary import Display, Field

from .errors import AlreadyRenumbering, StillRead
from .models import Due, DuePlace, Late, Number, PublishedDay
from .vocabulary import Verb

FUNCTIONS = Path(__file__).parent / "sql"

NUMBERING_LOCK = 7_302_010
TREE_LOCK = 7_302_011
RENUMBERING_LOCK = 7_302_016
REBUILD_SHARE = 0.1
"""An import that touches a larger share of the network than this publishes every chunk whole."""

SOON = 10
"""So few positions are carried over under the lock under which two numberings change places."""
ROUNDS = 20
PATIENCE_MS = 150
PAUSE_SECONDS = 0.5
TRIES = 600
"""To take hold of whole tables. None waits longer for those who read them, because others wait behind it."""

LISTING_TABLES = tuple(model._meta.db_table for model in apps.get_app_config("listing").get_models())


@dataclass(frozen=True)
class Published:
    """How many clinicians and places were published, and in how many transactions."""

    clinicians: int
    places: int
    ranges: int


Progress = Callable[[int, int], None]


def call(sql: str, *values: Any) -> Any:
    """The first column of the first row of a statement; None when it has none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def column(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def lock_tree() -> None:
    """From here to the end of the transaction nobody's number changes, and no square is split."""
    call("SELECT pg_advisory_xact_lock_shared(%s)", TREE_LOCK)


def lock_chunks(chunks: Iterable[int]) -> None:
    call("SELECT publication.lock_chunks(%s)", list(chunks))


def publish_chunk(chunk: int, npis: Sequence[int], *, whole: bool, today: date) -> bool:
    """Publish clinicians of a chunk whose lock is held; True when a public row changed."""
    return bool(call("SELECT publication.publish(%s, %s, %s, %s)", chunk, list(npis), whole, today))


def published_day(at: datetime) -> date:
    """The day whose roles the listing shows. It moves with ``publish_due`` alone, for everyone at once: else whoever
    answers a question would be seen to, by a role that began since."""
    last = PublishedDay.objects.first()
    return last.day if last else timezone.localdate(at)


@transaction.atomic
def republish(*, npis: Sequence[int], at: datetime) -> bool:
    """Make the listing say what facts and answers say now, in the caller's transaction; True when that changed it."""
    lock_tree()
    numbers = Number.objects.filter(pk__in=npis).values_list("pk", "pos")
    if len(numbers) < len(set(npis)):
        call("SELECT pg_advisory_xact_lock(%s)", NUMBERING_LOCK)
        call("SELECT publication.number_clinicians(%s)", list(npis))
        numbers = numbers.all()
    by_chunk: dict[int, list[int]] = {}
    for npi, pos in numbers:
        by_chunk.setdefault(pos >> 12, []).append(npi)
    lock_chunks(by_chunk)
    today = published_day(at)
    changed = [publish_chunk(chunk, mine, whole=False, today=today) for chunk, mine in sorted(by_chunk.items())]
    return any(changed)


@transaction.atomic
def choose(
    *,
    clinician: Clinician,
    field: Field,
    display: Display | None,
    values: Sequence[Said] = (),
    written_in: str = "",
    declined: bool = False,
    name: Name | None = None,
    by: Actor,
    at: datetime,
) -> Answer:
    """Record a clinician's answer and how far it goes, and make that true for the very next request.

    Raises AnswerRefused, and then nothing has changed.
    """
    hold_answers(npi=clinician.npi)
    before = Answer.objects.filter(clinician=clinician, field=field, until=None).first()
    answer = record(
        clinician=clinician,
        field=field,
        display=display,
        values=values,
        written_in=written_in,
        declined=declined,
        name=name,
        by=by,
        at=at,
    )
    if shows(answer) or (shows(before) if before else is_stated(clinician.npi, field)):
        republish(npis=[clinician.npi], at=at)
    else:
        rematch(npi=clinician.npi)
    return answer


def shows(answer: Answer) -> bool:
    """Whether the public sees anything of an answer."""
    return answer.display == Display.SHOWN and not answer.declined


def is_stated(npi: int, field: Field) -> bool:
    """Whether the listing shows a field of a clinician who has not spoken of it. What waits to be published is not
    seen yet: a first answer that keeps it private must not bring it out."""
    listed = ListedClinician.objects.filter(npi=npi).first()
    facts = {Field.NAME: "name", Field.GENDER: "gender", Field.LANGUAGE: "languages"}
    return listed is not None and field in facts and facts[field] in listed.facts


def rematch(*, npi: int) -> None:
    """Make the match bits say what the answers say, and leave alone what the public sees.

    Public facts may wait to be published. If a private answer published them, whoever watches would know that the
    clinician answered.
    """
    lock_tree()
    for pos in Number.objects.filter(pk=npi).values_list("pos", flat=True):
        lock_chunks([pos >> 12])
        call("SELECT publication.write_match_bits(%s, %s)", pos >> 12, [pos])


def load_code_sets(*, by: Actor, at: datetime) -> list[str]:
    """Load the code sets that changed, and number what a search can ask for by them; returns their names."""
    loaded = code_sets.load_code_sets(by=by, at=at)
    number_attributes()
    return loaded


@transaction.atomic
def number_attributes() -> None:
    call("SELECT pg_advisory_xact_lock(%s)", NUMBERING_LOCK)
    call("SELECT publication.number_attributes()")


LISTABLE = """
(EXISTS (SELECT FROM publication_number n WHERE n.clinician_id = npi)
 OR EXISTS (SELECT FROM network_practitionerrole r WHERE r.clinician_id = npi))
"""
"""Whether publication has anything to do for an NPI: nobody is listed without a role, and nobody leaves who was never
numbered."""


def mark_due(changes: str, *, at: datetime) -> None:
    """Everyone whose listing the changed facts of a temporary table (npi, field) may alter is due, once the caller's
    transaction commits.

    ``field`` is a stated fact or NULL. A stated fact of which the clinician has spoken alters nothing: the answer may
    change, but never goes away again.
    """
    mark(
        f"SELECT npi, true AS seen FROM {changes} c WHERE NOT EXISTS (SELECT FROM self_description_answer a"  # noqa: S608
        " WHERE a.clinician_id = c.npi AND a.until IS NULL AND a.field = c.field)",
        at=at,
    )


def mark_answers_due(changes: str, *, at: datetime) -> None:
    """The same for changed answers: a temporary table (npi, seen), where ``seen`` says that the public sees any of
    it, before or after."""
    mark(f"SELECT npi, seen FROM {changes}", at=at)  # noqa: S608 (the table's name is our own)


def mark(changes: str, *values: Any, at: datetime) -> None:
    """``changes`` is SQL that gives npi and seen, and ``values`` are its parameters.

    Where those whom no roster names are listed, too, everyone who changed is due: publication finds out who they are.
    Whoever is due already is marked anew, which holds the row: publication leaves it alone until that transaction
    ends, and then reads what it wrote. The site is late when the public can see any of the changes, and not by those
    who keep their name to themselves.
    """
    call(
        f"INSERT INTO publication_due (clinician_id, since) SELECT DISTINCT npi, %s::timestamptz FROM ({changes}) c"  # noqa: S608
        f" WHERE %s OR {LISTABLE} ORDER BY 1 ON CONFLICT (clinician_id) DO UPDATE SET since = excluded.since",
        at,
        *values,
        settings.LIST_UNCONTRACTED,
    )
    call(
        "INSERT INTO publication_late (since) SELECT %s::timestamptz WHERE EXISTS"  # noqa: S608
        f" (SELECT FROM ({changes}) c WHERE seen AND {LISTABLE} AND NOT publication.is_unnamed(npi))"
        " ON CONFLICT DO NOTHING",
        at,
        *values,
    )


def mark_places_due(locations: str, *, at: datetime) -> None:
    """The locations of a temporary table (id) are due, and the places for which they stand: one may have come to stand
    for another, or for itself. No answer has a part in that."""
    mark_places(f"SELECT id FROM {locations}", at=at)  # noqa: S608 (the table's name is our own)


def mark_places(locations: str, *values: Any, at: datetime) -> None:
    """``locations`` is SQL that gives their ids, and ``values`` are its parameters."""
    call(
        "WITH due AS (INSERT INTO publication_dueplace (location_id, since)"  # noqa: S608
        " SELECT DISTINCT place, %s::timestamptz FROM network_location l"
        " CROSS JOIN LATERAL (VALUES (l.id), (l.same_as_id)) AS of_location (place)"
        f" WHERE l.id IN ({locations}) AND place IS NOT NULL ORDER BY 1"
        " ON CONFLICT (location_id) DO UPDATE SET since = excluded.since RETURNING since)"
        " INSERT INTO publication_late (since) SELECT DISTINCT since FROM due ON CONFLICT DO NOTHING",
        at,
        *values,
    )


@transaction.atomic
def mark_uncontracted(*, by: Actor, at: datetime) -> None:
    """Clinicians whom no roster names come to the listing, or leave it, as LIST_UNCONTRACTED says. Where that is as it
    was and nobody is due, there is nobody to look for."""
    are_listed = PractitionerRole.objects.filter(source=UNCONTRACTED).exists()
    if are_listed == settings.LIST_UNCONTRACTED and not (are_listed and Due.objects.exists()):
        return
    if see_to_uncontracted(listed=settings.LIST_UNCONTRACTED, by=by, at=at):
        mark_due(uncontracted.CHANGED_CLINICIANS, at=at)
        mark_places_due(uncontracted.CHANGED_PLACES, at=at)


@transaction.atomic
def mark_those_of_the_day(*, today: date, at: datetime) -> None:
    """Roles begin and end with the calendar, and an NPI can end on a day: who is touched since the last time is due,
    and so are the places where they work."""
    last = PublishedDay.objects.select_for_update().first() or PublishedDay(day=today)
    if last.day < today:
        mark(
            "SELECT clinician_id AS npi, true AS seen FROM network_practitionerrole"
            " WHERE (starts_on > %s AND starts_on <= %s) OR (ends_on >= %s AND ends_on < %s)"
            " UNION SELECT npi, true FROM network_clinician WHERE deactivated_on > %s AND deactivated_on <= %s",
            *(last.day, today) * 3,
            at=at,
        )
        mark_places(
            "SELECT location_id FROM network_practitionerrole r JOIN network_clinician ON npi = clinician_id"
            " WHERE (starts_on > %s AND starts_on <= %s) OR (ends_on >= %s AND ends_on < %s)"
            " OR (deactivated_on > %s AND deactivated_on <= %s)",
            *(last.day, today) * 3,
            at=at,
        )
        last.day = today
    last.save()


def publish_due(*, by: Actor, at: datetime, progress: Progress | None = None) -> Published:
    """Publish everyone and every place that is due, a chunk at a time, each in a short transaction of its own.

    Places come first, and those that leave the listing go last: nobody is listed where there is no place. Killed at
    any point, it is finished by calling it again. Who is being written by an import that has not committed is left to
    that import.
    """
    today = timezone.localdate(at)
    clear_up()
    mark_uncontracted(by=by, at=at)
    number_attributes()
    mark_those_of_the_day(today=today, at=at)
    with transaction.atomic():
        call("SELECT pg_advisory_xact_lock(%s)", NUMBERING_LOCK)
        call("SELECT publication.number_clinicians(NULL)")
        call("SELECT publication.number_places(false)")
    late = list(Late.objects.values_list("pk", flat=True))
    places, ranges = publish_places(today=today, removing=False, by=by, at=at)
    total = Due.objects.count()
    whole = total > REBUILD_SHARE * Number.objects.count()
    done = 0
    call(
        "DELETE FROM publication_due WHERE clinician_id IN"  # noqa: S608
        f" (SELECT npi FROM (SELECT clinician_id AS npi FROM publication_due) d WHERE NOT {LISTABLE})"
    )
    if whole:
        call("ANALYZE publication_number, publication_due, listing_listedplace")
    published = 1
    while published:  # numbers may have changed on the way
        published = 0
        for chunk in column(
            "SELECT DISTINCT pos >> 12 FROM publication_due JOIN publication_number USING (clinician_id) ORDER BY 1"
        ):
            published += publish_range(chunk, whole=whole, today=today, by=by, at=at)
            ranges += 1
            if progress:
                progress(done + published, total)
        done += published
    more = publish_places(today=today, removing=True, by=by, at=at)
    call(
        "DELETE FROM publication_late WHERE since = ANY(%s) AND NOT EXISTS (SELECT FROM publication_dueplace)"
        " AND NOT EXISTS (SELECT FROM publication_due WHERE NOT publication.is_unnamed(clinician_id))",
        late,
    )
    if whole:
        call(f"ANALYZE {', '.join(LISTING_TABLES)}")
    return Published(clinicians=done, places=places + more[0], ranges=ranges + more[1])


def publish_places(*, today: date, removing: bool, by: Actor, at: datetime) -> tuple[int, int]:
    """Publish the places that are due; returns how many, and in how many transactions.

    One that is to leave the listing stays due until it is called with ``removing``; and then, too, while anybody who
    ever had a role there is due.
    """
    done = ranges = 0
    call(
        "DELETE FROM publication_dueplace d"
        " WHERE NOT EXISTS (SELECT FROM publication_placenumber n WHERE n.location_id = d.location_id)"
        " AND NOT EXISTS (SELECT FROM listing_listedplace p WHERE p.id = d.location_id)"
    )
    for chunk in column(
        "SELECT DISTINCT pos >> 12 FROM publication_dueplace JOIN publication_placenumber USING (location_id)"
        " ORDER BY 1"
    ):
        with transaction.atomic():
            lock_chunks([chunk])
            ids = column(
                "SELECT d.location_id FROM publication_dueplace d JOIN publication_placenumber USING (location_id)"
                " WHERE pos BETWEEN %s AND %s AND NOT (%s AND EXISTS ("
                "   SELECT FROM network_practitionerrole JOIN publication_due USING (clinician_id)"
                "   JOIN network_location l ON l.id = network_practitionerrole.location_id"
                "   WHERE coalesce(l.same_as_id, l.id) = d.location_id)) FOR UPDATE OF d SKIP LOCKED",
                *(chunk << 12, (chunk << 12) + 4095, removing),
            )
            staying = publish_chunk_of_places(chunk, ids, whole=False, removing=removing, today=today)
            call(
                "DELETE FROM publication_dueplace WHERE location_id = ANY(%s) AND location_id <> ALL(%s)", ids, staying
            )
            audit.record(verb=Verb.PUBLISHED, by=by, at=at, subject=f"chunk:{chunk}")
        split_leaves(chunk)
        done += len(ids) - len(staying)
        ranges += 1
    return done, ranges


def publish_chunk_of_places(
    chunk: int, ids: Sequence[int], *, whole: bool, removing: bool, today: date
) -> Sequence[int]:
    """Publish places of a chunk whose lock is held; returns those that are still to leave the listing."""
    staying: Sequence[int] = call(
        "SELECT publication.publish_places(%s, %s, %s, %s, %s)", chunk, list(ids), whole, removing, today
    )
    return staying


def publish_range(chunk: int, *, whole: bool, today: date, by: Actor, at: datetime) -> int:
    """Publish those of a chunk who are due; returns how many they were."""
    with transaction.atomic():
        lock_chunks([chunk])
        npis = column(
            "DELETE FROM publication_due WHERE clinician_id IN (SELECT d.clinician_id FROM publication_due d"
            " JOIN publication_number USING (clinician_id) WHERE pos BETWEEN %s AND %s FOR UPDATE OF d SKIP LOCKED)"
            " RETURNING clinician_id",
            *(chunk << 12, (chunk << 12) + 4095),
        )
        if npis:
            publish_chunk(chunk, npis, whole=whole, today=today)
            audit.record(verb=Verb.PUBLISHED, by=by, at=at, subject=f"chunk:{chunk}")
    split_leaves(chunk)
    return len(npis)


def split_leaves(chunk: int) -> None:
    """Squares of the tree of places that grew too full are split, unless writers left no moment for it: then with the
    chunk's next publication. Readers never wait."""

    def split() -> None:
        hold_tree()
        call("SELECT publication.split_leaves(%s)", chunk)

    if call("SELECT (publication.full_leaf(%s)).id", chunk):
        with suppress(StillRead):
            patiently(split)


def rebuild(*, by: Actor, at: datetime, progress: Progress | None = None) -> int:
    """Make every chunk anew, in place and one at a time, with all its bits; returns how many there are."""
    number_attributes()
    today = published_day(at)
    with transaction.atomic():
        call("SELECT pg_advisory_xact_lock(%s)", NUMBERING_LOCK)
        call("SELECT publication.number_places(true)")
    chunks = column("SELECT DISTINCT pos >> 12 FROM publication_number ORDER BY 1")
    of_places = column("SELECT DISTINCT pos >> 12 FROM publication_placenumber ORDER BY 1")
    leaving = rebuild_places(of_places, removing=False, today=today, by=by, at=at)
    for nth, chunk in enumerate(chunks, 1):
        with transaction.atomic():
            lock_chunks([chunk])
            publish_chunk(chunk, [], whole=True, today=today)
            audit.record(verb=Verb.REBUILT, by=by, at=at, subject=f"chunk:{chunk}")
        split_leaves(chunk)
        if progress:
            progress(nth, len(chunks))
    rebuild_places(leaving, removing=True, today=today, by=by, at=at)
    return len(chunks) + len(of_places)


def rebuild_places(chunks: Sequence[int], *, removing: bool, today: date, by: Actor, at: datetime) -> list[int]:
    """Returns the chunks with places that are still to leave the listing."""
    leaving = []
    for chunk in chunks:
        with transaction.atomic():
            lock_chunks([chunk])
            if publish_chunk_of_places(chunk, [], whole=True, removing=removing, today=today):
                leaving.append(chunk)
            audit.record(verb=Verb.REBUILT, by=by, at=at, subject=f"chunk:{chunk}")
        split_leaves(chunk)
    return leaving


def renumber(*, by: Actor, at: datetime, progress: Progress | None = None) -> int:
    """Number everyone anew along the curve, beside the numbering in use, and put that in its place.

    Returns how many chunks there are. Readers see one numbering or the other, and writers wait only while the last
    few are carried over. Killed at any point it leaves the numbering in use as it is; the next call begins again.
    Raises AlreadyRenumbering, or StillRead when it was never let at the tables, and the old numbering stays.
    """
    if not call("SELECT pg_try_advisory_lock(%s)", RENUMBERING_LOCK):
        raise AlreadyRenumbering
    try:
        patiently(drop_generations)  # what an earlier try left
        patiently(begin_generation)
        patiently(hold_tree)  # whoever noted nothing yet has ended
        with connection.cursor() as cursor:
            cursor.execute("SELECT chunk, positions FROM publication.next_chunks()")
            chunks = cursor.fetchall()
        for nth, (chunk, positions) in enumerate(chunks, 1):
            call("SELECT publication.carry_over(%s, %s)", chunk, positions)
            if progress:
                progress(nth, len(chunks))
        for _ in range(ROUNDS):
            if call("SELECT publication.catch_up()") <= SOON:
                break
        for table in column("SELECT name FROM publication.numbered()"):
            call(f"VACUUM ANALYZE listing_next.{table}")
        patiently(partial(change_places, by=by, at=at))
        with suppress(StillRead):  # the next publication takes it away
            patiently(drop_generations)
        return len(chunks)
    finally:
        call("SELECT pg_advisory_unlock(%s)", RENUMBERING_LOCK)


def lose_patience() -> None:
    """From here to the end of the transaction, whoever must wait for a lock longer than a moment gives up, because all
    who come later wait behind."""
    call("SELECT set_config('lock_timeout', %s, true)", f"{PATIENCE_MS}ms")


def hold_tree() -> None:
    """Nobody else writes the listing from here to the end of the transaction."""
    lose_patience()
    call("SELECT pg_advisory_xact_lock(%s)", TREE_LOCK)


def begin_generation() -> None:
    lose_patience()
    call("SELECT pg_advisory_xact_lock(%s)", NUMBERING_LOCK)
    call("SELECT publication.begin_generation()")


def change_places(*, by: Actor, at: datetime) -> None:
    """Carry over what is left, and let the next numbering take the place of the one in use."""
    hold_tree()
    call("SELECT pg_advisory_xact_lock(%s)", NUMBERING_LOCK)
    call("SELECT publication.catch_up()")
    call("SELECT publication.swap()")
    # They hold on to the tables by more than their names.
    install_functions(schema="publication", folder=FUNCTIONS, public=False, anew=True)
    audit.record(verb=Verb.RENUMBERED, by=by, at=at)


def drop_generations() -> None:
    lose_patience()
    call("DROP SCHEMA IF EXISTS listing_next, listing_last CASCADE")
    call("DELETE FROM publication_touched")


def clear_up() -> None:
    """Take away what a renumbering left that was killed."""
    if call("SELECT coalesce(to_regnamespace('listing_next'), to_regnamespace('listing_last'))") and call(
        "SELECT pg_try_advisory_lock(%s)", RENUMBERING_LOCK
    ):
        try:
            with suppress(StillRead):
                patiently(drop_generations)
        finally:
            call("SELECT pg_advisory_unlock(%s)", RENUMBERING_LOCK)


def patiently(act: Callable[[], None]) -> None:
    """Do it in a transaction of its own, as soon as nobody has the tables in hand. Raises StillRead when that never
    was."""
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return act()
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            sleep(PAUSE_SECONDS)
    raise StillRead


def first_difference(*, at: datetime) -> str | None:
    """The first place where listing, bits and facts disagree, in a sentence without a value; None when they agree.

    Clinicians who are due are late, not different: publish first.
    """
    if Due.objects.exists() or DuePlace.objects.exists():
        return "clinicians or places are due: run manage.py publish_listing first"
    today = published_day(at)
    if found := call("SELECT coalesce(publication.unwatched(), publication.strays())"):
        return str(found)
    for chunk in column("SELECT DISTINCT pos >> 12 FROM publication_placenumber ORDER BY 1"):
        if found := call("SELECT publication.place_difference(%s, %s)", chunk, today):
            return str(found)
    for chunk in column("SELECT DISTINCT pos >> 12 FROM publication_number ORDER BY 1"):
        if found := call("SELECT publication.difference(%s, %s)", chunk, today):
            return str(found)
    return None
