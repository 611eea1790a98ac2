"""The files of a roster, column by column. What stands here is read; nothing else in the folder is."""

from accounts.ingest.rules import (
    Column,
    CsvShape,
    day,
    decimal,
    listed,
    needed,
    phone,
    text,
    whole_number,
    yes_no,
    zip_code,
)
from directory.code_sets.vocabulary import CodeKind
from directory.network.vocabulary import LATITUDES, LONGITUDES, OLDEST_AGE_YEARS, Mode

from .cells import NAME_KEY, NPI_KEY, code, county, gender, hours, npi, one_of, proficiency, state, website

NPI = Column("npi", needed(npi), "bigint", key=NPI_KEY)
SITE = Column("site_id", needed(text(40)), key=NAME_KEY)
ORGANIZATION = Column("org_npi", needed(npi), "bigint", key=NPI_KEY)
ORGANIZATION_NAME = Column("org_name", needed(text(200)))

NETWORKS = CsvShape(
    "networks.csv",
    "staged_network",
    (
        Column("network_id", needed(text(40)), key=NAME_KEY),
        Column("network_name", needed(text(120))),
        Column("plan_id", text(40), key=NAME_KEY),
        Column("plan_name", text(120)),
        Column("line_of_business", text(40)),
    ),
)
SITES = CsvShape(
    "sites.csv",
    "staged_site",
    (
        SITE,
        Column("org_npi", npi, "bigint"),
        Column("org_name", text(200)),
        Column("site_name", text(200)),
        Column("kind", code(CodeKind.KIND), optional=True),
        Column("line1", needed(text(120))),
        Column("line2", text(120), optional=True),
        Column("city", needed(text(80))),
        Column("state", needed(state)),
        Column("zip", zip_code),
        Column("county", county),
        Column("lat", needed(decimal(*LATITUDES)), "double precision"),
        Column("lon", needed(decimal(*LONGITUDES)), "double precision"),
        Column("phone", phone),
        Column("fax", phone, optional=True),
        Column("website", website, optional=True),
        Column("accessibility", listed(code(CodeKind.ACCESSIBILITY)), "text[]"),
        Column("hours", hours, "jsonb"),
        Column("parking", text(120), optional=True),
        Column("transit", text(120), optional=True),
        Column("staff_languages", listed(code(CodeKind.LANGUAGE)), "text[]", optional=True),
        Column("interpreter_languages", listed(code(CodeKind.LANGUAGE)), "text[]", optional=True),
        Column("interpreter_modes", listed(one_of(*Mode.values)), "text[]", optional=True),
    ),
)
CLINICIANS = CsvShape(
    "clinicians.csv",
    "staged_clinician",
    (
        NPI,
        Column("last_name", needed(text(80))),
        Column("first_name", text(80)),
        Column("middle_name", text(80), optional=True),
        Column("suffix", text(20), optional=True),
        Column("preferred_name", text(120), optional=True),
        Column("credential", text(40)),
        Column("gender", gender),
        Column("taxonomy_1", needed(code(CodeKind.SPECIALTY))),
        Column("taxonomy_2", code(CodeKind.SPECIALTY), optional=True),
        Column("license_number", text(40), optional=True),
        Column("license_state", state, optional=True),
        Column("enumeration_date", day, "date", optional=True),
        Column("last_update_date", day, "date", optional=True),
        Column("deactivation_date", day, "date", optional=True),
        Column("telehealth", yes_no, "boolean"),
        Column("telehealth_modalities", listed(code(CodeKind.TELEHEALTH)), "text[]", optional=True),
        Column("checked_on", day, "date", optional=True),
    ),
    unused=("prefix",),
)
PRACTICE_LOCATIONS = CsvShape(
    "practice_locations.csv",
    "staged_role",
    (
        NPI,
        SITE,
        Column("is_primary", yes_no, "boolean"),
        Column("accepting", code(CodeKind.ACCEPTING)),
        Column("networks", listed(text(40)), "text[]"),
        Column("start_date", day, "date"),
        Column("end_date", day, "date"),
        Column("telehealth_at_site", yes_no, "boolean", optional=True),
        Column("age_min", whole_number(0, OLDEST_AGE_YEARS), "smallint", optional=True),
        Column("age_max", whole_number(0, OLDEST_AGE_YEARS), "smallint", optional=True),
    ),
)
# The language is no part of the key of a row: what the clinician hides must not stand in the file of refused rows.
LANGUAGES = CsvShape(
    "languages.csv",
    "staged_language",
    (
        NPI,
        Column("language", needed(code(CodeKind.LANGUAGE))),
        Column("proficiency", proficiency),
        Column("source", text(80)),
        Column("as_of", day, "date"),
    ),
)
AFFILIATIONS = CsvShape("affiliations.csv", "staged_affiliation", (NPI, ORGANIZATION, ORGANIZATION_NAME))

ROSTER = (NETWORKS, SITES, CLINICIANS, PRACTICE_LOCATIONS, LANGUAGES, AFFILIATIONS)
