"""Twin worlds: two accounts of the same clinicians, alike in everything that is shown and in nothing else.

What a clinician shows is drawn once; how they came to it (what they answered before and then took back, what they
keep private or release for matching, what a source states that they hide) is drawn once for each world.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from accounts.vocabulary import program
from directory.code_sets.models import vocabulary
from directory.network.models import Clinician, Location, Network, Plan, PlanNetwork, StatedLanguage
from directory.publication.operations import choose
from directory.self_description.operations import Name, Said
from directory.self_description.vocabulary import Display, Field
from tests.builders.network import (
    SOURCE,
    a_clinician,
    a_location,
    a_practice_address,
    a_role,
    an_organization,
    valid_npi,
)
from tests.builders.publishing import NOW, publish, rolled_back
from tests.privacy.surfaces import Aim

POOL = {
    Field.RACE: ("2054-5", "2058-6", "x-somali", "2028-9", "2029-7", "2186-5"),
    Field.ETHNICITY: ("2135-2", "2148-5", "2186-5"),
    Field.PRONOUNS: ("she", "he", "they"),
    Field.COMPETENCY: ("CLAS", "LGBTQ", "VETERAN"),
    Field.POPULATION: ("refugees-immigrants", "lgbtq", "transgender"),
    Field.GENDER: ("F", "M", "X"),
    Field.LANGUAGE: ("so", "hmn", "mww", "om", "ase"),
}
PARAMETER = {Field.ETHNICITY: "race"}
WORDS = ("Benadir", "Two-Spirit elder", "née Tollefsrud")
"""What is written in. No page and no name of the ordinary network has any of it."""
FORMER = ("Qvistgaard", "Zubrowska")
GIVEN = ("Oddvar", "Kunigunde")
CORRECTED = Name(family="Lindqvist", given="Ellen", middle="B")
STATED_TOO = (Field.NAME, Field.GENDER, Field.LANGUAGE)
LEVELS = ("", "20", "30", "50")
SUBJECTS = (valid_npi(1), valid_npi(2), valid_npi(3))


@dataclass(frozen=True)
class Step:
    """One call of ``choose``."""

    field: Field
    display: Display | None
    values: tuple[Said, ...] = ()
    written_in: str = ""
    declined: bool = False
    name: Name | None = None


@dataclass(frozen=True)
class Facts:
    """What sources state of a clinician; None where both worlds keep what the network says."""

    name: tuple[str, str] | None = None
    gender: str | None = None
    languages: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Account:
    """One clinician of one world."""

    facts: Facts = Facts()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class World:
    accounts: dict[int, Account] = field(default_factory=dict)
    import_last: bool = False

    def secrets(self) -> Iterator[Step]:
        for account in self.accounts.values():
            yield from account.steps


def an_ordinary_network() -> None:
    """Two dozen clinicians at three places, some of whom show something; three are the subjects of the worlds. One of
    these, and nobody else, is named by no roster."""
    organization = an_organization(npi=valid_npi(50_000_000))
    network = Network.objects.create(code="open", name="Open", source=SOURCE)
    plan = Plan.objects.create(code="choice", name="Choice", line_of_business="Commercial", source=SOURCE)
    PlanNetwork.objects.create(plan=plan, network=network)
    near = a_location(organization=organization, staff_languages=["so"], accessibility=["adacomp"])
    far = a_location(name="Birch Lane Clinic", latitude=45.2, longitude=-93.3, interpreter_languages=["so", "hmn"])
    # Only the first subject works here: what becomes of the place when the one who works there is hidden?
    own = a_location(name="Cedar Corner Practice", latitude=44.97, longitude=-93.2, hours=[[6, "08:00", "17:00"]])
    for nth in range(1, 25):
        clinician = a_clinician(
            npi=valid_npi(nth),
            family=f"Warsame{chr(96 + nth)}",
            given="Amina" if nth % 2 else "Jon",
            at=own if nth == 1 else near if nth % 3 else None if nth == 3 else far,
            languages=("en",) if nth % 4 else ("en", "so"),
            gender="FM"[nth % 2],
            source_updated_on=date(2026, 1, 1),
        )
        if nth in SUBJECTS[:2] or nth % 5 == 0:
            a_role(clinician, far if nth % 3 else near, networks=["open"], is_primary=False, accepting="nopt")
    a_practice_address(SUBJECTS[2])
    publish()
    for npi, shown, codes in (
        (valid_npi(4), Field.RACE, ("2054-5",)),
        (valid_npi(5), Field.PRONOUNS, ("she",)),
        (valid_npi(6), Field.POPULATION, ("lgbtq",)),
        (valid_npi(7), Field.LANGUAGE, ("so", "mww")),
    ):
        carry_out(npi, Step(shown, Display.SHOWN, tuple(map(Said, codes))), 0)


def carry_out(npi: int, step: Step, nth: int) -> None:
    choose(
        clinician=Clinician.objects.get(pk=npi),
        field=step.field,
        display=step.display,
        values=step.values,
        written_in=step.written_in,
        declined=step.declined,
        name=step.name,
        by=program("test"),
        at=NOW + timedelta(seconds=nth),
    )


@contextmanager
def world(of: World) -> Iterator[None]:
    """The network as this world tells it; afterwards it is as it was."""
    with rolled_back():
        for npi, account in of.accounts.items():
            state(npi, account.facts)
        if any(account.facts != Facts() for account in of.accounts.values()):
            publish(*of.accounts)
        for nth, step in enumerate(of_everyone(of.accounts)):
            carry_out(*step, nth)
        if of.import_last:
            publish()
        yield


def of_everyone(accounts: dict[int, Account]) -> Iterable[tuple[int, Step]]:
    return [(npi, step) for npi, account in accounts.items() for step in account.steps]


def state(npi: int, facts: Facts) -> None:
    """As a roster would: the sources say something else than before."""
    changed: dict[str, Any] = {}
    if facts.name:
        changed |= {"family_name": facts.name[0], "given_name": facts.name[1], "preferred_name": facts.name[1]}
    if facts.gender is not None:
        changed["gender"] = facts.gender
    if changed:
        Clinician.objects.filter(pk=npi).update(**changed)
    if facts.languages is not None:
        StatedLanguage.objects.filter(clinician_id=npi).delete()
        StatedLanguage.objects.bulk_create(
            StatedLanguage(clinician_id=npi, language=code, source=SOURCE) for code in facts.languages
        )


def aim(*worlds: World) -> Aim:
    """What a stranger asks who guesses every secret of these worlds."""
    steps = [step for each in worlds for step in each.secrets()]
    facts = [account.facts for each in worlds for account in each.accounts.values()]
    said = {(PARAMETER.get(step.field, str(step.field)), value.code) for step in steps for value in step.values}
    filters = {(name, code) for name, narrow in said for code in vocabulary().broader(name, narrow)}
    filters |= {("gender", each.gender) for each in facts if each.gender}
    filters |= {("language", code) for each in facts for code in each.languages or ()}
    words = {step.written_in for step in steps} | {step.name.family for step in steps if step.name}
    words |= {part for each in facts for part in each.name or ()}
    places = tuple(Location.objects.order_by("pk").values_list("pk", flat=True))
    return Aim(tuple(sorted(filters)), tuple(sorted(words - {""})), SUBJECTS, places)


# --- drawing ------------------------------------------------------------------------------------------------------


def values_of(of: Field) -> st.SearchStrategy[tuple[Said, ...]]:
    if of == Field.NAME:
        return st.just(())
    more: dict[str, st.SearchStrategy[Any]] = {}
    if of == Field.LANGUAGE:
        more = {"proficiency": st.sampled_from(LEVELS)}
    if of == Field.COMPETENCY:
        more = {"completed_on": st.sampled_from((None, date(2025, 5, 1))), "hours": st.sampled_from((None, 6))}
    said = st.builds(Said, code=st.sampled_from(POOL[of]), **more)
    return st.lists(said, max_size=3, unique_by=lambda one: one.code).map(tuple)


def names() -> st.SearchStrategy[Name]:
    return st.builds(Name, family=st.sampled_from(FORMER), given=st.sampled_from(GIVEN))


@st.composite
def any_step(draw: st.DrawFn, of: Field) -> Step:
    """Whatever can be answered to a field, shown or not."""
    display = draw(st.sampled_from((None, *Display)))
    if draw(st.integers(0, 4)) == 0:
        return Step(of, display, declined=True)
    name = draw(st.none() | names()) if of == Field.NAME else None
    return Step(of, display, draw(values_of(of)), draw(st.sampled_from(("", *WORDS))), name=name)


@st.composite
def hidden_step(draw: st.DrawFn, of: Field) -> Step:
    """An answer of which nothing is shown."""
    step = draw(any_step(of))
    if step.declined or step.display != Display.SHOWN:
        return step
    return Step(of, draw(st.sampled_from((None, Display.PRIVATE, Display.MATCHING))), step.values, step.written_in)


@st.composite
def ways(draw: st.DrawFn, of: Field, shown: Step | None) -> tuple[Step, ...]:
    """A history that ends with this shown, or with nothing shown; what only the clinician can say may have none."""
    before = draw(st.lists(any_step(of), max_size=2))
    if shown is not None:
        if of in (Field.GENDER, Field.LANGUAGE):  # what is written in there stands on no page
            shown = Step(of, shown.display, shown.values, draw(st.sampled_from(("", *WORDS))))
        return (*before, shown)
    if not before and of not in STATED_TOO and draw(st.booleans()):
        return ()
    return (*before, draw(hidden_step(of)))


@st.composite
def twins(draw: st.DrawFn) -> tuple[World, World]:
    """Two worlds that differ only in what is not shown."""
    accounts: tuple[dict[int, Account], dict[int, Account]] = ({}, {})
    for npi in draw(st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=2, unique=True)):
        spoken = draw(st.lists(st.sampled_from(tuple(Field)), min_size=1, max_size=3, unique=True))
        finals = {of: draw(final(of)) for of in spoken}
        for mine in accounts:
            steps = [draw(ways(of, finals[of])) for of in spoken]
            mine[npi] = Account(draw(facts_behind(spoken)), tuple(step for way in steps for step in way))
    return World(accounts[0], draw(st.booleans())), World(accounts[1], draw(st.booleans()))


@st.composite
def final(draw: st.DrawFn, of: Field) -> Step | None:
    if draw(st.booleans()):
        return None
    if of == Field.NAME:
        return Step(of, Display.SHOWN, name=CORRECTED)
    written_in = draw(st.sampled_from(("", "As we say at home")))
    return Step(of, Display.SHOWN, draw(values_of(of)), written_in)


@st.composite
def facts_behind(draw: st.DrawFn, spoken: list[Field]) -> Facts:
    """What sources state where the clinician's own word stands before it."""
    return Facts(
        name=draw(st.none() | st.tuples(st.sampled_from(FORMER), st.sampled_from(GIVEN)))
        if Field.NAME in spoken
        else None,
        gender=draw(st.none() | st.sampled_from(("", "F", "M", "X"))) if Field.GENDER in spoken else None,
        languages=draw(st.none() | st.lists(st.sampled_from(POOL[Field.LANGUAGE]), max_size=2, unique=True).map(tuple))
        if Field.LANGUAGE in spoken
        else None,
    )
