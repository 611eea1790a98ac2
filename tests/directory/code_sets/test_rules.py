"""Folding, in Python and in SQL, and the check digit of an NPI."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from directory.code_sets.rules import county_key, fold, npi_is_valid, phrases_of, place_key

# What every Unicode since 3.2 knows: Python and PostgreSQL may differ in how new their tables are.
SETTLED = st.characters(codec="utf-8", exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\x00").filter(
    lambda c: unicodedata.ucd_3_2_0.category(c) != "Cn"
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Smith", "smith"),
        ("  O’Brien-NÚÑEZ ", "o brien nunez"),
        ("Nguyễn Thị", "nguyen thi"),
        ("Đặng", "dang"),
        ("Ørsted", "orsted"),
        ("Łukasz", "lukasz"),
        ("Strauß", "strauss"),
        ("STRAUẞ", "strauss"),
        ("Æsa Œuvre", "aesa oeuvre"),
        ("İstanbul", "istanbul"),
        ("Жуков", "жуков"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("हिंदी", "हिंदी"),
        ("李伟", "李伟"),
        ("Qʼanjobʼal", "q anjob al"),
        ("...", ""),
        ("", ""),
    ],
)
def test_a_name_folds_to_what_people_type(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.django_db
@given(st.one_of(st.text(SETTLED, max_size=30), st.text(max_size=30, alphabet="aÀéñ øŁßÆ'-.İıΣς १क्षि한국م")))
@example("ǅŽ ﬁ ² ½ Ⅷ K Å")
@example("각 각")
def test_python_and_postgresql_fold_alike(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select code_sets_fold(%s)", [text])
        assert cursor.fetchone() == (fold(text),)


@given(st.text(SETTLED, max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(SETTLED, max_size=30))
def test_case_and_accents_make_no_difference(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


def test_an_apostrophe_may_be_left_out_of_a_phrase() -> None:
    assert phrases_of("children’s doctor") & phrases_of("childrens doctor")


def test_places_are_found_however_saint_is_written() -> None:
    assert place_key("St. Paul") == place_key("Saint Paul") == "saint paul"
    assert place_key("Port St Lucie") == "port saint lucie"


def test_a_county_is_found_with_and_without_the_word() -> None:
    assert county_key("Ramsey County") == county_key("ramsey") == "ramsey"
    assert county_key("Prince George's County") == "prince george s"
    assert county_key("St. John the Baptist Parish") == "saint john the baptist"


@pytest.mark.parametrize("npi", ["1234567893", "1558598797", "1245319599"])
def test_an_npi_with_its_check_digit_is_valid(npi: str) -> None:
    assert npi_is_valid(npi)


@pytest.mark.parametrize(
    "npi",
    ["1234567890", "2234567892", "0000000006", "123456789", "12345678933", "", "123456789x", "١234567893"],
)
def test_anything_else_is_no_npi(npi: str) -> None:
    assert not npi_is_valid(npi)


@given(st.integers(100_000_000, 299_999_999))
def test_every_number_has_exactly_one_check_digit(first_nine: int) -> None:
    assert sum(npi_is_valid(f"{first_nine}{digit}") for digit in range(10)) == 1
