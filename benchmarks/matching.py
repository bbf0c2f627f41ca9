"""How well and how fast the matching engine ranks.

    ./run bench matching [--exhibitors N] [--buyers N] [--case CASE]

Every case runs in a process of its own, so that peaks of memory are its own. Cases: expo (made-up
profiles, from cached vectors to both sides' lists with reasons), product and product-requests (the
same as the product does it, from a database to stored lists), rerank (one participant, the rest
as they were), thin (only pairs near a list kept, against all pairs), equilibrium, sparse,
simulated, flat, extreme and noisy (matches against ranking by p * q, by p alone and by the
equilibrium on four sorts of markets; strides and temperature were chosen on seeds 1 and 2, these
are others), knob (from end to end), manipulation (what cheating brings), variety (what lists of
several kinds and drawn places cost), floor (whether the exposure floor is kept wherever it can be,
what it costs and how long it takes), answers (decisions of both sides, half of them kept apart;
with --file those of an instance), behaviour (the shipped form against factors of both sides, by
how much each guest has said), and those of `benchmarks/matching_text.py` (languages with
--file: offers and needs of a file). Prints JSON lines ``{"case", "value", "unit", "bar", ...}``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
# As `emporion worker` runs it: threads of the numerical libraries wait for each other for longer
# than they compute.  Read when numpy is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
from scipy import sparse  # noqa: E402

from benchmarks import matching_text  # noqa: E402
from benchmarks.matching_answers import run_answers  # noqa: E402
from benchmarks.matching_behaviour import run_behaviour  # noqa: E402
from benchmarks.matching_floor import run_floor  # noqa: E402
from benchmarks.matching_lines import peak_mb, show  # noqa: E402
from benchmarks.matching_manipulation import run_manipulation  # noqa: E402
from benchmarks.matching_markets import (  # noqa: E402
    Simulated,
    calibration_errors,
    expo,
    live,
    simulated,
)
from benchmarks.matching_product import Scattered, run_product  # noqa: E402
from benchmarks.matching_rerank import run_rerank  # noqa: E402
from benchmarks.matching_variety import run_variety  # noqa: E402
from emporion.engines.matching import (  # noqa: E402
    MemoryStore,
    clearing,
    equilibrium,
    levelling,
    match,
    metrics,
    rank,
)
from emporion.engines.matching.meaning import read_meaning  # noqa: E402

LENGTH = 20
EQUALITIES = (0.0, 0.5, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
SEEDS = range(11, 21)


KINDS: dict[str, dict[str, float]] = {
    "usual": {},
    "popularity flat": {"popularity": 0.0},
    "popularity extreme": {"popularity": 2.0},
    # What is believed is then off by 0.1 (expected calibration error), as the case prints.
    "noisy p and q": {"noise": 0.235},
}


def run_expo(exhibitors: int, buyers: int) -> None:
    """Whole engine on made-up profiles."""
    market = expo(exhibitors, buyers, seed=1)
    # The bars hold for one size.
    seconds_bar, memory_bar = (
        ("<= 10", "<= 1536") if (exhibitors, buyers) == (1000, 15_000) else (None, None)
    )
    # Vectors are cached before: any do, and reading is a case of its own (`embedding`).
    store, readers = MemoryStore(), [Scattered()]
    read_meaning(market.exhibitors, market.buyers, readers, store)
    before, cpu = peak_mb(), time.process_time()
    steps: list[tuple[str, float]] = []
    result = match(
        market,
        readers=readers,
        store=store,
        progress=lambda step: steps.append((step, time.perf_counter())),
    )
    cpu = time.process_time() - cpu
    ends = [at for _, at in steps[1:]] + [time.perf_counter()]
    seconds = {step: round(end - at, 2) for (step, at), end in zip(steps, ends, strict=True)}
    figures = result.figures
    show(
        "expo: from cached vectors to both lists with reasons",
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


def run_thin(exhibitors: int, buyers: int) -> None:
    """Whole engine on made-up profiles where only pairs near a list are kept, and on all of them.

    Four times the market: twice the exhibitors and buyers; of the same market both ways.
    """
    exhibitors, buyers = 2 * exhibitors, 2 * buyers
    market = expo(exhibitors, buyers, seed=1)
    found = []
    for name, most in (("pairs near a list", 0), ("all pairs", exhibitors * buyers)):
        cpu = time.process_time()
        found.append(match(market, readers=(), most_pairs=most))
        show(
            f"thin: lists by {name}",
            round(time.process_time() - cpu, 2),
            "CPU-s",
            peak_mb=peak_mb(),
            expected_matches=round(found[-1].figures.expected_matches),
            gini=round(found[-1].figures.exposure_gini_per_slot, 3),
            unseen=found[-1].figures.unseen_exhibitors,
            exhibitors=exhibitors,
            buyers=buyers,
            data="made up",
        )
    one, other = (each.buyers.other for each in found)
    same = float((one == other).mean()) if one.shape == other.shape else None
    show("thin: entries of buyers' lists that are the same", same, "share", exhibitors=exhibitors)


def run_equilibrium(exhibitors: int, buyers: int) -> None:
    """The dense solver alone."""
    market = simulated(1, exhibitors, buyers)
    dense = clearing.kernel_of(market.p, market.q, clearing.TEMPERATURE)
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


def cleared(market: Simulated, rule: str = clearing.PRICED) -> clearing.Clearing:
    """Return what decides about places, from what is believed."""
    return clearing.clear(
        market.believed_p,
        market.believed_q,
        market.buyer_capacity,
        market.exhibitor_capacity,
        lengths=(LENGTH, 50),
        rule=rule,
    )


def listed(
    market: Simulated, order: clearing.Clearing, duals: equilibrium.Equilibrium
) -> rank.Ranking:
    """Return buyers' lists as the engine makes them."""
    buyers, exhibitors = order.kernel.shape
    lists = rank.rank_buyers(order.kernel, duals, LENGTH)
    floor = rank.feasible_floor(buyers, exhibitors, LENGTH)
    lists = rank.raise_to_floor(lists, order.kernel, duals, floor, LENGTH)
    at = lists.owners(), lists.other
    return rank.in_order(lists, market.believed_p[at] * market.believed_q[at])[0]


def shipped(market: Simulated) -> rank.Ranking:
    """Return buyers' lists at the default of the knob."""
    order = cleared(market)
    return listed(market, order, order.duals)


def by_equilibrium(market: Simulated) -> rank.Ranking:
    """Return buyers' lists by the meetings of the equilibrium, also in their order."""
    order = cleared(market, clearing.TU)
    return rank.rank_buyers(order.kernel, order.duals, LENGTH)


def run_sparse(exhibitors: int, buyers: int) -> None:
    """The sparse solver at the size that no longer fits as a matrix; skewed made-up edges."""
    if (exhibitors, buyers) == (1000, 15_000):
        exhibitors, buyers, each = 20_000, 250_000, 200
    else:
        each = min(200, exhibitors // 2)
    draw = np.random.default_rng(1)
    columns = np.empty(buyers * each, dtype=np.int32)
    values = np.empty(buyers * each, dtype=np.float32)
    step = 10_000 * each
    for at in range(0, len(columns), step):
        part = slice(at, at + step)
        size = len(columns[part])
        columns[part] = exhibitors * draw.random(size, dtype=np.float32) ** 2
        values[part] = np.exp(draw.random(size, dtype=np.float32) / 0.1)
    pointer = np.arange(buyers + 1, dtype=np.int32) * each
    kernel = sparse.csr_array((values, columns, pointer), shape=(buyers, exhibitors))
    slots = draw.integers(20, 61, exhibitors)
    before = peak_mb()
    began = time.process_time()
    equilibrium.solve(kernel, draw.integers(3, 9, buyers), slots, tolerance=0, max_iterations=20)
    full = (exhibitors, buyers) == (20_000, 250_000)
    show(
        "equilibrium: sparse float32, 20 iterations",
        round(time.process_time() - began, 2),
        "CPU-s",
        "<= 8" if full else None,
        edges=len(values),
        exhibitors=exhibitors,
        buyers=buyers,
    )
    show(
        "equilibrium: sparse, peak memory",
        peak_mb(),
        "MB",
        "<= 2048" if full else None,
        before=before,
    )
    # The same market small, both forms.
    market = simulated(1, 60, 400)
    dense = clearing.kernel_of(market.p, market.q, clearing.TEMPERATURE).astype(np.float64)
    capacities = market.buyer_capacity, market.exhibitor_capacity
    one = equilibrium.solve(dense, *capacities, tolerance=1e-10, max_iterations=5000)
    thin = sparse.csr_array(dense)
    two = equilibrium.solve(thin, *capacities, tolerance=1e-10, max_iterations=5000)
    rows = slice(0, 400)
    apart = np.abs(one.meetings(dense, rows) - two.sparse_meetings(thin, rows).toarray()).max()
    show("equilibrium: dense and sparse apart by", float(f"{apart:.2g}"), "meetings", "<= 1e-6")


def run_knob(exhibitors: int, buyers: int) -> None:
    """The knob from end to end under either rule, on three sorts of simulated markets."""
    exhibitors, buyers = exhibitors // 2, buyers // 2
    kinds = ("usual", "popularity flat", "popularity extreme")
    for kind, seed, rule in product(kinds, (1, SEEDS[0]), (clearing.PRICED, clearing.TU)):
        market = simulated(seed, exhibitors, buyers, **KINDS[kind])
        order = cleared(market, rule)
        levels = order.levels(market.exhibitor_capacity, LENGTH)
        shown = []
        for equality in EQUALITIES:
            lists = listed(market, order, levelling.moved(order.duals, levels, equality))
            at = lists.owners(), lists.other
            found = metrics.figures(lists, market.p[at], market.q[at], market.exhibitor_capacity)
            shown.append(
                {
                    "at": equality,
                    "matches": live(lists, market, seed).matches,
                    "gini": round(found.exposure_gini_per_slot, 3),
                    "looks_per_slot_least": round(found.looks_per_slot_least, 3),
                    "looks_per_slot_p5": round(found.looks_per_slot_p5, 3),
                    "inbox_p99": round(found.inbox_p99, 2),
                }
            )
        show(
            f"knob, {kind}, seed {seed}, {rule}: exposure Gini per slot at its end",
            shown[-1]["gini"],
            "0..1",
            ends=shown,
            exhibitors=exhibitors,
            buyers=buyers,
            data="simulated",
        )


def run_simulated(kind: str, exhibitors: int, buyers: int) -> None:
    """Matches on simulated markets of one kind, ten seeds."""
    # Half of each side: ten markets are made and ranked four times.
    exhibitors, buyers = exhibitors // 2, buyers // 2
    rankings: dict[str, Callable[[Simulated], rank.Ranking]] = {
        "shipped": shipped,
        "product": lambda m: lists_by(m, m.believed_p * m.believed_q),
        "one-sided": lambda m: lists_by(m, m.believed_p),
        "equilibrium": by_equilibrium,
    }
    ratios: dict[str, list[float]] = {
        "product": [],
        "one-sided": [],
        "equilibrium": [],
    }
    unseen, overfull = 0, 0.0
    off: list[float] = []
    for seed in SEEDS:
        market = simulated(seed, exhibitors, buyers, **KINDS[kind])
        off += calibration_errors(market, seed)
        found = {name: live(make(market), market, seed) for name, make in rankings.items()}
        for name, values in ratios.items():
            values.append(found["shipped"].matches / max(1, found[name].matches) - 1)
        unseen += found["shipped"].unseen
        overfull = max(overfull, found["shipped"].overfull_share)
    show(
        f"simulated, {kind}: calibration error of what is believed of p and q",
        round(float(np.mean(off)), 3),
        "0..1",
        None,
        worst=round(max(off), 3),
    )
    usual = kind == "usual"
    for name, bar in (
        ("product", ">= 25" if usual else ">= 0"),
        ("one-sided", ">= 40" if usual else None),
        ("equilibrium", None),
    ):
        show(
            f"simulated, {kind}: more matches than {name}",
            round(100 * float(np.mean(ratios[name])), 1),
            "%",
            bar,
            rival=name,
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


def main() -> int:
    """Run the cases asked for, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exhibitors", type=int, default=1000)
    parser.add_argument("--buyers", type=int, default=15_000)
    cases: dict[str, Callable[[int, int], None]] = {
        "expo": run_expo,
        "equilibrium": run_equilibrium,
        "sparse": run_sparse,
        "thin": run_thin,
        "knob": run_knob,
        "simulated": partial(run_simulated, "usual"),
        "flat": partial(run_simulated, "popularity flat"),
        "extreme": partial(run_simulated, "popularity extreme"),
        "noisy": partial(run_simulated, "noisy p and q"),
        "manipulation": run_manipulation,
        "rerank": run_rerank,
        "product": run_product,
        "product-requests": partial(run_product, with_requests=True),
        "variety": run_variety,
        "floor": run_floor,
        "answers": lambda exhibitors, buyers: run_answers(SEEDS[:5], options.file),
        "behaviour": lambda exhibitors, buyers: run_behaviour(SEEDS[:5]),
        **matching_text.CASES,
        "languages": lambda exhibitors, buyers: matching_text.run_languages(
            exhibitors, buyers, options.file
        ),
    }
    parser.add_argument("--case", "--only", dest="only", choices=cases)
    parser.add_argument(
        "--file",
        default="",
        help="of the case answers: decisions as emporion-match-instance/1; of the case languages: a"
        ' JSON array of {"offer": text, "needs": {language: text}}',
    )
    options = parser.parse_args()
    if options.only:
        cases[options.only](options.exhibitors, options.buyers)
        return 0
    failed = 0
    for case in cases:
        size = ["--exhibitors", str(options.exhibitors), "--buyers", str(options.buyers)]
        done = subprocess.run([sys.executable, __file__, "--case", case, *size], check=False)
        failed = failed or done.returncode
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
