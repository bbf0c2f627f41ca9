"""The exposure floor: whether it is kept, what score it costs, and how long it takes."""

from __future__ import annotations

import time

import numpy as np
from scipy import optimize, sparse
from scipy.sparse.csgraph import maximum_flow

from benchmarks.matching_lines import peak_mb, show
from emporion.engines.matching import rank
from emporion.engines.matching.equilibrium import Equilibrium

SEEDS = range(1000, 1400)
LENGTH = 20


def tight(seed: int) -> tuple[np.ndarray, int, int]:
    """Return (values of a small market, floor, length): places are about as many as are needed."""
    draw = np.random.default_rng(seed)
    buyers, exhibitors = (int(n) for n in draw.integers(3, 15, 2))
    length = int(draw.integers(1, 7))
    most = max(1, buyers * min(length, exhibitors) // exhibitors)
    floor = int(draw.integers(1, most + 1))
    values = (draw.random((buyers, exhibitors)) * draw.random(exhibitors) ** 3).astype(np.float32)
    values += np.float32(1e-4)
    values[draw.random(values.shape) < draw.choice([0, 0.3, 0.6])] = 0
    return values, floor, length


def alone(shape: tuple[int, ...]) -> Equilibrium:
    """Return duals that leave every value as it is."""
    return Equilibrium(np.ones(shape[0]), np.ones(shape[1]), 0, 0.0, True)


def fewest_missing(may: np.ndarray, floor: int, length: int) -> int:
    """Return how many showings any lists of that length leave missing: by a maximum flow."""
    buyers, exhibitors = may.shape
    source, sink = buyers + exhibitors, buyers + exhibitors + 1
    room = np.zeros((sink + 1, sink + 1), dtype=np.int32)
    room[source, buyers:source] = floor
    room[buyers:source, :buyers] = may.T
    room[:buyers, sink] = length
    flow = maximum_flow(sparse.csr_array(room), source, sink).flow_value
    return floor * exhibitors - int(flow)


def most_score(values: np.ndarray, floor: int, length: int, missing: int) -> float:
    """Return the most that lists score in all with no more showings missing: a linear programme.

    Its corners are whole: it is a flow.
    """
    buyers, exhibitors = values.shape
    pairs = buyers * exhibitors
    of_buyers = np.hstack(
        [np.repeat(np.eye(buyers), exhibitors, axis=1), np.zeros((buyers, exhibitors))]
    )
    of_exhibitors = np.hstack([np.tile(np.eye(exhibitors), buyers), np.eye(exhibitors)])
    found = optimize.linprog(
        np.concatenate([-values.ravel(), np.zeros(exhibitors)]),
        A_ub=np.vstack([of_buyers, -of_exhibitors, np.repeat([0.0, 1.0], [pairs, exhibitors])]),
        b_ub=np.repeat([length, -floor, missing], [buyers, exhibitors, 1]),
        bounds=[(0, top) for top in [*(values.ravel() > 0).astype(float), *[floor] * exhibitors]],
    )
    return -float(found.fun)


def run_small() -> None:
    """Tight small markets against the best lists by a flow and by a linear programme."""
    beyond, unkept, given, least, in_all, keepable = 0, 0, 0.0, 0.0, 0.0, 0
    for seed in SEEDS:
        values, floor, length = tight(seed)
        duals = alone(values.shape)
        bare = rank.rank_buyers(values, duals, length)
        found = rank.at_floor(bare, values, duals, floor, length)
        fewest = fewest_missing(values > 0, floor, length)
        missing = int(rank.missing(found.ranking, floor, duals.b > 0).sum())
        keepable += fewest == 0
        unkept += missing > 0 and fewest == 0
        beyond += missing - fewest
        before = float(bare.score.sum(dtype=np.float64))
        in_all += before
        given += before - float(found.ranking.score.sum(dtype=np.float64))
        least += before - most_score(values, floor, length, fewest)
    show(
        "floor: tight small markets where lists that keep it exist and were not found",
        unkept,
        "markets",
        "0",
        of=keepable,
        markets=len(SEEDS),
        missing_beyond_the_fewest=beyond,
        data="made up",
    )
    show(
        "floor: score given up for it in these markets",
        round(100 * given / in_all, 1),
        "%",
        None,
        least_by_linear_programme=round(100 * least / in_all, 1),
        data="made up",
    )


def run_floor(exhibitors: int, buyers: int) -> None:
    """Tight small markets, then markets of full size in which very many are short."""
    run_small()
    draw = np.random.default_rng(1)
    popular = np.exp(draw.normal(size=exhibitors)).astype(np.float32)
    values = draw.random((buyers, exhibitors), dtype=np.float32) ** 3 * popular + np.float32(1e-6)
    usual = rank.feasible_floor(buyers, exhibitors, LENGTH)
    some = 3 * exhibitors // 10
    apart = values.copy()
    apart[buyers // 15 :, :some] = 0
    apart[:, :some] *= np.float32(1e-3)
    few = values.copy()
    few[40:, : exhibitors // 5] = 0
    # Buyer after buyer may see 25 exhibitors in a row: places are handed on along the whole row.
    row = np.zeros_like(values)
    first = np.arange(buyers) * exhibitors // buyers
    for nth in range(25):
        at = np.arange(buyers), np.minimum(first + nth, exhibitors - 1)
        row[at] = values[at] / popular[at[1]] / 100 + np.float32((nth + 1) / 100)
    for name, market, floor in (
        ("three in ten may be shown to one buyer in fifteen", apart, usual),
        ("one in five may be shown to 40 buyers", few, usual),
        ("half of all places are to be given", values, 5 * usual),
        ("every place is to be given", values, 10 * usual),
        ("every place, and each buyer sees 25 in a row", row, 10 * usual - 1),
    ):
        duals = alone(market.shape)
        bare = rank.rank_buyers(market, duals, LENGTH)
        short = rank.missing(bare, floor, duals.b > 0)
        cpu = time.process_time()
        found = rank.at_floor(bare, market, duals, floor, LENGTH)
        took = time.process_time() - cpu
        show(
            f"floor: {name}",
            round(took, 2),
            "CPU-s",
            None,
            short=int((short > 0).sum()),
            missing_before=int(short.sum()),
            missing_after=int(rank.missing(found.ranking, floor, duals.b > 0).sum()),
            fewest=found.fewest_missing,
            floor=floor,
            peak_mb=peak_mb(),
            exhibitors=exhibitors,
            buyers=buyers,
            data="made up",
        )
