"""What a matching found: both sides' lists, as arrays and as objects, and how they came about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import behaviour, exploring, metrics, reasons

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# Named with every showing, so that what came of it can be laid to the rule that made it.
POLICY = "facets-text-meaning/10"


@dataclass(frozen=True)
class Entry:
    """One line of a list. `p`: the buyer wants the exhibitor; `q`: the reverse, on every list.

    `score` is `p * q`, the chance that both want, by which a list is sorted.  `propensity` is the
    chance with which it was to be on the list; `beyond` says that it would not be there had nothing
    been drawn (see `exploring`), and `held` that the exposure floor gave places of the list away,
    but not this one: whoever has it was shown no more often than the floor asks for.
    """

    id: str
    rank: int
    score: float
    p: float
    q: float
    reasons: list[tuple[str, dict[str, Any]]]
    propensity: float = 1.0
    beyond: bool = False
    held: bool = False


@dataclass
class Lists:
    """The lists of one side, as arrays: list i holds the entries start[i] to start[i + 1].

    `other` are indices into `other_ids`; `p` (the buyer wants the exhibitor) and `q` (the reverse)
    have the same meaning on both sides' lists.  `price[i]` is that of the calendar of owner i.
    """

    owner_ids: list[str]
    other_ids: list[str]
    start: Ints
    other: Ints
    score: Floats
    p: Floats
    q: Floats
    reasons: reasons.ReasonTable
    price: npt.NDArray[np.float64]
    propensity: npt.NDArray[np.float64]
    beyond: npt.NDArray[np.bool_]
    held: npt.NDArray[np.bool_]

    def of(self, owner: int) -> list[Entry]:
        """Return the list of one owner (by index), best first."""
        begin, end = int(self.start[owner]), int(self.start[owner + 1])
        return [
            Entry(
                self.other_ids[int(self.other[at])],
                at - begin + 1,
                float(self.score[at]),
                float(self.p[at]),
                float(self.q[at]),
                self.reasons.of(at),
                float(self.propensity[at]),
                bool(self.beyond[at]),
                bool(self.held[at]),
            )
            for at in range(begin, end)
        ]

    def __iter__(self) -> Iterator[tuple[str, list[Entry]]]:
        """Yield (owner id, entries) in the order of ids."""
        for at, owner in enumerate(self.owner_ids):
            yield owner, self.of(at)


@dataclass
class Matching:
    """Both sides' lists, the figures of the market, and how they came about.

    `rule` is the order used (see `clearing`); `level` is the part of the exhibitors' duals that the
    knob put there (see `levelling`); `lessons` what answers taught of p and q; `models` what read
    the texts for their meaning; `short` how many lists are missing to the `floor`, by the id of
    each exhibitor who is in fewer, and `fewest_missing` how many would be in all whatever the lists
    (see `rank.Floored`); `ends` the figures at both ends of the knob, from most
    matches to most equal, where they were asked for.
    """

    buyers: Lists
    exhibitors: Lists
    figures: metrics.Figures
    floor: int
    rule: str
    equality: float
    level: npt.NDArray[np.float64]
    lessons: tuple[behaviour.Lesson, behaviour.Lesson]
    seed: int
    seconds: float
    models: tuple[str, ...] = ()
    ends: tuple[metrics.Figures, ...] = ()
    less: float = 0.0
    explored: bool = False
    short: dict[str, int] = field(default_factory=dict)
    fewest_missing: int | None = 0

    @property
    def policy(self) -> str:
        """Everything that decides the order beside the market itself and the seed."""
        ways = [self.rule, f"{self.equality:g}"]
        if self.less:
            ways.append(f"varied {self.less:g}")
        if self.explored:
            ways.append(f"drawn {exploring.SHARE:g} near {exploring.NEAR:g}")
        return " ".join((POLICY, *ways, *self.models))
