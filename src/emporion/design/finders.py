"""What staticfiles finds: our files, those that a page names of packages, one stylesheet."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder, BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

from emporion.design.stylesheet import SERVED, combined

OURS = "emporion/"
# The other 24 MB of these packages took half a minute to compress, and no page asks for them.
OF_PACKAGES = frozenset(
    {
        "django_htmx/htmx-2.min.js",
        "ninja/swagger-ui-bundle.js",
        "ninja/swagger-ui-init.js",
        "ninja/swagger-ui.css",
    }
)


def is_served(path: str) -> bool:
    """Whether a static file is one that a page may name; packages bring more."""
    return path.startswith(OURS) or path in OF_PACKAGES


class ServedFinder(AppDirectoriesFinder):
    """Finds in the folders of apps what is served, and nothing else."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if not is_served(path):
            return []
        return super().find(path, find_all=find_all, **kwargs)  # type: ignore[call-overload]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        return (one for one in super().list(ignore_patterns) if is_served(one[0]))


@cache
def _folder() -> Path:
    """A folder of this process alone, removed at its end."""
    folder = Path(tempfile.mkdtemp(prefix="emporion-css-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def written() -> Path:
    """Write the stylesheet as it is now and return its path; an unchanged file is left alone."""
    path = _folder() / SERVED
    text = combined()
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path


class StylesheetFinder(BaseFinder):
    """Finds `emporion/emporion.css` and nothing else."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        # Django 5.2 still accepts the older name `all` for find_all.
        every = find_all or bool(kwargs.get("all"))
        if path != SERVED:
            return []
        return [str(written())] if every else str(written())

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, FileSystemStorage]]:
        written()
        yield SERVED, FileSystemStorage(location=_folder())
