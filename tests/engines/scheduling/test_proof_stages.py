"""Proofs that the clock cuts are repeated by their stages, are heard of, and end when told to."""

import io
import sys
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling import progress
from emporion.engines.scheduling.command import main
from emporion.engines.scheduling.exact import conference
from emporion.engines.scheduling.exact.finish import Finish
from emporion.engines.scheduling.exact.limits import first_limits
from emporion.engines.scheduling.exact.race import Race, tighten
from emporion.engines.scheduling.exact.relaxation import Relaxation
from emporion.engines.scheduling.exact.timetable import prune
from emporion.engines.scheduling.preparing import prepare

from . import tiny


def _hard():
    """An instance whose proof needs more than the first corner of the linear programme."""
    return scheduling.generate(exhibitors=8, buyers=70, requests=280, walking=True, seed=2)


def _same(one, other):
    kept = [scheduling.solution_to_json(_hard(), solution) for solution in (one, other)]
    for data in kept:
        data.pop("seconds")
    return kept[0] == kept[1]


@pytest.mark.parametrize("done", [0, 1, 3, 5])
def test_a_run_whose_proof_the_clock_cut_is_repeated_by_steps_and_stages(monkeypatch, done):
    instance = _hard()
    with monkeypatch.context() as clock:
        # The clock strikes within the stage after ``done``.
        clock.setattr(Finish, "_is_late", lambda self: self.completed >= done)
        cut = scheduling.solve(instance, time_limit=4)
    assert cut.extra == {"x-proof-stages": done}
    again = scheduling.solve(instance, work_limit=cut.steps, proof_stages=done)
    assert _same(cut, again)


def test_a_proof_that_was_not_cut_says_nothing_of_stages():
    solution = scheduling.solve(_hard(), work_limit=4000)
    assert solution.status == "optimal"
    assert solution.extra == {}


def test_who_watches_hears_of_each_stage_and_can_end_the_proof():
    heard = []

    def watch(now):
        heard.append(now["phase"])
        return now["phase"] != "linear programme"

    solution = scheduling.solve(_hard(), work_limit=9000, on_progress=watch)
    assert heard[-1] == "linear programme"
    assert solution.extra == {"x-proof-stages": 0}
    assert solution.status == "feasible"


class Heard(io.StringIO):
    """What is said, and whether the linear programme has been spoken of."""

    def __init__(self):
        super().__init__()
        self.stage = threading.Event()

    def write(self, text):
        if "linear programme, " in text:
            self.stage.set()
        return super().write(text)


def test_command_says_a_line_now_and_then_where_nobody_looks_at_a_terminal(tmp_path, monkeypatch):
    heard, lines = Heard(), progress._lines

    @contextmanager
    def slow(command):
        """The stage lasts until it has been spoken of, however quick the machine is."""
        with lines(command) as show:

            def shown(now):
                show(now)
                if now["phase"] == "linear programme":
                    assert heard.stage.wait(60)

            yield shown

    monkeypatch.setattr(progress, "EVERY", 0.02)
    monkeypatch.setattr(progress, "_lines", slow)
    monkeypatch.setattr(sys, "stderr", heard)
    path = tmp_path / "i.json"
    scheduling.write_instance(path, _hard())
    arguments = [str(path), "-o", str(tmp_path / "s.json"), "--work-limit", "4000"]
    assert main(arguments) == 0
    said = [line for line in heard.getvalue().splitlines() if "linear programme, " in line]
    assert said and all(" s, " in line and line.endswith(" steps") for line in said)
    heard.truncate(heard.seek(0))
    assert main([*arguments, "--quiet"]) == 0
    assert heard.getvalue() == ""


def _timetable():
    data = tiny.instance(
        6,
        [f"p{i}" for i in range(8)],
        [
            (f"m{i}", f"p{i % 8}", f"p{(i + 1 + i // 8) % 8}", {"mandatory": True})
            for i in range(16)
        ],
    )
    instance = scheduling.instance_from_json(data | {"objective": "breaks"})
    return conference.timetable_of(instance, prepare(instance).possible)


def test_linear_programmes_of_the_race_end_with_the_deadline_and_when_told_to():
    it = _timetable()
    assert prune(it)
    relaxation = Relaxation(it, first_limits(it))
    assert relaxation.solve(time.monotonic() - 1) in (False, True)
    asked = []
    assert tighten(it, first_limits(it), 9, None, lambda: bool(asked.append(1))) is not None
    assert asked == [1]
    race = Race(it, time.monotonic() - 1)
    assert race.run(lambda _: True).slots is None


def test_constraint_model_leaves_few_breaks_at_the_same_weight():
    for seed in range(8):
        data = tiny.random_instance(seed, ("mandatory",))
        data["requests"] = data["requests"][:4]
        instance = scheduling.instance_from_json(data)
        solution = scheduling.solve(instance)
        if solution.status != "optimal":
            continue
        kept = data | {
            "requests": [
                row | {"mandatory": True}
                for row, t in zip(data["requests"], solution.slot, strict=True)
                if t >= 0
            ]
        }
        least = tiny.brute_force(kept, cost=lambda report: report.breaks)
        assert solution.breaks == least["objective"]["breaks"], seed
        assert scheduling.check(instance, solution).violations == []
        assert (np.flatnonzero(instance.mandatory & (solution.slot < 0))).size == 0
