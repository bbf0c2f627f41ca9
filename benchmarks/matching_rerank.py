"""How long one participant waits for a new list after changing a profile."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from benchmarks.matching_lines import show
from benchmarks.matching_markets import expo
from emporion.engines.matching import Kept, match

TIMES = 200


def run_rerank(exhibitors: int, buyers: int) -> None:
    """Two hundred of each side exchange needs and offers with somebody and are ranked anew."""
    market = expo(exhibitors, buyers, seed=1)
    kept: list[Kept] = []
    match(market, readers=(), keep=kept.append)
    full = (exhibitors, buyers) == (1000, 15_000)
    for name, people in (("buyer", market.buyers), ("exhibitor", market.exhibitors)):
        seconds, cpu = [], []
        for n in range(min(TIMES, len(people))):
            one, other = people[n], people[-1 - n]
            changed = replace(one, needs=other.needs, offers=other.offers, texts=other.texts)
            began, used = time.perf_counter(), time.process_time()
            kept[0].rank(changed)
            seconds.append(time.perf_counter() - began)
            cpu.append(time.process_time() - used)
        show(
            f"rerank: one {name}, p99",
            round(1000 * float(np.quantile(seconds, 0.99)), 1),
            "ms",
            "<= 50" if full else None,
            median=round(1000 * float(np.median(seconds)), 1),
            cpu_ms_p99=round(1000 * float(np.quantile(cpu, 0.99)), 1),
            times=len(seconds),
            exhibitors=exhibitors,
            buyers=buyers,
            data="made up",
        )
