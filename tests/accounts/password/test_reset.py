"""The reset, walked as a browser walks it, and what a stranger learns on the way: nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape

from accounts.audit.models import AuditEvent
from accounts.codes.forms import CodeForm
from accounts.codes.models import Budget, Code
from accounts.known import browser_of
from accounts.models import User
from accounts.operations import give_capacity
from accounts.outbox.models import Message
from accounts.password import operations
from accounts.password.errors import PasswordRefused
from accounts.password.forms import AskForm, NewPasswordForm
from accounts.password.vocabulary import Rule
from accounts.sign_in.access import sessions_of
from accounts.vocabulary import KNOWN_BROWSER_COOKIE, Actor, CapacityKind
from tests.accounts.codes.test_codes import everything_stored, plain_digests
from tests.builders.mail import PostOffice, deliver_mail, text_of
from tests.builders.people import AT, PASSWORD, SOMEBODY, an_app, person, signed_in

pytestmark = pytest.mark.django_db
ASK, CODE, NEW, DONE = (f"/account/password-reset/{name}" for name in ("", "code/", "new/", "done/"))
NEWER = "Nine brown otters 4%"


@dataclass
class Clock:
    at: datetime = AT

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the site, until the test lets it pass."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def amina(clock: Clock) -> User:
    return person()


def asked(client: Client, username: str = "amina.w", email: str = "amina@mail.example") -> Any:
    return client.post(ASK, {"username": username, "email": email})


def code_in(mail: Any) -> str:
    found = re.search(r"\b\d{4} \d{4}\b", text_of(mail))
    assert found
    return found[0]


def verified(client: Client, post_office: PostOffice, **who: str) -> str:
    """A browser whose person gave back the code of the mail; returns the code."""
    asked(client, **who)
    assert deliver_mail() == 1
    code = code_in(post_office.mails[-1])
    assert client.post(CODE, {"code": code}).url == NEW
    return code


def chosen(client: Client, password: str = NEWER) -> Any:
    return client.post(NEW, {"password": password, "again": password})


def opens(password: str, username: str = "amina.w") -> bool:
    return User.objects.get(username=username).check_password(password)


# The road


def test_whoever_has_the_mailbox_and_knows_the_username_gets_a_new_password(
    amina: User, post_office: PostOffice
) -> None:
    client = Client()
    assert client.get(ASK).status_code == 200
    assert asked(client).url == CODE
    assert b"amina@mail.example" in client.get(CODE).content
    deliver_mail()
    assert client.post(CODE, {"code": code_in(post_office.mails[0])}).url == NEW
    assert client.get(NEW).status_code == 200
    assert chosen(client).url == DONE
    assert client.get(DONE).status_code == 200
    assert opens(NEWER)
    assert not opens(PASSWORD)


def test_staff_whose_password_is_too_old_cannot_choose_it_again(amina: User, post_office: PostOffice) -> None:
    give_capacity(user=amina, kind=CapacityKind.STAFF, by=SOMEBODY, at=AT)
    client = Client()
    verified(client, post_office)
    page = chosen(client, PASSWORD)
    assert page.status_code == 200
    assert b"This is the password that you have" in page.content
    assert PASSWORD.encode() not in page.content
    assert chosen(client).url == DONE
    assert opens(NEWER)


@pytest.mark.parametrize(
    ("username", "email"), [("AMINA.W", "Amina@Mail.Example"), (" amina.w ", " amina@mail.example ")]
)
def test_case_and_spaces_around_are_nothing(amina: User, post_office: PostOffice, username: str, email: str) -> None:
    verified(Client(), post_office, username=username, email=email)


def test_the_code_may_be_pasted_with_spaces_and_dashes(amina: User, post_office: PostOffice) -> None:
    client = Client()
    asked(client)
    deliver_mail()
    digits = code_in(post_office.mails[0]).replace(" ", "")
    assert client.post(CODE, {"code": f" {digits[:3]}-{digits[3:]}\t"}).url == NEW


def test_two_spouses_who_share_a_mailbox_both_reset(amina: User, post_office: PostOffice) -> None:
    person("yusuf.w", name="Yusuf Warsame")
    hers, his = Client(), Client()
    asked(hers)
    asked(his, username="yusuf.w")
    deliver_mail()
    codes = [code_in(mail) for mail in post_office.mails]
    for client in (hers, his):
        assert any(client.post(CODE, {"code": code}).status_code == 302 for code in codes)
    assert chosen(hers, "Nine brown otters 4%").url == DONE
    assert chosen(his, "Four green cranes 9@").url == DONE
    assert opens("Nine brown otters 4%")
    assert opens("Four green cranes 9@", "yusuf.w")


def test_the_mail_tells_when_it_was_sent_and_until_when_the_code_works(
    amina: User, post_office: PostOffice, clock: Clock
) -> None:
    asked(Client())
    clock.passes(seconds=40)
    deliver_mail()
    said = text_of(post_office.mails[0])
    assert "from 12:00 p.m. CST until 12:05 p.m. CST" in said
    assert "http" not in said
    assert post_office.mails[0]["Subject"] == "Your code from Lindenfield Health Plan"


def test_a_notice_tells_of_the_new_password_and_holds_no_link_that_does_anything(
    amina: User, post_office: PostOffice
) -> None:
    client = Client()
    verified(client, post_office)
    chosen(client)
    deliver_mail()
    notice = post_office.mails[-1]
    assert notice["To"] == amina.email
    assert "Your password was changed" in text_of(notice)
    assert "http" not in text_of(notice)
    assert NEWER not in str(notice)


# To the second, by the clock of the server


@pytest.mark.parametrize(("seconds", "works"), [(299, True), (300, False), (301, False)])
def test_the_code_of_a_mail_works_for_less_than_five_minutes(
    amina: User, post_office: PostOffice, clock: Clock, seconds: int, works: bool
) -> None:
    client = Client()
    asked(client)
    clock.passes(seconds=90)  # the mail leaves late, and the five minutes begin then
    deliver_mail()
    clock.passes(seconds=seconds)
    answer = client.post(CODE, {"code": code_in(post_office.mails[0])})
    assert (answer.status_code == 302) == works


def test_the_page_for_a_new_password_closes_after_ten_minutes(
    amina: User, post_office: PostOffice, clock: Clock
) -> None:
    client = Client()
    verified(client, post_office)
    clock.passes(minutes=10)
    assert client.get(NEW).status_code == 302
    assert chosen(client).url == CODE
    assert opens(PASSWORD)


# Who has no code has no way


def test_nobody_reaches_the_later_pages_without_the_earlier_ones(amina: User) -> None:
    client = Client()
    assert client.get(CODE).url == ASK
    assert client.get(NEW).url == ASK
    assert chosen(client).url == ASK
    asked(client)
    assert client.get(NEW).url == CODE
    assert chosen(client).url == CODE
    assert opens(PASSWORD)


def test_a_code_opens_only_the_browser_that_asked_for_it(amina: User, post_office: PostOffice) -> None:
    mine, theirs = Client(), Client()
    asked(theirs, email="other@mail.example")
    asked(mine)
    deliver_mail()
    code = code_in(post_office.mails[0])
    assert theirs.post(CODE, {"code": code}).status_code == 200
    assert Client().post(CODE, {"code": code}).url == ASK
    assert mine.post(CODE, {"code": code}).status_code == 302
    assert theirs.get(NEW).url == CODE


def test_a_forged_session_opens_nothing(amina: User, post_office: PostOffice) -> None:
    mine = Client()
    verified(mine, post_office)
    for forged in ("a" * 32, mine.session.session_key[::-1], ""):
        theirs = Client()
        theirs.cookies["sessionid"] = forged
        assert theirs.get(NEW).url == ASK


def test_whoever_knew_the_session_before_the_code_does_not_know_it_after(amina: User, post_office: PostOffice) -> None:
    mine, theirs = Client(), Client()
    asked(mine)
    theirs.cookies["sessionid"] = mine.cookies["sessionid"].value
    deliver_mail()
    mine.post(CODE, {"code": code_in(post_office.mails[0])})
    assert mine.get(NEW).status_code == 200
    assert theirs.get(NEW).url == ASK


def test_a_code_is_used_once(amina: User, post_office: PostOffice) -> None:
    client = Client()
    code = verified(client, post_office)
    chosen(client)
    assert client.post(CODE, {"code": code}).url == ASK
    assert client.get(NEW).url == ASK
    assert chosen(client, "Four green cranes 9@").url == ASK
    assert opens(NEWER)


def test_a_new_password_ends_what_another_browser_had_opened(
    amina: User, post_office: PostOffice, clock: Clock
) -> None:
    first, second = Client(), Client()
    verified(first, post_office)
    clock.passes(seconds=61)
    verified(second, post_office)
    assert chosen(second).url == DONE
    assert first.get(NEW).url == CODE
    assert chosen(first, "Four green cranes 9@").url == CODE
    assert opens(NEWER)


def test_an_address_that_is_no_longer_the_accounts_gets_no_code(amina: User, post_office: PostOffice) -> None:
    User.objects.filter(pk=amina.pk).update(email="newer@mail.example")
    asked(Client())
    assert deliver_mail() == 0
    assert post_office.mails == []


# What ends with a new password


def is_in(client: Client) -> bool:
    answer = client.get(DONE)
    return bool(answer.wsgi_request.user.is_authenticated)


def test_every_other_session_of_the_person_is_over_at_its_next_request(amina: User, post_office: PostOffice) -> None:
    phone, library = signed_in(amina), signed_in(amina)
    others = signed_in(person("yusuf.w", name="Yusuf Warsame"))
    stranger = Client()
    verified(stranger, post_office)
    chosen(stranger)
    assert [is_in(each) for each in (phone, library, stranger, others)] == [False, False, False, True]


def test_the_session_in_which_it_was_done_goes_on_alone_under_another_key(amina: User, post_office: PostOffice) -> None:
    here, elsewhere, thief = signed_in(amina), signed_in(amina), Client()
    thief.cookies["sessionid"] = here.session.session_key
    verified(here, post_office)
    chosen(here)
    assert [is_in(here), is_in(elsewhere), is_in(thief)] == [True, False, False]
    amina.refresh_from_db()
    assert [each.session_key for each in sessions_of(amina, AT)] == [here.session.session_key]


def test_the_account_knows_the_browser_in_which_a_reset_was_finished(amina: User, post_office: PostOffice) -> None:
    client = Client()
    verified(client, post_office)
    answer = chosen(client)
    amina.refresh_from_db()
    assert browser_of(client.get(DONE).wsgi_request, amina)
    assert KNOWN_BROWSER_COOKIE in answer.cookies


def test_what_else_opens_the_account_is_to_be_looked_at(amina: User, post_office: PostOffice) -> None:
    client = Client()
    verified(client, post_office)
    chosen(client)
    deliver_mail()
    for words in (client.get(DONE).content.decode(), text_of(post_office.mails[-1])):
        assert "Passkeys and authenticator apps stay as they were" in " ".join(words.split())


def test_a_session_of_somebody_else_gains_nothing(amina: User, post_office: PostOffice) -> None:
    yusuf = person("yusuf.w", name="Yusuf Warsame")
    his = signed_in(yusuf)
    verified(his, post_office)
    chosen(his)
    assert his.get(DONE).wsgi_request.user == yusuf
    assert opens(NEWER)
    assert opens(PASSWORD, "yusuf.w")


def test_a_reset_signs_nobody_in(amina: User, post_office: PostOffice) -> None:
    client = Client()
    verified(client, post_office)
    chosen(client)
    assert not is_in(client)


def test_a_new_password_is_no_second_factor(amina: User, post_office: PostOffice) -> None:
    an_app(amina)
    client = Client()
    verified(client, post_office)
    chosen(client)
    answer = client.post("/account/sign-in/", {"username": "amina.w", "password": NEWER})
    assert answer.url.endswith("/second-factor/")
    assert not is_in(client)


def test_whoever_must_know_of_a_new_password_is_told_within_its_transaction(
    amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[User] = []

    def fails(user: User, at: datetime) -> None:
        told.append(user)
        raise RuntimeError

    monkeypatch.setattr(operations, "ON_NEW_PASSWORD", [fails])
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.replace(user=amina, password=NEWER, by=Actor("stranger"), at=AT)
    assert told == [amina]
    assert opens(PASSWORD)


# Passwords on the page


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("Aq1!xyz", Rule.LENGTH),
        ("onlysmallones", Rule.KINDS),
        ("Password1!", Rule.COMMON),
        ("Warsame#2026", Rule.PERSONAL),
    ],
)
def test_a_refused_password_names_its_rule_twice_and_is_not_sent_back(
    amina: User, post_office: PostOffice, password: str, rule: Rule
) -> None:
    client = Client()
    verified(client, post_office)
    page = chosen(client, password).content.decode()
    assert page.count(str(rule.label)) == 3  # above, at the field, and among the rules
    assert password not in page
    assert re.search(r"<title>Error: ", page)
    assert chosen(client).url == DONE  # the code is not used up


def test_a_password_as_long_as_a_book_is_refused_by_the_rule_of_length(amina: User, post_office: PostOffice) -> None:
    client = Client()
    verified(client, post_office)
    page = chosen(client, "e" + "\u0301\u0323" * 300_000).content.decode()
    assert str(Rule.LENGTH.label) in page
    assert opens(PASSWORD)


def test_two_passwords_that_differ_are_refused(amina: User, post_office: PostOffice) -> None:
    client = Client()
    verified(client, post_office)
    page = client.post(NEW, {"password": NEWER, "again": NEWER + "x"}).content.decode()
    assert "The two passwords are not the same." in page
    assert NEWER not in page


def test_a_password_of_64_characters_is_kept_whole(amina: User, post_office: PostOffice) -> None:
    longest = "Aq1 " + "\U0001fabf" * 60
    client = Client()
    verified(client, post_office)
    assert chosen(client, longest).url == DONE
    assert opens(longest)
    assert not opens(longest[:-1])


def test_the_operation_keeps_to_the_rules_whoever_calls_it(amina: User) -> None:
    with pytest.raises(PasswordRefused) as refused:
        operations.replace(user=amina, password="Amina.W1", by=Actor("stranger"), at=AT)
    assert refused.value.rules == [Rule.PERSONAL]


# What a stranger learns

PAIRS = {
    "both right": ("amina.w", "amina@mail.example"),
    "right name, wrong mail": ("amina.w", "other@mail.example"),
    "wrong name, right mail": ("nobody1", "amina@mail.example"),
    "both wrong": ("nobody1", "other@mail.example"),
    "of two people": ("amina.w", "halima@mail.example"),
}


def walk(client: Client, username: str, email: str, clock: Clock) -> Iterator[Any]:
    """All that a stranger sees: asking, seven guesses, asking again, the page that stays shut."""
    yield client.get(ASK)
    yield asked(client, username, email)
    yield client.get(CODE)
    for _ in range(7):
        yield client.post(CODE, {"code": "0000 0001"})
    yield client.post(CODE, {"again": "yes"})
    yield client.get(CODE)
    clock.passes(minutes=1)
    deliver_mail()
    yield client.post(CODE, {"code": "00000002"})
    yield client.get(NEW)
    yield chosen(client)
    yield asked(client, username, email)


def seen(answer: Any, *typed: str) -> tuple[Any, ...]:
    page = answer.content.decode()
    for number, word in enumerate(typed):
        page = page.replace(word, f"[{number}]")
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    cookies = {name: sorted((key, bool(value)) for key, value in each.items()) for name, each in answer.cookies.items()}
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    return answer.status_code, headers, cookies, page


def test_five_pairs_are_answered_alike_to_the_byte(
    amina: User, post_office: PostOffice, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    person("halima.o", "halima@mail.example", name="Halima Omar")
    walks = {}
    for name, (username, email) in PAIRS.items():
        clock.at = AT
        walks[name] = [seen(answer, email, username) for answer in walk(Client(), username, email, clock)]
    right = walks.pop("both right")
    assert [answer[0] for answer in right] == [200, 302, 200, *[200] * 7, 302, 200, 200, 302, 302, 302]
    for name, others in walks.items():
        assert others == right, name
    assert {mail["To"] for mail in post_office.mails} == {"amina@mail.example"}


def test_a_wrong_an_old_and_a_missing_code_are_refused_in_the_same_words(
    amina: User, post_office: PostOffice, clock: Clock
) -> None:
    client = Client()
    asked(client)
    before_it_left = client.post(CODE, {"code": "00000000"}).content
    deliver_mail()
    wrong = client.post(CODE, {"code": "00000000"}).content
    clock.passes(minutes=5)
    old = client.post(CODE, {"code": code_in(post_office.mails[0])}).content
    shown = [re.sub(rb'value="[^"]*"', b"", page) for page in (before_it_left, wrong, old)]
    assert shown[0] == shown[1] == shown[2]
    assert b"This code does not work" in shown[0]
    assert b"Send a new code" in shown[0]
    assert b"00000000" not in before_it_left  # what was typed is not sent back


def test_thirty_browsers_from_thirty_addresses_share_one_budget(
    amina: User, post_office: PostOffice, clock: Clock
) -> None:
    for number in range(30):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        asked(client)
        deliver_mail()
        for guess in range(5):
            assert client.post(CODE, {"code": f"0000000{guess}"}).status_code == 200
        clock.passes(minutes=2)
    budget = Budget.objects.get(pk=Code.objects.latest("asked_at").subject)
    assert (budget.failures, budget.mails) == (50, 10)
    assert len(post_office.mails) == 10
    last = Client()
    asked(last)
    assert deliver_mail() == 0
    assert last.get(CODE).status_code == 200


def test_however_a_pair_is_spelled_it_has_one_budget_and_one_mail(amina: User, post_office: PostOffice) -> None:
    person("mikki.li", "mikki@mail.example", name="Mikki Li")
    spellings = ["mikki.li", "MIKKI.LI", "m\u0130kki.li", "mi\u212aki.li", "\uff4dikki.li"]
    for username in spellings:
        asked(Client(), username=username, email="Mikki@mail.example")
    deliver_mail()
    assert len(post_office.mails) == 1
    real = Code.objects.exclude(user=None)
    assert real.values("subject").distinct().count() == 1
    assert Budget.objects.get(pk=real[0].subject).mails == 1


def test_a_name_that_the_database_folds_and_we_do_not_is_nobodys(amina: User) -> None:
    person("mikki.li", "mikki@mail.example", name="Mikki Li")
    for username in ("m\u0130kki.li", "m\u0131kki.li", "", "'", "a" * 64):
        assert operations.owner_of(username, "mikki@mail.example") is None
    assert operations.owner_of("MIKKI.LI ", "MIKKI@mail.example") is not None


def test_the_look_up_uses_the_index_of_usernames(amina: User) -> None:
    with CaptureQueriesContext(connection) as looked:
        operations.owner_of("Amina.W", "amina@mail.example")
        operations.owner_of("n\u0130body", "amina@mail.example")
    assert len(looked) == 2
    assert all("LOWER(" in query["sql"] for query in looked)


def test_a_machine_that_asks_again_and_again_is_told_so(amina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.codes.operations.MOST_ASKS_OF_AN_ORIGIN", 2)
    client = Client()
    asked(client)
    assert client.post(CODE, {"again": "yes"}).url == CODE
    page = client.post(CODE, {"again": "yes"}).content.decode()
    assert "Too many codes were asked for from your network" in page
    assert "Type the 8 numbers from the mail.</" not in page.partition("<form")[0]


def test_a_machine_that_asks_for_everybody_is_told_so_and_no_other(
    amina: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.codes.operations.MOST_ASKS_OF_AN_ORIGIN", 3)
    machine, member = Client(REMOTE_ADDR="203.0.113.7"), Client(REMOTE_ADDR="203.0.113.8")
    for number in range(3):
        assert asked(machine, username=f"nobody{number}").url == CODE
    for username in ("nobody3", "amina.w"):
        assert "Too many codes were asked for from your network" in asked(machine, username=username).content.decode()
    assert Code.objects.count() == 3
    assert asked(member).url == CODE
    assert "203.0.113" not in everything_stored()
    clock.passes(hours=24)
    assert asked(machine).url == CODE


def test_asking_is_answered_whether_or_not_mail_goes_out(amina: User, post_office: PostOffice, clock: Clock) -> None:
    late = "Our mail is late right now"
    client = Client()
    assert late not in client.get(ASK).content.decode()
    asked(client)
    clock.passes(minutes=3)
    assert late in Client().get(ASK).content.decode()
    assert late not in client.get(CODE).content.decode()
    assert asked(Client(), username="nobody1").url == CODE


@pytest.mark.parametrize("address", [ASK, CODE, NEW, DONE])
def test_looking_changes_nothing(amina: User, post_office: PostOffice, address: str) -> None:
    client = Client()
    verified(client, post_office)
    before = everything_stored()
    for look in (client.get, client.head, client.options):
        look(address)
        look(f"{address}?code=00000000&again=yes&password=x")
    assert everything_stored() == before


@pytest.mark.parametrize("address", [ASK, CODE, NEW, DONE])
def test_nothing_of_these_pages_is_kept(amina: User, post_office: PostOffice, address: str) -> None:
    client = Client()
    verified(client, post_office)
    for answer in (client.get(address), Client().get(address), client.post(address, {})):
        assert answer.headers["Cache-Control"] == "no-store"


def test_another_host_and_another_way_on_are_harmless(amina: User, post_office: PostOffice) -> None:
    client = Client()
    there = {"username": "amina.w", "email": "amina@mail.example", "next": "https://evil.example/"}
    assert client.post(ASK, there, HTTP_HOST="evil.example").status_code == 400
    assert not Message.objects.exists()
    assert client.post(f"{ASK}?next=https://evil.example/", there).url == CODE
    deliver_mail()
    back = {"code": code_in(post_office.mails[0]), "next": "//evil.example"}
    assert client.post(f"{CODE}?next=//evil.example", back).url == NEW
    page = client.get(f"{NEW}?next=//evil.example").content.decode()
    assert not re.search(r'(href|action|value)="(https?:)?//evil', page)
    assert "evil" not in str(post_office.mails[0])


def test_a_post_from_another_site_is_refused(amina: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert asked(client).status_code == 403
    assert not Code.objects.exists()


# What is kept


def test_neither_a_code_nor_a_password_is_found_anywhere(
    amina: User, post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    client = Client()
    asked(client)
    deliver_mail()
    code = code_in(post_office.mails[0])
    kept = [everything_stored()]
    client.post(CODE, {"code": "0000 0009"})
    client.post(CODE, {"code": code})
    kept.append(everything_stored())
    client.post(NEW, {"password": "short1A", "again": "short1A"})
    chosen(client)
    deliver_mail()
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    kept += [everything_stored(), logged, *(str(session.get_decoded()) for session in Session.objects.all())]
    secrets = [code, code.replace(" ", ""), NEWER, "short1A", PASSWORD]
    secrets += [digest for secret in secrets for digest in plain_digests(secret.replace(" ", "")).values()]
    secrets += [digest for secret in secrets[:5] for digest in plain_digests(secret).values()]
    assert [secret for secret in secrets if any(secret in text for text in kept)] == []
    for private in ("amina.w", "amina@mail.example"):
        assert private not in logged


def test_the_session_knows_the_conversation_and_forgets_it(amina: User, post_office: PostOffice) -> None:
    client = Client()
    verified(client, post_office)
    conversation = client.session["password_reset"]
    assert set(conversation) == {"code", "address", "asked"}
    assert str(amina.pk) not in str(dict(client.session))
    chosen(client)
    assert "password_reset" not in client.session


def test_the_audit_tells_of_each_act_and_of_no_value(amina: User, post_office: PostOffice) -> None:
    client = Client()
    verified(client, post_office)
    chosen(client)
    told = AuditEvent.objects.filter(subject=f"user:{amina.pk}", actor="stranger")
    assert sorted(told.values_list("verb", flat=True)) == ["codes.asked", "codes.redeemed", "password.replaced"]
    assert not AuditEvent.objects.filter(subject__contains="amina").exists()


# Words


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_form_says_why_it_asks(amina: User, post_office: PostOffice, language: str) -> None:
    client = Client()
    verified(client, post_office)
    with translation.override(language):
        for name, form in (("ask", AskForm), ("code", CodeForm), ("new", NewPasswordForm)):
            assert escape(str(form.why)) in client.get(reverse(f"password:{name}")).content.decode()


def test_the_pages_say_what_the_road_needs(amina: User) -> None:
    client = Client()
    page = client.get(ASK).content.decode()
    for words in ("The email used to create the account", "Send verification code", "Call Member Relations"):
        assert words in page
    asked(client)
    page = client.get(CODE).content.decode()
    for words in ("Verify Email Address", "Verify</button>", "Spam folder", "5 minutes from the time in the mail"):
        assert words in page
    for attribute in ('type="text"', 'inputmode="numeric"', 'autocomplete="one-time-code"'):
        assert attribute in page
