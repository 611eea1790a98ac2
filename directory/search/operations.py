"""Writing the public files: the directory as programs take it whole, two files a state."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.access import public_role
from accounts.vocabulary import Actor
from directory.code_sets.models import State
from directory.listing.models import Attribute, ListedClinician, ListedPlace, StateFiles
from directory.listing.operations import begin_files, end_files, put_in_service
from directory.listing.vocabulary import Group

from .cards import Words
from .errors import ExportRefused
from .files import CLINICIANS, PROVIDERS, Packed, path_of, paths, tidy
from .providers import PlansOfNetworks, provider
from .records import Record, as_json, whole_clinician
from .vocabulary import ROWS_A_PIECE, TIMES_TO_WRITE

EXPORT_LOCK = 7_302_021
Progress = Callable[[str, int, int], None]


@dataclass
class Exported:
    """What became of each state. ``written``: how many clinicians its files have. ``empty``: nobody is listed there,
    so it has no files. ``changing``: the listing changed whenever its files were written; they are not in service."""

    written: dict[str, int] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    changing: list[str] = field(default_factory=list)


def export_directory(
    *, states: Sequence[str] = (), due: bool = False, progress: Progress, by: Actor, at: datetime
) -> Exported:
    """Write the public files of these states, or of all; with ``due`` only those that are not in service.

    Each state is in service as soon as it is written, unless the listing changed there meanwhile: then it is written
    again, a few times at most. Killed at any point, it is finished by calling it again.

    Raises ExportRefused when another export is running, or when nobody knows a state.
    """
    done = Exported()
    with one_at_a_time():
        wanted = states_to_write(states, due=due)
        for nth, state in enumerate(wanted):
            progress("exporting", nth, len(wanted))
            tries = (write_state(state, by=by, at=at) for _ in range(TIMES_TO_WRITE))
            written = next((clinicians for clinicians in tries if clinicians is not None), None)
            if written is None:
                done.changing.append(state.code)
            elif written:
                done.written[state.code] = written
            else:
                done.empty.append(state.code)
        progress("exporting", len(wanted), len(wanted))
    return done


@contextmanager
def one_at_a_time() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [EXPORT_LOCK])
        if not cursor.fetchone()[0]:
            raise ExportRefused("Another export is running. Wait until it has ended, then start this one again.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [EXPORT_LOCK])


def states_to_write(named: Sequence[str], *, due: bool) -> list[State]:
    """The named states, or all that have clinicians or files; with ``due`` those of them that are not in service."""
    known = StateFiles.objects.values_list("state", flat=True)
    wanted = set(named) or {*ListedPlace.objects.values_list("state", flat=True).distinct(), *known}
    states = State.objects.in_bulk(list(wanted))
    if unknown := wanted - set(states):
        raise ExportRefused(f"{min(unknown)!r} is no state. Name states by their two letters, for example MN.")
    served = {files.state for files in StateFiles.objects.in_service() if all(path.exists() for path in paths(files))}
    return [states[code] for code in sorted(wanted) if not (due and code in served)]


def write_state(state: State, *, by: Actor, at: datetime) -> int | None:
    """How many clinicians the files of a state have, now that they are in service; None when the listing changed while
    they were written, and they are not."""
    shown_on = timezone.localdate(at)
    begin_files(state=state.code)
    with public_role():
        npis = ListedClinician.objects.npis_in(state)
        words = Words("en")
        plans = plans_of_networks()
    if not npis:
        ended = end_files(state=state.code, by=by, at=at)
        tidy(state.code)
        return 0 if ended else None
    with closing(Packed(state.code, CLINICIANS)) as clinicians, closing(Packed(state.code, PROVIDERS)) as providers:
        clinicians.write(as_json(about(state, shown_on, len(npis))) + b"\n")
        before = b"[\n"
        for card in read(npis):
            clinicians.write(as_json(whole_clinician(card)) + b"\n")
            providers.write(before + as_json(provider(card, words, plans, shown_on)))
            before = b",\n"
        providers.write(b"\n]\n")
        digests = {CLINICIANS: clinicians.finish(), PROVIDERS: providers.finish()}
    written = put_in_service(
        state=state.code,
        shown_on=shown_on,
        clinicians=digests[CLINICIANS],
        providers=digests[PROVIDERS],
        by=by,
        at=at,
    )
    tidy(state.code, *(path_of(state.code, kind, digest) for kind, digest in digests.items() if written))
    return len(npis) if written else None


def read(npis: Sequence[int]) -> Iterator[Record]:
    """Everything that is listed of these clinicians, read a page at a time as the public pages read it."""
    for nth in range(0, len(npis), ROWS_A_PIECE):
        with public_role():
            cards = ListedClinician.objects.pages(npis[nth : nth + ROWS_A_PIECE])
        yield from cards


def about(state: State, shown_on: date, clinicians: int) -> Record:
    """The first line of the clinicians of a state."""
    return {
        "directory": settings.PLAN.name,
        "state": state.code,
        "shown_on": shown_on.isoformat(),
        "clinicians": clinicians,
        "note": "Facts change, and people may take back what they chose to share. Keep the newest file only.",
    }


def plans_of_networks() -> PlansOfNetworks:
    rows = list(Attribute.objects.filter(group__in=(Group.NETWORK, Group.PLAN)))
    plans = {row.attr: row.code for row in rows if row.group == Group.PLAN}
    return {
        row.code: sorted(plans[attr] for attr in row.implies if attr in plans)
        for row in rows
        if row.group == Group.NETWORK
    }
