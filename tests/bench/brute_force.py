"""What a search must find, worked out the slow way: from facts and answers, never from the listing.

    world = World.read(today)
    answer = world.answer({"zip": ["55104"], "within": ["10"], "specialty": ["208000000X"]})
    places = world.places.answer({"state": ["MN"], "kind": ["hospital"]})

Every fact is read by a plain SELECT and every rule of what is shown is said here a second time; then a search is one
pass over all locations. It shares with the site only the folding of names. Parameters are those of Find Care's
addresses, with values that it understands: codes, ZIP codes, a city with its state, county codes.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from directory.code_sets.rules import fold, place_key

EARTH_RADIUS_METRES = 6_371_008.8
METRES_PER_MILE = 1609.344
TOP = 15
SPOKEN_WELL = ("", "30", "40", "50")
OF_PERSONS = ("specialty", "language", "race", "pronouns", "competency", "population", "gender", "affiliation")
OF_LOCATIONS = ("office_language", "accessibility", "accepting", "telehealth", "network", "plan")
GROUPS = OF_PERSONS + OF_LOCATIONS
GROUPS_OF_PLACES = ("kind", "office_language", "network", "plan", "accessibility")
REGISTRIES = ("hospitals", "va", "ihs", "urgent_care", "primary_care", "nppes")
YES = {"accepting": "newpt", "telehealth": "yes"}
LAST = chr(0x10FFFF)

Parameters = Mapping[str, Sequence[str]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Answer:
    """All that is found, in the order of the pages: NPI (a place: its number), whole metres (None by name), and the
    place that is shown."""

    rows: list[tuple[int, int | None, int]]
    facets: dict[str, list[tuple[str, int]]]
    """For each group the values that a page counts, in their order."""

    @property
    def total(self) -> int:
        return len(self.rows)


class Holders:
    """Which of so many persons, or of the locations of those persons, hold which codes of one group."""

    def __init__(self, codes_of: Iterable[Iterable[str]], person_of: np.ndarray[Any, Any] | None = None) -> None:
        names: dict[str, int] = {}
        known: dict[frozenset[str], list[int]] = {}
        held: list[int] = []
        sizes: list[int] = []
        for codes in codes_of:
            once = frozenset(codes)
            if once not in known:
                known[once] = [names.setdefault(code, len(names)) for code in sorted(once)]
            held += known[once]
            sizes.append(len(known[once]))
        self.names = list(names)
        self.code = np.array(held, dtype=np.int64)
        self.holder = np.repeat(np.arange(len(sizes)), sizes)
        person = self.holder if person_of is None else person_of[self.holder]
        each, self.once = np.unique(person * (len(names) + 1) + self.code, return_inverse=True)
        self.code_once = each % (len(names) + 1)

    def any_of(self, codes: Iterable[str], count: int) -> Mask:
        wanted = [self.names.index(code) for code in codes if code in self.names]
        mask = np.zeros(count, dtype=bool)
        mask[self.holder[np.isin(self.code, wanted)]] = True
        return mask

    def counts(self, holders: Mask) -> dict[str, int]:
        """Distinct persons among the holders for each code that any of them holds."""
        among = np.zeros(len(self.code_once), dtype=bool)
        among[self.once[holders[self.holder]]] = True
        found = np.bincount(self.code_once[among], minlength=len(self.names))
        return {name: int(found[at]) for at, name in enumerate(self.names) if found[at]}


class Tokens:
    """Words, sorted, with those who bear them."""

    def __init__(self, bearers: Iterable[tuple[str, int]]) -> None:
        self.pairs = sorted(set(bearers))

    def beginning(self, word: str) -> set[int]:
        first, last = bisect_left(self.pairs, (word, -1)), bisect_left(self.pairs, (word + LAST, -1))
        return {bearer for _, bearer in self.pairs[first:last]}

    def exactly(self, word: str) -> set[int]:
        first, last = bisect_left(self.pairs, (word, -1)), bisect_left(self.pairs, (word + "\0", -1))
        return {bearer for _, bearer in self.pairs[first:last]}


def words_of(*names: str) -> set[str]:
    text = " ".join(name for name in names if name)
    return {*fold(text).split(), *fold("".join(c for c in text if c not in "'’ʼ")).split()}


def searched(words: str) -> list[str]:
    """The words of a name that count: six at most, and none with which another begins."""
    said = list(dict.fromkeys(fold(words).split()))
    return [word for word in said if not any(other != word and other.startswith(word) for other in said)][:6]


def bearing(words: Sequence[str], bearers: Any) -> set[int]:
    """Who bears all the words."""
    found = [bearers(word) for word in words]
    return set.intersection(*found) if found else set()


def in_order_of_names(sort_keys: Sequence[str], numbers: Sequence[int]) -> np.ndarray[Any, Any]:
    """Which each is in the order of names."""
    nth = np.empty(len(numbers), dtype=np.int64)
    nth[sorted(range(len(numbers)), key=lambda at: (sort_keys[at], numbers[at]))] = np.arange(len(numbers))
    return nth


def rows(sql: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


class Codes:
    """Codes with all the broader ones that may be filtered by."""

    def __init__(self) -> None:
        found = rows("select id, kind, code, parent_id, filterable from code_sets_code")
        by_id = {row[0]: row for row in found}
        self.of_id = {row[0]: row[2] for row in found}
        self.filterable = {row[0] for row in found if row[4]}
        self.implied: dict[tuple[str, str], set[str]] = {}
        self.known: dict[tuple[str, ...], frozenset[str]] = {}
        for number, kind, code, _, filterable in found:
            if not filterable:
                continue
            above: int | None = number
            chain = set()
            while above is not None:
                _, _, name, parent, may_filter = by_id[above]
                if may_filter:
                    chain.add(name)
                above = parent
            self.implied[kind, code] = chain

    def widened(self, kind: str, codes: Iterable[str]) -> frozenset[str]:
        """The same set for the same codes: a million people hold few different ones."""
        asked = kind, *codes
        if asked not in self.known:
            self.known[asked] = frozenset(name for code in asked[1:] for name in self.implied.get((kind, code), ()))
        return self.known[asked]


@dataclass(frozen=True)
class Facts:
    """What may be known of the clinicians who may be listed; each list has one entry for each of them."""

    npi: list[int] = field(default_factory=list)
    sort_key: list[str] = field(default_factory=list)
    words: list[set[str]] = field(default_factory=list)
    codes: dict[str, list[frozenset[str]]] = field(default_factory=lambda: defaultdict(list))


class Naming(NamedTuple):
    """A place as one source names it."""

    location: int
    place: int
    source: str
    is_named: bool
    name: str
    kind: str
    organization: str
    is_in_force: bool
    latitude: float
    longitude: float
    state: str
    county: str
    accessibility: list[str]
    staff: list[str]
    interpreted: list[str]
    modes: list[str]

    @property
    def rank(self) -> int:
        """By how much the source says: a roster more than any list."""
        return REGISTRIES.index(self.source) if self.source in REGISTRIES else -1

    @property
    def is_listed(self) -> bool:
        """Whether this alone is reason enough to list the place."""
        return self.rank >= 0 and self.kind != "" and self.is_in_force


class Spots:
    """Where something is found, and what holds there: a search is one pass over all of them."""

    groups: tuple[str, ...]
    held: dict[str, Holders]

    def lie_at(self, spots: Sequence[Naming]) -> None:
        self.latitude = np.radians(np.array([spot.latitude for spot in spots], dtype=float))
        self.longitude = np.radians(np.array([spot.longitude for spot in spots], dtype=float))
        self.state = np.array([spot.state for spot in spots], dtype=object)
        self.county = np.array([spot.county for spot in spots], dtype=object)

    def _named(self, words: str) -> Mask:
        raise NotImplementedError

    def _in_order(self, found: Mask, metres: np.ndarray[Any, Any] | None) -> list[tuple[int, int | None, int]]:
        raise NotImplementedError

    def knows(self, words: str) -> bool:
        """Whether anything is called so. Words of which nothing is are taken for misspelt: ``tests.bench.names``."""
        return bool(self._named(words).any())

    def answer(self, asked: Parameters) -> Answer:
        metres, base = self._where(asked)
        if words := asked.get("q", [""])[-1].strip():
            base &= self._named(words)
        free: dict[str, Mask] = {}
        for group in self.groups:
            codes = [YES.get(group, code) for code in asked.get(group, ())]
            all_must_hold = group == "accessibility" or (
                group == "language" and asked.get("language_match", [""])[-1] == "all"
            )
            if all_must_hold or group in YES:
                for code in codes:
                    base &= self._holds(group, [code])
            elif codes:
                free[group] = self._holds(group, codes)
        found = base.copy()
        for mask in free.values():
            found &= mask
        facets = {}
        for group in self.groups:
            among = found
            if group in free:  # a list of which any may hold is counted as if it were not filtered
                among = base.copy()
                for other, mask in free.items():
                    if other != group:
                        among &= mask
            named = {YES.get(group, code) for code in asked.get(group, ())}
            facets[group] = self._facet(group, among, named)
        return Answer(self._in_order(found, metres if asked.get("sort", [""])[-1] != "name" else None), facets)

    def _holds(self, group: str, codes: Iterable[str]) -> Mask:
        """Where any of the codes holds."""
        return self.held[group].any_of(codes, len(self.latitude))

    def _counts(self, group: str, found: Mask) -> dict[str, int]:
        return self.held[group].counts(found)

    def _facet(self, group: str, found: Mask, named: set[str]) -> list[tuple[str, int]]:
        order = sorted(self._counts(group, found).items(), key=lambda each: (-each[1], each[0]))
        return [each for place, each in enumerate(order) if place < TOP or each[0] in named]

    def _where(self, asked: Parameters) -> tuple[np.ndarray[Any, Any] | None, Mask]:
        metres, base = None, np.ones(len(self.latitude), dtype=bool)
        start = self._start(asked)
        if start:
            latitude, longitude = np.radians(start)
            # The chord through the earth, and from it the arc: another road to the same metres.
            chord = np.sqrt(
                (np.cos(self.latitude) * np.cos(self.longitude) - np.cos(latitude) * np.cos(longitude)) ** 2
                + (np.cos(self.latitude) * np.sin(self.longitude) - np.cos(latitude) * np.sin(longitude)) ** 2
                + (np.sin(self.latitude) - np.sin(latitude)) ** 2
            )
            metres = 2 * EARTH_RADIUS_METRES * np.arcsin(np.minimum(1, chord / 2))
            base &= metres <= min(float(asked.get("within", ["25"])[-1]), 100) * METRES_PER_MILE
        if "state" in asked and not ("city" in asked and start):
            base &= self.state == asked["state"][-1]
        if "county" in asked:
            base &= self.county == asked["county"][-1]
        return metres, base

    def _start(self, asked: Parameters) -> tuple[float, float] | None:
        if zip_code := asked.get("zip", [""])[-1]:
            found = rows("select lat, lon from code_sets_point where kind = 'zip' and code = %s", zip_code)
        elif city := asked.get("city", [""])[-1]:
            found = rows(
                "select lat, lon from code_sets_point where kind = 'city' and code = %s and state = %s"
                " order by weight desc limit 1",
                *(place_key(city), asked["state"][-1]),
            )
        else:
            return None
        return found[0]


class Places(Spots):
    """Every place that a search may find on a day: whom a registry names, or where an active clinician works."""

    groups = GROUPS_OF_PLACES

    def __init__(
        self, codes: Codes, roles: Sequence[tuple[Any, ...]], plans: Mapping[str, set[str]], today: date
    ) -> None:
        self.namings: dict[int, list[Naming]] = defaultdict(list)
        self.place_of = {}
        for row in rows(
            "select l.id, coalesce(l.same_as_id, l.id), l.source, l.ended_on is null, l.name, l.kind,"
            "       coalesce(o.name, ''), o.deactivated_on is null, l.latitude, l.longitude, l.state, l.county_fips,"
            "       l.accessibility, l.staff_languages, l.interpreter_languages, l.interpreter_modes"
            "  from network_location l left join network_organization o on o.npi = l.organization_id"
        ):
            naming = Naming(*row)
            self.place_of[naming.location] = naming.place
            if naming.is_named or naming.rank < 0:
                self.namings[naming.place].append(naming)
        for place, namings in self.namings.items():
            namings.sort(key=lambda each: (each.location != place, each.rank, each.location))
        active = {
            npi for (npi,) in rows("select npi from network_clinician where coalesce(deactivated_on > %s, true)", today)
        }
        networks: dict[int, set[str]] = {}
        for npi, location, _, _, here, *_ in roles:
            if npi in active:
                networks.setdefault(self.place_of[location], set()).update(here)
        listed = sorted(
            place
            for place, namings in self.namings.items()
            if place in networks or any(naming.is_listed for naming in namings)
        )
        self.number = np.array(listed, dtype=np.int64)
        self.lie_at([self.namings[place][0] for place in listed])
        there = [networks.get(place, set()) for place in listed]
        self.accessibility = {place: codes.widened("accessibility", self._accessibility(place)) for place in listed}
        self.office_language = {place: codes.widened("language", self._office_languages(place)) for place in listed}
        here = {
            "kind": [codes.widened("kind", [self._first(place, "kind") or "clinic"]) for place in listed],
            "office_language": self.office_language.values(),
            "accessibility": self.accessibility.values(),
            "network": there,
            "plan": [{plan for network in of for plan in plans[network]} for of in there],
        }
        self.held = {group: Holders(held) for group, held in here.items()}
        names = {place: (self.namings[place][0].name, self._first(place, "organization")) for place in listed}
        self.tokens = Tokens((word, place) for place, said in names.items() for word in words_of(*said))
        self.key_order = in_order_of_names([fold(name) for name, _ in names.values()], listed)

    def _first(self, place: int, fact: str) -> Any:
        """What the first source says of it that says anything."""
        found = [getattr(naming, fact) for naming in self.namings[place]]
        return next(filter(None, found), found[0])

    def _accessibility(self, place: int) -> list[str]:
        return self._first(place, "accessibility")

    def _office_languages(self, place: int) -> list[str]:
        """Those of the staff, and of interpreters as the first source tells of any."""
        interpreted = [naming.interpreted for naming in self.namings[place] if naming.interpreted or naming.modes]
        return [*self._first(place, "staff"), *(interpreted[0] if interpreted else [])]

    def called(self, words: Sequence[str]) -> set[int]:
        """By all the words, or their beginnings; single letters alone must be words of the name."""
        by_letters = all(len(word) == 1 for word in words)
        return bearing(words, self.tokens.exactly if by_letters else self.tokens.beginning)

    def _named(self, words: str) -> Mask:
        return np.isin(self.number, list(self.called(searched(words))))

    def _in_order(self, found: Mask, metres: np.ndarray[Any, Any] | None) -> list[tuple[int, int | None, int]]:
        spots = np.flatnonzero(found)
        if metres is None:
            numbers = self.number[spots[np.argsort(self.key_order[spots])]].tolist()
            return [(number, None, number) for number in numbers]
        far = np.rint(metres[spots]).astype(np.int64)
        order = np.lexsort((self.number[spots], far))
        numbers = self.number[spots[order]].tolist()
        return list(zip(numbers, far[order].tolist(), numbers, strict=True))


class World(Spots):
    """Every clinician whom a search may find on a day, at each location; and the places."""

    groups = GROUPS

    def __init__(self, today: date) -> None:
        self.codes = Codes()
        roles = self._roles(today)
        plans = defaultdict(set)
        for plan, network in rows("select plan_id, network_id from network_plannetwork"):
            plans[network].add(plan)
        self.places = Places(self.codes, roles, plans, today)
        self.person = self._persons({role[0] for role in roles})
        self.npi = np.array(self.person.npi, dtype=np.int64)
        self._place_spots(roles, plans)
        self.tokens = Tokens((word, at) for at, words in enumerate(self.person.words) for word in words)
        self.other_names = defaultdict(set)
        for name, other in rows("select name, other from code_sets_nickname"):
            self.other_names[name].add(other)
        self.key_order = in_order_of_names(self.person.sort_key, self.person.npi)

    @classmethod
    def read(cls, today: date) -> "World":
        return cls(today)

    # Facts

    def _roles(self, today: date) -> list[tuple[Any, ...]]:
        """Roles of the day; a clinician's primary one comes first, then by location."""
        return rows(
            "select clinician_id, location_id, accepting, telehealth, networks, age_from, age_to,"
            "       source = 'nppes_address'"
            "  from network_practitionerrole"
            " where coalesce(starts_on, %s) <= %s and coalesce(ends_on, %s) >= %s"
            " order by clinician_id, is_primary desc, location_id, id",
            *(today, today, today, today),
        )

    def _persons(self, at_work: set[int]) -> Facts:
        given = self._answers()
        stated = defaultdict(dict)
        for npi, language, level in rows(
            "select clinician_id, language, proficiency from network_statedlanguage order by proficiency"
        ):
            stated[npi][language] = level
        hospitals = defaultdict(set)
        for npi, hospital in rows("select clinician_id, organization_id from network_affiliation"):
            hospitals[npi].add(str(hospital))
        corrected = {
            row[0]: row[1:]
            for row in rows(
                "select answer_id, given_name, middle_name, family_name, suffix from self_description_correctedname"
            )
        }
        person = Facts()
        for npi, *name, goes_by, gender, specialties in rows(
            "select npi, given_name, middle_name, family_name, suffix, preferred_name, gender, specialties"
            "  from network_clinician where deactivated_on is null order by npi"
        ):
            said = given.get(npi, {})
            if npi not in at_work:
                continue
            if "name" in said:
                name, goes_by = corrected.get(said["name"].id) if said["name"].shown else None, ""
                if name is None:
                    continue
            first, middle, last, suffix = name
            person.npi.append(npi)
            person.sort_key.append(fold(" ".join((last, first, middle))))
            person.words.append(words_of(first, middle, last, suffix, goes_by))
            languages = said["language"].levels() if "language" in said else stated[npi]
            own = {
                "specialty": specialties,
                "language": [code for code, level in languages.items() if level in SPOKEN_WELL],
                "race": [code for name in ("race", "ethnicity") if name in said for code in said[name].levels()],
                "gender": said["gender"].levels() if "gender" in said else [gender],
            }
            for group in ("pronouns", "competency", "population"):
                own[group] = said[group].levels() if group in said else ()
            for group, codes in own.items():
                person.codes[group].append(self.codes.widened(group, codes))
            person.codes["affiliation"].append(frozenset(hospitals.get(npi, ())))
        return person

    def _answers(self) -> dict[int, dict[str, "Said"]]:
        """Current answers by clinician and field."""
        found: dict[int, dict[str, Said]] = defaultdict(dict)
        by_id = {}
        for number, npi, name, display, declined in rows(
            "select id, clinician_id, field, display, declined from self_description_answer where until is null"
        ):
            by_id[number] = found[npi][name] = Said(number, display == "shown", declined, [])
        for number, code, level in rows("select answer_id, code_id, proficiency from self_description_answervalue"):
            if number in by_id and code in self.codes.filterable:
                by_id[number].values.append((self.codes.of_id[code], level))
        return found

    def _place_spots(self, roles: list[tuple[Any, ...]], plans: Mapping[str, set[str]]) -> None:
        places = self.places
        known = {npi: at for at, npi in enumerate(self.person.npi)}
        at_work = [role for role in roles if role[0] in known]
        spot = [places.place_of[role[1]] for role in at_work]
        self.who = np.array([known[role[0]] for role in at_work], dtype=np.int64)
        self.place = np.array(spot, dtype=np.int64)
        self.lie_at([places.namings[place][0] for place in spot])
        self.youngest = np.array([-1 if role[5] is None else role[5] for role in at_work])
        self.oldest = np.array([999 if role[6] is None else role[6] for role in at_work])
        # Whom no roster names comes after all the others.
        self.comes_last = np.zeros(len(self.person.npi), dtype=bool)
        self.comes_last[self.who[np.array([role[7] for role in at_work], dtype=bool)]] = True
        networks = [set(role[4]) for role in at_work]
        here = {
            "accepting": [{role[2]} - {""} for role in at_work],
            "telehealth": [{"yes"} if role[3] else set() for role in at_work],
            "accessibility": [places.accessibility[place] for place in spot],
            "office_language": [places.office_language[place] for place in spot],
            "network": networks,
            "plan": [{plan for network in of for plan in plans[network]} for of in networks],
        }
        self.held = {group: Holders(self.person.codes[group]) for group in OF_PERSONS}
        self.held |= {group: Holders(here[group], self.who) for group in OF_LOCATIONS}

    # Search

    def _where(self, asked: Parameters) -> tuple[np.ndarray[Any, Any] | None, Mask]:
        metres, base = super()._where(asked)
        if age := asked.get("age", [""])[-1]:
            base &= (self.youngest <= int(age)) & (self.oldest >= int(age))
        return metres, base

    def _named(self, words: str) -> Mask:
        """Everywhere that someone works whom all the words name, and where a place is named by all of them."""
        said = searched(words)
        people = bearing(said, self._called)
        places = self.places.called(said)
        if (number := fold(words).replace(" ", "")).isdigit() and len(number) == 10:
            people |= set(np.flatnonzero(self.npi == int(number)).tolist())
        return np.isin(self.who, list(people)) | np.isin(self.place, list(places))

    def _called(self, word: str) -> set[int]:
        found = self.tokens.beginning(word)
        return found.union(*(self.tokens.exactly(other) for other in self.other_names.get(word, ())))

    def _holds(self, group: str, codes: Iterable[str]) -> Mask:
        """The locations at which any of the codes holds, in person or there."""
        if group in OF_PERSONS:
            return self.held[group].any_of(codes, len(self.npi))[self.who]
        return super()._holds(group, codes)

    def _counts(self, group: str, found: Mask) -> dict[str, int]:
        if group not in OF_PERSONS:
            return super()._counts(group, found)
        persons = np.zeros(len(self.npi), dtype=bool)
        persons[self.who[found]] = True
        return self.held[group].counts(persons)

    def _in_order(self, found: Mask, metres: np.ndarray[Any, Any] | None) -> list[tuple[int, int | None, int]]:
        """Each person once: nearest first, then by NPI; without metres by name, at the first of the locations."""
        spots = np.flatnonzero(found)
        if metres is None:
            far = np.zeros(len(spots), dtype=np.int64)
            order = np.lexsort((spots, self.key_order[self.who[spots]], self.comes_last[self.who[spots]]))
        else:
            far = np.rint(metres[spots]).astype(np.int64)
            order = np.lexsort((spots, self.npi[self.who[spots]], far, self.comes_last[self.who[spots]]))
        _, first = np.unique(self.who[spots[order]], return_index=True)
        listed = spots[order[np.sort(first)]]
        return list(
            zip(
                self.npi[self.who[listed]].tolist(),
                [None] * len(listed) if metres is None else np.rint(metres[listed]).astype(np.int64).tolist(),
                self.place[listed].tolist(),
                strict=True,
            )
        )


@dataclass(frozen=True)
class Said:
    """A current answer with its filterable codes and levels."""

    id: int
    shown: bool
    declined: bool
    values: list[tuple[str, str]]

    def levels(self) -> dict[str, str]:
        """Codes with how well, where it is a language; nothing of what is not shown."""
        return dict(self.values) if self.shown and not self.declined else {}
