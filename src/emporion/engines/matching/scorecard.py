"""How groups of participants fare on a set of lists: who is looked at, and who may hope to meet.

A group is a value that participants share (a country, a size, being there for the first time).  The
score never sees groups; these figures show whether some fare worse all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """One group of one side.

    `looks` and `meetings` are per meeting that its members want: looks on the other side's lists
    (rank r is looked at with chance 1 / r) and meetings that both want, expected of those looks.
    Both are ratios to the mean of the side: 1 is as everybody.
    """

    name: str
    people: int
    looks: float
    meetings: float


def groups(
    names: Sequence[str],
    capacity: npt.ArrayLike,
    other: Ints,
    ranks: Ints,
    both: npt.ArrayLike,
) -> list[Group]:
    """Return the groups of a side by size, then name.

    `names[i]` is the group of participant i ("" for not known, which is a group as well);
    `other`, `ranks` and `both` (p q) describe the entries of the lists that this side is on.
    O(entries + participants).
    """
    if not len(names):
        return []
    slots = np.maximum(np.asarray(capacity, dtype=np.float64), 1)
    weight = 1.0 / np.asarray(ranks, dtype=np.float64)
    count = len(names)
    looks = _sums(other, weight, count)
    meetings = _sums(other, weight * np.asarray(both, np.float64), count)
    order = sorted(set(names))
    number = {name: at for at, name in enumerate(order)}
    group = np.asarray([number[name] for name in names], dtype=np.int64)
    people = np.bincount(group, minlength=len(order))
    wanted = _sums(group, slots, len(order))
    found = [
        Group(name, int(people[at]), looked, met)
        for at, (name, looked, met) in enumerate(
            zip(
                order,
                _ratio(group, looks, wanted, len(order)),
                _ratio(group, meetings, wanted, len(order)),
                strict=True,
            )
        )
    ]
    return sorted(found, key=lambda one: (-one.people, one.name))


def _ratio(group: Ints, values: Doubles, wanted: Doubles, count: int) -> list[float]:
    total = _sums(group, values, count)
    mean = float(values.sum() / wanted.sum()) if wanted.sum() else 0.0
    if not mean > 0:
        return [0.0] * count
    ratios: list[float] = (total / np.maximum(wanted, 1e-12) / mean).tolist()
    return ratios


def _sums(at: Ints, values: Doubles, count: int) -> Doubles:
    return np.bincount(at, weights=values, minlength=count).astype(np.float64)
