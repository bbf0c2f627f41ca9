"""How well and how fast the matching engine ranks.

    ./run bench matching [--exhibitors N] [--buyers N] [--only CASE]

Cases: expo (made-up profiles to both sides' lists with reasons), equilibrium, simulated (matches
against ranking by p * q and by p alone; the temperature was chosen on seeds 1 and 2, these are
others), ces (real texts: own category from the description, leave-one-out; needs the shared list
beside the repository). Prints JSON lines ``{"case", "value", "unit", "bar", ...}``. Everything but
ces is made-up data.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.matching_markets import Simulated, expo, live, simulated  # noqa: E402
from emporion.engines.matching import equilibrium, match, rank  # noqa: E402
from emporion.engines.matching.pipeline import TEMPERATURE, kernel  # noqa: E402
from emporion.engines.matching.text import read_texts  # noqa: E402

CES = ROOT.parent / "shared" / "data" / "ces-2026-exhibitors" / "exhibitors.csv"
LENGTH = 20
NEIGHBOURS = 30
SEEDS = range(11, 21)


def show(case: str, value: Any, unit: str, bar: str | None = None, **more: Any) -> None:
    """Print one line of figures."""
    line = {"case": case, "value": value, "unit": unit, "bar": bar, **more}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def peak_mb() -> int:
    """Return the peak of memory of this process so far."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(kilobytes / (1024 * (1024 if sys.platform == "darwin" else 1)))


def run_expo(exhibitors: int, buyers: int) -> None:
    """Whole engine on made-up profiles."""
    market = expo(exhibitors, buyers, seed=1)
    # The bars hold for one size.
    seconds_bar, memory_bar = (
        ("<= 20", "<= 1024") if (exhibitors, buyers) == (1000, 15_000) else (None, None)
    )
    before, cpu = peak_mb(), time.process_time()
    steps: list[tuple[str, float]] = []
    result = match(market, progress=lambda step: steps.append((step, time.perf_counter())))
    cpu = time.process_time() - cpu
    ends = [at for _, at in steps[1:]] + [time.perf_counter()]
    seconds = {step: round(end - at, 2) for (step, at), end in zip(steps, ends, strict=True)}
    figures = result.figures
    show(
        "expo: profiles to both lists with reasons",
        round(result.seconds, 2),
        "s",
        seconds_bar,
        exhibitors=exhibitors,
        buyers=buyers,
        steps=seconds,
        data="made up",
        cpu_s=round(cpu, 2),
    )
    show("expo: peak memory", peak_mb(), "MB", memory_bar, before=before)
    entries = result.buyers.reasons.code
    show(
        "expo: entries of buyers' lists with a reason",
        round(float((entries[:, 0] >= 0).mean()), 4),
        "share",
    )
    show("expo: exposure Gini per slot", round(figures.exposure_gini_per_slot, 3), "0..1")
    show("expo: unseen exhibitors", figures.unseen_exhibitors, "exhibitors", "0")
    show(
        "expo: inboxes over 3 x capacity", round(figures.over_capacity_share, 4), "share", "<= 0.01"
    )


def run_equilibrium(exhibitors: int, buyers: int) -> None:
    """The dense solver alone."""
    market = simulated(1, exhibitors, buyers)
    dense = kernel(market.p, market.q, TEMPERATURE)
    began = time.process_time()
    cleared = equilibrium.solve(dense, market.buyer_capacity, market.exhibitor_capacity)
    show(
        "equilibrium: dense float32, tolerance 1e-3",
        round(time.process_time() - began, 3),
        "CPU-s",
        "<= 0.5",
        iterations=cleared.iterations,
        exhibitors=exhibitors,
        buyers=buyers,
    )


def lists_by(market: Simulated, values: np.ndarray) -> rank.Ranking:
    """Return buyers' lists by any matrix of values."""
    blocks = (values[at : at + 512] for at in range(0, len(values), 512))
    return rank.top_lists(blocks, values.shape[1], LENGTH)


def shipped(market: Simulated) -> rank.Ranking:
    """Return buyers' lists as the engine makes them from what is believed."""
    dense = kernel(market.believed_p, market.believed_q, TEMPERATURE)
    cleared = equilibrium.solve(dense, market.buyer_capacity, market.exhibitor_capacity)
    buyers, exhibitors = dense.shape
    lists = rank.rank_buyers(dense, cleared, LENGTH)
    floor = rank.feasible_floor(buyers, exhibitors, LENGTH)
    return rank.raise_to_floor(lists, dense, cleared, floor, LENGTH)


def run_simulated(exhibitors: int, buyers: int) -> None:
    """Matches on four sorts of simulated markets, ten seeds each."""
    kinds: dict[str, dict[str, float]] = {
        "usual": {},
        "popularity flat": {"popularity": 0.0},
        "popularity extreme": {"popularity": 2.0},
        "noisy p and q": {"noise": 0.1},
    }
    rankings: dict[str, Callable[[Simulated], rank.Ranking]] = {
        "shipped": shipped,
        "product": lambda m: lists_by(m, m.believed_p * m.believed_q),
        "one-sided": lambda m: lists_by(m, m.believed_p),
    }
    for kind, options in kinds.items():
        ratios: dict[str, list[float]] = {"product": [], "one-sided": []}
        unseen, overfull = 0, 0.0
        for seed in SEEDS:
            market = simulated(seed, exhibitors, buyers, **options)
            found = {name: live(make(market), market, seed) for name, make in rankings.items()}
            for name, values in ratios.items():
                values.append(found["shipped"].matches / max(1, found[name].matches) - 1)
            unseen += found["shipped"].unseen
            overfull = max(overfull, found["shipped"].overfull_share)
        usual = kind == "usual"
        for name, bar in (
            ("product", ">= 25" if usual else ">= 0"),
            ("one-sided", ">= 40" if usual else None),
        ):
            show(
                f"simulated, {kind}: more matches than {name}",
                round(100 * float(np.mean(ratios[name])), 1),
                "%",
                bar,
                least=round(100 * min(ratios[name]), 1),
                seeds=len(SEEDS),
                data="simulated",
            )
        show(
            f"simulated, {kind}: unseen exhibitors",
            unseen,
            "over all seeds",
            "0" if usual else None,
        )
        show(
            f"simulated, {kind}: inboxes over 3 x capacity",
            round(overfull, 4),
            "share, worst seed",
            "<= 0.01" if usual else None,
        )


def run_ces() -> None:
    """Real texts: each company's categories from the texts of all others."""
    if not CES.exists():
        show("ces: left out, the shared list is not beside the repository", None, "")
        return
    with CES.open(encoding="utf-8-sig", newline="") as lines:
        rows = [
            row
            for row in csv.DictReader(lines)
            if row["Description"].strip() and row["Product_Categories"].strip()
        ]
    own = [{name.strip() for name in row["Product_Categories"].split(";")} for row in rows]
    names = sorted(set().union(*own))
    has = np.array([[name in mine for name in names] for mine in own], dtype=np.float32)
    began = time.perf_counter()
    vectors = read_texts([[row["Description"]] for row in rows], None)[0].vectors
    seconds = time.perf_counter() - began
    alike = (vectors @ vectors.T).toarray()
    np.fill_diagonal(alike, 0)
    least = np.partition(alike, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS, None]
    # The categories of the nearest texts vote; one that everybody has counts less.
    votes = np.where(alike >= least, alike, 0) @ (has / np.sqrt(has.sum(axis=0)))
    order = np.argsort(-votes, axis=1, kind="stable")
    hits = np.take_along_axis(has, order, axis=1)
    usual = has[:, np.argsort(-has.sum(axis=0), kind="stable")]
    for top in (1, 5):
        show(
            f"ces: an own category in the top {top} by text, leave-one-out",
            round(float(hits[:, :top].max(axis=1).mean()), 4),
            "share",
            None,
            most_common_first=round(float(usual[:, :top].max(axis=1).mean()), 4),
            companies=len(rows),
            categories=len(names),
            vectors_s=round(seconds, 2),
            data="real",
        )


def main() -> int:
    """Run the cases asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exhibitors", type=int, default=1000)
    parser.add_argument("--buyers", type=int, default=15_000)
    parser.add_argument("--only", choices=["expo", "equilibrium", "simulated", "ces"])
    options = parser.parse_args()
    # The whole engine first: the peak of memory is the process's.
    if options.only in (None, "expo"):
        run_expo(options.exhibitors, options.buyers)
    if options.only in (None, "equilibrium"):
        run_equilibrium(options.exhibitors, options.buyers)
    if options.only in (None, "ces"):
        run_ces()
    if options.only in (None, "simulated"):
        run_simulated(options.exhibitors // 2, options.buyers // 2)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
