"""Clinicians whom no roster names: not listed, unless LIST_UNCONTRACTED=yes; then after all the others."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.vocabulary import program
from directory.intake import operations as intake
from directory.listing.models import ListedClinician, ListedPlace
from directory.network.models import Clinician, Location, Network, Plan, PlanNetwork, PractitionerRole
from directory.network.operations.uncontracted import see_to_uncontracted
from directory.publication import operations
from directory.publication.models import Due, Number
from directory.publication.operations import Published, first_difference, publish_due
from directory.search import lists
from directory.search.operations import export_directory
from tests.builders.network import SOURCE, a_clinician, a_location, a_practice_address, a_role, valid_npi
from tests.builders.publishing import NOW, listing, publish
from tests.directory.intake import nppes_rows

pytestmark = pytest.mark.usefixtures("codes")
CONTRACTED = [valid_npi(nth) for nth in range(1, 4)]
OTHERS = [valid_npi(nth) for nth in range(11, 15)]
CALL_BEFORE = "Network not known: call before you go."


@pytest.fixture
def network(codes: None) -> None:
    """Three of the plan's network far from 55104, and four whom no roster names close to it, first by name."""
    Network.objects.create(code="N1", name="Open Network", source=SOURCE)
    plan = Plan.objects.create(code="P1", name="Choice", line_of_business="Commercial", source=SOURCE)
    PlanNetwork.objects.create(plan=plan, network_id="N1")
    far = a_location(name="Far Clinic", latitude=45.2, longitude=-93.3)
    for npi in CONTRACTED:
        a_role(a_clinician(npi=npi, family=f"Zorn{npi}"), far, networks=["N1"])
        a_practice_address(npi)
    for npi in OTHERS:
        a_clinician(npi=npi, family=f"Aaron{npi}")
        a_practice_address(npi)
    a_practice_address(OTHERS[0], nth=1, line1="1 PINE ST", zip="99501", city="ANCHORAGE", state="AK")
    publish()


@pytest.fixture
def listed(network: None, settings: Any) -> None:
    settings.LIST_UNCONTRACTED = True
    publish_due(by=program("test"), at=NOW)


def npis(**asked: Any) -> list[int]:
    """Everyone that a search finds, through all its pages."""
    found: list[int] = []
    address: str | None = "/api/v1/clinicians/"
    while address:
        answer = Client().get(address, asked if not found else None).json()
        found += [int(each["npi"]) for each in answer["results"]]
        address = answer["next"]
    assert answer["count"] == len(found)
    return found


def test_nobody_but_the_plans_network_is_numbered_or_listed(network: None) -> None:
    assert npis() == CONTRACTED
    assert set(Number.objects.values_list("pk", flat=True)) == set(CONTRACTED)
    assert not Location.objects.filter(source="nppes_address").exists()
    assert not Due.objects.exists()


def test_the_others_come_after_them_by_name_and_by_distance(listed: None) -> None:
    assert npis() == CONTRACTED + OTHERS
    assert npis(zip="55104", within=100) == CONTRACTED + OTHERS
    assert npis(zip="55104", within=100, sort="name") == CONTRACTED + OTHERS
    assert npis(zip="55104", within=2) == OTHERS
    assert first_difference(at=NOW) is None


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6, 7])
def test_pages_of_any_size_go_over_from_the_ones_to_the_others(
    listed: None, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    for module in ("finding", "pages", "api"):
        monkeypatch.setattr(f"directory.search.{module}.ROWS_A_PAGE", size, raising=False)
    monkeypatch.setattr(lists, "ROWS_A_PIECE", size)
    assert npis() == CONTRACTED + OTHERS
    assert npis(zip="55104", within=100) == CONTRACTED + OTHERS
    for query in ("", "?zip=55104&within=100"):
        answer: Any = Client().get(f"/find-care.csv{query}")
        lines = b"".join(answer).decode().splitlines()[2:]
        assert [int(line.split(",")[0]) for line in lines] == CONTRACTED + OTHERS
        assert [CALL_BEFORE in line for line in lines] == [False] * 3 + [True] * 4


def test_they_are_in_no_network_and_say_nothing_about_new_patients(listed: None) -> None:
    assert npis(accepting="yes") == CONTRACTED
    one = Client().get(f"/api/v1/clinicians/{OTHERS[0]}/").json()
    assert [(each["networks"], each["accepting"], each["contracted"]) for each in one["locations"]] == [
        ([], "", False)
    ] * 2


@pytest.mark.parametrize("path", [f"/find-care/clinicians/{OTHERS[1]}/", "/find-care/?zip=55104&within=2"])
def test_the_page_says_to_call_first(listed: None, path: str) -> None:
    assert CALL_BEFORE in Client().get(path).content.decode()


@pytest.mark.parametrize("path", [f"/find-care/clinicians/{CONTRACTED[1]}/", "/find-care/?accepting=yes"])
def test_of_the_plans_network_it_does_not(listed: None, path: str) -> None:
    assert CALL_BEFORE not in Client().get(path).content.decode()


def test_who_states_the_same_address_and_telephone_works_at_the_same_place(listed: None) -> None:
    place = Location.objects.get(source="nppes_address", zip="55104")
    assert PractitionerRole.objects.filter(location=place).count() == 4
    assert place.approximate
    assert ListedPlace.objects.get(pk=place.pk).approximate


@pytest.fixture
def their_place(listed: None) -> int:
    return Location.objects.get(source="nppes_address", zip="55104").pk


def test_their_place_says_to_call_first_and_so_does_each_of_them_there(their_place: int) -> None:
    page = Client().get(f"/find-care/places/{their_place}/").content.decode()
    assert page.count(CALL_BEFORE) == 1 + len(OTHERS)
    assert "The national registry of health care providers (NPPES)" in page
    assert "Taking new patients" not in page
    place = Client().get(f"/api/v1/places/{their_place}/").json()
    assert (place["networks"], place["clinicians"]["count"]) == ([], 4)
    assert not any(each["locations"][0]["contracted"] for each in place["clinicians"]["results"])


def test_their_place_is_under_no_network_and_no_plan(their_place: int) -> None:
    def found(query: str) -> list[str]:
        return [place["name"] for place in Client().get(f"/api/v1/places/?{query}").json()["results"]]

    assert found("") == ["1 Pine St", "400 Alder St", "Far Clinic"]
    assert found("network=N1") == found("plan=P1") == ["Far Clinic"]
    rows = b"".join(Client().get("/find-care/places.csv")).decode().splitlines()[2:]
    assert [CALL_BEFORE in row for row in rows] == [True, True, False]


def test_pages_of_those_who_work_at_their_place_go_on(their_place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("finding", "pages", "api"):
        monkeypatch.setattr(f"directory.search.{module}.ROWS_A_PAGE", 3)
    there = Client().get(f"/api/v1/places/{their_place}/").json()["clinicians"]
    rest = Client().get(there["next"]).json()["clinicians"]
    assert [int(each["npi"]) for each in there["results"] + rest["results"]] == OTHERS
    assert "More clinicians" in Client().get(f"/find-care/places/{their_place}/").content.decode()


def test_public_files_put_them_in_no_plan_and_say_nothing_about_new_patients(
    listed: None, settings: Any, tmp_path: Path
) -> None:
    settings.PUBLIC_FILES = tmp_path
    export_directory(progress=lambda *_: None, by=program("test"), at=NOW)

    def in_file(name: str) -> str:
        answer: Any = Client().get(f"/api/v1/directory/MN.{name}.gz")
        return gzip.decompress(b"".join(answer)).decode()

    _, *lines = map(json.loads, in_file("ndjson").splitlines())
    contracted = {int(line["npi"]): [each["contracted"] for each in line["locations"]] for line in lines}
    assert contracted == {npi: [True] for npi in CONTRACTED} | {npi: [False] for npi in OTHERS} | {
        OTHERS[0]: [False] * 2
    }
    plans = {int(each["npi"]): (each["plans"], each.get("accepting")) for each in json.loads(in_file("providers.json"))}
    in_plan = [{"plan_id_type": "PLAN-ID", "plan_id": "P1", "network_tier": "N1"}]
    assert plans == dict.fromkeys(CONTRACTED, (in_plan, "accepting")) | dict.fromkeys(OTHERS, ([], None))


def test_whom_a_roster_names_is_listed_where_it_says_and_nowhere_else(listed: None) -> None:
    a_role(Clinician.objects.get(pk=OTHERS[0]), a_location(name="Birch Lane Clinic", line1="9 Birch Lane"))
    publish(OTHERS[0])
    card = ListedClinician.objects.page(OTHERS[0])
    assert card is not None
    assert [each["place"]["name"] for each in card["places"]] == ["Birch Lane Clinic"]
    assert npis()[:4] == [OTHERS[0], *CONTRACTED]
    assert first_difference(at=NOW) is None


def test_publishing_again_changes_nothing(listed: None) -> None:
    before = listing()
    done = publish_due(by=program("test"), at=NOW)
    assert (done.clinicians, listing()) == (0, before)


@pytest.mark.parametrize("setting", [True, False])
def test_where_nothing_changed_nobody_looks_for_them(
    network: None, settings: Any, monkeypatch: pytest.MonkeyPatch, setting: bool
) -> None:
    looked = []

    def look(**options: Any) -> bool:
        looked.append(options["listed"])
        return see_to_uncontracted(**options)

    settings.LIST_UNCONTRACTED = setting
    monkeypatch.setattr(operations, "see_to_uncontracted", look)
    for _ in range(3):
        publish_due(by=program("test"), at=NOW)
    assert looked == [True] * setting


def test_a_newcomer_is_listed_also_when_the_import_was_killed_before_it_published(
    listed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomer, abroad = valid_npi(21), valid_npi(22)
    stated = [nppes_rows.a_person(newcomer), nppes_rows.a_person(abroad, country="AT", zip="1010", state="WIEN")]
    with monkeypatch.context() as patch:
        patch.setattr(intake, "publish_due", lambda **_: Published(0, 0, 0))
        nppes_rows.take(nppes_rows.write(tmp_path / nppes_rows.NEW, stated))
    assert newcomer not in npis()
    publish_due(by=program("test"), at=NOW)
    assert npis() == [*CONTRACTED, *OTHERS, newcomer]
    assert not Due.objects.exists()
    assert first_difference(at=NOW) is None


def test_turning_it_off_takes_them_all_out(listed: None, settings: Any) -> None:
    settings.LIST_UNCONTRACTED = False
    publish_due(by=program("test"), at=NOW)
    assert npis() == CONTRACTED
    assert [place.name for place in ListedPlace.objects.all()] == ["Far Clinic"]
    assert not PractitionerRole.objects.filter(source="nppes_address").exists()
    assert first_difference(at=NOW) is None
