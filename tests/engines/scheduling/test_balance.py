"""Balanced shares: the measure, the knob, and what it costs at least."""

import math

import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.command import main

from . import tiny


def _uneven():
    """One host with four slots; anna's four wishes outweigh bo's four."""
    people = [{"id": "e", "side": "exhibitor"}, *({"id": n, "side": "buyer"} for n in "ab")]
    rows = [(f"{b}{i}", "e", b, w) for b, w in (("a", 9), ("b", 1)) for i in range(4)]
    return tiny.instance(4, people, rows)


@pytest.mark.parametrize(
    ("balance", "shares", "weight"),
    [(0.0, [1.0, 0.0], 36), (0.25, [0.75, 0.25], 28), (0.5, [0.5, 0.5], 20), (0.3, [0.5, 0.5], 20)],
)
def test_balance_gives_every_buyer_a_share_of_what_it_asks_for(balance, shares, weight):
    instance = scheduling.instance_from_json(_uneven())
    solution = scheduling.solve(instance, balance=balance, work_limit=2000)
    found = scheduling.granted_shares(instance, solution.slot).tolist()
    assert math.isnan(found[0])
    assert (found[1:], solution.weight) == (shares, weight)
    assert scheduling.check(instance, solution).violations == []
    price = scheduling.service_price(instance, 0, balance)
    assert price.free - price.bound == 36 - weight
    one = scheduling.balance_of(instance, solution.slot)
    assert (one.people, one.lowest, one.median) == (2, min(shares), 0.5)
    assert one.jain == pytest.approx(1 / (2 * sum(x * x for x in shares)))


def test_balance_with_a_bonus_pays_only_what_it_is_worth():
    instance = scheduling.instance_from_json(_uneven())
    for bonus, weight in ((7, 36), (9, 28)):
        solution = scheduling.solve(instance, balance=0.25, serve_bonus=bonus, work_limit=2000)
        assert solution.weight == weight


def test_balance_narrows_the_shares_of_a_fair():
    instance = scheduling.generate(exhibitors=12, buyers=90, requests=500, scarce=True, seed=3)
    spread = [
        scheduling.balance_of(
            instance, scheduling.solve(instance, balance=balance, work_limit=6000).slot
        )
        for balance in (0.0, 0.5, 0.8)
    ]
    assert spread[0].jain < spread[1].jain < spread[2].jain
    assert spread[0].tenth < spread[1].tenth


@pytest.mark.parametrize("balance", [-0.1, 1.1, float("nan")])
def test_balance_that_is_no_share_is_refused(balance):
    with pytest.raises(scheduling.InstanceError, match="is not a share from 0 to 1"):
        scheduling.solve(scheduling.instance_from_json(_uneven()), balance=balance)


def test_command_takes_a_balance_and_says_the_shares(tmp_path, capsys):
    path, out = tmp_path / "i.json", tmp_path / "s.json"
    scheduling.write_instance(path, scheduling.instance_from_json(_uneven()))
    assert main([str(path), "-o", str(out), "--balance", "0.25", "--work-limit", "500"]) == 0
    assert (
        "buyers got of what they asked for: lowest 25 %, lowest tenth at most 30 %, "
        "median 50 %, Jain's index 0.800" in capsys.readouterr().err
    )
    assert main([str(path), "--service-price", "--balance", "0.5"]) == 0
    assert "price of service at least 44.444 % of the weight" in capsys.readouterr().out
    assert main([str(path), "-o", str(out), "--keep", str(out), "--balance", "0.5"]) == 2
