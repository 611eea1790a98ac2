"""Imports of the directory: facts in one transaction, then publication of those whom it changed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from django.db import connection

from accounts.ingest.errors import ImportRefused
from accounts.ingest.operations import Import, Progress, run_import
from accounts.ingest.reading import by_header, in_folder
from accounts.ingest.rules import Counts, CsvShape
from accounts.vocabulary import Actor
from directory.code_sets.models import vocabulary
from directory.code_sets.vocabulary import CodeKind
from directory.network.operations.changed import CHANGED_CLINICIANS, CHANGED_PLACES
from directory.network.operations.nppes import NppesFile, take_nppes
from directory.network.operations.places import take_places
from directory.network.operations.roster import take_roster
from directory.network.vocabulary import NPPES
from directory.publication.operations import mark_answers_due, mark_due, mark_places_due, publish_due
from directory.self_description.operations import CHANGED_ANSWERS, record_many

from .answers import ANSWERS, HIDDEN, PUBLIC
from .facilities import lists, source_of
from .nppes import NPPES_FILES, date_in, is_whole
from .roster import ROSTER

INVENTED = "invented answers"
FACILITIES = "lists of places"


def import_roster(
    *,
    folder: Path,
    source: str,
    refused_file: Path,
    progress: Progress,
    by: Actor,
    at: datetime,
    dry_run: bool = False,
    shrink: bool = False,
) -> dict[str, object]:
    """Takes over a source's whole roster and publishes whom it changed; returns the summary.

    Raises ImportRefused when the roster is refused whole, and then nothing has changed. Only the files of a roster
    are opened: what clinicians say of themselves is not in them, and a column of that name is not read.
    """
    _refuse_without_codes()

    def take() -> Mapping[str, Counts]:
        progress("merging", 0, 1)
        counts = take_roster(source=source, shrink=shrink, by=by, at=at)
        mark_due(CHANGED_CLINICIANS, at=at)
        mark_places_due(CHANGED_PLACES, at=at)
        progress("merging", 1, 1)
        return {shape.file: counts[shape.table] for shape in ROSTER}

    what = Import("import_roster", source, lambda: in_folder(folder, ROSTER), refused_file, dry_run)
    summary = run_import(what, take=take, progress=progress, by=by, at=at).as_json()
    return summary | _publish(by, at, progress, dry_run)


def import_facilities(
    *,
    paths: Sequence[Path],
    refused_file: Path,
    progress: Progress,
    by: Actor,
    at: datetime,
    dry_run: bool = False,
    shrink: bool = False,
) -> dict[str, object]:
    """Takes over lists of places, each whole within its source, and publishes what they changed; returns the summary.

    Raises ImportRefused when they are refused whole, and then nothing has changed.
    """
    _refuse_without_codes()

    def take() -> Mapping[str, Counts]:
        progress("merging", 0, 1)
        counts = take_places(sources=[source_of(path) for path in paths], shrink=shrink, by=by, at=at)
        mark_due(CHANGED_CLINICIANS, at=at)
        mark_places_due(CHANGED_PLACES, at=at)
        progress("merging", 1, 1)
        return {path.name: counted for path, counted in zip(paths, counts, strict=True)}

    what = Import("import_facilities", FACILITIES, lambda: lists(paths), refused_file, dry_run)
    summary = run_import(what, take=take, progress=progress, by=by, at=at).as_json()
    return summary | _publish(by, at, progress, dry_run)


def import_nppes(
    *,
    paths: Sequence[Path],
    refused_file: Path,
    progress: Progress,
    by: Actor,
    at: datetime,
    as_of: date | None = None,
    dry_run: bool = False,
) -> dict[str, object]:
    """Takes over files of the national registry, in any order, and publishes whom they changed; returns the summary.

    ``as_of`` is the day as of which files speak whose names do not say it. Raises ImportRefused when a file is refused
    whole, and then nothing has changed.
    """
    _refuse_without_codes()

    def take() -> Mapping[str, Counts]:
        progress("merging", 0, 1)
        files = [
            NppesFile(
                table=file.shape.table,
                nth=nth,
                name=file.shape.file,
                as_of=date_in(file.path.name) or as_of,
                whole=is_whole(file.path.name),
            )
            for nth, file in enumerate(by_header(paths, NPPES_FILES))
        ]
        counts = take_nppes(files=files, by=by, at=at)
        mark_due(CHANGED_CLINICIANS, at=at)
        mark_places_due(CHANGED_PLACES, at=at)
        progress("merging", 1, 1)
        return {file.name: counted for file, counted in zip(files, counts, strict=True)}

    what = Import("import_nppes", NPPES, lambda: by_header(paths, NPPES_FILES), refused_file, dry_run)
    summary = run_import(what, take=take, progress=progress, by=by, at=at).as_json()
    return summary | _publish(by, at, progress, dry_run)


def import_synthetic_self_descriptions(
    *, folder: Path, refused_file: Path, progress: Progress, by: Actor, at: datetime, dry_run: bool = False
) -> dict[str, object]:
    """Reads invented answers as if clinicians had given them, and publishes whom that changed; returns the summary.

    Raises ImportRefused, and reads no answer, when any NPI of the file may be a real person's.
    """
    _refuse_without_codes()

    def take() -> Mapping[str, Counts]:
        _resolve_displays(ANSWERS)
        counted = record_many(by=by, at=at)
        mark_answers_due(CHANGED_ANSWERS, at=at)
        return {ANSWERS.file: counted}

    what = Import(
        "import_synthetic_self_descriptions", INVENTED, lambda: in_folder(folder, [ANSWERS]), refused_file, dry_run
    )
    summary = run_import(what, take=take, progress=progress, by=by, at=at).as_json()
    return summary | _publish(by, at, progress, dry_run)


def _publish(by: Actor, at: datetime, progress: Progress, dry_run: bool) -> dict[str, object]:
    """Publishes everyone who is due, those whom an earlier import left too; what a summary says of it."""
    if dry_run:
        return {"published": 0, "places": 0, "ranges": 0}
    progress("publishing", 0, 1)
    done = publish_due(by=by, at=at, progress=lambda done, of: progress("publishing", done, of))
    return {"published": done.clinicians, "places": done.places, "ranges": done.ranges}


def _refuse_without_codes() -> None:
    if not vocabulary().codes[CodeKind.SPECIALTY]:
        raise ImportRefused("The code sets are not loaded yet. Run manage.py load_code_sets first.")


def _resolve_displays(shape: CsvShape) -> None:
    """Public is shown. Hidden says only that it is not: it becomes private and matching by turns, the same turn for
    the same answer whenever it is read."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {shape.table} set display = case when display = %s then 'shown'"  # noqa: S608
            " when (npi / 10 + length(field)) %% 2 = 0 then 'private' else 'matching' end"
            " where display in (%s, %s)",
            [PUBLIC, PUBLIC, HIDDEN],
        )
