"""How well texts find each other."""

from __future__ import annotations

from collections.abc import Callable

CASES: dict[str, Callable[[int, int], None]] = {}
