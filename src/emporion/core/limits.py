"""How often somebody may do something in a stretch of time, counted in the memory of a process.

For what is read often and may be counted a little too kindly: every worker counts for itself, so
that several together let through a multiple, and a restart forgets. What must be exact is counted
in the database (`accounts.domain.tries`).
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from threading import Lock

# Whose looks are remembered: the one that looked longest ago is forgotten first.
MOST_KEYS = 20_000


class Allowance:
    """At most `most` in `within` seconds for each key. Safe among threads; O(1) amortised."""

    def __init__(self, most: int, within: float) -> None:
        self.most, self.within = most, within
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str) -> int:
        """Count one for `key` and return 0, or count nothing and return the seconds to wait."""
        now = time.monotonic()
        with self._lock:
            times = self._times.setdefault(key, deque())
            self._times.move_to_end(key)
            while times and times[0] <= now - self.within:
                times.popleft()
            if len(times) >= self.most:
                return max(1, math.ceil(times[0] + self.within - now))
            times.append(now)
            if len(self._times) > MOST_KEYS:
                self._times.popitem(last=False)
        return 0

    def forget(self) -> None:
        """Forget everything, for tests."""
        with self._lock:
            self._times.clear()
