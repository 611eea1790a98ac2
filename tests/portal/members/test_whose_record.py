"""Whose record it is: a member ID, or a number, that a file gives to somebody else."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.models import Capacity, User
from accounts.registration.models import Activation
from accounts.registration.operations import issue
from accounts.registration.vocabulary import Channel as Way
from portal.members.access import describe, member_of
from portal.members.models import Correction, Coverage, Member
from portal.members.operations.corrections import correct
from portal.members.operations.retirement import end_registration, retire_member
from portal.members.rules import is_another_person
from portal.members.vocabulary import MEMBER, Fact
from tests.builders.members import NOW, TODAY, Row, a_family, a_row, member, refused, take
from tests.builders.people import SOMEBODY, signed_in
from tests.portal.members.test_import_enrolment import counts, everything
from tests.portal.members.test_registering import registers

pytestmark = pytest.mark.usefixtures("codes")
ANOTHER_PERSON = "member_id: another person has this member ID and person number"
ANOTHER_NUMBER = "person_number: this person has another one of this member ID"

QUENTIN = a_row(first_name="Quentin", last_name="Ostrander", birth_date="1991-12-05", email="quentin@mail.example")


def renumbered(*numbers: str) -> list[Row]:
    return [row | {"person_number": number} for row, number in zip(a_family(), numbers, strict=False)]


@pytest.mark.parametrize(
    "cells",
    [
        {"first_name": "Quentin", "last_name": "Ostrander", "birth_date": "1991-12-05"},
        {"first_name": "Quentin", "last_name": "Ostrander"},
        {"first_name": "Quentin", "birth_date": "1991-12-05"},
        {"last_name": "Ostrander", "birth_date": "1991-12-05"},
    ],
)
@pytest.mark.parametrize("action", ["full", "add", "change"])
def test_a_file_that_gives_a_card_to_another_person_is_refused(tmp_path: Path, cells: Row, action: str) -> None:
    take(a_family(), tmp_path)
    before = everything()
    given = a_row(action=action, effective_on="2024-01-01", **cells)
    rows = [given, *a_family()[1:]] if action == "full" else [given]
    assert take(rows, tmp_path)["taken"] is False
    assert [(line, reason.startswith(ANOTHER_PERSON)) for line, reason in refused(tmp_path)] == [(2, True)]
    assert everything() == before


@pytest.mark.parametrize(
    "cells",
    [{"first_name": "Mari"}, {"last_name": "Ríos"}, {"birth_date": "1979-03-04"},
     {"first_name": "MARISOL", "last_name": "castellanos", "birth_date": "1979-03-04"}],
)  # fmt: skip
def test_one_fact_may_change_and_the_spelling_of_all(tmp_path: Path, cells: Row) -> None:
    take(a_family(), tmp_path)
    assert counts(take([a_row(**cells), *a_family()[1:]], tmp_path)) == {"read": 6, "updated": 1, "unchanged": 5}


def test_a_termination_says_nothing_of_the_person(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    ends = a_row(action="terminate", effective_on="2026-11-30", first_name="", last_name="", birth_date="")
    assert take([ends], tmp_path)["taken"] is True


def test_facts_that_were_corrected_are_left_out(tmp_path: Path) -> None:
    take([a_row()], tmp_path)
    correct(member=member("Marisol"), fact=Fact.LAST_NAME, value="Ríos", by=SOMEBODY, at=NOW)
    assert take([a_row(first_name="Mari")], tmp_path)["taken"] is True  # the last name is the old one, as ever
    correct(member=member("Mari"), fact=Fact.FIRST_NAME, value="Marisol", by=SOMEBODY, at=NOW)
    assert take([a_row(first_name="Mari")], tmp_path)["taken"] is True
    assert take([a_row(birth_date="1991-12-05")], tmp_path)["taken"] is False  # all that is known says another person


@pytest.mark.parametrize(
    ("differing", "corrected", "is_another"),
    [
        ("", "", False), ("first_name", "", False), ("first_name last_name", "", True),
        ("first_name last_name", "last_name", False), ("first_name birth_date", "last_name", True),
        ("birth_date", "first_name last_name", True), ("first_name last_name birth_date", "", True),
        ("first_name last_name birth_date", "first_name last_name birth_date", False),
    ],
)  # fmt: skip
def test_two_facts_make_another_person(differing: str, corrected: str, is_another: bool) -> None:
    assert is_another_person(differing=differing.split(), corrected=corrected.split()) is is_another


# Another number of the same card


@pytest.mark.parametrize(
    ("numbers", "lines"),
    [
        (("01", "06", "03", "04", "05", "02"), [3, 7]),  # two who are nothing alike
        (("01", "02", "03", "05", "04", "06"), [5, 6]),  # twins, apart by their first names
        (("02", "03", "04", "05", "06", "07"), [2, 3, 4, 5, 6]),  # shifted by one
    ],
)
def test_people_who_change_places_are_refused(tmp_path: Path, numbers: tuple[str, ...], lines: list[int]) -> None:
    take(a_family(), tmp_path)
    before = everything()
    assert take(renumbered(*numbers), tmp_path)["taken"] is False
    assert [line for line, _ in refused(tmp_path)] == lines
    assert all(reason.startswith((ANOTHER_NUMBER, ANOTHER_PERSON)) for _, reason in refused(tmp_path))
    assert everything() == before


@pytest.mark.parametrize(
    "other", [{"first_name": "Sol", "birth_date": "1979-04-03"}, {"first_name": "Marisol", "birth_date": "2004-04-03"}]
)
@pytest.mark.parametrize("action", ["full", "change"])
def test_people_who_change_cards_are_refused_though_one_fact_tells_them_apart(
    tmp_path: Path, other: Row, action: str
) -> None:
    """Twins, and a mother and daughter of one name: each would read the other’s record."""
    cards = [a_row(person_number=""), a_row(member_id="LFP 100-3000", person_number="", **other)]
    take(cards, tmp_path)
    before = everything()
    swapped = [one | {"member_id": two["member_id"]} for one, two in zip(cards, reversed(cards), strict=True)]
    swapped = [row | {"action": action, "effective_on": "2024-01-01"} for row in swapped]
    assert take(swapped, tmp_path)["taken"] is False
    assert [(line, reason.startswith(ANOTHER_PERSON)) for line, reason in refused(tmp_path)] == [(2, True), (3, True)]
    assert everything() == before


def test_two_records_of_one_person_may_come_to_say_the_same(tmp_path: Path) -> None:
    take([a_row(), a_row(member_id="LFP 100-3000", first_name="Mari")], tmp_path)
    same = [a_row(), a_row(member_id="LFP 100-3000")]
    assert counts(take(same, tmp_path)) == {"read": 2, "updated": 1, "unchanged": 1}


def test_whoever_gets_a_free_number_keeps_record_and_account(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    registers("Jorge", "jorge.ca", "jorge@mail.example")
    rows = renumbered("01", "12", "03", "04", "05", "06")
    assert counts(take(rows, tmp_path)) == {"read": 6, "updated": 1, "unchanged": 5}
    jorge = member_of(Capacity.objects.get(user__username="jorge.ca"))
    assert jorge is not None
    assert (jorge.first_name, jorge.person_number, jorge.card_key) == ("Jorge", "12", "LFP100200012")
    assert Member.objects.count() == 6


def test_a_subscriber_alone_gets_a_number_when_the_family_comes_and_loses_it_when_it_goes(tmp_path: Path) -> None:
    alone, spouse = a_row(person_number=""), a_family()[1]
    take([alone], tmp_path)
    registers("Marisol", "marisol.c", "marisol@mail.example")
    assert counts(take([a_row(), spouse], tmp_path)) == {"read": 2, "added": 1, "updated": 1}
    assert Member.objects.get(registered__isnull=False).person_number == "01"
    assert member("Jorge").subscriber == member("Marisol")
    take([alone], tmp_path, shrink=True)
    assert Member.objects.get(registered__isnull=False).person_number == ""
    assert set(Coverage.objects.on(TODAY).values_list("member__first_name", flat=True)) == {"Marisol"}
    assert Member.objects.count() == 2


def test_a_number_that_somebody_left_is_free_for_the_next(tmp_path: Path) -> None:
    take([a_row()], tmp_path)
    took_over = [a_family()[1] | {"person_number": "01", "relationship": "subscriber"}, a_row(person_number="02")]
    took_over[1]["relationship"] = "spouse"
    assert take(took_over, tmp_path)["taken"] is True
    assert dict(Member.objects.values_list("first_name", "person_number")) == {"Jorge": "01", "Marisol": "02"}


def test_one_person_under_two_numbers_is_refused(tmp_path: Path) -> None:
    take([a_row()], tmp_path)
    twice = [a_row(), a_row(person_number="02", relationship="spouse")]
    assert take(twice, tmp_path)["taken"] is False
    assert refused(tmp_path)[0][0] == 3
    assert take([row | {"person_number": "1" + row["person_number"]} for row in twice], tmp_path)["taken"] is False
    assert [line for line, _ in refused(tmp_path)] == [2, 3]


# A record that is out of use


def test_a_card_that_is_truly_somebody_elses_gets_a_record_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    take(a_family(), tmp_path)
    registers("Marisol", "marisol.c", "marisol@mail.example")
    former = member("Marisol")
    correct(member=former, fact=Fact.PHONE, value="6515550100", by=SOMEBODY, at=NOW)
    answers = iter(["lfp 1002000", "1"])
    monkeypatch.setattr("builtins.input", lambda _asked: next(answers))
    call_command("retire_member")
    said = capsys.readouterr().out
    assert "LFP" not in said
    assert "Marisol" not in said
    assert counts(take([QUENTIN, *a_family()[1:]], tmp_path)) == {"read": 6, "added": 1, "unchanged": 5}
    quentin = member("Quentin")
    assert quentin.pk != former.pk
    assert describe(quentin.pk, NOW) is not None
    assert not Correction.objects.exists()
    former.refresh_from_db()
    assert (former.first_name, former.retired_at is not None) == ("Marisol", True)
    assert [each.ends_on for each in former.coverages.all()] != [None]
    assert describe(former.pk, NOW) is None
    assert Member.objects.get(first_name="Jorge").subscriber == quentin
    answer = signed_in(User.objects.get(username="marisol.c")).get("/member/profile/")
    assert answer.status_code != 200
    assert AuditEvent.objects.filter(verb="members.retired", subject=f"member:{former.pk}").count() == 1


def test_an_activation_id_of_a_record_out_of_use_opens_nothing(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    former = member("Marisol")
    issue(kind=MEMBER, subject=former.pk, channel=Way.LETTER, by=SOMEBODY, at=NOW)
    retire_member(source="enrolment", member_id="LFP 100-2000", person_number="01", by=SOMEBODY, at=NOW)
    assert not Activation.objects.open(NOW).exists()
    found = Member.objects.on_card(member_key="LFP1002000", person_key="01")
    assert not found.exists()
    take(a_family(), tmp_path, at=NOW + timedelta(minutes=1))  # the file names her after all: a new record
    assert found.get().pk != former.pk
    assert Coverage.objects.filter(member=former).get().ends_on == TODAY - timedelta(days=1)


def test_a_member_whose_account_is_somebody_elses_gets_it_ended_and_registers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    take(a_family(), tmp_path)
    marisol = member("Marisol")
    browser = signed_in(registers("Marisol", "not.marisol", "thief@mail.example").capacity.user)
    assert browser.get("/member/profile/").status_code == 200
    assert describe(marisol.pk, timezone.now()) is None
    answers = iter(["lfp 1002000", "1"])
    monkeypatch.setattr("builtins.input", lambda _asked: next(answers))
    call_command("end_registration")
    assert "LFP" not in capsys.readouterr().out
    assert browser.get("/member/profile/").status_code != 200
    assert describe(marisol.pk, timezone.now()) is not None
    assert AuditEvent.objects.filter(verb="members.registration_ended", subject=f"member:{marisol.pk}").count() == 1


def test_an_activation_id_that_is_on_its_way_ends_with_it(tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    issue(kind=MEMBER, subject=member("Marisol").pk, channel=Way.LETTER, by=SOMEBODY, at=NOW)
    end_registration(source="enrolment", member_id="LFP 100-2000", person_number="01", by=SOMEBODY, at=NOW)
    assert not Activation.objects.open(NOW).exists()


@pytest.mark.parametrize("command", ["retire_member", "end_registration"])
def test_nothing_happens_to_a_card_of_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    take(a_family(), tmp_path)
    before = everything()
    monkeypatch.setattr("builtins.input", lambda _asked: "77")
    with pytest.raises(CommandError, match="No record of this source"):
        call_command(command)
    assert everything() == before
