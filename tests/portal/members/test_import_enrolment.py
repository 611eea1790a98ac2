"""Who the members are, from a file: what it changes, what it refuses, what it leaves alone."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.audit.models import AuditEvent
from accounts.ingest.errors import ImportRefused
from accounts.ingest.models import ImportRun
from accounts.vocabulary import program
from portal.members.errors import (
    EnrolmentIsMixed,
    EnrolmentIsOld,
    EnrolmentIsRead,
    EnrolmentOfTheFuture,
    EnrolmentShrinks,
)
from portal.members.models import Channel, Correction, Coverage, Enrolment, Member
from portal.members.operations.corrections import correct
from portal.members.rules import age_on, member_key, person_key
from portal.members.vocabulary import Fact
from tests.builders.members import NOW, TODAY, Row, a_family, a_row, member, refused, take, write

pytestmark = pytest.mark.usefixtures("codes")


def everything() -> dict[str, list[tuple[Any, ...]]]:
    return {
        model.__name__: list(model.objects.order_by("pk").values_list())
        for model in (Member, Coverage, Channel, Correction, Enrolment)
    }


def counts(summary: Row) -> dict[str, int]:
    names = ("read", "added", "updated", "unchanged", "deactivated", "reactivated", "refused", "ended")
    return {name: summary[name] for name in names if summary[name]}


def covered() -> set[str]:
    return set(Member.objects.eligible_on(TODAY).values_list("first_name", flat=True))


def channels(first_name: str) -> dict[str, str]:
    return dict(Channel.objects.filter(member=member(first_name)).values_list("kind", "value"))


# A full file


def test_a_family_comes_with_what_covers_and_reaches_each(tmp_path: Path) -> None:
    assert counts(take(a_family(), tmp_path)) == {"read": 6, "added": 6}
    marisol, jorge, rosa = member("Marisol"), member("Jorge"), member("Rosa")
    assert (marisol.member_id, marisol.member_key, marisol.card_key) == ("LFP 100-2000", "LFP1002000", "LFP100200001")
    assert marisol.subscriber is None
    assert jorge.subscriber == rosa.subscriber == marisol
    assert (rosa.last_name, rosa.last_key, rosa.language) == ("Núñez-Ríos", "nunezrios", "es")
    assert channels("Marisol") == {
        "email": "marisol.c@mail.example",
        "phone": "6515550171",
        "address": "18 Willow Court\nSaint Paul, MN 55106",
    }
    assert covered() == {"Marisol", "Jorge", "Diego", "Luz", "Sol", "Rosa"}
    coverage = Coverage.objects.get(member=rosa)
    assert (coverage.plan_name, coverage.line_of_business, coverage.ends_on) == ("Choice 100", "Commercial", None)


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    before = everything()
    later = NOW + timedelta(days=3)
    assert counts(take(a_family(), tmp_path, at=later)) == {"read": 6, "unchanged": 6}
    assert Enrolment.objects.get().as_of == TODAY + timedelta(days=3)
    after = everything()
    assert {**after, "Enrolment": None} == {**before, "Enrolment": None}


def test_whom_a_full_file_does_not_name_is_not_covered_from_its_day_on_and_is_kept(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    summary = take(a_family()[:5], tmp_path)
    assert counts(summary) == {"read": 5, "unchanged": 5, "ended": 1}
    rosa = member("Rosa")
    assert Coverage.objects.get(member=rosa).ends_on == TODAY - timedelta(days=1)
    assert channels("Rosa")["email"] == "casa@mail.example"
    assert covered() == {"Marisol", "Jorge", "Diego", "Luz", "Sol"}
    assert counts(take(a_family(), tmp_path)) == {"read": 6, "unchanged": 5, "reactivated": 1}
    assert len(covered()) == 6


def test_a_source_ends_nobody_of_another(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    others = [a_row(member_id="SC-77", person_number="", first_name="Pao", last_name="Vang")]
    assert counts(take(others, tmp_path, source="second")) == {"read": 1, "added": 1}
    assert len(covered()) == 7


def test_a_file_that_would_end_over_a_fifth_is_refused_unless_that_is_allowed(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    before = everything()
    with pytest.raises(EnrolmentShrinks, match="2 of the 6 people"):
        take(a_family()[:4], tmp_path)
    ending = [row | {"action": "terminate", "effective_on": "2026-11-20"} for row in a_family()[:2]]
    with pytest.raises(EnrolmentShrinks):
        take(ending, tmp_path)
    with pytest.raises(EnrolmentShrinks):  # the header alone
        take([], tmp_path)
    assert everything() == before
    assert counts(take(a_family()[:4], tmp_path, shrink=True)) == {"read": 4, "unchanged": 4, "ended": 2}


@pytest.mark.parametrize("cells", [{"coverage_until": "2026-11-22"}, {"died_on": "2026-11-20"}])
def test_all_who_end_with_the_day_of_the_file_and_all_who_died_are_too_many_too(tmp_path: Path, cells: Row) -> None:
    take(a_family(), tmp_path)
    before = everything()
    with pytest.raises(EnrolmentShrinks, match="6 of the 6 people"):
        take([row | cells for row in a_family()], tmp_path)
    assert everything() == before
    take([row | cells for row in a_family()], tmp_path, shrink=True)
    take([row | cells for row in a_family()], tmp_path)  # that is known by now


def test_a_plan_that_begins_anew_leaves_the_old_one_in_the_history(tmp_path: Path) -> None:
    take([a_row()], tmp_path)
    later = datetime(2027, 1, 1, 18, tzinfo=UTC)
    summary = take([a_row(coverage_from="2027-01-01", plan_name="Choice 100 (2027)")], tmp_path, at=later)
    assert counts(summary) == {"read": 1, "added": 1}
    spans = list(Coverage.objects.order_by("starts_on").values_list("starts_on", "ends_on", "plan_name"))
    assert spans == [
        (date(2024, 1, 1), date(2026, 12, 31), "Choice 100"),
        (date(2027, 1, 1), None, "Choice 100 (2027)"),
    ]


def test_another_plan_takes_the_place_of_the_one_that_is_not_named(tmp_path: Path) -> None:
    take([a_row()], tmp_path)
    take([a_row(plan_code="M7", line_of_business="medicare", coverage_from="2026-11-01")], tmp_path)
    assert list(Coverage.objects.on(TODAY).values_list("plan_code", "line_of_business")) == [("M7", "Medicare")]
    assert Coverage.objects.get(plan_code="C100").ends_on == TODAY - timedelta(days=1)


def test_two_plans_at_once_are_two_rows(tmp_path: Path) -> None:
    rows = [a_row(), a_row(plan_code="M7", line_of_business="Medicare")]
    assert counts(take(rows, tmp_path)) == {"read": 2, "added": 2}
    assert Member.objects.get().coverages.count() == 2


def test_what_the_file_changes_has_the_day_of_the_file(tmp_path: Path) -> None:
    take([a_row()], tmp_path)
    moved = a_row(line1="5 Poplar Lane", phone="")
    assert counts(take([moved], tmp_path, at=NOW + timedelta(days=2))) == {"read": 1, "updated": 1}
    assert channels("Marisol")["address"] == "5 Poplar Lane\nSaint Paul, MN 55106"
    assert "phone" not in channels("Marisol")
    since = dict(Channel.objects.values_list("kind", "since"))
    assert since == {"address": TODAY + timedelta(days=2), "email": TODAY}
    assert member("Marisol").stated_on == TODAY  # the person is who they were


def test_whoever_becomes_the_subscriber_has_the_family(tmp_path: Path) -> None:
    take(a_family()[:3], tmp_path)
    died = a_row(died_on="2026-11-02", coverage_until="2026-11-02", relationship="other")
    widower = a_family()[1] | {"relationship": "subscriber"}
    take([died, widower, a_family()[2]], tmp_path, shrink=True)
    assert member("Jorge").subscriber is None
    assert member("Diego").subscriber == member("Marisol").subscriber == member("Jorge")
    assert member("Marisol").died_on == date(2026, 11, 2)


# Adds, changes and terminations


def test_a_coverage_is_added_and_ends_with_its_day(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    new = a_row(action="add", person_number="07", relationship="child", first_name="Ana", birth_date="2026-11-01",
                coverage_from="", effective_on="2026-11-01")  # fmt: skip
    assert counts(take([new], tmp_path)) == {"read": 1, "added": 1}
    assert "Ana" in covered()
    assert member("Ana").subscriber == member("Marisol")
    assert len(covered()) == 7  # a file of changes ends nobody else
    assert counts(take([new], tmp_path)) == {"read": 1, "unchanged": 1}
    gone = new | {"action": "terminate", "effective_on": "2026-11-21"}
    assert counts(take([gone], tmp_path)) == {"read": 1, "deactivated": 1}
    assert "Ana" not in covered()
    assert counts(take([gone], tmp_path)) == {"read": 1, "unchanged": 1}


def test_a_termination_names_the_last_day_even_ahead(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    take([a_family()[1] | {"action": "terminate", "effective_on": "2026-12-31"}], tmp_path)
    assert set(Member.objects.eligible_on(date(2026, 12, 31)).values_list("first_name", flat=True)) >= {"Jorge"}
    assert "Jorge" not in Member.objects.eligible_on(date(2027, 1, 1)).values_list("first_name", flat=True)
    renewed = a_family()[1] | {"action": "add", "coverage_from": "2027-01-01"}
    assert counts(take([renewed], tmp_path)) == {"read": 1, "added": 1}
    called_off = a_family()[1] | {"action": "terminate", "effective_on": "2026-12-31", "coverage_from": ""}
    assert counts(take([called_off], tmp_path)) == {"read": 1, "unchanged": 1}


def test_a_termination_makes_nothing_longer_that_is_over(tmp_path: Path) -> None:
    take([a_row(coverage_until="2024-12-31")], tmp_path)
    ends = a_row(action="terminate", effective_on="2026-12-31")
    assert take([ends], tmp_path)["taken"] is False
    assert refused(tmp_path)[0][1].startswith("plan_code: this person has no coverage in this plan that could end")
    assert counts(take([ends | {"effective_on": "2024-12-31"}], tmp_path)) == {"read": 1, "unchanged": 1}
    take([ends | {"effective_on": "2024-06-30"}], tmp_path)
    assert Coverage.objects.get().ends_on == date(2024, 6, 30)


def test_a_change_is_about_the_person_alone(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    change = a_family()[2] | {"action": "change", "effective_on": "2026-11-20", "last_name": "Castellanos Ríos",
                              "plan_code": "", "line_of_business": "", "coverage_from": ""}  # fmt: skip
    assert counts(take([change], tmp_path)) == {"read": 1, "updated": 1}
    assert member("Diego").last_key == "castellanosrios"
    assert Coverage.objects.count() == 6


def test_the_last_of_several_changes_of_a_person_counts(tmp_path: Path) -> None:
    take([a_row()], tmp_path)
    first = a_row(action="change", effective_on="2026-11-20", email="first@mail.example")
    take([first, first | {"email": "second@mail.example"}], tmp_path)
    assert channels("Marisol")["email"] == "second@mail.example"


def test_an_older_file_is_refused_and_one_of_the_future_too(tmp_path: Path) -> None:
    take(a_family(), tmp_path, "enrolment-2026-11-20.csv")
    before = everything()
    with pytest.raises(EnrolmentIsOld, match="2026-11-13"):
        take(a_family()[:5], tmp_path, "enrolment-20261113.csv")
    with pytest.raises(EnrolmentOfTheFuture):
        take(a_family(), tmp_path, as_of=date(2026, 11, 23))
    assert everything() == before
    assert Enrolment.objects.get().as_of == date(2026, 11, 20)


# All or nothing

BAD: list[tuple[Row, str]] = [
    ({"birth_date": "1979-02-30"}, "birth_date: is no date like 2026-11-22"),
    ({"birth_date": ""}, "birth_date: is empty"),
    ({"birth_date": "2026-11-23"}, "birth_date: is after the day of the file"),
    ({"died_on": "1970-01-01"}, "died_on: is before the birth date"),
    ({"member_id": ""}, "member_id: is empty"),
    ({"member_id": "\u33cf" * 30}, "member_id: is longer than 40 characters"),
    ({"last_name": "\u0132" * 80 + "x"}, "last_name: is longer than 80 characters"),
    ({"member_id": "--"}, "member_id: has neither letters nor digits"),
    ({"last_name": "–"}, "last_name: is empty"),
    ({"relationship": "boss"}, "relationship: is none of subscriber, spouse, child, other"),
    ({"relationship": ""}, "relationship: is empty"),
    ({"email": "not an address"}, "email: is no email that every mail server takes"),
    ({"zip": ""}, "line1: the address is not whole: it needs line1, city, state and zip"),
    ({"line_of_business": "Dental"}, "line_of_business: is none of Medicaid, Commercial, Medicare"),
    ({"plan_code": ""}, "plan_code: is empty"),
    ({"coverage_from": ""}, "coverage_from: is empty"),
    ({"coverage_until": "2023-12-31"}, "coverage_until: is before coverage_from"),
    ({"language": "Klingon"}, "language: is no language that we know"),
    ({"action": "delete"}, "action: is none of full, add, change, terminate"),
]


@pytest.mark.parametrize(("cells", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_one_bad_row_leaves_everything_as_it_was(tmp_path: Path, cells: Row, reason: str) -> None:
    take(a_family(), tmp_path)
    before = everything()
    rows = [a_row(first_name="Maria"), a_family()[1], a_family()[2] | cells]
    summary = take(rows, tmp_path, shrink=True)
    assert counts(summary) == {"read": 3, "unchanged": 2, "refused": 1}
    assert summary["taken"] is False
    assert refused(tmp_path) == [(4, reason)]
    assert everything() == before
    assert ImportRun.objects.filter(outcome="refused").count() == 1
    for value in (cells[name] for name in cells if cells[name] and name != "action"):
        assert value not in (tmp_path / "refused.csv").read_text() or value in reason


@pytest.mark.parametrize(
    ("rows", "lines", "reason"),
    [
        ([a_row(), a_row(coverage_from="2025-01-01")], [3], "coverage_from: overlaps another row"),
        ([a_row(coverage_until="2024-12-31"), a_row(coverage_from="2024-12-31")], [3], "coverage_from: overlaps"),
        ([a_row(), a_row(plan_code="M7", birth_date="1980-01-01")], [3], "last_name: an earlier row of the file says"),
        ([a_row(), a_row(person_number="2")], [2, 3], "relationship: another person of the file is the subscriber"),
        ([a_row(person_number=""), a_row(person_number="2", relationship="spouse")], [2], "person_number: is empty"),
        ([a_row(action="change", effective_on="2026-11-01")], [2], "member_id: nobody of this source has it"),
        ([a_row(action="change")], [2], "effective_on: is empty"),
        ([a_row(action="terminate")], [2], "effective_on: is empty, and so is coverage_until"),
    ],
)
def test_rows_that_do_not_go_together_are_refused_by_their_lines(
    tmp_path: Path, rows: list[Row], lines: list[int], reason: str
) -> None:
    assert take(rows, tmp_path)["taken"] is False
    found = refused(tmp_path)
    assert [line for line, _ in found] == lines
    assert all(said.startswith(reason) for _, said in found)
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"action": "add", "coverage_from": "2026-12-01"}, "coverage_from: the person has coverage in this plan then"),
        ({"action": "terminate", "effective_on": "2026-11-30", "plan_code": "X"}, "plan_code: this person has no"),
        ({"action": "change", "effective_on": "2026-11-23"}, "effective_on: is after the day of the file"),
        ({"action": "change", "effective_on": "2026-11-01", "person_number": "9"}, "member_id: nobody of this source"),
    ],
)
def test_what_does_not_go_with_what_is_there_is_refused(tmp_path: Path, cells: Row, reason: str) -> None:
    take(a_family(), tmp_path)
    before = everything()
    assert take([a_row(**cells)], tmp_path)["taken"] is False
    assert refused(tmp_path)[0][1].startswith(reason)
    assert everything() == before


def test_a_file_is_full_or_says_what_changed(tmp_path: Path) -> None:
    with pytest.raises(EnrolmentIsMixed):
        take([a_row(), a_row(action="add", person_number="02", relationship="spouse")], tmp_path)
    with pytest.raises(ImportRefused, match="lacks the columns email"):
        take([a_row()], tmp_path, lacks=("email",))
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_enrolment", str(tmp_path / "none.csv"))


def test_a_dry_run_says_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    before = everything()
    summary = take([*a_family()[:5], a_row(person_number="08", relationship="child", first_name="Eva")], tmp_path,
                   dry_run=True)  # fmt: skip
    assert counts(summary) == {"read": 6, "added": 1, "unchanged": 5, "ended": 1}
    assert everything() == before
    assert ImportRun.objects.count() == 1


# The command


def test_the_last_line_is_the_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call_command("import_enrolment", str(write(a_family(), tmp_path)))
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (summary["command"], summary["read"], summary["added"], summary["taken"]) == ("import_enrolment", 6, 6, True)
    with pytest.raises(CommandError, match="1 of 1 rows are refused, so nothing was taken") as broke:
        call_command("import_enrolment", str(write([a_row(birth_date="?")], tmp_path)))
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["refused"] == 1
    assert "import_enrolment.refused.csv" in str(broke.value)


def test_the_template_is_a_file_that_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_enrolment", "--template")
    title, header = capsys.readouterr().out.splitlines()
    assert title == "# enrolment.csv"
    path = tmp_path / "of-the-template.csv"
    path.write_text(header + "\n")
    call_command("import_enrolment", str(path))
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["read"] == 0


def test_the_audit_tells_of_the_file_and_of_no_value(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    assert AuditEvent.objects.filter(verb="members.enrolment_taken", subject="source:enrolment").count() == 1
    told = str(list(AuditEvent.objects.values_list("actor", "verb", "subject", "fields")))
    assert not any(word in told for word in ("LFP", "Castellanos", "1979", "mail.example"))


def test_what_the_database_refuses_is_told_without_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_options: object) -> None:
        Member.objects.create(
            source="x", member_id="LFP 1", member_key="LFP1", relationship="subscriber", last_name="Castellanos",
            last_key="castellanos", birth_date=TODAY, died_on=date(1990, 1, 1), stated_on=TODAY,
        )  # fmt: skip

    monkeypatch.setattr("portal.members.management.commands.import_enrolment.import_enrolment", broken)
    with pytest.raises(CommandError) as told, transaction.atomic():
        call_command("import_enrolment", str(write([a_row()], tmp_path)))
    assert str(told.value) == "The database refused the import: CheckViolation (member_died_after_birth)."
    assert told.value.__suppress_context__


# Corrections


def test_what_member_relations_corrected_holds_until_the_file_says_the_same(tmp_path: Path) -> None:
    take([a_row()], tmp_path)
    marisol = member("Marisol")
    for fact, value in ((Fact.LAST_NAME, "Castellanos-Ríos"), (Fact.EMAIL, "mari@mail.example"), (Fact.PHONE, "")):
        correct(member=marisol, fact=fact, value=value, by=program("test"), at=NOW)
    before = everything()
    assert counts(take([a_row()], tmp_path)) == {"read": 1, "unchanged": 1}
    assert everything() == before
    marisol.refresh_from_db()
    assert (marisol.last_name, marisol.last_key) == ("Castellanos-Ríos", "castellanosrios")
    assert channels("Marisol")["email"] == "mari@mail.example"
    assert "phone" not in channels("Marisol")
    take([a_row(last_name="Castellanos-Ríos")], tmp_path)
    assert set(Correction.objects.values_list("fact", flat=True)) == {"email", "phone"}
    take([a_row(last_name="Castellanos-Ríos", email="mari@mail.example", phone="")], tmp_path)
    assert not Correction.objects.exists()
    take([a_row(last_name="Otra")], tmp_path)
    assert Member.objects.get().last_name == "Otra"


def test_a_death_before_the_birth_date_as_corrected_is_refused(tmp_path: Path) -> None:
    take([a_row()], tmp_path)
    correct(member=member("Marisol"), fact=Fact.BIRTH_DATE, value="1997-04-03", by=program("test"), at=NOW)
    assert take([a_row(died_on="1990-01-01")], tmp_path, shrink=True)["taken"] is False
    assert refused(tmp_path) == [(2, "died_on: is before the birth date as Member Relations corrected it")]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_corrected_while_a_file_is_taken_over(codes: None, tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    done: list[object] = []

    def desk() -> None:
        try:
            correct(member=member("Marisol"), fact=Fact.PHONE, value="", by=program("test"), at=NOW)
            done.append("corrected")
        except EnrolmentIsRead as refused:
            done.append(str(refused))
        finally:
            connection.close()

    with transaction.atomic():
        take(a_family(), tmp_path)
        thread = threading.Thread(target=desk)
        thread.start()
        thread.join()
    assert done == ["The enrolment file is being read. Try again in a minute."]
    assert not Correction.objects.exists()
    desk()
    assert done[1:] == ["corrected"]


# The database


@pytest.mark.parametrize("starts_on", [date(2024, 1, 1), date(2025, 6, 1), date(2023, 1, 1)])
def test_the_database_refuses_two_coverages_of_a_plan_at_once(tmp_path: Path, starts_on: date) -> None:
    take([a_row()], tmp_path)
    with pytest.raises(IntegrityError), transaction.atomic():
        Coverage.objects.create(
            member=member("Marisol"),
            plan_code="C100",
            plan_name="x",
            line_of_business="Commercial",
            starts_on=starts_on,
        )


# Rules


@settings(max_examples=50)
@given(st.text(alphabet="abz09 -./ ", min_size=1, max_size=20))
def test_a_member_id_is_one_however_it_is_typed(typed: str) -> None:
    assert (
        member_key(typed) == member_key(typed.upper()) == member_key(" ".join(typed)) == member_key(member_key(typed))
    )


def test_a_person_number_has_one_spelling() -> None:
    assert [person_key(typed) for typed in ("1", "01", " 1 ", "a", "")] == ["01", "01", "01", "A", ""]


@given(st.dates(date(1920, 1, 1), date(2020, 1, 1)), st.integers(0, 100))
def test_a_birthday_comes_once_a_year(born: date, years: int) -> None:
    day = date(born.year + years, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(year=born.year + years)
    assert age_on(born, day) == years
    assert age_on(born, day - timedelta(days=1)) == years - 1
