"""The generator of fictional networks, and the demo network and cast that it made."""

import argparse
import csv
import gzip
import io
import math
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from directory.code_sets.rules import npi_is_valid
from tests.bench import fictional_words as words
from tests.bench import nppes_files
from tests.bench.demo_network import cast, write_demo_network
from tests.bench.generate_network import Options, generate, near, parse

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[3]
SEEDS = ROOT / "seeds"

Row = dict[str, str]
Network = dict[str, list[Row]]


def read(directory: Path) -> Network:
    """Every file of a network by its stem."""
    found = {}
    for path in directory.glob("*.csv*"):
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
        found[path.name.split(".")[0]] = list(csv.DictReader(io.StringIO(text)))
    return found


def codes_in_seeds(name: str) -> set[str]:
    """The first column of a code set, without its comment lines."""
    with (SEEDS / "code_sets" / f"{name}.csv").open(encoding="utf-8") as file:
        return {row["code"] for row in csv.DictReader(line for line in file if not line.startswith("#"))}


def split(text: str) -> list[str]:
    return text.split("|") if text else []


def miles(a: Row, lat: float, lon: float) -> float:
    """Great-circle distance between a site and a point."""
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (float(a["lat"]), float(a["lon"]), lat, lon))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 3958.8 * 2 * math.asin(math.sqrt(half))


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Network:
    directory = tmp_path_factory.mktemp("national")
    generate(Options(clinicians=6_000, directory=directory, nppes=True, plain=True))
    return read(directory)


@pytest.fixture(scope="module")
def demo() -> Network:
    return read(SEEDS / "network")


@pytest.fixture(scope="module", params=["national", "demo"])
def network(request: pytest.FixtureRequest) -> Network:
    found: Network = request.getfixturevalue(request.param)
    return found


# --- any network ---------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        command = [sys.executable, "-m", "tests.bench.generate_network", "-n", "26000", "-j", jobs]
        subprocess.run([*command, "-o", str(tmp_path / jobs)], cwd=ROOT, check=True, capture_output=True)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / jobs).iterdir()} for jobs in ("1", "2"))
    assert one == two
    assert len(one) == 8


def test_another_seed_gives_another_network(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(Options(clinicians=50, directory=tmp_path / str(seed), seed=seed, plain=True))
    assert (tmp_path / "1/clinicians.csv").read_bytes() != (tmp_path / "2/clinicians.csv").read_bytes()


def test_every_npi_is_valid_and_begins_with_2(network: Network) -> None:
    npis = {row["npi"] for row in network["clinicians"]} | {row["org_npi"] for row in network["sites"]}
    assert [npi for npi in npis if not npi_is_valid(npi) or npi[0] != "2"] == []


def test_no_clinician_or_site_is_named_twice(network: Network) -> None:
    for name, key in (
        ("clinicians", ("npi",)),
        ("sites", ("site_id",)),
        ("practice_locations", ("npi", "site_id")),
    ):
        keys = Counter(tuple(row[part] for part in key) for row in network[name])
        assert [found for found, count in keys.items() if count > 1] == [], name


def test_an_organisation_has_one_name(network: Network) -> None:
    names: dict[str, set[str]] = {}
    for row in network["sites"] + network["affiliations"]:
        names.setdefault(row["org_npi"], set()).add(row["org_name"])
    assert {npi: found for npi, found in names.items() if len(found) > 1} == {}


def test_every_row_refers_to_something_that_is_there(network: Network) -> None:
    clinicians = {row["npi"] for row in network["clinicians"]}
    sites = {row["site_id"] for row in network["sites"]}
    networks = {row["network_id"] for row in network["networks"]}
    organisations = {row["org_npi"] for row in network["sites"]}
    for name in ("practice_locations", "languages", "affiliations", "answers"):
        assert {row["npi"] for row in network[name]} <= clinicians, name
    assert {row["site_id"] for row in network["practice_locations"]} <= sites
    assert {code for row in network["practice_locations"] for code in split(row["networks"])} <= networks
    assert {row["org_npi"] for row in network["affiliations"]} <= organisations


def test_everyone_has_one_primary_location(network: Network) -> None:
    primary = Counter(row["npi"] for row in network["practice_locations"] if row["is_primary"] == "Y")
    assert set(primary.values()) == {1}
    assert len(primary) == len(network["clinicians"])


def test_nothing_ends_before_it_starts(network: Network) -> None:
    ended = [row for row in network["practice_locations"] if row["end_date"]]
    assert ended
    assert [row for row in ended if row["end_date"] < row["start_date"]] == []


def test_every_code_is_in_the_code_sets(network: Network) -> None:
    sites, answers = network["sites"], network["answers"]

    def answered(*fields: str) -> set[str]:
        return {code for row in answers if row["field"] in fields for code in split(row["codes"])}

    spoken = {row["language"] for row in network["languages"]} | answered("language")
    for column in ("staff_languages", "interpreter_languages"):
        spoken |= {code for row in sites for code in split(row[column])}
    specialties = {row[column] for row in network["clinicians"] for column in ("taxonomy_1", "taxonomy_2")}
    used = {
        "languages": spoken,
        "specialties": specialties - {""},
        "race": answered("race", "ethnicity"),
        "pronouns": answered("pronouns"),
        "competencies": answered("competency"),
        "populations": answered("population"),
        "gender": answered("gender") | {row["gender"] for row in network["clinicians"]} - {""},
        "accessibility": {code for row in sites for code in split(row["accessibility"])},
        "accepting": {row["accepting"] for row in network["practice_locations"]},
    }
    assert {name: codes - codes_in_seeds(name) for name, codes in used.items() if codes - codes_in_seeds(name)} == {}


def test_an_interpreter_has_a_language_and_a_way_to_work(network: Network) -> None:
    for row in network["sites"]:
        assert bool(row["interpreter_languages"]) == bool(row["interpreter_modes"]), row["site_id"]
        assert set(split(row["interpreter_modes"])) <= {"in_person", "phone", "video"}


def test_there_are_gaps(network: Network) -> None:
    for name, column in (
        ("sites", "hours"),
        ("sites", "website"),
        ("sites", "transit"),
        ("clinicians", "checked_on"),
        ("clinicians", "gender"),
        ("languages", "proficiency"),
    ):
        assert {bool(row[column]) for row in network[name]} == {True, False}, column


def test_a_third_of_the_clinicians_are_affiliated_with_few_hospitals(network: Network) -> None:
    share = len({row["npi"] for row in network["affiliations"]}) / len(network["clinicians"])
    assert 0.32 < share < 0.38
    assert 3 <= len({row["org_npi"] for row in network["affiliations"]}) <= 9


def test_details_of_trainings_name_the_trainings_of_the_answer(network: Network) -> None:
    detailed = [row for row in network["answers"] if row["field"] == "competency" and row["details"]]
    assert detailed
    for row in detailed:
        details = [re.fullmatch(r"(\w+):20\d\d-[01]\d:\d+", text) for text in row["details"].split("|")]
        assert [match and match.group(1) for match in details] == split(row["codes"])


def test_nobody_answers_a_question_twice(network: Network) -> None:
    answered = Counter((row["npi"], row["field"]) for row in network["answers"])
    assert max(answered.values()) == 1
    assert {field for _, field in answered} >= set(words.RESERVED)


# --- canaries, the registry's files, the command line --------------------------------------------------


def test_a_code_of_a_canary_is_shown_by_nobody(national: Network) -> None:
    assert len(national["canaries"]) > 10
    shown = {
        (row["field"], code)
        for row in national["answers"]
        if row["display"] == "public"
        for code in split(row["codes"])
    }
    stated = {("language", row["language"]) for row in national["languages"]}
    stated |= {("gender", row["gender"]) for row in national["clinicians"]}
    hidden = {
        (row["npi"], row["field"]): split(row["codes"]) for row in national["answers"] if row["display"] == "hidden"
    }
    for row in national["canaries"]:
        assert (row["field"], row["codes"]) not in shown | stated
        assert row["codes"] in hidden[row["npi"], row["field"]]


def test_the_registrys_file_has_its_330_columns(national: Network) -> None:
    rows = national["npidata_pfile"]
    assert len(nppes_files.npidata_columns()) == 330
    people = [row for row in rows if row["Entity Type Code"] != "2"]
    organizations = [row for row in rows if row["Entity Type Code"] == "2"]
    assert len(people) == 6_000
    assert {row["NPI"] for row in organizations} >= {row["org_npi"] for row in national["sites"]}
    assert {len(row) for row in rows} == {330}
    assert all(None not in row.values() and None not in row for row in rows)
    alive = [row for row in people if row["Entity Type Code"]]
    assert {row["Is Sole Proprietor"] for row in alive} == {"X", "Y", "N"}
    assert {row["Healthcare Provider Primary Taxonomy Switch_1"] for row in alive} == {"Y"}


def test_the_registrys_second_file_has_the_other_locations(national: Network) -> None:
    others = sum(row["is_primary"] == "N" for row in national["practice_locations"])
    assert len(national["pl_pfile"]) == others


def test_a_network_near_a_place_stays_there(tmp_path: Path) -> None:
    options = parse(["-n", "300", "-o", str(tmp_path), "--near", "55104:10", "--phones", "fictional", "--plain"])
    generate(options)
    sites = read(tmp_path)["sites"]
    a_zip_and_its_width = 10 + 4
    assert max(miles(row, 44.95562, -93.16702) for row in sites) < a_zip_and_its_width
    assert all(re.fullmatch(r"(651|612|763)55501\d\d", row["phone"]) for row in sites)


def test_a_network_of_one_state_stays_there(tmp_path: Path) -> None:
    generate(parse(["-n", "200", "-o", str(tmp_path), "--states", "PA", "--plain", "--no-canaries"]))
    assert {row["state"] for row in read(tmp_path)["sites"]} == {"PA"}
    assert not (tmp_path / "canaries.csv").exists()


@pytest.mark.parametrize("text", ["55104", "5510:10", "55104:ten", "55104:10:half:more"])
def test_a_place_that_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="Example: 55104:40:50"):
        near(text)


def test_a_zip_code_or_state_that_does_not_exist_is_refused_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"00000 is not a ZIP code.*Example"):
        generate(parse(["-n", "20", "-o", str(tmp_path), "--near", "00000:10"]))
    with pytest.raises(SystemExit, match=r"states XX.*Example"):
        generate(parse(["-n", "20", "-o", str(tmp_path), "--states", "XX"]))


# --- the demo network ----------------------------------------------------------------------------------


def test_the_demo_network_is_what_its_command_writes(tmp_path: Path) -> None:
    write_demo_network(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(path.name for path in (SEEDS / "network").glob("*.gz"))
    for name in names:
        written, kept = (gzip.decompress((at / name).read_bytes()) for at in (tmp_path, SEEDS / "network"))
        assert written == kept, f"{name} differs: run python -m tests.bench.demo_network"


def test_the_demo_network_is_small_and_half_of_it_is_around_saint_paul(demo: Network) -> None:
    assert len(demo["clinicians"]) == 5_000
    assert sum(path.stat().st_size for path in (SEEDS / "network").iterdir()) < 1_500_000
    state = {row["site_id"]: row["state"] for row in demo["sites"]}
    homes = Counter(state[row["site_id"]] for row in demo["practice_locations"] if row["is_primary"] == "Y")
    assert set(homes) == {"MN", "PA", "CA"}
    assert 2_300 < homes["MN"] < 2_800
    assert 1_050 < homes["PA"] < 1_450
    assert 1_050 < homes["CA"] < 1_450


def test_a_somali_speaking_pediatrician_who_takes_new_patients_is_near_55104(demo: Network) -> None:
    speak_somali = {row["npi"] for row in demo["languages"] if row["language"] == "so" and row["proficiency"] >= "30"}
    pediatricians = {
        row["npi"] for row in demo["clinicians"] if row["taxonomy_1"] == "208000000X" and not row["deactivation_date"]
    }
    hidden = {row["npi"] for row in demo["answers"] if row["field"] == "language" and row["display"] != "public"}
    sites = {row["site_id"]: row for row in demo["sites"]}
    found = {
        row["npi"]
        for row in demo["practice_locations"]
        if row["accepting"] == "newpt"
        and not row["end_date"]
        and miles(sites[row["site_id"]], 44.95562, -93.16702) < 10
    }
    assert len((found & speak_somali & pediatricians) - hidden) >= 5


@pytest.mark.parametrize(
    ("state", "languages"),
    [
        ("MN", "so hmn mww om am ksw es ase"),
        ("PA", "ne es ar cmn ase"),
        ("CA", "es hmn ru uk vi cmn yue pa prs tl"),
    ],
)
def test_the_languages_of_each_place_are_spoken_there(demo: Network, state: str, languages: str) -> None:
    there = {row["npi"] for row in demo["clinicians"] if row["license_state"] == state}
    spoken = Counter(row["language"] for row in demo["languages"] if row["npi"] in there)
    assert {code: spoken[code] for code in languages.split() if spoken[code] < 5} == {}


def test_the_demo_networks_readme_counts_its_rows(demo: Network) -> None:
    text = (SEEDS / "network" / "README.md").read_text(encoding="utf-8")
    counted = re.findall(r"^\| `(\w+)\.csv\.gz` \| ([\d,]+) \|", text, re.MULTILINE)
    assert {name: int(rows.replace(",", "")) for name, rows in counted} == {
        name: len(rows) for name, rows in demo.items()
    }


def test_the_demo_network_can_reach_nobody(demo: Network) -> None:
    for row in demo["sites"]:
        assert re.fullmatch(r"\d{3}55501\d\d", row["phone"])
        assert re.fullmatch(r"(\d{3}55501\d\d)?", row["fax"])
        assert re.fullmatch(r"(https://[a-z-]+\.example)?", row["website"])


def test_the_demo_network_serves_medicaid_medicare_and_employers(demo: Network) -> None:
    assert {row["line_of_business"] for row in demo["networks"]} == {"Medicaid", "Medicare", "Commercial"}
    assert {row["network_name"] for row in demo["networks"]} == {
        "Lindenfield Open Network",
        "Lindenfield Medical Assistance",
        "Lindenfield Select",
        "Lindenfield Medicare",
    }


def test_the_demo_network_writes_names_as_people_do(demo: Network) -> None:
    names = [row["last_name"] for row in demo["clinicians"]]
    assert [name for name in names if len(name) > 2 and name.isupper()] == []
    assert any("McD" in name or "McC" in name for name in names)
    assert {"Cabdiraxmaan Faarax", "Mee Kwm"} <= {row["preferred_name"] for row in demo["clinicians"]}


# --- the cast ------------------------------------------------------------------------------------------


def people() -> list[Row]:
    with (SEEDS / "cast.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_clinicians_of_the_cast_are_in_the_network(demo: Network) -> None:
    clinicians = {row["npi"] for row in demo["clinicians"]}
    of_the_cast = {row["npi"] for row in people() if row["npi"]}
    assert of_the_cast == {row["npi"] for row in cast()["clinicians"]}
    assert of_the_cast <= clinicians
    assert len({row["username"] for row in people()}) == len(people()) >= 12


def test_only_the_cast_tells_matching_from_private(demo: Network) -> None:
    of_the_cast = {row["npi"] for row in cast()["clinicians"]}
    for row in demo["answers"]:
        allowed = {"public", "matching", "private"} if row["npi"] in of_the_cast else {"public", "hidden"}
        assert row["display"] in allowed


@pytest.mark.parametrize(
    ("username", "displays"),
    [
        ("mai.xiong", {"public"}),
        ("daniel.okafor", {"private"}),
        ("lucia.restrepo", {"matching"}),
        ("robert.lindqvist", set()),
        ("amina.warsame", {"public", "private"}),
    ],
)
def test_each_clinician_of_the_cast_answered_as_their_story_says(
    demo: Network, username: str, displays: set[str]
) -> None:
    npi = next(row["npi"] for row in people() if row["username"] == username)
    assert {row["display"] for row in demo["answers"] if row["npi"] == npi} == displays


def test_one_clinician_of_the_cast_corrected_her_name(demo: Network) -> None:
    npi = next(row["npi"] for row in people() if row["username"] == "hanh.nguyen")
    stated = next(row for row in demo["clinicians"] if row["npi"] == npi)
    said = next(row for row in demo["answers"] if row["npi"] == npi and row["field"] == "name")
    assert stated["last_name"] == "Nolan"
    assert said["details"] == "family_name:Nguyễn|given_name:Hạnh|middle_name:Thị"
