"""Signs of life in the data folder: what works beside the pages touches a file while it does."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

# A worker of this machine; what hands over the outbox there; what sends codes to sign in; and, once
# in its life, that a worker begins to load what it works with.
WORKER, OUTBOX, PROMPT, BEGUN = "worker-seen", "outbox-seen", "prompt-seen", "worker-begun"


def note(name: str) -> None:
    """Note that what is called `name` lives. Raises OSError where the folder takes no file."""
    (settings.DATA_DIR / name).touch()


def age(name: str) -> float | None:
    """Return since how many seconds `name` was not seen; None where it never was."""
    return age_of(settings.DATA_DIR / name)


def age_of(path: Path) -> float | None:
    """Return how many seconds ago a file was written; None without it."""
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return None
