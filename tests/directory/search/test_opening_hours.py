from datetime import datetime

import pytest
from django.utils import translation

from directory.search.opening_hours import clock, now_open, week

FRIDAY = 4
OFFICE = [[day, "08:00", "17:00"] for day in range(5)]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in the week that begins on Monday, November 16, 2026."""
    return datetime(2026, 11, 16 + day, hour, minute)


@pytest.mark.parametrize(
    ("hours", "moment", "said"),
    [
        (OFFICE, at(FRIDAY, 12), "Open today until 5 PM"),
        (OFFICE, at(FRIDAY, 7, 30), "Opens today at 8 AM"),
        (OFFICE, at(FRIDAY, 17), "Closed now, opens Monday at 8 AM"),
        (OFFICE, at(6, 12), "Closed now, opens Monday at 8 AM"),
        ([[FRIDAY, "08:00", "12:00"], [FRIDAY, "13:00", "17:30"]], at(FRIDAY, 12, 30), "Opens today at 1 PM"),
        ([[FRIDAY, "08:00", "12:00"], [FRIDAY, "13:00", "17:30"]], at(FRIDAY, 14), "Open today until 5:30 PM"),
        ([[day, "00:00", "24:00"] for day in range(7)], at(2, 3), "Open 24 hours today"),
        ([[1, "22:00", "06:00"]], at(1, 23), "Open today until 6 AM"),
        ([[1, "22:00", "06:00"]], at(2, 5), "Open now until 6 AM"),
        ([[1, "22:00", "06:00"]], at(2, 6), "Closed now, opens Tuesday at 10 PM"),
        ([], at(FRIDAY, 12), ""),
    ],
)
def test_whether_a_place_is_open(hours: list[list[object]], moment: datetime, said: str) -> None:
    assert now_open(hours, moment) == said


def test_a_week_marks_today_and_says_closed() -> None:
    rows = week(OFFICE, FRIDAY)
    assert [row["text"] for row in rows[4:]] == ["8 AM to 5 PM", "Closed", "Closed"]
    assert [row["day"] for row in rows if row["today"]] == ["Friday"]


def test_nothing_is_said_of_unknown_hours() -> None:
    assert week([], FRIDAY) == []


def test_the_clock_speaks_spanish() -> None:
    with translation.override("es"):
        assert clock("16:30") == "las 4:30 p. m."
        assert now_open(OFFICE, at(FRIDAY, 12)) == "Hoy abierto hasta las 5 p. m."
        assert now_open([[FRIDAY, "13:00", "17:00"]], at(FRIDAY, 7)) == "Hoy abre a la 1 p. m."
        assert week([[0, "13:00", "17:00"]], FRIDAY)[0]["text"] == "de la 1 p. m. a las 5 p. m."
