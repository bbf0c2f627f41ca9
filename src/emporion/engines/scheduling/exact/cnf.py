"""A formula in conjunctive normal form under construction, with constants and counters.

Literals are signed ints as in DIMACS.  `TRUE` and `FALSE` stand for constants: clauses with `TRUE`
are left out and `FALSE` is left out of clauses, so that nothing known ever becomes a variable.
"""

from __future__ import annotations

from collections.abc import Sequence

TRUE = 1 << 40
FALSE = -TRUE
#: Up to so many literals, "at most one" is written pair by pair.
PAIRWISE = 6
#: Literals that one helper variable of "at most one" stands for.
GROUP = 4


class Cnf:
    """``clauses`` over the variables 1..``top``."""

    def __init__(self) -> None:
        self.top = 0
        self.clauses: list[list[int]] = []

    def new(self) -> int:
        """A fresh variable."""
        self.top += 1
        return self.top

    def add(self, *literals: int) -> None:
        """At least one of the literals holds; an empty clause is kept and means "never"."""
        if TRUE not in literals:
            self.clauses.append([x for x in literals if x != FALSE])

    def either(self, literals: Sequence[int]) -> int:
        """A literal that holds exactly when one of ``literals`` does."""
        if TRUE in literals:
            return TRUE
        known = [x for x in literals if x != FALSE]
        if len(known) < 2:
            return known[0] if known else FALSE
        found = self.new()
        self.add(-found, *known)
        for x in known:
            self.add(found, -x)
        return found

    def both(self, literals: Sequence[int]) -> int:
        """A literal that holds exactly when all of ``literals`` do."""
        return -self.either([-x for x in literals])

    def at_most_one(self, literals: Sequence[int]) -> None:
        """Pair by pair up to `PAIRWISE`, else split with one helper for `GROUP` literals."""
        left = [x for x in literals if x != FALSE]
        while len(left) > PAIRWISE:
            group, helper = left[:GROUP], self.new()
            self._pairs([*group, helper])
            # One of the group makes the helper false, and with it all of the rest.
            left = [*left[GROUP:], -helper]
        self._pairs(left)

    def _pairs(self, literals: Sequence[int]) -> None:
        for i, x in enumerate(literals):
            for y in literals[:i]:
                self.add(-x, -y)

    def at_most(self, literals: Sequence[int], most: int) -> None:
        """Sequential counter (Sinz 2005), n x most variables less the corners."""
        known = [x for x in literals if x != FALSE]
        most -= known.count(TRUE)
        known = [x for x in known if x != TRUE]
        if most < 0:
            self.add()
            return
        if most == 0:
            for x in known:
                self.add(-x)
            return
        size = len(known)
        if size <= most:
            return
        before = [TRUE] + [FALSE] * (most + 1)
        for i, x in enumerate(known):
            # Counts that can no longer exceed the limit need no variable.
            least = max(1, most - (size - 1 - i) + 1)
            now = [TRUE] + [FALSE] * (most + 1)
            for j in range(1, min(i + 1, most) + 1):
                if j < least - 1:
                    continue
                now[j] = self.new()
                if before[j] != FALSE:
                    self.add(-before[j], now[j])
                if before[j - 1] != FALSE:
                    self.add(-x, -before[j - 1], now[j])
            if before[most] != FALSE:
                self.add(-x, -before[most])
            before = now

    def at_least(self, literals: Sequence[int], least: int) -> None:
        """At least so many of the literals hold."""
        if least > 0:
            self.at_most([-x for x in literals], len(literals) - least)

    def count(self, literals: Sequence[int], most: int) -> list[int]:
        """Unary count: the k-th of the result (from 1) holds exactly when >= k literals do.

        Index 0 is `TRUE`; counts are told apart up to ``most``.
        """
        before = [TRUE] + [FALSE] * most
        for x in literals:
            if x == FALSE:
                continue
            now = [TRUE]
            for j in range(1, most + 1):
                now.append(self._step(x, before[j], before[j - 1]))
            before = now
        return before

    def _step(self, x: int, same: int, less: int) -> int:
        """A literal for: ``same``, or ``less`` and x.  ``same`` implies ``less``."""
        if less == FALSE:
            return FALSE
        if same == FALSE:
            return self.both([x, less])
        if x == TRUE:
            return less
        found = self.new()
        self.add(-same, found)
        self.add(-x, -less, found)
        self.add(-found, same, x)
        self.add(-found, less)
        return found
