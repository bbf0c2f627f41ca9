"""Proven timetables: every part against trying everything."""

import copy
import time

import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.exact import race
from emporion.engines.scheduling.exact.decide import decide
from emporion.engines.scheduling.exact.encoding import MEETINGS, PEOPLE
from emporion.engines.scheduling.exact.limits import first_limits
from emporion.engines.scheduling.exact.race import Race, tighten
from emporion.engines.scheduling.exact.relaxation import UNIT, Relaxation
from emporion.engines.scheduling.exact.timetable import most_matched, prune
from emporion.engines.scheduling.families import FAMILIES, generate_family

from . import timetables

SEEDS = range(150)


def _cases():
    for seed in SEEDS:
        it = timetables.random_timetable(seed)
        yield seed, it, timetables.all_timetables(it)


def test_prune_loses_no_timetable():
    refused = 0
    for seed, it, found in _cases():
        before = list(it.domain)
        if not prune(it):
            assert not found, seed
            refused += 1
            continue
        assert all(new & ~old == 0 for new, old in zip(it.domain, before))
        for slots in found:
            assert all(d >> t & 1 for d, t in zip(it.domain, slots)), seed
    assert 10 < refused < 120


def test_decide_answers_every_question_right():
    asked = {True: 0, False: 0}
    for seed, it, found in _cases():
        if not prune(it):
            continue
        best = min(found.values(), default=None)
        for tables in (PEOPLE, MEETINGS):
            for most in (None, 0, 1, 2):
                slots = decide(it, first_limits(it), most, tables)
                expected = best is not None and (most is None or best <= most)
                assert (slots is not None) == expected, (seed, most, tables)
                if slots is not None:
                    assert found[tuple(slots)] <= (99 if most is None else most)
                asked[expected] += 1
    assert min(asked.values()) > 100


def test_relaxation_is_a_bound_and_rules_out_nothing_good():
    tight = 0
    for seed, it, found in _cases():
        if not prune(it):
            continue
        relaxation = Relaxation(it, first_limits(it))
        if relaxation.impossible:
            assert not found, seed
            continue
        if not relaxation.solve():
            assert not found, seed
            continue
        best = min(found.values(), default=99)
        assert relaxation.bound() <= best * UNIT, seed
        tight += -(-relaxation.bound() // UNIT) == best
        for most in (0, 1, 2):
            good = [slots for slots, breaks in found.items() if breaks <= most]
            ready = tighten(it, first_limits(it), most)
            if ready is None:
                assert not good, (seed, most)
                continue
            left, limits = ready
            for slots in good:
                assert all(d >> t & 1 for d, t in zip(left.domain, slots)), (seed, most)
                rows = timetables.breaks_of(it, slots)
                assert all(a <= b for a, b in zip(limits.least, rows)), (seed, most)
                assert all(a >= b for a, b in zip(limits.most, rows)), (seed, most)
            for tables in (PEOPLE, MEETINGS):
                assert (decide(left, limits, most, tables) is not None) == bool(good), (seed, most)
    assert tight > 40


def test_relaxation_holds_with_any_prices():
    """What the solver of the linear programme says is never trusted."""
    for seed, it, found in _cases():
        if not found or not prune(it):
            continue
        relaxation = Relaxation(it, first_limits(it))
        for p, row in enumerate(relaxation.price):
            for t in range(it.slots):
                row[t] = (seed * 7919 + p * 104_729 + t * 1_299_709) % (2 * UNIT) - UNIT
        relaxation.table_price = [-(seed * 31 + t * 17) % UNIT - UNIT for t in range(it.slots)]
        relaxation.order_price = [[-(t * UNIT) // 3 for t in range(it.slots)] for _ in it.order]
        best = min(found.values())
        assert relaxation.bound() <= best * UNIT
        assert relaxation.tighten(best) is not None
        for slots in (s for s, breaks in found.items() if breaks == best):
            assert all(d >> t & 1 for d, t in zip(it.domain, slots)), seed


def test_most_matched_needs_augmenting():
    assert most_matched([0b011, 0b001, 0b010], 0b111) == 2
    assert most_matched([0b011, 0b001, 0b110], 0b111) == 3
    assert most_matched([0b011, 0b001, 0b110], 0b011) == 2


@pytest.mark.parametrize(("seed", "patience"), [(3, 3), (8, 3), (21, 3), (3, 0), (8, 0)])
def test_race_meets_trying_everything(seed, patience, monkeypatch):
    """Also where the upper end gives every question up at once, but the last."""
    monkeypatch.setattr(race, "PATIENCE", patience)
    it = timetables.random_timetable(seed)
    found = timetables.all_timetables(it)
    result = Race(copy.deepcopy(it), time.monotonic() + 60).run(lambda _: True)
    if not found:
        assert result.infeasible
    else:
        assert result.optimal
        assert found[tuple(result.slots)] == result.breaks == min(found.values())


def test_progress_tells_the_bound_in_weight(monkeypatch):
    monkeypatch.setattr("emporion.engines.scheduling.exact.model.FIRST_ROUND", 0.002)
    instance = scheduling.generate(exhibitors=4, buyers=40, requests=80, slots_per_day=6, days=1)
    instance.mandatory[0] = True
    told = []
    solution = scheduling.solve(instance, work_limit=3000, on_progress=told.append)
    rounds = [now for now in told if now["phase"] == "proof" and now["weight"] is not None]
    assert rounds
    for now in rounds:
        assert (
            now["weight"] <= solution.weight <= solution.bound <= now["bound"] < 2 * now["weight"]
        )
        assert now["share"] == now["weight"] / now["bound"]


def test_race_stops_when_told():
    instance = generate_family("breaks-E-tight", 1)
    calls = []
    solution = scheduling.solve(
        instance,
        time_limit=60,
        on_progress=lambda state: calls.append(state["phase"]) or state["phase"] != "proof",
    )
    assert calls == ["linear programme", "proof"]
    assert solution.status in ("unknown", "feasible")
    assert solution.bound >= 20


def test_solve_proves_a_conference():
    instance = generate_family("breaks-C-tight", 2)
    solution = scheduling.solve(instance, time_limit=120)
    assert (solution.status, solution.breaks, solution.bound) == ("optimal", 4, 4)
    assert scheduling.check(instance, solution).violations == []


@pytest.mark.parametrize("name", FAMILIES)
def test_families_are_what_their_names_say(name):
    family = FAMILIES[name]
    instance = generate_family(name, 5)
    assert (len(instance.participant_ids), len(instance.request_ids)) == family[:2]
    assert instance.capacity.shape[1] == family.slots
    assert len(set(zip(instance.first.tolist(), instance.second.tolist()))) == family.meetings
    assert (instance.fixed_slot >= 0).sum() == round(family.fixed * family.meetings)
    again = generate_family(name, 5)
    assert scheduling.instance_to_json(again) == scheduling.instance_to_json(instance)
    assert not (generate_family(name, 6).first == instance.first).all()


def test_family_unknown_is_refused():
    with pytest.raises(ValueError, match='no family "breaks-Z"; there are breaks-A'):
        generate_family("breaks-Z", 1)
