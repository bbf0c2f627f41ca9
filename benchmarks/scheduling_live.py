"""Repair of an announced schedule: one no-show after the other, and a twentieth of the buyers."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import numpy as np

from benchmarks.scheduling_lines import Lines
from emporion.engines import scheduling
from emporion.engines.scheduling.repairing import Event, Order

#: No-shows of one run, spread over all slots; seconds for the schedule that was announced.
NO_SHOWS, SECONDS = 4000, 20


def no_show(walking: bool) -> Callable[[Lines, int], None]:
    """Buyers who do not come, known one slot ahead; each is taken back before the next."""
    case = "no-show-walking" if walking else "no-show"

    def measure(lines: Lines, seed: int) -> None:
        instance = scheduling.read_instance(lines.instance(seed, walking))
        slot = scheduling.solve(instance, seed=seed, time_limit=SECONDS).slot
        floor = scheduling.Floor(instance, slot, notice=1, seed=seed)
        floor.no_show(int(instance.second[np.flatnonzero(slot >= 0)[0]]), 0)  # kernels loaded
        floor.take_back()
        rng = random.Random(seed)
        held = rng.sample(np.flatnonzero(slot >= 1).tolist(), NO_SHOWS)
        held.sort(key=lambda r: int(slot[r]))
        took, again, new, moved = [], 0, 0, []
        for r in held:
            t, host = int(slot[r]), int(instance.first[r])
            floor.advance(t - 1)
            began = time.perf_counter()
            changes = floor.no_show(int(instance.second[r]), t)
            took.append(1000 * (time.perf_counter() - began))
            again += any(
                c.after == t and instance.first[c.request] == host for c in changes.changes
            )
            gone = sum(c.after < 0 for c in changes.changes)
            assert gone == 1, "a repair gave up an announced meeting"
            new += changes.new > 0
            moved.append(changes.moved)
            floor.take_back()
        share = 100 / len(held)
        bars = (">= 92", ">= 61")
        lines.show(f"{case}: place used again", again * share, "%", bars[0], None, seed)
        lines.show(f"{case}: a new meeting", new * share, "%", bars[1], None, seed)
        lines.show(f"{case}: p99", float(np.percentile(took, 99)), "ms", "<= 5", None, seed,
                   median=round(float(np.median(took)), 3), worst=round(max(took), 2))  # fmt: skip
        lines.show(f"{case}: meetings moved", float(np.mean(moved)), "a no-show", None, None,
                   seed, most=max(moved))  # fmt: skip

    return measure


def absent(lines: Lines, seed: int) -> None:
    """A twentieth of the buyers is missing on the third day."""
    instance = scheduling.read_instance(lines.instance(seed, True))
    slot = scheduling.solve(instance, seed=seed, time_limit=SECONDS).slot
    buyers = np.flatnonzero(instance.place < 0)
    gone = np.random.default_rng(seed).choice(buyers, len(buyers) // 20, replace=False)
    day = np.flatnonzero(instance.slot_day == 2)
    event = Event("absent", gone.astype(np.int32), int(day[0]), int(day[-1]))
    order = Order(int(day[0]), [event])
    began, cpu = time.monotonic(), time.process_time()
    solution, changes, left = scheduling.repair(instance, slot, order, seed=seed)
    wall, cpu = time.monotonic() - began, time.process_time() - cpu
    moved = (slot >= 0) & (solution.slot >= 0) & (slot != solution.slot)
    most = int(np.bincount(instance.second[moved], minlength=1).max())
    lines.show("absent: seconds", wall, "s", "<= 5", None, seed, processor_seconds=round(cpu, 1))
    share = 100 * changes.regained / changes.lost
    lines.show("absent: lost value regained", share, "%", ">= 50", None, seed,
               lost=changes.lost, new=changes.new)  # fmt: skip
    lines.show("absent: moves of one person", most, "count", "<= 1", None, seed)
    wrong = len(scheduling.check(left, solution).violations)
    lines.show("absent: violations", wrong, "count", "<= 0", None, seed)
