"""An address and what it asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.code_sets.models import Vocabulary, vocabulary
from directory.search.rules import Place, as_number, cursor, parse, read_cursor, where
from directory.search.vocabulary import CHOICES, MILES

KNOWN = {"state": {"MN", "PA"}, "network": {"N1"}, "plan": {"P1"}, "affiliation": {"2000000012"}}
VALUES = {
    "specialty": ["208000000X", "207Q00000X"],
    "language": ["so", "hmn", "es"],
    "office_language": ["so", "yue"],
    "race": ["2028-9", "x-somali"],
    "pronouns": ["she", "they"],
    "competency": ["CLAS"],
    "population": ["veterans"],
    "gender": ["F", "X"],
    "network": ["N1"],
    "plan": ["P1"],
    "accepting": ["yes"],
    "accessibility": ["adacomp", "pubtrans"],
    "telehealth": ["yes"],
    "affiliation": ["2000000012"],
}


@pytest.fixture
def words(codes: None) -> Vocabulary:
    return vocabulary()


addresses = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True)
            for name, known in VALUES.items()
        },
        "q": st.sampled_from([["amina"], ["o'brien"], ["2000000012"]]),
        "zip": st.sampled_from([["55104"], ["15213"]]),
        "within": st.sampled_from([[str(miles)] for miles in MILES]),
        "age": st.integers(0, 120).map(lambda age: [str(age)]),
        "language_match": st.just(["all"]),
        "sort": st.just(["name"]),
        "state": st.just(["MN"]),
    },
)


@given(address=addresses)
def test_what_an_address_asks_for_can_be_said_again(words: Vocabulary, address: dict[str, list[str]]) -> None:
    asked = parse(address, words, KNOWN)
    assert asked.not_understood == ()
    again: dict[str, list[str]] = {}
    for name, value in asked.pairs():
        again.setdefault(name, []).append(value)
    said = parse(again, words, KNOWN)
    assert said.codes == asked.codes
    assert said.pairs() == asked.pairs()


@given(name=st.sampled_from(sorted(CHOICES)), noise=st.text(min_size=1, max_size=12).filter(lambda t: t.strip()))
def test_noise_in_a_filter_never_passes_unnamed(words: Vocabulary, name: str, noise: str) -> None:
    asked = parse({name: [noise]}, words, KNOWN)
    understood = bool(asked.codes.get(name))
    assert understood != bool(asked.not_understood)
    assert understood != (name in asked.nobody)


@pytest.mark.parametrize(
    ("box", "city", "state", "place"),
    [
        ("55104", "", "", Place(zip="55104")),
        ("55104-1234", "", "", Place(zip="55104")),
        ("551041234", "", "", Place(zip="55104")),
        ("Saint Paul, MN", "", "", Place(city="Saint Paul", state="MN")),
        ("Saint Paul MN", "", "", Place(city="Saint Paul", state="MN")),
        ("Saint Paul", "", "MN", Place(city="Saint Paul", state="MN")),
        ("5510", "", "", Place(zip="5510")),
        ("", "Duluth", "", Place(city="Duluth")),
        ("", "", "MN", Place()),
    ],
)
def test_the_box_for_the_zip_takes_a_city(box: str, city: str, state: str, place: Place) -> None:
    assert where(box, city, state) == place


@given(metres=st.integers(0, 9_999_999), npi=st.integers(1_000_000_000, 2_999_999_999))
def test_a_cursor_by_distance_is_read_back(metres: int, npi: int) -> None:
    for contracted in (True, False):
        card = {"metres": metres, "npi": npi, "here": {"contracted": contracted}}
        after = read_cursor(cursor(card, by_distance=True), by_distance=True)
        assert after == (metres, None, npi, not contracted)


@pytest.mark.parametrize("text", ["", "x", "12-", "-2000000012", "12-abc", "1e9-2000000012", "12-20000000120", "12"])
def test_a_cursor_that_we_did_not_write_is_refused(text: str) -> None:
    assert read_cursor(text, by_distance=True) is None


@pytest.mark.parametrize(
    ("text", "number"), [("10", 10), ("2.5", 2.5), ("-1", -1), ("nan", None), ("inf", None), ("ten", None), ("", None)]
)
def test_numbers(text: str, number: float | None) -> None:
    assert as_number(text) == number
