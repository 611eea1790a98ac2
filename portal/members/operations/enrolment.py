"""Taking over an enrolment file: who the members are, how they are reached, and what covers them.

What is taken stands in the temporary table ``staged_enrolment`` (``portal/members/enrolment.py``), every cell already
read. One refused row refuses the file, so that nobody is covered by half of what their plan said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import operations as audit
from accounts.ingest.errors import ImportRefused
from accounts.ingest.merging import Merge, keep, merge, run
from accounts.ingest.operations import Import, Progress, count, refuse, run_import
from accounts.ingest.rules import Counts
from accounts.registration.models import Activation
from accounts.vocabulary import Actor
from directory.code_sets.models import vocabulary
from directory.code_sets.vocabulary import CodeKind

from ..enrolment import ENROLMENT, TABLE, date_in, the_file
from ..errors import EnrolmentIsMixed, EnrolmentIsOld, EnrolmentOfTheFuture, EnrolmentShrinks
from ..models import Enrolment
from ..vocabulary import LARGEST_SHARE_TO_END, MEMBER, Fact, Verb
from .identity import found, keep_to_the_person
from .locks import take_over_alone
from .registration import SENT_TO, end_activation_sent_to


@dataclass(frozen=True)
class Enrolled:
    """Whose file it is, and of which day it speaks."""

    source: str
    as_of: date
    shrink: bool

    @property
    def values(self) -> dict[str, object]:
        """The parameters of every statement."""
        return {"source": self.source, "as_of": self.as_of, "day_before": self.as_of - timedelta(days=1)}


def import_enrolment(
    *,
    path: Path,
    source: str,
    refused_file: Path,
    progress: Progress,
    by: Actor,
    at: datetime,
    as_of: date | None = None,
    dry_run: bool = False,
    shrink: bool = False,
) -> dict[str, object]:
    """Takes over a file; returns the summary, in which ``taken`` is False where refused rows refused the file.

    ``as_of`` is the day of which a file speaks whose name does not say it: today unless told. Raises ImportRefused when
    the file is refused whole for another reason. Either way nothing has changed then.
    """
    if not vocabulary().codes[CodeKind.LANGUAGE]:
        raise ImportRefused("The code sets are not loaded yet. Run manage.py load_code_sets first.")
    enrolled = Enrolled(source, date_in(path.name) or as_of or timezone.localdate(at), shrink)
    if enrolled.as_of > timezone.localdate(at):
        raise EnrolmentOfTheFuture(as_of=enrolled.as_of)

    def take() -> Mapping[str, Counts]:
        progress("merging", 0, 1)
        counts = take_enrolment(enrolled=enrolled, by=by, at=at)
        progress("merging", 1, 1)
        return {ENROLMENT.file: counts}

    what = Import("import_enrolment", source, lambda: the_file(path), refused_file, dry_run, whole=True)
    return run_import(what, take=take, progress=progress, by=by, at=at).as_json()


@transaction.atomic
def take_enrolment(*, enrolled: Enrolled, by: Actor, at: datetime) -> Counts:
    """Makes members be what the staged file says; returns what became of its rows.

    A full file is whole within its source: whoever it does not name is not covered from its day on. Nobody is deleted.
    """
    take_over_alone()
    run(ANALYZE)
    refuse_an_old_file(enrolled)
    is_full = refuse_a_mixed_file()
    refuse_what_is_wrong_by_itself(enrolled)
    if is_refused():
        return count(TABLE, NOTHING_DONE)
    keep("covered_before", COVERED, enrolled.values)
    keep_to_the_person(enrolled.values)
    refuse(TABLE, "member_id: nobody of this source has it with this person number", WHO_IS_NOBODY, enrolled.values)
    take_people(enrolled)
    ended = take_coverage(enrolled, is_full=is_full)
    if is_refused():
        return count(TABLE, NOTHING_DONE)
    refuse_to_shrink(enrolled)
    end_activations_sent_elsewhere(by=by, at=at)
    Enrolment.objects.update_or_create(source=enrolled.source, defaults={"as_of": enrolled.as_of})
    audit.record(verb=Verb.ENROLMENT_TAKEN, by=by, at=at, subject=f"source:{enrolled.source}")
    return count(TABLE, OUTCOMES, ended=ended)


def end_activations_sent_elsewhere(*, by: Actor, at: datetime) -> None:
    """An activation ID that went to an email or address which is not on file any more opens nothing."""
    registering = list(Activation.objects.not_over().filter(kind=MEMBER).values_list("subject", flat=True))
    for member, kind in found(GONE, {"members": registering, "kinds": list(SENT_TO)}):
        end_activation_sent_to(kind, member=member, by=by, at=at)


GONE = """
    select e.member_id, e.kind from ended_channel e where e.kind = any(%(kinds)s) and e.member_id = any(%(members)s)
    union
    select c.member_id, c.kind from changed_channel c
     where c.kind = any(%(kinds)s) and c.outcome <> 'added' and c.member_id = any(%(members)s)
"""
NOTHING_DONE = f"select 'unchanged' as outcome from {TABLE} where refused is null"  # noqa: S608


def is_refused() -> bool:
    return bool(number(f"select count(refused) from {TABLE}"))  # noqa: S608


def number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def refuse_an_old_file(enrolled: Enrolled) -> None:
    newest = Enrolment.objects.select_for_update().filter(pk=enrolled.source).first()
    if newest and newest.as_of > enrolled.as_of:
        raise EnrolmentIsOld(as_of=enrolled.as_of, newest=newest.as_of)


def refuse_a_mixed_file() -> bool:
    """Whether the file is full. One without rows is: it names nobody."""
    of_all = number(f"select count(*) from {TABLE} where action = 'full'")  # noqa: S608
    of_some = number(f"select count(*) from {TABLE} where action <> 'full'")  # noqa: S608
    if of_all and of_some:
        raise EnrolmentIsMixed
    return not of_some


def refuse_to_shrink(enrolled: Enrolled) -> None:
    keep("covered_after", COVERED, enrolled.values)
    for ends, before in found(ENDS):
        if ends > before * LARGEST_SHARE_TO_END and not enrolled.shrink:
            raise EnrolmentShrinks(ends=ends, of=before)


# On the day of the file, and on the next: most coverage ends with its day.
COVERED = """
    select distinct c.member_id, on_day.day
      from members_coverage c join members_member m on m.id = c.member_id
     cross join (values (%(as_of)s::date), (%(as_of)s::date + 1)) on_day (day)
     where m.source = %(source)s and m.died_on is null and m.retired_at is null
       and c.starts_on <= on_day.day and (c.ends_on is null or c.ends_on >= on_day.day)
"""
ENDS = """
    select count(*) filter (where a.member_id is null), count(*)
      from covered_before b left join covered_after a using (member_id, day)
     group by day order by day
"""


# --- what is wrong with a row by itself, or beside the others ------------------------------------------------------

COVERS = "s.action in ('full', 'add')"
DESCRIBES = "s.action <> 'terminate'"


def refuse_what_is_wrong_by_itself(enrolled: Enrolled) -> None:
    for reason, where in (
        ("effective_on: is empty", "s.action = 'change' and s.effective_on is null"),
        (
            "effective_on: is empty, and so is coverage_until: when is the last day?",
            "s.action = 'terminate' and coalesce(s.effective_on, s.coverage_until) is null",
        ),
        ("effective_on: is after the day of the file", "s.action = 'change' and s.effective_on > %(as_of)s"),
        (
            "effective_on: is another day than coverage_from",
            "s.action = 'add' and s.effective_on <> s.coverage_from",
        ),
        ("relationship: is empty", f"{DESCRIBES} and s.relationship = ''"),
        ("last_name: is empty", f"{DESCRIBES} and s.last_key = ''"),
        ("birth_date: is empty", f"{DESCRIBES} and s.birth_date is null"),
        ("birth_date: is after the day of the file", f"{DESCRIBES} and s.birth_date > %(as_of)s"),
        ("died_on: is after the day of the file", f"{DESCRIBES} and s.died_on > %(as_of)s"),
        ("died_on: is before the birth date", f"{DESCRIBES} and s.died_on < s.birth_date"),
        ("died_on: is before the birth date as Member Relations corrected it", DIED_BEFORE_CORRECTED),
        (
            "line1: the address is not whole: it needs line1, city, state and zip",
            f"{DESCRIBES} and '' in (s.line1, s.city, s.state, s.zip) and s.line1 || s.line2 || s.city || s.state"
            " || s.zip <> ''",
        ),
        ("plan_code: is empty", "s.action <> 'change' and s.plan_code = ''"),
        ("line_of_business: is empty", f"{COVERS} and s.line_of_business = ''"),
        ("coverage_from: is empty", f"{COVERS} and coalesce(s.coverage_from, s.effective_on) is null"),
        (
            "coverage_until: is before coverage_from",
            f"{COVERS} and s.coverage_until < coalesce(s.coverage_from, s.effective_on)",
        ),
        (
            "person_number: is empty, and several people of the file have this member ID",
            "s.person_number = '' and s.member_key in (select member_key from staged_enrolment"
            " group by member_key having count(distinct person_number) > 1)",
        ),
        ("relationship: another person of the file is the subscriber of this member ID", TWO_SUBSCRIBERS),
        ("last_name: an earlier row of the file says something else of this person", TWO_ACCOUNTS_OF_ONE),
        ("coverage_from: overlaps another row of this person in this plan", OVERLAPS),
    ):
        refuse(TABLE, reason, where, enrolled.values)


DIED_BEFORE_CORRECTED = f"""
    {DESCRIBES} and exists (
      select from members_member m join members_correction c on c.member_id = m.id and c.fact = '{Fact.BIRTH_DATE}'
       where m.source = %(source)s and m.member_key = s.member_key and m.person_number = s.person_number
         and s.died_on < c.value::date)
"""
TWO_SUBSCRIBERS = """
    s.action <> 'terminate' and s.relationship = 'subscriber' and s.member_key in (
      select member_key from staged_enrolment where action <> 'terminate' and relationship = 'subscriber'
       group by member_key having count(distinct person_number) > 1)
"""
# Of changes the last one counts.
TWO_ACCOUNTS_OF_ONE = """
    s.action = 'full' and s.line in (
      select line from (
        select line, said, first_value(said) over (partition by member_key, person_number order by line) as said_first
          from (select line, member_key, person_number, row(relationship, last_name, first_name, middle_name, suffix,
                       birth_date, died_on, language, email, phone, line1, line2, city, state, zip)::text as said
                  from staged_enrolment where refused is null) every) compared
       where said <> said_first)
"""
OVERLAPS = """
    s.action in ('full', 'add') and s.line in (
      select line from (
        select line, starts_on, max(ends_on) over (partition by member_key, person_number, plan_code
                                                   order by starts_on, line
                                                   rows between unbounded preceding and 1 preceding) as covered_until
          from (select line, member_key, person_number, plan_code, coalesce(coverage_from, effective_on) as starts_on,
                       coalesce(coverage_until, 'infinity') as ends_on
                  from staged_enrolment where refused is null and action in ('full', 'add')) every) compared
       where starts_on <= covered_until)
"""
WHO_IS_NOBODY = """
    s.action in ('change', 'terminate')
    and not exists (select from members_member m where m.source = %(source)s and m.member_key = s.member_key
                       and m.person_number = s.person_number)
    and not exists (select from staged_enrolment f where f.action = 'add' and f.member_key = s.member_key
                       and f.person_number = s.person_number)
"""


# --- people, and how they are reached ------------------------------------------------------------------------------


def take_people(enrolled: Enrolled) -> None:
    """What Member Relations corrected holds, until the file says the same."""
    run(FORGET_CORRECTIONS, enrolled.values)
    keep("described", DESCRIBED, enrolled.values)
    run(FREE_SUBSCRIBERS, enrolled.values)
    merge(MEMBERS, enrolled.values)
    run(ANALYZE)
    keep("family_subscriber", FAMILY_SUBSCRIBERS, enrolled.values)
    run(LINK_TO_SUBSCRIBERS, enrolled.values)
    keep("named", NAMED, enrolled.values)
    keep("ended_channel", CHANNELS_NOT_NAMED, enrolled.values)
    run("delete from members_channel where id in (select id from ended_channel)")
    merge(CHANNELS, enrolled.values)


# A file may follow another within the minute in which autovacuum does so, and the first one finds empty tables.
ANALYZE = "analyze members_member, members_channel, members_coverage, members_correction"
# One row for each person whom the file describes, as the file has it.
SAID = """
    select distinct on (member_key, person_number) member_id, member_key, person_number, relationship, first_name,
           middle_name, last_name, last_key, suffix, birth_date, died_on, language, email, phone,
           case when line1 = '' then '' else concat_ws(chr(10), line1, nullif(line2, ''),
                                                       city || ', ' || state || ' ' || zip) end as address
      from staged_enrolment where refused is null and action <> 'terminate'
     order by member_key, person_number, line desc
"""
FORGET_CORRECTIONS = f"""
    delete from members_correction c using members_member m, ({SAID}) said
     where m.id = c.member_id and m.source = %(source)s
       and said.member_key = m.member_key and said.person_number = m.person_number
       and c.value = case c.fact {" ".join(f"when '{fact}' then said.{fact}::text" for fact in Fact.values)} end
"""  # noqa: S608


def corrected(fact: str, kind: str = "text") -> str:
    """SQL of a fact as Member Relations corrected it."""
    return f"coalesce((corrected ->> '{fact}')::{kind}, said.{fact}) as {fact}"


DESCRIBED = f"""
    select said.member_id, said.member_key, said.person_number, said.relationship, said.died_on,
           {", ".join(corrected(fact) for fact in Fact.values if fact != Fact.BIRTH_DATE)},
           {corrected(Fact.BIRTH_DATE, "date")},
           case when corrected ->> 'last_name' is null then said.last_key else corrections.last_key end as last_key
      from ({SAID}) said
      left join (select m.member_key, m.person_number, m.last_key, jsonb_object_agg(c.fact, c.value) as corrected
                   from members_correction c join members_member m on m.id = c.member_id
                  where m.source = %(source)s group by 1, 2, 3) corrections using (member_key, person_number)
"""  # noqa: S608
MEMBERS = Merge(
    table="members_member",
    changes="changed_member",
    keys=("source", "member_key", "person_number"),
    facts=(
        "member_id",
        "relationship",
        "first_name",
        "middle_name",
        "last_name",
        "last_key",
        "suffix",
        "birth_date",
        "died_on",
        "language",
    ),
    written=("stated_on",),
    initial={"id": "gen_random_uuid()"},
    rows="select d.*, %(source)s::text as source, %(as_of)s::date as stated_on from described d",
)
FREE_SUBSCRIBERS = """
    update members_member m set subscriber_id = null from described d
     where m.source = %(source)s and m.member_key = d.member_key and m.person_number = d.person_number
       and d.relationship = 'subscriber' and m.subscriber_id is not null
"""
# The one whom the file names, or else the one whom a file named last.
FAMILY_SUBSCRIBERS = """
    select distinct on (s.member_key) s.member_key, s.id
      from members_member s left join described d using (member_key, person_number)
     where s.source = %(source)s and s.relationship = 'subscriber'
     order by s.member_key, d.member_key is not null desc, s.stated_on desc, s.id
"""
LINK_TO_SUBSCRIBERS = """
    update members_member m set subscriber_id = found.id
      from described d left join family_subscriber found using (member_key)
     where m.source = %(source)s and m.member_key = d.member_key and m.person_number = d.person_number
       and d.relationship <> 'subscriber' and m.subscriber_id is distinct from found.id
"""
NAMED = """
    select m.id as member_id, d.email, d.phone, d.address, d.member_key, d.person_number
      from described d join members_member m
        on m.source = %(source)s and m.member_key = d.member_key and m.person_number = d.person_number
"""
CHANNELS_NOT_NAMED = """
    select c.id, c.member_id, c.kind from members_channel c join named n using (member_id)
     where c.source = %(source)s
       and '' = case c.kind when 'email' then n.email when 'phone' then n.phone else n.address end
"""
CHANNELS = Merge(
    table="members_channel",
    changes="changed_channel",
    keys=("member_id", "kind", "source"),
    facts=("value",),
    written=("since",),
    initial={"id": "gen_random_uuid()"},
    rows="""
    select n.member_id, of.kind, of.value, %(source)s::text as source, %(as_of)s::date as since
      from named n cross join lateral (values ('email', n.email), ('phone', n.phone), ('address', n.address))
           of (kind, value)
     where of.value <> ''
    """,
)


# --- what covers them ----------------------------------------------------------------------------------------------


def take_coverage(enrolled: Enrolled, *, is_full: bool) -> int:
    """Returns how many coverages ended because a full file does not name them."""
    terminate(enrolled)
    keep("stated_coverage", STATED_COVERAGE, enrolled.values)
    if is_full:
        keep("ended_coverage", COVERAGE_NOT_NAMED, enrolled.values)
        run(END_COVERAGE)
        run(REMOVE_COVERAGE)
    else:
        refuse(TABLE, "coverage_from: the person has coverage in this plan then; end that first", ALREADY_COVERED)
        keep("ended_coverage", "select null::uuid as id, false as is_gone where false")
    if is_refused():
        return 0
    merge(COVERAGES, enrolled.values)
    return number("select count(*) from ended_coverage where is_gone")


def terminate(enrolled: Enrolled) -> None:
    """The last coverage of the plan that began until then ends on the day; one that begins later never does. What is
    over by then is not made longer."""
    keep("termination", TERMINATION, enrolled.values)
    refuse(TABLE, "plan_code: this person has no coverage in this plan that could end then", NOTHING_TO_END)
    run(TERMINATE)
    run("delete from members_coverage where id in (select id from termination where last_day < starts_on)")


TERMINATION = """
    select line, id, starts_on, last_day, is_new from (
    select distinct on (s.line) s.line, c.id, c.starts_on, coalesce(s.effective_on, s.coverage_until) as last_day,
           c.ends_on is distinct from coalesce(s.effective_on, s.coverage_until) as is_new,
           c.ends_on
      from staged_enrolment s
      join members_member m on m.source = %(source)s and m.member_key = s.member_key
                           and m.person_number = s.person_number
      join members_coverage c on c.member_id = m.id and c.plan_code = s.plan_code
     where s.refused is null and s.action = 'terminate'
     order by s.line, c.starts_on <= coalesce(s.effective_on, s.coverage_until) desc, c.starts_on desc) began_last
     where ends_on is null or ends_on >= least(last_day, %(as_of)s)
"""
NOTHING_TO_END = "s.action = 'terminate' and not exists (select from termination t where t.line = s.line)"
TERMINATE = """
    update members_coverage c set ends_on = t.last_day from termination t
     where t.id = c.id and t.is_new and t.last_day >= c.starts_on
"""
STATED_COVERAGE = """
    select m.id as member_id, s.plan_code, coalesce(nullif(s.plan_name, ''), s.plan_code) as plan_name,
           s.line_of_business, coalesce(s.coverage_from, s.effective_on) as starts_on, s.coverage_until as ends_on,
           s.line
      from staged_enrolment s
      join members_member m on m.source = %(source)s and m.member_key = s.member_key
                           and m.person_number = s.person_number
     where s.refused is null and s.action in ('full', 'add')
"""
OVERLAPPING = """
    n.member_id = c.member_id and n.plan_code = c.plan_code
    and daterange(n.starts_on, n.ends_on, '[]') && daterange(c.starts_on, c.ends_on, '[]')
"""
# A coverage that the file begins later than before ended the day before; one that was in force and is named no more
# ended yesterday. What is over stays, whether it is named or not.
COVERAGE_NOT_NAMED = f"""
    select c.id, c.starts_on, coalesce(instead.starts_on - 1, %(day_before)s::date) as last_day,
           instead.starts_on is null as is_gone
      from members_coverage c join members_member m on m.id = c.member_id
      left join lateral (select min(n.starts_on) as starts_on from stated_coverage n where {OVERLAPPING}) instead
        on true
     where m.source = %(source)s and m.retired_at is null
       and not exists (select from stated_coverage n where n.member_id = c.member_id and n.plan_code = c.plan_code
                          and n.starts_on = c.starts_on)
       and (instead.starts_on is not null or c.ends_on is null or c.ends_on >= %(as_of)s)
"""  # noqa: S608
END_COVERAGE = """
    update members_coverage c set ends_on = e.last_day from ended_coverage e
     where e.id = c.id and e.last_day >= c.starts_on
"""
REMOVE_COVERAGE = "delete from members_coverage where id in (select id from ended_coverage where last_day < starts_on)"
ALREADY_COVERED = f"""
    s.action = 'add' and s.line in (
      select n.line from stated_coverage n join members_coverage c on {OVERLAPPING} and c.starts_on <> n.starts_on)
"""  # noqa: S608
COVERAGES = Merge(
    table="members_coverage",
    changes="changed_coverage",
    keys=("member_id", "plan_code", "starts_on"),
    facts=("plan_name", "line_of_business", "ends_on"),
    initial={"id": "gen_random_uuid()"},
    rows="""
    select member_id, plan_code, starts_on, plan_name, line_of_business, ends_on, %(as_of)s::date as today
      from stated_coverage
    """,
    outcome="""
    case when coalesce(old.ends_on < new.today, false) and not coalesce(new.ends_on < new.today, false)
         then 'reactivated'
         when coalesce(new.ends_on < new.today, false) and not coalesce(old.ends_on < new.today, false)
         then 'deactivated'
         else 'updated' end
    """,
)
OUTCOMES = """
    select case when s.action = 'terminate' then case when t.is_new then 'deactivated' else 'unchanged' end
                when p.outcome = 'added' then 'added'
                when c.outcome is not null then c.outcome
                when p.outcome is not null or n.member_id in (select member_id from changed_channel
                                                              union all select member_id from ended_channel
                                                              union all select member_id from renumbered)
                then 'updated' else 'unchanged' end as outcome
      from staged_enrolment s
      left join termination t on t.line = s.line
      left join changed_member p on p.member_key = s.member_key and p.person_number = s.person_number
      left join named n on n.member_key = s.member_key and n.person_number = s.person_number
      left join stated_coverage v on v.line = s.line
      left join changed_coverage c on c.member_id = v.member_id and c.plan_code = v.plan_code
                                  and c.starts_on = v.starts_on
     where s.refused is null
"""
