"""When a caller is the member."""

from hypothesis import given
from hypothesis import strategies as st

from portal.member_relations.rules import can_pass, digits, house_and_zip, passes
from portal.member_relations.vocabulary import OFF_THE_CARD, Question

SETS = st.sets(st.sampled_from(Question))


@given(right=SETS, wrong=SETS.filter(bool), shared=SETS)
def test_one_wrong_answer_is_enough_to_fail(right: set[Question], wrong: set[Question], shared: set[Question]) -> None:
    assert not passes(right=right - wrong, wrong=wrong, shared=shared)


@given(right=SETS, shared=SETS)
def test_it_takes_the_birth_date_and_two_off_the_card_of_which_one_is_the_persons_alone(
    right: set[Question], shared: set[Question]
) -> None:
    off_the_card = right & set(OFF_THE_CARD)
    expected = Question.BIRTH_DATE in right and len(off_the_card) >= 2 and not off_the_card <= shared
    assert passes(right=right, wrong=(), shared=shared) == expected


@given(right=SETS, more=SETS, shared=SETS)
def test_more_right_answers_never_hurt(right: set[Question], more: set[Question], shared: set[Question]) -> None:
    assert not passes(right=right, wrong=(), shared=shared) or passes(right=right | more, wrong=(), shared=shared)


@given(right=SETS, shared=SETS, more=SETS)
def test_what_more_people_share_proves_less(right: set[Question], shared: set[Question], more: set[Question]) -> None:
    assert passes(right=right, wrong=(), shared=shared) or not passes(right=right, wrong=(), shared=shared | more)


def test_a_child_with_nothing_but_what_the_family_has_cannot_pass() -> None:
    on_file = {Question.BIRTH_DATE, Question.ADDRESS, Question.PHONE}
    assert not can_pass(on_file=on_file, shared={Question.ADDRESS, Question.PHONE})
    assert can_pass(on_file=on_file, shared={Question.ADDRESS})


def test_an_address_is_its_number_and_zip_code() -> None:
    assert house_and_zip("18 Willow Court\nApt 4\nSaint Paul, MN 55106-1234") == ("18", "55106")
    assert house_and_zip("PO Box 0210\nBemidji, MN 56601") == ("210", "56601")
    assert house_and_zip("Rural Route\nBemidji, MN 56601") == ("", "56601")


def test_a_phone_is_its_ten_digits() -> None:
    assert digits("+1 (651) 555-0171") == digits("651.555.0171") == "6515550171"
