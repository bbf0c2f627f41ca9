"""Hashed names for static files, with our own modules' imports rewritten too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Whitenoise's storage; imports are rewritten in our modules only.

    Switched on for every file, the rewriting stumbles over an import inside a comment of a file
    of django-htmx. Our modules keep to what it can read: each import ends with a semicolon, no
    import-like text in comments, no cycles, no import for its effect before an `export … from`.
    """

    # What a stylesheet names. The maps that packages' files name are not served.
    patterns = (
        ("*.css", HashedFilesMixin.patterns[0][1][:2]),
        (
            "emporion/*.js",
            HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
        ),
    )

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Compress what pages name: the files with a hash, not those they were made from."""
        named = set(self.hashed_files.values())
        yield from super().compress_files(path for path in paths if path in named)
