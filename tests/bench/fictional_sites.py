"""Organisations and the sites where their clinicians work."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.bench import fictional_words as words
from tests.bench.distributions import Draws, ZipCode, distributions, npis, pick, pick_text, proper, quoted
from tests.bench.fictional_communities import NATION, PLACES, Mix, Weighted

SITE_COLUMNS = (
    "site_id,org_npi,org_name,site_name,line1,line2,city,state,zip,county,lat,lon,phone,fax,website,accessibility,hours,"
    "parking,transit,staff_languages,interpreter_languages,interpreter_modes"
)
FIRST_ORGANISATION = 50_000_000
"""Place in the shuffle of NPIs where organisations begin; clinicians begin at 0."""

TIDY_STREET = re.compile(r"([NSEW] )?[A-Z]{4,}( [A-Z]{4,})? (ST|AVE|RD|DR|LN|BLVD|PKWY|WAY|CT|PL)")


@dataclass(frozen=True)
class Near:
    """A place to build around: within so many miles of a ZIP code, with a share of the whole."""

    zip: str
    miles: float
    share: float


@dataclass(frozen=True)
class Region:
    """Where people and organisations keep to themselves: a state, or the surroundings of one ZIP code."""

    name: str
    zips: Draws
    """indices into the ZIP codes of the distributions"""
    weights: Draws
    mix: Mix

    @property
    def weight(self) -> float:
        return float(self.weights.sum())


@dataclass
class Sites:
    """Columns, one entry a site, in the order of their ids (site_id = index + 1)."""

    rows: list[str]
    """CSV lines"""
    region: Draws
    by_region: list[Draws]
    """for each region the indices of its sites"""
    hospitals: list[list[tuple[str, str]]]
    """for each region the (npi, name) of its hospitals"""
    state: list[str] = field(default_factory=list)
    line1: list[str] = field(default_factory=list)
    line2: list[str] = field(default_factory=list)
    city: list[str] = field(default_factory=list)
    zip: list[str] = field(default_factory=list)
    phone: list[str] = field(default_factory=list)
    fax: list[str] = field(default_factory=list)
    organisations: list["Organisation"] = field(default_factory=list)
    """each at the campus that has its place in these columns"""

    def __len__(self) -> int:
        return len(self.region)


@dataclass(frozen=True)
class SiteWish:
    """What is asked of the sites."""

    clinicians: int
    states: tuple[str, ...]
    near: tuple[Near, ...]
    first_digit: int
    fictional_phones: bool
    tidy: bool


def miles_between(lat: float, lon: float, lats: Draws, lons: Draws) -> Draws:
    """Great-circle miles from one point to many; degrees in."""
    here, there = math.radians(lat), np.radians(lats)
    half = np.sin((there - here) / 2) ** 2
    half += math.cos(here) * np.cos(there) * np.sin(np.radians(lons - lon) / 2) ** 2
    return 3958.8 * 2 * np.arcsin(np.sqrt(half))


def regions_for(wish: SiteWish) -> list[Region]:
    """The regions of a network: each named place, or each of the wanted states (all when none is named).

    Around a place the weight of a ZIP code falls with distance. Raises SystemExit with a sentence for a ZIP
    code or states that are not known.
    """
    zips = distributions().zips
    weights = np.array([z.weight for z in zips])
    if wish.near:
        return [_region_around(near, wish.states, zips, weights) for near in wish.near]
    states: dict[str, list[int]] = {}
    for index, z in enumerate(zips):
        if not wish.states or z.state in wish.states:
            states.setdefault(z.state, []).append(index)
    if not states:
        raise SystemExit(f"No ZIP code is in the states {','.join(wish.states)}. Example: --states MN,WI")
    return [Region(state, np.array(at), weights[at], NATION) for state, at in sorted(states.items())]


def _region_around(near: Near, states: tuple[str, ...], zips: tuple[ZipCode, ...], weights: Draws) -> Region:
    centre = next((z for z in zips if z.code == near.zip), None)
    if centre is None:
        raise SystemExit(f"{near.zip} is not a ZIP code of this country. Example: --near 55104:40")
    distance = miles_between(centre.lat, centre.lon, np.array([z.lat for z in zips]), np.array([z.lon for z in zips]))
    wanted = [(not states or z.state in states) and z.city not in words.CITIES_THAT_ARE_FIRMS for z in zips]
    inside = np.nonzero((distance <= near.miles) & np.array(wanted))[0]
    pull = np.sqrt(weights[inside]) * np.exp(-2.5 * distance[inside] / max(near.miles, 1))
    mix = PLACES.get(near.zip[:3], NATION)
    return Region(f"near {near.zip}", inside, pull / pull.sum() * near.share, mix)


def build_sites(wish: SiteWish, rng: np.random.Generator) -> Sites:
    """Draw the organisations, in each region hospitals first so that they own most sites, and their sites."""
    count = max(30, int(wish.clinicians * 0.28))
    regions = regions_for(wish)
    organisations = _draw_organisations(wish, regions, max(12, int(count * 0.45)), rng)
    region, owner = _draw_owners(regions, organisations, count, rng)
    sites = Sites(
        rows=[],
        region=region,
        by_region=[np.nonzero(region == at)[0] for at in range(len(regions))],
        hospitals=[
            [(o.npi, o.name) for o in organisations if o.hospital and o.region == at] for at in range(len(regions))
        ],
        organisations=organisations,
    )
    _write_sites(wish, regions, organisations, owner, sites, rng)
    return sites


@dataclass
class Organisation:
    npi: str
    name: str
    region: int
    hospital: bool
    website: str


def _draw_organisations(
    wish: SiteWish, regions: list[Region], count: int, rng: np.random.Generator
) -> list[Organisation]:
    hospitals = max(3, wish.clinicians // 1500, 3 * len(wish.near))
    home = pick(rng, [r.weight for r in regions], count)
    home[: 3 * len(wish.near)] = np.repeat(np.arange(len(wish.near)), 3)  # each named place has its hospitals
    names = _organisation_names(count, hospitals, wish.tidy, rng)
    has_website = (rng.random(count) < 0.55).tolist()
    found = [
        Organisation(str(npi), name, at, index < hospitals, _website(name) if web else "")
        for index, (npi, name, at, web) in enumerate(
            zip(
                npis(FIRST_ORGANISATION, count, wish.first_digit).tolist(),
                names,
                home.tolist(),
                has_website,
                strict=True,
            )
        )
    ]
    return sorted(found, key=lambda o: (o.region, not o.hospital))


def _organisation_names(count: int, hospitals: int, tidy: bool, rng: np.random.Generator) -> list[str]:
    first = rng.integers(0, len(words.FIRST_WORDS), count).tolist()
    second = pick(rng, [1.0] * len(words.SECOND_WORDS) + [6.0], count).tolist()
    cultural = np.where(rng.random(count) < 0.02, rng.integers(0, len(words.CULTURAL_WORDS), count), -1).tolist()
    services = words.NEUTRAL_SERVICE_WORDS if tidy else words.SERVICE_WORDS
    kinds = words.NEUTRAL_KIND_WORDS if tidy else words.KIND_WORDS
    service = rng.integers(0, len(services), count).tolist()
    kind = rng.integers(0, len(kinds), count).tolist()
    names: dict[str, int] = {}
    found = []
    for index in range(count):
        if index < hospitals:
            end = words.HOSPITAL_WORDS[kind[index] % len(words.HOSPITAL_WORDS)]
        else:
            end = f"{services[service[index]]} {kinds[kind[index]]}"
        if cultural[index] >= 0 and index >= hospitals:
            name = f"{words.CULTURAL_WORDS[cultural[index]]} {end}"
        else:
            name = f"{words.FIRST_WORDS[first[index]]} {(*words.SECOND_WORDS, '')[second[index]]} {end}"
        name = " ".join(name.replace("Health Health", "Health").split())
        names[name] = names.get(name, 0) + 1
        if tidy and names[name] > 1:  # a careful plan tells its groups apart
            name = f"{words.FIRST_WORDS[(first[index] + names[name]) % len(words.FIRST_WORDS)]} & {name}"
        found.append(name if tidy else name.upper())
    return found


def _website(name: str) -> str:
    plain = name.lower().replace("í", "i").replace("’", "").replace("&", "-and-").replace(".", "")
    return "https://" + re.sub(r"[^a-z]+", "-", plain).strip("-") + ".example"


def _draw_owners(
    regions: list[Region], organisations: list[Organisation], count: int, rng: np.random.Generator
) -> tuple[Draws, Draws]:
    """For each site its region and its organisation: a campus for each organisation, the rest by skew."""
    home = np.array([o.region for o in organisations])
    region = np.concatenate([home, pick(rng, [r.weight for r in regions], max(0, count - len(home)))])[:count]
    owned = np.bincount(home, minlength=len(regions))
    begin = np.concatenate([[0], np.cumsum(owned)[:-1]])
    skewed = rng.random(count) ** 2.2
    owner = begin[region] + (owned[region] * skewed).astype(int)
    nobody_there = owned[region] == 0
    owner[nobody_there] = rng.integers(0, len(organisations), int(nobody_there.sum()))
    campuses = min(count, len(organisations))
    owner[:campuses] = np.arange(campuses)
    return region, owner


def _write_sites(
    wish: SiteWish,
    regions: list[Region],
    organisations: list[Organisation],
    owner: Draws,
    sites: Sites,
    rng: np.random.Generator,
) -> None:
    """Draw the columns of all sites and write their lines."""
    count = len(sites)
    zip_index = _draw_zips(regions, sites.region, rng)
    zips = distributions().zips
    lat = np.round(np.array([z.lat for z in zips])[zip_index] + rng.normal(0, 0.012, count), 6).tolist()
    lon = np.round(np.array([z.lon for z in zips])[zip_index] + rng.normal(0, 0.012, count), 6).tolist()
    line1, line2 = _draw_streets(count, wish.tidy, rng)
    plus4 = np.where(rng.random(count) < 0.8, rng.integers(1, 9999, count), 0).tolist()
    phones, faxes = _draw_phones(wish, [zips[z] for z in zip_index.tolist()], rng)
    offices = _draw_office_languages(regions, sites.region, rng)
    texts = zip(
        pick_text(rng, words.ACCESSIBILITY, count),
        map(quoted, pick_text(rng, words.HOURS, count)),
        pick_text(rng, words.PARKING, count),
        pick_text(rng, words.TRANSIT, count),
        strict=True,
    )
    seen: set[tuple[int, str]] = set()
    for index, (at, own, (access, hours, parking, transit), office) in enumerate(
        zip(zip_index.tolist(), owner.tolist(), texts, offices, strict=True)
    ):
        z, organisation = zips[at], organisations[own]
        city = proper(z.city) if wish.tidy else z.city
        code = f"{z.code}{plus4[index]:04d}" if plus4[index] and not wish.tidy else z.code
        name = _site_name(organisation.name, own, city, line1[index], seen)
        sites.state.append(z.state)
        sites.line1.append(line1[index])
        sites.line2.append(line2[index])
        sites.city.append(city)
        sites.zip.append(code)
        sites.phone.append(phones[index])
        sites.fax.append(faxes[index])
        sites.rows.append(
            f"{index + 1},{organisation.npi},{quoted(organisation.name)},{quoted(name)},"
            f"{quoted(line1[index])},"
            f"{quoted(line2[index])},{quoted(city)},{z.state},{code},{quoted(z.county)},{lat[index]},{lon[index]},"
            f"{phones[index]},{faxes[index]},{organisation.website},{access},{hours},{parking},{transit},{office}\n"
        )


def _site_name(organisation: str, own: int, city: str, street: str, seen: set[tuple[int, str]]) -> str:
    """The organisation's name for its first site, then with the city, then with the street."""
    for place in ("", city):
        if (own, place) not in seen:
            seen.add((own, place))
            return f"{organisation} – {place}" if place else organisation
    return f"{organisation} – {street.split(' ', 1)[-1]}"


def _draw_zips(regions: list[Region], region: Draws, rng: np.random.Generator) -> Draws:
    found = np.zeros(len(region), int)
    for at, here in enumerate(regions):
        mine = np.nonzero(region == at)[0]
        found[mine] = here.zips[pick(rng, here.weights, len(mine))]
    return found


def _draw_streets(count: int, tidy: bool, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    source = distributions()
    streets = source.streets
    if tidy:
        streets = tuple(proper(street) for street in streets if TIDY_STREET.fullmatch(street))
    number = rng.integers(1, 4_000 if tidy else 19_999, count).tolist()
    street = (len(streets) * rng.random(count) ** (1.1 if tidy else 1.8)).astype(int).tolist()
    kinds = ("Suite #",) if tidy else source.line2
    kind = np.where(rng.random(count) < 0.55, pick(rng, 1 / (1 + np.arange(len(kinds))), count), -1).tolist()
    room = rng.integers(1, 999, count).tolist()
    line1 = [f"{n} {streets[s]}" for n, s in zip(number, street, strict=True)]
    line2 = [kinds[k].replace("#", str(n)) if k >= 0 else "" for k, n in zip(kind, room, strict=True)]
    return line1, line2


def _draw_phones(wish: SiteWish, zips: list[ZipCode], rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Ten digits each; a fifth of the sites have no fax. Fictional ones lie in 555-0100 to 555-0199."""
    count = len(zips)
    has_fax = (rng.random(count) < 0.8).tolist()
    if wish.fictional_phones:
        line, fax_line = rng.integers(5_550_100, 5_550_200, (2, count)).tolist()
        area = [words.AREA_CODE_OF_ZIP3.get(z.code[:3]) or words.AREA_CODE_OF_STATE.get(z.state, "202") for z in zips]
    else:
        line, fax_line = rng.integers(2_000_000, 9_999_999, (2, count)).tolist()
        area = [str(_made_up_area(z.state + z.code[:3])) for z in zips]
    phones = [f"{a}{n}" for a, n in zip(area, line, strict=True)]
    faxes = [f"{a}{n}" if has else "" for a, n, has in zip(area, fax_line, has_fax, strict=True)]
    return phones, faxes


def _made_up_area(place: str) -> int:
    return 201 + sum(ord(letter) * 131**power for power, letter in enumerate(place)) % 780


def _draw_office_languages(regions: list[Region], region: Draws, rng: np.random.Generator) -> list[str]:
    """Three cells for each site: staff_languages, interpreter_languages, interpreter_modes."""
    count = len(region)
    staff = np.where(rng.random(count) < 0.34, 1 + rng.binomial(2, 0.3, count), 0)
    interpreters = np.where(rng.random(count) < 0.28, 2 + rng.binomial(5, 0.5, count), 0)
    modes = pick_text(rng, words.INTERPRETER_MODES, count)
    cells = np.empty(count, dtype=object)
    for at, here in enumerate(regions):
        mine = np.nonzero(region == at)[0]
        spoken = _several(here.mix.office_languages, staff[mine], rng)
        interpreted = _several(here.mix.office_languages, interpreters[mine], rng)
        for site, says, interprets in zip(mine.tolist(), spoken, interpreted, strict=True):
            cells[site] = f"{says},{interprets},{modes[site] if interprets else ''}"
    return cells.tolist()


def _several(weighted: Weighted, counts: Draws, rng: np.random.Generator) -> Iterator[str]:
    """For each count so many texts joined by '|', none twice (so at times fewer)."""
    most = int(counts.max(initial=0))
    texts: list[Any] = [pick_text(rng, weighted, len(counts)) for _ in range(most)]
    for row, wanted in enumerate(counts.tolist()):
        yield "|".join(dict.fromkeys(texts[n][row] for n in range(wanted)))
