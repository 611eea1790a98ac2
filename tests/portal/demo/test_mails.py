"""What only the demo has: the mails it sent, and an authenticator app for who has none."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.sign_in.rules import code_at
from portal.demo.authenticators import code_now
from portal.demo.mails import moment
from tests.builders.people import SECRET, an_app, person

AT = datetime(2026, 11, 22, 18, tzinfo=UTC)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def a_mail(folder: Path, text: str, *, age: int = 0, to: str = "hodan.abdi@mail.example") -> UUID:
    mail, name = EmailMessage(), uuid4()
    mail["To"], mail["Subject"] = to, "Your code"
    mail["Date"], mail["Content-Language"] = "Sun, 22 Nov 2026 12:00:00 -0600", "en"
    mail.set_content(text)
    mail.add_alternative(f"<p>{text}</p><script>alert(1)</script>", subtype="html")
    file = folder / f"{name}.eml"
    file.write_bytes(mail.as_bytes())
    os.utime(file, (1_000_000 - age, 1_000_000 - age))
    return name


@pytest.mark.django_db
def test_the_newest_mail_comes_first_with_whom_it_is_for(folder: Path) -> None:
    a_mail(folder, "The first.", age=60)
    a_mail(folder, "The second.")
    (folder / ".unfinished.eml").write_bytes(b"half a")
    page = Client().get("/demo/mail/").content.decode()
    assert page.index("The second.") < page.index("The first.")
    assert "hodan.abdi@mail.example" in page
    assert "half a" not in page


@pytest.mark.django_db
def test_a_mail_is_text_on_the_page_whatever_it_says(folder: Path) -> None:
    a_mail(folder, "<script>alert(1)</script>")
    assert "<script>alert" not in Client().get("/demo/mail/").content.decode()


@pytest.mark.django_db
def test_as_it_looks_it_may_do_nothing(folder: Path) -> None:
    answer = Client().get(f"/demo/mail/{a_mail(folder, 'Hello.')}/")
    assert "<p>Hello.</p>" in answer.content.decode()
    rules = answer.headers["Content-Security-Policy"]
    assert "sandbox" in rules
    assert "default-src 'none'" in rules
    assert "script-src 'none'" in rules


def test_the_time_of_a_mail_is_told_in_the_plans_time_zone() -> None:
    assert moment("Sun, 22 Nov 2026 18:00:00 -0000") == moment("Sun, 22 Nov 2026 12:00:00 -0600") == AT


@pytest.mark.django_db
def test_without_a_mail_the_page_says_so(folder: Path) -> None:
    assert "No mail was sent yet." in Client().get("/demo/mail/").content.decode()
    assert Client().get(f"/demo/mail/{uuid4()}/").headers["Location"] == "/demo/mail/"


@pytest.mark.parametrize("key", [SECRET, SECRET.lower(), "JBSW Y3DP EHPK 3PXP JBSW-Y3DP-EHPK-3PXP"])
def test_the_app_reads_a_key_however_it_was_copied(key: str) -> None:
    assert code_now(key, AT) == code_at(SECRET, int(AT.timestamp()) // 30)


@pytest.mark.parametrize("key", ["0189", "ñandú", "J"])
def test_what_is_no_key_has_no_code(key: str) -> None:
    assert code_now(key, AT) is None


@pytest.mark.django_db
def test_the_page_makes_codes_of_a_key_and_shows_those_of_the_cast() -> None:
    an_app(person("grace.lindgren"))
    an_app(person("somebody.else"))
    page = Client().post("/demo/authenticator/", {"key": SECRET}).content.decode()
    assert "grace.lindgren" in page
    assert "somebody.else" not in page
    assert page.count('<b class="num">') == 1
    refused = Client().post("/demo/authenticator/", {"key": "0189"}).content.decode()
    assert "This is no key." in refused


@pytest.mark.parametrize("deployment", ["development", "demo"])
def test_only_the_demo_has_these_pages(deployment: str) -> None:
    """Whoever tries a copy of a real site on their own machine shows nobody its mails."""
    ask = "import django; django.setup(); from django.urls import is_valid_path; print(is_valid_path('/demo/mail/'))"
    environment = os.environ | {"DEPLOYMENT": deployment, "DJANGO_SETTINGS_MODULE": "portal.config.settings"}
    told = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    assert (told.stdout.strip() != "False") == (deployment == "demo")
