"""One line that stands for a whole schedule, so that two can be compared by eye."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def schedule_digest(meetings: Iterable[tuple[str, str]]) -> str:
    """Return sha256 over the sorted lines "request id, space, slot id" of the meetings held.

    Tables, seconds and bounds leave it as it is. O(n log n).

    >>> schedule_digest([("b", "s02"), ("a", "s01")])[:8]
    '1f916fbe'
    """
    lines = sorted(f"{request} {slot}\n" for request, slot in meetings)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
