"""One meeting for everybody who asks: its price, against trying everything."""

import itertools

from emporion.engines import scheduling
from emporion.engines.scheduling.checking import check_data

from . import tiny


def _best_serving_most(data):
    """(buyers served, weight) of the schedule that serves most, then weighs most."""
    best = (0, 0)
    names = [slot["id"] for slot in data["slots"]]
    for slots in itertools.product([None, *names], repeat=len(data["requests"])):
        held = {r["id"]: t for r, t in zip(data["requests"], slots, strict=True) if t is not None}
        solution = tiny.schedule(data, held)
        if check_data(data, solution, reasons=False).valid:
            rows = [r for r in data["requests"] if r["id"] in held]
            served = {p for r in rows for p in r["participants"] if p.startswith("b")}
            best = max(best, (len(served), solution["objective"]["weight"]))
    return best


def test_serve_reaches_what_trying_everything_finds():
    reached = []
    for seed in range(20):
        data = tiny.random_instance(seed, ("walking", "slots"))
        instance = scheduling.instance_from_json(data)
        solution = scheduling.solve(instance, work_limit=1500, serve=1)
        assert scheduling.check(instance, solution).violations == []
        held = [r for r, t in zip(data["requests"], solution.slot.tolist(), strict=True) if t >= 0]
        served = {p for r in held for p in r["participants"] if p.startswith("b")}
        best = _best_serving_most(data)
        reached.append((len(served), solution.weight) == best)
        price = scheduling.service_price(instance)
        assert price.served >= best[0]
        if price.served == best[0]:
            assert price.bound >= best[1]
    assert sum(reached) >= 19


def test_serve_bonus_lies_between_weight_and_service():
    instance = scheduling.generate(exhibitors=15, buyers=300, requests=2000, seed=4)

    def solved(**options):
        solution = scheduling.solve(instance, work_limit=8000, **options)
        held = instance.second[solution.slot >= 0]
        return len(set(held.tolist())), solution.weight

    free, some, every = solved(), solved(serve=1, serve_bonus=15.0), solved(serve=1)
    assert free[0] < some[0] < every[0] == scheduling.service_price(instance).served
    assert free[1] > some[1] > every[1]
