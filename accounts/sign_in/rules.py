"""What an authenticator app computes, and what a browser says of the machine it runs on."""

import hmac
import re
import secrets
import struct
from base64 import b32decode, b32encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha1
from itertools import groupby
from urllib.parse import quote, urlencode

import qrcode
from django.utils.translation import gettext as _

from .vocabulary import LOSS_WAITS_HOURS

PERIOD_SECONDS = 30
TOLERANCE = 1
DIGITS = 6

# The first that is found names it. Several call themselves by the names of others, which stand further down.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR|Opera", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS|Firefox", "Firefox"),
    ("CriOS|HeadlessChrome|Chrome|Chromium", "Chrome"),
    ("Version/[0-9.]+ .*Safari", "Safari"),
)
MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh|Mac OS X", "Mac"),
    ("Linux|X11", "Linux"),
)


def loss_takes_effect_at(reported_at: datetime) -> datetime:
    return reported_at + timedelta(hours=LOSS_WAITS_HOURS)


def code_at(secret: str, step: int) -> str:
    """RFC 6238: the six digits of one period. ``secret`` is in base 32."""
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", step), sha1)
    offset = digest[-1] & 0xF
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, code: str, *, at: datetime, after: int = -1) -> int | None:
    """Which period a code is of: the one of ``at``, or a neighbor for a clock that is somewhat wrong. None for a wrong
    code, and for one of a period up to ``after``, whose code was used: so no code works twice, ever."""
    now = int(at.timestamp()) // PERIOD_SECONDS
    found = None
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def typed(code: str) -> str:
    """A code without what people put between its digits."""
    return re.sub(r"[\s-]", "", code)


def app_address(secret: str, *, account: str, issuer: str) -> str:
    """What an authenticator app reads from the picture."""
    words = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{words}"


def picture_of(text: str) -> tuple[int, str]:
    """A QR code as the side of a square and an SVG path of its dark parts."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    return len(rows), "".join(_dark(rows))


def _dark(rows: list[list[bool]]) -> Iterator[str]:
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                yield f"M{x} {y}h{length}v1h-{length}z"
            x += length


def device(user_agent: str) -> str:
    """A browser and a machine in plain words: "Chrome on Android". Anyone can write anything into what this reads, so
    it names only what it knows."""
    browser = next((name for words, name in BROWSERS if re.search(words, user_agent)), None)
    machine = next((name for words, name in MACHINES if re.search(words, user_agent)), None)
    if browser and machine:
        return _("%(browser)s on %(machine)s") % {"browser": browser, "machine": machine}
    return browser or machine or _("A device that we do not know")


def new_secret() -> str:
    """A key for an authenticator app: 160 bits in base 32."""
    return b32encode(secrets.token_bytes(20)).decode("ascii")
