"""Recording what a clinician says. Whoever calls this republishes the clinician in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.audit import operations as audit
from accounts.ingest.operations import count, refuse, refuse_repeated
from accounts.ingest.rules import Counts
from accounts.vocabulary import Actor
from directory.code_sets.models import Code
from directory.network.models import Clinician

from .errors import AnswerRefused
from .models import Answer, AnswerValue, CorrectedName
from .rules import kinds_of
from .vocabulary import LONGEST_WRITTEN_IN, PROFICIENCIES, Display, Field, Verb


@dataclass(frozen=True)
class Said:
    """One code of an answer. ``proficiency`` is for languages, ``completed_on`` and ``hours`` for trainings."""

    code: str
    proficiency: str = ""
    tested_on: date | None = None
    completed_on: date | None = None
    hours: int | None = None


@dataclass(frozen=True)
class Name:
    family: str
    given: str = ""
    middle: str = ""
    suffix: str = ""


ANSWERS_LOCK = 7_302_030  # any number of our own


def hold_answers(*, npi: int) -> None:
    """Until the transaction ends nobody else records an answer of this clinician.

    The row of the clinician would not do: an import keeps the rows that it changed until it is through, and whoever
    takes something back does not wait so long.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashint8(%s))", [ANSWERS_LOCK, npi])


@transaction.atomic
def record(
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
    """End the current answer to a field, if there is one, and begin a new one; the old stays in the history.

    Raises AnswerRefused for a code that the field does not know, for an answer that is declined and given at once,
    or for a name in another field than the name.
    """
    written_in = written_in.strip()
    if declined and (values or written_in or name):
        raise AnswerRefused("An answer that is declined cannot say anything. Empty it, or take back the declining.")
    if name is not None and field != Field.NAME:
        raise AnswerRefused("Only the field for the name takes a name.")
    if len({said.code for said in values}) < len(values):
        raise AnswerRefused("One code is given twice. Name each once.")
    if any(said.proficiency not in PROFICIENCIES for said in values):
        raise AnswerRefused("How well a language is spoken is not on the scale. Choose from the list.")
    if len(written_in) > LONGEST_WRITTEN_IN:
        raise AnswerRefused(f"What you wrote is longer than {LONGEST_WRITTEN_IN} characters. Shorten it.")
    codes = {
        code.code: code
        for code in Code.objects.filter(kind__in=kinds_of(field), code__in=[said.code for said in values])
    }
    if unknown := [said.code for said in values if said.code not in codes]:
        raise AnswerRefused(f"{len(unknown)} of the codes are not in the list for this field. Choose from the list.")
    hold_answers(npi=clinician.pk)
    Answer.objects.filter(clinician=clinician, field=field, until=None).update(until=at)
    answer = Answer.objects.create(
        clinician=clinician, field=field, display=display, declined=declined, written_in=written_in, since=at
    )
    AnswerValue.objects.bulk_create(
        AnswerValue(
            answer=answer,
            code=codes[said.code],
            proficiency=said.proficiency,
            tested_on=said.tested_on,
            completed_on=said.completed_on,
            hours=said.hours,
        )
        for said in values
    )
    if name is not None:
        CorrectedName.objects.create(
            answer=answer,
            family_name=name.family,
            given_name=name.given,
            middle_name=name.middle,
            suffix=name.suffix,
        )
    audit.record(verb=Verb.ANSWERED, by=by, at=at, subject=f"clinician:{clinician.pk}", fields=[field])
    return answer


CHANGED_ANSWERS = "changed_answers"
"""The temporary table (npi, seen) of everyone whose answers record_many changed; ``seen`` says whether the public saw
or sees anything of the field."""


@transaction.atomic
def record_many(*, by: Actor, at: datetime) -> Counts:
    """Record every staged answer that differs from the current one, as ``record`` does; returns what became of each.

    The caller has staged the temporary table staged_answer: npi, field, codes[], display, answered_on, written_in,
    details (jsonb: code → proficiency, or completed_on and hours; of a name its parts), and line, key, refused. A
    first answer holds
    since its answered_on, one that replaces another since ``at``.
    """
    values: dict[str, Any] = {"at": at, "zone": settings.TIME_ZONE}
    refuse("staged_answer", NO_SUCH_CLINICIAN, "not exists (select from network_clinician c where c.npi = s.npi)")
    refuse("staged_answer", NOT_YET, "s.answered_on > (%(at)s::timestamptz at time zone %(zone)s)::date", values)
    refuse("staged_answer", UNKNOWN_CODE, "s.field = 'name' and s.codes <> '{}'")
    refuse("staged_answer", NO_FAMILY_NAME, HAS_NO_FAMILY_NAME)
    refuse_repeated("staged_answer", "npi", "field")
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists staged_value, changed_answer, changed_answers")
        cursor.execute(STAGE_VALUES, {"fields": list(KINDS), "kinds": list(KINDS.values())})
        refuse("staged_answer", UNKNOWN_CODE, "s.line in (select line from staged_value where code_id is null)")
        cursor.execute(HOLD_EVERYONES_ANSWERS)
        cursor.execute(FIND_CHANGED_ANSWERS)
        cursor.execute(END_ANSWERS, values)
        cursor.execute(INSERT_ANSWERS, values)
        cursor.execute(INSERT_VALUES)
        cursor.execute(INSERT_NAMES)
        cursor.execute(KEEP_CHANGED)
        if cursor.rowcount:
            cursor.execute("analyze self_description_answer, self_description_answervalue")
    audit.record(verb=Verb.ANSWERS_TAKEN, by=by, at=at)
    return count("staged_answer", ANSWER_OUTCOMES)


NO_SUCH_CLINICIAN = "npi: no such clinician"
NOT_YET = "answered_on: lies in the future"
NO_FAMILY_NAME = "details: the name has no family_name"
HAS_NO_FAMILY_NAME = "s.field = 'name' and s.details <> '{}' and coalesce(s.details ->> 'family_name', '') = ''"
UNKNOWN_CODE = "codes: one of them is not in the list for this field"

KINDS = {field.value: str(kinds_of(field)[0]) for field in Field if kinds_of(field)}
STAGE_VALUES = """
    create temporary table staged_value on commit drop as
    select s.line, c.id as code_id, coalesce(detail ->> 'proficiency', '') as proficiency,
           (detail ->> 'completed_on')::date as completed_on, (detail ->> 'hours')::smallint as hours
      from staged_answer s
      join unnest(%(fields)s::text[], %(kinds)s::text[]) as kinds (field, kind) using (field)
      cross join unnest(s.codes) as named (code)
      left join code_sets_code c on c.kind = kinds.kind and c.code = named.code
      left join lateral (select s.details -> named.code as detail) d on true
     where s.refused is null
"""
# One answer at a time and clinician, here as in record(), for too many clinicians to hold one by one.
HOLD_EVERYONES_ANSWERS = "lock table self_description_answer in share row exclusive mode"
FIND_CHANGED_ANSWERS = """
    create temporary table changed_answer on commit drop as
    with said as (
      select line, array_agg(row(code_id, proficiency, completed_on, hours)::text order by code_id) as codes
        from staged_value group by line),
    now as (
      select a.id, array_agg(row(v.code_id, v.proficiency, v.completed_on, v.hours)::text order by v.code_id)
                     filter (where v.id is not null) as codes
        from self_description_answer a left join self_description_answervalue v on v.answer_id = a.id
       where a.until is null and a.clinician_id in (select npi from staged_answer where refused is null)
       group by a.id)
    select s.line, s.npi, s.field, s.display, s.written_in, s.answered_on, s.details, old.id as old_id,
           case when old.id is null then 'added' else 'updated' end as outcome
      from staged_answer s
      left join said using (line)
      left join self_description_answer old on old.clinician_id = s.npi and old.field = s.field and old.until is null
      left join now on now.id = old.id
      left join self_description_correctedname name on name.answer_id = old.id
     where s.refused is null
       and (old.id is null
            or (old.display, old.written_in, old.declined, now.codes)
               is distinct from (s.display, s.written_in, false, said.codes)
            or (s.field = 'name'
                and (name.family_name, name.given_name, name.middle_name, name.suffix)
                   is distinct from (s.details ->> 'family_name',
                                     case when s.details <> '{}' then coalesce(s.details ->> 'given_name', '') end,
                                     case when s.details <> '{}' then coalesce(s.details ->> 'middle_name', '') end,
                                     case when s.details <> '{}' then coalesce(s.details ->> 'suffix', '') end)))
"""
END_ANSWERS = """
    update self_description_answer set until = %(at)s where id in (select old_id from changed_answer)
"""
INSERT_ANSWERS = """
    insert into self_description_answer (clinician_id, field, display, declined, written_in, since)
    select npi, field, display, false, written_in,
           case when old_id is null then coalesce(answered_on::timestamp at time zone %(zone)s, %(at)s::timestamptz)
                else %(at)s::timestamptz end
      from changed_answer order by line
"""
INSERT_VALUES = """
    insert into self_description_answervalue (answer_id, code_id, proficiency, completed_on, hours)
    select a.id, v.code_id, v.proficiency, v.completed_on, v.hours
      from changed_answer c
      join self_description_answer a on a.clinician_id = c.npi and a.field = c.field and a.until is null
      join staged_value v using (line)
     order by a.id, v.code_id
"""
INSERT_NAMES = """
    insert into self_description_correctedname (answer_id, family_name, given_name, middle_name, suffix)
    select a.id, c.details ->> 'family_name', coalesce(c.details ->> 'given_name', ''),
           coalesce(c.details ->> 'middle_name', ''), coalesce(c.details ->> 'suffix', '')
      from changed_answer c
      join self_description_answer a on a.clinician_id = c.npi and a.field = c.field and a.until is null
     where c.field = 'name' and c.details <> '{}'
"""
KEEP_CHANGED = """
    create temporary table changed_answers on commit drop as
    select c.npi,
           coalesce(c.display = 'shown', false)
             or case when old.id is null
                     then c.field = 'name' or c.field = 'gender' and n.gender <> ''
                          or c.field = 'language' and exists (select from network_statedlanguage s
                                                               where s.clinician_id = c.npi)
                     else coalesce(old.display = 'shown', false) and not old.declined end as seen
      from changed_answer c join network_clinician n using (npi)
      left join self_description_answer old on old.id = c.old_id
"""
ANSWER_OUTCOMES = """
    select coalesce(c.outcome, 'unchanged') as outcome
      from staged_answer s left join changed_answer c using (line) where s.refused is null
"""
