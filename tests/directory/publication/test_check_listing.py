"""``check_listing`` finds whatever is wrong with the listing, and names no value."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.vocabulary import program
from directory.network.models import Clinician
from directory.publication.operations import first_difference, rebuild
from directory.self_description.vocabulary import Field
from tests.builders.answers import MATCHING, says
from tests.builders.network import a_clinician, a_location, an_organization, valid_npi
from tests.builders.publishing import NOW, mark_due, publish

pytestmark = pytest.mark.usefixtures("codes")


@pytest.fixture
def network(codes: None) -> None:
    place = a_location(organization=an_organization(npi=valid_npi(50_000_001)), staff_languages=["so"])
    for nth in range(1, 5):
        a_clinician(npi=valid_npi(nth), family="Testerabcd"[: 6 + nth], at=place, languages=("en", "mww"), gender="F")
    publish()
    says(Clinician.objects.get(pk=valid_npi(1)), Field.RACE, "x-somali", written_in="Benadir")
    says(Clinician.objects.get(pk=valid_npi(2)), Field.RACE, "x-somali", display=MATCHING)


def test_what_is_right_is_right(network: None) -> None:
    assert first_difference(at=NOW) is None
    out = StringIO()
    call_command("check_listing", stdout=out)
    assert "agree" in out.getvalue()


FLIPPED = "set_bit(bits, {at}, 1 - get_bit(bits, {at}))"
CORRUPTIONS = {
    "one of a few who is missing": "UPDATE listing_attributebits SET few = few[2:] WHERE cardinality(few) > 1",
    "one of a few who is too many": "UPDATE listing_attributebits SET few = few || 4095::smallint WHERE plane = -1",
    "a few kept as bits": "UPDATE listing_attributebits SET bits = listing.bits_of(bits, few), few = NULL"
    " WHERE plane = -1",
    "a total too high": "UPDATE listing_attributetotal SET clinicians = clinicians + 1",
    "a total that is gone": "DELETE FROM listing_attributetotal",
    "a total of an attribute that nobody has": "INSERT INTO listing_attributetotal SELECT 0, max(attr), 1"
    """ FROM listing_attribute WHERE "group" = 'pronouns'""",
    "a total of a chunk without clinicians": "INSERT INTO listing_attributetotal SELECT 7, max(attr), 1"
    " FROM listing_attribute",
    "a bit at a location": f"UPDATE listing_attributebits SET bits = {FLIPPED.format(at=0)} WHERE plane = 0",
    "a row of bits that is gone": "DELETE FROM listing_attributebits WHERE plane = 0",
    "bits of an attribute that nobody has": "INSERT INTO listing_attributebits (chunk, attr, plane, few)"
    " SELECT 0, max(attr), -1, '{0}' FROM listing_attribute",
    "a bit of a place": f"UPDATE listing_placebits SET bits = {FLIPPED.format(at=1)} WHERE place = 0",
    "a bit of a square": f"UPDATE listing_placebits SET bits = {FLIPPED.format(at=1)} WHERE place > 0",
    "a match bit too many": f"UPDATE publication_matchbits SET bits = {FLIPPED.format(at=3)}",
    "a match bit that is gone": "DELETE FROM publication_matchbits",
    "match bits of a chunk without clinicians": "INSERT INTO publication_matchbits (chunk, attr, bits)"
    " SELECT 7, max(attr), ~listing.nobody() FROM listing_attribute",
    "bits of a chunk without clinicians": "INSERT INTO listing_attributebits (chunk, attr, plane, bits)"
    " SELECT 7, max(attr), -1, ~listing.nobody() FROM listing_attribute",
    "places of a chunk without clinicians": "INSERT INTO listing_placebits (place, chunk, plane, bits)"
    " SELECT 0, 7, 0, ~listing.nobody()",
    "a name that was changed": "UPDATE listing_listedclinician SET name = name || 'x' WHERE pos = 2",
    "a value that was not withdrawn": "UPDATE listing_listedclinician"
    """ SET facts = jsonb_set(facts, '{shared}', '{"race": ["2028-9"]}') WHERE pos = 2""",
    "an attribute that nobody shows": "UPDATE listing_listedclinician SET attrs = attrs || 1 WHERE pos = 2",
    "a sort key": "UPDATE listing_listedclinician SET sort_key = 'a' WHERE pos = 2",
    "a clinician who is gone": "DELETE FROM listing_listedclinician WHERE pos = 2",
    "a location that is gone": "DELETE FROM listing_listedlocation WHERE pos = 2",
    "a location that was changed": "UPDATE listing_listedlocation SET morton = morton + 1 WHERE pos = 2",
    "a location of nobody": "INSERT INTO listing_listedlocation SELECT 4000, plane, morton, longitude, latitude, areas,"
    " attrs, facts, place_id FROM listing_listedlocation LIMIT 1",
    "a place that was changed": "UPDATE listing_listedplace SET phone = '6515550111'",
    "a place that is gone": "DELETE FROM listing_listedplace",
    "a place that lies elsewhere": (
        "UPDATE listing_listedlocation SET morton = morton + 1 WHERE pos >= listing.first_place()"
    ),
    "a place with another's number": "UPDATE listing_listedplace SET pos = 16777300",
    "another name of a place": "INSERT INTO listing_otherplace SELECT 999999, id FROM listing_listedplace",
    "another name of no place": "INSERT INTO listing_otherplace VALUES (999999, 999998)",
    "a bit of a place too many": f"UPDATE listing_attributebits SET bits = {FLIPPED.format(at=9)} WHERE chunk = 4096",
    "a place that does not exist": "INSERT INTO listing_listedplace SELECT (p).* FROM"
    ' (SELECT jsonb_populate_record(p, \'{"id": 999999, "pos": 16777300}\') AS p FROM listing_listedplace p) q',
    "a word of a name that is missing": "DELETE FROM listing_nametoken WHERE pos = 2",
    "a word of a name that is too many": "INSERT INTO listing_nametoken (token, pos) VALUES ('qvistgaard', 2)",
    "a word of nobody's name": "INSERT INTO listing_nametoken (token, pos) VALUES ('qvistgaard', 99999)",
    "a spelling that is missing": "DELETE FROM listing_spelling WHERE token = 'amina'",
    "a spelling of nobody's name": "INSERT INTO listing_spelling (token) VALUES ('qvistgaard')",
    "a word of a place that is missing": "DELETE FROM listing_placetoken WHERE token = 'clinic'",
    "a word of a place that is too many": "INSERT INTO listing_placetoken"
    " SELECT 'cedar', max(id) FROM listing_listedplace",
    "a word of no place": "INSERT INTO listing_placetoken (token, place_id) VALUES ('cedar', 999999)",
    "a code that implies too little": """UPDATE listing_attribute SET implies = '{}' WHERE "group" = 'race'""",
    "a code that implies what nobody has": """UPDATE listing_attribute SET implies = implies || 1 WHERE code = 'om'""",
    "a square without a leaf": "UPDATE listing_node SET leaf = false",
    "a square that lies elsewhere": "UPDATE listing_node SET box = box(point(0, 0), point(1, 1))",
}


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_it_finds(network: None, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CORRUPTIONS[what])
        assert cursor.rowcount > 0
    said = first_difference(at=NOW)
    assert said is not None
    for value in ("x-somali", "Benadir", "Tester", "qvistgaard", "=", "race", "language"):
        assert value not in said


NOT_MADE_FROM_FACTS = ("square", "nobody", "no place", "without clinicians", "does not exist")
"""What stands where no clinician's publication ever comes."""
MENDED = [what for what in CORRUPTIONS if not any(word in what for word in NOT_MADE_FROM_FACTS)]


@pytest.mark.parametrize("what", MENDED)
def test_a_rebuild_mends(network: None, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CORRUPTIONS[what])
    rebuild(by=program("test"), at=NOW)
    assert first_difference(at=NOW) is None


def test_who_is_due_is_late_and_not_different(network: None) -> None:
    mark_due(valid_npi(1))
    assert "due" in str(first_difference(at=NOW))


def test_the_command_fails_with_a_sentence(network: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM listing_nametoken WHERE token = 'amina' AND pos = 2")
    errors = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("check_listing", stderr=errors)
    assert end.value.code == 1
    assert "The listing differs: the names by which NPI" in errors.getvalue()
    assert "is difference" not in errors.getvalue()


def test_a_table_that_takes_no_files_out_of_service_is_noticed(network: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE listing_listedlocation DISABLE TRIGGER USER")
    assert first_difference(at=NOW) == (
        "rows of listing_listedlocation are written without taking public files out of service"
    )
