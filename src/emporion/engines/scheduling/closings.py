"""What closes slots to a request, and the least of it that is to blame."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from .instance import Bools, Instance
from .naming import Constraint, Namer

#: Of more than so many names nothing is left out.
MOST_NAMES = 60
#: A constraint and the slots that it closes, bool[S].
Closing = tuple[Constraint, Bools]


class Closings:
    """What closes slots to the requests of one instance, and what says that they must be held."""

    def __init__(self, it: Instance) -> None:
        self.it, self.name = it, Namer(it)
        self.locked = dict(it.locked.tolist())
        self.excluded = it.excluded()

    def of(self, r: int) -> list[Closing]:
        """All that closes any slot to the request r; a locked one is told of by its lock alone."""
        it, name = self.it, self.name
        slots = np.arange(len(it.slot_ids))
        apart = [(name.apart(r), slots >= 0)] if self.excluded[r] else []
        if (t := self.locked.get(r)) is not None:
            return [(name.request("locked", r, t), slots != t), *apart]
        ends = int(it.first[r]), int(it.second[r])
        found = [(name.calendar(p), it.capacity[p] == 0) for p in ends] + apart
        if it.frozen_before:
            found.append((name.frozen(), slots < it.frozen_before))
        if (t := int(it.fixed_slot[r])) >= 0:
            found.append((name.request("fixed_slot", r, t), slots != t))
        if it.allowed is not None:
            found.append((name.request("allowed_slots", r), ~it.allowed[r]))
        return [one for one in found if one[1].any()]

    def demand(self, r: int) -> Constraint:
        """What says that the request r must be held."""
        if r in self.locked:
            return self.name.request("locked", r, self.locked[r])
        return self.name.request("mandatory", r)

    def of_all(
        self, rows: list[int], number: int = 1, where: slice = slice(None), shrink: bool = True
    ) -> list[Constraint]:
        """The least of what closes every slot of ``where`` to so many of the requests ``rows``.

        All of it where ``shrink`` is False or it has more than `MOST_NAMES`.
        """
        masks = [[(one, mask[where]) for one, mask in self.of(r)] for r in rows]
        every = dict.fromkeys(one for mine in masks for one, _ in mine)

        def closed(kept: list[Constraint]) -> bool:
            shut = 0
            for mine in masks:
                some = [mask for one, mask in mine if one in kept]
                shut += bool(some) and bool(np.logical_or.reduce(some).all())
            return shut >= number

        return least(every, closed) if shrink and len(every) <= MOST_NAMES else list(every)


def least(
    constraints: Iterable[Constraint], enough: Callable[[list[Constraint]], bool]
) -> list[Constraint]:
    """A part of ``constraints`` that is ``enough``, none of which can be left out.

    ``enough`` must hold for all of them, and for more whenever it holds for less.  Where slots have
    passed, that is named rather than what else closes them: to open it would not help.
    """
    kept = sorted(dict.fromkeys(constraints), key=lambda one: one.kind == "frozen_before")
    for one in list(kept):
        rest = [other for other in kept if other != one]
        if enough(rest):
            kept = rest
    return kept
