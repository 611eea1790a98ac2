"""Whether a row of an enrolment file is about the person whose record its member ID and person number have.

Sources give an ID, or a number, to somebody else. A record has an account, corrections and an activation ID: they are
one person's, and no file makes them another's.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.ingest.merging import keep, run
from accounts.ingest.operations import refuse
from accounts.registration.rules import folded

from ..enrolment import TABLE
from ..rules import is_another_person
from ..vocabulary import Fact

ANOTHER_PERSON = (
    "member_id: another person has this member ID and person number; see manage.py retire_member in docs/imports.md"
)
ANOTHER_NUMBER = (
    "person_number: this person has another one of this member ID; see manage.py retire_member in docs/imports.md"
)


def keep_to_the_person(values: Mapping[str, object]) -> None:
    """Refuses the rows that would make a record another person's."""
    take_new_numbers(values)
    others = []
    keep("differing", DIFFERING, values)
    for line, said, stands, differing, corrected in found(UNDER_THE_NUMBER, values):
        names = {Fact.FIRST_NAME} if folded(said) != folded(stands) else set()
        if is_another_person(differing=names.union(differing), corrected=set(corrected)):
            others.append(line)
    for line, said, stands, stands_elsewhere, is_born_then in found(UNDER_ANOTHER_CARD, values):
        if folded(said) == folded(stands_elsewhere) and not (is_born_then and folded(said) == folded(stands)):
            others.append(line)
    refuse(TABLE, ANOTHER_PERSON, AMONG, {"lines": others})


def take_new_numbers(values: Mapping[str, object]) -> None:
    """Whoever the file has under another number of their member ID keeps their record, with that number. Where somebody
    else's record has it, and where the file has two numbers for one person, the rows are refused."""
    lines: dict[tuple[UUID, str], list[int]] = defaultdict(list)
    taken = set()
    for line, number, member, said, stands, is_taken, stands_there in found(UNDER_ANOTHER_NUMBER, values):
        is_there = stands_there is not None and folded(said) == folded(stands_there)
        if folded(said) == folded(stands) and not is_there:
            lines[member, number].append(line)
            if is_taken:
                taken.add((member, number))
    of_member = Counter(member for member, _ in lines)
    of_line = Counter(line for each in lines.values() for line in each)
    new = {
        (member, number)
        for (member, number), among in lines.items()
        if (member, number) not in taken and of_member[member] == 1 and all(of_line[line] == 1 for line in among)
    }
    refuse(TABLE, ANOTHER_NUMBER, AMONG, {"lines": [line for each in lines if each not in new for line in lines[each]]})
    members, numbers = [member for member, _ in new], [number for _, number in new]
    keep("renumbered", RENUMBERED, {"members": members, "numbers": numbers})
    run(RENUMBER, values)


def found(query: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


AMONG = "s.line = any(%(lines)s)"
# First names are compared in their one spelling, which SQL does not know: it finds the few that are worth comparing.
UNDER_ANOTHER_NUMBER = """
    select s.line, s.person_number, m.id, s.first_name, m.first_name,
           there.id is not null or exists (
             select from staged_enrolment also where also.refused is null and also.action <> 'terminate'
                and (also.member_key, also.person_number) = (m.member_key, m.person_number)
                and (also.first_name, also.last_key, also.birth_date) = (s.first_name, s.last_key, s.birth_date)),
           case when (there.last_key, there.birth_date) = (s.last_key, s.birth_date) then there.first_name end
      from staged_enrolment s
      join members_member m on m.source = %(source)s and m.member_key = s.member_key
                           and m.person_number <> s.person_number
                           and (m.last_key, m.birth_date) = (s.last_key, s.birth_date)
      left join members_member there on there.source = m.source and there.member_key = m.member_key
                                    and there.person_number = s.person_number
     where s.refused is null and (s.action in ('full', 'add') or s.action = 'change' and there.id is not null)
"""
RENUMBERED = """
    select * from unnest(%(members)s::uuid[], %(numbers)s::text[]) as n (member_id, person_number)
"""
RENUMBER = """
    update members_member m set person_number = n.person_number, stated_on = %(as_of)s
      from renumbered n where m.id = n.member_id
"""
UNDER_THE_NUMBER = """
    select s.line, s.first_name, m.first_name,
           array_remove(array[case when s.last_key <> m.last_key then 'last_name' end,
                              case when s.birth_date <> m.birth_date then 'birth_date' end], null),
           array(select c.fact from members_correction c where c.member_id = m.id)
      from staged_enrolment s
      join members_member m on m.source = %(source)s and m.member_key = s.member_key
                           and m.person_number = s.person_number
     where s.refused is null and s.action <> 'terminate'
       and ((s.last_key, s.birth_date) <> (m.last_key, m.birth_date)
            or exists (select from members_correction c where c.member_id = m.id))
"""
# Twins, and a father and son of one name, differ in one fact alone: that they changed cards is seen by the other row.
DIFFERING = """
    select s.line, s.first_name, s.last_key, s.birth_date, m.member_key, m.first_name as first_name_before,
           s.birth_date = m.birth_date as is_born_then
      from staged_enrolment s
      join members_member m on m.source = %(source)s and m.member_key = s.member_key
                           and m.person_number = s.person_number
     where s.refused is null and s.action <> 'terminate'
       and (s.first_name, s.birth_date) <> (m.first_name, m.birth_date)
"""
UNDER_ANOTHER_CARD = """
    select d.line, d.first_name, d.first_name_before, m.first_name, d.is_born_then
      from differing d
      join members_member m on m.source = %(source)s and m.member_key <> d.member_key
                           and (m.last_key, m.birth_date) = (d.last_key, d.birth_date)
      join staged_enrolment s on s.member_key = m.member_key and s.person_number = m.person_number
     where s.action <> 'terminate'
       and (s.first_name, s.last_key, s.birth_date) <> (m.first_name, m.last_key, m.birth_date)
"""
