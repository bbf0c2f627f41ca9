"""Why somebody is not on a list: each answer against the list filled anew, the long way."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from emporion.engines import matching
from emporion.engines.matching import rank, thinning, variety
from emporion.matchmaking import queries
from emporion.matchmaking.domain import absence, frozen
from emporion.matchmaking.domain import market as markets
from emporion.matchmaking.domain.absence import why_absent
from emporion.matchmaking.domain.first_list import make_whole_list
from emporion.matchmaking.domain.market import market_of, read_counterparts
from emporion.matchmaking.domain.runs import run_match
from tests import factories
from tests.engines.matching.absences import Filling, check
from tests.engines.matching.markets import made_up
from tests.matchmaking.test_controls import ask

pytestmark = pytest.mark.django_db

# Told by filters, before anything is compared.
FILTERED = {"declined", "agreed", "met"}


def made(edition, seed, hosts, guests):
    """Take a made-up market into `edition`, with requests both ways; return both sides."""
    draw = random.Random(seed)
    market = made_up(seed, exhibitors=hosts, buyers=guests)
    sides = {"exhibitor": [], "buyer": []}
    for role, people in (("exhibitor", market.exhibitors), ("buyer", market.buyers)):
        for one in people:
            participation = factories.make_participation(
                edition, role, needs=one.needs, offers=one.offers, country=one.country,
                markets=list(one.markets), languages=list(one.languages),
                max_meetings=one.capacity,
            )  # fmt: skip
            if one.texts:
                rows = participation.offers if role == "exhibitor" else participation.needs
                rows.create(text=dict(one.texts))
            sides[role].append(participation)
    pairs = [(host, guest) for host in sides["exhibitor"] for guest in sides["buyer"]]
    for host, guest in draw.sample(pairs, len(pairs) // 4):
        asker, asked = (host, guest) if draw.random() < 0.3 else (guest, host)
        ask(edition, asker, asked, draw.choice(["open", "open", "accepted", "declined"]))
    return sides["exhibitor"], sides["buyer"]


def longer(market):
    """Return the market with lists that hold everybody."""
    lengths = len(market.exhibitors), len(market.buyers)
    return replace(market, buyer_list_length=lengths[0], exhibitor_list_length=lengths[1])


def every_pair(edition, run):
    """Return {owner: {other: (p, q)}} by the rules of a run, by public id."""
    market, keys = market_of(edition)
    settled = frozen.settled(run, keys)
    every = matching.match(
        longer(market), readers=(), floor=0, settled=settled, most_pairs=len(keys) ** 2
    )
    return {
        owner: {entry.id: (entry.p, entry.q) for entry in entries}
        for owner, entries in (*every.buyers, *every.exhibitors)
    }


def pairs_alone(me, run):
    """Return {other: (p, q)} of the list that is made alone."""
    read = read_counterparts(me)
    settled = frozen.settled(run, read.keys)
    every = matching.rank_one(longer(read.market), me.public_id, settled=settled, readers=())
    return {entry.id: (entry.p, entry.q) for entry in every}


def filling(edition, me, others, pairs, rule, *, thinned=False):
    """Return what decided about the list of `me` that is shown."""
    run = queries.current_run(edition)
    public = {one.pk: one.public_id for one in others}
    found = queries.found_of(run, public)
    numbers = {public[key]: (price, level) for key, (price, _, _, level) in found.items()}
    if rule == "tu":
        calendar = dict.fromkeys(numbers, 1.0)
        level = {name: level for name, (_, level) in numbers.items()}
    elif queries.rule_of(run) == "tu":
        calendar = level = dict.fromkeys(numbers, 1.0)
    else:
        calendar = {name: price / level for name, (price, level) in numbers.items()}
        level = {name: level for name, (_, level) in numbers.items()}
    codes = "needs" if me.hosts else "offers"
    market, _ = market_of(edition)
    people = market.buyers if me.hosts else market.exhibitors
    kinds = variety.kinds([getattr(one, codes) for one in people]).tolist()
    entries = queries.entries(me)
    return Filling(
        rule, pairs, calendar, level,
        dict(zip([one.id for one in people], kinds, strict=True)),
        listed=[public[entry["id"]] for entry in entries],
        drawn=[public[entry["id"]] for entry in entries if entry["propensity"] < 1],
        forced=[
            public[entry["id"]] for entry in entries
            if "exposure_floor" in [reason["code"] for reason in entry["reasons"]]
        ],
        held=[public[entry["id"]] for entry in entries if entry.get("held")],
        thinned=thinned,
    )  # fmt: skip


# A market of its own for each kind: hundreds of answers, and each is worked out the long way.
@pytest.mark.parametrize(
    ("kind", "equality", "seed"),
    [
        ("whole", 0.6, 1), ("whole", 1.0, 2), ("floor", 0.0, 1), ("sparse", 1.0, 12),
        ("alone", 0.6, 5), ("alone", 1.0, 3),
    ],
    ids=[
        "whole", "equilibrium", "floor", "sparse-equilibrium", "alone", "alone-after-equilibrium",
    ],
)  # fmt: skip
def test_of_everybody_who_is_not_on_a_list_the_answer_is_so(
    edition, monkeypatch, kind, equality, seed
):
    length = 1 if kind == "sparse" else 4
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", length)
    monkeypatch.setattr(markets, "LIST_OF_A_HOST", length)
    monkeypatch.setattr(thinning, "MOST_PAIRS", 0 if kind == "sparse" else 1000)
    if kind == "floor":
        monkeypatch.setattr(rank, "feasible_floor", lambda *sizes: 4)
    hosts, guests = made(edition, seed, 12, 13)
    run = run_match(edition, equality=equality)
    every = every_pair(edition, run)
    codes = Counter()
    for me, others in [
        *((one, hosts) for one in guests[:3]),
        *((one, guests) for one in hosts[:2]),
    ]:
        if kind == "alone":
            make_whole_list(me)
            pairs, rule = pairs_alone(me, run), queries.rule_of(None)
        else:
            pairs, rule = every[me.public_id], queries.rule_of(run)
        now = filling(edition, me, others, pairs, rule, thinned=kind == "sparse")
        for one in others:
            code = why_absent(me, one).code
            codes[code] += 1
            if code not in FILTERED and one.public_id not in now.listed:
                check(now, one.public_id, code)
    assert codes["listed"] > 0
    assert len(codes.keys() - FILTERED) > 1
    if kind == "floor":
        told = [entry for guest in guests for entry in queries.entries(guest)]
        assert any(entry.get("held") for entry in told)
        assert codes["few_seen"] > 0
        assert codes["next_run"] == 0


@pytest.mark.parametrize(("most_pairs", "alone"), [(1000, False), (0, False), (1000, True)])
def test_comparison_is_made_in_the_market_of_the_list(edition, monkeypatch, most_pairs, alone):
    """How usual words are and who was left out decide little: so it is looked at, not waited for."""
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 2)
    monkeypatch.setattr(thinning, "MOST_PAIRS", most_pairs)
    hosts, guests = made(edition, 1, 8, 9)
    run_match(edition)
    me = guests[0]
    if alone:
        make_whole_list(me)
    seen = []
    real = absence.compare
    monkeypatch.setattr(
        absence, "compare", lambda *at, **by: seen.append((at, by)) or real(*at, **by)
    )
    listed = {entry["id"] for entry in queries.entries(me)}
    told = {why_absent(me, one).code for one in hosts if one.pk not in listed}
    assert told - FILTERED
    (market, asking, _one, _listed), more = seen[-1]
    own = {one.id for one in market.buyers}
    assert (asking, own) == (me.public_id, {one.public_id for one in ([me] if alone else guests)})
    assert {one.id for one in market.exhibitors} == {one.public_id for one in hosts}
    assert more["thinned"] == (most_pairs == 0)
    assert more["rule"] == matching.clearing.PRICED


def test_it_is_told_among_how_many_words_were_counted_where_not_among_all(edition, monkeypatch):
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 4)
    hosts, guests = made(edition, 4, 12, 13)
    run_match(edition)
    me = guests[0]
    missed = next(host for host in hosts if why_absent(me, host).code not in {*FILTERED, "listed"})
    assert "counted" not in why_absent(me, missed).detail
    monkeypatch.setattr(absence, "AROUND", 4)
    assert why_absent(me, missed).detail["counted"] == [4 + 4, 12 + 13]
    make_whole_list(me)
    missed = next(host for host in hosts if why_absent(me, host).code not in {*FILTERED, "listed"})
    # The one is alone on their side: twice as many of the other are read.
    assert why_absent(me, missed).detail["counted"] == [6, 12]
