"""Opening hours as rosters write them: "Mo-Fr 08:00-17:00; Sa 09:00-13:00"."""

import re

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
ALL_DAY = ("00:00", "24:00")
SPAN = re.compile(r"([a-z]{2})(?:-([a-z]{2}))?")
TIMES = re.compile(r"(\d\d?):(\d\d)-(\d\d?):(\d\d)", re.ASCII)
PART = re.compile(r"([a-z, -]+?) +(closed|off|\d[\d:, -]*)")
AROUND_DASH = re.compile(r"\s*[-–—]\s*")
AROUND_COMMA = re.compile(r"\s*,\s*")

OpenTimes = list[list[int | str]]


def parse_hours(text: str) -> OpenTimes | None:
    """Opening times as [[day 0-6 from Monday, opens, closes], …], "HH:MM", in the order of the week.

    A time that closes before it opens runs past midnight and stands under the day on which it opens; 24:00 is the
    end of the day. Empty for no text; None for a text that is no such list: then it is a note for people.
    """
    plain = AROUND_COMMA.sub(",", AROUND_DASH.sub("-", text.strip().lower()))
    if plain == "24/7":
        return [[day, *ALL_DAY] for day in range(7)]
    found: set[tuple[int, str, str]] = set()
    for part in filter(None, (part.strip() for part in plain.split(";"))):
        shape = PART.fullmatch(part)
        days = _days(shape[1]) if shape else None
        times = _times(shape[2]) if shape else None
        if days is None or times is None:
            return None
        found |= {(day, opens, closes) for day in days for opens, closes in times}
    return [list(time) for time in sorted(found)]


def _days(text: str) -> list[int] | None:
    """The days of "mo-we,fr"; a span may run over the weekend. None where one is no day."""
    days: list[int] = []
    for part in text.split(","):
        span = SPAN.fullmatch(part)
        if not span or span[1] not in DAYS or (span[2] or span[1]) not in DAYS:
            return None
        first, last = DAYS.index(span[1]), DAYS.index(span[2] or span[1])
        days += [(first + n) % 7 for n in range((last - first) % 7 + 1)]
    return days


def _times(text: str) -> list[tuple[str, str]] | None:
    """The times of "08:00-12:00,13:00-17:00", none of "closed". None where one is no time of day."""
    if text in ("closed", "off"):
        return []
    times = []
    for part in text.split(","):
        found = TIMES.fullmatch(part)
        if not found:
            return None
        opens, closes = f"{int(found[1]):02}:{found[2]}", f"{int(found[3]):02}:{found[4]}"
        if not (_is_time(opens) and opens != ALL_DAY[1] and (_is_time(closes) or closes == ALL_DAY[1])):
            return None
        if opens == closes:
            return None
        times.append((opens, closes))
    return times


def _is_time(text: str) -> bool:
    return text < ALL_DAY[1] and text[3:] < "60"
