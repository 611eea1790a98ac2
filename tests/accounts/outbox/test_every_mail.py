"""What holds of every mail, whichever slice writes it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from accounts.outbox.vocabulary import Subject

FOLDER = settings.BASE_DIR / "templates" / "emails"
MAILS = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*.html"))

FETCHES = re.compile(r"<(img|script|link|iframe|video|object|embed|form)\b|\bsrc=|\bbackground=|url\(|https?:|//\w")
LINK = re.compile(r'href="([^"]*)')
NAMED = re.compile(r"\bhref=([\w.]+)")


def test_every_mail_is_both_text_and_html() -> None:
    assert MAILS
    texts = {path.relative_to(FOLDER).with_suffix("") for path in FOLDER.rglob("*.txt")}
    assert texts == {path.with_suffix("") for path in MAILS}


@pytest.mark.parametrize("mail", MAILS, ids=str)
def test_no_mail_fetches_anything_or_leads_anywhere_but_to_a_telephone(mail: Path) -> None:
    for written in (FOLDER / mail, (FOLDER / mail).with_suffix(".txt")):
        source = written.read_text(encoding="utf-8")
        assert not FETCHES.search(source)
        assert "{% url" not in source
        assert set(LINK.findall(source)) <= {"{{ href }}"}
        assert set(NAMED.findall(source)) <= {"plan.phones.member_services.href"}


def test_the_check_sees_a_picture_and_a_link() -> None:
    assert FETCHES.search('<td><img alt="">')
    assert FETCHES.search("background:url(x.png)")
    assert FETCHES.search("https://example.org")
    assert LINK.findall('<a class="x" href="/account/">') == ["/account/"]


@pytest.mark.parametrize("mail", MAILS, ids=str)
def test_every_mail_stands_in_the_frame(mail: Path) -> None:
    if mail.stem != "base":
        for ending in (".html", ".txt"):
            source = (FOLDER / mail).with_suffix(ending).read_text(encoding="utf-8")
            assert f'{{% extends "emails/base{ending}" %}}' in source


def test_subjects_are_these_and_say_nothing_but_the_name_of_the_plan() -> None:
    with translation.override("en"):
        assert [str(subject.label) for subject in Subject] == [
            "Your code from %(plan)s",
            "About your account with %(plan)s",
            "A message from %(plan)s",
        ]
