"""Recording an answer: versions, one of them current, and refusals that repeat nothing."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.vocabulary import program
from directory.network.models import Clinician
from directory.self_description.errors import AnswerRefused
from directory.self_description.models import Answer, AnswerValue, CorrectedName
from directory.self_description.operations import Name, Said, record
from directory.self_description.rules import kinds_of
from directory.self_description.vocabulary import Display, Field
from tests.builders.network import a_clinician
from tests.builders.publishing import NOW, rolled_back, rows
from tests.privacy.worlds import POOL, Step, any_step

pytestmark = pytest.mark.usefixtures("codes")


@pytest.fixture
def amina(codes: None) -> Clinician:
    return a_clinician()


def say(clinician: Clinician, field: Field, *codes: str | Said, nth: int = 0, **more: object) -> Answer:
    values = [code if isinstance(code, Said) else Said(code) for code in codes]
    answer: dict[str, object] = {"display": Display.SHOWN, "values": values, "by": program("test")} | more
    return record(clinician=clinician, field=field, at=NOW + timedelta(hours=nth), **answer)  # type: ignore[arg-type]


def test_a_first_answer_is_current_and_says_since_when(amina: Clinician) -> None:
    answer = say(amina, Field.RACE, "x-somali", written_in="Benadir")
    found = Answer.objects.current().get()
    assert (found.pk, found.since, found.until, found.display) == (answer.pk, NOW, None, "shown")
    assert found.written_in == "Benadir"
    assert [value.code.code for value in found.values.all()] == ["x-somali"]


def test_what_belongs_to_a_code_is_kept_with_it(amina: Clinician) -> None:
    say(amina, Field.COMPETENCY, Said("CLAS", completed_on=date(2025, 5, 1), hours=6), "LGBTQ")
    say(amina, Field.LANGUAGE, Said("so", proficiency="40", tested_on=date(2024, 2, 3)))
    kept = AnswerValue.objects.order_by("id").values_list(
        "code__code", "proficiency", "tested_on", "completed_on", "hours"
    )
    assert list(kept) == [
        ("CLAS", "", None, date(2025, 5, 1), 6),
        ("LGBTQ", "", None, None, None),
        ("so", "40", date(2024, 2, 3), None, None),
    ]


def test_a_second_answer_ends_the_first_and_keeps_it(amina: Clinician) -> None:
    first = say(amina, Field.RACE, "x-somali")
    second = say(amina, Field.RACE, "2028-9", nth=1, display=Display.PRIVATE)
    first.refresh_from_db()
    assert first.until == second.since == NOW + timedelta(hours=1)
    assert [value.code.code for value in first.values.all()] == ["x-somali"]
    assert list(Answer.objects.current()) == [second]


def test_each_field_has_an_answer_of_its_own(amina: Clinician) -> None:
    answers = [say(amina, field) for field in Field]
    assert set(Answer.objects.current()) == set(answers)


def test_no_choice_is_kept_as_no_choice(amina: Clinician) -> None:
    assert say(amina, Field.RACE, "x-somali", display=None).display is None


def test_a_name_is_kept_with_its_answer(amina: Clinician) -> None:
    answer = say(amina, Field.NAME, name=Name("Lindqvist", "Ellen", "B", "Jr"))
    own = CorrectedName.objects.get()
    assert own.answer == answer
    assert (own.family_name, own.given_name, own.middle_name, own.suffix) == ("Lindqvist", "Ellen", "B", "Jr")


@given(steps=st.lists(st.sampled_from(tuple(Field)).flatmap(any_step), max_size=6))
def test_there_is_one_current_answer_and_nothing_is_lost(amina: Clinician, steps: list[Step]) -> None:
    with rolled_back():
        recorded = []
        for nth, step in enumerate(steps):
            if not (step.declined and step.name):
                recorded.append(
                    record(
                        clinician=amina, field=step.field, display=step.display, values=step.values,
                        written_in=step.written_in, declined=step.declined, name=step.name, by=program("test"),
                        at=NOW + timedelta(hours=nth),
                    )
                )  # fmt: skip
        assert set(Answer.objects.all()) == set(recorded)
        last = {answer.field: answer for answer in recorded}
        assert set(Answer.objects.current()) == set(last.values())
        for earlier in Answer.objects.exclude(until=None):
            assert Answer.objects.filter(field=earlier.field, since=earlier.until).exists()


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"declined": True, "values": [Said("x-somali")]},
        {"declined": True, "written_in": "Benadir"},
        {"name": Name("Tollefsrud")},
        {"values": [Said("no such code")]},
        {"values": [Said("she")]},
        {"values": [Said("x-somali"), Said("secret code")]},
    ],
)
def test_what_cannot_be_recorded_is_refused_without_repeating_it(amina: Clinician, said: dict[str, object]) -> None:
    say(amina, Field.RACE, "2028-9")
    before = rows("self_description_answer")
    with pytest.raises(AnswerRefused) as refused:
        say(amina, Field.RACE, nth=1, **said)
    assert rows("self_description_answer") == before
    for word in ("x-somali", "Benadir", "Tollefsrud", "no such", "she ", "secret"):
        assert word not in str(refused.value)


@pytest.mark.parametrize(
    "said",
    [
        {"values": [Said("x-somali"), Said("x-somali")]},
        {"written_in": "Benadir" * 40},
        {"values": [Said("x-somali", proficiency="99")]},
    ],
)
def test_what_the_database_would_refuse_is_refused_in_words(amina: Clinician, said: dict[str, object]) -> None:
    """PostgreSQL's own refusal quotes the row, so it must not be the one that a page or a log comes to see."""
    with pytest.raises(AnswerRefused) as refused:
        say(amina, Field.RACE, **said)
    assert "x-somali" not in str(refused.value)


def test_a_field_takes_codes_of_its_own_sets_only() -> None:
    assert kinds_of(Field.RACE) == kinds_of(Field.ETHNICITY) == ("race",)
    assert kinds_of(Field.NAME) == ()
    assert all(kinds_of(field) == (field,) for field in POOL if field not in (Field.RACE, Field.ETHNICITY))


def test_the_database_itself_keeps_one_current_answer_a_field(amina: Clinician) -> None:
    say(amina, Field.RACE)
    with pytest.raises(IntegrityError, match="one_current_answer_per_field"), transaction.atomic():
        Answer.objects.create(clinician=amina, field=Field.RACE, since=NOW)
