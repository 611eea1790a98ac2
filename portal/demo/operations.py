"""Filling a fresh site with the fictional network, by the operations that a plan's own imports use."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.email_change.operations import settle_due
from accounts.ingest.models import ImportRun
from accounts.ingest.operations import Progress
from accounts.ingest.vocabulary import RunOutcome
from accounts.models import Capacity, User
from accounts.operations import give_capacity, give_post, open_account
from accounts.vocabulary import Actor, CapacityKind
from directory.intake.operations import import_roster, import_synthetic_self_descriptions
from directory.publication.operations import load_code_sets, publish_due
from directory.search.operations import export_directory

from .cast import Person
from .vocabulary import SOURCE

Say = Callable[[str], object]

COMMANDS = ("import_roster", "import_synthetic_self_descriptions")


def fill(*, folder: Path, cast: Sequence[Person], refused_file: Path, progress: Progress, say: Say, by: Actor) -> None:
    """Load the code sets, then the network of a folder and the answers of its clinicians, publish all of it, as pages
    and as files, and open the accounts of the cast.

    What is there already is not loaded again, so a second call is quick; one that was stopped half-way is finished
    by calling it again. ``say`` is told each step in a few words.
    """
    if load_code_sets(by=by, at=timezone.now()):
        say("Loaded specialties, languages and places.")
    if is_loaded(folder):
        # Roles begin and end with the calendar, and a stopped start may have left somebody unpublished.
        publish_due(by=by, at=timezone.now(), progress=lambda done, of: progress("publishing", done, of))
    else:
        load(folder, refused_file, progress, say, by)
    # Those of the last time are still in service, unless something changed.
    export_directory(due=True, progress=progress, by=by, at=timezone.now())
    if open_accounts(cast=cast, by=by, at=timezone.now()):
        say("Opened the accounts of the cast.")
    settle_due(by=by, at=timezone.now())  # nothing else here runs by the clock


@transaction.atomic
def open_accounts(*, cast: Sequence[Person], by: Actor, at: datetime) -> int:
    """Open the accounts that are not there, with their capacities and posts; returns how many. What somebody changed
    since in one that is there (a password, an address) stays as it is."""
    there = set(User.objects.values_list("username", flat=True))
    new = [person for person in cast if person.username not in there]
    for person in new:
        user = open_account(
            username=person.username,
            name=person.name,
            email=person.email,
            password=person.password,
            language=person.language,
            by=by,
            at=at,
        )
        for kind in person.kinds:
            give_capacity(user=user, kind=kind, by=by, at=at)
    for person in new:
        if person.job:
            give_post(
                capacity=staff_capacity(person.username),
                job=person.job,
                department=person.department,
                manager=staff_capacity(person.manager) if person.manager else None,
                starts_on=timezone.localdate(at),
                by=by,
                at=at,
            )
    return len(new)


def staff_capacity(username: str) -> Capacity:
    return Capacity.objects.get(user__username=username, kind=CapacityKind.STAFF)


def load(folder: Path, refused_file: Path, progress: Progress, say: Say, by: Actor) -> None:
    say("Loading the fictional network.")
    taken = import_roster(
        folder=folder,
        source=SOURCE,
        refused_file=refused_file,
        progress=progress,
        by=by,
        at=timezone.now(),
        shrink=True,
    )
    tell_refusals(taken, refused_file, say)
    say("Loading what its clinicians say of themselves.")
    taken = import_synthetic_self_descriptions(
        folder=folder, refused_file=refused_file, progress=progress, by=by, at=timezone.now()
    )
    tell_refusals(taken, refused_file, say)


def is_loaded(folder: Path) -> bool:
    """Whether both imports have succeeded since a file of the folder last changed."""
    changed = newest_change(folder)
    runs = ImportRun.objects.filter(outcome=RunOutcome.DONE, started_at__gt=changed)
    return set(COMMANDS) <= set(runs.values_list("command", flat=True))


def newest_change(folder: Path) -> datetime:
    return datetime.fromtimestamp(
        max(path.stat().st_mtime for path in folder.iterdir()), tz=timezone.get_current_timezone()
    )


def tell_refusals(summary: dict[str, object], refused_file: Path, say: Say) -> None:
    if summary["refused"]:
        say(f"{summary['refused']} rows were refused: {refused_file} names them.")
