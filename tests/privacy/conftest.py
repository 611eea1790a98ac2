"""What the privacy tests share: a clock that stands, the check after commits."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders.publishing import NOW, right_after


@pytest.fixture(autouse=True)
def the_clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages say the date and who is open now: two visits are of one moment."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture(autouse=True)
def who_is_in_no_roster_is_listed(settings: Any) -> None:
    """They have as much to keep to themselves as the others."""
    settings.LIST_UNCONTRACTED = True


@pytest.fixture(autouse=True)
def listing_is_right(request: pytest.FixtureRequest) -> Iterator[None]:
    yield from right_after(request)
