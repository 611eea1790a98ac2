"""The public files on the disk: each is called by its state, its SHA-256 and its kind, so that none is ever written
over, and whoever reads one reads it to its end or not at all."""

import gzip
import hashlib
import os
from pathlib import Path

from django.conf import settings

from directory.listing.models import StateFiles

CLINICIANS, PROVIDERS = "ndjson", "providers.json"


def path_of(state: str, kind: str, digest: str) -> Path:
    folder: Path = settings.PUBLIC_FILES
    return folder / f"{state}-{digest}.{kind}.gz"


def paths(files: StateFiles) -> list[Path]:
    return [path_of(files.state, CLINICIANS, files.clinicians), path_of(files.state, PROVIDERS, files.providers)]


class Hashed:
    """A file that knows the SHA-256 of what was written to it."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("wb")
        self.hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


class Packed:
    """A gzipped file, written under a passing name until ``finish`` gives it its own. The same content makes the same
    bytes: neither a time nor a name is packed in."""

    def __init__(self, state: str, kind: str) -> None:
        self.state, self.kind = state, kind
        self.passing = path_of(state, kind, "being-written")
        self.passing.parent.mkdir(parents=True, exist_ok=True)
        self.hashed = Hashed(self.passing)
        self.packed = gzip.GzipFile(fileobj=self.hashed, mode="wb", filename="", mtime=0, compresslevel=6)

    def write(self, data: bytes) -> None:
        self.packed.write(data)

    def finish(self) -> str:
        """Puts the file where it will be found, whole; returns its digest."""
        self.packed.close()
        self.hashed.flush()
        os.fsync(self.hashed.file.fileno())
        digest = self.hashed.hash.hexdigest()
        self.passing.replace(path_of(self.state, self.kind, digest))
        return digest

    def close(self) -> None:
        self.packed.close()
        self.hashed.file.close()


def tidy(state: str, *keep: Path) -> None:
    """Takes away every file of a state but these. Who is reading one still has it."""
    folder: Path = settings.PUBLIC_FILES
    for path in folder.glob(f"{state}-*.gz"):
        if path not in keep:
            path.unlink(missing_ok=True)
