from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.registration.rules import fits, folded, grouped, is_an_activation_id, read
from accounts.registration.vocabulary import ALPHABET, CHARACTERS, Registrant

SECRETS = st.text(ALPHABET, min_size=CHARACTERS, max_size=CHARACTERS)
LOOK_ALIKES = {"1": "1iIlL", "0": "0oO"}


@given(SECRETS, st.data())
def test_an_activation_id_is_read_however_it_is_typed(secret: str, data: st.DataObject) -> None:
    """In any case, with any separators anywhere, and with letters for the numbers that they look like."""
    typed = ""
    for character in grouped(secret):
        separators = st.sampled_from(["", " ", "-", "–", ".", "_", "\u00a0", "\t"])
        typed += data.draw(separators)
        typed += data.draw(st.sampled_from(LOOK_ALIKES.get(character, character + character.lower())))
    assert read(typed) == secret
    assert is_an_activation_id(read(typed))


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_without_failing(typed: str) -> None:
    found = read(typed)
    assert is_an_activation_id(found) == (len(found) == CHARACTERS and set(found) <= set(ALPHABET))


def test_it_has_sixty_bits() -> None:
    assert len(set(ALPHABET)) ** CHARACTERS == 2**60
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize(
    "typed", ["García-López", "garcia lopez", "GARCIA LOPEZ", "Garci\u0301a\u2011Lo\u0301pez", " garcíalópez "]
)
def test_a_name_is_one_in_every_spelling(typed: str) -> None:
    assert folded(typed) == folded("García-López")


@pytest.mark.parametrize(("name", "typed"), [("Đặng", "dang"), ("Sørensen", "Sorensen"), ("Wałęsa", "walesa")])
def test_a_name_is_found_without_the_letters_of_its_language(name: str, typed: str) -> None:
    assert folded(name) == folded(typed)


@given(st.text(max_size=30))
def test_a_folded_name_stays_as_it_is(name: str) -> None:
    assert folded(folded(name)) == folded(name) == folded(name.upper().lower().upper()) or not name.isascii()


ROSA = Registrant("Rosa García-López", "García-López", date(1985, 3, 14), "en", (), ())
STEPHEN = Registrant("Stephen Ruiz", "Ruiz", None, "en", (), ())


def test_who_fits_says_last_name_and_birth_date_where_one_is_known() -> None:
    assert fits(ROSA, last_name="garcia lopez", birth_date=date(1985, 3, 14))
    assert not fits(ROSA, last_name="garcia lopez", birth_date=None)
    assert not fits(ROSA, last_name="garcia lopez", birth_date=date(1985, 3, 15))
    assert not fits(ROSA, last_name="garcia", birth_date=date(1985, 3, 14))
    assert fits(STEPHEN, last_name="Ruiz", birth_date=None)
    assert fits(STEPHEN, last_name="RUIZ", birth_date=date(1970, 1, 1))


def test_a_name_of_which_nothing_is_left_fits_nobody() -> None:
    assert not fits(Registrant("", "-", None, "en", (), ()), last_name="'", birth_date=None)
