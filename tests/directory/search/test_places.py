"""Places are found, read and told to programs, and a place that has another name leads to its page."""

from typing import Any

import pytest
from django.test import Client

from directory.listing.models import ListedPlace, OtherPlace
from directory.network.models import Clinician
from directory.self_description.vocabulary import Field
from tests.builders.answers import hides
from tests.builders.network import a_location, an_organization
from tests.builders.publishing import publish

pytestmark = pytest.mark.usefixtures("network")


@pytest.fixture
def hospital(network: dict[str, Clinician]) -> ListedPlace:
    """A hospital that a public list alone names, and nobody's network knows; another list calls it otherwise."""
    named = a_location(
        source="hospitals",
        name="JUNIPER HOSPITAL",
        kind="hospital",
        organization=an_organization(name="JUNIPER HOSPITAL"),
        line1="12 JUNIPER AVE",
        phone="6515550100",
    )
    a_location(
        source="nppes", name="JUNIPER MEDICAL CENTER", kind="hospital", same_as=named, website="https://j.example"
    )
    publish()
    return ListedPlace.objects.get(pk=named.pk)


def ask(path: str) -> Any:
    return Client().get(path)


def names(answer: Any) -> list[str]:
    return [place["name"] for place in answer.json()["results"]]


def test_places_near_come_nearest_first_and_each_filter_counts_them(hospital: ListedPlace) -> None:
    answer = ask("/api/v1/places/?zip=55104")
    assert names(answer)[-1] == "Larkin Avenue Health"
    assert set(names(answer)) == {"Alder Street Clinic", "Juniper Hospital", "Larkin Avenue Health"}
    kinds = {row["value"]: row["count"] for row in answer.json()["facets"]["kind"]}
    assert kinds == {"clinic": 2, "hospital": 1}
    assert names(ask("/api/v1/places/?zip=55104&kind=hospital")) == ["Juniper Hospital"]
    assert names(ask("/api/v1/places/?network=N1")) == ["Alder Street Clinic", "Larkin Avenue Health"]
    assert names(ask("/api/v1/places/?plan=P1&office_language=hmn")) == ["Larkin Avenue Health"]
    assert names(ask("/api/v1/places/?state=PA")) == ["Forbes Street Care"]
    assert names(ask("/api/v1/places/?q=juniper")) == ["Juniper Hospital"]


def test_a_search_for_clinicians_finds_no_place_and_the_other_way_round(hospital: ListedPlace) -> None:
    assert ask("/api/v1/clinicians/").json()["count"] == 5
    assert ask("/api/v1/places/").json()["count"] == 4
    assert ask("/api/v1/clinicians/?q=juniper&by=name&spelling=exact").json()["count"] == 0


def test_what_says_nothing_of_a_place_is_named(hospital: ListedPlace) -> None:
    answer = ask("/api/v1/places/?race=x-somali&kind=castle").json()
    assert {missed["parameter"] for missed in answer["not_understood"]} == {"race", "kind"}
    assert answer["count"] == 0


def test_where_no_place_is_found_there_are_no_filters_and_any_place_is_offered(hospital: ListedPlace) -> None:
    page = ask("/find-care/places/?q=zzzzqq").content.decode()
    assert "Any place, whatever its name" in page
    assert "Anyone" not in page
    assert "Show results" not in page
    assert "Show results" in ask("/find-care/places/").content.decode()


def test_words_that_name_a_kind_are_a_filter(hospital: ListedPlace) -> None:
    answer = ask("/find-care/places/?q=hospitals+near+me")
    assert answer.status_code == 302
    assert "kind=hospital" in answer["Location"]
    assert "Juniper Hospital" in ask(answer["Location"]).content.decode()


def test_a_place_of_no_network_says_to_call_first(hospital: ListedPlace, network: dict[str, Clinician]) -> None:
    page = ask(f"/find-care/places/{hospital.pk}/").content.decode()
    assert "Network not known: call before you go." in page
    assert "Medicare’s list of hospitals" in page
    assert "https://j.example" in page  # what the first source leaves empty, the next one fills
    alder = ListedPlace.objects.get(name="Alder Street Clinic")
    page = ask(f"/find-care/places/{alder.pk}/").content.decode()
    assert "Network not known" not in page
    assert "2 clinicians work here" in page
    assert page.count("400 Alder Street") == page.count("651-555-0142") == page.count("Somali, Spanish") == 1
    assert "Open Network" in page


def test_another_name_of_a_place_leads_to_its_page(hospital: ListedPlace) -> None:
    (other,) = hospital_others(hospital)
    for path in ("/find-care/places/{}/", "/es/find-care/places/{}/", "/api/v1/places/{}/"):
        answer = ask(path.format(other))
        assert (answer.status_code, answer["Location"]) == (301, path.format(hospital.pk))
    assert ask("/find-care/places/999999999/").status_code == 404


def hospital_others(hospital: ListedPlace) -> list[int]:
    return list(OtherPlace.objects.filter(place_id=hospital.pk).values_list("pk", flat=True))


def test_who_hides_the_name_is_not_among_those_who_work_there(network: dict[str, Clinician]) -> None:
    alder = ListedPlace.objects.get(name="Alder Street Clinic")
    there = ask(f"/api/v1/places/{alder.pk}/").json()["clinicians"]
    assert [each["name"] for each in there["results"]] == ["Jonathan Smith", "Amina Warsame"]
    hides(network["amina"], Field.NAME)
    there = ask(f"/api/v1/places/{alder.pk}/").json()["clinicians"]
    assert (there["count"], [each["name"] for each in there["results"]]) == (1, ["Jonathan Smith"])


def test_a_clinicians_page_leads_to_the_places(network: dict[str, Clinician]) -> None:
    alder = ListedPlace.objects.get(name="Alder Street Clinic")
    assert f"/find-care/places/{alder.pk}/" in ask(f"/find-care/clinicians/{network['amina'].npi}/").content.decode()
