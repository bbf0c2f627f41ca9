"""What is known of every timetable that is good enough, person by person."""

from __future__ import annotations

from dataclasses import dataclass

from .timetable import Timetable


@dataclass
class Limits:
    """What is known of every timetable with few enough breaks.

    ``held_least`` and ``held_most`` ``[p][t]`` meetings of p in the slots up to t,
    ``busy`` bits of the slots in which p is busy for sure, ``least`` and ``most`` breaks of p.
    """

    held_least: list[list[int]]
    held_most: list[list[int]]
    busy: list[int]
    least: list[int]
    most: list[int]


def first_limits(it: Timetable) -> Limits:
    """The limits by prefix matchings, one-slot meetings and fairness alone."""
    busy = [0] * it.people
    for m, d in enumerate(it.domain):
        if d & (d - 1) == 0:
            for p in it.ends[m]:
                busy[p] |= d
    degree = [len(x) for x in it.mine]
    return Limits(
        [[degree[p] - n for n in it.fits_after[p]] for p in range(it.people)],
        [list(row) for row in it.fits_before],
        busy,
        [0] * it.people,
        it.most_breaks(),
    )
