"""Which end of a request is which, and weights as integers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from .instance import BUYER, EXHIBITOR, Floats, Instance, Ints, Longs

#: Units that all weights may add up to, for a scale finer than thousandths; a float holds these.
MOST_UNITS = 1e14


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

    Thousandths, or the least finer scale in which every weight is a whole number; where there is
    none, fine enough for the smallest.
    """
    weight = instance.weight
    smallest = float(weight.min(initial=1.0))
    total = float(weight.sum())
    coarse, scale = 0, 1000
    while True:
        units = _units_at(weight, scale)
        # A division rounds correctly: equal means that the weight is this decimal number.
        if (units / scale == weight).all():
            return units, scale
        if not coarse and smallest * scale >= 1:
            coarse = scale
        if total * scale * 10 >= MOST_UNITS:
            scale = coarse or scale
            return _units_at(weight, scale), scale
        scale *= 10


def _units_at(weight: Floats, scale: int) -> Longs:
    units: Longs = np.maximum(np.rint(weight * scale), 1).astype(np.int64)
    return units


def units_lost(instance: Instance, units: Longs, scale: int) -> int:
    """How far the units of any schedule can lie below its weight at most, in units; 0 when the
    weights are whole numbers of units."""
    inexact = units / scale != instance.weight
    if not inexact.any():
        return 0
    # A little more than the product, whose last bit is rounded.
    off = instance.weight[inexact] * scale * (1 + 2.0**-50) - units[inexact]
    return math.ceil(math.fsum(np.maximum(off, 0)) * (1 + 2.0**-50))


def step_of(units: Longs) -> int:
    """Whatever is granted weighs a multiple of this, in integer units."""
    return max(int(np.gcd.reduce(units)), 1) if len(units) else 1
