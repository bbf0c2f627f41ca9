"""The instance of the meeting-scheduling problem as flat arrays.

Business meetings between two participants are given slots.  The definition follows Ernst, Singh and
Weiskircher (ICAPS 2008) and Bofill et al. (JAIR 74, 2022); the file format is described in
``docs/integrators/scheduling-engine.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NO_LIMIT = 2**30
EXHIBITOR, BUYER, NO_SIDE = 0, 1, -1
MAX_WEIGHT = 1e9
MIN_WEIGHT = 1e-6


class InstanceError(ValueError):
    """Something in an instance or a solution is wrong; ``where`` names the item."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


def _no_pairs() -> Ints:
    return np.empty((0, 2), dtype=np.int32)


@dataclass
class Instance:
    """S slots, P participants, R requests, H places, K table pools; all indices start at 0.

    Required: ``slot_ids``, ``participant_ids``, ``request_ids``, ``first``, ``second``.  Everything
    else has the default of the file format.  ``__post_init__`` fills the defaults in and raises
    `InstanceError` where the arrays do not fit together.

    ========================  ===========  ======================================================
    field                     shape        meaning
    ========================  ===========  ======================================================
    slot_day, slot_session    int32[S]     day and session number of each slot, slots in time order
    slot_minutes              int32[S]     length of the slot (0 = unknown; counts when walking)
    side                      int8[P]      0 exhibitor, 1 buyer, -1 not said
    capacity                  int32[P, S]  meetings held in parallel; 0 = not available
    min_meetings              int32[P]     0 = none
    max_meetings              int32[P]     `NO_LIMIT` = none
    max_per_day               int32[P]     `NO_LIMIT` = none
    place                     int32[P]     index of the place where its meetings are held, -1 none
    pool                      int32[P]     index of its table pool, -1 none
    first, second             int32[R]     the two participants of a request
    weight                    float64[R]   > 0
    mandatory                 bool[R]
    allowed                   bool[R, S]   or None: every slot
    fixed_slot                int32[R]     -1 none
    precedences               int32[., 2]  (a, b): b only when a is held strictly before
    tables                    int32[S]     or None: no limit
    pool_tables               int32[K, S]
    exclusions                int32[., 2]  pairs of participants
    locked                    int32[., 2]  (request, slot)
    frozen_before             int          slots before this one take no new meeting
    walk_minutes              int32[H, H]  or None: walking does not matter
    gap_minutes               int32[S-1]   time to walk at the boundary behind each slot
    ========================  ===========  ======================================================
    """

    slot_ids: list[str]
    participant_ids: list[str]
    request_ids: list[str]
    first: Ints
    second: Ints
    name: str = ""
    objective: str = "weight"
    slot_day: Ints | None = None  # type: ignore[assignment]
    slot_session: Ints | None = None  # type: ignore[assignment]
    slot_minutes: Ints | None = None  # type: ignore[assignment]
    side: npt.NDArray[np.int8] | None = None  # type: ignore[assignment]
    capacity: Ints | None = None  # type: ignore[assignment]
    min_meetings: Ints | None = None  # type: ignore[assignment]
    max_meetings: Ints | None = None  # type: ignore[assignment]
    max_per_day: Ints | None = None  # type: ignore[assignment]
    place: Ints | None = None  # type: ignore[assignment]
    pool: Ints | None = None  # type: ignore[assignment]
    weight: Floats | None = None  # type: ignore[assignment]
    mandatory: Bools | None = None  # type: ignore[assignment]
    allowed: Bools | None = None
    fixed_slot: Ints | None = None  # type: ignore[assignment]
    precedences: Ints = field(default_factory=_no_pairs)
    tables: Ints | None = None
    pool_ids: list[str] = field(default_factory=list)
    pool_tables: Ints | None = None
    exclusions: Ints = field(default_factory=_no_pairs)
    locked: Ints = field(default_factory=_no_pairs)
    frozen_before: int = 0
    place_ids: list[str] = field(default_factory=list)
    walk_minutes: Ints | None = None
    gap_minutes: Ints | None = None
    max_break_difference: int | None = None
    break_scope: str = "event"
    day_names: list[Any] = field(default_factory=list)
    session_names: list[Any] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
