"""When a place is open, in words. Hours are ``[[day, "HH:MM", "HH:MM"], …]``, day 0 is Monday, in the place's time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext

Hours = Sequence[Sequence[Any]]
MIDNIGHT = ("00:00", "24:00")


def clock(text: str) -> str:
    """ "17:00" as people say it: 5 PM; las 5 p. m."""
    hour, minute = (int(part) for part in text.split(":"))
    afternoon, hour = 12 <= hour < 24, hour % 12 or 12
    shown = f"{hour}:{minute:02d}" if minute else f"{hour}"
    if (get_language() or "").startswith("es"):
        return f"{'la' if hour == 1 else 'las'} {shown} {('a. m.', 'p. m.')[afternoon]}"
    return f"{shown} {('AM', 'PM')[afternoon]}"


def span(opens: str, closes: str) -> str:
    if (opens, closes) == MIDNIGHT:
        return gettext("Open 24 hours")
    return gettext("%(opens)s to %(closes)s") % {"opens": clock(opens), "closes": clock(closes)}


def week(hours: Hours, today: int) -> list[dict[str, Any]]:
    """Seven rows from Monday: day, text, today. Nothing when no hours are known."""
    if not hours:
        return []
    spans: dict[int, list[str]] = {}
    for day, opens, closes in hours:
        spans.setdefault(day, []).append(span(opens, closes))
    return [
        {
            "day": str(WEEKDAYS[day]).capitalize(),
            "text": ", ".join(spans.get(day, [gettext("Closed")])),
            "today": day == today,
        }
        for day in range(7)
    ]


def now_open(hours: Hours, now: datetime) -> str:
    """What to say at ``now`` (local to the place): open until when, or when it opens next. Empty when unknown."""
    if not hours:
        return ""
    at = now.strftime("%H:%M")
    yesterday = (now.weekday() - 1) % 7
    if any(day == yesterday and closes < opens and at < closes for day, opens, closes in hours):
        closes = min(closes for day, opens, closes in hours if day == yesterday and closes < opens and at < closes)
        return gettext("Open now until %(time)s") % {"time": clock(closes)}
    for day, opens, closes in sorted(map(tuple, hours)):
        if day != now.weekday():
            continue
        if (opens, closes) == MIDNIGHT:
            return gettext("Open 24 hours today")
        if at < opens:
            return gettext("Opens today at %(time)s") % {"time": clock(opens)}
        if at < closes or closes < opens:
            return gettext("Open today until %(time)s") % {"time": clock(closes)}
    for ahead in range(1, 8):
        day = (now.weekday() + ahead) % 7
        if opening := [opens for other, opens, _ in hours if other == day]:
            return gettext("Closed now, opens %(day)s at %(time)s") % {
                "day": str(WEEKDAYS[day]),
                "time": clock(min(opening)),
            }
    return ""
