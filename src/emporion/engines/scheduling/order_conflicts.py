"""Precedences that cannot hold together with what must be held, named."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .closings import Closings, least
from .instance import Bools, Instance, Ints
from .naming import Conflict, Constraint


def order_conflicts(it: Instance, possible: Bools) -> list[Conflict]:
    """At most one sentence: a circle, or a chain for which the slots do not suffice.

    What must be held draws in all that has to come before it.  O(pairs S) as a rule.
    """
    if not len(it.precedences):
        return []
    pairs, onward = _drawn_in(it)
    earliest = {r: int(possible[r].argmax()) for r in onward if possible[r].any()}
    came: dict[int, int] = {}
    for r in onward:
        if r not in earliest:
            # What must be held itself is named with what closes its slots.
            return [] if onward[r] < 0 else _named(it, [r], onward)
    changed = True
    while changed:
        changed = False
        for a, b in pairs:
            later = np.flatnonzero(possible[b, earliest[a] + 1 :])
            t = earliest[a] + 1 + int(later[0]) if later.size else None
            if t is None or t > earliest[b]:
                came[b] = a
            if t is None:
                return _named(it, _chain(b, came), onward)
            if t > earliest[b]:
                earliest[b], changed = t, True
    return []


def _drawn_in(it: Instance) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """The precedences of what must be held, and for each request that is drawn in the next one on
    the way to what draws it in (-1: it must be held itself)."""
    before: dict[int, list[int]] = {}
    for a, b in it.precedences.tolist():
        before.setdefault(b, []).append(a)
    must = it.mandatory.copy()
    must[it.locked[:, 0]] = True
    named: Ints = np.unique(it.precedences)
    todo = named[must[named]].tolist()
    onward = dict.fromkeys(todo, -1)
    for b in todo:
        for a in before.get(b, ()):
            if a not in onward:
                onward[a] = b
                todo.append(a)
    return [(a, b) for a, b in it.precedences.tolist() if b in onward], onward


def _chain(last: int, came: dict[int, int]) -> list[int]:
    """Back from ``last`` over what has pushed it, in the order in which they come; a circle begins
    and ends with the same request."""
    found = [last]
    while (a := came.get(found[-1], -1)) >= 0:
        if a in found:
            return [a, *reversed(found[found.index(a) :])]
        found.append(a)
    return found[::-1]


def _named(it: Instance, chain: list[int], onward: dict[int, int]) -> list[Conflict]:
    closings = Closings(it)
    name = closings.name
    if len(chain) > 1 and chain[0] == chain[-1]:
        start = min(chain[1:], key=lambda r: len(_way(r, onward)))
        pairs = [*pairwise(chain), *_pairs(_way(start, onward))]
        orders = [name.precedence(a, b) for a, b in dict.fromkeys(pairs)]
        sentence = f"{orders[0]}: in a circle each would have to come before itself"
        return [Conflict(sentence, (*orders, closings.demand(_way(start, onward)[-1])))]
    chain += _way(chain[-1], onward)[1:]
    masks = [closings.of(r) for r in chain]

    def stuck(begin: int, kept: list[Constraint] | None = None) -> int | None:
        """The first of the chain from ``begin`` on that finds no slot behind the one before."""
        t = -1
        for n in range(begin, len(chain)):
            open_ = np.ones(len(it.slot_ids), dtype=bool)
            for one, mask in masks[n]:
                if kept is None or one in kept:
                    open_ &= ~mask
            later = np.flatnonzero(open_[t + 1 :])
            if not later.size:
                return n
            t += 1 + int(later[0])
        return None

    # What comes first may have nothing to do with it.
    begin = max(n for n in range(len(chain)) if stuck(n) is not None)
    if begin == len(chain) - 1:
        # Locked, and never to meet: that is named without any order.
        return []
    demand = closings.demand(chain[-1])
    # Where the demand is a lock, it is named in any case.
    every = [one for mine in masks[begin:] for one, _ in mine if one != demand]
    closing = least(every, lambda kept: stuck(begin, [demand, *kept]) is not None)
    at = stuck(begin)
    assert at is not None
    orders = [name.precedence(a, b) for a, b in _pairs(chain[begin:])]
    if at == begin:
        first, last = it.request_ids[chain[at]], it.request_ids[chain[-1]]
        sentence = f'{orders[0]}: "{first}" can never be held, and "{last}" must be'
    else:
        first, last = it.request_ids[chain[at - 1]], it.request_ids[chain[at]]
        sentence = (
            f'{orders[at - 1 - begin]}: no slot of "{last}" lies behind the first possible slot of '
            f'"{first}"'
        )
    return [Conflict(sentence, dict.fromkeys((*orders, demand, *closing)))]


def _way(r: int, onward: dict[int, int]) -> list[int]:
    found = [r]
    while onward[found[-1]] >= 0:
        found.append(onward[found[-1]])
    return found


def _pairs(rows: list[int]) -> list[tuple[int, int]]:
    return list(pairwise(rows))
