"""Reading the files under seeds/code_sets: a head of comment lines, then CSV, plain or gzipped."""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .errors import SeedFileIncompleteError


@dataclass(frozen=True)
class SeedFile:
    """One file read whole. ``digest`` is over its text, so that plain and gzipped count as the same."""

    name: str
    source: str
    as_of: date
    digest: str
    rows: list[dict[str, str]]


def read_seed_file(folder: Path, name: str) -> SeedFile:
    """Reads ``name``.csv or ``name``.csv.gz. Raises SeedFileIncompleteError where the file, its source or its
    date is missing."""
    plain, packed = folder / f"{name}.csv", folder / f"{name}.csv.gz"
    if plain.exists():
        raw = plain.read_bytes()
    elif packed.exists():
        raw = gzip.decompress(packed.read_bytes())
    else:
        raise SeedFileIncompleteError(name, "is missing")
    text = raw.decode("utf-8")
    head = dict(_head(text))
    if "source" not in head or "as of" not in head:
        raise SeedFileIncompleteError(name, 'lacks its "# source:" or "# as of:" line')
    body = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    return SeedFile(
        name=name,
        source=head["source"],
        as_of=date.fromisoformat(head["as of"]),
        digest=hashlib.sha256(raw).hexdigest(),
        rows=list(csv.DictReader(io.StringIO(body))),
    )


def _head(text: str) -> Iterator[tuple[str, str]]:
    """``# name: value`` of the lines before the first that is no comment."""
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        name, colon, value = line.removeprefix("#").partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def listed(text: str) -> list[str]:
    """The parts of a '|' list; none for an empty text."""
    return [part.strip() for part in text.split("|") if part.strip()]
