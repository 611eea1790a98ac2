"""Where those whom no roster names practise, as NPPES states it. Whoever calls this publishes whom it changed."""

from datetime import datetime

from django.db import transaction

from accounts.audit import operations as audit
from accounts.ingest.merging import Merge, keep, merge, run
from accounts.vocabulary import Actor

from ..vocabulary import UNCONTRACTED, Verb

CHANGED_CLINICIANS = "changed_uncontracted"
"""The temporary table (npi, field) of everyone who came or went; ``field`` is NULL."""
CHANGED_PLACES = "changed_places_of_uncontracted"
"""The temporary table (id) of the locations where anybody came or went, or that changed."""


@transaction.atomic
def see_to_uncontracted(*, listed: bool, by: Actor, at: datetime) -> bool:
    """Gives locations and roles to the clinicians whom no roster ever named, or with ``listed`` false takes them away.

    A location is an address with its telephone: who states the same ones works at the same place, and it lies at the
    point of its ZIP code. The roles are in no network and say nothing about new patients. Addresses abroad, and in
    ZIP codes without a point, give none. True when anything changed; then the two tables say what.
    """
    values = {"source": UNCONTRACTED, "listed": listed}
    # What was just written the server believes to be as small as it was, and would walk from row to row.
    keep("uncontracted", ADDRESSES, values)
    run("analyze uncontracted")
    merge(LOCATIONS, values)
    run(f"analyze network_location, {LOCATIONS.changes}")
    merge(ROLES, values)
    run(f"analyze network_practitionerrole, {ROLES.changes}")
    gone = keep("gone_uncontracted", GONE, values)
    run("delete from network_practitionerrole where id in (select id from gone_uncontracted)")
    keep(CHANGED_PLACES, PLACES_CHANGED, values)
    changed = keep(CHANGED_CLINICIANS, CLINICIANS_CHANGED, values)
    if not (changed or gone):
        return False
    audit.record(verb=Verb.UNCONTRACTED_SEEN_TO, by=by, at=at)
    return True


ADDRESSES = """
    select distinct on (a.npi, source_key) a.*, source_key, point.lat, point.lon, point.county_fips
      from network_practiceaddress a
      join network_clinician c using (npi)
      join code_sets_point point on point.kind = 'zip' and point.code = a.zip and point.state = a.state
     cross join lateral (
           select md5(code_sets_fold(concat_ws(' | ', a.line1, a.line2, a.city)) || a.zip || a.phone)) key (source_key)
     where %(listed)s and a.country = 'US'
       and not exists (select from network_practitionerrole r where r.clinician_id = a.npi and r.source <> %(source)s)
     order by a.npi, source_key, a.nth
"""
LOCATIONS = Merge(
    table="network_location",
    changes="changed_uncontracted_location",
    keys=("source", "source_key"),
    facts=(
        *("name", "line1", "line2", "city", "state", "zip", "zip4", "county_fips", "latitude", "longitude", "phone"),
        "fax",
    ),
    written=(
        *("approximate", "website", "accessibility", "hours", "hours_note", "parking", "transit"),
        *("staff_languages", "interpreter_languages", "interpreter_modes"),
    ),
    rows="""
    select distinct on (source_key) %(source)s::text as source, source_key, line1 as name, line1, line2, city, state,
           zip, zip4, coalesce(county_fips, '') as county_fips, lat as latitude, lon as longitude, phone, fax,
           true as approximate, '' as website, '{}'::varchar[] as accessibility, '[]'::jsonb as hours, '' as hours_note,
           '' as parking, '' as transit, '{}'::varchar[] as staff_languages, '{}'::varchar[] as interpreter_languages,
           '{}'::varchar[] as interpreter_modes
      from uncontracted order by source_key, npi
    """,
)
ROLES = Merge(
    table="network_practitionerrole",
    changes="changed_uncontracted_role",
    keys=("source", "clinician_id", "location_id"),
    facts=("is_primary",),
    written=("networks", "accepting", "telehealth"),
    rows="""
    select %(source)s::text as source, a.npi as clinician_id, l.id as location_id, a.nth = 0 as is_primary,
           '{}'::varchar[] as networks, '' as accepting, false as telehealth
      from uncontracted a join network_location l on l.source = %(source)s and l.source_key = a.source_key
    """,
)
GONE = """
    select r.id, r.clinician_id, r.location_id
      from network_practitionerrole r join network_location l on l.id = r.location_id
     where r.source = %(source)s
       and not exists (select from uncontracted a where a.npi = r.clinician_id and a.source_key = l.source_key)
"""
PLACES_CHANGED = """
    select id from network_location join changed_uncontracted_location using (source, source_key)
    union select location_id from changed_uncontracted_role
    union select location_id from gone_uncontracted
"""
CLINICIANS_CHANGED = """
    select clinician_id as npi, null::text as field from changed_uncontracted_role
    union select clinician_id, null from gone_uncontracted
    union select clinician_id, null from network_practitionerrole
           where source = %(source)s and location_id in (
             select id from network_location join changed_uncontracted_location using (source, source_key))
"""
