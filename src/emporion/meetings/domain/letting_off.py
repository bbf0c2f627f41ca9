"""Which meetings that must be held are let off, since what has happened leaves no room for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Options = Mapping[int, Sequence[int]]


def let_off(
    rows: Sequence[int], host: Ints, guest: Ints, slots: Bools, before: Ints, after: Ints
) -> list[int]:
    """Return those of `rows` (requests, the ones to be kept first) that somebody has no time for.

    ``slots`` bool[R, S] says where a request may be held, ``before`` and ``after`` int[P, S] are
    meetings at once without and with what has happened. Only so many are let off as that has cost:
    what could not be before either is left for the schedule to refuse. Each person is looked at
    alone, by augmenting paths (Kuhn 1955), so a contradiction among several may stay. O(n^2 S) for
    the n rows of one person.
    """
    gone: dict[int, None] = {}
    for p in np.flatnonzero((after < before).any(axis=1)).tolist():
        mine = [r for r in rows if p in (host[r], guest[r]) and r not in gone]
        then = _without_time(mine, _options(mine, host, guest, slots, before), before[p])
        now = _without_time(mine, _options(mine, host, guest, slots, after), after[p])
        gone.update(dict.fromkeys(now[len(then) :]))
    return list(gone)


def _options(
    rows: Sequence[int], host: Ints, guest: Ints, slots: Bools, capacity: Ints
) -> dict[int, list[int]]:
    there = slots[rows] & (capacity[host[rows]] > 0) & (capacity[guest[rows]] > 0)
    return {r: np.flatnonzero(row).tolist() for r, row in zip(rows, there, strict=True)}


def _without_time(
    rows: Sequence[int], options: Options, room: npt.NDArray[np.integer]
) -> list[int]:
    """Return the rows that find no slot beside those before them; ``room`` int[S]."""
    held: dict[int, list[int]] = {}

    def seat(r: int, seen: set[int]) -> bool:
        for t in options[r]:
            if t in seen:
                continue
            seen.add(t)
            there = held.setdefault(t, [])
            if len(there) < room[t]:
                there.append(r)
                return True
            for i, other in enumerate(there):
                if seat(other, seen):
                    there[i] = r
                    return True
        return False

    return [r for r in rows if not seat(r, set())]
