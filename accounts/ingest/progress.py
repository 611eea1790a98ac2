"""A bar on the terminal while something long runs; silent where nobody looks."""

import sys
from typing import TextIO

WIDTH = 30
FULL, EMPTY = "█", "░"


class ProgressBar:
    """Draws one line on ``stream`` and redraws it; each label gets a line of its own."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.shown = ""

    def __call__(self, label: str, done: int, of: int) -> None:
        if not self.stream.isatty():
            return
        share = min(1.0, done / of) if of else 1.0
        filled = round(WIDTH * share)
        line = f"{label:<24} {FULL * filled}{EMPTY * (WIDTH - filled)} {share:4.0%}"
        if line != self.shown:
            self.stream.write(f"\r{line}" + ("\n" if share == 1.0 else ""))
            self.stream.flush()
            self.shown = line
