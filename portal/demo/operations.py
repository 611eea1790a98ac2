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
from accounts.models import Capacity, StaffPerson, User
from accounts.operations import give_capacity, give_post, open_account
from accounts.staff.operations import close_people, name_person, register
from accounts.vocabulary import Actor, CapacityKind, Source
from directory.intake.operations import import_roster, import_synthetic_self_descriptions
from directory.publication.operations import load_code_sets, publish_due
from directory.search.operations import export_directory
from portal.members.access import member_of
from portal.members.models import Member
from portal.members.operations.enrolment import import_enrolment
from portal.members.operations.registration import redeem
from portal.members.rules import member_key

from .cast import ENROLMENT, Person
from .vocabulary import FIRST_STAFF_NUMBER, MEMBERS, SOURCE

Say = Callable[[str], object]

COMMANDS = ("import_roster", "import_synthetic_self_descriptions")


def fill(*, folder: Path, cast: Sequence[Person], refused_file: Path, progress: Progress, say: Say, by: Actor) -> None:
    """Load the code sets, then the network of a folder and the answers of its clinicians, publish all of it, as pages
    and as files, load the members, and open the accounts of the cast.

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
    give_jobs(cast=cast, by=by, at=timezone.now())
    if not is_taken(ENROLMENT):
        say("Loading the members.")
        taken = import_enrolment(
            path=ENROLMENT,
            source=MEMBERS,
            refused_file=refused_file,
            progress=progress,
            by=by,
            at=timezone.now(),
            shrink=True,
        )
        tell_refusals(taken, refused_file, say)
    link_members(cast=cast, by=by, at=timezone.now())
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
    return len(new)


@transaction.atomic
def give_jobs(*, cast: Sequence[Person], by: Actor, at: datetime) -> None:
    """What the cast's staff work as, and under whom. Whoever works here already keeps what somebody changed since, and
    so does who left."""
    there = set(StaffPerson.objects.values_list("capacity__user__username", flat=True))
    staff = [(person, job) for person in cast if (job := person.job)]
    numbers = {person.username: str(number) for number, (person, _) in enumerate(staff, FIRST_STAFF_NUMBER)}
    new = [(person, job) for person, job in staff if person.username not in there]
    for person, _ in new:
        first_name, _blank, last_name = person.name.rpartition(" ")
        named = name_person(
            number=numbers[person.username],
            first_name=first_name,
            last_name=last_name,
            email=person.email,
            language=person.language,
            by=by,
            at=at,
        )
        capacity = Capacity.objects.get(user__username=person.username, kind=CapacityKind.STAFF)
        register(person=named, capacity=capacity, by=by, at=at)
    for person, job in new:
        manager = StaffPerson.objects.get(number=numbers[person.manager]) if person.manager else None
        works = StaffPerson.objects.get(number=numbers[person.username])
        give_post(person=works, job=job, department=person.department, manager=manager, since=at, by=by, at=at)
        if person.has_left:
            close_people(people=[works], by=by, at=at, said_by=Source.HERE)


@transaction.atomic
def link_members(*, cast: Sequence[Person], by: Actor, at: datetime) -> None:
    """Whom the accounts of the cast stand for. Nothing happens to one that stands for somebody."""
    for person in cast:
        capacity = Capacity.objects.live(at).filter(user__username=person.username, kind=CapacityKind.MEMBER).first()
        if person.member_id and capacity and member_of(capacity) is None:
            member = Member.objects.on_card(member_key=member_key(person.member_id), person_key="").get()
            redeem(member.pk, capacity, at, by)


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


def is_taken(file: Path) -> bool:
    """Whether the members came in since the file last changed."""
    changed = datetime.fromtimestamp(file.stat().st_mtime, tz=timezone.get_current_timezone())
    runs = ImportRun.objects.filter(outcome=RunOutcome.DONE, started_at__gt=changed)
    return runs.filter(command="import_enrolment").exists()


def newest_change(folder: Path) -> datetime:
    return datetime.fromtimestamp(
        max(path.stat().st_mtime for path in folder.iterdir()), tz=timezone.get_current_timezone()
    )


def tell_refusals(summary: dict[str, object], refused_file: Path, say: Say) -> None:
    if summary["refused"]:
        say(f"{summary['refused']} rows were refused: {refused_file} names them.")
