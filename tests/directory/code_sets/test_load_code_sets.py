"""Loading the code sets from their files."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.vocabulary import program
from directory.code_sets.errors import SeedFileIncompleteError
from directory.code_sets.models import Code, CodeSet, County, Nickname, Point, State, forget
from directory.code_sets.operations import LOADERS, PLAIN_KINDS, load_code_sets
from directory.code_sets.seed_files import listed, read_seed_file
from directory.code_sets.vocabulary import CodeKind, PointKind

SEEDS = Path(settings.BASE_DIR) / "seeds" / "code_sets"
FILES = sorted({path.name.split(".")[0] for path in SEEDS.glob("*.csv*")})
TABLES = [model._meta.db_table for model in (Code, CodeSet, County, Nickname, Point, State)]


def contents() -> dict[str, tuple[int, str]]:
    """Each table's number of rows and a digest of them, keys and all."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"select count(*), md5(string_agg(t::text, '' order by t::text)) from {table} t")
            found[table] = cursor.fetchone()
    return found


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines(keepends=True)


def load(folder: Path) -> list[str]:
    return load_code_sets(by=program("test"), at=timezone.now(), folder=folder)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test here changed and the vocabulary then read goes with the test."""
    yield
    forget()


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A copy of the seeds that a test may change."""
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))


@pytest.mark.parametrize("name", FILES)
def test_every_file_says_where_it_comes_from_and_when(name: str) -> None:
    file = read_seed_file(SEEDS, name)
    assert len(file.source) > 2
    assert file.as_of.year >= 2020
    assert file.rows


@pytest.mark.usefixtures("loaded", "db")
def test_a_second_load_changes_nothing() -> None:
    before = contents()
    assert load(SEEDS) == []
    assert contents() == before


@pytest.mark.usefixtures("loaded", "db")
def test_loading_everything_anew_keeps_every_code_its_number() -> None:
    before = contents()["code_sets_code"]
    CodeSet.objects.update(digest="")
    assert load(SEEDS) == list(LOADERS)
    assert contents()["code_sets_code"] == before


@pytest.mark.usefixtures("loaded", "db")
def test_the_command_says_what_it_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_code_sets")
    assert capsys.readouterr().out == '{"loaded": []}\n'


@pytest.mark.usefixtures("loaded", "db")
def test_a_changed_file_changes_its_codes_and_no_others(seeds: Path) -> None:
    before = Code.objects.get(kind=CodeKind.GENDER, code="X")
    file = seeds / "gender.csv"
    file.write_text(file.read_text().replace("Nonbinary or another gender", "Another gender"))
    assert load(seeds) == ["gender"]
    after = Code.objects.get(kind=CodeKind.GENDER, code="X")
    assert (after.pk, after.label_en) == (before.pk, "Another gender")


@pytest.mark.usefixtures("loaded", "db")
def test_a_code_that_its_source_drops_stays_and_is_no_filter(seeds: Path) -> None:
    file = seeds / "telehealth.csv"
    file.write_text("".join(line for line in lines(file) if not line.startswith("app,")))
    load(seeds)
    assert not Code.objects.get(kind=CodeKind.TELEHEALTH, code="app").filterable
    assert Code.objects.get(kind=CodeKind.TELEHEALTH, code="video").filterable


@pytest.mark.usefixtures("loaded", "db")
@pytest.mark.parametrize("line", ["# source:", "# as of:"])
def test_a_file_without_source_or_date_is_refused_and_nothing_changes(seeds: Path, line: str) -> None:
    before = contents()
    file = seeds / "telehealth.csv"
    file.write_text("".join(kept for kept in lines(file) if not kept.startswith(line)))
    with pytest.raises(SeedFileIncompleteError, match="telehealth"):
        load(seeds)
    assert contents() == before


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedFileIncompleteError, match="zips is missing"):
        read_seed_file(tmp_path, "zips")


@pytest.mark.usefixtures("loaded", "db")
def test_every_kind_has_codes_and_every_set_is_recorded() -> None:
    assert set(Code.objects.values_list("kind", flat=True)) == set(CodeKind.values)
    assert set(CodeSet.objects.values_list("kind", flat=True)) == set(LOADERS)


@pytest.mark.usefixtures("loaded", "db")
@pytest.mark.parametrize("kind", PLAIN_KINDS)
def test_every_parent_of_a_file_is_a_code_of_the_file(kind: CodeKind) -> None:
    rows = read_seed_file(SEEDS, PLAIN_KINDS[kind]).rows
    codes = [row["code"] for row in rows]
    assert len(codes) == len(set(codes))
    assert {row["parent"] for row in rows if row.get("parent")} <= set(codes)


def test_no_phrase_names_a_specialty_that_does_not_exist() -> None:
    official = {row["code"] for row in read_seed_file(SEEDS, "specialties").rows}
    ours = read_seed_file(SEEDS, "specialty_words").rows
    assert {row["code"] for row in ours} | {row["parent"] for row in ours} - {""} <= official
    assert all(phrase == phrase.lower() for row in ours for phrase in listed(row["words_en"]))


def test_every_specialty_of_a_person_has_our_words_in_both_languages() -> None:
    people = {row["code"] for row in read_seed_file(SEEDS, "specialties").rows if row["individual"] == "yes"}
    ours = read_seed_file(SEEDS, "specialty_words").rows
    assert len(people) > 690
    assert {row["code"] for row in ours if row["plain_en"] and row["plain_es"]} == people


def test_the_notice_of_the_specialties_stands_in_their_file() -> None:
    head = "".join(line for line in lines(SEEDS / "specialties.csv") if line.startswith("#"))
    assert "© American Medical Association" in head
    assert "version 25.1" in head


def test_no_definition_of_a_specialty_is_copied() -> None:
    columns = next(line for line in lines(SEEDS / "specialties.csv") if not line.startswith("#"))
    assert columns.strip().split(",") == [
        "code",
        "grouping",
        "classification",
        "specialization",
        "display_name",
        "individual",
    ]


@pytest.mark.usefixtures("loaded", "db")
def test_points_stand_where_they_should() -> None:
    zip_code = Point.objects.get(kind=PointKind.ZIP, code="55104")
    assert (zip_code.name, zip_code.state, zip_code.county_fips) == ("Saint Paul", "MN", "27123")
    assert (round(zip_code.lat, 1), round(zip_code.lon, 1)) == (45.0, -93.2)
    city = Point.objects.get(kind=PointKind.CITY, code="saint paul", state="MN")
    assert (city.name, city.county_fips) == ("Saint Paul", "27123")
    assert abs(city.lat - zip_code.lat) + abs(city.lon - zip_code.lon) < 0.2


@pytest.mark.usefixtures("loaded", "db")
def test_a_leading_zero_of_a_zip_code_is_kept() -> None:
    assert Point.objects.get(kind=PointKind.ZIP, code="02139").name == "Cambridge"
    assert not Point.objects.filter(kind=PointKind.ZIP).exclude(code__regex=r"^\d{5}$").exists()


@pytest.mark.usefixtures("loaded", "db")
def test_points_counties_and_states_agree() -> None:
    states = set(State.objects.values_list("code", flat=True))
    counties = dict(County.objects.values_list("fips", "state"))
    assert set(Point.objects.values_list("state", flat=True).distinct()) <= states
    for fips, state in Point.objects.exclude(county_fips="").values_list("county_fips", "state").distinct():
        assert counties[fips] == state
    assert Point.objects.filter(kind=PointKind.ZIP, county_fips="").count() < 50


@pytest.mark.usefixtures("loaded", "db")
def test_jon_is_jonathan_both_ways() -> None:
    assert Nickname.objects.filter(name="jon", other="jonathan").exists()
    assert Nickname.objects.filter(name="jonathan", other="jon").exists()
