"""Optimum or infeasibility of a timetable, proven, by two processes that share what they find.

The lower end starts at the linear relaxation and climbs: "at most k?" for the least k that nobody
has refuted, a fresh solver each.  The upper end tries a k between the ends, and one nearer to the
best timetable known when there is no answer for long; when both ends meet in one k, the two
processes ask the same question in two encodings.
"""

from __future__ import annotations

import copy
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from .decide import question
from .encoding import MEETINGS, PEOPLE
from .limits import Limits, first_limits
from .relaxation import UNIT, Relaxation
from .timetable import Timetable, prune

#: Processes at once.
RUNNERS = 2
#: Questions further above the bound than this are not tightened by prices: nothing would come of it
REACH = 3
#: Rounds of prices for one question, and the share of the slots that has to go for another.
ROUNDS, WORTH = 4, 0.01
#: Where the upper end looks, as a share of the way from the greatest k that was too hard; seconds
#: after which a k is, unless it is the last one below the best timetable, and how they grow.
PART, PATIENCE, MORE = 0.3, 3.0, 1.5
WAIT = 0.01
Job = tuple[int | None, str]
#: A problem without what prices rule out.
Ready = tuple[Timetable, Limits]


@dataclass
class Finding:
    """``lower`` proven; ``breaks`` and ``slots`` of the best timetable, None when none is known."""

    lower: int
    breaks: int | None = None
    slots: list[int] | None = None
    infeasible: bool = False

    @property
    def optimal(self) -> bool:
        return self.breaks is not None and self.breaks <= self.lower


class _Runner:
    """One process with one question."""

    def __init__(self, job: Job, text: str) -> None:
        self.job = job
        self.began = time.monotonic()
        # A file, not a pipe: nobody reads while the process writes.
        self.answer: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", f"{__package__}.decide"],
            stdin=subprocess.PIPE,
            stdout=self.answer,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(p or "." for p in sys.path)},
            text=True,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(text)
        self.process.stdin.close()

    def done(self) -> bool:
        return self.process.poll() is not None

    def slots(self) -> list[int] | None:
        """The answer of a process that is done.  Raises RuntimeError when it has broken down."""
        if self.process.returncode != 0:
            raise RuntimeError("the process of the SAT solver ended without an answer")
        self.answer.seek(0)
        slots: list[int] | None = json.load(self.answer)["slots"]
        return slots

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.answer.close()


class Race:
    """Both ends of the number of breaks of one timetable problem."""

    def __init__(self, it: Timetable, deadline: float | None = None) -> None:
        """``deadline`` (`time.monotonic`) holds for the linear programmes as well."""
        self.it, self.deadline = it, deadline
        self.runners: list[_Runner] = []
        self.ready: dict[int, Ready | None] = {}
        self.report: Callable[[Finding], bool] | None = None
        self.asked = 0
        self.found = Finding(0)
        #: The greatest number of breaks for which the upper end had no answer in time.
        self.hard, self.patience = -1, PATIENCE
        if not prune(it):
            self.found.infeasible = True
            return
        self.limits = first_limits(it)
        relaxation = Relaxation(it, self.limits)
        if relaxation.impossible:
            self.found.infeasible = True
        elif relaxation.solve(deadline):
            self.found.lower = max(-(-relaxation.bound() // UNIT), 0)

    def run(self, report: Callable[[Finding], bool]) -> Finding:
        """Until the ends meet, the deadline is over or ``report`` says no."""
        deadline, self.report = self.deadline, report
        try:
            while not (self.found.infeasible or self.found.optimal):
                if deadline is not None and time.monotonic() > deadline:
                    break
                if not report(self.found):
                    break
                self._collect()
                self._start()
                time.sleep(WAIT)
        finally:
            for runner in self.runners:
                runner.end()
            self.runners.clear()
        return self.found

    def _collect(self) -> None:
        for runner in list(self.runners):
            most, _ = runner.job
            if runner.done():
                self._learn(most, runner.slots())
            elif most is None or not (self._useless(most) or self._too_hard(most, runner.began)):
                continue
            runner.end()
            self.runners.remove(runner)

    def _useless(self, most: int) -> bool:
        found = self.found
        return most < found.lower or (found.breaks is not None and most >= found.breaks)

    def _too_hard(self, most: int, began: float) -> bool:
        """Whether the upper end has tried ``most`` for long enough; it remembers that."""
        last = self.found.breaks is None or most + 1 >= self.found.breaks
        late = time.monotonic() - began > self.patience
        if last or not late or most <= self.found.lower:
            return False
        self.hard, self.patience = max(self.hard, most), self.patience * MORE
        return True

    def _learn(self, most: int | None, slots: list[int] | None) -> None:
        found = self.found
        if slots is not None:
            breaks = count(self.it, slots)
            if most is not None and breaks > most:
                raise RuntimeError(f"a timetable with {breaks} breaks for at most {most}")
            if found.breaks is None or breaks < found.breaks:
                found.breaks, found.slots = breaks, slots
        elif most is None:
            found.infeasible = True
        else:
            found.lower = max(found.lower, most + 1)

    def _wanted(self) -> list[Job]:
        low, high = self.found.lower, self.found.breaks
        if high is None:
            return [(None, PEOPLE), (low, PEOPLE), (low, MEETINGS)]
        if low >= high:
            return []
        easy = max(low, self.hard)
        upper = min(max(easy + 1, easy + int((high - easy) * PART)), high - 1)
        if upper == low:
            return [(low, PEOPLE), (low, MEETINGS)]
        return [(low, PEOPLE), (upper, PEOPLE), (low, MEETINGS)]

    def _start(self) -> None:
        if len(self.runners) >= RUNNERS or self.found.infeasible:
            return
        running = [runner.job for runner in self.runners]
        for job in self._wanted():
            most, tables = job
            # One question for the upper end at a time, as long as the lower end has work.
            if job in running or (most is None and self.found.breaks is not None):
                continue
            if most is not None and most > self.found.lower and self._climbing(running):
                continue
            if most is None:
                it, limits = self.it, self.limits
            else:
                ready = self._tightened(most)
                if ready is None:
                    self._learn(most, None)
                    return
                it, limits = ready
            self.asked += 1
            self.runners.append(_Runner(job, question(it, limits, most, tables)))
            return

    def _climbing(self, running: list[Job]) -> bool:
        return any(most is not None and most > self.found.lower for most, _ in running)

    def _tightened(self, most: int) -> Ready | None:
        """The problem without what prices rule out for ``most`` breaks; None when all of it is."""
        if most not in self.ready:
            if most > self.found.lower + REACH:
                return self.it, self.limits
            self.ready[most] = tighten(self.it, self.limits, most, self.deadline, self._goes_on)
        return self.ready[most]

    def _goes_on(self) -> bool:
        return self.report is None or self.report(self.found)


def tighten(
    it: Timetable,
    limits: Limits,
    most: int,
    deadline: float | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> Ready | None:
    """Rounds of prices and pruning for "at most ``most`` breaks"; None: there is no timetable.

    Fewer rounds where ``deadline`` comes first or ``goes_on`` says no.
    """
    it, limits = copy.deepcopy(it), copy.deepcopy(limits)
    for _ in range(ROUNDS):
        size = sum(d.bit_count() for d in it.domain)
        relaxation = Relaxation(it, limits)
        if relaxation.impossible:
            return None
        if not goes_on() or not relaxation.solve(deadline):
            break
        changed = relaxation.tighten(most)
        if changed is None or not prune(it):
            return None
        if size - sum(d.bit_count() for d in it.domain) < WORTH * size:
            break
    return it, limits


def count(it: Timetable, slots: list[int]) -> int:
    """Breaks of all people in a timetable."""
    total = 0
    for mine in it.mine:
        busy = sorted(slots[m] for m in mine)
        total += sum(b > a + 1 for a, b in itertools.pairwise(busy))
    return total
