"""The one stylesheet a page loads, put together from its layers and the plan's colours.

The layers are separate files in static/css, to be read and edited; a browser fetches them as one
(css/tessera.css) with the colours of the plan's hue in it. `collectstatic` writes the file for production;
in development it is put together anew each time it is asked for. The icon of the tab wears the same colours.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

from portal.config import brand

LAYERS = ("tokens", "base", "layout", "components", "print")  # the order of their @layer statement


def stylesheet(hue: float) -> str:
    """The whole stylesheet for a plan of this hue."""
    folder = Path(settings.BASE_DIR) / "static" / "css"
    layers = {name: (folder / f"{name}.css").read_text("utf-8") for name in LAYERS}
    # The first file names the order of the layers, so the colours come right after it.
    return layers.pop("tokens") + brand.css(hue) + "".join(layers.values())


class PlanFinder(BaseFinder):
    """Finds the two static files that depend on the plan's hue, by making them."""

    made = {"css/tessera.css": stylesheet, "icon.svg": brand.icon}  # noqa: RUF012 (never changed)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._folder: Path | None = None

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in self.made:
            return []
        found = str(self._make(path))
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for path in self.made:
            folder = self._make(path).parents[path.count("/")]
            yield path, FileSystemStorage(location=folder)

    def _make(self, path: str) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="tessera-static-"))
            atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        file = self._folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(self.made[path](settings.PLAN.hue), "utf-8")
        return file
