"""What people look for, by the kinds of search that the benchmark times. The same seed draws the same queries."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import numpy as np

from directory.code_sets.models import vocabulary
from directory.code_sets.rules import fold
from tests.bench.brute_force import World, rows
from tests.bench.distributions import distributions, pick

Asked = dict[str, list[str]]
KINDS = ("near", "near_languages", "name", "rare", "broad", "statewide", "nationwide", "places_near", "places_name")
WIDTHS = (("10", 0.35), ("25", 0.5), ("50", 0.15))
SELDOM = ("race", "pronouns", "competency", "population")


def address(asked: Asked) -> str:
    return urlencode(asked, doseq=True)


class Draw:
    """Draws searches: places as people live, specialties as clinicians have them, names as they bear them."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.seed = seed
        self.zips = self._zips()
        self.specialties = self._specialties()
        self.languages = self._frequencies("language", without="en")
        self.names = rows(
            "select given_name, family_name, npi from network_clinician where deactivated_on is null order by npi"
        )
        self.groups = [name for (name,) in rows("select distinct name from network_organization order by name")]
        self.zip_of = dict(rows("select id, zip from network_location"))

    def queries(self, kind: str, count: int) -> list[Asked]:
        rng = np.random.default_rng([self.seed, KINDS.index(kind)])
        draw: Callable[[np.random.Generator], Asked] = getattr(self, kind)
        return [draw(rng) for _ in range(count)]

    # Kinds

    def near(self, rng: np.random.Generator) -> Asked:
        return {"specialty": [self._one(rng, self.specialties)], **self._around(rng)}

    def near_languages(self, rng: np.random.Generator) -> Asked:
        two = {self._one(rng, self.languages), self._one(rng, self.languages)}
        asked = {**self.near(rng), "language": sorted(two), "accepting": ["yes"]}
        return {**asked, "language_match": ["all"]} if rng.random() < 0.25 else asked

    def name(self, rng: np.random.Generator) -> Asked:
        """Parts of names in any order, short forms of names, groups, now and then an NPI."""
        known = vocabulary()
        while True:
            given, family, npi = self.names[rng.integers(len(self.names))]
            short = sorted(self.world.other_names.get(given.lower(), ())) or [given]
            group = " ".join(self.groups[rng.integers(len(self.groups))].split()[:2])
            forms = (
                (family, 0.2),
                (f"{given} {family}", 0.3),
                (f"{family} {given}", 0.1),
                (f"{given[:3]} {family[:4]}", 0.15),
                (f"{short[rng.integers(len(short))]} {family}", 0.1),
                (group, 0.1),
                (str(npi), 0.05),
            )
            words = self._one(rng, ([form for form, _ in forms], [share for _, share in forms]))
            would_be_a_filter = not words.strip() or known.named(words)
            if not would_be_a_filter and self.world.knows(words):
                return {"q": [words]}

    def rare(self, rng: np.random.Generator) -> Asked:
        """Someone's own seldom combination: specialty, a second language or something shared, and where they work."""
        world = self.world
        while True:
            spot = int(rng.integers(len(world.who)))
            who = world.who[spot]
            seldom = [
                (group, code)
                for group in (*SELDOM, "language")
                for code in sorted(world.person.codes[group][who])
                if code != "en"
            ]
            specialties = sorted(world.person.codes["specialty"][who])
            if len(seldom) < 2 or not specialties:
                continue
            asked: Asked = {"specialty": [specialties[rng.integers(len(specialties))]]}
            for at in rng.choice(len(seldom), 2, replace=False).tolist():
                group, code = seldom[at]
                asked.setdefault(group, []).append(code)
            if (zip_code := self.zip_of[int(world.place[spot])]) in self.zips[0]:
                asked |= {"zip": [zip_code], "within": ["50"]}
            return asked

    def broad(self, rng: np.random.Generator) -> Asked:
        return {"zip": [self._one(rng, self.zips)], "within": [("5", "10", "25", "50")[rng.integers(4)]]}

    def statewide(self, rng: np.random.Generator) -> Asked:
        states = {zip_code.code: zip_code.state for zip_code in distributions().zips}
        asked = {"state": [states[self._one(rng, self.zips)]]}
        return {**asked, "specialty": [self._one(rng, self.specialties)]} if rng.random() < 0.5 else asked

    def nationwide(self, rng: np.random.Generator) -> Asked:
        return {"specialty": [self._one(rng, self.specialties)]}

    def places_near(self, rng: np.random.Generator) -> Asked:
        """What is near; half of the time with a wish that some places there fulfil."""
        asked = self._around(rng)
        if rng.random() < 0.5:
            places = self.world.places
            wishes = [(group, code) for group in places.groups for code in places.held[group].names]
            group, code = wishes[rng.integers(len(wishes))]
            asked[group] = [code]
        return asked

    def places_name(self, rng: np.random.Generator) -> Asked:
        """Two words of a name, or their beginnings."""
        places = self.world.places
        name = places.namings[int(rng.choice(places.number))][0].name
        words = fold(name).split()[:2]
        return {"q": [" ".join(word[: 4 if rng.random() < 0.3 else None] for word in words)], "by": ["name"]}

    # Where draws come from: texts with their weights

    def _zips(self) -> tuple[list[str], list[float]]:
        known = {code for (code,) in rows("select code from code_sets_point where kind = 'zip'")}
        found = [(place.code, place.weight) for place in distributions().zips if place.code in known]
        return [code for code, _ in found], [weight for _, weight in found]

    def _specialties(self) -> tuple[list[str], list[float]]:
        known = set(self.world.held["specialty"].names)
        found = [(each.code, each.weight) for each in distributions().specialties if each.code in known]
        return [code for code, _ in found], [weight for _, weight in found]

    def _frequencies(self, group: str, *, without: str) -> tuple[list[str], list[float]]:
        held = self.world.held[group]
        counts = np.bincount(held.code, minlength=len(held.names)).tolist()
        found = sorted((name, count) for name, count in zip(held.names, counts, strict=True) if name != without)
        return [name for name, _ in found], [count for _, count in found]

    def _around(self, rng: np.random.Generator) -> Asked:
        miles = self._one(rng, ([miles for miles, _ in WIDTHS], [share for _, share in WIDTHS]))
        return {"zip": [self._one(rng, self.zips)], "within": [miles]}

    def _one(self, rng: np.random.Generator, weighted: tuple[list[str], list[Any]]) -> str:
        texts, weights = weighted
        return texts[int(pick(rng, weights, 1)[0])]
