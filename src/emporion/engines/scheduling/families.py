"""Seeded families of small, hard instances: every meeting must be held, breaks are to be few.

The size and shape of conferences at which exact methods were measured in print (Bofill et al.,
JAIR 74, 2022).  Everything in them is made up.  A hidden timetable guides the drawing, so that the
meetings fit; only the fairness of breaks can make an instance infeasible.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .instance import Instance, make_instance
from .limits import refuse_seed

#: Draws without a meeting after which a timetable is begun again.
PATIENCE = 200_000
#: How often a slot beside a meeting of one of the two is taken, where there is one.
BESIDE = 0.8


class Family(NamedTuple):
    """What the instances of a family have in common; shares lie between 0 and 1."""

    people: int
    meetings: int
    slots: int
    #: Slots that belong to the morning.
    morning: int
    tables: int
    #: Shape of the gamma distribution of popularity: the smaller, the more uneven.
    shape: float
    morning_only: float = 0.0
    afternoon_only: float = 0.0
    #: People with blocked slots, and how many draws each has at least and at most.
    blocked: int = 0
    draws: tuple[int, int] = (1, 1)
    fixed: float = 0.0
    preceded: float = 0.0


FAMILIES = {
    "breaks-A": Family(76, 195, 22, 12, 14, 0.9, 0.33, 0.16, 26),
    "breaks-B-loose": Family(70, 154, 21, 13, 12, 0.9, 0.59, 0.03, 22),
    "breaks-B-tight": Family(70, 154, 21, 13, 11, 0.9, 0.59, 0.03),
    "breaks-C-loose": Family(47, 180, 10, 10, 19, 4.0),
    "breaks-C-tight": Family(47, 185, 10, 10, 19, 4.0),
    "breaks-D-loose": Family(78, 302, 22, 12, 22, 1.3, 0.22, 0.02, 34, (1, 5)),
    "breaks-D-tight": Family(78, 302, 22, 12, 21, 1.3, 0.22, 0.02, 20),
    "breaks-E-loose": Family(60, 200, 14, 7, 17, 2.0, 0.15, 0.10, 12, fixed=0.25),
    "breaks-E-tight": Family(60, 200, 14, 7, 15, 2.0, 0.15, 0.10, 12, fixed=0.25),
    "breaks-F": Family(70, 170, 20, 11, 13, 1.0, 0.30, 0.10, 15, preceded=0.15),
}


def generate_family(name: str, seed: int) -> Instance:
    """One instance of a family of `FAMILIES`; the same name and seed give the same instance.

    Raises ValueError for an unknown family or a seed that is none.  Some milliseconds.
    """
    refuse_seed(seed)
    if name not in FAMILIES:
        raise ValueError(f'no family "{name}"; there are {", ".join(FAMILIES)}')
    family = FAMILIES[name]
    rng = random.Random(f"{name.removeprefix('breaks-')}-{seed}")  # noqa: S311
    drawn = _Draw(family, rng)
    while not drawn.fill():
        drawn = _Draw(family, rng)
    return drawn.instance(f"{name}, seed {seed}")


@dataclass
class _Draw:
    """Meetings drawn one after the other, each with its slot in the hidden timetable."""

    family: Family
    rng: random.Random
    blocked: list[set[int]] = field(init=False)
    busy: list[set[int]] = field(init=False)
    pairs: dict[tuple[int, int], tuple[int, tuple[int, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        family, rng = self.family, self.rng
        self.blocked = [set() for _ in range(family.people)]
        for p in rng.sample(range(family.people), family.blocked):
            for _ in range(rng.randint(*family.draws)):
                self.blocked[p].add(rng.randrange(family.slots))
        self.busy = [set() for _ in range(family.people)]

    def fill(self) -> bool:
        """Draw all meetings; False when no further one has been found for long."""
        family, rng = self.family, self.rng
        weight = [rng.gammavariate(family.shape, 1) + 0.12 for _ in range(family.people)]
        spare = 1 if family.slots > 12 else 0
        most = [family.slots - len(b) - spare for b in self.blocked]
        load = [0] * family.slots
        everybody = range(family.people)
        for _ in range(PATIENCE):
            if len(self.pairs) == family.meetings:
                return True
            a, b = sorted(rng.choices(everybody, weight, k=2))
            full = len(self.busy[a]) >= most[a] or len(self.busy[b]) >= most[b]
            if a == b or (a, b) in self.pairs or full:
                continue
            window = self._window()
            taken = self.blocked[a] | self.blocked[b] | self.busy[a] | self.busy[b]
            open_ = [t for t in range(*window) if t not in taken and load[t] < family.tables]
            if not open_:
                continue
            near_a, near_b = ({s + d for s in self.busy[p] for d in (-1, 1)} for p in (a, b))
            beside = [t for t in open_ if t in near_a and t in near_b]
            beside = beside or [t for t in open_ if t in near_a or t in near_b] or open_
            t = rng.choice(beside if rng.random() < BESIDE else open_)
            self.pairs[a, b] = t, window
            self.busy[a].add(t)
            self.busy[b].add(t)
            load[t] += 1
        return False

    def _window(self) -> tuple[int, int]:
        family, draw = self.family, self.rng.random()
        if draw < family.morning_only:
            return 0, family.morning
        if draw < family.morning_only + family.afternoon_only:
            return family.morning, family.slots
        return 0, family.slots

    def instance(self, name: str) -> Instance:
        family, rng = self.family, self.rng
        meetings = len(self.pairs)
        witness = [t for t, _ in self.pairs.values()]
        allowed = np.zeros((meetings, family.slots), dtype=bool)
        for m, (_, (first, last)) in enumerate(self.pairs.values()):
            allowed[m, first:last] = True
        fixed = np.full(meetings, -1)
        for m in rng.sample(range(meetings), round(family.fixed * meetings)):
            fixed[m] = witness[m]
        order = []
        for m in rng.sample(range(meetings), round(family.preceded * meetings)):
            earlier = [n for n in range(meetings) if witness[n] < witness[m]]
            if earlier:
                order.append((rng.choice(earlier), m))
        capacity = np.ones((family.people, family.slots), dtype=np.int32)
        for p, slots in enumerate(self.blocked):
            capacity[p, list(slots)] = 0
        return make_instance(
            [f"t{t + 1:02d}" for t in range(family.slots)],
            [f"p{p + 1:02d}" for p in range(family.people)],
            [f"m{m + 1:03d}" for m in range(meetings)],
            [a for a, _ in self.pairs],
            [b for _, b in self.pairs],
            name=name,
            objective="breaks",
            mandatory=np.ones(meetings, dtype=bool),
            slot_session=(np.arange(family.slots) >= family.morning).astype(int),
            session_names=["morning", "afternoon"],
            day_names=["day 1"],
            capacity=capacity,
            allowed=allowed,
            fixed_slot=fixed,
            precedences=order,
            tables=family.tables,
            max_break_difference=2,
        )
