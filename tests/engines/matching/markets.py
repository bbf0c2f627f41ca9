"""Small made-up markets for the tests of matching."""

import math
import random
from dataclasses import replace

from emporion.engines.matching.market import SIZES, Category, Market, Participant, Signal

TAXONOMY = [
    Category(
        "ai", "", {"en": "Artificial intelligence", "zh-hans": "人工智能", "ar": "الذكاء الاصطناعي"}
    ),
    Category("ai.vision", "ai", {"en": "Computer vision", "zh-hans": "计算机视觉"}),
    Category("ai.speech", "ai", {"en": "Speech", "zh-hans": "语音识别"}),
    Category("cloud", "", {"en": "Cloud computing", "zh-hans": "云计算"}),
    Category("cloud.storage", "cloud", {"en": "Cloud storage"}),
    Category("cloud.edge", "cloud", {"en": "Edge computing"}),
    Category("vr", "", {"en": "Virtual reality (VR)", "zh-hans": "虚拟现实"}),
]
CODES = [category.code for category in TAXONOMY]
COUNTRIES = ["CN", "FI", "NP", "ZA", "DE"]
WORDS = (
    "sensor camera model server cluster headset game voice assistant backup archive factory "
    "inspection hospital school tourism drone valve pump bicycle"
).split()
DEALS = ["agency", "licensing", "sourcing"]


def made_up(seed=0, exhibitors=12, buyers=40, signals=30, **lengths):
    """Return a random market in which some profiles say little or nothing."""
    draw = random.Random(seed)

    def some(values, most):
        return tuple(draw.sample(values, draw.randint(0, most)))

    def one(name, most):
        text = " ".join(draw.choices(WORDS, k=draw.randint(3, 12)))
        if draw.random() < 0.3:
            text += " " + draw.choice(TAXONOMY).labels["en"]
        return Participant(
            id=name,
            capacity=draw.randint(1, most),
            offers=some(CODES, 3),
            needs=some(CODES, 3),
            texts={"en": text} if draw.random() < 0.7 else {},
            country=draw.choice(["", *COUNTRIES]),
            markets=some(COUNTRIES, 2),
            languages=some(["en", "zh-hans", "zh-CN", "ar"], 2),
            size=draw.choice(["", *SIZES]),
            deals=some(DEALS, 2),
        )

    sellers = [one(f"e{at:03d}", 20) for at in range(exhibitors)]
    callers = [one(f"b{at:03d}", 6) for at in range(buyers)]
    done = []
    for _ in range(signals if sellers and callers else 0):
        pair = [draw.choice(sellers).id, draw.choice(callers).id]
        draw.shuffle(pair)
        kind = draw.choice(["view", "bookmark", "request", "accept", "decline", "rating"])
        value = float(draw.randint(1, 5)) if kind == "rating" else None
        done.append(Signal(*pair, kind, value))
    return Market(sellers, callers, TAXONOMY, done, **lengths)


def answered(market, seed, answers):
    """Return the market with so many pairs, drawn, in which both have said yes or no.

    Who shares more says yes more often. What is said only teaches, so that pairs stay comparable.
    """
    draw = random.Random(seed)
    said = []
    for _ in range(answers):
        seller, caller = draw.choice(market.exhibitors), draw.choice(market.buyers)
        fits = len({*seller.offers} & {*caller.needs}) + len({*seller.needs} & {*caller.offers}) / 2
        fits += (seller.country in caller.markets) * 0.3
        for one, other in ((seller, caller), (caller, seller)):
            kind = "accept" if draw.random() < 1 / (1 + math.exp(1 - 1.5 * fits)) else "decline"
            said.append(Signal(one.id, other.id, kind, only_teaches=True))
    return replace(market, signals=[*market.signals, *said])
