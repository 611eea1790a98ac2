"""Whoever is asked for something is told why, beside the question, and the privacy office has it all in one table."""

from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils.translation import override

from accounts.vocabulary import CapacityKind, Category
from tests import inventory
from tests.architecture.test_addresses import SITE
from tests.builders.people import PASSWORD, an_app, person, signed_in

TYPED = {"text", "search", "email", "password", "tel", "number", "url", "date"}


class Forms(HTMLParser):
    """Each form of a page that has something to type: its text, with all that stands in it."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.text = ""
        self.is_typed_into = False
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form":
            self.inside, self.text, self.is_typed_into = True, "", False
        kind = dict(attrs).get("type") or "text"
        self.is_typed_into |= tag in ("textarea", "select") or (tag == "input" and kind in TYPED)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            if self.is_typed_into:
                self.found.append(" ".join(self.text.split()))
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data


def forms_on(html: str) -> list[str]:
    parser = Forms()
    parser.feed(html)
    return parser.found


def reasons() -> set[str]:
    return {inventory.FIND_CARE, *(str(form.why) for form in inventory.forms_of_ours())}


def silent(html: str) -> list[str]:
    """The forms that do not say why they ask."""
    return [text for text in forms_on(html) if not any(why in text for why in reasons())]


def test_the_table_of_the_privacy_office_is_what_the_forms_ask_for() -> None:
    """After a change of forms: python -m tests.inventory"""
    assert inventory.written() == inventory.table()


def test_an_account_has_the_seven_kinds_of_things_that_the_privacy_statement_counts_and_no_other() -> None:
    account = [kind.value for kind in Category if kind.label.startswith("account: ")]
    assert account == ["name", "email", "password", "postal_address", "phone", "birth_date", "volunteered"]


ADDRESSES = sorted({f"/{address}" for address, _ in SITE if not address.startswith(("es/", "api/", "health/"))})


@pytest.fixture
def somebody(db: None) -> Client:
    """Who has just proved who they are, so that every page of theirs opens."""
    user = person("amina.w", "amina@mail.example", CapacityKind.MEMBER, CapacityKind.CLINICIAN)
    an_app(user)
    client = signed_in(user)
    client.post("/account/again/", {"password": PASSWORD})
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["a stranger", "somebody"])
def test_every_form_on_a_page_says_why_it_asks(codes: None, somebody: Client, who: str) -> None:
    client = somebody if who == "somebody" else Client()
    forms = 0
    for address in ADDRESSES:
        answer = client.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            html = answer.content.decode() if not answer.streaming else answer.getvalue().decode()
            assert silent(html) == [], address
            forms += len(forms_on(html))
    assert forms >= 5


@pytest.mark.django_db
def test_the_pages_that_a_code_opens_say_why_they_ask(somebody: Client) -> None:
    asked = somebody.post("/account/settings/email/new/", {"address": "amina.new@mail.example"})
    assert asked.status_code == 302, asked.content.decode()
    code_page = somebody.get("/account/settings/email/code/").content.decode()
    assert len(forms_on(code_page)) == 1
    assert silent(code_page) == []
    stranger = Client()
    stranger.post("/account/password-reset/", {"username": "amina.w", "email": "amina@mail.example"})
    code_page = stranger.get("/account/password-reset/code/").content.decode()
    assert len(forms_on(code_page)) == 1
    assert silent(code_page) == []


def test_a_form_that_keeps_its_reason_to_itself_is_seen() -> None:
    assert silent('<form><label for="a">Phone</label><input id="a"></form>') == ["Phone"]
    assert silent("<form><textarea></textarea></form><form><button>Go</button></form>") == [""]
    with override("en"):
        assert silent(f'<form><p>{inventory.FIND_CARE}</p><input type="search"></form>') == []
