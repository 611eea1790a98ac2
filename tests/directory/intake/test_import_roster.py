"""A plan's own network from a folder of CSV files: what it changes, what it refuses, what it leaves alone."""

import gzip
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.ingest.errors import ImportRefused
from accounts.ingest.models import ImportRun
from accounts.ingest.rules import Counts
from directory.intake import operations
from directory.network.errors import RosterShrinks
from directory.network.models import (
    Affiliation,
    Clinician,
    Location,
    Network,
    Organization,
    PlanNetwork,
    PractitionerRole,
    StatedLanguage,
)
from directory.publication.models import Due
from directory.self_description.models import Answer
from directory.self_description.vocabulary import Field
from tests.directory.intake.rosters import (
    AMINA,
    HOSPITAL,
    JON,
    NOW,
    Files,
    a_person,
    a_practice,
    a_roster,
    a_site,
    many,
    refused,
    take,
    write,
)

pytestmark = pytest.mark.usefixtures("network")

TODAY = date(2026, 11, 22)
TABLES = (Affiliation, Clinician, Location, Network, Organization, PlanNetwork, PractitionerRole, StatedLanguage)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "roster"


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the network, of who is due and of the runs, with the version of the row."""
    with connection.cursor() as cursor:
        found = {}
        for model in (*TABLES, Due, ImportRun):
            table = model._meta.db_table
            cursor.execute(f"select xmin::text, t::text from {table} t order by 2")
            found[table] = cursor.fetchall()
        return found


def counts(summary: dict[str, Any], file: str) -> Counts:
    return Counts(**summary["files"][file])


def due_after(monkeypatch: pytest.MonkeyPatch, folder: Path, files: Files) -> set[int]:
    """Who is due when a roster is in and before anything is published."""
    seen: set[int] = set()

    def look(**options: Any) -> Any:
        seen.update(Due.objects.values_list("pk", flat=True))
        return operations_publish(**options)

    operations_publish = operations.publish_due
    monkeypatch.setattr(operations, "publish_due", look)
    take(folder, files)
    return seen


class TestTaking:
    def test_everything_is_there(self, folder: Path) -> None:
        summary = take(folder, a_roster())
        assert summary["added"] == summary["read"] == 9
        amina = Clinician.objects.get(npi=AMINA)
        assert (amina.family_name, amina.specialties) == ("WARSAME", ["207Q00000X"])
        site = Location.objects.get()
        assert (site.zip, site.zip4, site.county_fips) == ("55104", "1234", "27123")
        assert (site.phone, site.accessibility) == ("6515550142", ["adacomp", "pubtrans"])
        assert site.hours == [[day, "08:00", "17:00"] for day in range(5)]
        assert site.name == "Alder Street Clinic"
        role = amina.roles.get()
        assert (role.location, role.networks, role.starts_on) == (site, ["N1"], date(2020, 1, 1))
        language = amina.stated_languages.get()
        assert (language.language, language.stated_by) == ("so", "credentialing application")
        assert amina.affiliations.get().organization_id == HOSPITAL

    def test_whoever_is_in_is_published(self, folder: Path) -> None:
        assert take(folder, a_roster())["published"] == 2
        assert not Due.objects.exists()

    def test_a_second_time_changes_no_row(self, folder: Path) -> None:
        take(folder, a_roster())
        before = everything()
        summary = take(folder)
        assert (summary["unchanged"], summary["read"], summary["published"]) == (9, 9, 0)
        after = everything()
        del before["ingest_importrun"], after["ingest_importrun"]
        assert after == before

    def test_compressed_files_are_read_too(self, folder: Path) -> None:
        write(folder, a_roster())
        for path in list(folder.iterdir()):
            (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
        assert take(folder)["added"] == 9

    def test_hours_that_are_no_list_become_a_note(self, folder: Path) -> None:
        take(folder, a_roster() | {"sites.csv": [a_site(hours="By appointment")]})
        site = Location.objects.get()
        assert (site.hours, site.hours_note) == ([], "By appointment")

    @pytest.mark.parametrize(
        ("county", "fips"), [("Ramsey", "27123"), ("ramsey county", "27123"), ("", "27123"), ("Atlantis", "27123")]
    )
    def test_a_county_is_found_by_name_or_else_by_zip(self, folder: Path, county: str, fips: str) -> None:
        take(folder, a_roster() | {"sites.csv": [a_site(county=county)]})
        assert Location.objects.get().county_fips == fips

    def test_a_network_that_leaves_a_plan_is_no_longer_in_it(self, folder: Path) -> None:
        files = a_roster()
        files["networks.csv"].append(files["networks.csv"][0] | {"plan_id": "P2", "plan_name": "Select"})
        take(folder, files)
        summary = take(folder, a_roster())
        assert counts(summary, "networks.csv") == Counts(read=1, unchanged=1, ended=1)
        assert PlanNetwork.objects.get().plan_id == "P1"

    def test_the_record_of_a_run_has_numbers_and_no_person(self, folder: Path) -> None:
        take(folder, a_roster())
        run = ImportRun.objects.get()
        assert (run.command, run.source, run.outcome) == ("import_roster", "plan", "done")
        assert run.counts["clinicians.csv"]["added"] == 2
        assert str(AMINA) not in json.dumps(run.counts)


class TestWholeWithinItsSource:
    def test_a_role_that_is_no_longer_named_ended_yesterday(self, folder: Path) -> None:
        take(folder, many(10))
        files = many(10)
        gone = files["practice_locations.csv"].pop()
        summary = take(folder, files)
        assert counts(summary, "practice_locations.csv") == Counts(read=9, unchanged=9, ended=1)
        assert PractitionerRole.objects.get(clinician=gone["npi"]).ends_on == TODAY - timedelta(days=1)

    def test_a_role_that_never_began_is_gone(self, folder: Path) -> None:
        files = many(10)
        files["practice_locations.csv"][-1]["start_date"] = "2026-11-22"
        take(folder, files)
        gone = files["practice_locations.csv"].pop()
        assert counts(take(folder, files), "practice_locations.csv").ended == 1
        assert not PractitionerRole.objects.filter(clinician=gone["npi"]).exists()

    def test_a_role_that_comes_back_is_open_again(self, folder: Path) -> None:
        files = many(10)
        take(folder, files)
        gone = files["practice_locations.csv"].pop()
        take(folder, files)
        files["practice_locations.csv"].append(gone)
        summary = take(folder, files)
        assert counts(summary, "practice_locations.csv") == Counts(read=10, unchanged=9, reactivated=1)
        assert PractitionerRole.objects.get(clinician=gone["npi"]).ends_on is None

    def test_languages_and_affiliations_that_are_no_longer_named_are_gone(self, folder: Path) -> None:
        take(folder, a_roster())
        files = a_roster()
        files["languages.csv"].pop()
        files["affiliations.csv"].pop()
        summary = take(folder, files)
        assert counts(summary, "languages.csv") == Counts(read=1, unchanged=1, ended=1)
        assert counts(summary, "affiliations.csv") == Counts(ended=1)
        assert not StatedLanguage.objects.filter(clinician=JON).exists()
        assert not Affiliation.objects.exists()

    def test_another_source_is_left_alone(self, folder: Path) -> None:
        take(folder, many(10), source="one plan")
        take(folder, a_roster(), source="another plan")
        assert PractitionerRole.objects.filter(source="one plan", ends_on=None).count() == 10

    def test_over_a_fifth_is_refused_whole(self, folder: Path) -> None:
        take(folder, many(10))
        before = everything()
        with pytest.raises(RosterShrinks, match=r"3 of the 10 .* --shrink"):
            take(folder, many(7))
        after = everything()
        assert after.pop("ingest_importrun") != before.pop("ingest_importrun")
        assert after == before

    def test_a_fifth_is_not_too_much(self, folder: Path) -> None:
        take(folder, many(10))
        assert take(folder, many(8))["ended"] == 2

    def test_shrinking_can_be_allowed(self, folder: Path) -> None:
        take(folder, many(10))
        assert take(folder, many(2), shrink=True)["ended"] == 8

    def test_a_refused_row_still_names_its_role(self, folder: Path) -> None:
        take(folder, a_roster())
        files = a_roster()
        files["practice_locations.csv"][1]["accepting"] = "perhaps"
        summary = take(folder, files)
        assert counts(summary, "practice_locations.csv") == Counts(read=2, unchanged=1, refused=1)
        assert PractitionerRole.objects.get(clinician=JON).ends_on is None

    def test_a_clinician_is_deactivated_and_reactivated_by_the_file(self, folder: Path) -> None:
        take(folder, a_roster())
        files = a_roster()
        files["clinicians.csv"][1]["deactivation_date"] = "2026-10-01"
        assert counts(take(folder, files), "clinicians.csv") == Counts(read=2, unchanged=1, deactivated=1)
        assert counts(take(folder, a_roster()), "clinicians.csv") == Counts(read=2, unchanged=1, reactivated=1)


BAD = [
    ("clinicians.csv", a_person(2000000000), "npi: is no NPI"),
    ("clinicians.csv", a_person(AMINA), "an earlier row"),
    ("clinicians.csv", a_person(JON, taxonomy_1="999X"), "taxonomy_1: is no code"),
    ("clinicians.csv", a_person(JON, gender="Q"), "gender: is no code"),
    ("clinicians.csv", a_person(JON, enumeration_date="2026-02-30"), "enumeration_date: is no date"),
    ("clinicians.csv", a_person(JON, last_name=""), "last_name: is empty"),
    ("clinicians.csv", a_person(JON, last_name="x" * 81), "last_name: is longer than 80"),
    ("clinicians.csv", a_person(JON, last_name="S\0mith"), "last_name: holds characters"),
    ("clinicians.csv", a_person(JON, license_state="ZZ"), "license_state: is no state"),
    ("clinicians.csv", a_person(JON, telehealth="perhaps"), "telehealth: is neither"),
    ("sites.csv", a_site(site_id="2", zip="5510"), "zip: is no ZIP"),
    ("sites.csv", a_site(site_id="2", phone="555-0100"), "phone: is no phone number"),
    ("sites.csv", a_site(site_id="2", lat="91"), "lat: is no number"),
    ("sites.csv", a_site(site_id="2", lon=""), "lon: is empty"),
    ("sites.csv", a_site(site_id="2", state="ZZ"), "state: is no state"),
    ("sites.csv", a_site(site_id="2", accessibility="stairs"), "accessibility: is no code"),
    ("sites.csv", a_site(site_id="2", staff_languages="so|klingon"), "staff_languages: is no code"),
    ("sites.csv", a_site(site_id="2", website="javascript:alert(1)"), "website: is no web address"),
    ("sites.csv", a_site(site_id="1"), "an earlier row"),
    ("practice_locations.csv", a_practice(JON, "9"), "site_id: no such site"),
    ("practice_locations.csv", a_practice(HOSPITAL), "npi: no such clinician"),
    ("practice_locations.csv", a_practice(JON, networks="N1|N9"), "networks: one of them"),
    ("practice_locations.csv", a_practice(JON, accepting="maybe"), "accepting: is no code"),
    ("practice_locations.csv", a_practice(JON, end_date="2019-12-31"), "end_date: lies before"),
    ("practice_locations.csv", a_practice(JON, age_min="18", age_max="17"), "age_max: is less"),
    ("practice_locations.csv", a_practice(JON, age_min="200"), "age_min: is no whole number"),
    ("languages.csv", {"npi": JON, "language": "klingon"}, "language: is no code"),
    ("languages.csv", {"npi": JON, "language": "es", "proficiency": "37"}, "proficiency: is none of"),
    ("languages.csv", {"npi": HOSPITAL, "language": "es"}, "npi: no such clinician"),
    ("affiliations.csv", {"npi": JON, "org_npi": "12", "org_name": "X"}, "org_npi: is no NPI"),
    ("networks.csv", {"network_id": "N1", "network_name": "Closed"}, "network_name: an earlier row"),
]


class TestRefusing:
    @pytest.mark.parametrize(("file", "row", "reason"), BAD, ids=[f"{bad[0]} {bad[2]}" for bad in BAD])
    def test_a_bad_row_is_refused_alone(self, folder: Path, file: str, row: dict[str, Any], reason: str) -> None:
        files = a_roster()
        files["practice_locations.csv"].pop()
        if file == "clinicians.csv" and row["npi"] == JON:
            files["clinicians.csv"].pop()
            files["languages.csv"].pop()
        files[file].append(row)
        summary = take(folder, files)
        assert summary["refused"] == 1
        assert summary["added"] == summary["read"] - 1
        [(of, line, _, said)] = refused(folder)
        assert (of, line) == (file, len(files[file]) + 1)
        assert reason in said

    def test_the_file_of_refused_rows_says_which(self, folder: Path) -> None:
        files = a_roster()
        files["clinicians.csv"].insert(0, a_person(2000000000))
        files["practice_locations.csv"].insert(1, a_practice(AMINA, "no site"))
        summary = take(folder, files)
        assert [row[:3] for row in refused(folder)] == [
            ("clinicians.csv", 2, "2000000000"),
            ("practice_locations.csv", 3, f"{AMINA} no site"),
        ]
        assert summary["refused_file"] == str(folder.parent / "refused.csv")

    def test_what_a_clinician_may_hide_is_not_repeated(self, folder: Path) -> None:
        files = a_roster()
        files["clinicians.csv"] += [a_person("Ochterlony", gender="Zephyr"), a_person(JON, gender="Zephyr")]
        files["languages.csv"] += [{"npi": AMINA, "language": "Quenya", "proficiency": "99"}]
        take(folder, files)
        written = (folder.parent / "refused.csv").read_text()
        assert not [word for word in ("Ochterlony", "Zephyr", "Quenya", "99", "WARSAME") if word in written]

    def test_a_row_of_another_width_and_broken_text_are_refused_alone(self, folder: Path) -> None:
        write(folder, a_roster())
        with (folder / "affiliations.csv").open("ab") as out:
            out.write(f"{JON},{HOSPITAL}\n".encode())
            out.write(f"{JON},{HOSPITAL},Juniper \xff\n".encode("latin-1"))
        assert counts(take(folder), "affiliations.csv") == Counts(read=3, added=1, refused=2)

    @pytest.mark.parametrize("content", [b"", b"npi,colour\n", b"npi,npi,org_npi,org_name\n"])
    def test_a_file_without_its_columns_is_refused_whole(self, folder: Path, content: bytes) -> None:
        write(folder, a_roster())
        (folder / "affiliations.csv").write_bytes(content)
        with pytest.raises(ImportRefused, match=r"affiliations\.csv"):
            take(folder)
        assert not Clinician.objects.exists()
        assert ImportRun.objects.get().outcome == "refused"

    def test_the_missing_columns_are_named(self, folder: Path) -> None:
        write(folder, a_roster())
        (folder / "sites.csv").write_text("site_id,org_npi,org_name,site_name,line1,city,county,lat,lon,phone\n")
        with pytest.raises(ImportRefused, match="lacks the columns state, zip, accessibility, hours"):
            take(folder)

    def test_headers_are_matched_however_they_are_written(self, folder: Path) -> None:
        write(folder, a_roster())
        path = folder / "affiliations.csv"
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"npi,org_npi,org_name", b"NPI,Org NPI,ORG-NAME"))
        assert counts(take(folder), "affiliations.csv") == Counts(read=1, added=1)

    def test_a_file_that_is_missing_or_damaged_is_refused_whole(self, folder: Path) -> None:
        write(folder, a_roster())
        path = folder / "clinicians.csv"
        (folder / "clinicians.csv.gz").write_bytes(gzip.compress(path.read_bytes())[:-12])
        with pytest.raises(ImportRefused, match="both"):
            take(folder)
        path.unlink()
        with pytest.raises(ImportRefused, match="cannot be read on"):
            take(folder)
        (folder / "clinicians.csv.gz").unlink()
        with pytest.raises(ImportRefused, match=r"no clinicians\.csv"):
            take(folder)


class TestNotReading:
    def test_what_only_clinicians_can_say_is_not_read(self, folder: Path) -> None:
        columns = {"race": "2028-9", "Ethnicity": "2186-5", "pronouns": "she", "trainings": "CLAS", "expertise": "x"}
        files = a_roster()
        files["clinicians.csv"] = [row | columns for row in files["clinicians.csv"]]
        write(folder, files)
        summary = take(folder)
        assert summary["ignored_columns"] == {"clinicians.csv": list(columns)}
        assert summary["refused"] == 0
        assert not Answer.objects.exists()

    @pytest.mark.parametrize("name", ["answers.csv", "canaries.csv", "answers.csv.gz"])
    def test_files_of_answers_are_not_opened(self, folder: Path, name: str) -> None:
        write(folder, a_roster())
        (folder / name).mkdir()  # whoever opens it, fails
        assert take(folder)["added"] == 9

    def test_no_column_of_a_roster_is_one_that_only_clinicians_can_say(self) -> None:
        own = {Field.RACE, Field.ETHNICITY, Field.PRONOUNS, Field.COMPETENCY, Field.POPULATION}
        assert not {name for shape in operations.ROSTER for name in (*shape.header, *shape.unused)} & own


class TestNothingLeftBehind:
    def test_a_dry_run_says_what_would_change_and_changes_nothing(self, folder: Path) -> None:
        take(folder, a_roster())
        before = everything()
        files = a_roster()
        files["sites.csv"][0]["phone"] = "6515550199"
        files["clinicians.csv"][1]["gender"] = "X"
        files["languages.csv"].pop()
        summary = take(folder, files, dry_run=True)
        assert (summary["updated"], summary["ended"], summary["published"]) == (2, 1, 0)
        assert everything() == before

    @pytest.mark.parametrize("step", ["take_roster", "mark_due"])
    def test_a_run_that_breaks_off_leaves_nothing(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        done = getattr(operations, step)

        def break_off(*args: Any, **options: Any) -> None:
            done(*args, **options)
            raise ConnectionResetError

        monkeypatch.setattr(operations, step, break_off)
        with pytest.raises(ConnectionResetError):
            take(folder, a_roster())
        assert not any(model.objects.exists() for model in (*TABLES, Due))  # type: ignore[attr-defined]
        assert ImportRun.objects.get().outcome == "failed"

    def test_publication_that_broke_off_is_finished_by_the_next_run(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_off(**options: Any) -> None:
            raise ConnectionResetError

        with monkeypatch.context() as patch:
            patch.setattr(operations, "publish_due", break_off)
            with pytest.raises(ConnectionResetError):
                take(folder, a_roster())
        assert Due.objects.count() == 2
        assert take(folder)["published"] == 2
        assert not Due.objects.exists()


class TestWhoIsDue:
    @pytest.mark.parametrize(
        ("file", "cells", "who"),
        [
            ("clinicians.csv", {"credential": "DO"}, {AMINA}),
            ("practice_locations.csv", {"accepting": "nopt"}, {AMINA}),
            ("languages.csv", {"proficiency": "30"}, {AMINA}),
            ("affiliations.csv", {"org_name": "Juniper Medical Center"}, {AMINA}),
            ("sites.csv", {"phone": "6515550199"}, {AMINA, JON}),
            ("sites.csv", {"org_name": "Alder Lane Clinic", "site_name": "Alder Street Clinic"}, {AMINA, JON}),
            ("networks.csv", {"network_name": "Wide open"}, {AMINA, JON}),
            ("networks.csv", {"plan_name": "First Choice"}, {AMINA, JON}),
            ("networks.csv", {"plan_id": "P2"}, {AMINA, JON}),
        ],
    )
    def test_those_whom_a_change_reaches(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, file: str, cells: dict[str, str], who: set[int]
    ) -> None:
        take(folder, a_roster())
        files = a_roster()
        files[file][0] |= cells
        assert due_after(monkeypatch, folder, files) == who

    def test_nobody_when_nothing_changed(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        take(folder, a_roster())
        assert due_after(monkeypatch, folder, a_roster()) == set()


CELLS = st.sampled_from(["", "1", "Y", "so", "N1", "2026-01-01", "x" * 300, "\0", "é", "=1+1", str(AMINA), "\ud800"])
COLUMN = st.sampled_from([(shape.file, name) for shape in operations.ROSTER for name in shape.header])


@settings(max_examples=15)
@given(changes=st.lists(st.tuples(COLUMN, st.integers(0, 3), CELLS), max_size=8), twice=st.booleans())
def test_the_summary_adds_up_whatever_the_files_hold(
    tmp_path: Path, changes: list[tuple[tuple[str, str], int, str]], twice: bool
) -> None:
    folder = tmp_path / "roster"
    files = many(3)
    for (file, name), at, cell in changes:
        if cell.isprintable() or cell == "\0":
            files[file][at % len(files[file])][name] = cell
    if twice:
        files["practice_locations.csv"] *= 2
    summary = take(folder, files, shrink=True)
    for file in files:
        found = counts(summary, file)
        assert found.read == len(files[file])
        assert found.adds_up
    assert summary["read"] == sum(len(rows) for rows in files.values())


class TestCommand:
    def test_the_last_line_is_the_summary(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write(folder, a_roster())
        call_command("import_roster", str(folder), source="plan", refused=str(folder.parent / "refused.csv"))
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["added"] == 9

    def test_the_template_names_every_column(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("import_roster", template=True)
        lines = capsys.readouterr().out.splitlines()
        assert lines[:2] == ["# networks.csv", "network_id,network_name,plan_id,plan_name,line_of_business"]
        assert len(lines) == 12

    @pytest.mark.parametrize(("options", "says"), [({}, "--source"), ({"source": "x" * 41}, "1 to 40")])
    def test_it_says_what_is_missing(self, folder: Path, options: dict[str, str], says: str) -> None:
        write(folder, a_roster())
        with pytest.raises(CommandError, match=says):
            call_command("import_roster", str(folder), **options)

    def test_now_is_the_plans_day(self) -> None:
        assert NOW.date() == TODAY
