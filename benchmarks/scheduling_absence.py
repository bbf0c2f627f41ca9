"""What can be regained after an absence at most: a linear programme with the moves as rows.

The bar of the repair is a share of the value lost.  Whether a schedule of that share exists is a
question of its own: here it is answered from above, by the programme over (request, slot) that the
engine's proofs use, with the moves that each guest accepts, and meetings of others that are
cancelled, as further rows.  Every price vector gives a valid bound, so nothing rests on the
tolerance of the solver.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix, vstack

from benchmarks.scheduling_lines import EXPO, Lines
from benchmarks.scheduling_live import READINGS, SECONDS, absence
from emporion.engines import scheduling
from emporion.engines.scheduling.exact.programme import Programme
from emporion.engines.scheduling.instance import Instance, Ints
from emporion.engines.scheduling.preparing import prepare
from emporion.engines.scheduling.pricing import most_held
from emporion.engines.scheduling.repairing import Order
from emporion.engines.scheduling.repairing.events import remaining
from emporion.engines.scheduling.solving import relaxations

#: Part of the size of an expo that the programme is solved for, and its seconds at most.
PART, MOST_SECONDS = 10, 500
#: Requests whose weight less the prices of the flow is at least that begin; the others come in the
#: rounds that follow, where the prices of the programme say so.
HOPE, ROUNDS, SHORT = -20, 8, 0.01


def most(lines: Lines, seed: int) -> None:
    """What is regained on a fair of a tenth of the size, and what can be at most."""
    size = {name: number // PART for name, number in EXPO.items()}
    instance = scheduling.generate(seed=seed, **size)
    slot = scheduling.solve(instance, seed=seed, time_limit=SECONDS, prove=False).slot
    event = absence(instance, seed, 1)
    for words in ("", ", cancelling is no move", ", held again is no move"):
        order = Order(event.first, [event], **READINGS[words])
        left, still = remaining(instance, slot, order)
        _, changes, _ = scheduling.repair(instance, slot, order, seed=seed)
        began = time.process_time()
        known = slot if order.later_counts else still
        limit = most_regained(left, known, still, order, MOST_SECONDS)
        proven = None if limit is None else round(100 * limit / changes.lost, 1)
        share = 100 * changes.regained / changes.lost
        took = round(time.process_time() - began, 1)
        lines.show(f"absent, a tenth of the size{words}: lost value regained", share, "%", None,
                   None, seed, proven_most=proven, processor_seconds_of_proof=took)  # fmt: skip


def most_regained(
    left: Instance, known: Ints, still: Ints, order: Order, seconds: float
) -> float | None:
    """Weight above that of ``still`` (int32[R]) that a schedule of ``left`` can have, at most.

    ``known`` int32[R]: at another time it is a move of its guest, as far as the ``order`` says so,
    and as many as that accepts.  None when ``seconds`` have not been enough.
    """
    ready = prepare(left)
    programme = Programme.of(left, left.weight, ready.possible, most_held(left))
    programme = _with_moves(programme, left, known, still, order)
    flow, _ = relaxations(left, ready, with_bound=False)
    reduced = ready.value - flow.price[ready.shape.end0] - flow.price[ready.shape.end1]
    hope = (reduced >= HOPE * ready.scale) | (known >= 0)
    kept = np.flatnonzero(hope[programme.request])
    deadline = time.monotonic() + seconds
    limits: list[float] = []
    for _ in range(ROUNDS):
        found = programme.relaxed(kept, deadline - time.monotonic())
        if found is None:
            break
        prices = np.maximum(found[1], 0)
        limits.append(programme.reduced(prices)[1])
        short = programme.gain - programme.price(prices)
        new = np.setdiff1d(np.flatnonzero(short > SHORT), kept)
        if not len(new):
            break
        kept = np.union1d(kept, new)
    return min(limits) - float(left.weight[still >= 0].sum()) if limits else None


def _with_moves(it: Programme, left: Instance, known: Ints, still: Ints, order: Order) -> Programme:
    """``it`` with a row for the moves of each guest."""
    r, t = it.request, it.slot
    entries = np.where((known[r] >= 0) & (t != known[r]), 1.0, 0.0)
    right = np.full(len(left.participant_ids), float(order.moves_per_person))
    if order.cancel_counts:
        # What does not stay is one move, wherever it goes.
        entries = np.where(still[r] >= 0, np.where(t == still[r], -1.0, 0.0), entries)
        right -= np.bincount(left.second[still >= 0], minlength=len(right))
    used = np.flatnonzero(entries)
    guests, row = np.unique(left.second[r[used]], return_inverse=True)
    rows = csr_matrix((entries[used], (row, used)), (len(guests), len(r)))
    return replace(
        it, more=vstack([it.more, rows]).tocsr(), right=np.append(it.right, right[guests])
    )
