"""Nothing is called optimal that is a unit of weight short of its bound, however great the sum."""

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.preparing import prepare
from emporion.engines.scheduling.shape import integer_weights, units_lost
from emporion.engines.scheduling.solving import relaxations

from . import tiny

HUGE = 1e9


def _with_a_giant(*rows, **more):
    """A small fair beside a pair whose meeting outweighs everything a billion times."""
    people = ["giant", "guest", "e", "f", "a", "b"]
    return tiny.instance(2, people, [("g", "giant", "guest", HUGE), *rows], **more)


def test_solve_says_feasible_where_the_bound_is_a_unit_away():
    # Both want the one slot t0 of the same host: prices of hosts alone see room for both.
    data = _with_a_giant(
        ("x", "e", "a", {"weight": 2, "allowed_slots": ["t0"]}),
        ("y", "e", "b", {"weight": 3, "allowed_slots": ["t0"]}),
    )
    solution = scheduling.solve(scheduling.instance_from_json(data), prove=False, work_limit=0)
    assert solution.weight < solution.bound
    assert solution.status == "feasible"


def test_solve_keeping_does_not_call_a_lesser_schedule_optimal():
    data = _with_a_giant(
        ("x", "e", "a", {"weight": 2, "allowed_slots": ["t0"]}),
        ("y", "e", "b", {"weight": 3, "allowed_slots": ["t0"]}),
    )
    known = np.array([0, 0, -1], dtype=np.int32)
    solution = scheduling.solve_keeping(
        scheduling.instance_from_json(data), known, work_limit=0, move_price=9
    )
    assert solution.weight == HUGE + 2
    assert solution.status == "feasible"


def test_constraint_model_adds_what_units_lose_to_its_bound():
    # Weights that no decimal scale can hold: in thousandths both orders weigh the same.
    third = 1 / 3
    data = tiny.instance(
        1,
        ["e", "a", "b"],
        [("x", "e", "a", third), ("y", "e", "b", third + 1e-4)],
        max_break_difference=0,
    )
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance)
    assert solution.bound >= third + 1e-4
    assert solution.status == "feasible" or solution.weight == pytest.approx(third + 1e-4)


def test_everything_granted_is_optimal_whatever_the_weights():
    data = tiny.instance(2, ["e", "a", "b"], [("x", "e", "a", 1 / 3), ("y", "e", "b", 2 / 7)])
    assert scheduling.solve(scheduling.instance_from_json(data)).status == "optimal"


@pytest.mark.parametrize("weights", [[0.1234, 5.5], [1e-6, 1e6], [0.001, 0.3]])
def test_integer_weights_hold_decimal_weights_exactly(weights):
    data = tiny.instance(
        1, ["e", "a", "b"], [("x", "e", "a", weights[0]), ("y", "e", "b", weights[1])]
    )
    instance = scheduling.instance_from_json(data)
    units, scale = integer_weights(instance)
    assert (units / scale).tolist() == weights
    assert units_lost(instance, units, scale) == 0


def test_bound_in_units_loses_none_beyond_what_a_float_holds():
    rows = [(f"r{i}", f"e{i}", f"b{i}", 999_999_999.999) for i in range(40)]
    people = [f"{side}{i}" for i in range(40) for side in "eb"]
    instance = scheduling.instance_from_json(tiny.instance(1, people, rows))
    ready = prepare(instance)
    _, limit = relaxations(instance, ready)
    assert limit.most == 40 * 999_999_999_999 == int(ready.units.sum())
