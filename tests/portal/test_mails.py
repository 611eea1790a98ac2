"""What holds for the look of every mail."""

import re
from pathlib import Path

import pytest
from django.conf import settings

MAILS = sorted((Path(settings.BASE_DIR) / "templates" / "emails").rglob("*.html"))


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: f"{mail.parent.name}/{mail.stem}")
def test_no_phone_breaks_at_the_end_of_a_line(mail: Path) -> None:
    """A mail has no stylesheet, so each number says so itself."""
    source = mail.read_text("utf-8")
    phones = re.findall(r"phone=plan\.phones\.\w+(?:\.(\w+))?", source)
    in_links = source.count('white-space:nowrap">{{ phone }}</a>')

    assert [each for each in phones if each != "unbroken"] == ["shown"] * in_links
