"""Dates and times as people here write them."""

from datetime import UTC, datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime

AFTER_NOON = datetime(2026, 11, 23, 19, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "begins", "hour"), [("en", "Nov. 23, 2026, ", "1:05 "), ("es", "23 de noviembre de 2026, ", "1:05 ")]
)
def test_a_moment_is_told_by_twelve_hours_and_names_its_time_zone(language: str, begins: str, hour: str) -> None:
    """So a sentence that ends with one ends with one full stop."""
    with translation.override(language):
        told = date_format(localtime(AFTER_NOON), "DATETIME_FORMAT")
        clock = date_format(localtime(AFTER_NOON), "TIME_FORMAT")

    assert told.startswith(begins + hour)
    assert clock.startswith(hour)
    assert told.endswith(" CST")
    assert clock.endswith(" CST")
