"""Invented answers, read as if clinicians had given them."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.ingest.errors import ImportRefused
from accounts.vocabulary import program
from directory.intake.answers import ANSWERS
from directory.intake.operations import import_synthetic_self_descriptions
from directory.publication.models import Due
from directory.self_description.models import Answer, AnswerValue, CorrectedName
from tests.builders.network import a_clinician, a_location, valid_npi
from tests.directory.intake.rosters import NOW, quiet

pytestmark = pytest.mark.usefixtures("network")

AMINA = valid_npi(1)
REAL = 1234567893  # ends with the right digit, and begins as a real person's does


@pytest.fixture
def amina(network: None) -> None:
    a_clinician(AMINA, at=a_location())


def an_answer(field: str = "race", codes: str = "2028-9", display: str = "public", **cells: Any) -> dict[str, Any]:
    return {"npi": AMINA, "field": field, "codes": codes, "display": display, "answered_on": "2025-03-01"} | cells


def take(folder: Path, *answers: dict[str, Any], at: datetime = NOW, **options: Any) -> dict[str, Any]:
    if answers:
        with (folder / "answers.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, ANSWERS.header, restval="")
            writer.writeheader()
            writer.writerows(answers)
    refused_file = folder / "refused.csv"
    return import_synthetic_self_descriptions(
        folder=folder, refused_file=refused_file, progress=quiet, by=program("test"), at=at, **options
    )


@pytest.mark.usefixtures("amina")
class TestTaking:
    def test_an_answer_holds_since_it_was_given(self, tmp_path: Path) -> None:
        assert take(tmp_path, an_answer(written_in="Hmong Daw"))["added"] == 1
        answer = Answer.objects.get()
        assert (answer.clinician_id, answer.field, answer.display) == (AMINA, "race", "shown")
        assert (answer.written_in, answer.until) == ("Hmong Daw", None)
        assert answer.since == datetime(2025, 3, 1, 6, tzinfo=UTC)  # midnight in the plan's time zone
        assert [value.code.code for value in answer.values.all()] == ["2028-9"]

    def test_trainings_have_months_and_hours(self, tmp_path: Path) -> None:
        take(tmp_path, an_answer("competency", "CLAS|LGBTQ", details="CLAS:2024-05:6|LGBTQ::"))
        clas, lgbtq = AnswerValue.objects.order_by("code__code")
        assert (str(clas.completed_on), clas.hours) == ("2024-05-01", 6)
        assert (lgbtq.completed_on, lgbtq.hours) == (None, None)

    def test_languages_have_a_proficiency(self, tmp_path: Path) -> None:
        take(tmp_path, an_answer("language", "en|fa|so", details="en:50|fa:|so:20"))
        levels = AnswerValue.objects.order_by("code__code").values_list("code__code", "proficiency")
        assert list(levels) == [("en", "50"), ("fa", ""), ("so", "20")]

    def test_a_name_is_corrected_part_by_part(self, tmp_path: Path) -> None:
        take(tmp_path, an_answer("name", "", details="family_name:Nguyễn|given_name:Hạnh"))
        name = Answer.objects.get().name
        assert (name.family_name, name.given_name, name.suffix) == ("Nguyễn", "Hạnh", "")
        assert take(tmp_path)["unchanged"] == 1
        corrected = an_answer("name", "", details="family_name:Nguyễn|given_name:Hạnh|middle_name:Thị")
        assert take(tmp_path, corrected)["updated"] == 1
        assert Answer.objects.current().get().name.middle_name == "Thị"

    def test_a_name_that_is_not_given_says_nothing(self, tmp_path: Path) -> None:
        take(tmp_path, an_answer("name", "", "private"))
        assert take(tmp_path)["unchanged"] == 1
        assert not CorrectedName.objects.exists()

    def test_an_answer_without_codes_says_nothing(self, tmp_path: Path) -> None:
        take(tmp_path, an_answer("gender", "", "hidden"))
        assert not Answer.objects.get(field="gender").values.exists()

    def test_a_second_time_changes_nothing(self, tmp_path: Path) -> None:
        answers = [an_answer(), an_answer("pronouns", "she", "hidden"), an_answer("gender", "")]
        take(tmp_path, *answers)
        before = list(Answer.objects.order_by("pk").values())
        summary = take(tmp_path, at=NOW + timedelta(days=1))
        assert (summary["unchanged"], summary["read"], summary["published"]) == (3, 3, 0)
        assert list(Answer.objects.order_by("pk").values()) == before

    @pytest.mark.parametrize(
        "change", [{"codes": "2054-5"}, {"display": "private"}, {"written_in": "more"}, {"codes": "2028-9|2054-5"}]
    )
    def test_another_answer_ends_the_one_before(self, tmp_path: Path, change: dict[str, str]) -> None:
        take(tmp_path, an_answer())
        later = NOW + timedelta(days=1)
        assert take(tmp_path, an_answer() | change, at=later)["updated"] == 1
        old, new = Answer.objects.order_by("pk")
        assert (old.until, new.since, new.until) == (later, later, None)

    def test_who_answered_is_published(self, tmp_path: Path) -> None:
        assert take(tmp_path, an_answer())["published"] == 1
        assert not Due.objects.exists()

    def test_a_dry_run_records_nothing(self, tmp_path: Path) -> None:
        assert take(tmp_path, an_answer(), dry_run=True)["added"] == 1
        assert not Answer.objects.exists()

    def test_the_last_line_is_the_summary(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        take(tmp_path, an_answer(), dry_run=True)
        call_command("import_synthetic_self_descriptions", str(tmp_path))
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["added"] == 1


def test_hidden_becomes_private_and_matching_by_turns(tmp_path: Path) -> None:
    place = a_location()
    npis = [a_clinician(valid_npi(n), at=place).npi for n in range(1, 9)]
    given = {"race": "2028-9", "ethnicity": "2135-2"}
    answers = [an_answer(field, codes, "hidden", npi=npi) for npi in npis for field, codes in given.items()]
    take(tmp_path, *answers)
    for field in ("race", "ethnicity"):
        displays = list(Answer.objects.filter(field=field).values_list("display", flat=True))
        assert (displays.count("private"), displays.count("matching")) == (4, 4)
    assert take(tmp_path, *reversed(answers))["unchanged"] == 16


@pytest.mark.parametrize("display", ["shown", "matching", "private"])
@pytest.mark.usefixtures("amina")
def test_a_choice_that_is_named_is_kept(tmp_path: Path, display: str) -> None:
    take(tmp_path, an_answer(display=display))
    assert Answer.objects.get().display == display


@pytest.mark.usefixtures("amina")
class TestRefusing:
    @pytest.mark.parametrize("npi", [REAL, "", "WARSAME"])
    def test_one_npi_that_may_be_real_refuses_the_whole_file(self, tmp_path: Path, npi: object) -> None:
        with pytest.raises(ImportRefused, match="does not begin with 2"):
            take(tmp_path, an_answer(), an_answer(npi=npi))
        assert not Answer.objects.exists()

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (an_answer(npi=valid_npi(2)), "npi: no such clinician"),
            (an_answer(npi=2000000000), "npi: is no NPI"),
            (an_answer(codes="1002-5"), "an earlier row"),
            (an_answer("pronouns", "2028-9"), "codes: one of them"),
            (an_answer("name", "Amina"), "codes: one of them"),
            (an_answer("name", "", details="given_name:Hodan"), "details: the name has no family_name"),
            (an_answer("shoe_size", "she"), "field: is none of"),
            (an_answer("pronouns", "she", "loudly"), "display: is none of"),
            (an_answer("pronouns", "she", answered_on="2026-11-23"), "answered_on: lies in the future"),
            (an_answer("competency", "CLAS", details="CLAS:2024-13:6"), "details: has a month"),
            (an_answer("competency", "CLAS", details="CLAS"), "details: is not made"),
        ],
    )
    def test_a_bad_row_is_refused_alone_and_not_repeated(
        self, tmp_path: Path, row: dict[str, Any], reason: str
    ) -> None:
        summary = take(tmp_path, an_answer(), row)
        assert (summary["added"], summary["refused"]) == (1, 1)
        [line] = csv.DictReader((tmp_path / "refused.csv").read_text(encoding="utf-8").splitlines())
        assert (line["line"], line["key"]) == ("3", str(row["npi"]))
        assert reason in line["reason"]
        assert not row["codes"] or row["codes"] not in line["reason"]
