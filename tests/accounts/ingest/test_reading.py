"""Files as they come: quoted line breaks, byte order marks, gzip, damage."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.ingest.errors import ImportRefused
from accounts.ingest.reading import by_header, find_file, open_csv, split_plainly
from accounts.ingest.rules import Column, CsvShape, match_header, text
from accounts.ingest.staging import RowsOf

SHAPE = CsvShape("things.csv", "staged_thing", (Column("id", text(9), key=r"\d+"), Column("note", text(9))))


def staged(folder: Path, content: bytes, name: str = "things.csv") -> list[list[object]]:
    path = folder / name
    path.write_bytes(content)
    with open_csv(SHAPE, find_file(folder, SHAPE.file)) as file:
        return [RowsOf(file).read(row) for row in file.rows()]


def test_a_row_has_the_line_on_which_it_begins(tmp_path: Path) -> None:
    rows = staged(tmp_path, b'id,note\n1,"a\nb"\n\n2,c\n')
    assert [row[0] for row in rows] == [2, 5]
    assert rows[0] == [2, "1", None, "1", "a b"]


def test_compressed_with_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    rows = staged(tmp_path, gzip.compress(b"\xef\xbb\xbfNOTE,ID\r\nhello,7\r\n"), "things.csv.gz")
    assert rows == [[2, "7", None, "7", "hello"]]


def test_a_refused_row_keeps_what_could_be_read(tmp_path: Path) -> None:
    assert staged(tmp_path, b"id,note\n7,much too long\n") == [[2, "7", "note: is longer than 9 characters", "7", None]]


def test_a_key_that_is_no_key_is_not_repeated(tmp_path: Path) -> None:
    assert staged(tmp_path, b"id,note\nWarsame!!!,x\n")[0][:2] == [2, ""]


def test_a_row_of_another_width_is_refused(tmp_path: Path) -> None:
    assert staged(tmp_path, b"id,note\n7\n") == [[2, "7", "the row has 1 cells, the header 2", None, None]]


@pytest.mark.parametrize("content", [b'id,note\n1,"' + b"x\n" * 100_000, b""])
def test_a_file_that_cannot_be_read_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ImportRefused):
        staged(tmp_path, content)


class TestQuickly:
    """Lines and rows as most are, read without looking at each cell."""

    @given(
        st.lists(st.text(st.sampled_from('a", \t'), max_size=4), min_size=1, max_size=5),
        st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)),
        st.integers(0, 5),
    )
    def test_a_line_is_split_as_csv_splits_it(self, cells: list[str], quoting: int, cuts: int) -> None:
        written = io.StringIO(newline="")
        csv.writer(written, quoting=quoting).writerow(cells)  # type: ignore[call-overload]
        if (found := split_plainly(written.getvalue(), cuts)) is not None:
            assert found[0][:cuts] == cells[:cuts]
            assert found[1] == len(cells)

    @given(st.text(st.sampled_from('a",'), min_size=1, max_size=9), st.sampled_from(("\n", "\r\n", "")))
    def test_a_line_that_is_not_plain_is_left_to_csv(self, body: str, end: str) -> None:
        found = split_plainly(body + end, -1)
        assert found is None or found[0] == next(csv.reader([body + end]))

    def test_all_cells_quoted_or_none_is_plain(self) -> None:
        assert split_plainly('"a","","b, c"\r\n', 1) == (["a", '","b, c'], 3)
        assert split_plainly("a,,b\n", -1) == (["a", "", "b"], 3)

    @given(st.lists(st.text(st.sampled_from("a7 \t\\N\xa0\x00é\ufffd\ud800"), max_size=5), min_size=2, max_size=2))
    def test_a_row_is_staged_unread_only_if_reading_it_changes_nothing(self, cells: list[str]) -> None:
        shape = CsvShape("x", "x", tuple(Column(c, text(4), key=r".*", plain=r"[^\t]{0,4}") for c in ("a", "b")))
        reading = RowsOf(Opened(shape))  # type: ignore[arg-type]
        staged = reading.plain((2, cells, 2))
        if staged is not None:
            assert staged == "2\t{0} {1}\t\\N\t{0}\t{1}\n".format(*cells)
            assert reading.read((2, cells, 2))[2:] == [None, *cells]

    def test_a_plain_row_is_staged_unread(self) -> None:
        shape = CsvShape("x", "x", tuple(Column(c, text(4), plain=r"[^\t]{0,4}") for c in ("a", "b")))
        assert RowsOf(Opened(shape)).plain((2, ["é", ""], 2)) == "2\t\t\\N\té\t\n"  # type: ignore[arg-type]


class Opened:
    """A file of a shape, without rows."""

    def __init__(self, shape: CsvShape) -> None:
        self.shape = shape
        self.header = match_header(shape, shape.header)


class TestByHeader:
    SHAPES = (SHAPE, CsvShape("people", "staged_person", (Column("id", text(9)), Column("name", text(9)))))

    def test_a_file_has_the_shape_that_its_header_is_most_like(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("NAME,id\n")
        (tmp_path / "b.csv").write_text("id,note,else\n")
        found = by_header([tmp_path / "a.csv", tmp_path / "b.csv"], self.SHAPES)
        assert [(file.shape.table, file.shape.file) for file in found] == [
            ("staged_person", "a.csv"),
            ("staged_thing", "b.csv"),
        ]

    def test_two_files_of_one_name_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ImportRefused):
            by_header([tmp_path / "a.csv", tmp_path / "b" / "a.csv"], self.SHAPES)
