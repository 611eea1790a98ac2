"""Taking over what the national registry (NPPES) states. Whoever calls this publishes those whom it changed.

The registry has the word on identity (names, credential, gender), specialties, enumeration and deactivation of every
NPI that it names; a roster has it on everything else. Each word holds as of the day of its file: an older file changes
nothing that a newer one has said, so that files may come in any order.

What is taken stands in temporary tables that the caller has staged, every cell already read; days are MM/DD/YYYY and
what is not said is empty:

staged_nppes               npi, entity ('1' a person, '2' an organization, '' a deactivated NPI without more),
                           organization_name, family_name, given_name, middle_name, suffix, credential, other_name,
                           other_kind, an address, enumerated, updated, deactivated, reactivated, gender,
                           code_1 … code_15, switch_1 … switch_15
staged_nppes_deactivation  npi, deactivated
staged_nppes_address       npi, an address
staged_nppes_name          npi, name, kind
staged_nppes_endpoint      npi, kind, address, description, affiliation, use, content

An address is line1, line2, city, state, zip (without dash), country, phone, fax. Each has also file, line, key and
refused (the reason; NULL for a row that is taken).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import operations as audit
from accounts.ingest.merging import Merge, keep, merge, run
from accounts.ingest.operations import count, refuse, refuse_repeated
from accounts.ingest.rules import Counts
from accounts.vocabulary import Actor

from ..errors import AsOfInTheFuture, AsOfUnknown
from ..rules import KINDS_BY_TAXONOMY
from ..vocabulary import NPPES, More, OtherNameKind, Verb
from .changed import CHANGED_CLINICIANS, CHANGED_PLACES, GOVERNED
from .places import recognise_places

SLOTS = range(1, 16)
KNOWN = """
    exists (select from network_clinician c where c.npi = s.npi)
    or exists (select from network_organization o where o.npi = s.npi)
"""
NOBODY_WE_KNOW = "NPI: nobody has it, in these files or before"


@dataclass(frozen=True)
class NppesFile:
    """One staged file: its table, its number there, what people call it, the day as of which it speaks (None where
    nobody said, and then that is the newest day in it), and whether it is whole or has the news of some days."""

    table: str
    nth: int
    name: str
    as_of: date | None
    whole: bool


@transaction.atomic
def take_nppes(*, files: Sequence[NppesFile], by: Actor, at: datetime) -> list[Counts]:
    """Makes the network say what staged files of the registry say; returns what became of the rows of each.

    A file of further addresses, other names or endpoints has all of those of every NPI that it names; an NPI that it
    does not name stays as it is, unless the file is whole. CHANGED_CLINICIANS has everyone whose listing may change.
    Raises AsOfUnknown for a file that has no day in it, and AsOfInTheFuture for one that speaks of a day to come: it
    would have the last word until then. A row with such a day is refused.
    """
    today = timezone.localdate(at)
    for file in files:
        if file.as_of and file.as_of > today:
            raise AsOfInTheFuture(file.name, file.as_of)
    # Compiling these statements takes longer than it saves.
    run("set local work_mem = '32MB'; set local jit = off")
    run(f"drop table if exists {CHANGED_CLINICIANS}, {CHANGED_ORGANIZATIONS}")
    run(f"create temporary table {CHANGED_CLINICIANS} (npi bigint, field text) on commit drop")
    run(f"create temporary table {CHANGED_ORGANIZATIONS} (npi bigint) on commit drop")
    counts = {}
    main = None
    for table, take in TAKES.items():
        of_table = [file for file in files if file.table == table]
        if of_table:
            _refuse_days_to_come(table, today)
        dated = [(file.as_of or _newest_day(file) or main, file) for file in of_table]
        if unknown := [file.name for as_of, file in dated if as_of is None]:
            raise AsOfUnknown(unknown[0])
        for as_of, file in sorted(dated, key=lambda each: (each[0] or date.min, each[1].nth)):
            counts[file.nth] = take({"file": file.nth, "as_of": as_of, "whole": file.whole})
            main = as_of if table == "staged_nppes" else main
    _take_locations(at)
    audit.record(verb=Verb.REGISTRY_TAKEN, by=by, at=at)
    run(f"analyze {', '.join((CHANGED_CLINICIANS, *TABLES))}")
    return [counts[file.nth] for file in files]


CHANGED_ORGANIZATIONS = "changed_organizations"
"""The temporary table (npi) of the organizations whose places an import may change."""
TABLES = (
    "network_clinician",
    "network_organization",
    "network_location",
    "network_deactivation",
    "network_practiceaddress",
    "network_othername",
    "network_endpoint",
)


DAYS = {
    "staged_nppes": {
        "updated": "Last Update Date",
        "deactivated": "NPI Deactivation Date",
        "reactivated": "NPI Reactivation Date",
    },
    "staged_nppes_deactivation": {"deactivated": "NPPES Deactivation Date"},
}
"""Table → its columns with a day on which the registry changed something, and what they are called in the file."""


def _refuse_days_to_come(table: str, today: date) -> None:
    for column, title in DAYS.get(table, {}).items():
        refuse(table, f"{title}: lies in the future", f"{_day(f's.{column}')} > %(today)s", {"today": today})


def _newest_day(file: NppesFile) -> date | None:
    days = ", ".join(_day(column) for column in DAYS.get(file.table, {}))
    if not days:
        return None
    keep(
        "newest_day",
        f"select max(greatest({days})) as day from {file.table} where file = %(file)s and refused is null",
        {"file": file.nth},
    )
    with connection.cursor() as cursor:
        cursor.execute("select day from newest_day")
        return cursor.fetchone()[0]


def _day(column: str) -> str:
    """SQL of a staged day; NULL where it is empty."""
    return f"to_date(nullif({column}, ''), 'MM/DD/YYYY')"


def _new_address(of: str) -> str:
    """SQL of the columns of an address, as it is stored: in the United States with two letters for the state, and with
    the zeros at the head of a ZIP code, which spreadsheets lose."""
    at_home = f"{of}.country in ('US', '')"
    cut_short = f"{at_home} and length({of}.zip) not in (0, 5, 9) and {of}.zip ~ '^[0-9]{{3,8}}$'"
    padded = f"lpad({of}.zip, case when length({of}.zip) > 5 then 9 else 5 end, '0')"
    return f"""
    {of}.line1, {of}.line2, {of}.city,
    case when length({of}.state) = 2 then {of}.state
         else coalesce((select code from code_sets_state where upper(name_en) = upper({of}.state)), {of}.state) end
      as state,
    case when {cut_short} then left({padded}, 5) when {at_home} then left({of}.zip, 5) else {of}.zip end as zip,
    case when {cut_short} then substr({padded}, 6) when {at_home} then substr({of}.zip, 6, 4) else '' end as zip4,
    case {of}.country when '' then 'US' else {of}.country end as country, {of}.phone, {of}.fax
    """


ADDRESS = ("line1", "line2", "city", "state", "zip", "zip4", "country", "phone", "fax")


# --- the main file ----------------------------------------------------------------------------------------------


def _take_main(values: Mapping[str, object]) -> Counts:
    of_this_file = "s.file = %(file)s and "
    for reason, where in (
        ("Provider Last Name (Legal Name): is empty", "s.entity = '1' and s.family_name = ''"),
        ("Provider Organization Name (Legal Business Name): is empty", "s.entity = '2' and s.organization_name = ''"),
        ("Entity Type Code: is empty, and so is NPI Deactivation Date", "s.entity = '' and s.deactivated = ''"),
    ):
        refuse("staged_nppes", reason, of_this_file + where, values)
    refuse_repeated("staged_nppes", "npi")
    keep("outdated", OUTDATED, values)
    _remember_deactivations(DEACTIVATED_IN_MAIN, values)
    run(REACTIVATE, values)
    merge(CLINICIANS, values)
    merge(ORGANIZATIONS, values)
    _deactivate()
    merge(FIRST_ADDRESSES, values)
    merge(FIRST_NAMES, values)
    run(NO_FIRST_NAME, values)
    run(CHANGED_BY_MAIN, GOVERNED)
    run(f"insert into {CHANGED_ORGANIZATIONS} {CHANGED_ORGANIZATIONS_BY_MAIN}")
    return count("staged_nppes", MAIN_OUTCOMES, values, file=_nth(values))


def _nth(values: Mapping[str, object]) -> int:
    return int(str(values["file"]))


# Those of whom a newer file, or a newer row of a file of that day, has said more already.
OUTDATED = " union all ".join(
    f"""
    select s.npi from staged_nppes s join {table} known using (npi)
     where s.file = %(file)s and s.refused is null and s.entity = '{entity}'
       and (known.nppes_as_of > %(as_of)s
            or known.nppes_as_of = %(as_of)s and known.source_updated_on > {_day("s.updated")})
    """
    for entity, table in (("1", "network_clinician"), ("2", "network_organization"))
)
NAMED = """
    s.file = %(file)s and s.refused is null and not exists (select from outdated where outdated.npi = s.npi)
"""
SPECIALTIES = f"""
    case when concat({", ".join(f"s.code_{slot}" for slot in SLOTS[1:])}) = ''
         then array_remove(array[s.code_1], '')
         else array(select code
                      from unnest(array[{", ".join(f"s.code_{slot}" for slot in SLOTS)}],
                                  array[{", ".join(f"s.switch_{slot}" for slot in SLOTS)}])
                           with ordinality slot (code, switch, nth)
                     where code <> '' group by code order by min(case when switch = 'Y' then 0 else nth end)) end
      ::varchar[] as specialties
"""
BECAME = """
    case when old.deactivated_on is null and new.deactivated_on is not null then 'deactivated'
         when old.deactivated_on is not null and new.deactivated_on is null then 'reactivated'
         else 'updated' end
"""
CLINICIANS = Merge(
    table="network_clinician",
    changes="changed_clinician",
    keys=("npi",),
    facts=(
        *("family_name", "given_name", "middle_name", "suffix", "credential", "gender", "specialties"),
        *("enumerated_on", "source_updated_on", "deactivated_on"),
    ),
    dates=("nppes_as_of",),
    initial={
        "source": f"'{NPPES}'",
        "preferred_name": "''",
        "license_number": "''",
        "license_state": "''",
        "telehealth_modes": "'{}'",
    },
    rows=f"""
    select s.npi, s.family_name, s.given_name, s.middle_name, s.suffix, s.credential, s.gender,
           {SPECIALTIES}, {_day("s.enumerated")} as enumerated_on, {_day("s.updated")} as source_updated_on,
           d.deactivated_on, %(as_of)s::date as nppes_as_of
      from staged_nppes s left join network_deactivation d using (npi)
     where s.entity = '1' and {NAMED}
    """,
    outcome=BECAME,
)
ORGANIZATIONS = Merge(
    table="network_organization",
    changes="changed_organization",
    keys=("npi",),
    facts=("name", "specialties", "deactivated_on"),
    dates=("source_updated_on", "nppes_as_of"),
    written=("source",),
    rows=f"""
    select s.npi, '{NPPES}' as source, s.organization_name as name, {SPECIALTIES}, d.deactivated_on,
           {_day("s.updated")} as source_updated_on, %(as_of)s::date as nppes_as_of
      from staged_nppes s left join network_deactivation d using (npi)
     where s.entity = '2' and {NAMED}
    """,
    outcome=BECAME,
)
FIRST_ADDRESSES = Merge(
    table="network_practiceaddress",
    changes="changed_address",
    keys=("npi", "nth"),
    facts=ADDRESS,
    rows=f"""
    select s.npi, 0::smallint as nth, {_new_address("s")}
      from staged_nppes s where s.entity <> '' and {NAMED}
    """,
)
FIRST_NAMES = Merge(
    table="network_othername",
    changes="changed_name",
    keys=("npi", "nth"),
    facts=("name", "kind"),
    rows=f"""
    select s.npi, 0::smallint as nth, s.other_name as name, s.other_kind as kind
      from staged_nppes s where s.entity = '2' and s.other_name <> '' and {NAMED}
    """,
)
NO_FIRST_NAME = f"""
    with gone as (
      delete from network_othername n using staged_nppes s
       where n.npi = s.npi and n.nth = 0 and s.entity = '2' and s.other_name = '' and {NAMED} returning n.npi)
    insert into {CHANGED_ORGANIZATIONS} select npi from gone
"""
CHANGED_BY_MAIN = f"""
    insert into {CHANGED_CLINICIANS} (npi, field)
    with changed as (select npi, outcome, differing from changed_clinician where outcome <> 'unchanged')
    select npi, 'name' from changed where outcome <> 'added' and differing && %(name)s
    union all select npi, 'gender' from changed where outcome <> 'added' and differing && %(gender)s
    union all select npi, null from changed where outcome = 'added' or not differing <@ %(governed)s
    union all select a.npi, null from changed_address a join network_clinician c using (npi)
               where a.outcome <> 'added'
    union all select clinician_id, null from network_affiliation
               where organization_id in (select npi from changed_organization where 'name' = any(differing))
    union all select r.clinician_id, null
                from network_practitionerrole r join network_location l on l.id = r.location_id
               where l.organization_id in (select npi from changed_organization where 'name' = any(differing))
"""
CHANGED_ORGANIZATIONS_BY_MAIN = """
    select npi from changed_organization where outcome <> 'unchanged'
    union select a.npi from changed_address a join network_organization o using (npi)
    union select npi from changed_name
"""
MAIN_OUTCOMES = """
    select coalesce(case when s.entity = '' then replace(d.outcome, 'added', 'deactivated')
                         when coalesce(c.outcome, o.outcome, 'unchanged') = 'unchanged'
                              and (a.npi is not null or n.npi is not null) then 'updated'
                         else coalesce(c.outcome, o.outcome) end, 'unchanged') as outcome
      from staged_nppes s
      left join changed_clinician c on s.entity = '1' and c.npi = s.npi
      left join changed_organization o on s.entity = '2' and o.npi = s.npi
      left join changed_address a on s.entity <> '' and a.npi = s.npi
      left join changed_name n on s.entity = '2' and n.npi = s.npi
      left join changed_deactivation d on s.entity = '' and d.npi = s.npi
     where s.file = %(file)s and s.refused is null
"""


# --- deactivation -----------------------------------------------------------------------------------------------


def _take_deactivations(values: Mapping[str, object]) -> Counts:
    refuse(
        "staged_nppes_deactivation",
        "NPPES Deactivation Date: is empty",
        "s.file = %(file)s and s.deactivated = ''",
        values,
    )
    refuse_repeated("staged_nppes_deactivation", "npi")
    _remember_deactivations(DEACTIVATED_IN_REPORT, values)
    _deactivate()
    return count("staged_nppes_deactivation", DEACTIVATION_OUTCOMES, values, file=_nth(values))


def _remember_deactivations(stated: str, values: Mapping[str, object]) -> None:
    """``stated`` is SQL that gives npi and deactivated_on."""
    merge(replace(DEACTIVATIONS, rows=DEACTIVATIONS.rows.format(stated=stated)), values)


def _deactivate() -> None:
    """Passes on what was remembered to clinicians and organizations, of whom the file need not say more."""
    for table, changed in (
        ("network_clinician", f"{CHANGED_CLINICIANS} (npi)"),
        ("network_organization", f"{CHANGED_ORGANIZATIONS} (npi)"),
    ):
        run(
            f"with deactivated as (update {table} named set deactivated_on = d.deactivated_on"
            "  from changed_deactivation d where named.npi = d.npi"
            "  and named.deactivated_on is distinct from d.deactivated_on returning named.npi)"
            f" insert into {changed} select npi from deactivated"
        )


IS_DEACTIVATED = f"s.deactivated <> '' and coalesce({_day('s.reactivated')} < {_day('s.deactivated')}, true)"
DEACTIVATED_IN_MAIN = f"""
    select s.npi, {_day("s.deactivated")} as deactivated_on from staged_nppes s
     where {NAMED} and {IS_DEACTIVATED}
"""
DEACTIVATED_IN_REPORT = f"""
    select s.npi, {_day("s.deactivated")} as deactivated_on from staged_nppes_deactivation s
     where s.file = %(file)s and s.refused is null
"""
# Of whom neither a newer deactivation is known, nor a newer file that knows them as active.
DEACTIVATIONS = Merge(
    table="network_deactivation",
    changes="changed_deactivation",
    keys=("npi",),
    facts=("deactivated_on",),
    dates=("as_of",),
    rows="""
    select npi, stated.deactivated_on, %(as_of)s::date as as_of
      from ({stated}) stated
      left join network_deactivation d using (npi)
      left join network_clinician c using (npi)
      left join network_organization o using (npi)
     where coalesce(greatest(d.as_of, c.nppes_as_of, o.nppes_as_of) <= %(as_of)s, true)
    """,
)
REACTIVATE = f"""
    delete from network_deactivation d using staged_nppes s
     where d.npi = s.npi and d.as_of < %(as_of)s and s.entity <> '' and {NAMED} and not ({IS_DEACTIVATED})
"""
DEACTIVATION_OUTCOMES = """
    select coalesce(replace(d.outcome, 'added', 'deactivated'), 'unchanged') as outcome
      from staged_nppes_deactivation s left join changed_deactivation d using (npi)
     where s.file = %(file)s and s.refused is null
"""


# --- what an NPI has several of ---------------------------------------------------------------------------------


def _take_addresses(values: Mapping[str, object]) -> Counts:
    counts = _replace_all(More.ADDRESS, SECOND_ADDRESSES, "staged_nppes_address", ADDRESS_CELLS, values)
    run(
        f"insert into {CHANGED_CLINICIANS} (npi) select npi"
        f" from (select npi from {SECOND_ADDRESSES.changes} where outcome <> 'unchanged'"
        "        union select npi from no_more) changed"
        " join network_clinician using (npi)"
    )
    return counts


def _take_names(values: Mapping[str, object]) -> Counts:
    return _replace_all(More.NAME, SECOND_NAMES, "staged_nppes_name", ("name", "kind"), values)


def _take_endpoints(values: Mapping[str, object]) -> Counts:
    for reason, where in (
        (
            "Endpoint: is no address of Direct messaging",
            r"s.kind = 'DIRECT' and s.address !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'",
        ),
        ("Endpoint: is no web address", r"s.kind <> 'DIRECT' and s.address !~* '^https?://[^/\s]+\.[a-z]'"),
    ):
        refuse("staged_nppes_endpoint", reason, f"s.file = %(file)s and {where}", values)
    return _replace_all(More.ENDPOINT, SECOND_ENDPOINTS, "staged_nppes_endpoint", ENDPOINT, values)


def _replace_all(kind: More, what: Merge, staged: str, cells: Sequence[str], of_file: Mapping[str, object]) -> Counts:
    """Takes over all that a file has of the NPIs that it names, where no newer file had a word on them; and of a whole
    file, that the others have no more. A row that is refused still names its NPI."""
    values = {**of_file, "kind": kind}
    if of_file["whole"]:
        run(REMEMBER_EDITION, values)
    refuse(staged, NOBODY_WE_KNOW, f"s.file = %(file)s and not ({KNOWN})", values)
    refuse_repeated(staged, "npi", *cells)
    keep(
        "numbered",
        f"select s.*, row_number() over (partition by s.npi order by s.line)::smallint as nth from {staged} s"
        f" where s.file = %(file)s and s.refused is null and not exists (select from {what.table} t"
        "  where t.npi = s.npi and t.nth > 0 and t.as_of > %(as_of)s)"
        " and not exists (select from network_edition e where e.kind = %(kind)s and e.as_of > %(as_of)s)",
        values,
    )
    run("analyze numbered")
    ended = keep(
        "no_more",
        f"select t.npi, t.nth from {what.table} t"
        " left join (select npi, max(nth) as last from numbered group by npi) named using (npi)"
        " where t.nth > 0 and (t.nth > named.last or %(whole)s and t.as_of < %(as_of)s"
        f"  and not exists (select from {staged} s where s.file = %(file)s and s.npi = t.npi))",
        values,
    )
    run(f"delete from {what.table} t using no_more where t.npi = no_more.npi and t.nth = no_more.nth")
    merge(what, values)
    run(
        f"insert into {CHANGED_ORGANIZATIONS} select npi"
        f" from (select npi from {what.changes} where outcome <> 'unchanged' union select npi from no_more) changed"
        " join network_organization using (npi)"
    )
    outcomes = f"""
    select coalesce(c.outcome, 'unchanged') as outcome
      from {staged} s
      left join numbered on numbered.line = s.line
      left join {what.changes} c on c.npi = numbered.npi and c.nth = numbered.nth
     where s.file = %(file)s and s.refused is null
    """
    return count(staged, outcomes, values, file=_nth(values), ended=ended)


REMEMBER_EDITION = """
    insert into network_edition as known (kind, as_of) values (%(kind)s, %(as_of)s)
        on conflict (kind) do update set as_of = greatest(known.as_of, excluded.as_of)
"""
ADDRESS_CELLS = ("line1", "line2", "city", "state", "zip", "country", "phone", "fax")
ENDPOINT = ("kind", "address", "description", "use", "content", "affiliation")
SECOND_ADDRESSES = Merge(
    table="network_practiceaddress",
    changes="changed_second_address",
    keys=("npi", "nth"),
    facts=ADDRESS,
    dates=("as_of",),
    rows=f"select s.npi, s.nth, {_new_address('s')}, %(as_of)s::date as as_of from numbered s",
)
SECOND_NAMES = Merge(
    table="network_othername",
    changes="changed_second_name",
    keys=("npi", "nth"),
    facts=("name", "kind"),
    dates=("as_of",),
    rows="select npi, nth, name, kind, %(as_of)s::date as as_of from numbered",
)
SECOND_ENDPOINTS = Merge(
    table="network_endpoint",
    changes="changed_endpoint",
    keys=("npi", "nth"),
    facts=ENDPOINT,
    dates=("as_of",),
    rows=f"select npi, nth, {', '.join(ENDPOINT)}, %(as_of)s::date as as_of from numbered",
)

TAKES = {
    "staged_nppes": _take_main,
    "staged_nppes_deactivation": _take_deactivations,
    "staged_nppes_address": _take_addresses,
    "staged_nppes_name": _take_names,
    "staged_nppes_endpoint": _take_endpoints,
}
"""Table → how it is taken, in the order in which they are."""


# --- places -----------------------------------------------------------------------------------------------------


def _take_locations(at: datetime) -> None:
    """Gives every address of the changed organizations a location at the point of its ZIP code."""
    if not run(f"select from {CHANGED_ORGANIZATIONS}"):
        keep(CHANGED_PLACES, "select null::bigint as id where false")
        return
    values = {
        "today": timezone.localdate(at),
        "prefixes": list(KINDS_BY_TAXONOMY),
        "kinds": list(KINDS_BY_TAXONOMY.values()),
    }
    run(f"analyze {CHANGED_ORGANIZATIONS}")
    keep("stated_location", STATED_LOCATIONS, values)
    run("analyze stated_location")
    merge(LOCATIONS, values)
    run("analyze network_location")
    keep("ended_location", LOCATIONS_NOT_STATED)
    run("update network_location set ended_on = %(today)s where id in (select id from ended_location)", values)
    recognise_places(besides=OF_CHANGED_ORGANIZATIONS)
    keep(CHANGED_PLACES, f"{OF_CHANGED_ORGANIZATIONS} union select id from recognised_place")


OF_CHANGED_ORGANIZATIONS = f"""
    select id from network_location where organization_id in (select npi from {CHANGED_ORGANIZATIONS})
"""
# A further address has a key made of what it says: the order in which a file has them may change, and the page of a
# place should not become that of another. What kind of place it is says the first of the organization's specialties
# that a prefix fits, and its longest prefix.
STATED_LOCATIONS = f"""
    select '{NPPES}' as source, a.source_key, a.npi as organization_id, coalesce(trade.name, a.name) as name, a.line1,
           a.line2, a.city, a.state, a.zip, a.zip4, point.county_fips, point.lat as latitude, point.lon as longitude,
           true as approximate, a.phone, a.fax, null::date as ended_on, %(today)s::date as as_of,
           coalesce((select known.kind from unnest(a.specialties) with ordinality own (code, nth)
                       join unnest(%(prefixes)s::text[], %(kinds)s::text[]) known (prefix, kind)
                         on starts_with(own.code, known.prefix)
                      order by own.nth, length(known.prefix) desc limit 1), '') as kind
      from (select distinct on (a.npi, address) o.name, o.specialties, a.*,
                   case when nth = 0 then a.npi::text else concat(a.npi, '-', left(md5(address), 12)) end as source_key
              from (select distinct npi from {CHANGED_ORGANIZATIONS}) changed
              join network_organization o using (npi)
              join network_practiceaddress a using (npi)
              cross join lateral lower(concat_ws('|', a.line1, a.line2, a.city, a.state, a.zip)) address
             order by a.npi, address, a.nth) a
      join code_sets_point point on point.kind = 'zip' and point.code = a.zip and point.state = a.state
      left join lateral (select n.name from network_othername n
                          where n.npi = a.npi and n.kind = '{OtherNameKind.TRADE}' order by n.nth limit 1) trade on true
     where a.country = 'US'
"""
LOCATIONS = Merge(
    table="network_location",
    changes="changed_location",
    keys=("source", "source_key"),
    facts=(
        *("organization_id", "name", "kind", "line1", "line2", "city", "state", "zip", "zip4", "county_fips"),
        *("latitude", "longitude", "approximate", "phone", "fax", "ended_on"),
    ),
    written=("as_of",),
    initial={
        **dict.fromkeys(("website", "hours_note", "parking", "transit"), "''"),
        **dict.fromkeys(("accessibility", "staff_languages", "interpreter_languages", "interpreter_modes"), "'{}'"),
        "hours": "'[]'",
    },
    rows="select * from stated_location",
)
LOCATIONS_NOT_STATED = f"""
    select l.id from network_location l
     where l.source = '{NPPES}' and l.ended_on is null
       and l.organization_id in (select npi from {CHANGED_ORGANIZATIONS})
       and not exists (select from stated_location s where s.source_key = l.source_key)
"""
