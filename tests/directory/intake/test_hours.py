import pytest

from directory.intake.hours import parse_hours

WEEKDAYS = range(5)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("", []),
        ("Mo-Fr 08:00-17:00", [[day, "08:00", "17:00"] for day in WEEKDAYS]),
        ("mo-we 8:00-17:00", [[day, "08:00", "17:00"] for day in range(3)]),
        ("Mo,We,Fr 10:00-16:00", [[day, "10:00", "16:00"] for day in (0, 2, 4)]),
        ("Th 08:00-17:00; Fr 08:00-12:00", [[3, "08:00", "17:00"], [4, "08:00", "12:00"]]),
        ("Fr 08:00-12:00; Th 08:00-17:00;", [[3, "08:00", "17:00"], [4, "08:00", "12:00"]]),
        ("Mo 08:00-12:00, 13:00-17:00", [[0, "08:00", "12:00"], [0, "13:00", "17:00"]]),
        ("Sa – Mo 09:00 – 13:00", [[0, "09:00", "13:00"], [5, "09:00", "13:00"], [6, "09:00", "13:00"]]),
        ("Tu 22:00-06:00", [[1, "22:00", "06:00"]]),
        ("Mo-Su 00:00-24:00", [[day, "00:00", "24:00"] for day in range(7)]),
        ("24/7", [[day, "00:00", "24:00"] for day in range(7)]),
        ("Mo 08:00-12:00; Su closed", [[0, "08:00", "12:00"]]),
        ("Mo 08:00-12:00; Mo 08:00-12:00", [[0, "08:00", "12:00"]]),
    ],
)
def test_opening_times_are_read_day_by_day(text: str, times: list[list[int | str]]) -> None:
    assert parse_hours(text) == times


@pytest.mark.parametrize(
    "text",
    [
        "By appointment",
        "Call for hours",
        "Mo-Fr",
        "08:00-17:00",
        "Xx 08:00-17:00",
        "Mo-Xx 08:00-17:00",
        "Mo 25:00-26:00",
        "Mo 08:00-24:30",
        "Mo 24:00-06:00",
        "Mo 08:60-09:00",
        "Mo 08:00-08:00",
        "Mo 08:00-17:00; by appointment",
        "Mo 08:00",
        "Mo ,08:00-09:00",
    ],
)
def test_what_is_no_list_of_times_is_left_to_people(text: str) -> None:
    assert parse_hours(text) is None
