"""What every way of solving begins with and ends by: slots, weights and what clashes; reasons."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from .conflicts import find_conflicts
from .instance import Bools, Instance, Ints, Longs
from .limits import refuse_too_many
from .naming import Conflict, Namer
from .reasons import explain
from .service import service_targets
from .shape import Shape, integer_weights, orient
from .solution import Solution
from .state import LOCK, State, make_state, put


@dataclass
class Prepared:
    """What the search and the greedy baseline share.

    ``possible`` bool[R, S] slots of each request, ``open`` bool[R] requests that may be held,
    ``least`` int64[P] first meetings of each participant that are worth ``bonus`` more.
    """

    shape: Shape
    units: Longs
    scale: int
    possible: Bools
    excluded: Bools
    open: Bools
    conflicts: list[Conflict]
    value: Longs
    big: int
    least: Longs
    bonus: int

    def empty_state(
        self, instance: Instance, *, order: Longs | None = None, seed: int = 0
    ) -> State:
        """Nobody meets yet.  ``order`` int64[R]: greater is tried first; else the heaviest."""
        return make_state(
            instance,
            self.shape.end0,
            self.shape.end1,
            self.value,
            self.possible,
            self.value if order is None else order,
            seed,
            self.bonus,
            self.least,
        )


def prepare(
    instance: Instance, serve: int = 0, serve_bonus: float | None = None, balance: float = 0.0
) -> Prepared:
    """Slots, integer weights, bonus for mandatory requests, contradictions.  O(R S)."""
    refuse_too_many(len(instance.request_ids))
    units, scale = integer_weights(instance)
    excluded = instance.excluded()
    possible = instance.possible_slots()
    conflicts = find_conflicts(instance, possible, excluded) if _limited(instance) else []
    open_ = np.asarray(possible.any(axis=1))
    least = service_targets(instance, open_, serve, balance)
    special = int(instance.mandatory.sum()) + int(least.sum())
    big = int(min(int(units.sum()) + 1, 2**60 // (special + 2)))
    bonus = big
    if serve_bonus is not None and not instance.min_meetings.any():
        bonus = min(int(serve_bonus * scale), big)
    return Prepared(
        shape=orient(instance),
        units=units,
        scale=scale,
        possible=possible,
        excluded=excluded,
        open=open_,
        conflicts=conflicts,
        value=units + big * instance.mandatory,
        big=big,
        least=least,
        bonus=bonus,
    )


def _limited(it: Instance) -> bool:
    return bool(
        it.mandatory.any() or it.locked.size or it.precedences.size or it.min_meetings.any()
    )


def put_locked(instance: Instance, st: State) -> None:
    """Place the locked meetings; they never move.  Their limits have been checked before."""
    for r, t in instance.locked.tolist():
        put(st, r, t)
        st.req[r, LOCK] = 1


def explain_slots(instance: Instance, ready: Prepared, slot: Ints) -> Any:
    """Reasons (int8[R]) for a schedule given as slots, int32[R]."""
    st = ready.empty_state(instance)
    for r in np.flatnonzero(slot >= 0).tolist():
        put(st, r, int(slot[r]))
    return explain(st, ready.possible, ready.excluded)


def unmet_demands(instance: Instance, slot: Ints) -> list[Conflict]:
    """Mandatory requests and least numbers of meetings that a schedule does not meet."""
    name = Namer(instance)
    missed = name.mandatory(np.flatnonzero(instance.mandatory & (slot < 0)).tolist())
    found = [Conflict(f"{one} has not been placed", [one]) for one in missed]
    held = slot >= 0
    ends = np.concatenate([instance.first[held], instance.second[held]])
    count = np.bincount(ends, minlength=len(instance.participant_ids))
    found += [
        Conflict(
            f'participant "{instance.participant_ids[p]}" has {count[p]} of at least '
            f"{instance.min_meetings[p]} meetings",
            [name.of("min_meetings", p, int(instance.min_meetings[p]))],
        )
        for p in np.flatnonzero(count < instance.min_meetings).tolist()
    ]
    return found


def nothing_possible(
    instance: Instance, conflicts: list[Conflict], began: float, seed: int
) -> Solution:
    """An infeasible instance: no meetings, the constraints that clash by name."""
    requests = len(instance.request_ids)
    return Solution(
        name=instance.name,
        objective=instance.objective,
        status="infeasible",
        slot=np.full(requests, -1, dtype=np.int32),
        reason=np.full(requests, -1, dtype=np.int8),
        weight=0.0,
        breaks=0,
        seconds=round(time.monotonic() - began, 3),
        seed=seed,
        conflicts=conflicts,
    )
