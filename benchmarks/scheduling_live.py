"""Repair of an announced schedule: one no-show after the other, and a twentieth of the buyers."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.scheduling_lines import Lines
from emporion.engines import scheduling
from emporion.engines.scheduling.instance import Instance, Ints
from emporion.engines.scheduling.repairing import Event, Order
from emporion.engines.scheduling.state import walking_budget

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
#: What counts as a move after an absence, and of whom; only the first is the case of the bars.
READINGS: dict[str, dict[str, Any]] = {
    "": {},
    ", cancelling is no move": {"cancel_counts": False},
    ", hosts one move too": {"moves_per_host": 1},
    ", held again is no move": {"later_counts": False},
    ", any moves": {"moves_per_person": 1000, "later_counts": False},
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
        most = _possible(instance, slot, held)
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
    most: tuple[float, float],
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
    one_move = {"could_be_used_at_most": round(most[0], 2)} if barred else {}
    lines.show(f"{case}: place used again", again * share, "%", bars[0], None, seed, **one_move)
    lines.show(f"{case}: a new meeting", new * share, "%", bars[1], None, seed,
               host_could_have_one_at_most=round(most[1], 1))  # fmt: skip
    lines.show(f"{case}: p99", float(np.percentile(took, 99)), "ms", bars[2], None, seed,
               median=round(float(np.median(took)), 3), worst=round(max(took), 2),
               processor_p99=round(float(np.percentile(busy, 99)), 2))  # fmt: skip
    lines.show(f"{case}: meetings moved", float(np.mean(moved)), "a no-show", None, None,
               seed, most=max(moved), most_of_one_host=hosts)  # fmt: skip


def _possible(instance: Instance, slot: Ints, held: list[int]) -> tuple[float, float]:
    """After how many of 100 no-shows the place could be used, and the host have a new meeting.

    For a new meeting some guest who waits for the host must find a slot for it, with one move of
    its own meetings at most, within reach of what it has in the slots beside; the place is used by
    such a guest in its slot, or by a later guest of the host that comes forward.  Whether the
    places of all hosts suffice, and whom else it takes, is not asked, so it may be too many.
    """
    rows = _Rows(instance, slot)
    waiting: dict[int, list[int]] = {}
    later: dict[int, list[int]] = {}
    for r, t in enumerate(slot.tolist()):
        (waiting if t < 0 else later).setdefault(int(instance.first[r]), []).append(r)
    used = new = 0
    for r in held:
        t, host = int(slot[r]), int(instance.first[r])
        queue = waiting.get(host, [])
        new += any(rows.takes(q, r, t) for q in queue)
        used += any(rows.takes(q, r, t, only=True) for q in queue) or any(
            slot[q] > t and rows.comes(q, t) for q in later[host]
        )
    return 100 * used / len(held), 100 * new / len(held)


class _Rows:
    """What every guest does in which slot, and whether one more meeting finds a place there."""

    def __init__(self, instance: Instance, slot: Ints) -> None:
        self.it = instance
        possible = instance.allowed_slots()
        self.open = [np.flatnonzero(row).tolist() for row in possible]
        self.place = instance.place[instance.first].tolist()
        self.guest = instance.second.tolist()
        self.busy: dict[int, dict[int, int]] = {}
        for r in np.flatnonzero(slot >= 0).tolist():
            self.busy.setdefault(self.guest[r], {})[int(slot[r])] = r
        days = instance.slot_day
        self.beside = [
            [u for u in (t - 1, t + 1) if 0 <= u < len(days) and days[u] == days[t]]
            for t in range(len(days))
        ]
        budget = walking_budget(instance)
        self.time = [int(budget[t, t + 1]) for t in range(len(days) - 1)]
        self.way = instance.walk_minutes.tolist() if instance.walking else None

    def takes(self, q: int, gone: int, t: int, only: bool = False) -> bool:
        """Whether the guest of ``q`` has time for it from slot t on, or in t ``only``, without the
        meeting ``gone``, when it accepts one move."""
        guest = self.guest[q]
        row = {u: r for u, r in self.busy.get(guest, {}).items() if r != gone}
        if len(row) >= self.it.max_meetings[guest]:
            return False
        earliest = t + (guest == self.guest[gone])
        for u in self.open[q]:
            if u < earliest or (only and u != t):
                continue
            away = self._in_the_way(q, u, row)
            if not away:
                return True
            if len(away) > 1 or away[0] < earliest:
                continue
            rest = {s: r for s, r in row.items() if s != away[0]} | {u: q}
            x = row[away[0]]
            others = (s for s in self.open[x] if s >= earliest and s != away[0])
            if any(not self._in_the_way(x, s, rest) for s in others):
                return True
        return False

    def comes(self, q: int, t: int) -> bool:
        """Whether the guest of the meeting ``q`` has time for it in slot t instead, alone."""
        row = {u: r for u, r in self.busy[self.guest[q]].items() if r != q}
        return t in self.open[q] and not self._in_the_way(q, t, row)

    def _in_the_way(self, r: int, t: int, row: dict[int, int]) -> list[int]:
        """The slots of ``row`` that keep r out of slot t."""
        found = [t] if t in row else []
        if self.way is not None:
            ways = self.way[self.place[r]]
            for u in self.beside[t]:
                if u in row and ways[self.place[row[u]]] > self.time[min(t, u)]:
                    found.append(u)
        return found


def absence(instance: Instance, seed: int, missed: int) -> Event:
    """A twentieth of the buyers is missing on a day, numbered from 0."""
    buyers = np.flatnonzero(instance.place < 0)
    gone = np.random.default_rng(seed).choice(buyers, len(buyers) // 20, replace=False)
    day = np.flatnonzero(instance.slot_day == missed)
    return Event("absent", gone.astype(np.int32), int(day[0]), int(day[-1]))


def absent(walking: bool, missed: int = 1) -> Callable[[Lines, int], None]:
    """A twentieth of the buyers is missing on a day, the second of five unless said otherwise."""
    case = "absent" if walking else "absent-flat"
    case += "" if missed == 1 else f", day {missed + 1}"

    def measure(lines: Lines, seed: int) -> None:
        instance = scheduling.read_instance(lines.instance(seed, walking))
        slot = scheduling.solve(instance, seed=seed, time_limit=SECONDS).slot
        event = absence(instance, seed, missed)
        for words, more in READINGS.items():
            order = Order(event.first, [event], **more)
            # The bars ask for one change of everybody who is touched, however that came.
            bars = ("<= 5", ">= 50", "<= 1") if not words else (None, None, None)
            began, cpu = time.monotonic(), time.process_time()
            solution, changes, left = scheduling.repair(instance, slot, order, seed=seed)
            wall, cpu = time.monotonic() - began, time.process_time() - cpu
            again = [c.request for c in changes.changes if c.reason == "later"]
            gone = [c.request for c in changes.changes
                    if c.after < 0 and c.reason in ("outweighed", "gave_way", "order")]  # fmt: skip
            other = [c.request for c in changes.changes if c.reason == "made_room"]
            counted = [*other, *(again if order.later_counts else []),
                       *(gone if order.cancel_counts else [])]  # fmt: skip
            lines.show(f"{case}{words}: seconds", wall, "s", bars[0], None, seed,
                       processor_seconds=round(cpu, 1))  # fmt: skip
            share = 100 * changes.regained / changes.lost
            base = solution.weight - changes.regained
            room = 100 * (scheduling.bound(left).weight - base) / changes.lost
            lines.show(f"{case}{words}: lost value regained", share, "%", bars[1], None, seed,
                       lost=changes.lost, new=changes.new, bound=round(room, 1))  # fmt: skip
            lines.show(f"{case}{words}: moves of one guest", _most(instance.second[counted]),
                       "count", bars[2], None, seed, of_one_host=_most(instance.first[counted]),
                       held_again_of_one_absent=_most(instance.second[again]))  # fmt: skip
            lines.show(f"{case}{words}: cancelled for heavier ones", len(gone), "count", None,
                       None, seed, weight=float(instance.weight[gone].sum()),
                       of_one_guest=_most(instance.second[gone]))  # fmt: skip
            wrong = len(scheduling.check(left, solution).violations)
            lines.show(f"{case}{words}: violations", wrong, "count", "<= 0", None, seed)

    return measure


def _most(people: Ints) -> int:
    """How often the most frequent of them occurs."""
    return int(np.bincount(people, minlength=1).max())
