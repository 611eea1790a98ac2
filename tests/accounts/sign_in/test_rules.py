"""What an authenticator app computes, and what a browser says of itself."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.sign_in.rules import PERIOD_SECONDS, app_address, code_at, device, new_secret, picture_of, step_of
from tests.builders.people import SECRET

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // PERIOD_SECONDS) == code


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(at=MOMENTS, drift=st.integers(-1, 1))
def test_a_code_works_from_the_period_before_it_to_the_one_after(at: datetime, drift: int) -> None:
    shown = code_at(SECRET, int(at.timestamp()) // PERIOD_SECONDS)
    assert step_of(SECRET, shown, at=at + timedelta(seconds=drift * PERIOD_SECONDS)) is not None


@given(at=MOMENTS, waits=st.lists(st.integers(0, 120), max_size=6))
def test_no_code_works_twice_whenever_it_is_tried(at: datetime, waits: list[int]) -> None:
    code = code_at(SECRET, int(at.timestamp()) // PERIOD_SECONDS)
    used = step_of(SECRET, code, at=at)
    assert used is not None
    for seconds in waits:
        at += timedelta(seconds=seconds)
        again = step_of(SECRET, code, at=at, after=used)
        # The same six digits can stand for a later period by chance; that is another code.
        assert again is None or (again > used and code_at(SECRET, again) == code)


def test_keys_are_long_and_each_is_new() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
    assert {len(new_secret()) for _ in range(10)} == {32}


def test_an_app_reads_name_and_issuer_whatever_is_in_them() -> None:
    assert app_address("ABC", account="Ñ & co", issuer="A: B") == (
        "otpauth://totp/A%3A%20B:%C3%91%20%26%20co?secret=ABC&issuer=A%3A%20B"
    )


def test_the_picture_is_a_square_of_dark_runs() -> None:
    side, path = picture_of("otpauth://totp/x?secret=ABC")
    assert side > 20
    assert set(path) <= set("Mhvz- 0123456789")


MACOS = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (Linux; Android 14) SamsungBrowser/23.0 Chrome/115.0 Mobile", "Samsung Internet on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) CriOS/119 Mobile Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) FxiOS/120 Mobile Safari/605", "Firefox on iPad"),
        (f"{MACOS} AppleWebKit/605 Version/17.1 Safari/605", "Safari on Mac"),
        (f"{MACOS} AppleWebKit/537 Chrome/120.0 Safari/537 Edg/120.0", "Edge on Mac"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox on Windows"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/119.0 Safari/537", "Chrome on Chromebook"),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120 Safari", "Chrome on Linux"),
        ("Firefox/1", "Firefox"),
        ("curl/8.0", "A device that we do not know"),
        ("", "A device that we do not know"),
        ("<script>alert(1)</script>", "A device that we do not know"),
    ],
)
def test_a_device_is_named_in_plain_words(user_agent: str, words: str) -> None:
    assert device(user_agent) == words
