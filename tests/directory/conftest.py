"""What tests of the directory share: a check after every test that commits."""

from collections.abc import Iterator

import pytest

from tests.builders.publishing import right_after


@pytest.fixture(autouse=True)
def listing_is_right(request: pytest.FixtureRequest) -> Iterator[None]:
    yield from right_after(request)
