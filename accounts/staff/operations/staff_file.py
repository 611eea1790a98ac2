"""The staff file: whole, so that whoever it does not name has left, and a post that it does not name is over. What
somebody here gave or took it neither takes nor gives back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.audit.operations import record_all
from accounts.ingest.merging import run
from accounts.ingest.operations import Import, Progress, count, refuse, refuse_repeated, run_import
from accounts.ingest.reading import SourceFile
from accounts.ingest.rules import Counts, CsvShape
from accounts.models import Post, StaffPerson
from accounts.operations import close_posts, give_posts, staff_subject, told_of
from accounts.registration import operations as registration
from accounts.rules import first_moment, last_day
from accounts.staff.access import administrators, invited
from accounts.staff.errors import NoAdministratorLeft, StaffShrinks
from accounts.staff.operations import (
    close_people,
    come_back,
    jobs_one_at_a_time,
    name_people,
    registered,
    tell,
)
from accounts.staff.rules import SOMEBODY_ELSES, Managed, Row, is_overruled, refused
from accounts.staff.vocabulary import ADMINISTRATOR_STAYS_DAYS, KIND, LARGEST_SHARE_TO_END, Verb
from accounts.vocabulary import Actor, Job, Source

TABLE = "staged_staff"
CELLS = "line, number, first_name, last_name, email, language, department, job, manager_number, first_day, last_day"
ABOUT_A_PERSON = ("first_name", "last_name", "email", "language")
SOURCE = "staff file"

REACHED_OTHERWISE = f"""
select person.id from {StaffPerson._meta.db_table} person left join {TABLE} s on s.number = person.number
where person.left_at is null
group by person.id
having not coalesce(bool_and(s.email = person.email and s.last_name = person.last_name), false)
order by person.id
"""  # noqa: S608
"""Who has another email or last name by the file, or is not in it: their activation ID ends."""

CHANGES = ("id", "since", "department", "manager_id", "until")
CHANGE = f"""
update {Post._meta.db_table} post
   set since = said.since, department = said.department, manager_id = said.manager_id, until = said.until
  from unnest(%(id)s::uuid[], %(since)s::timestamptz[], %(department)s::text[], %(manager_id)s::uuid[],
              %(until)s::timestamptz[]) as said ({", ".join(CHANGES)})
 where post.id = said.id
"""  # noqa: S608

ROWS_AT_ONCE = 500
"""How many rows one statement changes: it tries them out one after another for each row."""

IS_SOMEBODY_ELSES = f"""
exists (select from {StaffPerson._meta.db_table} person where person.number = s.number and person.left_at is null
        and lower(person.first_name) <> lower(s.first_name) and lower(person.last_name) <> lower(s.last_name)
        and lower(person.email) <> lower(s.email))
"""

Key = tuple[str, str]
"""A number and a job: there is one row for each."""


def import_staff(
    *,
    path: Path,
    shape: CsvShape,
    refused_file: Path,
    progress: Progress,
    by: Actor,
    at: datetime,
    dry_run: bool = False,
    shrink: bool = False,
) -> dict[str, object]:
    """Takes over a whole staff file; returns the summary, in which ``overruled`` counts rows that somebody here has
    answered otherwise. Raises ImportRefused when it is refused whole, and then nothing has changed."""
    overruled = []

    def take() -> Mapping[str, Counts]:
        progress("merging", 0, 1)
        counts, number = take_staff(shrink=shrink, by=by, at=at)
        overruled.append(number)
        progress("merging", 1, 1)
        return {shape.file: counts}

    what = Import("import_staff", SOURCE, lambda: [SourceFile(shape, path)], refused_file, dry_run)
    summary = run_import(what, take=take, progress=progress, by=by, at=at).as_json()
    return summary | {"overruled": sum(overruled)}


@dataclass
class Decision:
    """What becomes of a row: of ``post``, or of a new one where there is none."""

    row: Row
    outcome: str
    post: Post | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_overruled: bool = False
    is_new_of_person: bool = False

    @property
    def counts_as(self) -> str:
        return "updated" if self.outcome == "unchanged" and self.is_new_of_person else self.outcome


@dataclass
class Staff:
    """Everybody and every post, as the database has them now, locked."""

    at: datetime
    people: dict[str, StaffPerson] = field(default_factory=dict)
    posts: dict[Key, list[Post]] = field(default_factory=lambda: defaultdict(list))

    def not_over(self, post: Post) -> bool:
        return post.until is None or post.until > max(self.at, post.since)

    @property
    def open_posts(self) -> list[tuple[Key, Post]]:
        return [(key, post) for key, posts in self.posts.items() for post in posts if self.not_over(post)]


def take_staff(*, shrink: bool, by: Actor, at: datetime) -> tuple[Counts, int]:
    """What became of the staged rows, and how many of them somebody here overrules. Raises StaffShrinks, and
    NoAdministratorLeft where nobody could give access any more, now or in a month."""
    jobs_one_at_a_time()
    lock_activations()
    staff = everybody(at)
    leavers, over = not_named(staff)
    decisions = [decide(row, staff) for row in accepted(staff, {*leavers}, over)]
    ended = [post for key, post in staff.open_posts if key[0] in leavers] + over
    if len(ended) > LARGEST_SHARE_TO_END * len(staff.open_posts) and not shrink:
        raise StaffShrinks(ends=len(ended), of=len(staff.open_posts))
    moments = (at, at + timedelta(days=ADMINISTRATOR_STAYS_DAYS))
    had_administrator = [has_administrator(moment) for moment in moments]
    close_posts(posts=over, by=by, at=at, said_by=Source.FILE)
    close_people(people=[staff.people[number] for number in leavers], by=by, at=at, said_by=Source.FILE)
    take_people(decisions, staff, by=by, at=at)
    others = {post.person_id for post in over} | take_posts(decisions, staff, by=by, at=at)
    tell(registered([person for person in staff.people.values() if person.pk in others], at), by=by, at=at)
    if any(has_administrator(moment) < had for moment, had in zip(moments, had_administrator, strict=True)):
        raise NoAdministratorLeft
    counts = count(
        TABLE,
        "select unnest(%(outcomes)s::text[]) as outcome",
        {"outcomes": [decision.counts_as for decision in decisions]},
        ended=len(ended),
    )
    return counts, sum(decision.is_overruled for decision in decisions)


def lock_activations() -> None:
    """Before anybody is locked, as whoever registers does."""
    with connection.cursor() as cursor:
        cursor.execute(REACHED_OTHERWISE)
        reached = cursor.fetchall()
    for person in invited(person for (person,) in reached):
        registration.one_at_a_time(staff_subject(person))


def everybody(at: datetime) -> Staff:
    staff = Staff(at)
    for person in StaffPerson.objects.select_for_update(of=("self",)).select_related("capacity").order_by("pk"):
        staff.people[person.number] = person
    for post in Post.objects.select_for_update(of=("self",)).select_related("person", "manager").order_by("since"):
        staff.posts[post.person.number, post.job].append(post)
    return staff


def has_administrator(at: datetime) -> int:
    """0: nobody is to give others access; 1: somebody who is not registered yet; 2: somebody who can."""
    named = Post.objects.not_over(at).filter(job=Job.ACCESS_ADMINISTRATOR).exists()
    return 2 if administrators(at).exists() else int(named)


# What the file says


def accepted(staff: Staff, leavers: Collection[str], over: Collection[Post]) -> list[Row]:
    """The rows that are taken. What a refused row says of a post stays as it was, and so counts for the others."""
    refuse_repeated(TABLE, "number", "job")
    refuse(TABLE, SOMEBODY_ELSES, IS_SOMEBODY_ELSES)
    rows = [Row(**dict(zip(CELLS.split(", "), cells, strict=True))) for cells in staged(f"{CELLS}", "refused is null")]
    gone = {post.pk for post in over}
    staying = [(key, post) for key, post in staff.open_posts if key[0] not in leavers and post.pk not in gone]
    found: dict[int, str] = {}
    while True:
        taken = {(row.number, row.job) for row in rows if row.line not in found}
        kept = [managed(post) for key, post in staying if post.said_by == Source.HERE or key not in taken]
        more = refused(rows, stays=[each for each in kept if each], today=timezone.localdate(staff.at))
        if more == found:
            break
        found = more
    for reason in set(found.values()):
        lines = [line for line, why in found.items() if why == reason]
        refuse(TABLE, reason, "s.line = any(%(lines)s)", {"lines": lines})
    return [row for row in rows if row.line not in found]


def managed(post: Post) -> Managed | None:
    zone = timezone.get_current_timezone()
    if post.manager is None:
        return None
    until = last_day(post.until, zone) if post.until else None
    return Managed(post.person.number, post.manager.number, timezone.localdate(post.since), until)


def not_named(staff: Staff) -> tuple[list[str], list[Post]]:
    """The numbers of those who left, and the posts that are over of those who stay. A row that is refused still names
    its person and post, and one without a job each of the person's."""
    named: dict[str, set[str | None]] = defaultdict(set)
    for number, job in staged("number, job", "number is not null"):
        named[number].add(job)
    leavers = [number for number, person in staff.people.items() if person.left_at is None and number not in named]
    over = [
        post
        for (number, job), post in staff.open_posts
        if post.said_by == Source.FILE and number in named and not named[number] & {job, None}
    ]
    return leavers, over


def staged(columns: str, condition: str) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"select {columns} from {TABLE} where {condition} order by line")  # noqa: S608
        return list(cursor.fetchall())


# What becomes of it


def decide(row: Row, staff: Staff) -> Decision:
    person, posts = staff.people.get(row.number), staff.posts[row.number, row.job]
    here = [post for post in posts if post.said_by == Source.HERE]
    if is_overruled(
        row.first_day,
        left_here=day_left_here(person),
        open_here=any(staff.not_over(post) for post in here),
        ended_here=[timezone.localdate(post.until) for post in here if post.until and not staff.not_over(post)],
    ):
        return Decision(row, "unchanged", is_overruled=True)
    ours = [post for post in posts if post.said_by == Source.FILE]
    post = next((post for post in ours if staff.not_over(post)), ours[-1] if ours else None)
    zone = timezone.get_current_timezone()
    until = first_moment(row.last_day + timedelta(days=1), zone) if row.last_day else None
    was_open = post is not None and staff.not_over(post)
    is_open = until is None or until > staff.at
    if post and not was_open and is_open and timezone.localdate(post.since) != row.first_day:
        post = None  # another time in the same job
    earlier = [each.until for each in posts if each is not post and each.until]
    since = max([first_moment(row.first_day, zone), *earlier])
    if until and until < since:
        return Decision(row, "unchanged")  # all of it lies before what came later
    if post is None:
        return Decision(row, "added", None, since, until)
    if post.since > since and timezone.localdate(post.since) == row.first_day:
        since = post.since
    if is_open and not was_open:
        outcome = "reactivated"
    elif was_open and not is_open:
        outcome = "deactivated"
    else:
        boss = post.manager.number if post.manager else ""
        same = (post.since, post.department, boss) == (since, row.department, row.manager_number)
        # A post of the past stays as it ended, whatever day the file gives it.
        outcome = "unchanged" if same and (post.until == until or not is_open) else "updated"
    return Decision(row, outcome, post, since, until)


def day_left_here(person: StaffPerson | None) -> date | None:
    if person is None or person.left_at is None or person.left_said_by != Source.HERE:
        return None
    return timezone.localdate(person.left_at)


def take_people(decisions: Sequence[Decision], staff: Staff, *, by: Actor, at: datetime) -> None:
    """A first row that says something new of its person counts as a change. An activation ID that went to another
    email, or is for another last name, ends. Whoever has the number of somebody who left is not the manager of those
    to whom that one was given as manager here."""
    named: list[StaffPerson] = []
    changed: dict[UUID, list[str]] = {}
    for decision in first_rows(decisions):
        row = decision.row
        said = {name: getattr(row, name) for name in ABOUT_A_PERSON}
        person = staff.people.get(row.number)
        if person is None:
            named.append(StaffPerson(number=row.number, **said))
            staff.people[row.number] = named[-1]
        elif differing := [name for name, value in said.items() if getattr(person, name) != value]:
            for name in differing:
                setattr(person, name, said[name])
            changed[person.pk] = differing
            decision.is_new_of_person = True
    name_people(people=named, by=by, at=at)
    people = [person for person in staff.people.values() if person.pk in changed]
    StaffPerson.objects.bulk_update(people, ABOUT_A_PERSON, ROWS_AT_ONCE)
    differs = [(staff_subject(person), names) for person, names in changed.items()]
    record_all(verb=Verb.CHANGED, of=differs, by=by, at=at)
    for pk in invited(pk for pk, names in changed.items() if {"last_name", "email"} & set(names)):
        registration.end_open(kind=KIND, subject=pk, by=by, at=at)
    others = [person for person in people if person.left_at and {"first_name", "last_name"} & set(changed[person.pk])]
    Post.objects.not_over(at).filter(manager__in=others, said_by=Source.HERE).update(manager=None)
    for number in {each.row.number for each in decisions if gives_access(each, at)}:
        if staff.people[number].left_at:
            come_back(person=staff.people[number], by=by, at=at)


def first_rows(decisions: Iterable[Decision]) -> Iterable[Decision]:
    """Of each number the first: what it says of the person counts."""
    found: dict[str, Decision] = {}
    for decision in decisions:
        found.setdefault(decision.row.number, decision)
    return found.values()


def gives_access(decision: Decision, at: datetime) -> bool:
    return decision.outcome in ("added", "reactivated") and (decision.until is None or decision.until > at)


def take_posts(decisions: Sequence[Decision], staff: Staff, *, by: Actor, at: datetime) -> set[UUID]:
    """Managers that change go first, or else two who change places would be each other's for a moment. Returns whose
    jobs begin or end otherwise than before."""
    before = {post.pk: (post.since, post.until) for _key, post in staff.open_posts}
    changed, ended, given = list[Post](), list[Post](), list[Post]()
    for decision in decisions:
        if decision.outcome == "unchanged" or decision.since is None:
            continue
        post = decision.post or Post(
            person=staff.people[decision.row.number], job=decision.row.job, said_by=Source.FILE
        )
        (changed if decision.post else given).append(post)
        post.since, post.department = decision.since, decision.row.department
        post.manager = staff.people[decision.row.manager_number] if decision.row.manager_number else None
        if decision.outcome == "deactivated":
            ended.append(post)
        else:
            post.until = decision.until
    Post.objects.filter(pk__in=[post.pk for post in changed]).update(manager=None)
    run(CHANGE, {name: [getattr(post, name) for post in changed] for name in CHANGES})
    record_all(verb=Verb.CHANGED_POST, of=[told_of(post) for post in changed], by=by, at=at)
    close_posts(posts=ended, by=by, at=at, said_by=Source.FILE)
    give_posts(posts=given, by=by, at=at)
    touched = [post for post in (*changed, *given) if post.pk in before or staff.not_over(post)]
    return {post.person_id for post in touched if before.get(post.pk) != (post.since, post.until)}
