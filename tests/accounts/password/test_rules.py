"""What a password may be."""

import re
import string
import unicodedata
from itertools import combinations
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.models import User
from accounts.password.rules import kinds, normalised, problems
from accounts.password.vocabulary import SHORTEST_STEM, SPECIAL, Rule

CAPITAL, SMALL, NUMBER, SIGN = "QZ", "vx", "62", "#%"
FOUR = {"capital": CAPITAL, "small": SMALL, "number": NUMBER, "sign": SIGN}
COMMON = st.sampled_from(sorted(CommonPasswordValidator().passwords))
COMBINATIONS = [chosen for size in range(1, 5) for chosen in combinations(FOUR, size)]


def made_of(chosen: tuple[str, ...], length: int = 12) -> str:
    letters = "".join(FOUR[name] for name in chosen)
    return (letters * length)[:length]


# Length


@pytest.mark.parametrize(("length", "is_fine"), [(7, False), (8, True), (64, True), (65, False)])
def test_a_password_has_8_to_64_characters(length: int, is_fine: bool) -> None:
    assert (Rule.LENGTH not in problems(made_of(("capital", "small", "number"), length))) == is_fine


@pytest.mark.parametrize(("length", "is_fine"), [(63, True), (64, True), (65, False)])
def test_characters_are_counted_and_not_bytes(length: int, is_fine: bool) -> None:
    herons = "Aa1" + "\U0001fabf" * (length - 3)  # four bytes each, two in UTF-16
    assert (problems(herons) == []) == is_fine


@pytest.mark.parametrize(("typed", "is_fine"), [("Zé1zzzz", False), ("Ze\u03011zzzz", False), ("Ze\u03011zzzzz", True)])
def test_a_letter_and_its_accent_are_one_character(typed: str, is_fine: bool) -> None:
    assert (Rule.LENGTH not in problems(typed)) == is_fine


@given(st.text(min_size=1, max_size=80))
def test_the_count_is_that_of_the_composed_characters(typed: str) -> None:
    counted = len(unicodedata.normalize("NFC", typed))
    assert (Rule.LENGTH in problems(typed)) == (not 8 <= counted <= 64)


@given(st.text(max_size=80))
def test_however_the_characters_came_they_are_judged_alike(typed: str) -> None:
    spellings = [unicodedata.normalize(form, typed) for form in ("NFC", "NFD")]
    assert problems(spellings[0]) == problems(spellings[1])
    assert normalised(spellings[0]) == normalised(spellings[1])


def test_what_no_password_can_be_is_too_long_before_it_is_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = "\u1f80" * 64  # four code points each when taken apart
    assert Rule.LENGTH not in problems(unicodedata.normalize("NFD", longest))
    composed: list[str] = []
    monkeypatch.setattr("accounts.password.rules.normalised", lambda typed: composed.append(typed) or typed)
    assert problems("e" + "\u0301\u0323" * 320_000) == [Rule.LENGTH]
    assert composed == []


# Kinds


def test_there_are_fifteen_combinations() -> None:
    assert len(COMBINATIONS) == 15


@pytest.mark.parametrize("chosen", COMBINATIONS, ids="+".join)
def test_those_with_three_kinds_or_four_pass_and_no_others(chosen: tuple[str, ...]) -> None:
    assert (Rule.KINDS not in problems(made_of(chosen))) == (len(chosen) >= 3)


@pytest.mark.parametrize("sign", "!@#$%")
def test_five_signs_count(sign: str) -> None:
    assert kinds(f"aA{sign}") == 3


@given(st.characters(exclude_categories=("Lu", "Ll", "Nd", "Cs"), exclude_characters=SPECIAL))
def test_any_other_character_is_allowed_and_counts_for_nothing(other: str) -> None:
    assume(unicodedata.normalize("NFC", other) == other)
    assert kinds(f"vxvx{other}6262") == 2
    assert Rule.KINDS in problems(f"vxvx{other}6262")
    assert problems(f"vxvx{other}6262QZ") == []


@given(st.text(alphabet=string.printable, max_size=70))
def test_kinds_are_counted_as_written(typed: str) -> None:
    patterns = ("[A-Z]", "[a-z]", "[0-9]", "[!@#$%]")
    assert kinds(typed) == sum(re.search(pattern, typed) is not None for pattern in patterns)


# Common


@pytest.mark.parametrize(
    "password",
    [
        "Password1!",
        "P@ssw0rd!!",
        "!!Qwerty123",
        "1Qaz2wsx!",
        "@dmin1stratoR",
        "Iloveyou#1",
        "L1verpool!",
        "2024Dragon!",
        "Welcome%2026",
        "Pässword1",
    ],
)
def test_a_common_password_is_seen_behind_ornaments_and_disguises(password: str) -> None:
    assert Rule.COMMON in problems(password)


@given(COMMON, st.text("0123456789", max_size=3), st.text("!#%", max_size=2))
def test_whatever_is_common_stays_so_with_a_capital_numbers_and_signs(word: str, numbers: str, signs: str) -> None:
    assume(sum(letter.isalpha() for letter in word) >= SHORTEST_STEM)
    assert Rule.COMMON in problems(word.capitalize() + numbers + signs)


@pytest.mark.parametrize("password", ["Two quiet herons 7!", "correct Horse battery 9", "vX6#vX6#", "Zmrzlina$84ko"])
def test_what_nobody_else_thinks_of_is_allowed(password: str) -> None:
    assert problems(password) == []


# Personal


@pytest.mark.parametrize(
    "password",
    ["Amina#2026xy", "xyWARSAME77!", "4m1n4##Zebra", "My.amina.w.99", "Lindenfield7", "Amína#Zebra7"],
)
def test_a_persons_own_words_stand_nowhere_in_it(password: str) -> None:
    words = ["amina.w", "Amina Warsame", "amina", "Lindenfield"]
    assert Rule.PERSONAL in problems(password, words)
    assert Rule.PERSONAL not in problems(password, ["Yusuf Hersi"])


def test_a_name_of_three_letters_stands_in_too_many_words() -> None:
    assert problems("Kanaloa#98765!", ["Ana"]) == []


def test_every_road_to_a_password_keeps_to_the_rules() -> None:
    user = User(username="amina.w", name="Amina Warsame", email="warsan@mail.example")
    with pytest.raises(ValidationError) as refused:
        validate_password("warsan1", user)
    assert [error.code for error in refused.value.error_list] == [Rule.LENGTH, Rule.KINDS, Rule.PERSONAL]
    assert refused.value.messages[0] == "Use 8 to 64 characters."
    validate_password("Two quiet herons 7!", user)


def test_a_slice_that_knows_more_of_a_person_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.password.access.PERSONAL_WORDS", [lambda user: ["19840312"]])
    with pytest.raises(ValidationError) as refused:
        validate_password("xY#19840312z", User(username="amina.w"))
    assert [error.code for error in refused.value.error_list] == [Rule.PERSONAL]


# The page's own look at it


def test_the_script_counts_as_the_server_does() -> None:
    script = (Path(django_settings.BASE_DIR) / "static/js/password.js").read_text()
    assert "n >= 8 && n <= 64" in script
    assert f"/[{SPECIAL}]/" in script
