"""What every import shares: one at a time, staged, counted, its bad rows in a file, nothing kept of a dry run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from accounts.audit import operations as audit
from accounts.vocabulary import Actor

from .errors import ImportRefused
from .models import ImportRun
from .reading import SourceFile
from .rules import Counts, Header, total
from .staging import Progress, stage
from .vocabulary import LONGEST_SOURCE_NAME, Outcome, RunOutcome, Verb

IMPORT_LOCK = 7_302_020  # any number of our own

Take = Callable[[], Mapping[str, Counts]]
"""Takes over what is staged and says for each file what became of its rows."""


@dataclass(frozen=True)
class Import:
    """What is imported, from where, and how. ``files`` finds the files, and may refuse the import; ``refused_file`` is
    where refused rows are named. ``whole``: one refused row refuses the others, too."""

    command: str
    source: str
    files: Callable[[], Sequence[SourceFile]]
    refused_file: Path
    dry_run: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Summary:
    """What an import did, as its last line says it."""

    of: Import
    counts: Mapping[str, Counts]
    headers: Mapping[str, Header] = field(default_factory=dict)

    @property
    def total(self) -> Counts:
        return total(self.counts.values())

    @property
    def is_refused(self) -> bool:
        """Whether refused rows refused the others with them: nothing has changed."""
        return self.of.whole and self.total.refused > 0

    def as_json(self) -> dict[str, object]:
        """The contract's line: the counts of everything, then of each file, then what was ignored. ``taken``
        is there where one refused row refuses all."""
        return {
            "command": self.of.command,
            "source": self.of.source,
            "dry_run": self.of.dry_run,
            **asdict(self.total),
            "files": {file: asdict(counts) for file, counts in self.counts.items()},
            "ignored_columns": {file: list(h.ignored) for file, h in self.headers.items() if h.ignored},
            "absent_columns": {file: list(h.absent) for file, h in self.headers.items() if h.absent},
            "refused_file": str(self.of.refused_file) if self.total.refused else None,
        } | ({"taken": not self.is_refused} if self.of.whole else {})


def run_import(what: Import, *, take: Take, progress: Progress, by: Actor, at: datetime) -> Summary:
    """Stages the files, lets ``take`` use them, and keeps the result, all in one transaction.

    Raises ImportRefused when the import is refused whole; then, as after any other error, nothing has changed but
    the record of the run.
    """
    if not 0 < len(what.source) <= LONGEST_SOURCE_NAME:
        raise ImportRefused(f"The name of the source must have 1 to {LONGEST_SOURCE_NAME} characters.")
    try:
        summary = _run(what, take, progress, by, at)
    except Exception as error:
        if not what.dry_run:
            refused = isinstance(error, ImportRefused)
            keep_run(what, {}, RunOutcome.REFUSED if refused else RunOutcome.FAILED, by, at)
        raise
    if summary.is_refused and not what.dry_run:
        keep_run(what, summary.counts, RunOutcome.REFUSED, by, at)
    return summary


@transaction.atomic
def _run(what: Import, take: Take, progress: Progress, by: Actor, at: datetime) -> Summary:
    _lock()
    files = what.files()
    headers = dict(zip((file.shape.file for file in files), stage(files, progress), strict=True))
    counts = take()
    for file, counted in counts.items():
        if not counted.adds_up:
            raise AssertionError(f"the counts of {file} do not add up: {counted}")
    summary = Summary(what, counts, headers)
    if summary.total.refused:
        write_refusals(files, what.refused_file)
    if summary.is_refused:
        summary = replace(summary, counts={file: counted.with_all_unchanged for file, counted in counts.items()})
    if what.dry_run or summary.is_refused:
        transaction.set_rollback(True)
    else:
        keep_run(what, counts, RunOutcome.DONE, by, at)
    return summary


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [IMPORT_LOCK])
        if not cursor.fetchone()[0]:
            raise ImportRefused("Another import is running. Wait until it has ended, then start this one again.")


@transaction.atomic
def keep_run(what: Import, counts: Mapping[str, Counts], outcome: RunOutcome, by: Actor, at: datetime) -> None:
    run = ImportRun.objects.create(
        command=what.command,
        source=what.source[:LONGEST_SOURCE_NAME],
        started_at=at,
        finished_at=max(at, timezone.now()),
        outcome=outcome,
        counts={file: asdict(counted) for file, counted in counts.items()},
    )
    audit.record(verb=Verb[outcome.name], by=by, at=at, subject=f"import_run:{run.pk}")


def write_refusals(files: Sequence[SourceFile], to: Path) -> None:
    """Writes the refused rows of every file: file, line, key, reason. The reason repeats nothing of the row."""
    with to.open("wb") as out, connection.cursor() as cursor:
        out.write(b"file,line,key,reason\n")
        for nth, file in enumerate(files):
            rows = sql.SQL(
                "copy (select {}, line, key, refused from {} where file = {} and refused is not null order by line)"
                " to stdout with (format csv)"
            ).format(sql.Literal(file.shape.file), sql.Identifier(file.shape.table), sql.Literal(nth))
            with cursor.copy(rows) as copy:
                for block in copy:
                    out.write(block)


# --- for those who take over what is staged -------------------------------------------------------------------


def refuse(table: str, reason: str, where: str, values: Mapping[str, Any] | None = None) -> None:
    """Refuses the staged rows (named ``s``) for which the SQL condition holds and that are not refused yet.

    ``values`` are the parameters of the condition, by name. The reason repeats nothing of a row.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("update {} s set refused = %(reason)s where s.refused is null and ({})").format(
                sql.Identifier(table), sql.SQL(where)
            ),
            {"reason": reason, **(values or {})},
        )


def refuse_repeated(table: str, *key: str) -> None:
    """Refuses every row whose key an earlier accepted row of its file has."""
    columns = sql.SQL(", ").join(map(sql.Identifier, key))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "update {0} s set refused = %s"
                " from (select file, line, row_number() over (partition by file, {1} order by line) as nth from {0}"
                "        where refused is null and (file, {1}) in (select file, {1} from {0} where refused is null"
                "                                                   group by file, {1} having count(*) > 1)) seen"
                " where s.file = seen.file and s.line = seen.line and seen.nth > 1"
            ).format(sql.Identifier(table), columns),
            ["an earlier row of the file says this already: the first is kept"],
        )


def count(
    table: str, outcomes: str, values: Mapping[str, Any] | None = None, *, file: int | None = None, ended: int = 0
) -> Counts:
    """Counts a file: ``outcomes`` is SQL that gives the outcome of every accepted row, one row each, and ``values`` are
    its parameters; ``file`` says which file, where several are staged in one table."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select count(*), count(refused) from {} where file = coalesce(%s, file)").format(
                sql.Identifier(table)
            ),
            [file],
        )
        read, refused = cursor.fetchone()
        grouped = sql.SQL("select outcome, count(*) from ({}) q group by outcome").format(sql.SQL(outcomes))
        cursor.execute(grouped, values)
        found = {Outcome(outcome).value: number for outcome, number in cursor.fetchall()}
    return Counts(read=read, refused=refused, ended=ended, **found)
