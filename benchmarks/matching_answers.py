"""Made-up markets with decisions of both sides, half of them told and half kept apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from emporion.engines.matching import Market, Participant, Signal, read_market

TOPICS = [f"t{at:02d}" for at in range(12)]


def answered(kind: str, seed: int) -> tuple[Market, dict[tuple[str, str], bool]]:
    """Return a market and {(buyer, exhibitor): both said yes} of the decisions kept apart.

    "meetings of two": 250 a side in rounds of about 17, everybody in a round decides about
    everybody on the other side. "an expo": 60 exhibitors, 400 buyers, who asks is answered. Taste
    has a part that profiles show (topics), one that they do not, and differences of appeal and
    readiness; what two want of each other is related, as it is among people.
    """
    draw = np.random.default_rng(seed)
    rounds = kind == "meetings of two"
    exhibitors, buyers = (250, 250) if rounds else (60, 400)
    sides = []
    for count, letter, capacity in ((exhibitors, "e", 17 if rounds else 30), (buyers, "b", 17)):
        sides.append(
            [
                Participant(
                    f"{letter}{at:03d}",
                    capacity if rounds or letter == "e" else 5,
                    offers=tuple(draw.choice(TOPICS, 3, replace=False)),
                    needs=tuple(draw.choice(TOPICS, 3, replace=False)),
                )
                for at in range(count)
            ]
        )
    sellers, callers = sides
    shape = (buyers, exhibitors)
    hidden = draw.normal(size=shape) * 0.5
    odds = []
    for own, other, axis in ((callers, sellers, 0), (sellers, callers, 1)):
        fits = np.asarray([[len({*a.needs} & {*b.offers}) for b in other] for a in own])
        fits = fits if axis == 0 else fits.T
        appeal = draw.normal(size=len(other)) * 0.9
        ready = draw.normal(size=len(own)) * 0.7
        people = ready[:, None] + appeal[None, :] if axis == 0 else appeal[:, None] + ready[None, :]
        odds.append(people + 0.7 * fits + hidden - 1.1)
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
    market = Market(
        sellers, callers, (), signals, buyer_list_length=exhibitors, exhibitor_list_length=buyers
    )
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
