"""`python -m emporion.project.static`: collect static files under hashed names."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def fingerprint() -> str:
    """Return a digest of every static file there is, by name and content."""
    digest = hashlib.sha256(django.__version__.encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            digest.update(f"\0{path}\0".encode())
            with storage.open(path) as file:
                digest.update(file.read())
    return digest.hexdigest()


def kept() -> Path:
    """Where the fingerprint of what was collected stands."""
    return Path(settings.STATIC_ROOT) / "fingerprint"


def is_current() -> bool:
    """Whether what was collected is what there is; takes milliseconds, collecting takes seconds."""
    return kept().exists() and kept().read_text() == fingerprint()


def main() -> None:
    """Collect into STATIC_ROOT; files of earlier versions stay, for pages that are open still."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emporion.project.settings")
    django.setup()
    settings.STORAGES["staticfiles"]["BACKEND"] = "emporion.design.storage.ManifestStorage"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    kept().unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    kept().write_text(fingerprint())


if __name__ == "__main__":
    main()
