"""What behaviour teaches: the shipped form against implicit-feedback factorisation, and both.

The rival is weighted alternating least squares after Hu, Koren and Volinsky ("Collaborative
Filtering for Implicit Feedback Datasets", ICDM 2008): a pair of which nothing is known is a weak no
(confidence 1), a signal of strength s a yes with confidence 1 + alpha * s.  Three things are added
in its favour: a decline is a no with that confidence; each side may have a number of its own beside
its factors (popularity), where that is better; and whoever has no signal gets the mean of those who
have, where the original gives them nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from unittest import mock

import numpy as np
import numpy.typing as npt
from scipy import optimize

from benchmarks.matching_answers import TOPICS, tastes
from benchmarks.matching_lines import area_under, show
from benchmarks.matching_markets import simulated
from emporion.engines.matching import Market, Participant, Signal, behaviour, score
from emporion.engines.matching.features import Features
from emporion.engines.matching.signals import SIGNAL_EFFECT

Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

EXHIBITORS, BUYERS = 120, 400
PER_GUEST = (1, 5, 20)
# Of each side so many have done nothing and have had nothing done to them.
NEW = 0.2
SWEEPS = 16
FOLDS = 3
# What the rival is set to is chosen from these, for each line anew, on markets of other seeds.
TUNED_ON = (1, 2)
SHOWN = "tastes that profiles show"
PARTLY = "tastes that profiles show in part"
HIDDEN = "tastes that profiles do not show"
WAYS = ("answers", "requests")


@dataclass(frozen=True)
class Setting:
    """How the rival is set: how many factors, and whether each side has a number beside them."""

    factors: int
    regularisation: float
    alpha: float
    beside: bool


GRID = [
    Setting(*one)
    for one in product((0, 1, 4, 12), (5.0, 20.0, 80.0), (2.0, 10.0), (False, True))
    if one[0] or one[3]
]


@dataclass(frozen=True)
class Trial:
    """A market, what everybody would say to everybody, and which pairs may tell of it.

    `yes` is what buyers and what exhibitors say, bool[buyers, exhibitors]; `met` pairs may be told
    of, `apart` are judged on: of people with signals (`old`) and of those without any.
    """

    market: Market
    yes: tuple[Mask, Mask]
    met: Mask
    old: Mask
    seed: int

    def apart(self, new: bool) -> Mask:
        """Return the pairs kept apart in which somebody (`new`) or nobody has no signal."""
        return ~self.old if new else self.old & ~self.met


def trial(kind: str, seed: int) -> Trial:
    """Return a market of 120 x 400 in which half of the pairs of old people have met.

    The first kind is that of the case `answers`, with tastes of its own topics, unseen liking,
    appeal and readiness.  The others are that of the case `simulated`: tastes of twelve dimensions
    and log-normal popularity, of which profiles state the three strongest, or nothing.
    """
    draw = np.random.default_rng([seed, 7])
    if kind == SHOWN:
        sides, odds = tastes(draw, EXHIBITORS, BUYERS)
        chances = [1 / (1 + np.exp(-one)) for one in odds]
    else:
        made = simulated(seed, EXHIBITORS, BUYERS)
        chances = [made.p.astype(np.float64), made.q.astype(np.float64)]
        sides = (
            [Participant(f"e{at:03d}", 30) for at in range(EXHIBITORS)],
            [Participant(f"b{at:03d}", 5) for at in range(BUYERS)],
        )
        if kind == PARTLY:
            named = [[_strongest(one) for one in side] for side in made.tastes]
            sides = (
                [replace(a, offers=codes) for a, codes in zip(sides[0], named[1], strict=True)],
                [replace(a, needs=codes) for a, codes in zip(sides[1], named[0], strict=True)],
            )
    shape = (BUYERS, EXHIBITORS)
    yes = draw.random(shape) < chances[0], draw.random(shape) < chances[1]
    old = np.outer(draw.random(BUYERS) >= NEW, draw.random(EXHIBITORS) >= NEW)
    return Trial(Market(*sides), yes, old & (draw.random(shape) < 0.5), old, seed)


def _strongest(taste: npt.NDArray[np.float32]) -> tuple[str, ...]:
    return tuple(TOPICS[at] for at in np.argsort(-taste)[:3])


def told(one: Trial, way: str, each: int) -> tuple[Mask, tuple[Mask, ...]]:
    """Return the pairs told of, and what is known of them by direction.

    "answers": each guest and `each` of those met said yes or no to one another; "requests": each
    guest asked for `each` of those met whom it wants, or for all of them, and nobody said no.
    """
    ripe = one.met & one.yes[0] if way == "requests" else one.met
    order = np.where(ripe, np.random.default_rng([one.seed, 8]).random(ripe.shape), 2.0)
    chosen = ripe & (order.argsort(1).argsort(1) < each)
    return chosen, one.yes[:1] if way == "requests" else one.yes


def by_shipped(one: Trial, known: Mask, way: str, learns: bool = True) -> list[Doubles]:
    """Return the log odds of p and q that the engine gives, or those of judgement alone."""
    sellers, callers = one.market.exhibitors, one.market.buyers
    signals = []
    for i, j in zip(*np.nonzero(known), strict=True):
        if way == "requests":
            signals.append(Signal(callers[i].id, sellers[j].id, "request"))
            continue
        for (a, b), yes in zip(
            ((callers[i], sellers[j]), (sellers[j], callers[i])), one.yes, strict=True
        ):
            signals.append(Signal(a.id, b.id, "accept" if yes[i, j] else "decline"))
    features = Features(replace(one.market, signals=signals), sellers, callers, None)
    rules = score.judged(score.Weights())
    if learns:
        lessons = behaviour.learn(features, signals, rules, one.seed)
        rules = lessons[0].rule, lessons[1].rule
    found = (
        np.clip(p.astype(np.float64), 1e-6, 1 - 1e-6) for p in score.probabilities(features, *rules)
    )
    return [np.log(p / (1 - p)) for p in found]


def factorised(known: Mask, yes: Mask, way: str, setting: Setting) -> Doubles:
    """Return what factors of both sides make of every pair, float64[buyers, exhibitors]."""
    kinds = ("request", "request") if way == "requests" else ("decline", "accept")
    effect = np.where(yes, abs(SIGNAL_EFFECT[kinds[1]]), abs(SIGNAL_EFFECT[kinds[0]]))
    confidence = 1 + setting.alpha * np.where(known, effect, 0.0)
    liked = np.where(known & yes, 1.0, 0.0)
    # Each row is 1, its own number, its factors; each column its own number, 1, its factors.
    beside, width = 2 * setting.beside, setting.factors
    rows = np.zeros((known.shape[0], beside + width))
    columns = np.zeros((known.shape[1], beside + width))
    columns[:, beside:] = np.random.default_rng(0).normal(size=(known.shape[1], width)) * 0.1
    if setting.beside:
        rows[:, 0] = columns[:, 1] = 1
    for _ in range(SWEEPS):
        _solve(rows, columns, confidence, liked, setting, 0)
        _solve(columns, rows, confidence.T, liked.T, setting, 1)
    for side, there in ((rows, known.any(1)), (columns, known.any(0))):
        side[~there] = side[there].mean(0)
    return np.asarray(rows @ columns.T)


def _solve(
    side: Doubles, other: Doubles, confidence: Doubles, liked: Doubles, setting: Setting, fixed: int
) -> None:
    """Find, in place, what of one side fits the other best; `fixed` is the place of its 1."""
    free = np.arange(side.shape[1])
    if setting.beside:
        free = free[free != fixed]
        liked = liked - other[:, fixed]
    chosen = other[:, free]
    width = len(free)
    squares = (chosen[:, :, None] * chosen[:, None, :]).reshape(len(other), -1)
    left = (confidence @ squares).reshape(-1, width, width)
    left += setting.regularisation * np.eye(width)
    right = (confidence * liked) @ chosen
    side[:, free] = np.linalg.solve(left, right[:, :, None])[:, :, 0]


def together(one: Trial, known: Mask, way: str, setting: Setting) -> list[Doubles]:
    """Return log odds of both: the factor score is one more feature, weighed on pairs not seen.

    Each is fitted without a third of what is known and asked about that third, in turn; where
    nobody said no, others drawn for the same guest stand for those who were not asked.
    """
    draw = np.random.default_rng([one.seed, 9])
    part = draw.integers(0, FOLDS, known.shape)
    directions = range(1 if way == "requests" else 2)
    rows: list[list[Doubles]] = [[] for _ in directions]
    for fold in range(FOLDS):
        inside = known & (part != fold)
        odds = by_shipped(one, inside, way)
        asked = np.stack(np.nonzero(known & (part == fold)))
        if way == "requests":
            # As many more of each guest as were asked: how many these are must not tell.
            others = np.repeat(asked, behaviour.DRAWN, axis=1)
            others[1] = draw.choice(np.flatnonzero(one.old.any(0)), others.shape[1])
            asked = np.concatenate([asked, others[:, ~known[*others]]], axis=1)
        for direction in directions:
            yes = one.yes[direction]
            guess = factorised(inside, yes, way, setting)
            happened = (known if way == "requests" else yes)[*asked]
            rows[direction].append(np.stack([odds[direction][*asked], guess[*asked], happened]))
    odds, found = by_shipped(one, known, way), []
    for direction in directions:
        first, second, happened = np.concatenate(rows[direction], axis=1)
        weight = _logistic_fit(np.stack([np.ones(len(first)), first, second], axis=1), happened)
        guess = factorised(known, one.yes[direction], way, setting)
        found.append(weight[1] * odds[direction] + weight[2] * guess)
    return found


def _logistic_fit(values: Doubles, yes: Doubles) -> Doubles:
    def loss(at: Doubles) -> tuple[float, Doubles]:
        z = values @ at
        off = 1 / (1 + np.exp(-np.clip(z, -60, 60))) - yes
        penalty = at - np.asarray([0.0, 1.0, 0.0])
        return (
            float((np.logaddexp(0, z) - yes * z).sum() + 0.5 * penalty @ penalty),
            values.T @ off + penalty,
        )

    return np.asarray(optimize.minimize(loss, np.asarray([0.0, 1.0, 0.0]), jac=True).x)


def area(one: Trial, found: Sequence[Doubles], new: bool) -> float:
    """Return the AUC of decisions kept apart, mean of the directions."""
    apart = one.apart(new)
    ways = zip(found, one.yes, strict=False)
    return float(np.mean([area_under(values[apart], yes[apart]) for values, yes in ways]))


def area_within(one: Trial, found: Sequence[Doubles], new: bool) -> float:
    """Return the same of the decisions of one person, mean of people: what orders their list."""
    single, apart = [], one.apart(new)
    for at, (values, yes) in enumerate(zip(found, one.yes, strict=False)):
        # Buyers are rows, exhibitors columns.
        sides = (side if at == 0 else side.T for side in (values, yes, apart))
        for value, said, counts in zip(*sides, strict=True):
            if 0 < said[counts].sum() < counts.sum():
                single.append(area_under(value[counts], said[counts]))
    return float(np.mean(single))


def tuned(kind: str, way: str, each: int) -> Setting:
    """Return the setting of the rival with the best AUC of decisions kept apart, on other seeds."""
    trials = [trial(kind, seed) for seed in TUNED_ON]

    def quality(setting: Setting) -> float:
        found = []
        for one in trials:
            known, yes = told(one, way, each)
            guesses = [factorised(known, said, way, setting) for said in yes]
            found.append(area(one, guesses, new=False))
        return float(np.mean(found))

    return max(GRID, key=quality)


def run_behaviour(seeds: Sequence[int]) -> None:
    """Shipped form, factorisation and both, by how much each guest has said; old and new people."""
    for kind, way, each in product((SHOWN, PARTLY, HIDDEN), WAYS, PER_GUEST):
        setting = tuned(kind, way, each)
        found: dict[tuple[str, bool], list[tuple[float, float]]] = {}
        signals = []
        for seed in seeds:
            one = trial(kind, seed)
            known, yes = told(one, way, each)
            signals.append(int(known.sum()))
            scores = {
                "shipped": by_shipped(one, known, way)[: len(yes)],
                "factorised": [factorised(known, said, way, setting) for said in yes],
                "both": together(one, known, way, setting),
                "judgement": by_shipped(one, known, way, learns=False)[: len(yes)],
            }
            if way == "requests":
                # What it costs that wishes alone, which can be made up, move little.
                with mock.patch.object(behaviour, "MOST_OF_WISHES", 1e6):
                    scores["unbounded"] = by_shipped(one, known, way)[:1]
            for name, new in product(scores, (False, True)):
                of = one, scores[name], new
                found.setdefault((name, new), []).append((area(*of), area_within(*of)))
        for new in (False, True):
            every, within = (
                {
                    name: round(float(np.mean([pair[at] for pair in values])), 4)
                    for (name, of_new), values in found.items()
                    if of_new == new
                }
                for at in (0, 1)
            )
            whose = "people without a signal" if new else "decisions kept apart"
            show(
                f"behaviour, {kind}, {each} {way} a guest: AUC of {whose}",
                every["shipped"],
                "0..1",
                rival={name: value for name, value in every.items() if name != "shipped"},
                within_one_list=within,
                better_than_factorised=sum(
                    a[0] > b[0]
                    for a, b in zip(found["shipped", new], found["factorised", new], strict=True)
                ),
                seeds=len(seeds),
                signals=round(float(np.mean(signals))),
                setting=asdict(setting),
                data="simulated",
            )
