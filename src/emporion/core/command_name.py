"""How the command is called on this machine, for hints that can be pasted as they stand."""

from __future__ import annotations

import os


def command() -> str:
    """Return what starts the product here: ``emporion``, or what its wrapper says of itself."""
    return os.environ.get("EMPORION_COMMAND") or "emporion"
