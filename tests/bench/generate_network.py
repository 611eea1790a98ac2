"""Write a seeded fictional provider network as the CSV files of a roster.

    python -m tests.bench.generate_network -n 1000000 -o network
    python -m tests.bench.generate_network -n 5000 --near 55104:40:50 --near 15213:40:25 --tidy

Files (`.csv.gz`, or `.csv` with --plain; UTF-8, LF, a header row, '|' joins lists):

    networks.csv            one row for each network and plan
    sites.csv               organisations and where they work: phones, hours, access, languages of the office
    clinicians.csv          one row a clinician
    practice_locations.csv  which clinician works where, for which networks, since when
    languages.csv           what the clinician speaks, from the credentialing application
    affiliations.csv        hospitals of a third of the clinicians
    answers.csv             what clinicians said of themselves, which no roster holds; a row of gender or
                            language says otherwise than the roster, or hides it
    canaries.csv            hidden answers with codes that nobody shows: one that is found has leaked

With --nppes also `npidata_pfile.csv` (330 columns) and `pl_pfile.csv`, as the federal registry has them.

The same options and seed give the same bytes, whatever the number of jobs. NPIs have a valid check digit and
begin with 2 (unless --prefix 1): valid by the standard, not issued, so nobody bears a real one's number.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from tests.bench import fictional_answers, fictional_sites, nppes_files
from tests.bench import fictional_clinicians as clinicians
from tests.bench import fictional_words as words

BLOCK = 25_000
"""Clinicians that one worker draws and writes at a time."""


@dataclass(frozen=True)
class Options:
    """What network is wanted."""

    clinicians: int
    directory: Path
    seed: int = 1
    states: tuple[str, ...] = ()
    near: tuple[fictional_sites.Near, ...] = ()
    first_digit: int = 2
    fictional_phones: bool = False
    tidy: bool = False
    canaries: bool = True
    nppes: bool = False
    plain: bool = False
    jobs: int = 1
    as_of: str = "2026-11-01"


@dataclass(frozen=True)
class Piece:
    """Some lines of one file, ready to be appended to it."""

    name: str
    rows: int
    raw_bytes: int
    data: bytes = field(repr=False)


def headers(options: Options) -> dict[str, str]:
    """File name → header line, for every file that these options write."""
    found = {
        "networks.csv": "network_id,network_name,plan_id,plan_name,line_of_business",
        "sites.csv": fictional_sites.SITE_COLUMNS,
        "clinicians.csv": clinicians.CLINICIAN_COLUMNS,
        "practice_locations.csv": clinicians.PRACTICE_COLUMNS,
        "languages.csv": clinicians.LANGUAGE_COLUMNS,
        "affiliations.csv": clinicians.AFFILIATION_COLUMNS,
        "answers.csv": fictional_answers.ANSWER_COLUMNS,
    }
    if options.canaries:
        found["canaries.csv"] = fictional_answers.CANARY_COLUMNS
    if options.nppes:
        found |= {"npidata_pfile.csv": nppes_files.npidata_header(), "pl_pfile.csv": nppes_files.PL_HEADER}
    return found


def generate(options: Options) -> dict[str, dict[str, float]]:
    """Write the network into its directory; returns rows and megabytes of each file."""
    options.directory.mkdir(parents=True, exist_ok=True)
    ending = "" if options.plain else ".gz"
    files = {name: (options.directory / (name + ending)).open("wb") for name in headers(options)}
    rows, raw = dict.fromkeys(files, 0), dict.fromkeys(files, 0)
    try:
        for piece in _pieces(options):
            files[piece.name].write(piece.data)
            rows[piece.name] += piece.rows
            raw[piece.name] += piece.raw_bytes
    finally:
        for file in files.values():
            file.close()
    return {
        name: {
            "rows": rows[name],
            "raw_mb": round(raw[name] / 1e6, 2),
            "mb": round((options.directory / (name + ending)).stat().st_size / 1e6, 2),
        }
        for name in files
    }


def _pieces(options: Options) -> Iterator[Piece]:
    """Everything to write, in order: headers, networks, sites, then the clinicians block by block."""
    for name, header in headers(options).items():
        yield _packed(name, [header + "\n"], 0, options.plain)
    rng = np.random.default_rng([options.seed, 0])
    site_wish = fictional_sites.SiteWish(
        options.clinicians,
        options.states,
        options.near,
        options.first_digit,
        options.fictional_phones,
        options.tidy,
    )
    sites = fictional_sites.build_sites(site_wish, rng)
    plans = [f"{n},{words.NETWORKS[n]},{plan},{name},{line}\n" for n, plan, name, line in words.PLANS]
    yield _packed("networks.csv", plans, len(plans), options.plain)
    for start in range(0, len(sites), BLOCK):
        lines = sites.rows[start : start + BLOCK]
        yield _packed("sites.csv", lines, len(lines), options.plain)
    sites.rows = []
    if options.nppes:
        organisations = nppes_files.organisation_rows(sites)
        yield _packed("npidata_pfile.csv", organisations, len(organisations), options.plain)
    wish = clinicians.ClinicianWish(options.seed, options.first_digit, options.tidy, options.canaries, options.as_of)
    mixes = tuple(region.mix for region in fictional_sites.regions_for(site_wish))
    yield from _clinician_pieces(options, clinicians.make_world(wish, sites, mixes, rng))


def _packed(name: str, lines: list[str], rows: int, plain: bool) -> Piece:
    """Gzip members joined end to end are one gzip file, so that workers can compress apart."""
    text = "".join(lines).encode()
    return Piece(name, rows, len(text), text if plain else gzip.compress(text, 5, mtime=0))


_write_block: Callable[[int], list[Piece]]
"""Set before workers are forked: they inherit the world instead of being sent it."""


def _clinician_pieces(options: Options, world: clinicians.World) -> Iterator[Piece]:
    global _write_block  # the one road to a forked worker that copies nothing
    _write_block = partial(_block_pieces, options, world)
    starts = range(0, options.clinicians, BLOCK)
    jobs = min(options.jobs, len(starts))
    if jobs < 2:
        for start in starts:
            yield from _write_block(start)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for pieces in pool.imap(_in_worker, starts):
            yield from pieces


def _in_worker(start: int) -> list[Piece]:
    return _write_block(start)


def _block_pieces(options: Options, world: clinicians.World, start: int) -> list[Piece]:
    """One block of clinicians as pieces of every file; its draws depend on the seed and its place alone."""
    rng = np.random.default_rng([options.seed, 1, start])
    block = clinicians.draw_block(world, start, min(BLOCK, options.clinicians - start), rng)
    answers, canaries = fictional_answers.answer_rows(world, block, np.random.default_rng([options.seed, 2, start]))
    lines = {
        "clinicians.csv": clinicians.clinician_rows(world, block),
        "practice_locations.csv": clinicians.practice_rows(world, block, rng),
        "languages.csv": clinicians.language_rows(block, rng),
        "affiliations.csv": clinicians.affiliation_rows(world, block, rng),
        "answers.csv": answers,
    }
    if options.canaries:
        lines["canaries.csv"] = canaries
    if options.nppes:
        lines["npidata_pfile.csv"] = nppes_files.npidata_rows(
            world, block, np.random.default_rng([options.seed, 3, start])
        )
        lines["pl_pfile.csv"] = nppes_files.pl_rows(world, block)
    return [_packed(name, found, len(found), options.plain) for name, found in lines.items()]


def near(text: str) -> fictional_sites.Near:
    """`ZIP:miles` or `ZIP:miles:share`, as argparse types it."""
    zip_code, *numbers = text.split(":")
    if len(zip_code) != 5 or not zip_code.isdigit() or not 1 <= len(numbers) <= 2:
        raise argparse.ArgumentTypeError(f"{text} is not ZIP:miles or ZIP:miles:share. Example: 55104:40:50")
    try:
        miles, share = float(numbers[0]), float(numbers[1]) if len(numbers) == 2 else 1.0
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} holds something other than numbers. Example: 55104:40:50") from error
    return fictional_sites.Near(zip_code, miles, share)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.generate_network", description="Write a fictional provider network."
    )
    add = parser.add_argument
    add("-n", type=int, default=1_000_000, metavar="COUNT", help="clinicians (default: a million)")
    add("-o", type=Path, default=Path("network"), metavar="DIR", help="where to write (default: network)")
    add("--seed", type=int, default=1, help="another seed gives another network (default: 1)")
    add("--states", default="", help="only these states, for example MN,WI")
    add(
        "--near",
        type=near,
        action="append",
        default=[],
        metavar="ZIP:MILES[:SHARE]",
        help="only around this ZIP code; repeatable, shares are relative",
    )
    add("--prefix", type=int, default=2, choices=(1, 2), help="first digit of the NPIs (default: 2)")
    add(
        "--phones",
        choices=("any", "fictional"),
        default="any",
        help="fictional: 555-0100 to 555-0199 with an area code of the place",
    )
    add("--tidy", action="store_true", help="proper case, clean credentials, specialties that members choose")
    add("--no-canaries", action="store_true", help="no codes kept for hidden answers alone")
    add("--nppes", action="store_true", help="also the two files of the federal registry")
    add("--plain", action="store_true", help="no gzip")
    add(
        "--as-of",
        default=Options.as_of,
        metavar="DATE",
        help=f"day of the network (default: {Options.as_of})",
    )
    add("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="workers (default: all cores)")
    return parser


def parse(arguments: list[str]) -> Options:
    """The options of a command line."""
    given = _parser().parse_args(arguments)
    return Options(
        clinicians=given.n,
        directory=given.o,
        seed=given.seed,
        states=tuple(given.states.split(",")) if given.states else (),
        near=tuple(given.near),
        first_digit=given.prefix,
        fictional_phones=given.phones == "fictional",
        tidy=given.tidy,
        canaries=not given.no_canaries,
        nppes=given.nppes,
        plain=given.plain,
        jobs=given.jobs,
        as_of=given.as_of,
    )


def main(arguments: list[str]) -> None:
    options = parse(arguments)
    begun = time.perf_counter()
    files = generate(options)
    seconds = round(time.perf_counter() - begun, 1)
    summary = {"clinicians": options.clinicians, "seed": options.seed, "seconds": seconds, "files": files}
    sys.stdout.write(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
