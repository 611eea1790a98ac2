"""Loading the code sets: the only writer of this slice."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from accounts.audit import operations as audit
from accounts.vocabulary import Actor

from .models import CodeSet, County, Nickname, State, forget
from .rules import county_key, fold, place_key
from .seed_files import SeedFile, listed, read_seed_file
from .vocabulary import CodeKind, Verb

SEEDS = Path("seeds") / "code_sets"
STORED_AS = "1"  # raise it when a rule changes what the same files leave in the tables
LOAD_LOCK = 7_302_001  # any number of our own: two loads at once wait for each other

CODE_COLUMNS = {
    "kind": "text",
    "code": "text",
    "parent": "text",
    "rank": "int",
    "box": "boolean",
    "label_en": "text",
    "label_es": "text",
    "endonym": "text",
    "direction": "text",
    "plain_en": "text",
    "plain_es": "text",
    "words_en": "text[]",
    "words_es": "text[]",
    "filterable": "boolean",
    "system": "text",
}
AMEND_CODES = """
update code_sets_code c
set (rank, box, label_en, label_es, endonym, direction,
     plain_en, plain_es, words_en, words_es, filterable, system)
  = (s.rank, s.box, s.label_en, s.label_es, s.endonym, s.direction,
     s.plain_en, s.plain_es, s.words_en, s.words_es, s.filterable, s.system)
from staged_code s
where c.kind = s.kind and c.code = s.code
  and (c.rank, c.box, c.label_en, c.label_es, c.endonym, c.direction,
       c.plain_en, c.plain_es, c.words_en, c.words_es, c.filterable, c.system)
    is distinct from
      (s.rank, s.box, s.label_en, s.label_es, s.endonym, s.direction,
       s.plain_en, s.plain_es, s.words_en, s.words_es, s.filterable, s.system)
"""
ADD_CODES = """
insert into code_sets_code (kind, code, rank, box, label_en, label_es, endonym, direction,
                            plain_en, plain_es, words_en, words_es, filterable, system)
select kind, code, rank, box, label_en, label_es, endonym, direction,
       plain_en, plain_es, words_en, words_es, filterable, system
from staged_code s
where not exists (select from code_sets_code c where c.kind = s.kind and c.code = s.code)
order by rank, code
"""
PLACE_UNDER_PARENTS = """
update code_sets_code c set parent_id = p.id
from staged_code s left join code_sets_code p on p.kind = s.kind and p.code = s.parent
where c.kind = s.kind and c.code = s.code and c.parent_id is distinct from p.id
"""
RETIRE_CODES = """
update code_sets_code c set filterable = false
where c.filterable and c.kind in (select kind from staged_code)
  and not exists (select from staged_code s where s.kind = c.kind and s.code = c.code)
"""
ADD_ZIPS = """
insert into code_sets_point (kind, code, name, state, county_fips, lat, lon, weight)
select 'zip', zip, city, state, county_fips, lat, lon, 1 from staged_zip order by zip
"""
ADD_CITIES = """
insert into code_sets_point (kind, code, name, state, county_fips, lat, lon, weight)
select 'city', key, mode() within group (order by city), state,
       coalesce(mode() within group (order by nullif(county_fips, '')), ''),
       round(avg(lat)::numeric, 6)::float8, round(avg(lon)::numeric, 6)::float8, count(*)
from staged_zip group by key, state order by key, state
"""
# One file a kind, all of one shape; specialties alone are made of two.
PLAIN_KINDS = {
    CodeKind.LANGUAGE: "languages",
    CodeKind.RACE: "race",
    CodeKind.PRONOUNS: "pronouns",
    CodeKind.COMPETENCY: "competencies",
    CodeKind.POPULATION: "populations",
    CodeKind.ACCESSIBILITY: "accessibility",
    CodeKind.GENDER: "gender",
    CodeKind.ACCEPTING: "accepting",
    CodeKind.TELEHEALTH: "telehealth",
    CodeKind.KIND: "kinds",
}
SYSTEMS = {
    CodeKind.SPECIALTY: "http://nucc.org/provider-taxonomy",
    CodeKind.LANGUAGE: "urn:ietf:bcp:47",
    CodeKind.RACE: "urn:oid:2.16.840.1.113883.6.238",
    CodeKind.ACCESSIBILITY: "http://hl7.org/fhir/us/davinci-pdex-plan-net/CodeSystem/AccessibilityCS",
    CodeKind.ACCEPTING: "http://hl7.org/fhir/us/davinci-pdex-plan-net/CodeSystem/AcceptingPatientsCS",
}


@transaction.atomic
def load_code_sets(*, by: Actor, at: datetime, folder: Path | None = None) -> list[str]:
    """Loads every code set whose file has changed and returns their names; run again, it changes nothing.

    The sets keep the date of their source. ``folder`` is the project's own seeds unless told. Raises
    SeedFileIncompleteError, leaving everything as it was.
    """
    seeds = folder or settings.BASE_DIR / SEEDS
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOAD_LOCK])
    known = dict(CodeSet.objects.values_list("kind", "digest"))
    loaded = [name for name, load in LOADERS.items() if load(name, seeds, known)]
    for name in loaded:
        audit.record(verb=Verb.LOADED, by=by, at=at, subject=f"code_set:{name}")
    transaction.on_commit(forget)
    forget()
    return loaded


def _changed(files: Sequence[SeedFile], name: str, known: dict[str, str]) -> bool:
    """Records the files as the set of this name; False when they are the ones already loaded."""
    digest = sha256("+".join([STORED_AS, *(file.digest for file in files)]).encode()).hexdigest()
    if known.get(name) == digest:
        return False
    CodeSet.objects.update_or_create(
        kind=name, defaults={"source": files[0].source, "as_of": files[0].as_of, "digest": digest}
    )
    return True


def _stage(table: str, columns: dict[str, str], rows: Iterable[Sequence[object]]) -> None:
    """Copies rows into a temporary table; ``columns`` are names and types of PostgreSQL."""
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    _run(f"drop table if exists {table}", f"create temporary table {table} ({typed}) on commit drop")
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy,
    ):
        for row in rows:
            copy.write_row([str(value) for value in row])
    _run(f"analyze {table}")


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


# --- codes ------------------------------------------------------------------------------------------------


def _load_codes(name: str, seeds: Path, known: dict[str, str]) -> bool:
    file = read_seed_file(seeds, PLAIN_KINDS[CodeKind(name)])
    if not _changed([file], name, known):
        return False
    _merge_codes([_code_row(name, rank, row) for rank, row in enumerate(file.rows, start=1)])
    return True


def _load_specialties(name: str, seeds: Path, known: dict[str, str]) -> bool:
    """Codes and names of the source from one file, our own words for them from the other."""
    official, ours = read_seed_file(seeds, "specialties"), read_seed_file(seeds, "specialty_words")
    if not _changed([official, ours], name, known):
        return False
    words = {row["code"]: row for row in ours.rows}
    rows = [
        {
            "code": row["code"],
            "label_en": row["display_name"],
            "filterable": row["individual"],
            **words.get(row["code"], {}),
        }
        for row in official.rows
    ]
    _merge_codes([_code_row(name, 0, row) for row in rows])
    return True


def _code_row(kind: str, rank: int, row: dict[str, str]) -> list[object]:
    """One code in the order of CODE_COLUMNS; lists become PostgreSQL's own notation."""
    values: dict[str, object] = {
        "kind": kind,
        "code": row["code"],
        "parent": row.get("parent", ""),
        "rank": row.get("rank") or rank,
        "box": row.get("box", "") == "yes",
        "label_en": row["label_en"],
        "label_es": row.get("label_es") or row.get("plain_es") or row["label_en"],
        "endonym": row.get("endonym", ""),
        "direction": row.get("direction") or "ltr",
        "plain_en": row.get("plain_en", ""),
        "plain_es": row.get("plain_es", ""),
        "words_en": _array(row.get("words_en", "")),
        "words_es": _array(row.get("words_es", "")),
        "filterable": row.get("filterable", "yes") != "no",
        "system": SYSTEMS.get(CodeKind(kind), "") if not row["code"].startswith("x-") else "",
    }
    return [values[column] for column in CODE_COLUMNS]


def _array(text: str) -> str:
    quoted = ('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in listed(text))
    return "{" + ",".join(quoted) + "}"


def _merge_codes(rows: list[list[object]]) -> None:
    """Adds and amends codes in place: a code keeps its number. One that is no longer named stays, and is no
    filter any more."""
    _stage("staged_code", CODE_COLUMNS, rows)
    _run(AMEND_CODES, ADD_CODES, PLACE_UNDER_PARENTS, RETIRE_CODES)


# --- places and names ---------------------------------------------------------------------------------------


def _load_states(name: str, seeds: Path, known: dict[str, str]) -> bool:
    file = read_seed_file(seeds, "states")
    if not _changed([file], name, known):
        return False
    State.objects.all().delete()
    State.objects.bulk_create(
        State(
            code=row["code"],
            fips=int(row["fips"]),
            name_en=row["name_en"],
            name_es=row["name_es"],
            time_zone=row["time_zone"],
        )
        for row in file.rows
    )
    return True


def _load_counties(name: str, seeds: Path, known: dict[str, str]) -> bool:
    file = read_seed_file(seeds, "counties")
    if not _changed([file], name, known):
        return False
    County.objects.all().delete()
    County.objects.bulk_create(
        County(fips=row["fips"], name=row["name"], state=row["state"], folded=county_key(row["name"]))
        for row in file.rows
    )
    return True


def _load_points(name: str, seeds: Path, known: dict[str, str]) -> bool:
    """ZIP codes as they are; a city at the mean of its ZIP codes, in the county that most of them have."""
    file = read_seed_file(seeds, "zips")
    if not _changed([file], name, known):
        return False
    columns = {
        "zip": "text",
        "city": "text",
        "state": "text",
        "county_fips": "text",
        "lat": "float8",
        "lon": "float8",
    }
    keys = {city: place_key(city) for city in {row["city"] for row in file.rows}}
    rows = ([*(row[column] for column in columns), keys[row["city"]]] for row in file.rows)
    _stage("staged_zip", {**columns, "key": "text"}, rows)
    _run("delete from code_sets_point", ADD_ZIPS, ADD_CITIES)
    return True


def _load_nicknames(name: str, seeds: Path, known: dict[str, str]) -> bool:
    file = read_seed_file(seeds, "nicknames")
    if not _changed([file], name, known):
        return False
    pairs = {(fold(row["name"]), fold(row["other"])) for row in file.rows}
    both = sorted({pair for a, b in pairs if a and b and a != b for pair in ((a, b), (b, a))})
    Nickname.objects.all().delete()
    Nickname.objects.bulk_create(Nickname(name=a, other=b) for a, b in both)
    return True


LOADERS: dict[str, Callable[[str, Path, dict[str, str]], bool]] = {
    "state": _load_states,
    "county": _load_counties,
    "zip": _load_points,
    "nickname": _load_nicknames,
    CodeKind.SPECIALTY.value: _load_specialties,
    **{kind.value: _load_codes for kind in PLAIN_KINDS},
}
