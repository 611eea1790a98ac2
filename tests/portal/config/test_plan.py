"""The plan is read from a file that is checked line by line."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from portal.config.errors import SettingError
from portal.config.plan import Phone, read_plan

OURS = (Path(__file__).resolve().parents[3] / "plan.toml").read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(OURS, encoding="utf-8")
    return path


def change(path: Path, line: str, instead: str) -> None:
    """Replace the line that begins so."""
    text, times = re.subn(rf"(?m)^{re.escape(line)}.*$", instead, path.read_text(encoding="utf-8"))
    assert times == 1
    path.write_text(text, encoding="utf-8")


def test_our_plan_is_fictional_and_whole(written: Path) -> None:
    plan = read_plan(written)
    assert plan == settings.PLAN
    assert plan.name == "Lindenfield Health Plan"
    assert plan.phones.member_services.href == "tel:+16515550100"
    assert plan.website.endswith(".example")


@pytest.mark.parametrize(
    ("line", "instead", "named"),
    [
        ("name =", "", "name"),
        ("name =", 'name = ""', "name"),
        ("name =", "name = 5", "name"),
        ("states =", 'states = ["Minnesota"]', "states"),
        ("states =", 'states = "MN"', "states"),
        ("states =", "states = []", "states"),
        ("website =", 'website = "https://x.example/"', "website"),
        ("time_zone =", 'time_zone = "Saint Paul"', "time_zone"),
        ("hue =", "hue = 360", "hue"),
        ("hue =", 'hue = "blue"', "hue"),
        ("hue =", "hue = true", "hue"),
        ("member_services =", 'member_services = "call us"', "phones.member_services"),
        ("tty =", "", "phones.tty"),
        ("crisis =", 'crisis = "98"', "phones.crisis"),
        ("Medicaid =", 'Medicaid = "call us"', "phones.lines.Medicaid"),
        ("Medicaid =", 'Dental = "651-555-0101"', "phones.lines"),
        ("Commercial =", 'Dental = "Dental"', "words.es"),
        ("Commercial =", "Commercial = 5", "words.es"),
        ("es =", "", "hours.es"),
        ("[hours]", "[opening_hours]", "hours.en"),
    ],
)
def test_a_wrong_line_is_named_with_an_example(written: Path, line: str, instead: str, named: str) -> None:
    change(written, line, instead)
    with pytest.raises(SettingError) as refusal:
        read_plan(written)
    said = str(refusal.value)
    assert f"(PLAN_FILE): {named} " in said
    assert "For example: " in said
    assert str(written) in said


def test_members_of_a_line_of_business_call_its_own_number_where_it_has_one(written: Path) -> None:
    plan = read_plan(written)
    assert [str(plan.phone_for(line)) for line in (*plan.lines_of_business, "")] == [
        "651-555-0101",
        "651-555-0100",
        "651-555-0103",
        "651-555-0100",
    ]
    text = written.read_text(encoding="utf-8")
    written.write_text(re.sub(r"(?s)\[phones\.lines\].*?\n\n", "", text), encoding="utf-8")
    plan = read_plan(written)
    assert {str(plan.phone_for(line)) for line in plan.lines_of_business} == {"651-555-0100"}


def test_a_line_of_business_is_called_by_its_spanish_name_where_it_has_one(written: Path) -> None:
    plan = read_plan(written)
    with translation.override("es"):
        assert [line for line, _ in plan.phones_by_line] == ["Medicaid", "Comercial", "Medicare"]
    assert [line for line, _ in plan.phones_by_line] == ["Medicaid", "Commercial", "Medicare"]
    change(written, "Commercial =", "")
    with translation.override("es"):
        assert read_plan(written).line_in_words("Commercial") == "Commercial"


def test_a_misspelt_line_is_not_overlooked(written: Path) -> None:
    change(written, "crisis =", 'crisis = "988"\nfaks = "651-555-0101"')
    with pytest.raises(SettingError, match=r"phones\.faks is unknown"):
        read_plan(written)


def test_a_file_that_is_no_toml_is_named(written: Path) -> None:
    written.write_text("name: Lindenfield", encoding="utf-8")
    with pytest.raises(SettingError, match="cannot be read as TOML"):
        read_plan(written)


@pytest.mark.parametrize(
    ("shown", "href"),
    [("651-555-0100", "tel:+16515550100"), ("1 (800) 555-0100", "tel:+18005550100"), ("711", "tel:711")],
)
def test_a_number_is_dialled_as_it_is_read(shown: str, href: str) -> None:
    assert Phone(shown).href == href
