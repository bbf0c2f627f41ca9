"""The public generator of made-up expos."""

import numpy as np
import pytest

from emporion.engines import scheduling

SMALL = {"exhibitors": 30, "buyers": 300, "requests": 2000, "seed": 3}


def test_pools_are_of_the_hall_and_hold_half_of_what_could_be_filled():
    made = scheduling.generate(pooled=0.4, halls=3, **SMALL)
    without_booth = np.flatnonzero(made.pool >= 0)
    assert 0 < len(without_booth) < 30
    assert np.array_equal(made.pool[without_booth], made.place[without_booth])
    for hall in range(3):
        inside = without_booth[made.pool[without_booth] == hall]
        wanted = made.capacity[inside].sum(axis=0)
        assert np.array_equal(made.pool_tables[hall], -(-wanted // 2))


def test_instance_is_otherwise_the_same_with_pools():
    with_pools = scheduling.instance_to_json(scheduling.generate(pooled=0.4, **SMALL))
    without = scheduling.instance_to_json(scheduling.generate(**SMALL))
    for person in with_pools["participants"]:
        person.pop("pool", None)
    assert with_pools.pop("table_pools")
    assert "40% at pooled tables" in with_pools.pop("name")
    without.pop("name")
    assert with_pools == without


def test_pools_bind_and_are_kept():
    few = {"exhibitors": 10, "buyers": 100, "requests": 500, "seed": 3, "halls": 2}
    made = scheduling.generate(pooled=1.0, **few)
    made.pool_tables //= 2
    solution = scheduling.solve(made, work_limit=20_000)
    assert scheduling.check(made, solution).violations == []
    free = scheduling.solve(scheduling.generate(**few), work_limit=20_000)
    assert (solution.status, free.status) == ("optimal", "optimal")
    assert solution.weight < free.weight


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_share_of_pools_outside_of_0_to_1_is_refused(share):
    with pytest.raises(ValueError, match="pooled is a share"):
        scheduling.generate(pooled=share, **SMALL)
