"""Made-up markets with decisions of both sides, half of them told and half kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from benchmarks.matching_lines import area_under, show
from emporion.engines.matching import (
    Market,
    Participant,
    Signal,
    clearing,
    match,
    metrics,
    read_market,
)

TOPICS = [f"t{at:02d}" for at in range(12)]


def tastes(
    draw: np.random.Generator,
    exhibitors: int,
    buyers: int,
    capacities: tuple[int, int] = (30, 5),
) -> tuple[tuple[list[Participant], list[Participant]], list[npt.NDArray[np.float64]]]:
    """Return exhibitors and buyers, and the log odds that buyers and that exhibitors say yes.

    Both are float64[buyers, exhibitors]. Taste has a part that profiles show (topics), one that
    they do not, and differences of appeal and readiness; what two want of each other is related,
    as it is among people.
    """
    sides = []
    for count, letter, capacity in zip((exhibitors, buyers), "eb", capacities, strict=True):
        sides.append(
            [
                Participant(
                    f"{letter}{at:03d}",
                    capacity,
                    offers=tuple(draw.choice(TOPICS, 3, replace=False)),
                    needs=tuple(draw.choice(TOPICS, 3, replace=False)),
                )
                for at in range(count)
            ]
        )
    sellers, callers = sides
    hidden = draw.normal(size=(buyers, exhibitors)) * 0.5
    odds = []
    for own, other, axis in ((callers, sellers, 0), (sellers, callers, 1)):
        fits = np.asarray([[len({*a.needs} & {*b.offers}) for b in other] for a in own])
        fits = fits if axis == 0 else fits.T
        appeal = draw.normal(size=len(other)) * 0.9
        ready = draw.normal(size=len(own)) * 0.7
        people = ready[:, None] + appeal[None, :] if axis == 0 else appeal[:, None] + ready[None, :]
        odds.append(people + 0.7 * fits + hidden - 1.1)
    return (sellers, callers), odds


def answered(kind: str, seed: int) -> tuple[Market, dict[tuple[str, str], bool]]:
    """Return a market and {(buyer, exhibitor): both said yes} of the decisions kept apart.

    "meetings of two": 250 a side in rounds of about 17, everybody in a round decides about
    everybody on the other side. "an expo": 60 exhibitors, 400 buyers, who asks is answered; "an
    expo, short lists": the same, of whom lists hold 20 and 50, so that places are shared out. What
    they like is made up by `tastes`.
    """
    draw = np.random.default_rng(seed)
    rounds = kind == "meetings of two"
    exhibitors, buyers = (250, 250) if rounds else (60, 400)
    (sellers, callers), odds = tastes(draw, exhibitors, buyers, (17, 17) if rounds else (30, 5))
    shape = (buyers, exhibitors)
    yes = [draw.random(shape) < 1 / (1 + np.exp(-one)) for one in odds]
    met = (
        (np.arange(buyers)[:, None] % 15) == (np.arange(exhibitors)[None, :] % 15)
        if rounds
        else draw.random(shape) < 0.25
    )
    signals, apart = [], {}
    for i, j in zip(*np.nonzero(met), strict=True):
        buyer, exhibitor = callers[i].id, sellers[j].id
        if draw.random() < 0.5:
            apart[buyer, exhibitor] = bool(yes[0][i, j] and yes[1][i, j])
            continue
        signals.append(Signal(buyer, exhibitor, "accept" if yes[0][i, j] else "decline"))
        signals.append(Signal(exhibitor, buyer, "accept" if yes[1][i, j] else "decline"))
    lengths = (20, 50) if kind.endswith("short lists") else (exhibitors, buyers)
    market = Market(sellers, callers, (), signals, (), *lengths)
    return market, apart


def told(path: str, seed: int) -> tuple[Market, dict[tuple[str, str], bool]]:
    """Return the market of an instance file and the half of its decisions that is kept apart.

    Decisions are `accept` and `decline` of both sides about each other; half of the pairs that
    both decided are kept apart, whatever else the file tells of them. List lengths are the file's.
    Raises MarketError for a file that is no instance, ValueError where nobody decided.
    """
    market = read_market(path)
    buyers = {one.id for one in market.buyers}
    said: dict[tuple[str, str], dict[str, bool]] = {}

    def pair(signal: Signal) -> tuple[str, str]:
        one, other = signal.sender, signal.receiver
        return (one, other) if one in buyers else (other, one)

    for signal in market.signals:
        if signal.kind in ("accept", "decline"):
            said.setdefault(pair(signal), {})[signal.sender] = signal.kind == "accept"
    decided = sorted(key for key, yes in said.items() if len(yes) == 2)
    if not decided:
        raise ValueError(f"{path}: no pair in which both sides accepted or declined")
    apart = np.random.default_rng(seed).random(len(decided)) < 0.5
    kept = {key: all(said[key].values()) for key, away in zip(decided, apart, strict=True) if away}
    return replace(market, signals=[one for one in market.signals if pair(one) not in kept]), kept


def run_answers(seeds: Sequence[int], path: str = "") -> None:
    """Decisions of both sides: half are told as signals, the rest are ranked by the lists.

    Made up, or those of an instance file; what no list holds cannot be ranked and is not counted.
    """
    data = path or "simulated"
    for kind in (path,) if path else ("meetings of two", "an expo", "an expo, short lists"):
        rules: dict[str, list[float]] = {"shipped": [], "p * q": [], "min": [], "p": [], "q": []}
        errors: list[float] = []
        cleared: dict[str, list[metrics.Figures]] = {clearing.PRICED: [], clearing.TU: []}
        for seed in seeds:
            market, both = told(path, seed) if path else answered(kind, seed)
            result, other = match(market), match(market, rule=clearing.TU)
            cleared[clearing.PRICED].append(result.figures)
            cleared[clearing.TU].append(other.figures)
            happened, found = [], []
            for buyer, entries in result.buyers:
                for entry in entries:
                    if (buyer, entry.id) in both:
                        happened.append(both[buyer, entry.id])
                        found.append((entry.score, entry.p, entry.q))
            yes = np.asarray(happened)
            score, p, q = np.asarray(found).T
            ways = (score, p * q, np.minimum(p, q), p, q)
            for name, values in zip(rules, ways, strict=True):
                rules[name].append(area_under(values, yes))
            errors += [one.error_after for one in result.lessons if one.error_after is not None]
        shown = {name: round(float(np.mean(values)), 4) for name, values in rules.items()}
        others = {name: value for name, value in shown.items() if name != "shipped"}
        best = max(others, key=lambda name: others[name])
        show(
            f"answers, {kind}: mutual-match AUC of the shipped score",
            shown["shipped"],
            "0..1",
            f">= {others[best]}",
            rival=others,
            expected_matches={
                rule: round(float(np.mean([one.expected_matches for one in found])), 1)
                for rule, found in cleared.items()
            },
            inboxes_over={
                rule: round(float(np.mean([one.over_capacity_share for one in found])), 4)
                for rule, found in cleared.items()
            },
            exposure_gini={
                rule: round(float(np.mean([one.exposure_gini_per_slot for one in found])), 3)
                for rule, found in cleared.items()
            },
            data=data,
        )
        show(
            f"answers, {kind}: calibration error of p and q on answers kept apart",
            round(float(np.mean(errors)), 4) if errors else None,
            "0..1",
            worst=round(max(errors), 4) if errors else None,
            data=data,
        )
