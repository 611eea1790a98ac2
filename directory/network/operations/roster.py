"""Taking over what a roster states about the network. Whoever calls this publishes the clinicians whom it changed.

What is taken stands in temporary tables that the caller has staged, every cell already read:

staged_network      network_id, network_name, plan_id, plan_name, line_of_business
staged_site         site_id, org_npi, org_name, site_name, kind, line1, line2, city, state, zip (5 or 9 digits), county
                    (folded), lat, lon, phone, fax, website, accessibility[], hours (jsonb: a list, or a note),
                    parking, transit, staff_languages[], interpreter_languages[], interpreter_modes[]
staged_clinician    npi, last_name … suffix, preferred_name, credential, gender, taxonomy_1, taxonomy_2,
                    license_number, license_state, enumeration_date, last_update_date, deactivation_date,
                    telehealth, telehealth_modalities[], checked_on
staged_role         npi, site_id, is_primary, accepting, networks[], start_date, end_date, telehealth_at_site,
                    age_min, age_max
staged_language     npi, language, proficiency, source, as_of
staged_affiliation  npi, org_npi, org_name

Each has also line, key and refused (the reason; NULL for a row that is taken).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.audit import operations as audit
from accounts.ingest.merging import Merge, keep, merge, run
from accounts.ingest.operations import count, refuse, refuse_repeated
from accounts.ingest.rules import Counts
from accounts.vocabulary import Actor

from ..errors import RosterShrinks
from ..vocabulary import Verb
from .changed import CHANGED_CLINICIANS, CHANGED_PLACES, GOVERNED
from .places import recognise_places

LARGEST_SHARE_TO_END = 0.2
"""Of a source's current roles; a roster that would end more is more likely cut off than right."""


@dataclass(frozen=True)
class Roster:
    """Whose roster it is, and the day on which it is taken."""

    source: str
    today: date
    shrink: bool

    @property
    def values(self) -> dict[str, object]:
        """The parameters of every statement."""
        return {"source": self.source, "today": self.today, "yesterday": self.today - timedelta(days=1)}


@transaction.atomic
def take_roster(*, source: str, shrink: bool, by: Actor, at: datetime) -> Mapping[str, Counts]:
    """Makes the network say what a staged roster says; returns for each staged table what became of its rows.

    A roster is whole within its source: the source's roles, stated languages and affiliations that it does not name
    end. A row that is refused still names its role. CHANGED_CLINICIANS has everyone whose listing may change.
    Raises RosterShrinks when over a fifth of the source's current roles would end and ``shrink`` does not allow it.
    """
    roster = Roster(source, timezone.localdate(at), shrink)
    counts = {
        "staged_network": _take_networks(roster),
        "staged_site": _take_sites(roster),
        "staged_clinician": _take_clinicians(roster),
        "staged_role": _take_roles(roster),
        "staged_language": _take_languages(roster),
        "staged_affiliation": _take_affiliations(roster),
    }
    recognise_places(besides="select null where false")
    keep(CHANGED_PLACES, EVERY_PLACE_CHANGED)
    if keep(CHANGED_CLINICIANS, EVERYONE_CHANGED, GOVERNED):
        # Publication follows at once, and plans badly while the server still believes the tables as they were.
        run(f"analyze {', '.join(TABLES)}")
    audit.record(verb=Verb.ROSTER_TAKEN, by=by, at=at, subject=f"source:{source}")
    return counts


TABLES = (
    "network_organization",
    "network_location",
    "network_network",
    "network_plan",
    "network_plannetwork",
    "network_clinician",
    "network_practitionerrole",
    "network_statedlanguage",
    "network_affiliation",
)


def _unless_nppes(column: str, rosters: str) -> str:
    """SQL of a column of whoever is ``known`` already: what NPPES has said of them is not for a roster to change."""
    return f"case when known.nppes_as_of is null then {rosters} else known.{column} end as {column}"


# --- networks and plans -----------------------------------------------------------------------------------------


def _take_networks(roster: Roster) -> Counts:
    refuse(
        "staged_network",
        "network_name: an earlier row names this network otherwise",
        "s.network_name <> (select f.network_name from staged_network f where f.network_id = s.network_id"
        " and f.refused is null order by f.line limit 1)",
    )
    refuse(
        "staged_network",
        "plan_name: an earlier row names this plan otherwise, or puts it in another line of business",
        "s.plan_id <> '' and (s.plan_name, s.line_of_business) <> (select f.plan_name, f.line_of_business"
        " from staged_network f where f.plan_id = s.plan_id and f.refused is null order by f.line limit 1)",
    )
    refuse("staged_network", "plan_name: is empty", "s.plan_id <> '' and s.plan_name = ''")
    refuse_repeated("staged_network", "network_id", "plan_id")
    merge(NETWORKS, roster.values)
    merge(PLANS, roster.values)
    ended = keep("ended_plannetwork", PLAN_NETWORKS_ENDED, roster.values)
    run("delete from network_plannetwork where id in (select id from ended_plannetwork)")
    merge(PLAN_NETWORKS, roster.values)
    return count("staged_network", NETWORK_OUTCOMES, ended=ended)


NETWORKS = Merge(
    table="network_network",
    changes="changed_network",
    keys=("code",),
    facts=("name",),
    written=("source",),
    rows="""
    select distinct on (network_id) network_id as code, network_name as name, %(source)s::text as source
      from staged_network where refused is null order by network_id, line
    """,
)
PLANS = Merge(
    table="network_plan",
    changes="changed_plan",
    keys=("code",),
    facts=("name", "line_of_business"),
    written=("source",),
    rows="""
    select distinct on (plan_id) plan_id as code, plan_name as name, line_of_business, %(source)s::text as source
      from staged_network where refused is null and plan_id <> '' order by plan_id, line
    """,
)
PLAN_NETWORKS = Merge(
    table="network_plannetwork",
    changes="changed_plannetwork",
    keys=("plan_id", "network_id"),
    facts=(),
    rows="select plan_id, network_id from staged_network where refused is null and plan_id <> ''",
)
# Of plans and networks that are the source's own.
PLAN_NETWORKS_ENDED = """
    select pn.id, pn.network_id
      from network_plannetwork pn
      join network_network n on n.code = pn.network_id and n.source = %(source)s
      join network_plan p on p.code = pn.plan_id and p.source = %(source)s
     where not exists (select from staged_network s where s.network_id = pn.network_id and s.plan_id = pn.plan_id)
"""
NETWORK_OUTCOMES = """
    select case when s.plan_id <> '' and pair.plan_id is not null then 'added'
                when s.plan_id = '' and n.outcome is not null then n.outcome
                when n.code is not null or p.code is not null then 'updated'
                else 'unchanged' end as outcome
      from staged_network s
      left join changed_network n on n.code = s.network_id
      left join changed_plan p on p.code = s.plan_id
      left join changed_plannetwork pair on pair.plan_id = s.plan_id and pair.network_id = s.network_id
     where s.refused is null
"""


# --- sites ------------------------------------------------------------------------------------------------------


def _take_sites(roster: Roster) -> Counts:
    refuse("staged_site", "site_name: is empty, and so is org_name", "s.site_name = '' and s.org_name = ''")
    refuse("staged_site", "org_name: is empty, and org_npi is not", "s.org_npi is not null and s.org_name = ''")
    refuse(
        "staged_site",
        "state: is no state",
        "not exists (select from code_sets_state t where t.code = s.state)",
    )
    refuse_repeated("staged_site", "site_id")
    merge(ORGANIZATIONS_OF_SITES, roster.values)
    merge(LOCATIONS, roster.values)
    return count("staged_site", SITE_OUTCOMES)


# Where the rows name an organization in several ways, the first one counts.
ORGANIZATIONS_OF_SITES = Merge(
    table="network_organization",
    changes="changed_site_organization",
    keys=("npi",),
    facts=("name",),
    written=("source",),
    rows=f"""
    select distinct on (org_npi) org_npi as npi, %(source)s::text as source, {_unless_nppes("name", "org_name")}
      from staged_site left join network_organization known on known.npi = org_npi
     where refused is null and org_npi is not null order by org_npi, line
    """,
)
# A county by its whole name, else by its short one where only one county of the state has it, else by the ZIP code.
LOCATIONS = Merge(
    table="network_location",
    changes="changed_location",
    keys=("source", "source_key"),
    facts=(
        *("organization_id", "name", "kind", "line1", "line2", "city", "state", "zip", "zip4", "county_fips"),
        *("latitude", "longitude", "phone", "fax", "website", "accessibility", "hours", "hours_note"),
        *("parking", "transit", "staff_languages", "interpreter_languages", "interpreter_modes"),
    ),
    written=("as_of",),
    rows="""
    with county as materialized (
      select fips, state, folded, code_sets_fold(name) as whole, count(*) over (partition by state, folded) as named
        from code_sets_county)
    select %(source)s::text as source, site_id as source_key, org_npi as organization_id,
           coalesce(nullif(site_name, ''), org_name) as name, s.kind, %(today)s::date as as_of,
           line1, line2, city, s.state,
           left(zip, 5) as zip, substr(zip, 6) as zip4,
           coalesce(whole.fips, short.fips, point.county_fips, '') as county_fips,
           s.lat as latitude, s.lon as longitude, phone, fax, website, accessibility::varchar[],
           case when jsonb_typeof(hours) = 'array' then hours else '[]' end as hours,
           case when jsonb_typeof(hours) = 'array' then '' else hours #>> '{}' end as hours_note,
           parking, transit, staff_languages::varchar[], interpreter_languages::varchar[],
           interpreter_modes::varchar[]
      from staged_site s
      left join county whole on whole.state = s.state and whole.whole = s.county
      left join county short on short.state = s.state and short.folded = s.county and short.named = 1
      left join code_sets_point point on point.kind = 'zip' and point.code = left(s.zip, 5) and point.state = s.state
     where refused is null
    """,
)
SITE_OUTCOMES = """
    select case when l.outcome = 'added' then 'added'
                when l.outcome is not null or o.npi is not null then 'updated'
                else 'unchanged' end as outcome
      from staged_site s
      left join changed_location l on l.source_key = s.site_id
      left join changed_site_organization o on o.npi = s.org_npi
     where s.refused is null
"""


# --- clinicians -------------------------------------------------------------------------------------------------


def _take_clinicians(roster: Roster) -> Counts:
    refuse(
        "staged_clinician",
        "license_state: is no state",
        "s.license_state <> '' and not exists (select from code_sets_state t where t.code = s.license_state)",
    )
    refuse_repeated("staged_clinician", "npi")
    merge(CLINICIANS, roster.values)
    return count("staged_clinician", CLINICIAN_OUTCOMES)


# Column → what a roster says of it.
IDENTITY = {
    "family_name": "s.last_name",
    "given_name": "s.first_name",
    "middle_name": "s.middle_name",
    "suffix": "s.suffix",
    "credential": "s.credential",
    "gender": "s.gender",
    "specialties": "array_remove(array[taxonomy_1, nullif(nullif(taxonomy_2, ''), taxonomy_1)], null)::varchar[]",
    "enumerated_on": "s.enumeration_date",
    "source_updated_on": "s.last_update_date",
    "deactivated_on": "coalesce(gone.deactivated_on, s.deactivation_date)",
}
CLINICIANS = Merge(
    table="network_clinician",
    changes="changed_clinician",
    keys=("npi",),
    facts=(
        *("family_name", "given_name", "middle_name", "suffix", "preferred_name", "credential", "gender"),
        *("specialties", "license_number", "license_state", "enumerated_on", "source_updated_on"),
        *("deactivated_on", "telehealth_modes", "checked_on"),
    ),
    written=("source",),
    rows=f"""
    select s.npi, %(source)s::text as source, {", ".join(map(_unless_nppes, IDENTITY, IDENTITY.values()))},
           s.preferred_name, s.license_number, s.license_state, s.checked_on,
           case when telehealth then telehealth_modalities else '{{}}' end::varchar[] as telehealth_modes
      from staged_clinician s
      left join network_clinician known using (npi)
      left join network_deactivation gone using (npi)
     where refused is null
    """,
    outcome="""
    case when old.deactivated_on is null and new.deactivated_on is not null then 'deactivated'
         when old.deactivated_on is not null and new.deactivated_on is null then 'reactivated'
         else 'updated' end
    """,
)
CLINICIAN_OUTCOMES = """
    select coalesce(c.outcome, 'unchanged') as outcome
      from staged_clinician s left join changed_clinician c using (npi) where s.refused is null
"""


# --- roles ------------------------------------------------------------------------------------------------------

NO_SUCH_CLINICIAN = "npi: no such clinician, in this roster or before"
CLINICIAN_IS_MISSING = "not exists (select from network_clinician c where c.npi = s.npi)"


def _take_roles(roster: Roster) -> Counts:
    keep("site", "select id, source_key as site_id from network_location where source = %(source)s", roster.values)
    run("create unique index on site (site_id); analyze site")
    refuse("staged_role", NO_SUCH_CLINICIAN, CLINICIAN_IS_MISSING)
    refuse(
        "staged_role",
        "site_id: no such site, in this roster or before",
        "not exists (select from site where site.site_id = s.site_id)",
    )
    refuse(
        "staged_role",
        "networks: one of them is not in networks.csv",
        "not s.networks <@ array(select code::text from network_network)",
    )
    refuse("staged_role", "end_date: lies before start_date", "s.end_date < s.start_date")
    refuse("staged_role", "age_max: is less than age_min", "s.age_max < s.age_min")
    refuse_repeated("staged_role", "npi", "site_id")
    ended = _end_roles(roster)
    merge(ROLES, roster.values)
    return count("staged_role", ROLE_OUTCOMES, ended=ended)


def _end_roles(roster: Roster) -> int:
    """Ends the current roles that the roster does not name; returns how many."""
    current = keep("current_role_", CURRENT_ROLES, roster.values)
    ended = keep("ended_role", ROLES_NOT_NAMED, roster.values)
    if ended > LARGEST_SHARE_TO_END * current and not roster.shrink:
        raise RosterShrinks(ends=ended, of=current)
    run("delete from network_practitionerrole where id in (select id from ended_role where not began)")
    run(
        "update network_practitionerrole set ends_on = %(yesterday)s"
        " where id in (select id from ended_role where began)",
        roster.values,
    )
    return ended


CURRENT_ROLES = """
    select id, clinician_id, location_id, starts_on is null or starts_on < %(today)s::date as began
      from network_practitionerrole
     where source = %(source)s and (ends_on is null or ends_on >= %(today)s)
"""
ROLES_NOT_NAMED = """
    select r.id, r.clinician_id, r.location_id, r.began
      from current_role_ r join network_location l on l.id = r.location_id
     where not exists (select from staged_role s where s.npi = r.clinician_id and s.site_id = l.source_key)
"""
ROLES = Merge(
    table="network_practitionerrole",
    changes="changed_role",
    keys=("source", "clinician_id", "location_id"),
    facts=(*("networks", "accepting", "is_primary", "telehealth", "age_from", "age_to", "starts_on", "ends_on"),),
    rows="""
    select %(source)s::text as source, s.npi as clinician_id, site.id as location_id, s.networks::varchar[],
           s.accepting, s.is_primary, s.telehealth_at_site as telehealth, s.age_min as age_from, s.age_max as age_to,
           s.start_date as starts_on, s.end_date as ends_on, %(today)s::date as today
      from staged_role s join site using (site_id) where refused is null
    """,
    outcome="""
    case when coalesce(old.ends_on < new.today, false) and not coalesce(new.ends_on < new.today, false)
         then 'reactivated'
         when coalesce(new.ends_on < new.today, false) and not coalesce(old.ends_on < new.today, false)
         then 'deactivated'
         else 'updated' end
    """,
)
ROLE_OUTCOMES = """
    select coalesce(r.outcome, 'unchanged') as outcome
      from staged_role s join site using (site_id)
      left join changed_role r on r.clinician_id = s.npi and r.location_id = site.id
     where s.refused is null
"""


# --- languages and affiliations ---------------------------------------------------------------------------------


def _take_languages(roster: Roster) -> Counts:
    refuse("staged_language", NO_SUCH_CLINICIAN, CLINICIAN_IS_MISSING)
    refuse_repeated("staged_language", "npi", "language")
    ended = keep("ended_language", LANGUAGES_NOT_NAMED, roster.values)
    run("delete from network_statedlanguage where id in (select id from ended_language)")
    merge(LANGUAGES, roster.values)
    return count("staged_language", LANGUAGE_OUTCOMES, ended=ended)


# A row with an unreadable language keeps what its clinician had: it may have named any of them.
LANGUAGES_NOT_NAMED = """
    select l.id, l.clinician_id from network_statedlanguage l
     where l.source = %(source)s
       and not exists (select from staged_language s where s.npi = l.clinician_id and s.language = l.language)
       and not exists (select from staged_language s where s.npi = l.clinician_id and s.language is null)
"""
LANGUAGES = Merge(
    table="network_statedlanguage",
    changes="changed_language",
    keys=("clinician_id", "source", "language"),
    facts=("proficiency", "stated_by", "as_of"),
    rows="""
    select npi as clinician_id, %(source)s::text as source, language, proficiency, source as stated_by, as_of
      from staged_language where refused is null
    """,
)
LANGUAGE_OUTCOMES = """
    select coalesce(l.outcome, 'unchanged') as outcome
      from staged_language s left join changed_language l on l.clinician_id = s.npi and l.language = s.language
     where s.refused is null
"""


def _take_affiliations(roster: Roster) -> Counts:
    refuse("staged_affiliation", NO_SUCH_CLINICIAN, CLINICIAN_IS_MISSING)
    refuse_repeated("staged_affiliation", "npi", "org_npi")
    merge(OTHER_ORGANIZATIONS, roster.values)
    ended = keep("ended_affiliation", AFFILIATIONS_NOT_NAMED, roster.values)
    run("delete from network_affiliation where id in (select id from ended_affiliation)")
    merge(AFFILIATIONS, roster.values)
    return count("staged_affiliation", AFFILIATION_OUTCOMES, ended=ended)


# Organizations that sites.csv does not name; what it names them counts before this file.
OTHER_ORGANIZATIONS = Merge(
    table="network_organization",
    changes="changed_other_organization",
    keys=("npi",),
    facts=("name",),
    written=("source",),
    rows=f"""
    select distinct on (org_npi) org_npi as npi, %(source)s::text as source, {_unless_nppes("name", "org_name")}
      from staged_affiliation s left join network_organization known on known.npi = org_npi
     where refused is null
       and not exists (select from staged_site t where t.org_npi = s.org_npi and t.refused is null)
     order by org_npi, line
    """,
)
AFFILIATIONS_NOT_NAMED = """
    select a.id, a.clinician_id from network_affiliation a
     where a.source = %(source)s
       and not exists (select from staged_affiliation s
                        where s.npi = a.clinician_id and s.org_npi = a.organization_id)
"""
AFFILIATIONS = Merge(
    table="network_affiliation",
    changes="changed_affiliation",
    keys=("source", "clinician_id", "organization_id"),
    facts=(),
    rows="""
    select %(source)s::text as source, npi as clinician_id, org_npi as organization_id
      from staged_affiliation where refused is null
    """,
)
AFFILIATION_OUTCOMES = """
    select case when a.clinician_id is not null then 'added' when o.npi is not null then 'updated' else 'unchanged' end
             as outcome
      from staged_affiliation s
      left join changed_affiliation a on a.clinician_id = s.npi and a.organization_id = s.org_npi
      left join changed_other_organization o on o.npi = s.org_npi
     where s.refused is null
"""


# --- what is to be published ------------------------------------------------------------------------------------

# Those whose own facts changed, and those where somebody came, left, changed the networks or was deactivated.
EVERY_PLACE_CHANGED = """
    select l.id from network_location l join changed_location c using (source, source_key)
    union select id from recognised_place
    union select id from network_location where organization_id in (
      select npi from changed_site_organization union select npi from changed_other_organization)
    union select location_id from changed_role
    union select location_id from ended_role
    union select r.location_id from network_practitionerrole r join changed_clinician c on c.npi = r.clinician_id
           where c.outcome in ('deactivated', 'reactivated')
    union select location_id from network_practitionerrole
           where networks && array(select network_id::varchar from changed_plannetwork
                                   union select network_id from ended_plannetwork)
"""

# Those whose own facts changed, and those who work at, belong to or are under something whose facts changed.
EVERYONE_CHANGED = """
    with organizations as (
      select npi from changed_site_organization union select npi from changed_other_organization),
    places as (
      select l.id from network_location l join changed_location c using (source, source_key)
      union select id from recognised_place
      union select id from network_location where organization_id in (select npi from organizations)),
    networks as (
      select code from changed_network
      union select network_id from changed_plannetwork
      union select network_id from ended_plannetwork
      union select network_id from network_plannetwork where plan_id in (select code from changed_plan))
    select npi, 'name' as field from changed_clinician where outcome <> 'added' and differing && %(name)s
    union select npi, 'gender' from changed_clinician where outcome <> 'added' and differing && %(gender)s
    union select clinician_id, 'language' from changed_language
    union select clinician_id, 'language' from ended_language
    union select npi, null from changed_clinician where outcome = 'added' or not differing <@ %(governed)s
    union select clinician_id, null from changed_role
    union select clinician_id, null from ended_role
    union select clinician_id, null from changed_affiliation
    union select clinician_id, null from ended_affiliation
    union select clinician_id, null from network_affiliation where organization_id in (select npi from organizations)
    union select clinician_id, null from network_practitionerrole where location_id in (select id from places)
    union select clinician_id, null from network_practitionerrole
           where networks && array(select code::varchar from networks)
"""
