"""The timetable problem as a formula for a SAT solver.

Variables as in Bofill et al. (JAIR 74, 2022): a meeting in a slot, a person busy.  What makes it
quick: a counter of each person's meetings whose ends are constants by the prefix matchings, the
start of a break defined through it, and the sorted number of breaks of each person.
"""

from __future__ import annotations

from .cnf import FALSE, TRUE, Cnf
from .limits import Limits
from .timetable import Timetable

MEETINGS, PEOPLE = "meetings", "people"


class Encoding:
    """``x[m][t]`` literals, ``lower`` breaks that there are at least, ``extra`` literals that each
    stand for one break more."""

    def __init__(self, it: Timetable, limits: Limits, tables: str = PEOPLE) -> None:
        """``tables``: whether meetings or people are counted at the tables of a slot."""
        self.it, self.limits = it, limits
        self.cnf = Cnf()
        self.lower = sum(limits.least)
        self.extra: list[list[int]] = []
        self._meetings()
        self._tables(tables)
        self._order()
        self._people()

    def _meetings(self) -> None:
        it, cnf = self.it, self.cnf
        self.x = [
            [cnf.new() if d >> t & 1 else FALSE for t in range(it.slots)] if d & (d - 1) else
            [TRUE if d >> t & 1 else FALSE for t in range(it.slots)]
            for d in it.domain
        ]  # fmt: skip
        for row in self.x:
            cnf.add(*row)
            cnf.at_most_one(row)
        self.busy = []
        for mine in it.mine:
            columns = [[self.x[m][t] for m in mine] for t in range(it.slots)]
            for column in columns:
                cnf.at_most_one(column)
            self.busy.append([cnf.either(column) for column in columns])
        for p, forced in enumerate(self.limits.busy):
            for t in range(it.slots):
                if forced >> t & 1:
                    cnf.add(self.busy[p][t])
                    if self.busy[p][t] != FALSE:
                        self.busy[p][t] = TRUE

    def _tables(self, kind: str) -> None:
        it, cnf = self.it, self.cnf
        spare = sum(it.tables) - len(it.domain)
        for t, tables in enumerate(it.tables):
            held = [row[t] for row in self.x]
            people = [row[t] for row in self.busy]
            if kind == PEOPLE:
                cnf.at_most(people, 2 * tables)
            else:
                cnf.at_most(held, tables)
            # The other slots cannot hold more than their tables.
            cnf.at_least(people, 2 * (tables - spare))

    def _order(self) -> None:
        it, cnf = self.it, self.cnf
        ladder: dict[int, list[int]] = {}
        for m in {m for pair in it.order for m in pair}:
            row, done = [], FALSE
            first = (it.domain[m] & -it.domain[m]).bit_length() - 1
            last = it.domain[m].bit_length() - 1
            for t in range(it.slots):
                if t < first:
                    done = FALSE
                elif t >= last:
                    done = TRUE
                else:
                    done = cnf.either([done, self.x[m][t]])
                row.append(done)
            ladder[m] = row
        for a, b in it.order:
            cnf.add(-ladder[b][0])
            for t in range(1, it.slots):
                cnf.add(-ladder[b][t], ladder[a][t - 1])

    def _people(self) -> None:
        it, cnf = self.it, self.cnf
        ladder: list[list[int]] = []
        for p, (least, most) in enumerate(zip(self.limits.least, self.limits.most, strict=True)):
            self.extra.append([])
            degree = len(it.mine[p])
            counts = self._counter(p, degree)
            if degree < 2:
                ladder.append([TRUE])
                continue
            starts = []
            for t in range(1, it.slots - 1):
                before, now, done = self.busy[p][t - 1], self.busy[p][t], counts[t][degree]
                starts.append(cnf.both([before, -now, -done]))
            breaks = cnf.count(starts, most + 1)
            cnf.add(-breaks[most + 1])
            for k in range(1, least + 1):
                cnf.add(breaks[k])
            self.extra[p] = breaks[least + 1 : most + 1]
            ladder.append(breaks)
            for t in range(it.slots):
                for u in range(t + degree, it.slots):
                    cnf.add(breaks[1], -self.busy[p][t], -self.busy[p][u])
        self._fairness(ladder)

    def _counter(self, p: int, degree: int) -> list[list[int]]:
        """``counts[t][k]``: p has held at least k meetings in the slots up to t."""
        it, cnf = self.it, self.cnf
        counts: list[list[int]] = []
        last = [TRUE] + [FALSE] * (degree + 1)
        for t in range(it.slots):
            busy, now = self.busy[p][t], [TRUE]
            for k in range(1, degree + 2):
                if k <= self.limits.held_least[p][t]:
                    here = TRUE
                elif k > self.limits.held_most[p][t]:
                    here = FALSE
                else:
                    here = cnf.new()
                cnf.add(-last[k], here)
                cnf.add(-last[k - 1], -busy, here)
                cnf.add(-here, last[k], busy)
                cnf.add(-here, last[k - 1])
                now.append(here)
            counts.append(now)
            last = now
        return counts

    def _fairness(self, ladder: list[list[int]]) -> None:
        """Two people's breaks differ by at most ``apart``, where the limits do not say it yet."""
        it, cnf = self.it, self.cnf
        if it.apart is None:
            return
        least = min(max(0, min(len(x) - 1, it.slots - len(x))) for x in it.mine)
        for k in range(1, least + 1):
            fewest = cnf.new()
            for breaks in ladder:
                cnf.add(-fewest, breaks[k] if k < len(breaks) else FALSE)
                if it.apart + k < len(breaks):
                    cnf.add(fewest, -breaks[it.apart + k])

    def limited(self, most: int) -> list[list[int]]:
        """The clauses of "at most so many breaks"; nothing of it stays in the encoding."""
        cnf = Cnf()
        cnf.top = self.cnf.top
        slack = most - self.lower
        short = [row[:slack] for row in self.extra]
        for row in self.extra:
            for x in row[max(slack, 0) :]:
                cnf.add(-x)
        cnf.at_most([x for row in short for x in row], slack)
        return self.cnf.clauses + cnf.clauses

    def slots_of(self, model: list[int]) -> list[int]:
        """The slot of every meeting in a model of the formula."""
        true = {x for x in model if x > 0} | {TRUE}
        return [next(t for t, x in enumerate(row) if x in true) for row in self.x]
