"""The desk as a staff person sees it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.models import Post, User
from accounts.outbox.models import Letter
from accounts.sign_in.models import Loss
from accounts.vocabulary import Job
from portal.member_relations.models import Call
from portal.member_relations.vocabulary import Verb, Why
from portal.members.models import Channel, Correction, Coverage, Member
from portal.members.operations.locks import TAKING_OVER
from portal.members.vocabulary import Fact
from tests.builders.desk import a_passed_call, desk_person, registered, stands_for, the_family
from tests.builders.mail import PostOffice, deliver_mail, text_of
from tests.builders.members import member
from tests.builders.people import PASSWORD, an_app, signed_in

pytestmark = pytest.mark.django_db
DESK = "/staff/member-relations/"
RIGHT = {
    "birth_date": "09/21/1977",
    "house": "18",
    "zip_code": "55106-1234",
    "phone": "(651) 555-0172",
    "email": "Jorge.C@mail.example",
}


@pytest.fixture
def grace(codes: None) -> User:
    the_family()
    return desk_person()


@pytest.fixture
def at_the_desk(grace: User) -> Client:
    return signed_in(grace)


def begun(client: Client, first_name: str) -> str:
    answer = client.post(f"{DESK}calls/", {"member": member(first_name).pk})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_caller_is_found_checked_and_told_the_username(at_the_desk: Client, post_office: PostOffice) -> None:
    registered(member("Jorge"))
    answer = at_the_desk.post(DESK, {"member_id": "LFP 100-2000"})
    assert "Jorge Castellanos" in text(answer)
    call = begun(at_the_desk, "Jorge")
    assert "jorge.castel" not in text(at_the_desk.get(call))
    assert at_the_desk.post(call, RIGHT).status_code == 302
    assert "The caller passed" in text(at_the_desk.get(call))
    assert "jorge.castel" not in text(at_the_desk.get(f"{call}username/"))
    assert "jorge.castel" in text(at_the_desk.post(f"{call}username/"))
    assert deliver_mail() == 1
    (mail,) = post_office.mails
    assert mail["To"] == "jorge@home.example"
    assert "jorge.castel" not in text_of(mail)
    at_the_desk.post(f"{call}end/")
    assert "This call is over" in text(at_the_desk.get(call))


def test_what_is_found_is_name_person_number_and_year_and_nothing_that_a_caller_is_asked(at_the_desk: Client) -> None:
    page = text(at_the_desk.post(DESK, {"member_id": "LFP 100-2000", "person_number": "2"}))
    assert "1977" in page
    for secret in ("Willow", "55106", "0172", "jorge.c@", "September", "09/21"):
        assert secret not in page


def test_before_the_caller_passed_the_pages_show_nothing_that_a_caller_is_asked(at_the_desk: Client) -> None:
    registered(member("Jorge"))
    call = begun(at_the_desk, "Jorge")
    pages = [at_the_desk.get(call), at_the_desk.post(call, {**RIGHT, "phone": "6515550199"}), at_the_desk.get(call)]
    for page in pages:
        for secret in ("Willow", "0172", "jorge.c@mail", "jorge.castel", "There is one."):
            assert secret not in page.content.decode()


def test_the_caller_hears_the_same_words_whatever_was_wrong(at_the_desk: Client, grace: User) -> None:
    """A wrong answer, right ones after three wrong calls, and a record that is one's own."""
    pages = []
    for said in (*[{**RIGHT, "phone": "6515550199"}] * 3, RIGHT):
        call = begun(at_the_desk, "Jorge")
        at_the_desk.post(call, said)
        pages.append(text(at_the_desk.get(call)).replace(call, "…"))
    say = "“I cannot do this by phone today."
    assert all(say in page for page in pages)
    stands_for(grace, member("Marisol"))
    assert say in text(at_the_desk.post(f"{DESK}calls/", {"member": member("Jorge").pk}))


def test_a_person_with_nothing_of_their_own_on_file_is_not_asked(at_the_desk: Client) -> None:
    assert "Too little on file" in text(at_the_desk.get(begun(at_the_desk, "Luz")))


def test_nobody_comes_near_without_the_job(grace: User, at_the_desk: Client) -> None:
    call = a_passed_call(grace, member("Jorge"))
    Post.objects.filter(person__capacity__user=grace).update(job=Job.NAVIGATOR)
    for address in (DESK, f"{DESK}calls/{call.pk}/", f"{DESK}calls/{call.pk}/username/"):
        assert at_the_desk.get(address).status_code == 403
        assert at_the_desk.post(address).status_code == 403


def test_a_colleague_does_not_see_a_call(grace: User) -> None:
    call = a_passed_call(grace, member("Jorge"))
    henry = signed_in(desk_person("henry.o", "Henry", "Oduya"))
    for word in ("", "username/", "end/"):
        assert henry.post(f"{DESK}calls/{call.pk}/{word}").status_code == 404


def test_a_call_that_is_over_shows_nothing_any_more(grace: User, at_the_desk: Client) -> None:
    call = a_passed_call(grace, member("Jorge"), at=timezone.now() - timedelta(minutes=31))
    page = text(at_the_desk.get(f"{DESK}calls/{call.pk}/"))
    assert "This call is over" in page
    assert "Jorge" not in page


def test_a_search_needs_a_card_or_name_and_birth_date(at_the_desk: Client) -> None:
    nothing_whole = {"member_id": " -", "last_name": "Castellanos", "birth_date": "09/21/1977", "person_number": "02"}
    for name, typed in nothing_whole.items():
        page = text(at_the_desk.post(DESK, {name: typed}))
        assert "Type the member ID, or both" in page
        assert "Jorge" not in page
    assert not AuditEvent.objects.filter(verb=Verb.SEARCHED).exists()


def test_the_audit_says_whose_names_somebody_saw_and_by_what_they_searched(at_the_desk: Client, grace: User) -> None:
    """Whoever looks for a neighbor is seen by it, though they begin no call."""
    for birth_date in ("06/30/2014", "06/30/2015"):  # twins, and nobody
        at_the_desk.post(DESK, {"last_name": "Castellanos", "birth_date": birth_date})
    events = AuditEvent.objects.filter(verb=Verb.SEARCHED, actor=f"user:{grace.pk}")
    assert {event.subject for event in events} == {
        f"member:{member('Luz').pk}",
        f"member:{member('Sol').pk}",
        None,
    }
    assert {tuple(event.fields) for event in events} == {("last_name", "birth_date")}


def test_no_address_says_of_whom_a_page_is(at_the_desk: Client) -> None:
    call = begun(at_the_desk, "Jorge")
    assert call == f"{DESK}calls/{Call.objects.get().pk}/"
    assert at_the_desk.post(DESK, {"member_id": "LFP 100-2000"}).status_code == 200


def test_a_number_that_is_nobodys_begins_nothing(at_the_desk: Client) -> None:
    for number in ("", "Jorge", "00000000-0000-4000-8000-000000000000"):
        assert at_the_desk.post(f"{DESK}calls/", {"member": number}).status_code == 404
    assert not Call.objects.exists()
    assert Member.objects.exists()


def test_a_member_whose_coverage_ended_is_asked_and_helped_like_everybody(at_the_desk: Client, grace: User) -> None:
    call = f"{DESK}calls/{a_passed_call(grace, member('Jorge')).pk}/"
    assert "Choice 100 (Commercial)" in text(at_the_desk.get(call))
    Coverage.objects.update(ends_on="2024-12-31")
    page = text(at_the_desk.get(call))
    assert "Choice 100" not in page
    assert "Send an activation ID" in page


# What can be done once the caller passed


@pytest.fixture
def call(grace: User) -> str:
    registered(member("Jorge"))
    return f"{DESK}calls/{a_passed_call(grace, member('Jorge')).pk}/"


def code_in(office: PostOffice) -> str:
    """The digits of the last mail."""
    assert deliver_mail() == 1
    found = re.search(r"\b(\d{4} \d{4})\b", text_of(office.mails[-1]))
    assert found is not None
    return found[1]


def test_an_email_is_changed_at_once_with_both_codes(at_the_desk: Client, call: str, post_office: PostOffice) -> None:
    at_the_desk.post(f"{call}code/", {"reach": "account"})
    code = code_in(post_office)
    assert post_office.mails[-1]["To"] == "jorge@home.example"
    assert "Read it to the person from Member Relations" in text_of(post_office.mails[-1])
    assert "does not work" in text(at_the_desk.post(f"{call}code/", {"code": "0000 0000"}))
    assert at_the_desk.post(f"{call}code/", {"code": code}).status_code == 302
    assert "nothing has to wait" in text(at_the_desk.get(call))
    at_the_desk.post(f"{call}email/", {"address": "new@mail.example"})
    assert at_the_desk.post(f"{call}email/", {"code": code_in(post_office)}).status_code == 302
    assert User.objects.get(username="jorge.castel").email == "new@mail.example"


def test_without_a_code_from_a_channel_on_file_the_page_says_what_waits_and_stops_it(
    at_the_desk: Client, call: str, post_office: PostOffice
) -> None:
    an_app(User.objects.get(username="jorge.castel"))
    at_the_desk.post(f"{call}email/", {"address": "new@mail.example"})
    at_the_desk.post(f"{call}email/", {"code": code_in(post_office)})
    at_the_desk.post(f"{call}second-factor/")
    page = text(at_the_desk.get(call))
    assert "A new email of the account takes effect on" in page
    assert "The second step is removed on" in page
    assert "new@mail.example" not in page
    deliver_mail()
    assert not [mail for mail in post_office.mails if mail["To"] != "new@mail.example" and "new@" in text_of(mail)]
    at_the_desk.post(f"{call}stop/")
    assert "What waits" not in text(at_the_desk.get(call))


def test_the_second_call_within_the_week_is_refused_on_the_page_and_by_whoever_posts_anyway(
    at_the_desk: Client, grace: User, call: str
) -> None:
    at_the_desk.post(f"{call}username/")
    again = f"{DESK}calls/{a_passed_call(grace, member('Jorge')).pk}/"
    for answer in (
        at_the_desk.get(f"{again}email/"),
        at_the_desk.post(f"{again}email/", {"address": "new@mail.example"}),
    ):
        assert "less than a week ago" in text(answer)
        assert "“I cannot do this by phone today." in text(answer)
    assert list(AuditEvent.objects.filter(verb=Verb.REFUSED).values_list("fields", flat=True)) == [[Why.TOLD_LATELY]]


def test_new_tries_are_given_and_the_page_says_so(at_the_desk: Client, call: str) -> None:
    at_the_desk.post(f"{call}guesses/")
    assert "The member has new tries." in text(at_the_desk.get(call))


def test_an_activation_id_is_sent_and_revoked_and_never_shown(
    at_the_desk: Client, grace: User, post_office: PostOffice
) -> None:
    call = f"{DESK}calls/{a_passed_call(grace, member('Jorge')).pk}/"
    at_the_desk.post(f"{call}activation/")
    assert deliver_mail() == 1
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", text_of(post_office.mails[-1]))
    assert found is not None
    page = text(at_the_desk.get(call))
    assert "One was issued by email" in page
    assert found[0] not in page
    at_the_desk.post(f"{call}activation/", {"void": "yes"})
    assert "One was issued" not in text(at_the_desk.get(call))


@pytest.mark.parametrize(
    ("fact", "typed", "kept"),
    [
        ("first_name", {"said": " Jorge  Luis "}, "Jorge Luis"),
        ("birth_date", {"said": "9/12/1977"}, "1977-09-12"),
        ("language", {"said": "es"}, "es"),
        ("phone", {"said": "(651) 555-0999"}, "6515550999"),
        ("email", {"said": "new@mail.example"}, "new@mail.example"),
        ("email", {"said": "", "none": "yes"}, ""),
        ("address", {"none": "yes"}, ""),
        (
            "address",
            {"line1": "9 Elm Street", "line2": "", "city": "Duluth", "state": "mn", "zip_code": "558021234"},
            "9 Elm Street\nDuluth, MN 55802-1234",
        ),
    ],
)
def test_a_fact_is_corrected_as_the_file_would_say_it(
    at_the_desk: Client, call: str, fact: str, typed: dict[str, str], kept: str
) -> None:
    assert at_the_desk.post(f"{call}correct/{fact}/", typed).status_code == 302
    assert list(Correction.objects.values_list("fact", "value")) == [(fact, kept)]
    assert f"Saved on this call: {Fact(fact).label}." in text(at_the_desk.get(call))


@pytest.mark.parametrize(
    ("fact", "typed"),
    [
        ("last_name", {"said": "--"}),
        ("last_name", {"none": "yes"}),
        ("birth_date", {"none": "yes"}),
        *((fact, {}) for fact in Fact),
        ("birth_date", {"said": "12/31/2999"}),
        ("language", {"said": "klingon"}),
        ("phone", {"said": "555-0999"}),
        ("email", {"said": "new at mail"}),
        ("address", {"line1": "9 Elm Street", "line2": "", "city": "", "state": "MN", "zip_code": "55802"}),
        ("address", {"line1": "9 Elm Street", "line2": "", "city": "Duluth", "state": "M1", "zip_code": "558"}),
    ],
)
def test_what_no_file_could_say_is_not_kept(at_the_desk: Client, call: str, fact: str, typed: dict[str, str]) -> None:
    assert "There is a problem" in text(at_the_desk.post(f"{call}correct/{fact}/", typed))
    assert not Correction.objects.exists()


def test_a_last_name_that_no_column_holds_once_it_is_spelled_out_is_refused_with_what_to_do(
    at_the_desk: Client, call: str
) -> None:
    """One sign may be eighteen letters in the spelling in which names are compared."""
    page = text(at_the_desk.post(f"{call}correct/last_name/", {"said": "\ufdfa" * 12}))
    assert "Ask for a shorter spelling" in page
    assert at_the_desk.post(f"{call}correct/last_name/", {"said": "ß" * 80}).status_code == 302
    assert Member.objects.get(first_name="Jorge").last_key == "s" * 160


def test_while_a_file_is_taken_over_nothing_is_corrected_and_the_page_says_when(at_the_desk: Client, call: str) -> None:
    importing = connection.copy()
    try:
        importing.set_autocommit(False)
        with importing.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [TAKING_OVER])
        answer = at_the_desk.post(f"{call}correct/phone/", {"said": "651-555-0999"})
        assert answer.status_code == 409
        assert "Try again in a minute" in text(answer)
        assert not Correction.objects.exists()
        assert AuditEvent.objects.get(verb=Verb.REFUSED).fields == [Why.FILE_IS_READ]
    finally:
        importing.close()
    assert at_the_desk.post(f"{call}correct/phone/", {"said": "651-555-0999"}).status_code == 302


@pytest.mark.parametrize(
    ("language", "words"),
    [("", ("On ", "Call 651-555-0100 at once", "before that call")), ("es", ("Llame de inmediato al",))],
)
def test_the_letter_that_tells_of_a_correction_says_what_to_do_and_no_value(
    at_the_desk: Client, grace: User, language: str, words: tuple[str, ...]
) -> None:
    Member.objects.filter(first_name="Jorge").update(language=language)
    passed = a_passed_call(grace, member("Jorge"))
    Channel.objects.filter(kind="email").delete()
    at_the_desk.post(f"{DESK}calls/{passed.pk}/correct/phone/", {"said": "651-555-0999"})
    letter = Letter.objects.get()
    assert "A colleague prints it" in text(at_the_desk.get("/staff/letters/"))
    page = text(signed_in(desk_person("henry.o", "Henry", "Oduya")).post(f"/staff/letters/{letter.pk}/1/"))
    said = page[page.index("<article") : page.index("</article>")]
    assert f'lang="{language or "en"}"' in said
    assert all(word in said for word in ("Jorge Castellanos", "18 Willow Court", *words))
    for secret in ("0999", "0172", "LFP", "1977", "Grace"):
        assert secret not in said


def test_there_is_no_correction_of_what_is_no_fact(at_the_desk: Client, call: str) -> None:
    assert at_the_desk.get(f"{call}correct/member_id/").status_code == 404


def test_my_account_leads_to_the_desk_whoever_has_the_job_and_nobody_else(grace: User, at_the_desk: Client) -> None:
    assert "Help a caller" in text(at_the_desk.get("/account/"))
    Post.objects.filter(person__capacity__user=grace).update(job=Job.NAVIGATOR)
    assert "Help a caller" not in text(at_the_desk.get("/account/"))


def test_every_page_of_the_desk_is_there_in_spanish(at_the_desk: Client, call: str) -> None:
    an_app(User.objects.get(username="jorge.castel"))
    for word in ("", "username/", "code/", "email/", "second-factor/", *(f"correct/{fact}/" for fact in Fact)):
        assert at_the_desk.get(f"/es{call}{word}").status_code == 200, word


def test_the_member_sees_in_settings_what_a_caller_began_and_keeps_the_second_steps(
    at_the_desk: Client, call: str
) -> None:
    jorge = User.objects.get(username="jorge.castel")
    an_app(jorge)
    theirs = signed_in(jorge)
    at_the_desk.post(f"{call}second-factor/")
    assert "Your second steps will be removed." in text(theirs.get("/account/settings/second-factor/"))
    theirs.post("/account/settings/second-factor/keep/")
    assert "will be removed" not in text(theirs.get("/account/settings/second-factor/"))
    assert not Loss.objects.waiting().exists()


def test_the_member_is_told_in_settings_how_long_a_new_email_waits_after_the_username_was_told(
    at_the_desk: Client, call: str
) -> None:
    theirs = signed_in(User.objects.get(username="jorge.castel"))
    theirs.post("/account/again/", {"password": PASSWORD})
    assert "After 72 hours" in text(theirs.get("/account/settings/email/new/"))
    at_the_desk.post(f"{call}username/")
    assert "Your username was told by phone. So the new email" in text(theirs.get("/account/settings/email/new/"))
