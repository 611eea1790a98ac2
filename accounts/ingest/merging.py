"""Set-based merging: rows of a query into a table, writing only what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg import sql


@dataclass(frozen=True)
class Merge:
    """``rows`` is SQL that gives, once per key, every column of ``keys``, ``facts``, ``dates`` and ``written``.

    A row of ``table`` is written when a fact differs; ``written`` columns go along and are not compared. ``dates`` say
    as of when the facts hold: a row is written when they alone differ, too, but the outcome is then "unchanged".
    ``initial`` is SQL for columns that a new row begins with, and that are left alone ever after.
    ``changes`` is the temporary table that keeps the rows that differ, with ``outcome``: added, or what
    ``outcome`` (SQL over ``old`` and ``new``) says; and with ``differing``, the names of the facts that differ.
    """

    table: str
    changes: str
    keys: tuple[str, ...]
    facts: tuple[str, ...]
    rows: str
    dates: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    initial: Mapping[str, str] = field(default_factory=dict)
    outcome: str = "'updated'"


def merge(what: Merge, values: Mapping[str, Any]) -> None:
    """Adds and amends the rows of a table; ``values`` are the parameters of the query."""
    keep(what.changes, _changes(what), values)
    run(_write(what))


def run(statement: str | sql.Composed, values: Mapping[str, Any] | None = None) -> int:
    """Runs a statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


LARGE = 1000
"""Rows from which a wrong plan costs more than counting what is in a table."""


def keep(table: str, query: str | sql.Composed, values: Mapping[str, Any] | None = None) -> int:
    """Keeps the result of a query in a temporary table until the transaction ends; returns how many rows it has.

    Autovacuum never sees such a table: a large one is analyzed here.
    """
    name = sql.Identifier(table)
    run(sql.SQL("drop table if exists {}").format(name))
    source = sql.SQL(query) if isinstance(query, str) else query
    rows = run(sql.SQL("create temporary table {} on commit drop as {}").format(name, source), values)
    if rows >= LARGE:
        run(sql.SQL("analyze {}").format(name))
    return rows


def _names(columns: tuple[str, ...], of: str = "") -> sql.Composed:
    parts = [sql.Identifier(of, c) if of else sql.Identifier(c) for c in columns]
    return sql.SQL(", ").join(parts)


def _changes(what: Merge) -> sql.Composed:
    same_key = sql.SQL(" and ").join(sql.SQL("old.{0} = new.{0}").format(sql.Identifier(key)) for key in what.keys)
    # Without "offset 0" a column is worked out anew for every use of it.
    return sql.SQL(
        "select new.*, case when old.{key} is null then 'added' when not {facts_differ} then 'unchanged'"
        " else {outcome} end as outcome, {differing} as differing"
        " from ({rows} offset 0) new left join {table} old on {same_key}"
        " where old.{key} is null or {differ}"
    ).format(
        key=sql.Identifier(what.keys[0]),
        outcome=sql.SQL(what.outcome),
        facts_differ=_differ(what.facts),
        differ=_differ(what.facts + what.dates),
        differing=_differing(what.facts),
        rows=sql.SQL(what.rows),
        table=sql.Identifier(what.table),
        same_key=same_key,
    )


def _differ(columns: tuple[str, ...]) -> sql.Composable:
    """Whether ``old`` and ``new`` differ in any of the columns."""
    if not columns:
        return sql.SQL("false")
    return sql.SQL("(({}) is distinct from ({}))").format(_names(columns, "old"), _names(columns, "new"))


def _differing(facts: tuple[str, ...]) -> sql.Composed:
    """An array of the names of the facts in which ``old`` and ``new`` differ."""
    each = sql.SQL(", ").join(
        sql.SQL("case when old.{0} is distinct from new.{0} then {1} end").format(sql.Identifier(c), sql.Literal(c))
        for c in facts
    )
    return sql.SQL("array_remove(array[{}]::text[], null)").format(each)


def _write(what: Merge) -> sql.Composed:
    own = what.facts + what.dates + what.written
    amend = (
        sql.SQL("do update set {}").format(
            sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(c)) for c in own)
        )
        if own
        else sql.SQL("do nothing")
    )
    return sql.SQL(
        "insert into {table} ({columns}) select {values} from {changes} order by {keys} on conflict ({keys}) {amend}"
    ).format(
        table=sql.Identifier(what.table),
        columns=_names(what.keys + own + tuple(what.initial)),
        values=sql.SQL(", ").join((_names(what.keys + own), *map(sql.SQL, what.initial.values()))),
        changes=sql.Identifier(what.changes),
        keys=_names(what.keys),
        amend=amend,
    )
