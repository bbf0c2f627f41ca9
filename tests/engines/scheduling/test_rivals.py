"""The meetings said to have held a place really hold it, and without them it is free."""

import copy

import numpy as np
import pytest

from emporion.engines import scheduling

from . import tiny


def _holdable(data, instance, slot, request, gone):
    """The slots in which the request could be held if ``gone`` were not, by the checker."""
    names = [row["id"] for row in data["requests"]]
    left = copy.deepcopy(data)
    for row in left["requests"]:
        row.pop("mandatory", None)
    for key in ("precedences", "max_break_difference"):
        left.pop(key, None)
    for person in left["participants"]:
        person.pop("min_meetings", None)
    held = {
        names[r]: instance.slot_ids[slot[r]]
        for r in np.flatnonzero(slot >= 0).tolist()
        if r not in gone
    }
    found = []
    for t, name in enumerate(instance.slot_ids):
        schedule = tiny.schedule(left, held | {names[request]: name})
        if scheduling.check_data(left, schedule, reasons=False).valid:
            found.append(t)
    return found


@pytest.mark.parametrize(
    "features",
    [("none",), ("quota",), ("tables",), ("pools",), ("walking",), ("slots", "anybody"),
     ("walking", "quota", "tables", "pools", "slots", "exclusions")],
)  # fmt: skip
def test_rivals_are_what_keeps_a_request_out(features):
    refused = 0
    for seed in range(14):
        data = tiny.random_instance(seed, features)
        instance = scheduling.instance_from_json(data)
        solution = scheduling.solve(instance, work_limit=800)
        for r in np.flatnonzero(solution.slot < 0).tolist():
            found = scheduling.rivals(instance, solution.slot, r)
            assert all(solution.slot[rival.request] == rival.slot for rival in found)
            ends = {int(instance.first[r]), int(instance.second[r]), -1}
            for rival in found:
                pair = {int(instance.first[rival.request]), int(instance.second[rival.request])}
                assert rival.participant in ends & (pair | {-1})
            weights = [instance.weight[rival.request] for rival in found]
            assert weights == sorted(weights, reverse=True)
            gone = {rival.request for rival in found}
            possible = instance.allowed_slots()[r] & ~instance.excluded()[r]
            free = _holdable(data, instance, solution.slot, r, gone)
            reason = scheduling.REASONS[solution.reason[r]]
            if reason in ("no_common_slot", "excluded"):
                assert found == []
                continue
            refused += 1
            places = instance.pool_tables.sum(axis=0) if len(instance.pool_ids) else None
            pooled = max(instance.pool[list(ends - {-1})]) >= 0
            tables = instance.tables > 0
            if pooled and places is not None:
                tables &= places > 0
            assert free == np.flatnonzero(possible & tables).tolist()
    assert refused >= 4


def test_rivals_of_a_request_that_is_held_are_none():
    data = tiny.instance(1, requests=[("x", "e", "a", 2), ("y", "e", "b", 3)])
    instance = scheduling.instance_from_json(data)
    assert scheduling.rivals(instance, np.array([-1, 0], dtype=np.int32), 1) == []


def test_rivals_at_the_size_of_an_expo_are_found_at_once():
    instance = scheduling.generate(exhibitors=20, buyers=300, requests=2500, seed=3, walking=True)
    solution = scheduling.solve(instance, seed=1, work_limit=3000)
    outweighed = scheduling.REASONS.index("outweighed")
    for r in np.flatnonzero(solution.reason == outweighed)[:50].tolist():
        assert scheduling.rivals(instance, solution.slot, r)
