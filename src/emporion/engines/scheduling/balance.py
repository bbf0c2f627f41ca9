"""How evenly a schedule shares out what is asked for: the share of each buyer's wishes granted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .instance import Floats, Instance, Ints
from .service import service_targets


@dataclass
class Balance:
    """Over ``people`` who ask and have a common slot: the share (0..1) of what each asked for, or
    could take at most, that was granted: ``lowest``, that of the ``tenth`` percentile, ``median``;
    ``jain`` is the index of fairness (Jain, Chiu and Hawe 1984): 1 = all alike, 1/people = all for
    one."""

    people: int
    lowest: float
    tenth: float
    median: float
    jain: float


def granted_shares(instance: Instance, slot: Ints) -> Floats:
    """Meetings of ``slot`` (int32[R], -1 = not held) as a share of what each buyer asks for and
    could take, float64[P]; NaN for everybody else.  O(P S + R)."""
    open_ = np.asarray(instance.possible_slots().any(axis=1))
    wanted = service_targets(instance, open_, 0, 1.0, insist=False)
    held = np.flatnonzero(slot >= 0)
    ends = np.concatenate([instance.first[held], instance.second[held]])
    count = np.bincount(ends, minlength=len(wanted))
    shares: Floats = np.full(len(wanted), np.nan)
    asks = wanted > 0
    shares[asks] = np.minimum(count[asks] / wanted[asks], 1.0)
    return shares


def balance_of(instance: Instance, slot: Ints) -> Balance:
    """The balance of a schedule, int32[R] slots.

    >>> from emporion.engines.scheduling import make_instance
    >>> fair = make_instance(["9", "10"], ["booth", "anna", "bo"], list("wxyz"), [0, 0, 0, 0],
    ...                      [1, 1, 2, 2], weight=[9, 9, 1, 1], place=[0, -1, -1],
    ...                      place_ids=["hall"])
    >>> balance_of(fair, np.array([0, 1, -1, -1], dtype=np.int32)).jain
    0.5
    """
    shares = granted_shares(instance, slot)
    shares = shares[~np.isnan(shares)]
    if not len(shares):
        return Balance(0, 1.0, 1.0, 1.0, 1.0)
    squares = float((shares**2).sum())
    jain = float(shares.sum()) ** 2 / (len(shares) * squares) if squares else 1.0
    tenth, median = np.quantile(shares, [0.1, 0.5]).tolist()
    return Balance(len(shares), float(shares.min()), tenth, median, jain)
