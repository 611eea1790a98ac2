"""A log line says what happened and where, never to what value, and never with a query string.

What a person searches for, types or is called must not be found in a log. So an exception is told by
its type and its place (its message may quote a row), a request by its method, its route and its
status (an address may hold a number that is somebody's), and of another library's line only the
template, without what would fill it. Our own loggers (accounts, directory, portal) may fill theirs:
by the rule of the house they log names of things and counts, nothing else.
"""

import logging
import re
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any

OURS = ("accounts", "directory", "portal")
ROOT = Path(__file__).resolve().parents[2]
FRAMES = 8
FILLED = re.compile(r"%(\(\w+\))?[#0 +-]*\d*(\.\d+)?[a-zA-Z]")


class Discreet(logging.Formatter):
    """Writes ``2026-11-22T10:00:00 ERROR django.request: GET find-care/ 500 | KeyError at …``."""

    def __init__(self) -> None:
        super().__init__(datefmt="%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self.formatTime(record, self.datefmt)} {record.levelname} {record.name}: {_event(record)}"
        if record.exc_info and record.exc_info[1] is not None:
            line += f" | {told(record.exc_info[1])}"
        return line


def _event(record: logging.LogRecord) -> str:
    request: Any = getattr(record, "request", None)
    if request is not None and hasattr(request, "method"):
        return f"{request.method} {_route(request)} {getattr(record, 'status_code', '')}".rstrip()
    if record.name == "django.server":
        return without_query(record)
    if record.name.split(".")[0] in OURS:
        return record.getMessage()
    if record.args and isinstance(record.msg, str):
        return FILLED.sub("…", record.msg)
    # No template: the text may have been filled before it came here.
    return f"{record.module}:{record.lineno}"


def _route(request: Any) -> str:
    """``find-care/clinicians/<npi>/``: the pattern, not what stood in its place."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "(no such address)"


def without_query(record: logging.LogRecord) -> str:
    """What `runserver` says, ``"GET /find-care/?q=… HTTP/1.1" 200``, up to the question mark."""
    args = record.args if isinstance(record.args, tuple) else ()
    request_line, *rest = [str(arg) for arg in args] or [""]
    method, _, address = request_line.partition(" ")
    if not address.startswith("/"):
        return f"{record.module}:{record.lineno}"
    path = re.split(r"[?#\s]", address, maxsplit=1)[0]
    return " ".join([method, path, *rest[:1]])


def told(error: BaseException) -> str:
    """An exception and what caused it by type and place: ``KeyError at search/views.py:12 run``."""
    parts = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        parts.append(f"{type(cause).__module__}.{type(cause).__qualname__} at {_place(cause.__traceback__)}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return " caused by ".join(parts).replace("builtins.", "")


def _place(traceback: TracebackType | None) -> str:
    frames = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in extract_tb(traceback)]
    return " < ".join(reversed(frames[-FRAMES:])) or "an unknown place"


def _short(filename: str) -> str:
    path = Path(filename)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def logging_for(level: str) -> dict[str, Any]:
    """The LOGGING setting: everything to stderr, in one discreet line."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"discreet": {"()": Discreet}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "discreet"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "accounts": {"level": level},
            "directory": {"level": level},
            "portal": {"level": level},
            # Django gives this one handlers of its own (mail to admins among them) unless told otherwise.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        },
    }
