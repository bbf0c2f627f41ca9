"""`python -m emporion.project.static`: collect static files under hashed names."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    """Collect into STATIC_ROOT; unchanged files are left as they are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emporion.project.settings")
    django.setup()
    settings.STORAGES["staticfiles"]["BACKEND"] = "emporion.design.storage.ManifestStorage"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
