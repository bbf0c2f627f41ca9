"""What answers teach: how much each feature counts, who is asked for, who says yes to whom.

One directed decision has the log odds

    bias + sum of weight * feature + appeal of the receiver + readiness of the sender

Weights start where judgement put them and move as far as answers pull them; appeal and readiness
start at what the stated categories of a person suggest and at 0 for who has never been decided
about (Rasch, 1960, with random effects; the spread of each is estimated from the data: EM with the
curvature's diagonal).  A form whose parts can be named was taken on purpose: reasons stay true, a
participant who arrives is scored at once, and no feature ever lowers the score (weights >= 0).
Nor is it bought with worse lists: held against implicit-feedback factorisation (Hu, Koren and
Volinsky, 2008; `./run bench matching --case behaviour`) it orders answers kept apart better on all
made-up markets, by an AUC of 0.006 to 0.065.  From many requests, with nobody saying no, factors
come ahead (at twenty a guest by up to 0.048, two thirds of it for the bound on wishes below).

Two sorts of signals are learnt from.  Answers (accept, decline) say yes and no and give
probabilities.  Where one direction has only wishes (request, bookmark), people drawn at random
stand for those who were not asked; that teaches an order, and the level stays as it was.  What
somebody said after a meeting (rating) takes the place of their answer, or of their wish: it is the
same decision, better informed.  Ratings alone teach like answers where there are more of them than
wishes: they are given of those met alone, and a few must not outweigh many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from emporion.engines.matching import calibration
from emporion.engines.matching.features import Feature, Features
from emporion.engines.matching.market import Signal
from emporion.engines.matching.metrics import calibration as reliability
from emporion.engines.matching.metrics import calibration_error
from emporion.engines.matching.score import Rule
from emporion.engines.matching.signals import age_weight, rating_scale

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Fewer decisions of either kind teach nothing that would hold.
LEAST_DECISIONS = 30
# From so many on they are also calibrated, on folds that the model has not seen.
LEAST_CALIBRATED = 200
FOLDS = 5
# Weights move from judgement with this spread; the spreads of people are estimated from 0.5.
SPREAD_OF_WEIGHTS, FIRST_SPREAD, LEAST_SPREAD = 0.7, 0.5, 0.05
ROUNDS = 4
# People drawn for each wish where nobody said no.
DRAWN = 4
# From more decisions than this so many are drawn: thirty a weight and person say what there is to
# say, and a run does not wait a minute for the rest.
MOST_LEARNT = 20_000
# Wishes cost nothing, and friends can be made up: however many there are, they move the log odds of
# everybody else by no more than this.
MOST_OF_WISHES = 0.3
WISHES = frozenset({"request", "bookmark"})


@dataclass(frozen=True)
class Lesson:
    """What was learnt of one direction.

    `decisions` were learnt from; `error_before` and `error_after` are the calibration errors of
    judgement and of the rule, on folds not seen (None where it was not calibrated); `reliability`
    is what the second is made of: (mean probability, share that said yes, decisions) by groups of
    rising probability.
    """

    rule: Rule
    decisions: int
    error_before: float | None = None
    error_after: float | None = None
    reliability: tuple[tuple[float, float, int], ...] = ()


@dataclass(frozen=True)
class _Decisions:
    sender: Ints
    receiver: Ints
    yes: Doubles
    mass: Doubles
    drawn: bool


def learn(
    features: Features, signals: Sequence[Signal], rules: tuple[Rule, Rule], seed: int = 0
) -> tuple[Lesson, Lesson]:
    """Return what is learnt of p (buyers decide) and q; the given rule where too little was.

    O(rounds * decisions). Equal signals and seed give equal lessons.
    """
    buyer_at = {one.id: at for at, one in enumerate(features.buyers)}
    exhibitor_at = {one.id: at for at, one in enumerate(features.exhibitors)}
    lessons = []
    for own_at, other_at, rule, buyers_decide in (
        (buyer_at, exhibitor_at, rules[0], True),
        (exhibitor_at, buyer_at, rules[1], False),
    ):
        made = _decisions(signals, own_at, other_at, features.latest, seed)
        lessons.append(
            Lesson(rule, 0)
            if made is None
            else _Direction(features, made, rule, buyers_decide).fit()
        )
    return lessons[0], lessons[1]


def _decisions(
    signals: Sequence[Signal],
    own_at: Mapping[str, int],
    other_at: Mapping[str, int],
    latest: float | None,
    seed: int,
) -> _Decisions | None:
    answered: dict[tuple[int, int], tuple[float, float]] = {}
    rated: dict[tuple[int, int], tuple[float, float]] = {}
    wished: dict[tuple[int, int], float] = {}
    share_of = rating_scale(signals)
    for signal in signals:
        if signal.sender not in own_at:
            continue
        pair = (own_at[signal.sender], other_at[signal.receiver])
        mass = age_weight(signal.at, latest)
        if signal.kind in ("accept", "decline"):
            answered[pair] = (float(signal.kind == "accept"), mass)
        elif signal.kind == "rating":
            rated[pair] = (share_of(signal), mass)
        elif signal.kind in WISHES:
            wished[pair] = max(mass, wished.get(pair, 0.0))
    said = answered | rated
    if _enough(answered) or (_enough(said) and len(said) >= len(wished)):
        pairs = _some(sorted(said), MOST_LEARNT, seed)
        values = np.asarray([said[pair] for pair in pairs])
        at = np.asarray(pairs, dtype=np.int64)
        return _Decisions(at[:, 0], at[:, 1], values[:, 0], values[:, 1], drawn=False)
    if len(wished) < LEAST_DECISIONS or len(other_at) < 2 * DRAWN:
        return None
    pairs = _some(sorted(wished.keys() | rated.keys()), MOST_LEARNT // (1 + DRAWN), seed)
    at = np.asarray(pairs, dtype=np.int64)
    draw = np.random.default_rng(seed)
    sender = np.repeat(at[:, 0], DRAWN)
    receiver = draw.integers(0, len(other_at), len(sender))
    keys = at[:, 0] * len(other_at) + at[:, 1]
    free = ~np.isin(sender * len(other_at) + receiver, keys)
    masses = np.asarray([rated[pair][1] if pair in rated else wished[pair] for pair in pairs])
    wanted = np.asarray([rated[pair][0] if pair in rated else 1.0 for pair in pairs])
    return _Decisions(
        np.concatenate([at[:, 0], sender[free]]),
        np.concatenate([at[:, 1], receiver[free]]),
        np.concatenate([wanted, np.zeros(int(free.sum()))]),
        np.concatenate([masses, np.repeat(masses, DRAWN)[free] / DRAWN]),
        drawn=True,
    )


def _enough(decisions: Mapping[tuple[int, int], tuple[float, float]]) -> bool:
    yes = sum(value for value, _ in decisions.values())
    return min(yes, len(decisions) - yes) >= LEAST_DECISIONS


def _some(pairs: list[tuple[int, int]], most: int, seed: int) -> list[tuple[int, int]]:
    """Return `most` of the pairs, drawn evenly and in their order; all where there are fewer."""
    if len(pairs) <= most:
        return pairs
    chosen = np.random.default_rng(seed).choice(len(pairs), most, replace=False)
    return [pairs[at] for at in np.sort(chosen).tolist()]


class _Direction:
    """The model of one direction; its unknowns: bias, moves of the weights, four groups of people.

    Groups: appeal of each receiver and of each code it states, readiness of each sender and of each
    code it states.
    """

    def __init__(
        self, features: Features, made: _Decisions, rule: Rule, buyers_decide: bool
    ) -> None:
        self.made, self.vector, self.bias = made, rule.weight.astype(np.float64), rule.bias
        self.buyers_decide = buyers_decide
        buyers, exhibitors = (
            (made.sender, made.receiver) if buyers_decide else (made.receiver, made.sender)
        )
        values = features.pairs(buyers, exhibitors).astype(np.float64)
        # What somebody did about the other is the decision itself, and how many did is made of
        # such decisions: a model that saw them would learn only to repeat them.
        self.learnt = np.flatnonzero(self.vector > 0)
        known = (
            Feature.BUYER_SIGNAL,
            Feature.EXHIBITOR_SIGNAL,
            Feature.EXHIBITOR_POPULAR,
            Feature.BUYER_POPULAR,
        )
        self.learnt = self.learnt[~np.isin(self.learnt, known)]
        self.popular = Feature.EXHIBITOR_POPULAR if buyers_decide else Feature.BUYER_POPULAR
        self.values = values[:, self.learnt]
        own, other = (
            (features.buyer_codes, features.exhibitor_codes)
            if buyers_decide
            else (features.exhibitor_codes, features.buyer_codes)
        )
        self.own_codes, self.other_codes = own, other
        senders, receivers = own.shape[0], other.shape[0]
        blocks = [_one_hot(made.receiver, receivers), other[made.receiver]]
        if not made.drawn:
            # Who was drawn for a sender says nothing about the sender.
            blocks += [_one_hot(made.sender, senders), own[made.sender]]
        self.people = sparse.csr_array(sparse.hstack(blocks, format="csr"), dtype=np.float64)
        self.people_by_column = self.people.T.tocsr()
        self.groups = np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks])
        self.spread = np.full(len(blocks), FIRST_SPREAD)

    def fit(self) -> Lesson:
        everything = np.ones(len(self.made.yes))
        start = np.zeros(1 + len(self.learnt) + self.people.shape[1])
        for _ in range(ROUNDS):
            start = self._solve(everything, start)
            self._spreads(start)
        found = self._solve(everything, start)
        calibrator, before, after, told = None, None, None, np.zeros(0)
        if not self.made.drawn and len(self.made.yes) >= LEAST_CALIBRATED:
            calibrator, before, told = self._calibrate(found)
            after = calibration_error(told, self.made.yes)
        weight = self.vector.copy()
        weight[self.learnt] += found[1 : 1 + len(self.learnt)]
        weight[self.popular] = 0
        people = found[1 + len(self.learnt) :]
        receivers, codes = self.other_codes.shape
        appeal = people[:receivers] + self.other_codes @ people[receivers : receivers + codes]
        if self.made.drawn:
            appeal = MOST_OF_WISHES * np.tanh(appeal / MOST_OF_WISHES)
        readiness = np.zeros(self.own_codes.shape[0])
        if not self.made.drawn:
            rest = people[receivers + codes :]
            readiness = rest[: len(readiness)] + self.own_codes @ rest[len(readiness) :]
        of_senders, of_receivers = readiness.astype(np.float32), appeal.astype(np.float32)
        rule = Rule(
            weight.astype(np.float32),
            self.bias if self.made.drawn else self.bias + float(found[0]),
            of_senders if self.buyers_decide else of_receivers,
            of_receivers if self.buyers_decide else of_senders,
            calibrator,
        )
        groups = tuple(reliability(told, self.made.yes)) if after is not None else ()
        return Lesson(rule, len(self.made.yes), before, after, groups)

    def _odds(self, at: Doubles) -> Doubles:
        moved = self.vector[self.learnt] + at[1 : 1 + len(self.learnt)]
        people = self.people @ at[1 + len(self.learnt) :]
        return np.asarray(self.bias + at[0] + self.values @ moved + people)

    def _solve(self, share: Doubles, start: Doubles) -> Doubles:
        """Return the most likely unknowns, each decision counting `share` of its mass."""
        mass = self.made.mass * share
        count = 1 + len(self.learnt)
        precision = np.r_[
            0.01, np.full(count - 1, SPREAD_OF_WEIGHTS**-2), (self.spread**-2)[self.groups]
        ]

        def loss(at: Doubles) -> tuple[float, Doubles]:
            z = self._odds(at)
            value = mass @ (np.logaddexp(0, z) - self.made.yes * z) + 0.5 * precision @ at**2
            rest = mass * (_logistic(z) - self.made.yes)
            gradient = np.r_[rest.sum(), rest @ self.values, self.people_by_column @ rest]
            return float(value), gradient + precision * at

        bounds = [(None, None)] + [(-weight, None) for weight in self.vector[self.learnt]]
        bounds += [(None, None)] * self.people.shape[1]
        done = optimize.minimize(
            loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 60}
        )
        return np.asarray(done.x)

    def _spreads(self, at: Doubles) -> None:
        chance = _logistic(self._odds(at))
        curve = self.made.mass * chance * (1 - chance)
        squares = self.people_by_column.copy()
        squares.data **= 2
        people = at[1 + len(self.learnt) :]
        seen = squares @ curve
        left = 1 / (seen + (self.spread**-2)[self.groups])
        for group in range(len(self.spread)):
            # Who was never decided about says nothing about how far people lie apart.
            mine = (self.groups == group) & (seen > 0)
            if mine.any():
                spread = float(np.sqrt(np.mean(people[mine] ** 2 + left[mine])))
                self.spread[group] = max(LEAST_SPREAD, spread)

    def _calibrate(self, found: Doubles) -> tuple[calibration.Calibrator, float, Doubles]:
        """Return the calibrator, the error of judgement, and probabilities on folds not seen."""
        fold = np.random.default_rng(0).permutation(len(self.made.yes)) % FOLDS
        odds = np.zeros(len(fold))
        for one in range(FOLDS):
            unseen = fold == one
            odds[unseen] = self._odds(self._solve((~unseen).astype(float), found * 0))[unseen]
        calibrator = calibration.fit(odds, self.made.yes)
        judged = self.bias + self.values @ self.vector[self.learnt]
        # The error is that of a calibrator that has not seen the fold it is measured on.
        after = np.zeros(len(fold))
        for one in range(FOLDS):
            unseen = fold == one
            other = calibration.fit(odds[~unseen], self.made.yes[~unseen])
            after[unseen] = _logistic(other(odds[unseen]).astype(np.float64))
        return calibrator, calibration_error(_logistic(judged), self.made.yes), after


def _one_hot(at: Ints, width: int) -> sparse.csr_array:
    count = len(at)
    return sparse.csr_array((np.ones(count), (np.arange(count), at)), shape=(count, width))


def _logistic(z: Doubles) -> Doubles:
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -60, 60))))
