"""Taking over lists of places, and recognising a place that several sources name.

What is taken stands in the temporary table staged_place, every cell already read: file (which of the files), id, npi,
name, kind, line1, city, state, zip (5 or 9 digits), county, lat, lon, phone; besides line, key and refused (the reason;
NULL for a row that is taken).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.audit import operations as audit
from accounts.ingest.merging import Merge, keep, merge, run
from accounts.ingest.operations import count, refuse, refuse_repeated
from accounts.ingest.rules import Counts
from accounts.vocabulary import Actor

from ..errors import PlacesShrink
from ..vocabulary import REGISTRIES, UNCONTRACTED, Verb
from .changed import CHANGED_CLINICIANS, CHANGED_PLACES

LARGEST_SHARE_TO_END = 0.2
"""Of a source's places; a list that would end more is more likely cut off than right."""

FARTHEST_FROM_ITS_ZIP_METRES = 160_000
"""Coordinates farther than this from the point of the ZIP code were looked up wrongly: the point stands in for them."""


@transaction.atomic
def take_places(*, sources: Sequence[str], shrink: bool, by: Actor, at: datetime) -> list[Counts]:
    """Makes the network say what staged lists of places say; returns for each file what became of its rows.

    ``sources`` are those of the files, in their order. A list is whole within its source: a place that it does not name
    is ended. CHANGED_PLACES and CHANGED_CLINICIANS have whatever is to be published. Raises PlacesShrink when over a
    fifth of a source's places would end and ``shrink`` does not allow it.
    """
    values = {"sources": list(sources), "today": timezone.localdate(at), "farthest": FARTHEST_FROM_ITS_ZIP_METRES}
    keep("listed_source", SOURCES, values)
    run(SITES)
    refuse("staged_place", "state: is no state", "not exists (select from code_sets_state t where t.code = s.state)")
    refuse(
        "staged_place",
        "zip: is not in this state, and the coordinates are not in this country",
        "not exists (select from code_sets_point p where p.kind = 'zip' and p.code = left(s.zip, 5)"
        " and p.state = s.state) and (s.lat between 13 and 72 and s.lon not between -60 and 140) is not true",
    )
    refuse_repeated("staged_place", "file", "site")
    merge(NEW_ORGANIZATIONS, values)
    merge(PLACES, values)
    _end_places(values, shrink=shrink)
    recognise_places(besides="select id from ended_place")
    keep(CHANGED_PLACES, CHANGES)
    keep(CHANGED_CLINICIANS, THOSE_WHO_WORK_THERE)
    for source in sources:
        audit.record(verb=Verb.PLACES_TAKEN, by=by, at=at, subject=f"source:{source}")
    return [
        count("staged_place", OUTCOMES, {"file": nth}, file=nth, ended=run(ENDED_OF, {"source": source}))
        for nth, source in enumerate(sources)
    ]


SOURCES = "select source, nth - 1 as file from unnest(%(sources)s::text[]) with ordinality s (source, nth)"
# A list gives one number to several places: a place is the number, the ZIP code and the number of the house.
SITES = """
    alter table staged_place add site text;
    update staged_place set site = concat_ws('/', number, left(zip, 5), split_part(code_sets_fold(line1), ' ', 1))
     where zip is not null and line1 is not null;
    create index on staged_place (file, site); create index on staged_place (file, number) where refused is not null;
    analyze staged_place
"""
# Organizations that nobody named yet: this is not the file that says who they are.
NEW_ORGANIZATIONS = Merge(
    table="network_organization",
    changes="new_organization",
    keys=("npi",),
    facts=(),
    written=("name", "source"),
    rows="""
    select distinct on (npi) npi, name, source
      from staged_place join listed_source using (file)
     where refused is null and npi is not null order by npi, file, line
    """,
)
PLACES = Merge(
    table="network_location",
    changes="changed_location",
    keys=("source", "source_key"),
    facts=(
        *("organization_id", "name", "kind", "line1", "city", "state", "zip", "zip4", "county_fips"),
        *("latitude", "longitude", "approximate", "phone", "ended_on"),
    ),
    written=(
        *("line2", "fax", "website", "accessibility", "hours", "hours_note", "parking", "transit", "staff_languages"),
        *("interpreter_languages", "interpreter_modes", "as_of"),
    ),
    rows="""
    select f.source, s.site as source_key, s.npi as organization_id, s.name, s.kind, s.line1, s.city, s.state,
           left(s.zip, 5) as zip, substr(s.zip, 6) as zip4,
           coalesce(code_sets_county.fips, point.county_fips, '') as county_fips,
           case when there.is_near then s.lat else point.lat end as latitude,
           case when there.is_near then s.lon else point.lon end as longitude,
           not there.is_near as approximate, s.phone, null::date as ended_on,
           '' as line2, '' as fax, '' as website, '{}'::varchar[] as accessibility, '[]'::jsonb as hours,
           '' as hours_note, '' as parking, '' as transit, '{}'::varchar[] as staff_languages,
           '{}'::varchar[] as interpreter_languages, '{}'::varchar[] as interpreter_modes, %(today)s::date as as_of
      from staged_place s join listed_source f using (file)
      join code_sets_state state on state.code = s.state
      left join code_sets_point point on point.kind = 'zip' and point.code = left(s.zip, 5) and point.state = s.state
      left join code_sets_county on code_sets_county.fips = lpad(state.fips::text, 2, '0') || s.county
      cross join lateral (select s.lat is not null and s.lon is not null and (point.id is null or
        2 * 6371008.8 * asin(sqrt(least(1, sin(radians(point.lat - s.lat) / 2) ^ 2 + cos(radians(s.lat))
          * cos(radians(point.lat)) * sin(radians(point.lon - s.lon) / 2) ^ 2))) <= %(farthest)s) as is_near) there
     where s.refused is null
    """,
    outcome="case when old.ended_on is not null then 'reactivated' else 'updated' end",
)
OUTCOMES = """
    select coalesce(c.outcome, 'unchanged') as outcome
      from staged_place s join listed_source f using (file)
      left join changed_location c on c.source = f.source and c.source_key = s.site
     where s.refused is null and s.file = %(file)s
"""


def _end_places(values: dict[str, object], *, shrink: bool) -> None:
    """Ends the places that the lists do not name. A row that is refused still names its place."""
    ended = keep("ended_place", ENDED, values)
    if not shrink and run(SHRUNK, {"largest": LARGEST_SHARE_TO_END}):
        raise PlacesShrink(ends=ended)
    run("update network_location set ended_on = %(today)s where id in (select id from ended_place)", values)


ENDED = """
    select l.id, l.source
      from network_location l join listed_source f using (source)
     where l.ended_on is null
       and not exists (select from staged_place s where s.file = f.file and s.site = l.source_key)
       and not exists (select from staged_place s
                        where s.file = f.file and s.refused is not null and s.number = split_part(l.source_key, '/', 1))
"""
ENDED_OF = "select from ended_place where source = %(source)s"
SHRUNK = """
    select source from network_location l left join ended_place e using (id, source)
     where source in (select source from listed_source) and ended_on is null
     group by source having count(e.id) > %(largest)s::float8 * count(*)
"""
CHANGES = """
    select l.id from network_location l join changed_location c using (source, source_key)
    union select id from ended_place
    union select id from recognised_place
"""
THOSE_WHO_WORK_THERE = """
    select distinct r.clinician_id as npi, null::text as field
      from changed_places p
      join network_location l on coalesce(l.same_as_id, l.id) = p.id
      join network_practitionerrole r on r.location_id = l.id
"""


# --- the same place in several sources --------------------------------------------------------------------------


def recognise_places(*, besides: str) -> None:
    """Finds the location that stands for each place; the rules and what they find are in docs/imports.md.

    Whether two locations are the same place is a matter of the locations of their ZIP code alone. So those of a ZIP
    code are compared again where one came or left, or says otherwise what they are compared by: those of the temporary
    table changed_location, and ``besides`` (SQL that gives id) those that the caller knows to be. The result is that of
    comparing all there are.

    A roster's own sites are never taken for one another, and always stand for themselves. The temporary table
    recognised_place (id) has the locations for which something changed.
    """
    values = {
        "compared": list(COMPARED),
        "registries": list(REGISTRIES),
        "uncontracted": UNCONTRACTED,
        "empty": EMPTY_WORDS.split(),
        "ordinary": ORDINARY_WORDS.split(),
    }
    keep("touched_location", f"{TOUCHED} union {besides}", values)
    run("analyze touched_location")
    keep("touched_zip", TOUCHED_ZIPS, values)
    run("analyze touched_zip")
    keep("named_place", KEYS, values)
    run(
        "create index on named_place (zip, address); create index on named_place (zip, phone);"
        " create index on named_place (zip, organization_id); create unique index on named_place (id);"
        " analyze named_place"
    )
    keep("same_place", PARTNERS)
    run("create unique index on same_place (id); analyze same_place")
    keep("moved_place", MOVED)
    run("update network_location l set same_as_id = m.now from moved_place m where m.id = l.id")
    keep("recognised_place", "select distinct unnest(array_remove(array[id, was, now], null)) as id from moved_place")


COMPARED = ("organization_id", "name", "kind", "line1", "zip", "phone", "ended_on")
"""The facts by which locations are compared."""

EMPTY_WORDS = "inc llc llp lp pc pa pllc corp corporation co ltd the of and at for in a md dds s p c l"
ORDINARY_WORDS = (
    "hospital hospitals medical medicine center centers health healthcare care clinic clinics regional memorial"
    " community county general service services system systems family group associates station urgent women womens"
    " outpatient practice physicians physician district department office city tribal indian va nursing urology dental"
    " pharmacy ob gyn obstetrics gynecology obgyn express walk specialists campus"
)
"""Words that do not tell one place from another: many have them."""

TOUCHED = """
    select l.id from network_location l join changed_location c using (source, source_key)
     where c.differing && %(compared)s
"""
# Where they lie, and, since they may have moved, where others were one place with them until now. Where there are none
# but a roster's, there is nothing to compare.
TOUCHED_ZIPS = """
    with places as materialized (
      select coalesce(same_as_id, id) as id from network_location where id in (select id from touched_location))
    (select zip from network_location where id in (select id from touched_location)
     union select zip from network_location where same_as_id in (select id from places))
    intersect select zip from network_location where source = any(%(registries)s::text[])
"""

# What locations are compared by: the number of the house and the first word of the street, and the words of the name
# that tell it from others; all its words where it has none of these. Where a clinician whom no roster names practises
# has no name to be known by.
KEYS = r"""
    select l.id, coalesce(array_position(%(registries)s::text[], l.source::text), 0) as rank, l.zip, l.phone,
           l.organization_id, l.kind,
           case when l.line1 ~ '\d' then array_to_string(regexp_match(code_sets_fold(l.line1),
                  '^(\d+\w*)(?: (?:n|s|e|w|ne|nw|se|sw|north|south|east|west))*(?: (\w+))?'), ' ') end as address,
           coalesce(nullif(array(select word from unnest(name.words) word where word <> all(%(ordinary)s)), '{}'),
                    name.words) as words
      from network_location l
      left join network_organization o on o.npi = l.organization_id
      cross join lateral (select array(select distinct word from string_to_table(code_sets_fold(l.name), ' ') word
                                        where word <> all(%(empty)s)) as words) name
     where l.zip in (select zip from touched_zip) and l.source <> %(uncontracted)s
       and (l.source <> all(%(registries)s::text[])
            or l.ended_on is null and l.kind <> '' and o.deactivated_on is null)
"""

# Each location with the best of those that come before it: by source, then by number. Points: the address 3, the phone
# 2, the NPI 2, the name 3, 2 or 1; five are enough.
PARTNERS = """
    with pairs as materialized (
      select a.id as a, b.id as b from named_place a join named_place b using (zip, address)
       where (a.rank, a.id) < (b.rank, b.id) and b.rank > 0 and a.words && b.words
      union
      select a.id, b.id from named_place a join named_place b using (zip, phone)
       where (a.rank, a.id) < (b.rank, b.id) and b.rank > 0 and a.phone <> '' and a.words && b.words
      union
      select a.id, b.id from named_place a join named_place b using (zip, organization_id)
       where (a.rank, a.id) < (b.rank, b.id) and b.rank > 0 and a.words && b.words),
    compared as (
      select a, b, rank, alike,
             case when same_address then 3 else 0 end + case when same_phone then 2 else 0 end
             + case when same_npi then 2 else 0 end
             + case when alike >= 0.8 then 3 when alike >= 0.5 then 2 when alike >= 0.3 then 1 else 0 end as points,
             one_kind, other_kind
        from (select p.a, p.b, a.rank, coalesce(a.address = b.address, false) as same_address,
                     a.phone = b.phone and a.phone <> '' as same_phone,
                     coalesce(a.organization_id = b.organization_id, false) as same_npi,
                     coalesce(nullif(a.kind, ''), 'clinic') as one_kind,
                     coalesce(nullif(b.kind, ''), 'clinic') as other_kind,
                     2.0 * (select count(*) from unnest(a.words) w where w = any(b.words))
                       / (cardinality(a.words) + cardinality(b.words)) as alike
                from pairs p join named_place a on a.id = p.a join named_place b on b.id = p.b) each)
    select distinct on (b) b as id, a as same_as
      from compared
     where alike >= 0.3 and points >= 5
       and (one_kind = other_kind
            or least(one_kind, other_kind) = 'clinic' and greatest(one_kind, other_kind) in ('hospital', 'urgent_care'))
     order by b, points desc, rank, a
"""

# Followed to its end: the partner of a partner stands for both.
MOVED = """
    with recursive follows as (
      select id, same_as from same_place
      union all
      select f.id, s.same_as from follows f join same_place s on s.id = f.same_as),
    now as (select id, same_as as now from follows where same_as not in (select id from same_place))
    select l.id, l.same_as_id as was, now.now
      from network_location l left join now using (id)
     where l.zip in (select zip from touched_zip) and l.same_as_id is distinct from now.now
"""
