"""Publication writes what changed and nothing else, and comes to the same however it is done."""

from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.vocabulary import program
from directory.network.models import Affiliation, Clinician, Location, Organization, PractitionerRole
from directory.publication.operations import first_difference, rebuild, republish
from directory.self_description.operations import Said
from directory.self_description.vocabulary import Display, Field
from tests.builders.answers import MATCHING, SHOWN, hides, says
from tests.builders.network import SOURCE, a_clinician, a_location, a_role, an_organization, valid_npi
from tests.builders.publishing import NOW, listing, publish, rolled_back, rows, versions
from tests.privacy.worlds import POOL, Step, any_step, carry_out

pytestmark = pytest.mark.usefixtures("codes")
OF_PLACES = "(SELECT * FROM listing_listedlocation WHERE pos >= listing.first_place())"
NPIS = [valid_npi(nth) for nth in range(1, 7)]


@pytest.fixture
def network(codes: None) -> None:
    """Six clinicians at three places in two states, one of them with several roles."""
    hospital = an_organization(npi=valid_npi(50_000_001), name="Juniper Hospital")
    places = [
        a_location(staff_languages=["so"], accessibility=["adacomp"], organization=hospital),
        a_location(name="Birch Lane Clinic", latitude=45.2, longitude=-93.3, interpreter_languages=["hmn"]),
        a_location(
            name="Ohio Street Clinic", state="PA", zip="15213", county_fips="42003", latitude=40.44, longitude=-79.95
        ),
    ]
    for nth, npi in enumerate(NPIS):
        clinician = a_clinician(npi=npi, family=f"Tester{'abcdef'[nth]}", gender="F", at=places[nth % 3])
        a_role(clinician, places[(nth + 1) % 3], is_primary=False, age_from=nth, accepting="nopt")
    Affiliation.objects.create(clinician_id=NPIS[0], organization=hospital, source=SOURCE)
    publish()


# --- nothing changed, nothing written -----------------------------------------------------------------------------


def test_publishing_what_is_published_writes_no_row(network: None) -> None:
    before = versions()
    assert republish(npis=NPIS, at=NOW) is False
    publish()
    publish(NPIS[0])
    assert versions() == before


@pytest.mark.parametrize("display", [None, Display.PRIVATE, Display.MATCHING])
def test_an_answer_that_is_not_shown_writes_no_public_row(network: None, display: Display | None) -> None:
    before = versions()
    amina = Clinician.objects.get(pk=NPIS[0])
    for field, codes in POOL.items():
        if field not in (Field.GENDER, Field.LANGUAGE):
            says(amina, field, *codes[:2], display=display, written_in="Benadir")
    assert versions() == before


def test_saying_the_same_again_writes_no_public_row(network: None) -> None:
    amina = Clinician.objects.get(pk=NPIS[0])
    says(amina, Field.RACE, "x-somali", written_in="Benadir")
    before = versions()
    says(amina, Field.RACE, "x-somali", written_in="Benadir", at=NOW + timedelta(days=1))
    assert versions() == before


def test_a_shown_answer_writes_rows_of_that_clinician_alone(network: None) -> None:
    before = versions()["listing_listedclinician"]
    says(Clinician.objects.get(pk=NPIS[0]), Field.RACE, "x-somali")
    after = versions()["listing_listedclinician"]
    assert len(set(before) - set(after)) == 1


def test_a_rebuild_of_what_is_right_writes_no_row(network: None) -> None:
    says(Clinician.objects.get(pk=NPIS[0]), Field.RACE, "x-somali")
    says(Clinician.objects.get(pk=NPIS[1]), Field.RACE, "x-somali", display=MATCHING)
    before = versions()
    assert rebuild(by=program("test"), at=NOW) == 2  # a chunk of clinicians and one of places
    assert versions() == before


# --- however it came about ----------------------------------------------------------------------------------------


def move_house(npi: int) -> None:
    PractitionerRole.objects.filter(clinician_id=npi, is_primary=False).delete()


def retire(npi: int) -> None:
    Clinician.objects.filter(pk=npi).update(deactivated_on=date(2026, 1, 1))


def come_back(npi: int) -> None:
    Clinician.objects.filter(pk=npi).update(deactivated_on=None)


def end_a_role(npi: int) -> None:
    PractitionerRole.objects.filter(clinician_id=npi, is_primary=True).update(ends_on=date(2026, 11, 1))


def learn(npi: int) -> None:
    Clinician.objects.filter(pk=npi).update(specialties=["208000000X", "207Q00000X"], credential="do")


def rename(npi: int) -> None:
    Clinician.objects.filter(pk=npi).update(family_name="O'BRIEN-NGUYỄN", given_name="ĐORĐE", preferred_name="Lê")


def leave_the_hospital(npi: int) -> None:
    Affiliation.objects.all().delete()


CHANGES = (move_house, retire, come_back, end_a_role, learn, rename, leave_the_hospital)
EVENTS = st.one_of(
    st.tuples(st.sampled_from(NPIS), st.sampled_from(CHANGES)),
    st.sampled_from(tuple(Field)).flatmap(lambda of: st.tuples(st.sampled_from(NPIS), any_step(of))),
)


@given(events=st.lists(EVENTS, max_size=8))
def test_a_rebuild_comes_to_what_the_steps_came_to(network: None, events: list[tuple[int, object]]) -> None:
    """Every column and every bit, the match bits too, and the check agrees after every step."""
    with rolled_back():
        for nth, (npi, event) in enumerate(events):
            if isinstance(event, Step):
                carry_out(npi, event, nth)
            else:
                event(npi)  # type: ignore[operator]
                publish(*NPIS) if event is leave_the_hospital else publish(npi)
            assert first_difference(at=NOW) is None
        step_by_step = listing(), rows("publication_matchbits")
        forget_all_but_numbers()
        rebuild(by=program("test"), at=NOW)
        assert (listing(), rows("publication_matchbits")) == step_by_step


BITS = ("attributebits", "attributetotal", "placebits")


def forget_all_but_numbers() -> None:
    """The listing as it would be if it had to be made from nothing; numbers and squares stay."""
    with connection.cursor() as cursor:
        for table in (*BITS, "listedclinician", "listedlocation", "listedplace", "nametoken", "placetoken"):
            cursor.execute(f"DELETE FROM listing_{table}")
        cursor.execute("DELETE FROM publication_matchbits")


def test_a_site_that_changes_is_published_with_those_who_work_there(network: None) -> None:
    Location.objects.filter(name="Birch Lane Clinic").update(
        phone="6515550199", latitude=44.9, hours_note="By appointment"
    )
    Organization.objects.update(name="Juniper Medical Center")
    publish()
    assert first_difference(at=NOW) is None
    assert any("6515550199" in row for row in rows("listing_listedplace"))


def test_somebody_who_hides_the_name_leaves_no_bit(network: None) -> None:
    for npi in NPIS:
        hides(Clinician.objects.get(pk=npi), Field.NAME)
    for table in ("listedclinician", "nametoken"):
        assert rows(f"listing_{table}") == []
    assert rows("(SELECT pos FROM listing_listedlocation WHERE pos < listing.first_place())") == []
    for table in BITS:
        assert rows(f"(SELECT chunk FROM listing_{table} WHERE chunk < 4096)") == []


def test_a_place_stays_listed_whatever_those_who_work_there_hide(network: None) -> None:
    before = rows("listing_listedplace"), rows(OF_PLACES)
    for npi in NPIS:
        hides(Clinician.objects.get(pk=npi), Field.NAME)
    assert (rows("listing_listedplace"), rows(OF_PLACES)) == before
    publish()
    assert (rows("listing_listedplace"), rows(OF_PLACES)) == before


def test_a_place_leaves_the_listing_when_nobody_works_there_any_more(network: None) -> None:
    PractitionerRole.objects.filter(location__name="Birch Lane Clinic").update(ends_on=date(2026, 11, 1))
    publish()
    assert not any("Birch Lane" in row for row in rows("listing_listedplace"))
    assert len(rows("listing_listedplace")) == 2
    assert first_difference(at=NOW) is None
    PractitionerRole.objects.filter(location__name="Birch Lane Clinic").update(ends_on=None)
    publish()
    assert any("Birch Lane" in row for row in rows("listing_listedplace"))


# --- match bits ---------------------------------------------------------------------------------------------------


def matched() -> dict[str, set[int]]:
    """Who has a match bit, by group and code."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a."group" || '=' || a.code, array_agg(n.clinician_id)"""
            " FROM publication_matchbits m JOIN listing_attribute a USING (attr)"
            " JOIN publication_number n ON n.pos >> 12 = m.chunk AND get_bit(m.bits, n.pos & 4095) = 1 GROUP BY 1"
        )
        return {code: set(npis) for code, npis in cursor.fetchall()}


def test_a_match_bit_says_who_released_a_value_and_does_not_show_it(network: None) -> None:
    a, b, c, d = (Clinician.objects.get(pk=npi) for npi in NPIS[:4])
    says(a, Field.RACE, "x-somali", display=MATCHING)
    says(b, Field.RACE, "x-somali", display=SHOWN)
    says(c, Field.RACE, "x-somali", display=Display.PRIVATE)
    says(d, Field.RACE, "x-somali", display=None)
    assert matched() == {"race=x-somali": {a.npi}, "race=2054-5": {a.npi}}


def test_what_is_shown_in_another_field_needs_no_match_bit(network: None) -> None:
    """Race and ethnicity are one list: a value shown as one is not also released as the other."""
    amina = Clinician.objects.get(pk=NPIS[0])
    says(amina, Field.RACE, "2060-2", display=SHOWN)
    says(amina, Field.ETHNICITY, "x-somali", display=MATCHING)
    assert matched() == {"race=x-somali": {amina.npi}}  # 2054-5 is shown by 2060-2 already


def test_a_release_that_is_declined_or_taken_back_leaves_no_match_bit(network: None) -> None:
    amina = Clinician.objects.get(pk=NPIS[0])
    says(amina, Field.PRONOUNS, "she", display=MATCHING)
    says(amina, Field.RACE, "x-somali", display=MATCHING)
    assert len(matched()) == 3
    says(amina, Field.PRONOUNS, display=MATCHING, declined=True)
    says(amina, Field.RACE, "x-somali", display=Display.PRIVATE)
    assert matched() == {}
    assert rows("publication_matchbits") == []


def test_stated_languages_that_are_released_for_matching_leave_the_listing_for_the_match_bits(network: None) -> None:
    amina = Clinician.objects.get(pk=NPIS[0])
    says(amina, Field.LANGUAGE, "mww", display=MATCHING)
    assert matched() == {"language=mww": {amina.npi}, "language=hmn": {amina.npi}}
    assert not any('"languages"' in row for row in rows("listing_listedclinician") if str(amina.npi) in row)


def test_a_little_of_a_language_is_no_match(network: None) -> None:
    says(Clinician.objects.get(pk=NPIS[0]), Field.LANGUAGE, Said("so", proficiency="20"), display=MATCHING)
    assert matched() == {}


def test_whoever_is_not_listed_is_no_match(network: None) -> None:
    amina = Clinician.objects.get(pk=NPIS[0])
    says(amina, Field.RACE, "x-somali", display=MATCHING)
    hides(amina, Field.NAME)
    assert matched() == {}


def test_a_code_that_is_no_filter_is_no_match(network: None) -> None:
    says(Clinician.objects.get(pk=NPIS[0]), Field.ETHNICITY, "2186-5", display=MATCHING)
    assert matched() == {}
