"""Made-up markets for the benchmark of matching: profiles in two scripts, or probabilities."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import Category, Market, Participant, Signal, metrics
from emporion.engines.matching.market import SIZES
from emporion.engines.matching.rank import Ranking

Floats = npt.NDArray[np.float32]
COUNTRIES = ("CN", "DE", "FI", "NP", "ZA", "FR", "BR", "JP", "AE", "SA")
SYLLABLES = ("ka", "mo", "ri", "te", "su", "lo", "ne", "va", "pi", "du", "zo", "fe")


class _Vocabulary:
    """Words without a meaning: common ones, and forty of its own for each category."""

    def __init__(self, draw: random.Random, codes: Sequence[str]) -> None:
        self._draw = draw
        self.words = [
            "".join(draw.choice(SYLLABLES) for _ in range(draw.randint(2, 4))) for _ in range(6000)
        ]
        self.signs = [
            chr(draw.randint(0x4E00, 0x6000)) + chr(draw.randint(0x4E00, 0x6000))
            for _ in range(1500)
        ]
        self.topic = {code: draw.sample(self.words, 40) for code in codes}
        self.topic_signs = {code: draw.sample(self.signs, 40) for code in codes}

    def text(self, codes: Sequence[str]) -> dict[str, str]:
        """About 100 words or 160 signs, three in ten of them from the categories; 16 % none."""
        draw = self._draw
        if draw.random() < 0.16:
            return {}
        latin = draw.random() < 0.5
        topic, common = (self.topic, self.words) if latin else (self.topic_signs, self.signs)
        chosen = [
            draw.choice(topic[draw.choice(codes)])
            if codes and draw.random() < 0.3
            else common[int(len(common) * draw.random() ** 3)]
            for _ in range(100 if latin else 80)
        ]
        return {"en": " ".join(chosen)} if latin else {"zh-hans": "".join(chosen)}


def expo(exhibitors: int, buyers: int, seed: int) -> Market:
    """Return a market with 160 categories, skewed demand, and 15 % of profiles without any."""
    draw = random.Random(seed)
    groups = [f"g{a:02d}" for a in range(20)]
    codes = [code for g in groups for code in (g, *(f"{g}.{b}" for b in range(7)))]
    vocabulary = _Vocabulary(draw, codes)
    taxonomy = [
        Category(
            code,
            code.split(".")[0] if "." in code else "",
            {
                "en": " ".join(draw.sample(vocabulary.words, 2)),
                "zh-hans": "".join(draw.sample(vocabulary.signs, 2)),
            },
        )
        for code in codes
    ]

    def some(least: int, most: int) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                codes[int(len(codes) * draw.random() ** 1.7)]
                for _ in range(draw.randint(least, most))
            )
        )

    def one(name: str, capacity: int, sells: bool) -> Participant:
        main, aside = some(1, 4), some(0, 2)
        texts = vocabulary.text(main)
        if draw.random() < 0.15:
            main = ()
        return Participant(
            id=name,
            capacity=capacity,
            offers=main if sells else aside,
            needs=aside if sells else main,
            texts=texts,
            country=draw.choice(COUNTRIES),
            markets=tuple(draw.sample(COUNTRIES, draw.randint(1, 3))) * (draw.random() < 0.4),
            languages=tuple(draw.sample(["en", "zh-hans", "ar", "fr"], 2)),
            size=draw.choice(SIZES),
        )

    sellers = [one(f"e{at:05d}", draw.randint(20, 60), True) for at in range(exhibitors)]
    callers = [one(f"b{at:06d}", draw.randint(3, 8), False) for at in range(buyers)]
    signals = [
        Signal(
            draw.choice(callers).id,
            sellers[int(exhibitors * draw.random() ** 2)].id,
            draw.choice(["view", "bookmark", "request"]),
        )
        for _ in range(buyers)
    ]
    return Market(sellers, callers, taxonomy, signals)


@dataclass(frozen=True)
class Simulated:
    """True probabilities of a market without profiles, what is believed of them, capacities.

    `tastes` are those of buyers and of exhibitors that p is made of, float32[people, dimensions].
    """

    p: Floats
    q: Floats
    believed_p: Floats
    believed_q: Floats
    buyer_capacity: npt.NDArray[np.int64]
    exhibitor_capacity: npt.NDArray[np.int64]
    tastes: tuple[Floats, Floats]


def simulated(
    seed: int, exhibitors: int, buyers: int, popularity: float = 1.0, noise: float = 0.0
) -> Simulated:
    """Return latent tastes with log-normal popularity; `noise` is the error of what is believed."""
    draw = np.random.default_rng(seed)
    dimensions = 12
    tastes = [draw.normal(size=(n, dimensions)).astype(np.float32) for n in (buyers, exhibitors)]
    # What one side is like and what the other wants are related, not the same.
    back = [0.7 * t + 0.7 * draw.normal(size=t.shape).astype(np.float32) for t in tastes]
    scale = np.float32(1.5 / dimensions**0.5)
    z_p = tastes[0] @ tastes[1].T * scale
    z_p += (popularity * draw.normal(size=exhibitors) - 2).astype(np.float32)
    z_q = back[0] @ back[1].T * scale
    z_q += (0.5 * popularity * draw.normal(size=(buyers, 1)) - 1.5).astype(np.float32)
    p, q = (np.asarray(1 / (1 + np.exp(-z)), dtype=np.float32) for z in (z_p, z_q))
    believed_p, believed_q = (
        np.asarray(np.clip(true + noise * draw.normal(size=true.shape), 0.001, 0.999), np.float32)
        if noise
        else true
        for true in (p, q)
    )
    return Simulated(
        p,
        q,
        believed_p,
        believed_q,
        draw.integers(3, 9, buyers),
        draw.integers(20, 61, exhibitors),
        (tastes[0], tastes[1]),
    )


def calibration_errors(market: Simulated, seed: int) -> tuple[float, float]:
    """Return by how much p and q, as they are believed, miss what happens (expected error)."""
    draw = np.random.default_rng(seed)

    def error(true: Floats, believed: Floats) -> float:
        return metrics.calibration_error(believed.ravel(), (draw.random(true.shape) < true).ravel())

    return error(market.p, market.believed_p), error(market.q, market.believed_q)


@dataclass(frozen=True)
class Outcome:
    """What came of a set of buyers' lists, once."""

    matches: int
    unseen: int
    overfull_share: float


def live(lists: Ranking, market: Simulated, seed: int) -> Outcome:
    """Let buyers look at rank r with chance 1 / r and ask; exhibitors accept up to capacity."""
    draw = np.random.default_rng(seed + 1_000_000)
    owner, other = lists.owners(), lists.other
    capacity = market.exhibitor_capacity
    asks = draw.random(len(other)) < market.p[owner, other] / lists.ranks()
    accepts = asks & (draw.random(len(other)) < market.q[owner, other])
    inbox = np.bincount(other[asks], minlength=len(capacity))
    agreed = np.minimum(np.bincount(other[accepts], minlength=len(capacity)), capacity)
    seen = np.bincount(other, minlength=len(capacity))
    return Outcome(int(agreed.sum()), int((seen == 0).sum()), float((inbox > 3 * capacity).mean()))
