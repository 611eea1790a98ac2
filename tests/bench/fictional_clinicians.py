"""Clinicians, where they practise, what they speak and where they are affiliated: one block at a time."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from tests.bench import fictional_words as words
from tests.bench.distributions import (
    Draws,
    Specialty,
    days,
    distributions,
    npis,
    pick,
    pick_text,
    proper,
    quoted,
)
from tests.bench.fictional_communities import (
    ACCENTED,
    CENSUS_GROUPS,
    GROUPS,
    SHORT_NAMES,
    WRITTEN_OTHERWISE,
    Group,
    Mix,
)
from tests.bench.fictional_sites import Sites

CLINICIAN_COLUMNS = (
    "npi,last_name,first_name,middle_name,prefix,suffix,preferred_name,credential,gender,taxonomy_1,taxonomy_2,"
    "license_number,license_state,enumeration_date,last_update_date,deactivation_date,telehealth,telehealth_modalities,"
    "checked_on"
)
PRACTICE_COLUMNS = "npi,site_id,is_primary,accepting,networks,start_date,end_date,telehealth_at_site,age_min,age_max"
LANGUAGE_COLUMNS = "npi,language,proficiency,source,as_of"
AFFILIATION_COLUMNS = "npi,org_npi,org_name"

PROFICIENCIES = ("20", "30", "30", "40", "40", "40", "50", "50", "")
"""Plan-Net LanguageProficiencyCS (ILR), empty where the application does not say."""

LANGUAGE_SOURCE = "credentialing application"


@dataclass(frozen=True)
class ClinicianWish:
    """What is asked of the clinicians; `as_of` is the ISO day on which the network is true."""

    seed: int
    first_digit: int
    tidy: bool
    canaries: bool
    as_of: str


@dataclass(frozen=True)
class World:
    """What every block needs, drawn once: the sites, who lives there, and the order in which sites fill."""

    wish: ClinicianWish
    sites: Sites
    mixes: tuple[Mix, ...]
    """one for each region"""
    filling: Draws
    """site indices, the busiest first"""


def make_world(wish: ClinicianWish, sites: Sites, mixes: tuple[Mix, ...], rng: np.random.Generator) -> World:
    return World(wish, sites, mixes, rng.permutation(len(sites)))


@dataclass
class Block:
    """Columns of some consecutive clinicians, one entry each."""

    count: int
    npi: list[str]
    group: list[Group]
    specialty: list[Specialty]
    companion: list[str]
    """second specialty code, or empty"""
    stated_gender: list[str]
    gender: list[str]
    """what the person would say: differs from the stated one for few"""
    last: list[str]
    first: list[str]
    middle: list[str]
    prefix: list[str]
    suffix: list[str]
    preferred: list[str]
    credential: list[str]
    license: list[str]
    enumerated: list[str]
    updated: list[str]
    deactivated: list[str]
    telehealth: list[str]
    """modalities, empty for none"""
    checked: list[str]
    sites: list[list[int]]
    """site indices, the first one is home"""
    spoken: list[dict[str, str]]
    """language code → proficiency, English first"""


# --- drawing a block -----------------------------------------------------------------------------------


def draw_block(world: World, start: int, count: int, rng: np.random.Generator) -> Block:
    """The clinicians from place `start` on. The same rng state gives the same block."""
    wish, sites = world.wish, world.sites
    home = world.filling[np.minimum((len(sites) * rng.random(count) ** 1.5).astype(int), len(sites) - 1)]
    group = _draw_groups(world.mixes, sites.region[home], rng)
    specialty = _draw_specialties(group, wish.tidy, rng)
    groups = [GROUPS[g] for g in group.tolist()]
    specialties = [_specialties(wish.tidy)[s] for s in specialty.tolist()]
    woman = rng.random(count) < np.array([s.share_of_women for s in specialties])
    names = _draw_names(group, woman, wish, rng)
    states = [sites.state[at] for at in home.tolist()]
    credential = _draw_credentials(specialties, states, wish.tidy, rng)
    return Block(
        count=count,
        npi=npis(start, count, wish.first_digit).astype(str).tolist(),
        group=groups,
        specialty=specialties,
        companion=_draw_companions(specialties, rng),
        stated_gender=_draw_stated_genders(woman, wish.canaries, rng),
        gender=np.where(woman, "F", "M").tolist(),
        last=names.last,
        first=names.first,
        middle=names.middle,
        prefix=_draw_prefixes(credential, wish.tidy, rng),
        suffix=[proper(s) for s in names.suffix] if wish.tidy else names.suffix,
        preferred=names.preferred,
        credential=credential,
        license=_draw_licenses(count, wish.tidy, rng),
        enumerated=days(rng, "2005-05-23", "2025-12-31", count),
        updated=days(rng, "2012-01-01", "2025-12-31", count),
        deactivated=_draw_some(days(rng, "2019-01-01", "2025-12-31", count), 0.006, rng),
        telehealth=_draw_telehealth(specialties, rng),
        checked=_draw_checked(count, wish.as_of, rng),
        sites=_draw_sites(sites, home, rng),
        spoken=_draw_spoken(group, groups, rng),
    )


def _draw_some(texts: list[str], share: float, rng: np.random.Generator) -> list[str]:
    """The texts of so many, the others empty."""
    drawn = (rng.random(len(texts)) < share).tolist()
    return [text if keep else "" for text, keep in zip(texts, drawn, strict=True)]


def _draw_stated_genders(woman: Draws, canaries: bool, rng: np.random.Generator) -> list[str]:
    """F or M, empty for one in a hundred; X for three in a thousand, unless canaries keep that code."""
    found = np.where(woman, "F", "M")
    draw = rng.random(len(woman))
    found[draw < 0.01] = ""
    if not canaries:
        found[draw > 0.997] = "X"
    return found.tolist()


def _draw_prefixes(credentials: list[str], tidy: bool, rng: np.random.Generator) -> list[str]:
    """Half of the doctors are registered as one."""
    prefixes = [words.PREFIX_OF_CREDENTIAL.get(text.split(",")[0], "") for text in credentials]
    return _draw_some([proper(text) for text in prefixes] if tidy else prefixes, 0.5, rng)


def _draw_telehealth(specialties: list[Specialty], rng: np.random.Generator) -> list[str]:
    """Modalities of those who offer it: most in behavioral health, fewer elsewhere."""
    modalities = pick_text(rng, words.TELEHEALTH_MODALITIES, len(specialties))
    likely = np.array([0.78 if s.code.startswith("10") else 0.38 for s in specialties])
    offers = (rng.random(len(specialties)) < likely).tolist()
    return [text if offer else "" for text, offer in zip(modalities, offers, strict=True)]


def _draw_groups(mixes: tuple[Mix, ...], region: Draws, rng: np.random.Generator) -> Draws:
    """Indices into GROUPS, by the mix of each clinician's region."""
    found = np.zeros(len(region), int)
    for mix in dict.fromkeys(map(id, mixes)):
        regions = [at for at, m in enumerate(mixes) if id(m) == mix]
        mine = np.nonzero(np.isin(region, regions))[0]
        shares = mixes[regions[0]].shares
        found[mine] = pick(rng, [shares.get(group.name, 0) for group in GROUPS], len(mine))
    return found


@cache
def _specialties(tidy: bool) -> tuple[Specialty, ...]:
    """All specialties; tidy, those whose clinicians a member chooses."""
    everyone = distributions().specialties
    if not tidy:
        return everyone
    return tuple(
        s
        for s in everyone
        if s.grouping in words.MEMBERS_LOOK_FOR and not s.code.startswith(words.MEMBERS_DO_NOT_CHOOSE)
    )


def _draw_specialties(group: Draws, tidy: bool, rng: np.random.Generator) -> Draws:
    found = np.zeros(len(group), int)
    leanings = {index: dict(g.specialties) for index, g in enumerate(GROUPS)}
    for index in np.unique(group).tolist():
        mine = np.nonzero(group == index)[0]
        weights = [s.weight * leanings[index].get(s.code, 1) for s in _specialties(tidy)]
        found[mine] = pick(rng, weights, len(mine))
    return found


def _draw_companions(specialties: list[Specialty], rng: np.random.Generator) -> list[str]:
    count = len(specialties)
    place = np.where(rng.random(count) < 0.22, rng.integers(0, 5, count), -1).tolist()
    return [
        s.companions[at] if 0 <= at < len(s.companions) and s.companions[at] != s.code else ""
        for s, at in zip(specialties, place, strict=True)
    ]


# --- names ---------------------------------------------------------------------------------------------


@dataclass
class Names:
    last: list[str]
    first: list[str]
    middle: list[str]
    suffix: list[str]
    preferred: list[str]


Pool = tuple[Draws, Draws]
"""names (upper case) and their weights"""


@cache
def _surnames(group: int) -> Pool:
    names = GROUPS[group].surnames
    if names:
        return np.array(names, dtype=object), np.ones(len(names))
    rows, column = distributions().surnames, 2 + _census_column(group)
    weights = [row[1] * row[column] for row in rows]
    return np.array([row[0] for row in rows], dtype=object), np.array(weights, float)


@cache
def _first_names(group: int, woman: bool) -> Pool:
    names = GROUPS[group].women if woman else GROUPS[group].men
    if names:
        return np.array(names, dtype=object), np.ones(len(names))
    rows, column = distributions().firstnames, 2 + _census_column(group)
    share = [row[8] if woman else 1 - row[8] for row in rows]
    weights = [row[1] * row[column] * s for row, s in zip(rows, share, strict=True)]
    return np.array([row[0] for row in rows], dtype=object), np.array(weights, float)


def _census_column(group: int) -> int:
    like = GROUPS[group].names_like or GROUPS[group].name
    return next(at for at, census in enumerate(CENSUS_GROUPS) if census.name == like)


def _draw_from(pool: Pool, count: int, rng: np.random.Generator) -> Draws:
    return pool[0][pick(rng, pool[1], count)]


def _draw_names(group: Draws, woman: Draws, wish: ClinicianWish, rng: np.random.Generator) -> Names:
    count = len(group)
    last, second, first, middle = (np.empty(count, dtype=object) for _ in range(4))
    for index in np.unique(group).tolist():
        mine = np.nonzero(group == index)[0]
        last[mine] = _draw_from(_surnames(index), len(mine), rng)
        second[mine] = _draw_from(_surnames(index), len(mine), rng)
        for sex in (True, False):
            some = mine[woman[mine] == sex]
            first[some] = _draw_from(_first_names(index, sex), len(some), rng)
            middle[some] = _draw_from(_first_names(index, sex), len(some), rng)
    middle_kind = pick(rng, [22, 50, 28], count).tolist()
    oddity, writing, given = rng.random((3, count)).tolist()
    names = Names([], [], [], pick_text(rng, words.SUFFIXES, count), [])
    for index, (ln, other, fn, mid) in enumerate(zip(last, second, first, middle, strict=True)):
        kind, odd = middle_kind[index], given[index]
        mid = "" if kind == 0 else (mid[0] + ("." if odd > 0.9 else "") if kind == 1 else mid)
        owner = GROUPS[int(group[index])]
        names.preferred.append(_as_written(ln, fn, owner, writing[index], wish.tidy))
        if oddity[index] < 0.03 and ln != other:
            ln = f"{ln}-{other}"
            names.preferred[-1] = ""
        elif not wish.tidy:
            ln = _odd_surname(ln, oddity[index])
            fn = fn[0] if odd < 0.004 else f"{fn} {middle[index]}" if odd < 0.006 else fn
        names.last.append(proper(ln) if wish.tidy else ln)
        names.first.append(proper(fn) if wish.tidy else fn)
        names.middle.append(proper(mid) if wish.tidy else mid)
    return names


def _odd_surname(surname: str, draw: float) -> str:
    """Registries hold prefixes, and suffixes in the field of the surname."""
    if 0.03 <= draw < 0.036:
        return "O'" + surname
    if 0.036 <= draw < 0.042:
        return "DE LA " + surname
    if 0.042 <= draw < 0.046:
        return surname + ", JR."
    return surname


def _as_written(last: str, first: str, group: Group, draw: float, tidy: bool) -> str:
    """The whole name as its owner writes it, where that differs; for most empty."""
    if group.native:
        parts = (first in group.native) + (last in group.native)
        if draw < 0.25 and (parts == 2 or (parts == 1 and group.script == "latin")):
            given = group.native.get(first) or proper(first)
            family = group.native.get(last) or proper(last)
            return family + given if group.family_first else f"{given} {family}"
        return ""
    if draw < 0.25 and last in ACCENTED and group.name in ("hispanic", "api", "white"):
        return f"{ACCENTED.get(first, proper(first))} {ACCENTED[last]}"
    of_this_group = group.name == "api" or last in ("ALI", "AHMED", "MOHAMED", "COHEN", "IVANOV")
    if draw < 0.2 and not tidy and last in WRITTEN_OTHERWISE and of_this_group:
        return WRITTEN_OTHERWISE[last]
    if draw < 0.1 and first in SHORT_NAMES:
        return f"{SHORT_NAMES[first]} {proper(last)}"
    return ""


# --- the rest of a clinician ---------------------------------------------------------------------------


def _draw_credentials(
    specialties: list[Specialty], states: list[str], tidy: bool, rng: np.random.Generator
) -> list[str]:
    count = len(specialties)
    if tidy:
        return [
            _tidy_credential(s.code, state, draw)
            for s, state, draw in zip(specialties, states, rng.random(count).tolist(), strict=True)
        ]
    found = []
    for s, draw, spelling in zip(specialties, *rng.random((2, count)).tolist(), strict=True):
        text = s.credentials[int(draw * draw * len(s.credentials))]
        if spelling > 0.97:
            text = ".".join(text) + "." if text in ("MD", "DO", "DDS", "OD") else text.lower()
        found.append(text)
    return found


def _tidy_credential(code: str, state: str, draw: float) -> str:
    known = (code[:length] for length in range(5, 1, -1) if code[:length] in words.TIDY_CREDENTIALS)
    choices = words.TIDY_CREDENTIALS.get(next(known, ""), ())
    total = sum(weight for _, weight in choices)
    for text, weight in choices:
        draw -= weight / total
        if draw < 0:
            return text if state == "MN" else words.TIDY_CREDENTIAL_ELSEWHERE.get(text, text)
    return ""


def _draw_licenses(count: int, tidy: bool, rng: np.random.Generator) -> list[str]:
    numbers = rng.integers(1_000, 999_999, count).tolist()
    if tidy:
        return [str(n) for n in numbers]
    return [f"{p}{n}" for p, n in zip(pick_text(rng, words.LICENSE_PREFIXES, count), numbers, strict=True)]


def _draw_checked(count: int, as_of: str, rng: np.random.Generator) -> list[str]:
    """Most were checked in the last four months, some within the year before, one in seven never."""
    recent = np.datetime64(as_of) - (120 * rng.random(count) ** 1.5).astype(int)
    older = np.datetime64(as_of) - rng.integers(120, 480, count)
    found = np.where(rng.random(count) < 0.88, recent, older).astype(str).tolist()
    return _draw_some(found, 0.86, rng)


def _draw_sites(sites: Sites, home: Draws, rng: np.random.Generator) -> list[list[int]]:
    """Home, and for four in ten one to three more in the same region."""
    count = len(home)
    more = pick(rng, [0.62, 0.22, 0.10, 0.06], count).tolist()
    draws = rng.random((3, count)).tolist()
    found = []
    for index, (site, region) in enumerate(zip(home.tolist(), sites.region[home].tolist(), strict=True)):
        places = [site]
        choices = sites.by_region[region]
        for n in range(more[index]):
            other = int(choices[int(draws[n][index] * len(choices))])
            if other not in places:
                places.append(other)
        found.append(places)
    return found


def _draw_spoken(group: Draws, groups: list[Group], rng: np.random.Generator) -> list[dict[str, str]]:
    """English for everyone, one more language by group; some of those a second, a fifth of these a third."""
    count = len(group)
    codes = np.full((3, count), "", dtype=object)
    for index in np.unique(group).tolist():
        who = GROUPS[index]
        first = np.nonzero((group == index) & (rng.random(count) < who.speaks))[0]
        codes[0, first] = pick_text(rng, who.languages, len(first))
        second = first[rng.random(len(first)) < (0.4 if who.also else 0.24)]
        codes[1, second] = pick_text(rng, who.also or who.languages, len(second))
        third = second[rng.random(len(second)) < 0.2]
        codes[2, third] = pick_text(rng, who.also or who.languages, len(third))
    level = rng.integers(0, len(PROFICIENCIES), (3, count)).tolist()
    native = (rng.random(count) < 0.7).tolist()
    found = []
    for index, (one, two, three) in enumerate(codes.T.tolist()):
        spoken = {"en": "50"}
        if one:
            fluent = native[index] and groups[index].also
            spoken[one] = "50" if fluent else PROFICIENCIES[level[0][index]]
            for place, code in ((1, two), (2, three)):
                if code and code not in spoken:
                    spoken[code] = PROFICIENCIES[level[place][index]]
        found.append(spoken)
    return found


# --- the files of the roster ---------------------------------------------------------------------------


def clinician_rows(world: World, block: Block) -> list[str]:
    found = []
    for i in range(block.count):
        state = world.sites.state[block.sites[i][0]]
        telehealth = "Y" if block.telehealth[i] else "N"
        found.append(
            f"{block.npi[i]},{quoted(block.last[i])},{block.first[i]},{block.middle[i]},{block.prefix[i]},"
            f"{block.suffix[i]},{block.preferred[i]},{quoted(block.credential[i])},{block.stated_gender[i]},"
            f"{block.specialty[i].code},{block.companion[i]},{block.license[i]},{state},{block.enumerated[i]},"
            f"{block.updated[i]},{block.deactivated[i]},{telehealth},{block.telehealth[i]},{block.checked[i]}\n"
        )
    return found


def practice_rows(world: World, block: Block, rng: np.random.Generator) -> list[str]:
    count, tidy = block.count, world.wish.tidy
    accepting = [pick_text(rng, words.ACCEPTING, count) for _ in range(4)]
    networks = pick_text(rng, words.NETWORKS_OF_A_CLINICIAN, count)
    ages = pick_text(rng, words.AGES_SEEN, count)
    begun = days(rng, "2010-01-01", "2025-12-31", count)
    begun_long_ago = days(rng, "2010-01-01", "2023-12-31", count)
    ended = _draw_some(days(rng, "2024-01-01", "2026-12-31", count), 0.03, rng)
    found = []
    for i in range(count):
        telehealth = "Y" if block.telehealth[i] else "N"
        seen = _ages_seen(block.specialty[i].code, ages[i], tidy)
        begin = begun_long_ago[i] if ended[i] else begun[i]
        last = len(block.sites[i]) - 1
        for at, site in enumerate(block.sites[i]):
            found.append(
                f"{block.npi[i]},{site + 1},{'N' if at else 'Y'},{accepting[at][i]},{networks[i]},{begin},"
                f"{ended[i] if at == last else ''},{telehealth},{seen}\n"
            )
    return found


def _ages_seen(specialty: str, drawn: str, tidy: bool) -> str:
    """Pediatrics sees the young; a tidy roster says so of no one else who does not."""
    if specialty.startswith("2080"):
        return drawn if drawn in ("0,18", "0,21") else "0,18" if drawn == "," else "0,21"
    return "," if tidy and drawn in ("0,18", "0,21") else drawn


def language_rows(block: Block, rng: np.random.Generator) -> list[str]:
    stated_on = days(rng, "2021-01-01", "2026-09-30", block.count)
    found = []
    for npi, spoken, day in zip(block.npi, block.spoken, stated_on, strict=True):
        for code, proficiency in spoken.items():
            found.append(f"{npi},{code},{proficiency},{LANGUAGE_SOURCE},{day}\n")
    return found


def affiliation_rows(world: World, block: Block, rng: np.random.Generator) -> list[str]:
    """35 % are affiliated with a hospital of their region, some of these with two."""
    everywhere = [hospital for here in world.sites.hospitals for hospital in here]
    affiliated, one, two, has_two = rng.random((4, block.count)).tolist()
    found = []
    for i, npi in enumerate(block.npi):
        if affiliated[i] >= 0.35:
            continue
        choices = world.sites.hospitals[int(world.sites.region[block.sites[i][0]])] or everywhere
        places = {int(one[i] ** 1.5 * len(choices))}
        if has_two[i] < 0.15:
            places.add(int(two[i] * len(choices)))
        for at in sorted(places):
            found.append(f"{npi},{choices[at][0]},{quoted(choices[at][1])}\n")
    return found
