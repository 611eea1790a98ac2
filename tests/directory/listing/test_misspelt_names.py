"""How near two words are, and that whatever is near is found."""

import pytest
from django.db import connection
from hypothesis import assume, given
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db
WORDS = st.text("abcde", min_size=2, max_size=12) | st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=60)


def asked(sql: str, *values: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def edits(one: str, other: str) -> int:
    """The textbook's table: letters put in, left out, replaced, or swapped with their neighbour."""
    table = [[i + j if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            ways = [table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (one[i - 1] != other[j - 1])]
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                ways.append(table[i - 2][j - 2] + 1)
            table[i][j] = min(ways)
    return table[-1][-1]


@st.composite
def with_typos(draw: st.DrawFn, most: int) -> tuple[str, str]:
    """A word, and the same after at most so many typos; neighbours may be swapped around a letter that is gone."""
    word = draw(WORDS)
    typed = word
    for _ in range(draw(st.integers(1, most))):
        at = draw(st.integers(0, len(typed) - 1)) if typed else 0
        letter = draw(st.sampled_from("abcxyz"))
        typed = draw(
            st.sampled_from(
                [
                    typed[:at] + letter + typed[at:],
                    typed[:at] + typed[at + 1 :],
                    typed[:at] + letter + typed[at + 1 :],
                    typed[:at] + typed[at : at + 2][::-1] + typed[at + 2 :],
                ]
            )
        )
    assume(len(typed) >= 2)
    return word, typed


@given(one=WORDS, other=WORDS)
def test_edits_are_those_of_the_table(one: str, other: str) -> None:
    assert asked("SELECT listing.edits(listing.letters(%s), %s, %s)", one, len(one), other) == edits(one, other)


@given(pair=with_typos(2))
def test_edits_of_what_was_typed_wrong_too(pair: tuple[str, str]) -> None:
    one, other = pair
    assert asked("SELECT listing.edits(listing.letters(%s), %s, %s)", one, len(one), other) == edits(one, other)


@given(pair=with_typos(1))
def test_words_one_typo_apart_have_a_piece_in_common(pair: tuple[str, str]) -> None:
    assert asked("SELECT listing_pieces(%s, 2) && listing_pieces(%s, 1)", *pair)


@given(pair=with_typos(2))
def test_words_of_more_than_three_letters_two_typos_apart_have_one_too(pair: tuple[str, str]) -> None:
    assume(min(map(len, pair)) > 3)
    assert asked("SELECT listing_pieces(%s, 2) && listing_pieces(%s, 2)", *pair)


@given(pair=with_typos(1), given=st.sampled_from(["ada", "jonathan"]))
def test_whoever_is_one_typo_away_is_found(pair: tuple[str, str], given: str) -> None:
    """Beside a given name that nobody else has, the name that was meant is the only one."""
    name, typed = pair
    assume(not name.startswith(typed) and given != typed)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM listing_nametoken; DELETE FROM listing_spelling")
        cursor.execute("INSERT INTO listing_nametoken SELECT * FROM unnest(%s::text[], array[7, 7])", [[name, given]])
        cursor.execute("INSERT INTO listing_spelling SELECT token FROM listing_nametoken")
    searched = asked("SELECT spelling -> 'searched' FROM listing.who(%s, false)", f"{given} {typed}")
    assert searched == [f"{given} {name}"]
