"""Registering as a member: who is written to, and what a stranger learns by asking: nothing."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.models import Capacity
from accounts.operations import end_capacity, give_capacity
from accounts.outbox.models import Letter, Message
from accounts.outbox.operations import claim, compose
from accounts.outbox.vocabulary import Envelope, Mailbox
from accounts.password.access import personal_words
from accounts.password.rules import is_personal
from accounts.registration.errors import SubjectTaken
from accounts.registration.models import Activation
from accounts.registration.operations import add_to_account, compose_letter, enter, issue
from accounts.registration.rules import read as read_id
from accounts.registration.vocabulary import Channel as Way
from accounts.vocabulary import CapacityKind
from portal.members.access import describe, mailbox_of_member, member_of
from portal.members.models import Channel, Member, MemberCapacity, RegistrationRequest
from portal.members.operations.corrections import correct
from portal.members.operations.registration import compose_asked, forget_requests, redeem
from portal.members.rules import spellings
from portal.members.vocabulary import MEMBER, Fact
from tests.accounts.codes.test_codes import everything_stored
from tests.builders.desk import desk_person
from tests.builders.mail import PostOffice, deliver_mail, text_of
from tests.builders.members import NOW, a_family, a_row, member, take
from tests.builders.people import SOMEBODY, person, signed_in

pytestmark = pytest.mark.usefixtures("codes")
REGISTER, ASKED = "/account/register/", "/account/register/asked/"


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def family(clock: Clock, tmp_path: Path) -> None:
    take(a_family(), tmp_path)


MARISOL = {"member_id": "LFP 100-2000", "person_number": "01", "last_name": "Castellanos", "birth_date": "04/03/1979"}
ROSA = MARISOL | {"person_number": "06", "last_name": "Núñez-Ríos", "birth_date": "02/29/1948"}
DIEGO = MARISOL | {"person_number": "03", "birth_date": "03/14/2011"}


def asked(typed: dict[str, str], client: Client | None = None) -> Any:
    return (client or Client()).post(REGISTER, typed)


def registers(first_name: str, username: str, email: str) -> MemberCapacity:
    """The member has an account from here on."""
    capacity = give_capacity(
        user=person(username, email, name=first_name), kind=CapacityKind.MEMBER, by=SOMEBODY, at=NOW
    )
    redeem(member(first_name).pk, capacity, NOW, SOMEBODY)
    return MemberCapacity.objects.get(capacity=capacity)


def activations() -> list[tuple[str, str]]:
    """First name and channel."""
    names = dict(Member.objects.values_list("pk", "first_name"))
    return [(names[each.subject], each.channel) for each in Activation.objects.order_by("issued_at")]


# Who is written to


def test_a_mail_goes_to_the_email_that_is_this_persons_alone(family: None, post_office: PostOffice) -> None:
    assert asked(MARISOL).headers["Location"] == ASKED
    assert not Activation.objects.exists()  # it is decided off the request
    assert deliver_mail() == 1
    assert [mail["To"] for mail in post_office.mails] == ["marisol.c@mail.example"]
    assert activations() == [("Marisol", "mail")]
    assert not Letter.objects.exists()


def test_an_email_that_two_members_share_gets_no_mail_and_a_letter_goes_in_the_persons_own_name(
    family: None, post_office: PostOffice, clock: Clock
) -> None:
    asked(ROSA)
    assert deliver_mail() == 0
    assert activations() == [("Rosa", "letter")]
    sheet = compose_letter(Letter.objects.get().about, 1, clock())
    assert sheet.envelope == Envelope(("Rosa Núñez-Ríos", "18 Willow Court", "Saint Paul, MN 55106"), "es")


@pytest.mark.parametrize("first_name", ["Jorge", "Rosa"])
def test_an_email_is_shared_by_whoever_left_or_died_too(family: None, first_name: str) -> None:
    Member.objects.filter(first_name=first_name).update(died_on=date(2026, 1, 1))
    other = member("Rosa" if first_name == "Jorge" else "Jorge")
    assert mailbox_of_member(str(other.pk)) is None
    Channel.objects.filter(member__first_name=first_name).update(value="elsewhere@mail.example")
    assert mailbox_of_member(str(other.pk)).address == "casa@mail.example"  # type: ignore[union-attr]


def test_an_email_at_which_somebody_else_reads_mail_of_ours_is_not_used(family: None, post_office: PostOffice) -> None:
    person("nosy.one", "Marisol.C@mail.example", name="Somebody Else")
    asked(MARISOL)
    assert deliver_mail() == 0
    assert activations() == [("Marisol", "letter")]


@pytest.mark.parametrize("value", ["rosa@mail.example", ""])
def test_an_email_that_another_member_had_corrected_by_phone_is_not_this_persons_alone(
    family: None, clock: Clock, value: str
) -> None:
    """Or else whoever reads the mail of two would say on a call of their own that it is the other’s, and get what opens
    the account."""
    correct(member=member("Jorge"), fact=Fact.EMAIL, value="jorge@mail.example", by=SOMEBODY, at=clock())
    correct(member=member("Jorge"), fact=Fact.EMAIL, value=value, by=SOMEBODY, at=clock())
    assert mailbox_of_member(str(member("Rosa").pk)) is None
    asked(ROSA)
    assert deliver_mail() == 0
    assert activations() == [("Rosa", "letter")]


def test_a_mailbox_that_is_shared_by_the_time_the_mail_leaves_gets_none(family: None, post_office: PostOffice) -> None:
    asked(MARISOL)
    request = claim(at=timezone.now())
    assert request
    assert compose(message=request, at=timezone.now()) is None
    assert activations() == [("Marisol", "mail")]
    Channel.objects.filter(member=member("Jorge"), kind="email").update(value="marisol.c@mail.example")
    assert deliver_mail() == 0
    assert post_office.mails == []


def test_a_spouse_with_all_three_facts_and_a_mailbox_of_their_own_gets_nothing(
    family: None, post_office: PostOffice
) -> None:
    jorge = Client()
    asked(MARISOL, jorge)
    deliver_mail()
    assert {mail["To"] for mail in post_office.mails} == {"marisol.c@mail.example"}
    assert "activation" not in str(dict(jorge.session))


def test_a_fifteen_year_old_registers_like_anybody_and_nobody_under_13_does(
    family: None, post_office: PostOffice, clock: Clock
) -> None:
    asked(DIEGO)
    luz = MARISOL | {"person_number": "04", "birth_date": "06/30/2014"}
    asked(luz)
    deliver_mail()
    assert activations() == [("Diego", "mail")]
    assert describe(member("Luz").pk, datetime(2027, 6, 29, 18, tzinfo=timezone.get_default_timezone())) is None
    assert describe(member("Luz").pk, datetime(2027, 6, 30, 18, tzinfo=timezone.get_default_timezone()))


def test_twins_with_one_birth_date_are_told_apart_by_the_person_number_and_refused_without(
    clock: Clock, tmp_path: Path, post_office: PostOffice
) -> None:
    born = {"relationship": "child", "birth_date": "2008-06-30"}
    luz = a_row(person_number="04", first_name="Luz", email="luz@mail.example", **born)
    take([luz, a_row(person_number="05", first_name="Sol", email="sol@mail.example", **born)], tmp_path)
    typed = MARISOL | {"birth_date": "06/30/2008"}
    asked(typed | {"person_number": ""})
    assert deliver_mail() == 0
    assert activations() == []
    asked(typed | {"person_number": "5"})
    asked(typed | {"person_number": "", "member_id": "LFP100200004"})  # as some cards print it
    deliver_mail()
    assert sorted(activations()) == [("Luz", "mail"), ("Sol", "mail")]


def test_two_matches_are_no_match(clock: Clock, tmp_path: Path, post_office: PostOffice) -> None:
    alone = a_row(person_number="")
    take([alone], tmp_path)
    take([alone | {"email": "second@mail.example"}], tmp_path, source="second")
    for number in ("", "01"):
        asked(MARISOL | {"person_number": number})
    assert deliver_mail() == 0
    assert activations() == []


def test_who_left_registers_like_anybody_and_nobody_registers_as_who_died(
    family: None, post_office: PostOffice, tmp_path: Path
) -> None:
    take([a_family()[0] | {"action": "terminate", "effective_on": "2026-10-31"}], tmp_path)
    Member.objects.filter(first_name="Diego").update(died_on=date(2026, 11, 1))
    asked(MARISOL)
    asked(DIEGO)
    deliver_mail()
    assert activations() == [("Marisol", "mail")]


@pytest.mark.parametrize(
    ("member_id", "last_name"),
    [("lfp1002000", "CASTELLANOS"), (" LFP-100-2000 ", "castellanos "), ("LFP 1002000", "Castéllanos")],
)
def test_ways_to_write_a_card_are_forgiven(
    family: None, post_office: PostOffice, member_id: str, last_name: str
) -> None:
    asked(MARISOL | {"member_id": member_id, "last_name": last_name, "person_number": "1"})
    deliver_mail()
    assert activations() == [("Marisol", "mail")]


def test_who_asks_again_and_again_voids_nothing_that_is_on_its_way(
    family: None, post_office: PostOffice, clock: Clock
) -> None:
    for _ in range(3):
        asked(ROSA)
        deliver_mail()
        clock.passes(minutes=1)
    assert activations() == [("Rosa", "letter")]
    clock.passes(days=11)
    asked(ROSA)
    deliver_mail()
    assert len(activations()) == 2


def test_who_has_an_account_is_told_once_a_week_at_the_email_of_the_account(
    family: None, post_office: PostOffice, clock: Clock
) -> None:
    registers("Marisol", "marisol.c", "mari@own.example")
    for days in (0, 1, 5, 2):
        clock.passes(days=days)
        asked(MARISOL)
        deliver_mail()
    assert [mail["To"] for mail in post_office.mails] == ["mari@own.example"] * 2
    said = text_of(post_office.mails[0])
    assert "You have an account already" in said
    assert not any(word in said for word in ("LFP", "Castellanos", "1979", "marisol.c"))
    assert post_office.mails[0]["Subject"] == "About your account with Lindenfield Health Plan"
    assert activations() == []


def test_who_can_be_reached_in_no_way_is_sent_nothing(clock: Clock, tmp_path: Path, post_office: PostOffice) -> None:
    take([a_row(email="", line1="", city="", state="", zip="")], tmp_path)
    asked(MARISOL)
    assert deliver_mail() == 0
    assert activations() == []


# What a stranger learns

REFUSALS = {
    "wrong date": MARISOL | {"birth_date": "04/04/1979"},
    "wrong name": MARISOL | {"last_name": "Castellano"},
    "unknown ID": MARISOL | {"member_id": "LFP 999-9999"},
    "already registered": MARISOL | {"person_number": "02", "birth_date": "09/21/1977"},
    "too young": MARISOL | {"person_number": "04", "birth_date": "06/30/2014"},
    "spent budget": MARISOL,
    "named by two sources": MARISOL,
}


def seen(answer: Any) -> tuple[Any, ...]:
    cookies = {name: sorted((key, bool(value)) for key, value in each.items()) for name, each in answer.cookies.items()}
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return answer.status_code, dict(answer.headers), cookies, page


def walk(typed: dict[str, str]) -> Iterator[Any]:
    client = Client()
    yield client.get(REGISTER)
    yield asked(typed, client)
    yield client.get(ASKED)
    yield client.get("/account/register/activation/")


def asked_of_the_database(typed: dict[str, str]) -> list[str]:
    """Every statement of a request to register, without what goes with it."""
    client = Client()
    with CaptureQueriesContext(connection) as captured:
        asked(typed, client)
    return [query["sql"] for query in captured]


def spend() -> None:
    for _ in range(5):
        asked(MARISOL | {"last_name": "Somebody"}, Client(REMOTE_ADDR="203.0.113.9"))


def prepare(refusal: str, folder: Path) -> None:
    if refusal == "spent budget":
        spend()
    if refusal == "named by two sources":
        take([a_row(email="second@mail.example")], folder, source="second")


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_is_answered_like_a_success_to_the_byte(
    family: None, post_office: PostOffice, tmp_path: Path, refusal: str
) -> None:
    registers("Jorge", "jorge.c", "jorge@own.example")
    right = [seen(answer) for answer in walk(MARISOL)]
    assert [answer[0] for answer in right] == [200, 302, 200, 200]
    prepare(refusal, tmp_path)
    assert [seen(answer) for answer in walk(REFUSALS[refusal])] == right


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_asks_the_database_the_same_statements(
    family: None, clock: Clock, tmp_path: Path, refusal: str
) -> None:
    """One row and one message are written, whatever was typed. Values travel apart from statements."""
    registers("Jorge", "jorge.c", "jorge@own.example")

    def shape(statements: list[str]) -> list[str]:
        plain = [
            re.sub(r"'[^']*'(::\w+)?(\[\])?|\"s\d+_x\d+\"|\bNULL\b|\b\d+\b", "?", statement) for statement in statements
        ]
        return [re.sub(r"\s+", " ", statement) for statement in plain]

    asked(REFUSALS[refusal] | {"member_id": "warm up"})
    right = shape(asked_of_the_database(MARISOL))
    prepare(refusal, tmp_path)
    assert shape(asked_of_the_database(REFUSALS[refusal])) == right
    assert 5 < len(right) < 25


@pytest.mark.parametrize("refusal", [name for name in REFUSALS if name != "already registered"])
def test_no_refusal_sends_anything_to_anybody(
    family: None, post_office: PostOffice, tmp_path: Path, refusal: str
) -> None:
    registers("Jorge", "jorge.c", "jorge@own.example")
    prepare(refusal, tmp_path)
    asked(REFUSALS[refusal])
    assert deliver_mail() == 0
    assert activations() == []
    assert not Letter.objects.exists()
    assert RegistrationRequest.objects.count() == Message.objects.count()


def test_a_budget_is_the_cards_and_comes_back(family: None, post_office: PostOffice, clock: Clock) -> None:
    spend()
    asked(MARISOL)
    asked(DIEGO)
    deliver_mail()
    assert activations() == [("Diego", "mail")]
    clock.passes(hours=5)
    asked(MARISOL)
    deliver_mail()
    assert activations() == [("Diego", "mail"), ("Marisol", "mail")]


def test_a_machine_that_asks_for_everybody_is_told_so_whatever_it_types(
    family: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.members.operations.registration.ASKS_OF_AN_ORIGIN", 2)
    machine = Client(REMOTE_ADDR="203.0.113.7")
    for number in range(2):
        assert asked(MARISOL | {"member_id": f"X{number}"}, machine).status_code == 302
    pages = [asked(typed, machine) for typed in (MARISOL, MARISOL | {"last_name": "Castellano"})]
    assert {page.status_code for page in pages} == {429}
    assert all("Too many people asked to register from your network" in page.content.decode() for page in pages)
    assert asked(MARISOL, Client(REMOTE_ADDR="203.0.113.8")).status_code == 302


def test_what_is_typed_is_kept_nowhere(family: None, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    typed = {
        "member_id": "ZQX 777-1234",
        "person_number": "09",
        "last_name": "Quetzalcoatlus",
        "birth_date": "05/17/1951",
    }
    client = Client()
    asked(typed, client)
    kept = everything_stored() + str(dict(client.session)) + "\n".join(each.getMessage() for each in caplog.records)
    assert [word for word in ("ZQX", "777-1234", "uetzalcoatlus", "1951-05-17", "05/17/1951") if word in kept] == []


def test_the_audit_names_a_request_and_nobody(family: None, clock: Clock) -> None:
    asked(MARISOL)
    told = AuditEvent.objects.get(verb="members.asked_to_register")
    assert told.subject == f"registration-request:{RegistrationRequest.objects.get().pk}"
    assert told.actor == "stranger"


def test_a_form_that_is_not_filled_in_keeps_what_was_typed_and_counts_nothing(family: None, clock: Clock) -> None:
    page = asked({"member_id": "--", "last_name": "Castellanos", "birth_date": "31/31/1979"}).content.decode()
    assert "<title>Error: " in page
    assert "Type the member ID from your card." in page
    assert 'value="Castellanos"' in page
    assert not RegistrationRequest.objects.exists()


def test_the_pages_say_what_happens_how_long_it_takes_and_whom_to_call(db: None) -> None:
    page = Client().get(REGISTER).content.decode()
    for words in ("It can take 10 days", "from 13 years on", "651-555-0101", "651-555-0103", "I have an activation ID"):
        assert words in page
    page = Client().get(ASKED).content.decode()
    for words in ("in up to 10 days", "Spam folder", "651-555-0100", "we do not say here whether it is right"):
        assert words in page
    assert "Register as a member" in Client().get("/account/sign-in/").content.decode()


def test_requests_are_forgotten_after_a_month(family: None, clock: Clock) -> None:
    asked(MARISOL)
    assert forget_requests(by=SOMEBODY, at=clock() + timedelta(days=30)) == 0
    assert forget_requests(by=SOMEBODY, at=clock() + timedelta(days=30, minutes=1)) == 1


# The capacity that stands for a member


def test_an_account_stands_for_one_member_and_a_member_has_one_account(family: None) -> None:
    jorges = registers("Jorge", "jorge.c", "jorge@own.example").capacity
    assert member_of(jorges) == member("Jorge")
    second = give_capacity(user=jorges.user, kind=CapacityKind.MEMBER, by=SOMEBODY, at=NOW)
    with pytest.raises(SubjectTaken):
        redeem(member("Rosa").pk, second, NOW, SOMEBODY)
    others = give_capacity(user=person("other.one"), kind=CapacityKind.MEMBER, by=SOMEBODY, at=NOW)
    with pytest.raises(SubjectTaken):
        redeem(member("Jorge").pk, others, NOW, SOMEBODY)
    with pytest.raises(SubjectTaken):
        redeem(member("Luz").pk, others, NOW, SOMEBODY)
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberCapacity.objects.create(member=member("Rosa"), capacity=jorges)


@pytest.mark.django_db(transaction=True)
def test_a_member_whose_capacity_ended_registers_anew(codes_for_all: None, tmp_path: Path) -> None:
    take(a_family(), tmp_path)
    first = registers("Jorge", "jorge.c", "jorge@own.example").capacity
    assert describe(member("Jorge").pk, NOW) is None
    end_capacity(capacity=first, by=SOMEBODY, at=NOW)
    assert describe(member("Jorge").pk, NOW)
    again = registers("Jorge", "jorge.c2", "jorge@own.example").capacity
    assert member_of(again) == member("Jorge")
    assert member_of(Capacity.objects.get(pk=first.pk)) is None


# Told by letter


@pytest.fixture
def printers(clock: Clock) -> list[Client]:
    """Two people of Member Relations, who print."""
    clock.at = datetime.now(tz=NOW.tzinfo)  # whoever signs in does so now
    return [signed_in(desk_person("grace.l")), signed_in(desk_person("henry.o", "Henry", "Oduya"))]


def prints(client: Client, letter: Letter) -> str:
    return str(client.post(f"/staff/letters/{letter.pk}/{letter.printing + 1}/").content.decode())


def test_one_person_at_the_desk_does_not_register_as_a_member_behind_their_back(
    family: None, post_office: PostOffice, clock: Clock, printers: list[Client]
) -> None:
    """They ask on the site as a stranger, print the activation ID and use it. The letter that tells of it is printed by
    somebody else."""
    grace, henry = printers
    asked(ROSA)
    deliver_mail()
    page = prints(grace, Letter.objects.get())
    found = re.search(r"letter-id[^>]*>([0-9A-Z-]+)<", page)
    assert found
    activation = enter(
        secret=read_id(found[1]), last_name="Núñez-Ríos", birth_date=date(1948, 2, 29), origin="192.0.2.1",
        by=SOMEBODY, at=clock(),
    )  # fmt: skip
    add_to_account(activation=activation, user=person("not.rosa.1", "thief@mail.example"), by=SOMEBODY, at=clock())
    notice = Letter.objects.waiting().get()
    queue = grace.get("/staff/letters/").content.decode()
    assert "Notice that an activation ID was used: Member" in queue
    assert "A colleague prints it" in queue
    assert "somebody else prints it" in prints(grace, notice)
    page = prints(henry, notice)
    letter = page[page.index("<article") :]
    assert 'lang="es"' in letter
    for words in ("Rosa Núñez-Ríos", "18 Willow Court", "651-555-0100"):
        assert words in letter
    for secret in ("not.rosa", "thief", "LFP", "1948"):
        assert secret not in letter


def test_who_has_an_email_of_their_own_is_told_by_mail_alone(
    family: None, post_office: PostOffice, clock: Clock
) -> None:
    activation = issue(kind=MEMBER, subject=member("Marisol").pk, channel=Way.MAIL, by=SOMEBODY, at=clock())
    Activation.objects.update(digest="d" * 64, born_at=clock(), valid_until=clock() + timedelta(days=7))
    activation.refresh_from_db()
    add_to_account(activation=activation, user=person(), by=SOMEBODY, at=clock())
    deliver_mail()
    assert [mail["To"] for mail in post_office.mails] == ["marisol.c@mail.example"]
    assert not Letter.objects.exists()


# Passwords


def test_what_is_on_a_card_stands_in_no_password(family: None) -> None:
    user = registers("Marisol", "somebody.x", "mari@own.example").capacity.user
    user.name = ""
    for password in (
        "Xx!LFP1002000",
        "xX!04031979",
        "hello 4/3/1979 A",
        "1979-04-03 Aa",
        "Castellanos#1",
        "M@risol.99x",
    ):
        assert is_personal(password, personal_words(user)), password
    assert not is_personal("Two quiet herons 7!", personal_words(user))


def test_a_birth_date_has_its_spellings() -> None:
    assert {"04031979", "4/3/1979", "3.4.79", "1979-04-03", "790403"} <= set(spellings(date(1979, 4, 3)))


# What goes on at the same time


def test_asking_takes_nothing_from_what_the_desk_had_issued(
    family: None, clock: Clock, post_office: PostOffice
) -> None:
    letter = issue(kind=MEMBER, subject=member("Marisol").pk, channel=Way.LETTER, by=SOMEBODY, at=clock())
    clock.passes(days=20)
    asked(MARISOL)
    assert deliver_mail() == 0
    letter.refresh_from_db()
    assert letter.revoked_at is None
    assert Activation.objects.count() == 1


@pytest.mark.parametrize("email", ["", "new@mail.example"])
def test_an_activation_id_at_an_email_that_the_file_dropped_opens_nothing(
    family: None, clock: Clock, post_office: PostOffice, tmp_path: Path, email: str
) -> None:
    asked(MARISOL)
    asked(ROSA)
    deliver_mail()
    rows = a_family()
    take(rows, tmp_path)
    assert Activation.objects.open(clock()).count() == 2
    rows[0]["email"] = rows[5]["email"] = email
    take(rows, tmp_path)
    assert [each.channel for each in Activation.objects.open(clock())] == ["letter"]


@pytest.mark.parametrize("line1", ["", "7 Birch Road"])
def test_an_activation_id_at_an_address_that_the_file_dropped_opens_nothing(
    family: None, clock: Clock, tmp_path: Path, line1: str
) -> None:
    letter = issue(kind=MEMBER, subject=member("Rosa").pk, channel=Way.LETTER, by=SOMEBODY, at=clock())
    compose_letter(str(letter.pk), 1, clock())
    take(a_family(), tmp_path)
    assert Activation.objects.open(clock()).count() == 1
    rows = a_family()
    rows[5] |= {"line1": line1} | ({} if line1 else {"line2": "", "city": "", "state": "", "zip": ""})
    take(rows, tmp_path)
    assert Activation.objects.open(clock()).count() == 0


def test_a_letter_that_is_not_printed_goes_where_the_person_lives_then(
    family: None, clock: Clock, tmp_path: Path
) -> None:
    letter = issue(kind=MEMBER, subject=member("Rosa").pk, channel=Way.LETTER, by=SOMEBODY, at=clock())
    rows = a_family()
    rows[5]["line1"] = "7 Birch Road"
    take(rows, tmp_path)
    assert "7 Birch Road" in compose_letter(str(letter.pk), 1, clock()).envelope.lines


def test_an_activation_id_at_an_address_that_was_corrected_by_phone_opens_nothing(family: None, clock: Clock) -> None:
    letter = issue(kind=MEMBER, subject=member("Rosa").pk, channel=Way.LETTER, by=SOMEBODY, at=clock())
    compose_letter(str(letter.pk), 1, clock())
    correct(member=member("Rosa"), fact=Fact.PHONE, value="651-555-0170", by=SOMEBODY, at=clock())
    assert Activation.objects.open(clock()).count() == 1
    correct(member=member("Rosa"), fact=Fact.ADDRESS, value="7 Birch Road\nDuluth, MN 55802", by=SOMEBODY, at=clock())
    assert Activation.objects.open(clock()).count() == 0


@pytest.mark.parametrize("typed", [MARISOL, MARISOL | {"birth_date": "04/04/1979"}])
@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_what_becomes_of_another_request(
    codes: None, clock: Clock, tmp_path: Path, typed: dict[str, str]
) -> None:
    take(a_family(), tmp_path)
    asked(MARISOL)
    answered: list[object] = []

    def ask() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '2s'")
            answered.append(asked(typed).status_code)
        except OperationalError as error:
            answered.append(type(error))
        finally:
            connection.close()

    request = claim(at=clock())
    assert request
    with transaction.atomic():
        compose_asked(request.about, Mailbox("", "en"), clock())
        correct(member=member("Marisol"), fact=Fact.PHONE, value="", by=SOMEBODY, at=clock())
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert answered == [302]
