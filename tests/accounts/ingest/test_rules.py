"""How headers and cells of any import are read, and how rows are counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.ingest import rules
from accounts.ingest.rules import CellRefused, Column, Counts, CsvShape, match_header

SHAPE = CsvShape(
    "things.csv",
    "staged_thing",
    (Column("thing_id", rules.text(5)), Column("on", rules.day), Column("note", rules.text(9), optional=True)),
    unused=("colour",),
)


class TestHeaders:
    @pytest.mark.parametrize("names", [["thing_id", "on"], ["Thing ID", " ON "], ["THING-ID", "on"], ["thingid", "on"]])
    def test_columns_are_found_however_they_are_written(self, names: list[str]) -> None:
        found = match_header(SHAPE, names)
        assert (found.positions, found.absent, found.problem) == ((0, 1, None), ("note",), "")

    def test_what_is_not_known_is_named_and_what_is_not_used_is_not(self) -> None:
        assert match_header(SHAPE, ["race", "on", "colour", "thing_id"]).ignored == ("race",)

    def test_missing_columns_are_a_problem_and_named(self) -> None:
        assert match_header(SHAPE, ["race"]).problem.startswith("things.csv lacks the columns thing_id, on.")

    def test_doubled_columns_are_a_problem_and_named(self) -> None:
        assert "the columns on twice" in match_header(SHAPE, ["thing_id", "on", "ON"]).problem


@pytest.mark.parametrize(
    ("read", "cell", "found"),
    [
        (rules.text(9), "  two \n words ", "two words"),
        (rules.text(9), "", ""),
        (rules.day, "2026-11-22", "2026-11-22"),
        (rules.day, "2/9/2024", "2024-02-09"),
        (rules.day, " ", None),
        (rules.yes_no, "Y", "t"),
        (rules.yes_no, "False", "f"),
        (rules.yes_no, "", "f"),
        (rules.whole_number(0, 130), "007", "7"),
        (rules.whole_number(0, 130), "", None),
        (rules.decimal(-90, 90), "-44.9581", "-44.9581"),
        (rules.decimal(-90, 90), "", None),
        (rules.zip_code, "55104", "55104"),
        (rules.zip_code, "55104-1234", "551041234"),
        (rules.zip_code, "551041234", "551041234"),
        (rules.phone, "651-555-0142", "6515550142"),
        (rules.phone, "(651) 555-0142", "6515550142"),
        (rules.phone, "+1 651.555.0142", "6515550142"),
        (rules.phone, "16515550142", "6515550142"),
        (rules.phone, "", ""),
        (rules.listed(rules.text(5)), "b|a| |b", '{"b","a"}'),
        (rules.listed(rules.text(5)), 'x"\\', '{"x\\"\\\\"}'),
        (rules.listed(rules.text(5)), "", "{}"),
    ],
)
def test_a_cell_is_read(read: rules.Read, cell: str, found: str | None) -> None:
    assert read(cell) == found


@pytest.mark.parametrize(
    ("read", "cell"),
    [
        (rules.text(3), "four"),
        (rules.text(9), "a\0b"),
        (rules.text(9), "a\udcffb"),
        (rules.text(9), "a\u202eb"),
        (rules.text(9), "a\u2067b"),
        (rules.needed(rules.text(9)), "  "),
        (rules.needed(rules.day), ""),
        (rules.day, "2026-02-30"),
        (rules.day, "22.11.2026"),
        (rules.day, "1815-12-10"),
        (rules.day, "٢٠٢٦-١١-٢٢"),
        (rules.yes_no, "perhaps"),
        (rules.whole_number(0, 130), "131"),
        (rules.whole_number(0, 130), "-1"),
        (rules.whole_number(0, 130), "1.5"),
        (rules.decimal(-90, 90), "90.1"),
        (rules.decimal(-90, 90), "nan"),
        (rules.decimal(-90, 90), "1e1"),
        (rules.zip_code, ""),
        (rules.zip_code, "5510"),
        (rules.phone, "555-0142"),
        (rules.phone, "051-555-0142"),
        (rules.listed(rules.text(3)), "a|four"),
    ],
)
def test_a_cell_is_refused(read: rules.Read, cell: str) -> None:
    with pytest.raises(CellRefused):
        read(cell)


READERS = [
    *(rules.text(3), rules.day, rules.yes_no, rules.whole_number(0, 9), rules.decimal(0, 9), rules.zip_code),
    *(rules.phone, rules.listed(rules.text(3))),
]


@given(cell=st.text(min_size=9), read=st.sampled_from(READERS))
def test_no_reason_repeats_a_cell(cell: str, read: rules.Read) -> None:
    assert cell not in reason_of(read, cell)


def reason_of(read: rules.Read, cell: str) -> str:
    """Why a cell is refused; empty when it is not."""
    try:
        read(cell)
    except CellRefused as refusal:
        return str(refusal)
    return ""


@given(st.lists(st.builds(Counts, **dict.fromkeys(Counts.__dataclass_fields__, st.integers(0, 99))), max_size=5))
def test_a_total_is_the_sum_of_every_part(counts: list[Counts]) -> None:
    assert rules.total(counts).read == sum(count.read for count in counts)
    assert rules.total(counts).ended == sum(count.ended for count in counts)


def test_what_ended_stands_outside_the_sum() -> None:
    assert Counts(read=3, added=1, unchanged=1, refused=1, ended=7).adds_up
    assert not Counts(read=3, added=1, unchanged=1, ended=1).adds_up


def test_numbered_names_are_named_together() -> None:
    assert rules.together(["npi", "Code_1", "Switch_1", "Code_2", "Switch_2", "line_1"]) == [
        "npi",
        "Code_1 to 2",
        "Switch_1 to 2",
        "line_1",
    ]
