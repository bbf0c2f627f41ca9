"""Repair of an announced schedule: one no-show after the other, and a twentieth of the buyers."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import numpy as np

from benchmarks.scheduling_lines import Lines
from emporion.engines import scheduling
from emporion.engines.scheduling.exact.timetable import most_matched
from emporion.engines.scheduling.instance import Instance, Ints
from emporion.engines.scheduling.repairing import Event, Order

#: No-shows of one run, spread over all slots; seconds for the schedule that was announced.
NO_SHOWS, SECONDS = 4000, 20
#: Moves that a guest accepts, those of one repair in all, and meetings that a guest takes beyond
#: its limit: as asked for, nobody moved but one meeting more, both, and with two moves each.  Only
#: the first is the case of the bars; the others show what more consent would bring.
CONSENTS = {
    "": (1, 3, 0),
    ", no moves, one beyond the limit": (0, 0, 1),
    ", one beyond the limit": (1, 3, 1),
    ", two moves each": (2, 6, 0),
}


def no_show(walking: bool, scarce: bool = False) -> Callable[[Lines, int], None]:
    """Buyers who do not come, known one slot ahead; each is taken back before the next."""
    case = "no-show" + ("-scarce" if scarce else "") + ("-walking" if walking else "")

    def measure(lines: Lines, seed: int) -> None:
        instance = scheduling.read_instance(lines.instance(seed, walking, scarce))
        slot = scheduling.solve(instance, seed=seed, time_limit=SECONDS).slot
        rng = random.Random(seed)
        held = rng.sample(np.flatnonzero(slot >= 1).tolist(), NO_SHOWS)
        held.sort(key=lambda r: int(slot[r]))
        most = 100 / len(held) * _could_be_new(instance, slot, held)
        for words, (accepts, moves, beyond) in CONSENTS.items():
            floor = scheduling.Floor(
                instance,
                slot,
                notice=1,
                accepts=accepts,
                beyond=beyond,
                most_moves=moves,
                seed=seed,
            )
            barred = not words and not scarce
            _run(lines, case + words, floor, instance, slot, held, seed, most, barred)

    return measure


def _run(
    lines: Lines,
    case: str,
    floor: scheduling.Floor,
    instance: Instance,
    slot: Ints,
    held: list[int],
    seed: int,
    most: float,
    barred: bool,
) -> None:
    """Every no-show of ``held``, taken back before the next; ``barred``: it is the bars' case."""
    bars = (">= 92", ">= 61", "<= 5") if barred else (None, None, None)
    hosts = 0
    floor.no_show(int(instance.second[np.flatnonzero(slot >= 0)[0]]), 0)  # kernels loaded
    floor.take_back()
    took, busy, again, new, moved = [], [], 0, 0, []
    for r in held:
        t, host = int(slot[r]), int(instance.first[r])
        floor.advance(t - 1)
        began, cpu = time.perf_counter(), time.process_time()
        changes = floor.no_show(int(instance.second[r]), t)
        took.append(1000 * (time.perf_counter() - began))
        busy.append(1000 * (time.process_time() - cpu))
        again += any(c.after == t and instance.first[c.request] == host for c in changes.changes)
        gone = sum(c.after < 0 for c in changes.changes)
        assert gone == 1, "a repair gave up an announced meeting"
        new += changes.new > 0
        moved.append(changes.moved)
        rows = [c.request for c in changes.changes if c.before >= 0 and c.after >= 0]
        hosts = max(hosts, int(np.bincount(instance.first[rows], minlength=1).max()))
        floor.take_back()
    share = 100 / len(held)
    lines.show(f"{case}: place used again", again * share, "%", bars[0], None, seed)
    lines.show(f"{case}: a new meeting", new * share, "%", bars[1], None, seed,
               host_could_have_one_at_most=round(most, 1))  # fmt: skip
    lines.show(f"{case}: p99", float(np.percentile(took, 99)), "ms", bars[2], None, seed,
               median=round(float(np.median(took)), 3), worst=round(max(took), 2),
               processor_p99=round(float(np.percentile(busy, 99)), 2))  # fmt: skip
    lines.show(f"{case}: meetings moved", float(np.mean(moved)), "a no-show", None, None,
               seed, most=max(moved), most_of_one_host=hosts)  # fmt: skip


def _could_be_new(instance: Instance, slot: Ints, held: list[int]) -> int:
    """After how many of the no-shows the host could have a new meeting, however others move.

    Some guest who waits for the host must find slots of its own for all its meetings to come and
    this one; whether the places of all hosts suffice is not asked, so it may be too many.
    """
    possible = instance.allowed_slots()
    bits = possible @ (1 << np.arange(possible.shape[1], dtype=np.int64))
    mine: dict[int, list[int]] = {}
    waiting: dict[int, list[int]] = {}
    for r in np.flatnonzero(slot >= 0).tolist():
        mine.setdefault(int(instance.second[r]), []).append(r)
    for r in np.flatnonzero(slot < 0).tolist():
        waiting.setdefault(int(instance.first[r]), []).append(r)

    def comes(q: int, gone: int, t: int) -> bool:
        guest = int(instance.second[q])
        now = [r for r in mine.get(guest, []) if r != gone]
        if len(now) >= instance.max_meetings[guest]:
            return False
        later = [q, *(r for r in now if slot[r] >= t)]
        allowed = -1 << (t + (guest == instance.second[gone]))
        return most_matched([int(bits[r]) & allowed for r in later], -1) == len(later)

    return sum(
        any(comes(q, r, int(slot[r])) for q in waiting.get(int(instance.first[r]), []))
        for r in held
    )


def absent(walking: bool, missed: int = 1) -> Callable[[Lines, int], None]:
    """A twentieth of the buyers is missing on a day, the second of five unless said otherwise."""
    case = "absent" if walking else "absent-flat"
    case += "" if missed == 1 else f", day {missed + 1}"

    def measure(lines: Lines, seed: int) -> None:
        instance = scheduling.read_instance(lines.instance(seed, walking))
        slot = scheduling.solve(instance, seed=seed, time_limit=SECONDS).slot
        buyers = np.flatnonzero(instance.place < 0)
        gone = np.random.default_rng(seed).choice(buyers, len(buyers) // 20, replace=False)
        day = np.flatnonzero(instance.slot_day == missed)
        event = Event("absent", gone.astype(np.int32), int(day[0]), int(day[-1]))
        for words, moves, of_host, counts in (
            ("", 1, None, True),
            (", hosts one move too", 1, 1, True),
            (", held again is no move", 1, None, False),
            (", any moves", 1000, None, False),
        ):
            order = Order(
                int(day[0]), [event],
                moves_per_person=moves, moves_per_host=of_host, later_counts=counts,
            )  # fmt: skip
            # The bars ask for one move of everybody who is moved, however that came.
            bars = ("<= 5", ">= 50", "<= 1") if not words else (None, None, None)
            began, cpu = time.monotonic(), time.process_time()
            solution, changes, left = scheduling.repair(instance, slot, order, seed=seed)
            wall, cpu = time.monotonic() - began, time.process_time() - cpu
            moved = (slot >= 0) & (solution.slot >= 0) & (slot != solution.slot)
            again = np.isin(np.arange(len(slot)), [c.request for c in changes.changes
                                                   if c.reason == "later"])  # fmt: skip
            most = [int(np.bincount(instance.second[rows], minlength=1).max())
                    for rows in (moved if counts else moved & ~again, again)]  # fmt: skip
            of_hosts = int(np.bincount(instance.first[moved], minlength=1).max())
            given_up = [c.request for c in changes.changes
                        if c.after < 0 and c.reason in ("outweighed", "order")]  # fmt: skip
            lines.show(f"{case}{words}: seconds", wall, "s", bars[0], None, seed,
                       processor_seconds=round(cpu, 1))  # fmt: skip
            share = 100 * changes.regained / changes.lost
            base = solution.weight - changes.regained
            room = 100 * (scheduling.bound(left).weight - base) / changes.lost
            lines.show(f"{case}{words}: lost value regained", share, "%", bars[1], None, seed,
                       lost=changes.lost, new=changes.new, bound=round(room, 1))  # fmt: skip
            lines.show(f"{case}{words}: moves of one guest", most[0], "count", bars[2], None, seed,
                       held_again_of_one_absent=most[1], of_one_host=of_hosts)  # fmt: skip
            lines.show(
                f"{case}{words}: cancelled for heavier ones",
                len(given_up),
                "count",
                None,
                None,
                seed,
                weight=float(instance.weight[given_up].sum()),
                of_one_guest=int(np.bincount(instance.second[given_up], minlength=1).max()),
            )
            wrong = len(scheduling.check(left, solution).violations)
            lines.show(f"{case}{words}: violations", wrong, "count", "<= 0", None, seed)

    return measure
