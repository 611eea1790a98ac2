"""A choice is true for the very next request: in the rows, on the page, under every filter."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from directory.listing.models import ListedClinician
from directory.listing.queries import Filter, Query
from directory.listing.vocabulary import Group
from directory.network.models import Clinician, StatedLanguage
from directory.self_description.errors import AnswerRefused
from directory.self_description.models import Answer
from directory.self_description.operations import Name, Said
from directory.self_description.vocabulary import Field
from tests.builders.answers import MATCHING, PRIVATE, hides, is_called, says
from tests.builders.network import a_clinician, a_location, an_organization
from tests.builders.publishing import NOW, listing, mark_due, publish, rows, versions

pytestmark = pytest.mark.usefixtures("codes")

VOLUNTEERED = {
    Field.RACE: (Group.RACE, "x-somali", "Somali"),
    Field.ETHNICITY: (Group.RACE, "2148-5", "Mexican"),
    Field.PRONOUNS: (Group.PRONOUNS, "they", "they/them"),
    Field.COMPETENCY: (Group.COMPETENCY, "VETERAN", "Veteran"),
    Field.POPULATION: (Group.POPULATION, "transgender", "ransgender"),
}
NOT_SHOWN: dict[str, dict[str, Any]] = {
    "private": {"display": PRIVATE},
    "for matching": {"display": MATCHING},
    "no choice": {"display": None},
}


@pytest.fixture
def amina(codes: None) -> Clinician:
    amina = a_clinician(gender="F", languages=("en", "so"), at=a_location())
    publish()
    return amina


def found_by(group: Group, code: str) -> list[int]:
    found = ListedClinician.objects.find(Query(filters=(Filter(group, (code,)),)))
    return [card["npi"] for card in found.cards]


def found_by_words(words: str) -> list[int]:
    return [card["npi"] for card in ListedClinician.objects.find(Query(words=words)).cards]


def page_of(clinician: Clinician) -> str:
    return Client().get(f"/find-care/clinicians/{clinician.npi}/").content.decode()


@pytest.mark.parametrize("field", VOLUNTEERED)
def test_what_is_shown_stands_on_the_page_and_is_found(amina: Clinician, field: Field) -> None:
    group, code, label = VOLUNTEERED[field]
    assert found_by(group, code) == []
    says(amina, field, code)
    assert found_by(group, code) == [amina.npi]
    assert label in page_of(amina)


@pytest.mark.parametrize("field", VOLUNTEERED)
@pytest.mark.parametrize("way", NOT_SHOWN)
def test_what_is_taken_back_is_nowhere(amina: Clinician, field: Field, way: str) -> None:
    group, code, _ = VOLUNTEERED[field]
    before = listing()
    says(amina, field, code, written_in="Benadir")
    assert listing() != before
    says(amina, field, code, written_in="Benadir", **NOT_SHOWN[way])
    assert found_by(group, code) == []
    assert listing() == before


def test_what_is_declined_after_it_was_shown_is_nowhere(amina: Clinician) -> None:
    before = listing()
    says(amina, Field.RACE, "x-somali")
    says(amina, Field.RACE, declined=True)
    assert listing() == before


def test_a_broader_filter_finds_a_narrower_answer(amina: Clinician) -> None:
    says(amina, Field.RACE, "x-somali")
    says(amina, Field.LANGUAGE, "mww")
    assert found_by(Group.RACE, "2054-5") == [amina.npi]
    assert found_by(Group.LANGUAGE, "hmn") == [amina.npi]


def test_written_in_text_is_shown_and_finds_nobody(amina: Clinician) -> None:
    says(amina, Field.RACE, written_in="Benadir")
    assert "Benadir" in page_of(amina)
    assert found_by_words("Benadir") == []


def test_race_and_ethnicity_stand_together(amina: Clinician) -> None:
    says(amina, Field.RACE, "2054-5", written_in="Benadir")
    says(amina, Field.ETHNICITY, "2148-5", written_in="From Oaxaca")
    shared = ListedClinician.objects.get(npi=amina.npi).facts["shared"]
    assert shared == {"race": ["2054-5", "2148-5"], "race_text": "Benadir; From Oaxaca"}


# --- the name -----------------------------------------------------------------------------------------------------


def test_after_a_correction_the_former_name_is_nowhere(codes: None) -> None:
    person = a_clinician(
        family="Tollefsrud", given="Oddvar", middle_name="Gunnar", preferred_name="Odd", at=a_location()
    )
    publish()
    assert found_by_words("tollefsrud oddvar") == [person.npi]
    is_called(person, "Lindqvist", "Ellen")
    assert found_by_words("ellen lindq") == [person.npi]
    for former in ("tollefsrud", "oddvar", "gunnar", "odd"):
        assert found_by_words(former) == []
    text = "".join(row for table in listing().values() for row in table) + page_of(person)
    assert not [former for former in ("ollefsrud", "ddvar", "unnar") if former in text]
    assert "Ellen Lindqvist" in text


def test_a_nickname_of_the_former_name_finds_nobody(codes: None) -> None:
    person = a_clinician(family="Smith", given="Jonathan", at=a_location())
    publish()
    assert found_by_words("jon smith") == [person.npi]
    is_called(person, "Smith", "Ellen")
    assert found_by_words("jon smith") == []


@pytest.mark.parametrize("way", NOT_SHOWN)
def test_who_hides_the_name_is_not_listed(amina: Clinician, way: str) -> None:
    says(amina, Field.NAME, name=Name(family="Lindqvist"), **NOT_SHOWN[way])
    assert not ListedClinician.objects.filter(npi=amina.npi).exists()
    assert found_by_words(str(amina.npi)) == []
    assert Client().get(f"/find-care/clinicians/{amina.npi}/").status_code == 404
    assert rows("listing_nametoken") == []
    assert rows("(SELECT * FROM listing_listedlocation WHERE pos < listing.first_place())") == []


def test_who_shows_a_name_again_is_listed_again(amina: Clinician) -> None:
    before = listing()
    hides(amina, Field.NAME)
    is_called(amina, "Warsame", "Amina")
    assert listing() == before


# --- gender and languages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", NOT_SHOWN)
def test_a_stated_gender_that_is_hidden_is_nowhere(amina: Clinician, way: str) -> None:
    assert found_by(Group.GENDER, "F") == [amina.npi]
    assert "Female" in page_of(amina)
    says(amina, Field.GENDER, "F", **NOT_SHOWN[way])
    assert found_by(Group.GENDER, "F") == []
    assert "Female" not in page_of(amina)


def test_a_gender_that_is_corrected_replaces_the_stated_one(amina: Clinician) -> None:
    says(amina, Field.GENDER, "X")
    assert found_by(Group.GENDER, "X") == [amina.npi]
    assert found_by(Group.GENDER, "F") == []


def test_stated_languages_that_are_hidden_are_nowhere(amina: Clinician) -> None:
    assert found_by(Group.LANGUAGE, "so") == [amina.npi]
    hides(amina, Field.LANGUAGE)
    assert found_by(Group.LANGUAGE, "so") == found_by(Group.LANGUAGE, "en") == []
    assert "languages" not in ListedClinician.objects.get(npi=amina.npi).facts


def test_languages_that_are_corrected_replace_all_stated_ones(amina: Clinician) -> None:
    says(
        amina, Field.LANGUAGE, Said("es", proficiency="40"), Said("om", proficiency="20"), Said("ar", proficiency="10")
    )
    assert found_by(Group.LANGUAGE, "es") == [amina.npi]
    assert found_by(Group.LANGUAGE, "so") == []
    # Some knowledge is shown and is no filter; next to none is not shown.
    assert found_by(Group.LANGUAGE, "om") == []
    assert [row[0] for row in ListedClinician.objects.get(npi=amina.npi).facts["languages"]] == ["es", "om"]


@pytest.mark.parametrize(
    ("field", "restate"),
    [
        (Field.GENDER, lambda npi: Clinician.objects.filter(pk=npi).update(gender="M")),
        (Field.NAME, lambda npi: Clinician.objects.filter(pk=npi).update(family_name="Zubrowska", preferred_name="Zu")),
        (
            Field.LANGUAGE,
            lambda npi: StatedLanguage.objects.create(clinician_id=npi, language="hmn", source="another"),
        ),
    ],
)
def test_no_import_brings_back_what_the_clinician_corrected(amina: Clinician, field: Field, restate: Any) -> None:
    if field == Field.NAME:
        is_called(amina, "Lindqvist", "Ellen")
    else:
        says(amina, field, {Field.GENDER: "X", Field.LANGUAGE: "es"}[field])
    before = listing()
    restate(amina.npi)
    publish()
    assert listing() == before


# --- what does not happen -----------------------------------------------------------------------------------------


def test_a_refused_answer_changes_nothing(amina: Clinician) -> None:
    says(amina, Field.RACE, "x-somali")
    before = listing(), rows("self_description_answer")
    with pytest.raises(AnswerRefused):
        says(amina, Field.RACE, "no such code")
    assert (listing(), rows("self_description_answer")) == before


def test_a_clinician_without_a_role_may_answer_and_is_not_listed(codes: None) -> None:
    person = a_clinician()
    answer = says(person, Field.RACE, "x-somali")
    assert Answer.objects.current().get() == answer
    assert rows("listing_listedclinician") == rows("publication_matchbits") == []


@pytest.mark.parametrize("way", NOT_SHOWN)
def test_a_private_choice_moves_no_public_fact_that_waits_to_be_published(amina: Clinician, way: str) -> None:
    """Facts that an import left waiting appear when publication comes to them. If they appeared when their clinician
    answers in private, they would say that there was an answer."""
    Clinician.objects.filter(pk=amina.npi).update(credential="DO")
    mark_due(amina)
    before = listing()
    says(amina, Field.RACE, "x-somali", **NOT_SHOWN[way])
    assert listing() == before


@pytest.mark.parametrize("said", [{"display": PRIVATE}, {"declined": True}], ids=["private", "declined"])
@pytest.mark.parametrize(("field", "code"), [(Field.GENDER, "F"), (Field.LANGUAGE, "so"), (Field.RACE, "x-somali")])
def test_nor_does_a_first_answer_where_no_source_says_anything(
    codes: None, field: Field, code: str, said: dict[str, Any]
) -> None:
    silent = a_clinician(gender="", languages=(), credential="MD", at=a_location())
    publish()
    Clinician.objects.filter(pk=silent.pk).update(credential="DO")
    mark_due(silent)
    before = listing()
    says(silent, field, *(() if "declined" in said else (code,)), **said)
    assert listing() == before


def test_a_private_choice_takes_no_role_of_the_day_into_account(amina: Clinician) -> None:
    """A role that ended yesterday is on the page until the nightly run: for those who answered in private as well."""
    role = amina.roles.get()
    role.ends_on = date(2026, 11, 23)
    role.save()
    publish()
    before = listing()
    says(amina, Field.RACE, "x-somali", display=PRIVATE, at=NOW + timedelta(days=2))
    assert listing() == before


def test_a_name_that_is_hidden_moves_no_row_of_the_place(codes: None) -> None:
    """Whether a place is listed, and what it says, is no matter of what those who work there choose."""
    person = a_clinician(at=a_location(name="Cedar Corner Practice", organization=an_organization()))
    publish()
    tables = ("listing_listedplace", "listing_placetoken")
    before = [versions()[table] for table in tables]
    hides(person, Field.NAME)
    publish()
    assert [versions()[table] for table in tables] == before
