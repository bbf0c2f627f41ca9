"""Small plain instances are finished to a proven optimum that the checker confirms."""

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.exact.finish import Finish, suits_finish
from emporion.engines.scheduling.exact.programme import Programme
from emporion.engines.scheduling.preparing import prepare
from emporion.engines.scheduling.solving import relaxations

from . import tiny


@pytest.mark.parametrize("seed", [1, 3])
def test_solve_proves_the_optimum_of_twenty_times_three_hundred(seed):
    instance = scheduling.generate(exhibitors=20, buyers=300, requests=2000, seed=seed)
    solution = scheduling.solve(instance, seed=seed)
    report = scheduling.check(instance, solution)
    assert solution.status == "optimal"
    assert report.violations == []
    assert report.weight == report.bound == solution.bound == {1: 44_312, 3: 52_172}[seed]


def test_solve_without_proof_is_repeated_by_its_steps():
    instance = scheduling.generate(exhibitors=10, buyers=100, requests=500, seed=4)
    alone = scheduling.solve(instance, work_limit=9000, prove=False)
    proven = scheduling.solve(instance, work_limit=9000)
    assert alone.weight <= proven.weight == proven.bound
    assert scheduling.solve(instance, work_limit=9000, prove=False).slot.tolist() == (
        alone.slot.tolist()
    )


def test_who_watches_waits_for_no_proof_longer_than_they_said():
    instance = scheduling.generate(exhibitors=10, buyers=100, requests=500, seed=4)
    brief = scheduling.solve(instance, work_limit=9000, proof_seconds=0.0)
    alone = scheduling.solve(instance, work_limit=9000, prove=False)
    assert (brief.slot.tolist(), brief.bound) == (alone.slot.tolist(), alone.bound)


FINISHED = ("walking", "quota", "tables", "pools", "slots", "exclusions", "anybody")


@pytest.mark.parametrize("features", [("slots",), FINISHED[:2], FINISHED[2:4], FINISHED])
def test_finish_from_nothing_matches_brute_force(features):
    compared = 0
    for seed in range(500, 509):
        data = tiny.random_instance(seed, features)
        data["requests"] = data["requests"][:4]
        if seed % 3 == 0 and "slots" not in features:
            data["locked"] = [{"request": "r2", "slot": "t1"}]
        instance = scheduling.instance_from_json(data)
        ready = prepare(instance)
        flow, limit = relaxations(instance, ready)
        if ready.conflicts or not suits_finish(instance, ready.possible, None):
            continue
        top = int(ready.units.sum())
        finish = Finish(limit.rows, ready.possible, ready.units, top, None)
        nothing = np.full(len(instance.request_ids), -1, dtype=np.int32)
        proof = finish.run(nothing, ready.units)
        best = tiny.brute_force(data)["objective"]["weight"]
        assert proof.limit == best * ready.scale, seed
        held = nothing if proof.slot is None else proof.slot
        assert float(instance.weight[held >= 0].sum()) == best
        compared += 1
    assert compared >= 6


def test_finish_branches_where_the_prices_leave_a_gap():
    # Three guests, three hosts, two slots: whole only with halves, 4.5 against 4.
    slots = [["t0"], ["t1"], ["t0", "t1"]]
    pairs = [(h, g) for h in "efg" for g in "abc"]
    data = tiny.instance(
        2,
        [{"id": n, "side": "exhibitor"} for n in "efg"]
        + [{"id": n, "side": "buyer"} for n in "abc"],
        [
            (h + g, h, g, {"allowed_slots": slots[(i * 5 + i // 3) % 3]})
            for i, (h, g) in enumerate(pairs)
        ],
    )
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance)
    assert solution.status == "optimal"
    assert solution.weight == tiny.brute_force(data)["objective"]["weight"]


def test_programme_has_rows_only_where_they_can_bind():
    possible = np.array([[True, True], [True, False], [False, True]])
    instance = scheduling.make_instance(
        ["9", "10"], ["host", "a", "b"], ["x", "y", "z"], [0, 0, 0], [1, 1, 2], allowed=possible
    )
    it = Programme.of(instance, np.array([3.0, 2.0, 4.0]), possible, np.array([9, 1, 9]))
    # Requests 0, 1, 2; the limit of guest a; the host's slots 0 and 1, slot 0 of guest a.
    assert it.right.tolist() == [1.0] * 7
    assert it.rows.tolist() == [[0, 0, 1, 2], [3, 3, 3, -1], [4, 5, 4, 5], [6, -1, 6, -1]]
    assert it.places.tolist() == [[0, 0, 4], [0, 1, 5], [1, 0, 6]]
    x, y = it.relaxed(np.arange(4), None)
    assert float(it.gain @ x) == pytest.approx(7.0)
    assert it.reduced(y)[1] == pytest.approx(7.0)
    chosen, sure = it.best(np.arange(4), 0.0, 100.0, None)
    assert (it.request[chosen].tolist(), sure) == ([0, 2], True)
