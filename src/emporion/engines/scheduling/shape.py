"""Which end of a request is which, and weights as integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from .instance import BUYER, EXHIBITOR, Instance, Ints, Longs


@dataclass
class Shape:
    """``end0``, ``end1`` int32[R]; on a bipartite instance end 0 is the side with many tables."""

    end0: Ints
    end1: Ints
    bipartite: bool


def orient(instance: Instance) -> Shape:
    """Turn the requests so that, where possible, the participants fall into two sides.

    The sides of the file are used when every request joins an exhibitor and a buyer; otherwise the
    graph of requests is coloured with two colours through its bipartite double cover.  O(P + R).
    """
    first, second = instance.first, instance.second
    side = instance.side
    widest = instance.capacity.max(axis=1, initial=0)
    if np.all((side[first] == EXHIBITOR) & (side[second] == BUYER)):
        return Shape(first, second, True)
    mixed = np.minimum(side[first], side[second]) == EXHIBITOR
    if np.all(mixed & (np.maximum(side[first], side[second]) == BUYER)):
        turn = side[first] == BUYER
        return Shape(np.where(turn, second, first), np.where(turn, first, second), True)
    people = len(instance.participant_ids)
    rows = np.concatenate([first, second])
    columns = np.concatenate([second, first]) + people
    graph = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), (2 * people,) * 2)
    _, label = connected_components(graph, directed=False)
    own, mirror = label[:people], label[people:]
    involved = np.zeros(people, dtype=bool)
    involved[rows] = True
    if np.any((own == mirror) & involved):
        turn = widest[second] > widest[first]
        return Shape(np.where(turn, second, first), np.where(turn, first, second), False)
    colour = (own > mirror).astype(np.int8)
    pair = np.minimum(own, mirror)
    # Colour 0 of each component: the wider calendars, then those with a place.
    rank = widest.astype(np.int64) * 2 + (instance.place >= 0)
    best = np.full((2, len(label)), -1, dtype=np.int64)
    np.maximum.at(best, (colour, pair), rank)
    colour ^= (best[1] > best[0])[pair]
    turn = colour[first] == 1
    return Shape(np.where(turn, second, first), np.where(turn, first, second), True)


def integer_weights(instance: Instance) -> tuple[Longs, int]:
    """Weights in integer units and the number of units in 1; gains must be equal exactly.

    Thousandths, finer when a weight is smaller than that.
    """
    scale = 1000
    smallest = float(instance.weight.min(initial=1.0))
    total = float(instance.weight.sum())
    while smallest * scale < 1 and total * scale < 1e14:
        scale *= 10
    units = np.maximum(np.rint(instance.weight * scale), 1).astype(np.int64)
    return units, scale


def units_lost(instance: Instance, units: Longs, scale: int) -> float:
    """How far the units of any schedule can lie below its weight, in units (0 when exact)."""
    off = np.maximum(instance.weight * scale - units, 0)
    return float(off[off > 1e-6].sum())


def step_of(units: Longs) -> int:
    """Whatever is granted weighs a multiple of this, in integer units."""
    return max(int(np.gcd.reduce(units)), 1) if len(units) else 1
