"""What participants did about each other, as one effect a pair that fades with time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.market import Signal

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

SIGNAL_EFFECT = {"view": 0.3, "bookmark": 0.8, "request": 1.5, "accept": 1.5, "decline": -2.5}
RATING_EFFECT = 1.5
SIGNAL_FLOOR, SIGNAL_CEILING = -3.0, 2.0
# After so many seconds a signal counts half: what somebody sought three months ago is half a guess.
HALF_LIFE = 90 * 86_400.0


@dataclass(frozen=True)
class Signals:
    """Signals of one side about the other: sorted keys row * columns + column, effect, kind."""

    keys: Ints
    effect: Floats
    kind: list[str]

    def at(self, keys: Ints) -> tuple[Floats, Ints]:
        """Return the effect of each key (0 without) and its position (-1 without)."""
        if not self.keys.size:
            return np.zeros(len(keys), np.float32), np.full(len(keys), -1)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        there = self.keys[at] == keys
        return np.where(there, self.effect[at], np.float32(0)), np.where(there, at, -1)


def age_weight(at: float | None, latest: float | None) -> float:
    """Return what a signal still counts, 0..1: half for each `HALF_LIFE` before the latest one."""
    if at is None or latest is None:
        return 1.0
    return float(0.5 ** ((latest - at) / HALF_LIFE))


def rating_scale(signals: Iterable[Signal]) -> Callable[[Signal], float]:
    """Return what turns a rating into a share, 0 (as bad as can be) to 1.

    Ratings go from 1 to 5, unless all are from 0 to 1 and some below 1: then they are shares
    already.  Those of a market are on one scale, and a single one beyond its end turns nothing: it
    counts as that end.
    """
    ratings = [one.value for one in signals if one.kind == "rating" and one.value is not None]
    shares = bool(ratings) and min(ratings) < 1 and max(ratings) <= 1
    low, high = (0.0, 1.0) if shares else (1.0, 5.0)

    def share(signal: Signal) -> float:
        value = (low + high) / 2 if signal.value is None else signal.value
        return min(1.0, max(0.0, (value - low) / (high - low)))

    return share


def remember(
    effects: dict[int, dict[str, float]],
    key: int,
    signal: Signal,
    latest: float | None,
    share_of: Callable[[Signal], float],
) -> None:
    """Keep the strongest of each kind: fifty looks are one."""
    kinds = effects.setdefault(key, {})
    effect = (
        RATING_EFFECT * (2 * share_of(signal) - 1)
        if signal.kind == "rating"
        else SIGNAL_EFFECT[signal.kind]
    )
    effect *= age_weight(signal.at, latest)
    if abs(effect) >= abs(kinds.get(signal.kind, 0.0)):
        kinds[signal.kind] = effect


def collect(effects: Mapping[int, Mapping[str, float]]) -> Signals:
    """Return {key: {kind: effect}} as signals; the sum of a pair is bounded on both sides."""
    keys = sorted(effects)
    total = [min(SIGNAL_CEILING, max(SIGNAL_FLOOR, sum(effects[key].values()))) for key in keys]
    # The kind to name is the one that moved most, in the direction of the whole.
    kinds = []
    for key, whole in zip(keys, total, strict=True):
        sign = -1 if whole < 0 else 1
        kinds.append(max(sorted(effects[key]), key=lambda kind: sign * effects[key][kind]))
    return Signals(np.asarray(keys, dtype=np.int64), np.asarray(total, dtype=np.float32), kinds)
