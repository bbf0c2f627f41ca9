"""Walks as rows of a linear programme: what nobody can reach from a meeting."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from ..instance import Floats, Instance, Ints
from ..state import walking_budget


def walking_rows(it: Instance, request: Ints, slot: Ints) -> tuple[csr_matrix, Floats]:
    """Rows over the variables (``request``, ``slot``) int32[V], and what each adds up to at most.

    For a participant p who walks, two slots of a day and a place: the meetings of p at that place
    in the first, and those in the second that are too far from it, add up to one at most, meetings
    in between taken off (who meets somebody on the way is looked at from there).  One thing at a
    time is taken for granted.  O(V S places) where gaps are short.
    """
    entries: list[tuple[int, int, float]] = []
    count = 0
    if it.walking:
        budget, far = walking_budget(it), int(it.walk_minutes.max(initial=0))
        for p, mine in _walkers(it, request).items():
            at = {int(t): mine[slot[mine] == t] for t in np.unique(slot[mine])}
            here = {t: _places(it, request[v], p) for t, v in at.items()}
            for t in at:
                for u in at:
                    if u <= t or budget[t, u] >= far:
                        continue
                    between = [v for s in at if t < s < u for v in at[s].tolist()]
                    for place in set(here[t][here[t] >= 0].tolist()):
                        there = here[u]
                        way = np.where(there >= 0, it.walk_minutes[place, there], 0)
                        late = at[u][way > budget[t, u]].tolist()
                        if not late:
                            continue
                        early = at[t][here[t] == place].tolist()
                        entries += [(count, v, 1.0) for v in (*early, *late)]
                        entries += [(count, v, -1.0) for v in between]
                        count += 1
    row, column, value = np.array(entries, dtype=np.float64).reshape(-1, 3).T
    shape = (count, len(request))
    return csr_matrix((value, (row.astype(int), column.astype(int))), shape), np.ones(count)


def _walkers(it: Instance, request: Ints) -> dict[int, Ints]:
    """The variables of everybody without a place, as numbers."""
    found: dict[int, list[int]] = {}
    for ends in (it.first, it.second):
        for v, p in enumerate(ends[request].tolist()):
            if it.place[p] < 0:
                found.setdefault(p, []).append(v)
    return {p: np.array(v, dtype=np.int32) for p, v in found.items()}


def _places(it: Instance, requests: Ints, p: int) -> Ints:
    """Where p meets for each of the requests, int32; -1 = nowhere in particular."""
    other = np.where(it.first[requests] == p, it.second[requests], it.first[requests])
    places: Ints = it.place[other]
    return places
