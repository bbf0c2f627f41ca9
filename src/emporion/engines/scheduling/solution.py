"""What the engine gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .instance import Instance, Ints
from .naming import Conflict

REASONS = ("no_common_slot", "quota", "outweighed", "no_table", "walking", "excluded")
NO_COMMON_SLOT, QUOTA, OUTWEIGHED, NO_TABLE, WALKING, EXCLUDED = range(6)
HELD = -1


@dataclass
class Solution:
    """A schedule for an instance with R requests and P participants.

    ``slot`` int32[R] (-1 = not held), ``reason`` int8[R] (index into `REASONS`, -1 = held),
    ``weight`` total weight granted, ``breaks`` over all participants, ``bound`` an upper bound on
    the weight (a lower bound on the breaks for that objective), ``prices`` float64[P] the
    certificate (NaN = not priced), ``slot_prices`` float64[P, S] a tighter one, ``steps`` the work
    done: the same ``work_limit`` gives the same schedule, ``conflicts`` sentences that name
    constraints which cannot hold together, and hold them (`Conflict`).
    """

    name: str
    objective: str
    status: str
    slot: Ints
    reason: npt.NDArray[np.int8]
    weight: float
    breaks: int
    bound: float | None = None
    bound_method: str = ""
    prices: npt.NDArray[np.float64] | None = None
    slot_prices: npt.NDArray[np.float64] | None = None
    seconds: float = 0.0
    seed: int = 0
    steps: int | None = None
    conflicts: list[Conflict] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """Weight granted as a share of the bound, 0..1; None without a bound on the weight."""
        if self.objective != "weight" or not self.bound:
            return None
        return self.weight / self.bound


def count_breaks(instance: Instance, slot: Ints) -> Ints:
    """Breaks of every participant, int32[P], inside the windows of the instance.

    A break is a maximal run of idle slots between two consecutive meetings.  O(P S + R).
    """
    total = np.zeros(len(instance.participant_ids), dtype=np.int32)
    for part in _busy_by_window(instance, slot):
        starts = (np.diff(part, axis=1, prepend=np.int8(0)) == 1).sum(axis=1)
        total += np.maximum(starts - 1, 0).astype(np.int32)
    return total


def count_idle(instance: Instance, slot: Ints) -> Ints:
    """Idle slots of every participant, int32[P]: slots without a meeting between the first and the
    last of each window.  O(P S + R)."""
    total = np.zeros(len(instance.participant_ids), dtype=np.int32)
    for part in _busy_by_window(instance, slot):
        first = part.argmax(axis=1)
        last = part.shape[1] - 1 - part[:, ::-1].argmax(axis=1)
        count = part.sum(axis=1)
        total += np.where(count > 0, last - first + 1 - count, 0).astype(np.int32)
    return total


def _busy_by_window(instance: Instance, slot: Ints) -> list[npt.NDArray[np.int8]]:
    """Who is busy when, 0/1 int8[P, slots of the window], window by window."""
    busy = np.zeros(instance.capacity.shape, dtype=np.int8)
    held = np.flatnonzero(slot >= 0)
    busy[instance.first[held], slot[held]] = 1
    busy[instance.second[held], slot[held]] = 1
    windows = instance.windows()
    return [busy[:, windows == window] for window in range(int(windows[-1]) + 1)]


def granted_weight(instance: Instance, slot: Ints) -> float:
    """Total weight of the held requests, rounded where binary fractions would show."""
    return round(float(instance.weight[slot >= 0].sum()), 6)
