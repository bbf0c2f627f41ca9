"""The baseline to print beside a schedule: heaviest request first, earliest slot that fits."""

from __future__ import annotations

import time

import numpy as np

from .filling import fill_left
from .instance import Instance
from .order import place_ordered
from .preparing import prepare, put_locked, unmet_demands
from .reasons import explain
from .solution import Solution, count_breaks, granted_weight
from .state import SLOT
from .trials import fill
from .trim import offences, trim


def greedy(instance: Instance) -> Solution:
    """What a careful person with a list would do; every hard constraint is kept; where
    one cannot be, ``conflicts`` say which (status "unknown").

    Mandatory requests come first, equal weights in the order of the file.  O(R S) after sorting.
    """
    began = time.monotonic()
    ready = prepare(instance)
    st = ready.empty_state(instance)
    if not ready.conflicts:
        put_locked(instance, st)
        place_ordered(instance, st)
        fill(st, np.argsort(-ready.value, kind="stable").astype(np.int32))
        trim(instance, st)
        fill_left(instance, st)
    slot = st.req[:, SLOT].copy()
    unmet = ready.conflicts or unmet_demands(instance, slot) + offences(instance, slot)
    return Solution(
        name=instance.name,
        objective=instance.objective,
        status="infeasible" if ready.conflicts else "unknown" if unmet else "feasible",
        slot=slot,
        reason=explain(st, ready.possible, ready.excluded),
        weight=granted_weight(instance, slot),
        breaks=int(count_breaks(instance, slot).sum()),
        seconds=round(time.monotonic() - began, 3),
        conflicts=unmet,
    )
