"""Reading a CSV file row by row: plain or gzip, UTF-8 with or without a byte order mark, in little memory."""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from .errors import ImportRefused
from .rules import CsvShape, Header, match_header, recognise

Row = tuple[int, list[str], int]
"""The line of the file on which a row begins (the header is line 1), its cells, and how many it has: those behind the
last one that the shape reads may not be cut apart."""


@dataclass(frozen=True)
class SourceFile:
    """A file and its shape, which bears the name that people know the file by."""

    shape: CsvShape
    path: Path


def in_folder(folder: Path, shapes: Sequence[CsvShape]) -> list[SourceFile]:
    """The file of each shape in a folder, by its name. Raises ImportRefused where one is missing, or there twice."""
    return [SourceFile(shape, find_file(folder, shape.file)) for shape in shapes]


def by_header(paths: Sequence[Path], shapes: Sequence[CsvShape]) -> list[SourceFile]:
    """Files with the shape that the header of each is most like, in the order in which they are named.

    Raises ImportRefused for a file that is not there, or two of one name.
    """
    names = [path.name for path in paths]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ImportRefused(f"Two files are called {min(twice)}. Name each file once.")
    return [SourceFile(replace(recognise(shapes, _header(path)), file=path.name), path) for path in paths]


def find_file(folder: Path, name: str) -> Path:
    """The file of this name in a folder, plain or with ``.gz``. Raises ImportRefused for none, or for both."""
    found = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
    if not found:
        raise ImportRefused(f"There is no {name} (or {name}.gz) in the folder. Put it there, with its header row.")
    if len(found) > 1:
        raise ImportRefused(f"The folder has both {name} and {name}.gz. Remove the one that does not count.")
    return found[0]


def _header(path: Path) -> list[str]:
    if not path.is_file():
        raise ImportRefused(f"There is no file {path.name}.")
    with _opened(path) as (lines, _):
        return next((cells for _, cells, _ in _rows(lines, 1, -1, path.name)), [])


class CsvFile:
    """An open file: its header, matched, and its rows. ``position`` says how many of its bytes on disk are read."""

    def __init__(self, shape: CsvShape, lines: Iterator[str], position: Callable[[], int]) -> None:
        self.shape = shape
        self.position = position
        self._lines = lines
        first = next(_rows(lines, 1, -1, shape.file), None)
        if first is None:
            raise ImportRefused(f"{shape.file} is empty. Its first row must name its columns.")
        self._begin, names, _ = first
        self.header: Header = match_header(shape, names)
        if self.header.problem:
            raise ImportRefused(self.header.problem)

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank. Raises ImportRefused where the file cannot be read on."""
        last = max(at for at in self.header.positions if at is not None)
        return _rows(self._lines, self._begin + 1, last + 1, self.shape.file)


@contextmanager
def open_csv(shape: CsvShape, path: Path) -> Iterator[CsvFile]:
    """Opens a file of a shape. What is not UTF-8 comes as lone surrogates, which ``rules.clean`` refuses."""
    with _opened(path) as (lines, position):
        yield CsvFile(shape, lines, position)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Iterator[str], Callable[[], int]]]:
    with path.open("rb") as raw:
        packed = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        with io.TextIOWrapper(packed, "utf-8-sig", errors="surrogateescape", newline="") as lines:
            yield lines, raw.tell


def _rows(lines: Iterator[str], begin: int, cuts: int, name: str) -> Iterator[Row]:
    """The rows from line ``begin`` on that are not blank."""
    at = begin
    try:
        for line in lines:
            took = 1
            if (row := split_plainly(line, cuts)) is None:
                parser = csv.reader(chain([line], lines))
                cells = next(parser, [])
                took, row = parser.line_num, (cells, len(cells))
            if any(row[0]):
                yield at, *row
            at += took
    except (csv.Error, EOFError, OSError, zlib.error) as error:
        raise ImportRefused(
            f"{name} cannot be read on from line {at}: a quote without its end, or a damaged file. Ask for it again."
        ) from error


def split_plainly(line: str, cuts: int) -> tuple[list[str], int] | None:
    """The cells of a line in which either every cell is quoted or none is, and how many there are; None for any other.

    It is what ``csv`` makes of the line, in a fraction of the time: where all quotes stand around cells, there is one
    way to read it. What stands behind so many cuts is left in one piece (-1: nothing is).
    """
    body, mark, quotes = line.rstrip("\r\n"), ",", 0
    if len(body) > 1 and body[0] == body[-1] == '"':
        body, mark, quotes = body[1:-1], '","', 2
    cells = body.split(mark, cuts)
    others = len(cells) - 1 + cells[-1].count(mark)
    return (cells, others + 1) if body.count('"') == quotes * others else None
