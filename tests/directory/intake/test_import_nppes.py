"""The national registry's files: what they change, what they leave alone, and that their order does not matter."""

import csv
import gzip
import json
import re
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.ingest.errors import ImportRefused
from accounts.ingest.models import ImportRun
from accounts.ingest.rules import Counts
from accounts.vocabulary import program
from directory.code_sets.rules import npi_is_valid
from directory.intake import nppes, operations
from directory.intake.nppes import MAIN, NPPES_FILES, date_in, is_whole
from directory.listing.models import ListedClinician
from directory.network.models import (
    Clinician,
    Deactivation,
    Endpoint,
    Location,
    Organization,
    OtherName,
    PracticeAddress,
    PractitionerRole,
)
from directory.publication.models import Due, Number
from directory.publication.operations import choose
from directory.self_description.operations import Name
from directory.self_description.vocabulary import Display, Field
from tests.bench.nppes_files import npidata_columns
from tests.builders.network import valid_npi
from tests.directory.intake import rosters
from tests.directory.intake.nppes_rows import (
    AMINA,
    AN_ADDRESS,
    CLINIC,
    GONE,
    NEW,
    NOW,
    OLD,
    a_deactivated,
    a_person,
    an_organization,
    endpoints,
    further,
    names,
    network,
    refused,
    report,
    take,
    taken_back,
    write,
)

pytestmark = pytest.mark.usefixtures("network")

REAL = Path(__file__).parents[2] / "data" / "nppes"
OLD_REAL, NEW_REAL = REAL / "npidata_pfile_20050523-20181209.csv.gz", REAL / "npidata_pfile_20250407-20250413.csv.gz"
REPORT_REAL = REAL / "nppes_deactivated_20231009.csv.gz"
AHEAD = {"as_of": date(2026, 11, 23)}


def counts(summary: dict[str, Any], path: Path) -> Counts:
    return Counts(**summary["files"][path.name])


class TestWhatIsRead:
    def test_a_person(self, tmp_path: Path) -> None:
        take(write(tmp_path / NEW, [a_person(suffix="JR.", code_2="207R00000X", switch_2="N")]))
        clinician = Clinician.objects.get()
        assert (clinician.npi, clinician.family_name, clinician.suffix) == (AMINA, "WARSAME", "JR.")
        assert clinician.specialties == ["207Q00000X", "207R00000X"]
        assert str(clinician.nppes_as_of) == "2026-01-01"
        address = PracticeAddress.objects.get()
        assert (address.npi, address.nth, address.zip, address.zip4) == (AMINA, 0, "55104", "1234")
        assert not Location.objects.exists()

    def test_an_organization_and_its_place_at_the_point_of_its_zip_code(self, tmp_path: Path) -> None:
        take(write(tmp_path / NEW, [an_organization(other_name="ALDER CARE", other_kind="3")]))
        organization, location = Organization.objects.get(), Location.objects.get()
        assert (organization.name, organization.specialties) == ("ALDER STREET CLINIC, INC", ["261QP2300X"])
        assert (location.source, location.source_key, location.name) == ("nppes", str(CLINIC), "ALDER CARE")
        assert (location.approximate, location.county_fips, round(location.latitude)) == (True, "27123", 45)

    @pytest.mark.parametrize(
        ("slots", "specialties"),
        [
            ({"switch_1": "N", "code_2": "207R00000X", "switch_2": "Y"}, ["207R00000X", "207Q00000X"]),
            ({"switch_1": "X", "code_3": "207R00000X", "switch_3": "X"}, ["207Q00000X", "207R00000X"]),
            ({"code_9": "207R00000X", "switch_9": "Y"}, ["207Q00000X", "207R00000X"]),
            ({"code_2": "207Q00000X", "switch_2": "N"}, ["207Q00000X"]),
            ({"code_2": "207Z99999X"}, ["207Q00000X"]),
            ({"code_1": ""}, []),
        ],
    )
    def test_specialties_the_primary_first(self, tmp_path: Path, slots: dict[str, str], specialties: list[str]) -> None:
        take(write(tmp_path / NEW, [a_person(**slots)]))
        assert Clinician.objects.get().specialties == specialties

    @pytest.mark.parametrize(
        ("cells", "stored"),
        [
            ({"zip": "7501"}, {"zip": "07501", "zip4": ""}),
            ({"zip": "75011234"}, {"zip": "07501", "zip4": "1234"}),
            ({"zip": "55104-1234"}, {"zip": "55104", "zip4": "1234"}),
            ({"zip": "551041234.0"}, {"zip": "55104", "zip4": "1234"}),
            ({"zip": "1010", "country": "AT", "state": "WIEN"}, {"zip": "1010", "state": "WIEN", "country": "AT"}),
            ({"state": "Minnesota"}, {"state": "MN"}),
            ({"state": ""}, {"state": ""}),
            ({"country": ""}, {"country": "US"}),
            ({"phone": "(651) 555-0142"}, {"phone": "6515550142"}),
            ({"phone": "6515550142.0"}, {"phone": "6515550142"}),
            ({"phone": "0000000000"}, {"phone": ""}),
            ({"line2": "<UNAVAIL>"}, {"line2": ""}),
        ],
    )
    def test_addresses_as_they_come(self, tmp_path: Path, cells: dict[str, str], stored: dict[str, str]) -> None:
        take(write(tmp_path / NEW, [a_person(**cells)]))
        assert PracticeAddress.objects.filter(**stored).exists()

    @pytest.mark.parametrize("name", ["NULL", "TRUE", "NA", "NONE", "O'NEIL-DIAZ", "NUÑEZ", "MU\ufffdOZ"])
    def test_a_name_is_a_name(self, tmp_path: Path, name: str) -> None:
        take(write(tmp_path / NEW, [a_person(family_name=name, given_name="J", credential="NONE", suffix="-")]))
        clinician = Clinician.objects.get()
        assert (clinician.family_name, clinician.credential, clinician.suffix) == (name, "", "")

    def test_other_names_of_people_and_what_says_who_they_are_is_not_read(self) -> None:
        read = " ".join(title for shape in NPPES_FILES for title in shape.header).lower()
        assert not [word for word in ("race", "ethnic", "language", "other last", "other first") if word in read]

    def test_every_column_of_the_main_file_is_accounted_for(self) -> None:
        assert sorted([*MAIN.header, *MAIN.unused]) == sorted(npidata_columns())

    def test_the_column_of_before_2025(self, tmp_path: Path) -> None:
        path = write(tmp_path / NEW, [a_person()])
        path.write_text(path.read_text().replace("Provider Sex Code", "Provider Gender Code"))
        take(path)
        assert Clinician.objects.get().gender == "F"

    def test_an_address_whose_zip_code_nobody_knows_is_kept_and_is_no_place(self, tmp_path: Path) -> None:
        take(write(tmp_path / NEW, [an_organization(zip="00001")]))
        assert PracticeAddress.objects.filter(zip="00001").exists()
        assert not Location.objects.exists()


class TestRefused:
    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (a_person(npi=AMINA + 1), "NPI: is no NPI: ten digits, the last of which checks the others"),
            (a_person(family_name=""), "Provider Last Name (Legal Name): is empty"),
            (
                an_organization(organization_name="<UNAVAIL>"),
                "Provider Organization Name (Legal Business Name): is empty",
            ),
            (a_person(entity="3"), "Entity Type Code: is none of 1, 2"),
            (a_person(updated="13/01/2019"), "Last Update Date: is no date like 2026-11-22"),
            ({"npi": GONE}, "Entity Type Code: is empty, and so is NPI Deactivation Date"),
            (a_person(updated="11/23/2026"), "Last Update Date: lies in the future"),
            (a_deactivated(deactivated="01/01/2099"), "NPI Deactivation Date: lies in the future"),
            (a_deactivated(reactivated="01/01/2099"), "NPI Reactivation Date: lies in the future"),
        ],
    )
    def test_a_bad_row_alone_and_its_words_are_not_repeated(self, tmp_path: Path, row: Any, reason: str) -> None:
        summary = take(write(tmp_path / NEW, [a_person(npi=valid_npi(7)), row]))
        assert (summary["added"], summary["refused"]) == (1, 1)
        assert refused(tmp_path) == [(NEW, 3, str(row["npi"]), reason)]

    @pytest.mark.parametrize(
        ("name", "missing"),
        [
            ("names_18k_8cols.csv.gz", "Healthcare Provider Taxonomy Code_1 to 15"),
            ("cms_doctors_clinicians_14cols.csv.gz", "Entity Type Code"),
            ("nppes_2026_21cols.csv.gz", "Provider First Line Business Practice Location Address"),
            ("npidata_first41cols_20160508.csv.gz", "Provider Sex Code"),
        ],
    )
    def test_an_extract_is_refused_whole_and_what_it_lacks_is_named(
        self, shared_data: Path, tmp_path: Path, name: str, missing: str
    ) -> None:
        path = shared_data / "nppes" / name
        with pytest.raises(ImportRefused, match=f"{name} lacks the columns .*{missing}"):
            take(path, refused_file=tmp_path / "refused.csv")

    def test_a_file_of_which_nobody_knows_the_day(self, tmp_path: Path) -> None:
        path = further(tmp_path / "pl_pfile.csv", [{"npi": AMINA, **AN_ADDRESS}])
        with pytest.raises(ImportRefused, match="--as-of"):
            take(path)

    @pytest.mark.parametrize(("name", "said"), [("npidata_pfile_20050523-20261123.csv", {}), ("some.csv", AHEAD)])
    def test_a_file_that_speaks_of_a_day_to_come(self, tmp_path: Path, name: str, said: dict[str, date]) -> None:
        path = write(tmp_path / name, [a_person()])
        with pytest.raises(ImportRefused, match=f"{name} would hold as of 2026-11-23, which lies in the future"):
            take(path, **said)
        assert not Clinician.objects.exists()

    def test_today_is_no_day_to_come(self, tmp_path: Path) -> None:
        take(write(tmp_path / "npidata_pfile_20261122.csv", [a_person(updated="11/22/2026")]))
        assert Clinician.objects.get().nppes_as_of == date(2026, 11, 22)

    def test_a_day_to_come_does_not_shut_out_later_files(self, tmp_path: Path) -> None:
        ahead = a_person(npi=valid_npi(7), updated="01/01/2099")
        take(write(tmp_path / "some.csv", [a_person(updated="03/01/2019"), ahead]))
        assert Clinician.objects.get().nppes_as_of == date(2019, 3, 1)
        take(write(tmp_path / NEW, [a_person(family_name="DIAZ")]))
        assert Clinician.objects.get().family_name == "DIAZ"

    def test_a_deactivation_to_come_is_not_taken(self, tmp_path: Path) -> None:
        take(write(tmp_path / OLD, [a_person()]))
        take(report(tmp_path / "some.csv", [{"npi": AMINA, "deactivated": "01/01/2099"}, a_deactivated()]))
        assert refused(tmp_path) == [("some.csv", 2, str(AMINA), "NPPES Deactivation Date: lies in the future")]
        assert list(Deactivation.objects.values_list("npi", "as_of")) == [(GONE, date(2015, 2, 3))]
        assert Clinician.objects.get().deactivated_on is None

    def test_endpoints_that_are_none(self, tmp_path: Path) -> None:
        said = ("https://records.example/fhir", "www.clinic.example", "6515550142", "work", "Notapplicable")
        rows = [{"npi": AMINA, "kind": "FHIR", "address": each} for each in (*said, "front.desk@clinic.example")]
        rows += [
            {"npi": AMINA, "kind": "DIRECT", "address": each} for each in ("a.warsame@direct.clinic.example", "Troy")
        ]
        rows += [rows[0]]
        path = endpoints(tmp_path / "endpoint_pfile.csv", rows)
        summary = take(write(tmp_path / NEW, [a_person()]), path)
        assert set(Endpoint.objects.values_list("address", flat=True)) == {
            "https://records.example/fhir",
            "https://www.clinic.example",
            "a.warsame@direct.clinic.example",
        }
        assert counts(summary, path).refused == 6

    def test_of_an_npi_that_nobody_named_nothing_more_is_taken(self, tmp_path: Path) -> None:
        take(further(tmp_path / "pl_pfile_20260101.csv", [{"npi": AMINA, **AN_ADDRESS}]))
        assert refused(tmp_path)[0][3] == "NPI: nobody has it, in these files or before"


class TestTwice:
    def files(self, folder: Path) -> list[Path]:
        main = [a_person(), an_organization(other_name="ALDER CARE", other_kind="3"), a_deactivated()]
        elsewhere = {**AN_ADDRESS, "line1": "12 BIRCH RD"}
        return [
            write(folder / NEW, main),
            further(folder / "pl_pfile_20260101.csv", [{"npi": npi, **elsewhere} for npi in (AMINA, CLINIC)]),
            names(folder / "othername_pfile_20260101.csv", [{"npi": CLINIC, "name": "ALDER LLC", "kind": "5"}]),
            endpoints(
                folder / "endpoint_pfile_20260101.csv",
                [{"npi": CLINIC, "kind": "FHIR", "address": "https://records.example"}],
            ),
            report(folder / "nppes_deactivated_20260101.csv", [{"npi": GONE, "deactivated": "02/03/2015"}]),
        ]

    def test_the_second_time_nothing_is_written(self, tmp_path: Path) -> None:
        files = self.files(tmp_path)
        first = take(*files)
        assert (first["added"], first["deactivated"], first["read"]) == (6, 1, 8)
        before = versions()
        summary = take(*files)
        assert summary["unchanged"] == summary["read"] == 8
        assert versions() == before
        assert not Due.objects.exists()

    def test_files_on_one_line_may_stand_in_any_order(self, tmp_path: Path) -> None:
        files = self.files(tmp_path)
        with taken_back():
            take(*files)
            expected = network()
        take(*reversed(files))
        assert network() == expected

    def test_what_is_no_longer_named_ends(self, tmp_path: Path) -> None:
        take(*self.files(tmp_path))
        place = Location.objects.get(line1="12 BIRCH RD")
        path = further(tmp_path / "pl_pfile_20260201.csv", [{"npi": CLINIC, **AN_ADDRESS, "line1": "9 CEDAR CT"}])
        summary = take(path)
        place.refresh_from_db()
        assert (summary["updated"], str(place.ended_on)) == (1, "2026-11-22")
        assert Location.objects.filter(ended_on=None).count() == 2
        assert PracticeAddress.objects.filter(npi=AMINA).count() == 2

    @pytest.mark.parametrize("elsewhere", [{"zip": "00001"}, {"zip": "1010", "state": "WIEN", "country": "AT"}])
    def test_an_organization_that_moves_to_where_no_place_can_be_leaves_its_own(
        self, tmp_path: Path, elsewhere: dict[str, str]
    ) -> None:
        take(write(tmp_path / OLD, [an_organization()]))
        take(write(tmp_path / NEW, [an_organization(**elsewhere)]))
        assert [str(place.ended_on) for place in Location.objects.all()] == ["2026-11-22"]
        take(write(tmp_path / "npidata_pfile_20260201.csv", [an_organization()]))
        assert [place.ended_on for place in Location.objects.all()] == [None]

    def test_older_words_on_more_addresses_are_not_taken(self, tmp_path: Path) -> None:
        take(*self.files(tmp_path))
        before = network()
        take(further(tmp_path / "pl_pfile_20250101.csv", [{"npi": CLINIC, **AN_ADDRESS, "line1": "9 CEDAR CT"}]))
        assert network() == before

    def test_a_dry_run_says_what_would_change_and_changes_nothing(self, tmp_path: Path) -> None:
        before = versions()
        assert take(*self.files(tmp_path), dry_run=True)["added"] == 6
        assert versions() == before


def versions() -> list[Any]:
    with connection.cursor() as cursor:
        found = []
        for model in (Clinician, Organization, Location, Deactivation, PracticeAddress, OtherName, Endpoint):
            cursor.execute(f"select xmin::text, t::text from {model._meta.db_table} t order by 2")
            found.append(cursor.fetchall())
    return found


class TestInAnyOrder:
    """Each file tells of its day; what a newer one has said, no older one changes."""

    WORDS = (
        a_person(),
        a_person(family_name="WARSAME-DIAZ", gender="", code_1="207R00000X", line1="9 CEDAR CT"),
        a_person(deactivated="01/02/2018"),
        a_person(deactivated="01/02/2018", reactivated="01/09/2018"),
        a_deactivated(AMINA, deactivated="05/06/2019"),
    )

    @settings(max_examples=12)
    @given(st.lists(st.sampled_from(range(5)), min_size=2, max_size=4), st.randoms())
    def test_the_network_is_the_same(self, tmp_path_factory: pytest.TempPathFactory, words: list[int], by: Any) -> None:
        folder = tmp_path_factory.mktemp("nppes")
        files = [
            write(folder / f"npidata_pfile_{2020 + nth}0101.csv", [self.WORDS[word]]) for nth, word in enumerate(words)
        ]
        with taken_back():
            take(*files)
            expected = network()
        by.shuffle(files)
        with taken_back():
            for file in files:
                take(file)
            assert network() == expected

    FILES = (
        (further, "pl_pfile", "line1"),
        (names, "othername_pfile", "name"),
        (endpoints, "endpoint_pfile", "address"),
    )
    NPIS = (AMINA, CLINIC)

    def a_file(self, folder: Path, day: int, kind: int, named: dict[int, str], *, whole: bool) -> Path:
        """What NPIs have several of, as of a day: a line of an address, a name, or the host of an endpoint each."""
        written, stem, cell = self.FILES[kind]
        words = {"line1": "12 {} RD", "name": "{} LLC", "address": "https://{}.example"}[cell]
        ordinary = ({**AN_ADDRESS}, {"kind": "5"}, {"kind": "FHIR"})[kind]
        begin = "20050523" if whole else f"202601{day:02}"
        rows = [{"npi": npi, **ordinary, cell: words.format(word)} for npi, word in named.items()]
        return written(folder / f"{stem}_{begin}-202601{day:02}.csv", rows)

    def more(self) -> list[Any]:
        """What stands of all that, and what of it is a place."""
        further_ones = [
            list(model.objects.filter(nth__gt=0).order_by("npi", "nth").values())
            for model in (PracticeAddress, OtherName, Endpoint)
        ]
        return [*further_ones, sorted(Location.objects.filter(ended_on=None).values_list("line1", flat=True))]

    @pytest.mark.parametrize("kind", range(3))
    def test_a_whole_file_ends_what_it_does_not_name_and_the_news_of_a_week_does_not(
        self, tmp_path: Path, kind: int
    ) -> None:
        take(write(tmp_path / NEW, [a_person(), an_organization()]))
        both = self.a_file(tmp_path, 5, kind, dict.fromkeys(self.NPIS, "BIRCH"), whole=False)
        take(both)
        summary = take(self.a_file(tmp_path, 12, kind, {AMINA: "BIRCH"}, whole=False))
        assert (summary["ended"], [row["npi"] for row in self.more()[kind]]) == (0, sorted(self.NPIS))
        summary = take(self.a_file(tmp_path, 11, kind, {AMINA: "BIRCH"}, whole=True))
        assert (summary["ended"], [row["npi"] for row in self.more()[kind]]) == (1, [AMINA])
        assert Location.objects.filter(ended_on=None).count() == 1
        take(both)
        assert [row["npi"] for row in self.more()[kind]] == [AMINA]

    def test_a_whole_file_leaves_what_was_said_on_its_day_and_whom_a_refused_row_names(self, tmp_path: Path) -> None:
        take(write(tmp_path / NEW, [a_person(), an_organization()]))
        take(self.a_file(tmp_path, 5, 0, {CLINIC: "BIRCH"}, whole=False))
        take(self.a_file(tmp_path, 12, 0, {AMINA: "BIRCH"}, whole=False))
        summary = take(self.a_file(tmp_path, 12, 0, {CLINIC: "LONG " * 30}, whole=True))
        assert (summary["refused"], summary["ended"]) == (1, 0)
        assert [row["npi"] for row in self.more()[0]] == sorted(self.NPIS)

    @settings(max_examples=25)
    @given(
        st.lists(
            st.tuples(st.dictionaries(st.sampled_from(NPIS), st.sampled_from(("BIRCH", "CEDAR"))), st.booleans()),
            min_size=2,
            max_size=4,
        ),
        st.integers(0, 2),
        st.randoms(),
    )
    def test_whole_files_and_weekly_ones_come_in_any_order(
        self, tmp_path_factory: pytest.TempPathFactory, said: list[tuple[dict[int, str], bool]], kind: int, by: Any
    ) -> None:
        folder = tmp_path_factory.mktemp("nppes")
        main = write(folder / NEW, [a_person(), an_organization()])
        files = [self.a_file(folder, 5 + nth, kind, named, whole=whole) for nth, (named, whole) in enumerate(said)]
        found = []
        for order in (files, by.sample(files, len(files))):
            with taken_back():
                take(main)
                for file in order:
                    take(file)
                found.append(self.more())
        assert found[0] == found[1]

    def test_of_files_of_one_day_the_newer_update_of_an_organization_counts(self, tmp_path: Path) -> None:
        files = [
            write(tmp_path / f"{part}_20260101.csv", [an_organization(organization_name=name, updated=updated)])
            for part, name, updated in (("one", "ALDER NEW", "12/30/2025"), ("two", "ALDER OLD", "12/29/2025"))
        ]
        for order in permutations(files):
            with taken_back():
                take(order[0])
                take(order[1])
                assert Organization.objects.get().name == "ALDER NEW"

    def test_a_report_of_before_does_not_end_who_was_reactivated(self, tmp_path: Path) -> None:
        take(write(tmp_path / NEW, [a_person(deactivated="01/02/2018", reactivated="01/09/2018")]))
        take(report(tmp_path / "nppes_deactivated_20180201.csv", [{"npi": AMINA, "deactivated": "01/02/2018"}]))
        assert Clinician.objects.get().deactivated_on is None

    def test_an_older_file_does_not_bring_back_who_is_deactivated(self, tmp_path: Path) -> None:
        take(report(tmp_path / "nppes_deactivated_20230101.csv", [{"npi": AMINA, "deactivated": "01/02/2022"}]))
        summary = take(write(tmp_path / OLD, [a_person()]))
        assert summary["added"] == 1
        assert str(Clinician.objects.get().deactivated_on) == "2022-01-02"

    def test_a_newer_file_does(self, tmp_path: Path) -> None:
        take(report(tmp_path / "nppes_deactivated_20230101.csv", [{"npi": AMINA, "deactivated": "01/02/2022"}]))
        take(write(tmp_path / OLD, [a_person()]))
        summary = take(write(tmp_path / NEW, [a_person(deactivated="01/02/2022", reactivated="03/04/2024")]))
        assert summary["reactivated"] == 1
        assert not Deactivation.objects.exists()

    def test_real_rows_of_2018_and_2025(self, tmp_path: Path) -> None:
        found = []
        for order in permutations((OLD_REAL, NEW_REAL, REPORT_REAL)):
            with taken_back():
                for path in order:
                    take(path, refused_file=tmp_path / "refused.csv")
                found.append(network())
        assert all(each == found[0] for each in found[1:])
        assert len(found[0]["Clinician"]) > 20
        assert sum(row["deactivated_on"] is not None for row in found[0]["Clinician"]) >= 6

    def test_all_rows_of_2018_and_2025(self, shared_data: Path, tmp_path: Path) -> None:
        whole, found = shared_data / "nppes", []
        for order in ((OLD_REAL, NEW_REAL), (NEW_REAL, OLD_REAL)):
            with taken_back():
                read = [take(whole / path.name, refused_file=tmp_path / "refused.csv") for path in order]
                assert [summary["refused"] for summary in read] == [0, 0]
                found.append(network())
        assert found[0] == found[1]


class TestBesideARoster:
    ROSTER = rosters.a_roster()

    def test_either_may_come_first(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / NEW,
            [
                a_person(rosters.AMINA, family_name="WARSAME-DIAZ", credential="DO", code_1="207R00000X", gender=""),
                an_organization(rosters.CLINIC),
                a_deactivated(rosters.JON),
            ],
        )
        files = rosters.a_roster()
        files["clinicians.csv"][0] |= {"license_number": "4711", "preferred_name": "Mina", "checked_on": "2026-10-01"}
        with taken_back():
            rosters.take(tmp_path / "roster", files)
            take(path)
            expected = network() | {"roles": list(PractitionerRole.objects.values("clinician_id", "networks"))}
        take(path)
        rosters.take(tmp_path / "roster")
        rosters.take(tmp_path / "roster")
        found = network() | {"roles": list(PractitionerRole.objects.values("clinician_id", "networks"))}
        assert found == expected
        amina = Clinician.objects.get(npi=rosters.AMINA)
        assert (amina.family_name, amina.credential, amina.specialties) == ("WARSAME-DIAZ", "DO", ["207R00000X"])
        assert (amina.gender, amina.preferred_name, amina.license_number) == ("", "Mina", "4711")
        assert Clinician.objects.get(npi=rosters.JON).deactivated_on is not None
        assert Organization.objects.get(npi=rosters.CLINIC).name == "ALDER STREET CLINIC, INC"

    def test_who_changed_is_published(self, tmp_path: Path) -> None:
        rosters.take(tmp_path / "roster", self.ROSTER)
        summary = take(
            write(tmp_path / NEW, [a_person(rosters.AMINA, code_1="207R00000X"), a_deactivated(rosters.JON)])
        )
        assert summary["published"] == 2
        assert list(ListedClinician.objects.values_list("npi", flat=True)) == [rosters.AMINA]

    def test_whom_no_roster_names_is_neither_listed_nor_numbered(self, tmp_path: Path) -> None:
        summary = take(write(tmp_path / NEW, [a_person()]))
        assert (summary["added"], summary["published"]) == (1, 0)
        assert [model.objects.count() for model in (ListedClinician, Number, Due)] == [0, 0, 0]

    def test_a_corrected_name_and_a_hidden_gender_stay(self, tmp_path: Path) -> None:
        rosters.take(tmp_path / "roster", self.ROSTER)
        amina = Clinician.objects.get(npi=rosters.AMINA)
        corrected = Name(family="Warsame Nur", given="Amina")
        choose(clinician=amina, field=Field.NAME, display=Display.SHOWN, name=corrected, by=program("test"), at=NOW)
        choose(clinician=amina, field=Field.GENDER, display=Display.PRIVATE, by=program("test"), at=NOW)
        before = list(ListedClinician.objects.values())
        same = {"credential": "MD", "enumerated": "07/05/2011", "updated": ""}
        summary = take(write(tmp_path / NEW, [a_person(rosters.AMINA, family_name="FORMER", gender="M", **same)]))
        assert (summary["updated"], summary["published"]) == (1, 0)
        assert list(ListedClinician.objects.values()) == before


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    merge = operations.take_nppes

    def killed(**options: Any) -> Any:
        merge(**options)
        found = connection.get_connection_params()
        names = ("dbname", "user", "password", "host", "port")
        with psycopg.connect(**{n: found[n] for n in names if found.get(n)}, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        with connection.cursor() as cursor:
            cursor.execute("select 1")

    path = write(tmp_path / NEW, [a_person(), an_organization()])
    with monkeypatch.context() as patch:
        patch.setattr(operations, "take_nppes", killed)
        with pytest.raises(OperationalError):
            take(path)
    assert [model.objects.count() for model in (Clinician, Location, PracticeAddress)] == [0, 0, 0]
    assert [run.outcome for run in ImportRun.objects.all()] == ["failed"]
    assert take(path)["added"] == 2


class TestMangled:
    def test_numbers_that_were_taken_for_measurements(self, tmp_path: Path) -> None:
        cells = {"entity": "1.0", "zip": "551041234.0", "phone": "6515550142.0"}
        with taken_back():
            take(write(tmp_path / NEW, [a_person(**cells)]))
            mangled = network()
        take(write(tmp_path / NEW, [a_person()]))
        assert network() == mangled

    def test_saved_again_by_a_spreadsheet(self, tmp_path: Path) -> None:
        path = write(tmp_path / NEW, [a_person(), an_organization(), a_deactivated()])
        with path.open(newline="") as lines:
            rows = list(csv.reader(lines))
        with taken_back():
            take(path)
            expected = network()
        with gzip.open(tmp_path / f"{NEW}.gz", "wt", newline="", encoding="utf-8-sig") as out:
            csv.writer(out, lineterminator="\r\n").writerows(rows)
        take(tmp_path / f"{NEW}.gz")
        assert network() == expected


class TestQuickReading:
    """A row is staged without being read cell by cell only where reading would change nothing."""

    @given(st.data())
    def test_a_plain_cell_is_what_is_read_of_it(self, data: Any) -> None:
        column = data.draw(st.sampled_from([column for column in MAIN.columns if column.plain]))
        cell = data.draw(st.from_regex(re.compile(column.plain, re.ASCII), fullmatch=True))
        if cell.isprintable() and "  " not in cell and cell == cell.strip() and (not column.sure or column.sure(cell)):
            assert column.read(cell) == cell

    @given(st.integers(0, 10**9 - 1))
    def test_the_check_digit(self, stem: int) -> None:
        text = f"2{stem:09}"[:9]
        digits = [int(c) for c in "80840" + text]
        doubled = [2 * d if nth % 2 == 0 else d for nth, d in enumerate(reversed(digits))]
        right = -sum(d // 10 + d % 10 for d in doubled) % 10
        assert [d for d in range(10) if npi_is_valid(f"{text}{d}")] == [right]

    def test_the_day_of_a_file(self) -> None:
        assert str(date_in("npidata_pfile_20050523-20181209.csv.gz")) == "2018-12-09"
        assert str(date_in("NPPES Deactivated NPI Report 20231009.csv")) == "2023-10-09"
        assert date_in("npidata_pfile.csv") is None
        assert [
            is_whole(f"pl_pfile_{days}.csv")
            for days in ("20050523-20181209", "20181203-20181209", "20050523", "sample")
        ] == [True, False, False, False]
        assert date_in("part_20269999.csv") is None

    def test_words_that_stand_for_nothing(self) -> None:
        assert [nppes.said(20)(word) for word in ("none", "N/A", "--", "<UNAVAIL>", "RN")] == ["", "", "", "", "RN"]


class TestCommand:
    def test_the_last_line_is_the_summary(self, tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
        monkeypatch.chdir(tmp_path)
        call_command("import_nppes", str(write(tmp_path / "some.csv", [a_person()])), "--as-of", "2026-01-01")
        summary = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (summary["command"], summary["read"], summary["added"]) == ("import_nppes", 1, 1)

    def test_the_template_names_the_columns_of_every_file(self, capsys: Any) -> None:
        call_command("import_nppes", "--template")
        out = capsys.readouterr().out
        assert [line for line in out.splitlines() if line.startswith("#")] == [f"# {s.file}" for s in NPPES_FILES]

    def test_without_a_file_it_says_so(self) -> None:
        with pytest.raises(CommandError, match="Name the files"):
            call_command("import_nppes")
        with pytest.raises(CommandError, match="There is no file nowhere"):
            call_command("import_nppes", "nowhere.csv")
