"""Lists of places are taken over row by row, and a place that several sources name is shown once."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.ingest.errors import ImportRefused
from accounts.vocabulary import program
from directory.code_sets.models import vocabulary
from directory.code_sets.vocabulary import CodeKind
from directory.intake.facilities import LISTS, first_phone, kind_by_name, zip_code
from directory.intake.operations import import_facilities
from directory.listing.models import ListedPlace, OtherPlace
from directory.network.models import Location, Organization
from directory.network.vocabulary import REGISTRIES, PlaceKind
from directory.publication.operations import call, first_difference
from tests.builders.network import a_clinician, a_location, a_role, valid_npi
from tests.builders.publishing import publish, versions
from tests.directory.intake.lists_of_places import NOW, a_row, take
from tests.directory.intake.rosters import quiet

pytestmark = pytest.mark.usefixtures("network")


def refused(folder: Path) -> list[str]:
    with (folder / "refused.csv").open(newline="", encoding="utf-8") as lines:
        return [row["reason"] for row in csv.DictReader(lines)]


def test_a_list_is_taken_over_and_shown_in_words_that_people_write(tmp_path: Path) -> None:
    summary = take(tmp_path, a_row())
    assert (summary["read"], summary["added"], summary["places"]) == (1, 1, 1)
    place = ListedPlace.objects.get()
    assert (place.name, place.line1, place.city) == ("Juniper Hospital, Inc", "12 West Juniper Avenue", "Saint Paul")
    assert (place.facts["kind"], place.facts["sources"]) == ("hospital", [["hospitals", "2026-11-22"]])
    assert first_difference(at=NOW) is None


def test_the_same_list_again_changes_no_row(tmp_path: Path) -> None:
    take(tmp_path, a_row())
    before = versions()
    summary = take(tmp_path, a_row(), at=NOW + timedelta(days=1))
    assert (summary["unchanged"], summary["places"]) == (1, 0)
    assert versions() == before


def test_what_a_list_no_longer_names_leaves_and_comes_back(tmp_path: Path) -> None:
    other = a_row(npi=valid_npi(60_000_002), name="BIRCH HOSPITAL", address="9 BIRCH LANE", phone="")
    take(tmp_path, a_row(), other)
    with pytest.raises(ImportRefused, match="--shrink"):
        take(tmp_path, a_row())
    assert take(tmp_path, a_row(), shrink=True)["ended"] == 1
    assert [place.name for place in ListedPlace.objects.all()] == ["Juniper Hospital, Inc"]
    assert take(tmp_path, a_row(), other)["reactivated"] == 1
    assert ListedPlace.objects.count() == 2


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"address": "N/A"}, "address: is empty"),
        ({"zip": "N/A"}, "zip: is no ZIP code of five or nine digits"),
        ({"state": "PI"}, "state: is no state"),
        ({"lat": "91"}, "lat: is no number from -90 to 90"),
        ({"zip": "02139", "lat": "-37.8", "lon": "144.9"}, "zip: is not in this state, and the coordinates are not in"),
    ],
)
def test_a_bad_row_is_refused_alone_and_its_place_stays(tmp_path: Path, cells: dict[str, Any], reason: str) -> None:
    take(tmp_path, a_row())
    summary = take(tmp_path, a_row(**cells))
    assert (summary["refused"], summary["ended"]) == (1, 0)
    assert refused(tmp_path)[0].startswith(reason)
    assert ListedPlace.objects.count() == 1


def test_coordinates_far_from_the_zip_code_give_way_to_its_point(tmp_path: Path) -> None:
    take(tmp_path, a_row(lat="-37.85", lon="144.99"))
    location = Location.objects.get()
    assert location.approximate
    assert (round(location.latitude), round(location.longitude)) == (45, -93)


def test_a_file_of_no_known_list_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("npi,name\n")
    with pytest.raises(ImportRefused, match=r"places\.csv is none of the lists"):
        import_facilities(paths=[path], refused_file=tmp_path / "r", progress=quiet, by=program("test"), at=NOW)


def test_a_place_that_the_roster_names_too_is_shown_once_with_both_sources(tmp_path: Path) -> None:
    site = a_location(
        name="Juniper Hospital", line1="12 W. Juniper Ave.", zip="55104", phone="", accessibility=["adacomp"]
    )
    a_role(a_clinician(npi=valid_npi(1)), site)
    publish()
    take(tmp_path, a_row())
    place = ListedPlace.objects.get()
    assert (place.pk, place.name, place.phone) == (site.pk, "Juniper Hospital", "6515550100")
    assert (place.facts["kind"], place.facts["accessibility"]) == ("hospital", ["adacomp"])
    assert [source for source, _ in place.facts["sources"]] == ["roster", "hospitals"]
    assert OtherPlace.objects.get().place_id == site.pk
    assert first_difference(at=NOW) is None


def test_a_place_that_a_list_names_is_shown_though_a_site_where_nobody_works_stands_for_it(tmp_path: Path) -> None:
    site = a_location(name="Juniper Hospital", line1="12 W. Juniper Ave.")
    publish()
    assert not ListedPlace.objects.exists()
    take(tmp_path, a_row())
    assert ListedPlace.objects.get().pk == site.pk
    assert first_difference(at=NOW) is None


@pytest.mark.parametrize(
    ("cells", "same"),
    [
        ({"name": "JUNIPER HOSPITAL"}, True),
        ({"name": "JUNIPER MEDICAL CENTER"}, True),
        ({"address": "12 W JUNIPER AVE STE 4", "phone": ""}, True),
        ({"address": "99 OTHER ROAD"}, True),  # the same name and phone in the same ZIP code
        ({"name": "MAPLE HOSPITAL", "phone": ""}, False),
        ({"name": "MAPLE HOSPITAL"}, False),  # the same address and phone, but no word of the name
        ({"address": "99 OTHER ROAD", "phone": "6515550199"}, False),
        ({"zip": "55106"}, False),
    ],
)
def test_what_is_the_same_place(tmp_path: Path, cells: dict[str, Any], same: bool) -> None:
    take(tmp_path, a_row(), a_row(npi=valid_npi(60_000_002)) | cells)
    assert ListedPlace.objects.count() == (1 if same else 2)


def test_a_pharmacy_in_a_hospital_is_a_place_of_its_own(tmp_path: Path) -> None:
    take(tmp_path, a_row())
    pharmacy = Organization.objects.create(
        npi=valid_npi(60_000_003), name="JUNIPER HOSPITAL PHARMACY", specialties=["3336C0003X"], source="nppes"
    )
    a_location(
        source="nppes", name=pharmacy.name, organization=pharmacy, line1="12 W JUNIPER AVE", phone="6515550100",
        kind="pharmacy",
    )  # fmt: skip
    publish()
    take(tmp_path, a_row(city="ST PAUL"))
    assert sorted(place.facts["kind"] for place in ListedPlace.objects.all()) == ["hospital", "pharmacy"]


def test_sites_of_a_roster_are_never_taken_for_one_another(tmp_path: Path) -> None:
    for _ in range(2):
        a_role(a_clinician(), a_location())
    publish()
    take(tmp_path, a_row())
    assert ListedPlace.objects.count() == 3


def test_sources_and_kinds_are_the_same_wherever_they_are_said() -> None:
    assert call("SELECT publication.registries()") == list(REGISTRIES)
    assert set(vocabulary().codes[CodeKind.KIND]) == set(PlaceKind.values)


@pytest.mark.parametrize(
    ("cell", "found"),
    [("603-624-4366 Or 603-624-4367", "6036244366"), ("406-268-1587 Ext 16", "4062681587"), ("N/A", ""), ("", "")],
)
def test_the_first_number_that_can_be_dialled(cell: str, found: str) -> None:
    assert first_phone(cell) == found


def test_a_zero_that_a_spreadsheet_took_is_put_back() -> None:
    assert (zip_code("4468"), zip_code("044681234"), zip_code("04468-1234")) == ("04468", "044681234", "044681234")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Lodi Vet Center", "mental_health"), ("Rome VA Clinic", "clinic"), ("Manchester VA Medical Center", "hospital")],
)
def test_a_name_says_what_a_place_of_the_government_is(name: str, kind: str) -> None:
    assert kind_by_name(name) == kind


def test_the_real_lists_lose_what_the_documentation_says(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted(map(str, (shared_data / "facilities").glob("*.csv.gz")))
    call_command("import_facilities", *files, "--refused", str(tmp_path / "refused.csv"), "--dry-run")
    said = capsys.readouterr().out
    assert '"read": 8404, "added": 8377,' in said
    assert '"refused": 27' in said


def test_the_template_names_every_column_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_facilities", "--template")
    headers = [line.split(",") for line in capsys.readouterr().out.splitlines() if not line.startswith("#")]
    assert len(headers) == len(LISTS)
    assert all(len(columns) == len(set(columns)) for columns in headers)
    assert all({"name", "address", "phone"} <= set(columns) for columns in headers)
