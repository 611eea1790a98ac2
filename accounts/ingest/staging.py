"""Rows of a file into a temporary table by COPY, each with its line, its key and, where it is refused, the reason."""

import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from .reading import CsvFile, Row, SourceFile, open_csv
from .rules import CellRefused, CsvShape, Header

ROWS_BETWEEN_STEPS = 2_000
STRAY = re.compile(r"  | \t|\t |\\")
"""Blanks that a cell does not need, and what COPY reads otherwise than it is written."""

Progress = Callable[[str, int, int], None]
"""Told what is under way, how much of it is done, and of how much."""


def stage(files: Sequence[SourceFile], progress: Progress) -> list[Header]:
    """Copies files into the temporary tables of their shapes, which last until the transaction ends.

    Such a table has the columns of the shape, and ``file`` (which of the files, from 0), ``line``, ``key`` and
    ``refused``. A row that is refused is there too, with what could be read of it: what a bad row names is still
    named. Raises ImportRefused for a file that cannot be read as a whole.
    """
    shapes = {file.shape.table: file.shape for file in files}
    with connection.cursor() as cursor:
        for shape in shapes.values():
            cursor.execute(_create(shape))
        headers = [_copy(nth, file, cursor, progress) for nth, file in enumerate(files)]
        for table in shapes:
            cursor.execute(sql.SQL("analyze {}").format(sql.Identifier(table)))
    return headers


def _create(shape: CsvShape) -> sql.Composed:
    columns = [sql.SQL("{} {}").format(sql.Identifier(c.name), sql.SQL(c.type)) for c in shape.columns]
    return sql.SQL(
        "drop table if exists {0};"
        " create temporary table {0} (file smallint, line integer, key text, refused text, {1}) on commit drop"
    ).format(sql.Identifier(shape.table), sql.SQL(", ").join(columns))


def _copy(nth: int, source: SourceFile, cursor: CursorWrapper, progress: Progress) -> Header:
    shape, size = source.shape, source.path.stat().st_size
    table = sql.Identifier(shape.table)
    names = ["line", "key", "refused", *(column.name for column in shape.columns)]
    with open_csv(shape, source.path) as file:
        cursor.execute(sql.SQL("alter table {} alter file set default {}").format(table, sql.Literal(nth)))
        into = sql.SQL("copy {} ({}) from stdin").format(table, sql.SQL(", ").join(map(sql.Identifier, names)))
        staged = RowsOf(file)
        plain: list[str] = []
        with cursor.copy(into) as copy:
            for count, row in enumerate(file.rows()):
                if found := staged.plain(row):
                    plain.append(found)
                else:
                    copy.write_row(staged.read(row))
                if count % ROWS_BETWEEN_STEPS == 0:
                    copy.write("".join(plain))
                    plain.clear()
                    progress(shape.file, file.position(), size)
            copy.write("".join(plain))
        progress(shape.file, size, size)
        return file.header


class RowsOf:
    """The rows of a file as they are staged: line, key, reason of refusal or None, then the cells as read."""

    def __init__(self, file: CsvFile) -> None:
        columns, positions = file.shape.columns, file.header.positions
        self.width = file.header.width
        self.columns = [(c.title, c.read, at) for c, at in zip(columns, positions, strict=True)]
        self.keys = [(re.compile(c.key), at) for c, at in zip(columns, positions, strict=True) if c.key]
        self.unread: list[str | int | None] = [None] * len(columns)
        found = [at for at in positions if at is not None]
        self.pick = itemgetter(*found) if len(found) == len(columns) > 1 and all(c.plain for c in columns) else None
        self.plainly = re.compile("\t".join(f"(?:{c.plain})" for c in columns), re.ASCII)
        self.sure = [(c.sure, at) for c, at in zip(columns, positions, strict=True) if c.sure and at is not None]

    def plain(self, row: Row) -> str | None:
        """The row as COPY reads it, when all its cells are plain; None for any other."""
        line, cells, width = row
        if self.pick is None or width != self.width:
            return None
        text = "\t".join(self.pick(cells))
        if (
            not self.plainly.fullmatch(text)
            or STRAY.search(f"\t{text}\t")
            or not text.replace("\t", "").isprintable()
            or not all(sure(cells[at]) for sure, at in self.sure)
        ):
            return None
        key = " ".join(cells[at] for _, at in self.keys if at is not None)
        return f"{line}\t{key}\t\\N\t{text}\n"

    def read(self, row: Row) -> list[str | int | None]:
        """The row, read cell by cell."""
        line, cells, width = row
        key = " ".join(found for pattern, at in self.keys if (found := _key_part(pattern, cells, at)))
        if width != self.width:
            return [line, key, f"the row has {width} cells, the header {self.width}", *self.unread]
        staged: list[str | int | None] = [line, key, None]
        for title, read, at in self.columns:
            try:
                staged.append(read(cells[at] if at is not None else ""))
            except CellRefused as refusal:
                staged.append(None)
                staged[2] = staged[2] or f"{title}: {refusal}"
        return staged


def _key_part(pattern: "re.Pattern[str]", cells: list[str], at: int | None) -> str:
    if at is None or at >= len(cells):
        return ""
    cell = cells[at].strip()
    return cell if pattern.fullmatch(cell) else ""
