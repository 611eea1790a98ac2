"""What members type, and the codes that it names."""

import pytest
from django.test.utils import CaptureQueriesContext

from directory.code_sets.models import Vocabulary, forget, vocabulary
from directory.code_sets.rules import fold
from directory.code_sets.vocabulary import CodeKind

LANGUAGE, RACE, SPECIALTY = CodeKind.LANGUAGE, CodeKind.RACE, CodeKind.SPECIALTY


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("children's doctor", [(SPECIALTY, {"208000000X"})]),
        ("Childrens Doctor", [(SPECIALTY, {"208000000X"})]),
        ("pediatra", [(SPECIALTY, {"208000000X"})]),
        ("médico de niños", [(SPECIALTY, {"208000000X"})]),
        ("family doctor", [(SPECIALTY, {"207Q00000X", "208D00000X"})]),
        ("médico de familia", [(SPECIALTY, {"207Q00000X", "208D00000X"})]),
        ("medico de familia", [(SPECIALTY, {"207Q00000X", "208D00000X"})]),
        ("dentista", [(SPECIALTY, {"122300000X", "1223G0001X"})]),
        ("heart doctor", [(SPECIALTY, {"207RC0000X"})]),
        ("shrink", [(SPECIALTY, {"2084P0800X"})]),
        ("Somali", [(LANGUAGE, {"so"})]),
        ("Soomaali", [(LANGUAGE, {"so"})]),
        ("español", [(LANGUAGE, {"es"})]),
        ("somali pediatrician", [(LANGUAGE, {"so"}), (SPECIALTY, {"208000000X"})]),
        ("pediatrician who speaks Somali", [(SPECIALTY, {"208000000X"}), (LANGUAGE, {"so"})]),
        ("doctora que habla hmong", [(LANGUAGE, {"hmn"})]),
        ("pediatra que habla español", [(SPECIALTY, {"208000000X"}), (LANGUAGE, {"es"})]),
        ("sign language", [(LANGUAGE, {"ase"})]),
        ("chinese", [(LANGUAGE, {"zh", "cmn", "yue"})]),
        ("mandarin", [(LANGUAGE, {"cmn"})]),
        ("ear, nose and throat", [(SPECIALTY, {"207Y00000X"})]),
    ],
)
def test_a_phrase_names_specialties_and_languages(
    words: Vocabulary, typed: str, meant: list[tuple[str, set[str]]]
) -> None:
    named = words.named(typed)
    assert named is not None
    assert [(found.kind, set(found.codes)) for found in named] == meant


@pytest.mark.parametrize(
    "typed",
    [
        "Karen",
        "Karen Smith",
        "Nguyen Thi",
        "Amina Warsame",
        "pediatrician Smith",
        "doctor",
        "the",
        "",
        "Maya",
        "Luo",
    ],
)
def test_what_may_be_a_person_s_name_is_left_a_name(words: Vocabulary, typed: str) -> None:
    assert words.named(typed) is None


def test_both_languages_are_understood_on_every_page(words: Vocabulary) -> None:
    spanish = words.named("dentista", "es")
    assert spanish is not None
    assert words.named("dentista", "en") == spanish


def test_a_macro_language_finds_its_members(words: Vocabulary) -> None:
    assert words.broader(LANGUAGE, "mww") == ("mww", "hmn")
    assert words.broader(LANGUAGE, "hnj") == ("hnj", "hmn")


def test_chinese_unsaid_is_neither_mandarin_nor_cantonese(words: Vocabulary) -> None:
    assert words.broader(LANGUAGE, "cmn") == ("cmn",)
    assert words.broader(LANGUAGE, "yue") == ("yue",)
    assert words.find(LANGUAGE, "zh") == "zh"
    assert words.filter_value(LANGUAGE, "zh-Hant") is None


def test_a_detailed_group_is_found_under_its_category(words: Vocabulary) -> None:
    assert words.broader(RACE, "x-somali") == ("x-somali", "2054-5")
    assert words.broader(RACE, "2126-1") == ("2126-1", "2028-9"), "Afghan is Asian in SPD-15"
    assert words.broader(RACE, "2123-8") == ("2123-8", "2118-8"), "Lebanese is no longer White"
    assert words.broader(RACE, "2118-8") == ("2118-8",)


def test_six_groups_stand_as_boxes_under_each_category_that_has_them(words: Vocabulary) -> None:
    boxes = [word.parent for word in words.codes[RACE].values() if word.box]
    assert {category: boxes.count(category) for category in boxes} == dict.fromkeys(
        ["2028-9", "2054-5", "2135-2", "2118-8", "2076-8", "2106-3"], 6
    )


def test_not_hispanic_is_no_filter(words: Vocabulary) -> None:
    assert words.find(RACE, "2186-5") == "2186-5"
    assert words.filter_value(RACE, "2186-5") is None


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (LANGUAGE, "so", "so"),
        (LANGUAGE, "Soomaali", "so"),
        (LANGUAGE, "amharico", "am"),
        (LANGUAGE, "zh-Hans", "zh-Hans"),
        (SPECIALTY, "208000000X", "208000000X"),
        (SPECIALTY, "Pediatrics", "208000000X"),
        (RACE, "Dominican", "2184-0"),
        (RACE, "Israeili", "2127-9"),
        (CodeKind.PRONOUNS, "she/her/hers", "she"),
        (CodeKind.GENDER, "female", "F"),
        (CodeKind.POPULATION, "veterans", "veterans"),
        (CodeKind.COMPETENCY, "implicit bias", "IMPLICIT_BIAS"),
        (LANGUAGE, "family doctor", None),
        (SPECIALTY, "therapist", None),
        (LANGUAGE, "Klingon", None),
    ],
)
def test_one_value_is_found_by_code_label_or_word(words: Vocabulary, kind: str, text: str, code: str | None) -> None:
    assert words.find(kind, text) == code


def test_a_word_for_a_group_and_one_of_its_parts_filters_by_the_group(words: Vocabulary) -> None:
    assert words.filter_value(RACE, "Black") == "2054-5"
    assert words.filter_value(RACE, "2056-0") == "2056-0"
    assert words.filter_value(RACE, "African American") == "2058-6"
    assert words.filter_value(LANGUAGE, "Filipino") == "tl"
    assert words.filter_value(LANGUAGE, "chinese") is None, "three languages, none of them around the others"


def test_an_internist_is_no_heart_doctor_and_a_family_nurse_is_a_nurse_practitioner(
    words: Vocabulary,
) -> None:
    assert words.broader(SPECIALTY, "207RC0000X") == ("207RC0000X",)
    assert words.broader(SPECIALTY, "363LF0000X") == ("363LF0000X", "363L00000X")


def test_labels_come_in_the_language_of_the_page(words: Vocabulary) -> None:
    assert words.label(SPECIALTY, "208000000X", "en") == "Pediatrics"
    assert words.label(SPECIALTY, "208000000X", "es") == "Pediatría"
    assert words.label(SPECIALTY, "363LF0000X", "en") == "Family nurse practitioner"
    assert words.label(LANGUAGE, "so", "ar") == "Somali", "a language of pages without labels gets English"
    assert words.label(LANGUAGE, "xx-none", "en") == "xx-none"


def test_every_filter_value_has_a_label_of_its_own_in_english_and_spanish(words: Vocabulary) -> None:
    for language in ("en", "es"):
        for kind, codes in words.codes.items():
            labels = [fold(word.label[language]) for word in codes.values() if word.filterable]
            assert all(labels), (kind, language)
            if kind != RACE:  # two tribes may share a name
                twice = {label for label in labels if labels.count(label) > 1}
                assert not twice, (kind, language)


def test_the_vocabulary_is_read_once(words: Vocabulary, django_assert_num_queries: CaptureQueriesContext) -> None:
    forget()
    with django_assert_num_queries(1):
        assert vocabulary() is vocabulary()
