"""An import that changes what a clinician has hidden or corrected changes nothing that anyone else can see, not even
for the moment until it is published."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.intake import operations
from directory.listing.models import ListedClinician
from directory.publication.models import Due
from directory.publication.operations import Published
from directory.self_description.operations import Name
from directory.self_description.vocabulary import Display, Field
from tests.builders.publishing import publish, rolled_back
from tests.directory.intake import nppes_rows
from tests.directory.intake.rosters import AMINA, JON, Files, a_roster, take
from tests.privacy.surfaces import Aim, Seen, differences, the_sharpest, visit
from tests.privacy.worlds import CORRECTED, SUBJECTS, Step, World, aim, an_ordinary_network, carry_out, twins, world

pytestmark = pytest.mark.django_db
AIM = Aim((("gender", "M"), ("language", "om")), ("Qvistgaard", "Warsame"), (AMINA, JON))
SCRIPT = [*the_sharpest(AIM, ""), "/health/ready"]

HIDES = {
    Field.GENDER: Step(Field.GENDER, Display.PRIVATE),
    Field.LANGUAGE: Step(Field.LANGUAGE, None),
    Field.NAME: Step(Field.NAME, Display.SHOWN, name=CORRECTED),
}
"""What Amina says once, before the import that is looked at."""


class Source(Protocol):
    """What a source says of Amina at another time than before."""

    def take(self, folder: Path) -> object: ...


@dataclass
class Restated:
    """What a second roster says of Amina, and of others besides."""

    cells: dict[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("so",)
    others: dict[str, str] = field(default_factory=dict)

    def files(self) -> Files:
        files = a_roster()
        files["clinicians.csv"][0] |= self.cells
        files["clinicians.csv"][1] |= self.others
        spoken = files["languages.csv"][0]
        files["languages.csv"][:1] = [spoken | {"language": code} for code in self.languages]
        return files

    def take(self, folder: Path) -> object:
        return take(folder / "second", self.files())


@dataclass
class Registered:
    """What an edition of the registry says of Amina."""

    cells: dict[str, str] = field(default_factory=dict)
    day: str = "20260101"

    def take(self, folder: Path) -> object:
        rows = [nppes_rows.a_person(AMINA, **self.cells), nppes_rows.a_person(JON, family_name="SMITH")]
        return nppes_rows.take(nppes_rows.write(folder / f"npidata_pfile_20050523-{self.day}.csv", rows))


FIRST_EDITION = Registered(day="20250101")


@dataclass
class Watched:
    """What was there to see after the facts were in, and after they were published; and who was due in between."""

    before: Seen = field(default_factory=Seen)
    after: Seen = field(default_factory=Seen)
    due: set[int] = field(default_factory=set)


@pytest.fixture
def network(codes: None, tmp_path: Path) -> None:
    take(tmp_path / "first", a_roster())


Watch = Callable[[list[Step], Source], Watched]


@pytest.fixture
def registered(network: None, tmp_path: Path) -> None:
    """The registry has had a word, too: the roster has none any more on who they are."""
    FIRST_EDITION.take(tmp_path)


@pytest.fixture
def watch(network: None, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Lets Amina speak, imports what a source says now, and looks."""
    publish_due = operations.publish_due

    def watched(says: list[Step], restated: Source) -> Watched:
        found = Watched()

        def look(**options: Any) -> Published:
            found.before = visit(SCRIPT)
            found.due = set(Due.objects.values_list("pk", flat=True))
            return publish_due(**options)

        with rolled_back(), tempfile.TemporaryDirectory() as folder, monkeypatch.context() as patch:
            for nth, step in enumerate(says):
                carry_out(AMINA, step, nth)
            patch.setattr(operations, "publish_due", look)
            restated.take(Path(folder))
            found.after = visit(SCRIPT)
        return found

    return watched


def told(one: Watched, other: Watched) -> list[str]:
    return differences(one.before, other.before) + differences(one.after, other.after)


HIDDEN_FACTS = {
    "gender": (HIDES[Field.GENDER], Restated({"gender": "M"})),
    "no gender any more": (HIDES[Field.GENDER], Restated({"gender": ""})),
    "another language": (HIDES[Field.LANGUAGE], Restated(languages=("om", "hmn"))),
    "no language any more": (HIDES[Field.LANGUAGE], Restated(languages=())),
    "family name": (HIDES[Field.NAME], Restated({"last_name": "QVISTGAARD"})),
    "preferred name": (HIDES[Field.NAME], Restated({"preferred_name": "Oddvar"})),
}


@pytest.mark.parametrize("story", HIDDEN_FACTS)
def test_a_hidden_fact_that_changes_is_seen_nowhere_and_makes_nobody_due(watch: Watch, story: str) -> None:
    says, restated = HIDDEN_FACTS[story]
    changed, unchanged = watch([says], restated), watch([says], Restated())
    assert told(changed, unchanged) == []
    assert changed.before.answers["/health/ready"]["status"] == 200
    assert changed.due == unchanged.due == set()


@pytest.mark.parametrize("story", HIDDEN_FACTS)
def test_the_same_change_is_late_and_then_seen_where_nothing_is_hidden(watch: Watch, story: str) -> None:
    """Without this the test above could not fail."""
    changed = watch([], HIDDEN_FACTS[story][1])
    assert changed.before.answers["/health/ready"]["status"] == 503
    assert changed.after.answers["/health/ready"]["status"] == 200
    assert changed.due == {AMINA}
    assert told(changed, watch([], Restated())) != []


HIDDEN_IN_THE_REGISTRY = {
    "gender": (HIDES[Field.GENDER], {"gender": "M"}),
    "no gender any more": (HIDES[Field.GENDER], {"gender": ""}),
    "family name": (HIDES[Field.NAME], {"family_name": "QVISTGAARD"}),
    "given name and suffix": (HIDES[Field.NAME], {"given_name": "ODDVAR", "suffix": "JR"}),
}


@pytest.mark.parametrize("story", HIDDEN_IN_THE_REGISTRY)
def test_the_same_of_the_registry(registered: None, watch: Watch, story: str) -> None:
    says, cells = HIDDEN_IN_THE_REGISTRY[story]
    changed, unchanged = watch([says], Registered(cells)), watch([says], Registered())
    assert told(changed, unchanged) == []
    assert changed.before.answers["/health/ready"]["status"] == 200
    assert changed.due == unchanged.due == set()

    changed = watch([], Registered(cells))
    assert changed.before.answers["/health/ready"]["status"] == 503
    assert changed.due == {AMINA}
    assert told(changed, watch([], Registered())) != []


EDITIONS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "family_name": st.sampled_from(("QVISTGAARD", "ZUBROWSKA")),
            "gender": st.sampled_from(("", "M", "X")),
            "credential": st.just("D.O."),
            "line1": st.just("9 CEDAR CT"),
        },
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=settings.default.max_examples // 3)
@given(editions=EDITIONS, by=st.randoms())
def test_no_edition_of_the_registry_brings_back_what_was_hidden_or_corrected(
    registered: None, watch: Watch, editions: list[dict[str, str]], by: Any
) -> None:
    """In whatever order they come."""

    class Several:
        def take(self, folder: Path) -> None:
            dated = [Registered(cells, day=f"2026010{nth}") for nth, cells in enumerate(editions, 1)]
            by.shuffle(dated)
            for edition in dated:
                edition.take(folder)
                assert ListedClinician.objects.get(npi=AMINA).name == shown.name

    with rolled_back():
        for nth, step in enumerate(HIDES.values()):
            carry_out(AMINA, step, nth)
        shown = ListedClinician.objects.get(npi=AMINA)
    seen = watch(list(HIDES.values()), Several()).after
    listed = [row for table in seen.rows.values() for row in table]
    answers = [answer["body"].decode().lower() for path, answer in seen.answers.items() if "q=" not in path]
    for word in ("qvistgaard", "zubrowska", "warsame"):
        assert not any(word in text.lower() for text in (*listed, *answers))


def an_edition_of_the_subjects(folder: Path, day: str, cells: dict[str, str]) -> object:
    """Nobody moves: the new place of somebody whom no roster names would have another number in each world, since the
    database takes none back."""
    at_home = {"line1": nppes_rows.AN_ADDRESS["line1"]}
    rows = [nppes_rows.a_person(npi, **cells | at_home) for npi in SUBJECTS]
    return nppes_rows.take(nppes_rows.write(folder / f"npidata_pfile_20050523-{day}.csv", rows))


@pytest.fixture
def ordinary(codes: None, tmp_path: Path) -> None:
    """The registry has named the subjects: what a world states of them is all that its next edition changes."""
    an_ordinary_network()
    an_edition_of_the_subjects(tmp_path, "20250101", {})


@settings(max_examples=settings.default.max_examples // 2)
@given(pair=twins(), editions=EDITIONS)
def test_the_same_editions_look_the_same_in_worlds_that_show_the_same(
    ordinary: None, pair: tuple[World, World], editions: list[dict[str, str]]
) -> None:
    script = [*the_sharpest(aim(*pair), ""), "/health/ready"]
    one, other = (seen_while(each, editions, script) for each in pair)
    assert [differences(*looks) for looks in zip(one, other, strict=True)] == [[]] * 2 * len(editions)


def seen_while(of: World, editions: list[dict[str, str]], script: list[str]) -> list[Seen]:
    """What there is to see while editions of the registry come into a world: of each before and after publication."""
    publish_due, seen = operations.publish_due, []

    def look(**options: Any) -> Published:
        seen.append(visit(script))
        done = publish_due(**options)
        seen.append(visit(script))
        return done

    with world(of), tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "publish_due", look)
        for nth, cells in enumerate(editions, 1):
            an_edition_of_the_subjects(Path(folder), f"2026010{nth}", cells)
    return seen


def test_whoever_hides_the_name_hides_every_change(watch: Watch) -> None:
    """Nothing of somebody who is not listed can be late. The facts are published all the same: if the name is shown
    at the same moment, they are up to date."""
    hides = [Step(Field.NAME, Display.PRIVATE, name=Name("Qvistgaard", "Oddvar"))]
    changed = watch(hides, Restated({"credential": "DO", "gender": "M", "taxonomy_1": "208D00000X"}))
    assert told(changed, watch(hides, Restated())) == []
    assert changed.due == {AMINA}


def test_a_license_number_is_on_no_page_and_makes_nobody_due(
    watch: Watch,
) -> None:
    changed = watch([], Restated({"license_number": "12345", "license_state": "MN"}))
    assert told(changed, watch([], Restated())) == []
    assert changed.due == set()


CELLS = {
    Field.NAME: st.fixed_dictionaries(
        {}, optional={"last_name": st.sampled_from(("QVISTGAARD", "ZUBROWSKA")), "suffix": st.just("JR")}
    ),
    Field.GENDER: st.fixed_dictionaries({}, optional={"gender": st.sampled_from(("", "M", "X"))}),
}
SPOKEN_OF = st.lists(st.sampled_from(list(HIDES)), min_size=1, unique=True)


@settings(max_examples=settings.default.max_examples // 5)
@given(data=st.data(), spoken=SPOKEN_OF, others=st.sampled_from(({}, {"credential": "DO"}, {"gender": "X"})))
def test_two_rosters_that_differ_in_what_is_hidden_look_the_same(
    watch: Watch, data: st.DataObject, spoken: list[Field], others: dict[str, str]
) -> None:
    """Whatever else the two rosters change, of her or of others, they change alike."""
    shared = data.draw(st.sampled_from(({}, {"credential": "DO"})))

    def restated() -> Restated:
        cells = dict(shared)
        for each in spoken:
            cells |= data.draw(CELLS.get(each, st.just({})))
        languages = st.lists(st.sampled_from(("so", "om", "hmn")), max_size=2, unique=True).map(tuple)
        return Restated(cells, data.draw(languages) if Field.LANGUAGE in spoken else ("so",), others)

    says = [HIDES[each] for each in spoken]
    one, other = watch(says, restated()), watch(says, restated())
    assert told(one, other) == []
    assert one.due == other.due


def test_who_waits_is_read_by_nobody_and_that_somebody_waits_by_everyone(codes: None, tmp_path: Path) -> None:
    """The site says late until everything is published, also after a publication that broke off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "publish_due", lambda **_: Published(0, 0, 0))
        take(tmp_path / "first", a_roster())
    assert Due.objects.count() == 2
    seen = visit(["/health/ready"])
    assert seen.answers["/health/ready"]["status"] == 503
    assert len(seen.rows["publication_late"]) == 1
    assert not any(str(npi) in row for rows in seen.rows.values() for row in rows for npi in (AMINA, JON))
    publish()
    assert Client().get("/health/ready").status_code == 200
