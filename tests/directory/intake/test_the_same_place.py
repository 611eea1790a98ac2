"""A place that several sources name is recognised in whatever order they come, and whatever of them changes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.ingest.merging import keep
from directory.network.models import Location, Organization
from directory.network.operations.places import recognise_places
from directory.network.rules import KINDS_BY_TAXONOMY
from tests.builders.network import a_location, valid_npi
from tests.builders.publishing import rolled_back
from tests.directory.intake import lists_of_places, nppes_rows, rosters

pytestmark = pytest.mark.usefixtures("network")
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
NPIS = [valid_npi(60_000_000 + nth) for nth in range(3)]


def recognise_every_place() -> None:
    keep("changed_location", "select source, source_key, '{}'::text[] as differing from network_location where false")
    recognise_places(besides="select id from network_location")


def recognised() -> dict[int, int | None]:
    """What stands for each location."""
    return dict(Location.objects.values_list("pk", "same_as_id"))


def recognised_anew() -> dict[int, int | None]:
    """The same for all there are, of which nothing is known."""
    with rolled_back():
        Location.objects.update(same_as=None)
        recognise_every_place()
        return recognised()


WHERE = st.fixed_dictionaries(
    {
        "line1": st.sampled_from(["12 W JUNIPER AVE", "12 JUNIPER AVE STE 4", "9 BIRCH LN"]),
        "zip": st.sampled_from(["55104", "55101"]),
        "phone": st.sampled_from(["6515550100", "6515550199", ""]),
    }
)
NAME = st.sampled_from(["JUNIPER HOSPITAL", "JUNIPER MEDICAL CENTER", "JUNIPER CARE", "BIRCH CLINIC"])
NPI = st.sampled_from(NPIS)
IN_A_LIST = st.builds(
    lambda npi, name, where: {"npi": npi, "name": name, "address": where["line1"], **where}, NPI, NAME, WHERE
)
OF_A_ROSTER = st.builds(
    lambda npi, site, name, where: {"org_npi": npi, "org_name": "Juniper", "site_id": site, "site_name": name, **where},
    NPI,
    st.sampled_from("12"),
    NAME,
    WHERE,
)
IN_THE_REGISTRY = st.one_of(
    st.builds(
        lambda npi, name, code, where: nppes_rows.an_organization(npi, organization_name=name, code_1=code, **where),
        NPI,
        NAME,
        st.sampled_from(["282N00000X", "261QP2300X", "3336C0003X", "341600000X"]),
        WHERE,
    ),
    NPI.map(lambda npi: nppes_rows.a_deactivated(npi, deactivated="01/02/2018")),
)
IMPORTS = st.one_of(
    st.tuples(st.sampled_from(["hospitals", "urgent_care", "primary_care"]), st.lists(IN_A_LIST, max_size=4)),
    st.tuples(st.just("roster"), st.lists(OF_A_ROSTER, max_size=2, unique_by=lambda row: row["site_id"])),
    st.tuples(st.just("nppes"), st.lists(IN_THE_REGISTRY, max_size=3, unique_by=lambda row: row["npi"])),
)


def carry_out(folder: Path, nth: int, source: str, rows: list[dict[str, Any]]) -> None:
    """The ``nth`` import: a newer file of the registry, or whatever a list or a roster now says."""
    if source == "nppes":
        dated = folder / f"npidata_pfile_{2020 + nth}0101.csv"
        nppes_rows.take(nppes_rows.write(dated, rows))
    elif source == "roster":
        rosters.take(folder / "roster", {"sites.csv": [rosters.a_site(**row) for row in rows]})
    else:
        lists_of_places.take(
            folder, *(lists_of_places.a_row(**row, lat="", lon="") for row in rows), source=source, shrink=True
        )


@given(imports=st.lists(IMPORTS, min_size=2, max_size=5))
def test_whatever_changed_it_is_as_if_all_were_compared(
    tmp_path_factory: pytest.TempPathFactory, imports: list[tuple[str, list[dict[str, Any]]]]
) -> None:
    folder = tmp_path_factory.mktemp("lists")
    with rolled_back():
        for nth, (source, rows) in enumerate(imports):
            carry_out(folder, nth, source, rows)
            assert recognised() == recognised_anew()


BY_NAME_AND_PHONE = {"line1": "9 Birch Lane", "zip": "55104", "phone": "6515550100"}
BY_ADDRESS = {"line1": "12 West Juniper Avenue", "zip": "55104", "phone": ""}


@pytest.mark.parametrize(
    ("where", "change"),
    [
        (BY_ADDRESS, {"zip": "55101"}),
        (BY_ADDRESS, {"line1": "14 West Juniper Avenue"}),
        (BY_ADDRESS, {"site_name": "Birch"}),
        (BY_ADDRESS, {"kind": "pharmacy"}),
        (BY_NAME_AND_PHONE, {"phone": "6515550199"}),
    ],
)
def test_a_site_that_is_not_the_same_place_any_more_stands_for_itself_alone(
    tmp_path: Path, where: dict[str, str], change: dict[str, str]
) -> None:
    lists_of_places.take(tmp_path, lists_of_places.a_row())
    site = rosters.a_site(**{"site_name": "Juniper Hospital", "kind": "hospital", **where})
    for cells, same in (({}, True), (change, False), ({}, True)):
        rosters.take(tmp_path / "roster", {"sites.csv": [site | cells]})
        assert Location.objects.filter(same_as__source="plan").exists() == same


def test_an_address_of_somebody_whom_no_roster_names_stands_for_no_hospital() -> None:
    address = a_location(source="nppes_address", name="12 Juniper Avenue", line1="12 Juniper Avenue")
    hospital = a_location(source="hospitals", name="JUNIPER HOSPITAL", kind="hospital", line1="12 JUNIPER AVENUE")
    recognise_every_place()
    assert recognised() == {address.pk: None, hospital.pk: None}


def kind_of(specialties: list[str]) -> str:
    """By the first that says one; else empty."""
    for code in specialties:
        beginnings = [code[:length] for length in range(len(code), 0, -1) if code[:length] in KINDS_BY_TAXONOMY]
        if beginnings:
            return KINDS_BY_TAXONOMY[beginnings[0]]
    return ""


def test_an_organization_is_of_the_kind_that_its_first_telling_code_says(tmp_path: Path) -> None:
    said = {
        valid_npi(60_000_000 + nth): [code.ljust(10, "0"), "207Q00000X"]
        for nth, code in enumerate((*KINDS_BY_TAXONOMY, "341", "302", "193200000X"))
    }
    for npi, codes in said.items():
        Organization.objects.create(npi=npi, name="X", source="nppes", specialties=codes)
    rows = [{"npi": npi, **nppes_rows.AN_ADDRESS} for npi in said]
    nppes_rows.take(nppes_rows.further(tmp_path / "pl_pfile_20260101.csv", rows))
    found = dict(Location.objects.values_list("organization_id", "kind"))
    assert found == {npi: kind_of(codes) for npi, codes in said.items()}
