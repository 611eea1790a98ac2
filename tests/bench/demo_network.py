"""Write the demo network: 5,000 fictional clinicians around three places, the cast among them.

    python -m tests.bench.demo_network

writes `seeds/network/*.csv.gz` anew; without a change to this package or to `seeds/cast.toml` not a byte
differs.
"""

import csv
import gzip
import io
import json
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench.fictional_sites import Near
from tests.bench.generate_network import Options, generate, headers

SEEDS = Path(__file__).parents[2] / "seeds"
CLINICIANS = 5_000
OPTIONS = Options(
    clinicians=CLINICIANS,
    directory=SEEDS / "network",
    seed=55104,
    states=("MN", "PA", "CA"),
    near=(Near("55104", 40, 50), Near("15213", 40, 25), Near("95814", 40, 25)),
    fictional_phones=True,
    tidy=True,
    canaries=False,
)


def cast() -> dict[str, list[dict[str, Any]]]:
    """Rows of the clinicians of the cast, by the stem of the file they belong to."""
    with (SEEDS / "cast.toml").open("rb") as file:
        return tomllib.load(file)


def write_demo_network(directory: Path) -> dict[str, dict[str, float]]:
    """Generate the network and append the cast; returns rows and megabytes of each file without the cast."""
    rows = cast()
    options = replace(OPTIONS, directory=directory, clinicians=CLINICIANS - len(rows["clinicians"]))
    files = generate(options)
    for name, header in headers(options).items():
        more = rows.get(name.removesuffix(".csv"), [])
        if more:
            with (directory / f"{name}.gz").open("ab") as file:
                file.write(gzip.compress(_lines(header.split(","), more).encode(), mtime=0))
    return files


def _lines(columns: list[str], rows: list[dict[str, Any]]) -> str:
    """CSV lines; raises ValueError for a column that the file does not have."""
    text = io.StringIO()
    csv.DictWriter(text, columns, restval="", extrasaction="raise", lineterminator="\n").writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(write_demo_network(OPTIONS.directory), indent=1) + "\n")
