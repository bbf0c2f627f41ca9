"""Constraints of an instance that cannot hold together, found without a search and named."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from .instance import NO_LIMIT, Bools, Instance, Ints
from .state import walking_budget


def find_conflicts(instance: Instance, possible: Bools, excluded: Bools) -> list[str]:
    """One sentence for each contradiction; empty when none is found (which proves nothing)."""
    found = _limits(instance, possible, excluded)
    found += _locked(instance, excluded)
    found += _mandatory(instance, possible, excluded)
    found += _order(instance, possible)
    return found


def _limits(it: Instance, possible: Bools, excluded: Bools) -> list[str]:
    found = []
    usable = possible.any(axis=1) & ~excluded
    ends = np.concatenate([it.first[usable], it.second[usable]])
    asked = np.bincount(ends, minlength=len(it.participant_ids))
    places = it.capacity.sum(axis=1)
    for p in np.flatnonzero(it.min_meetings > 0):
        name, least = it.participant_ids[p], int(it.min_meetings[p])
        if least > it.max_meetings[p]:
            found.append(
                f'participant "{name}": min_meetings {least} is more than '
                f"max_meetings {it.max_meetings[p]}"
            )
        elif least > places[p]:
            found.append(
                f'participant "{name}": min_meetings {least}, but it has places for {places[p]}'
            )
        elif least > asked[p]:
            found.append(
                f'participant "{name}": min_meetings {least}, but only {asked[p]} of its '
                "requests can be held"
            )
    return found


def _locked(it: Instance, excluded: Bools) -> list[str]:
    return [] if _locked_is_fine(it, excluded) else _name_locked(it, excluded)


def _name_locked(it: Instance, excluded: Bools) -> list[str]:
    found: list[str] = []
    units: Counter[tuple[int, int]] = Counter()
    total: Counter[int] = Counter()
    a_day: Counter[tuple[int, int]] = Counter()
    in_slot: Counter[int] = Counter()
    in_pool: Counter[tuple[int, int]] = Counter()
    seen: dict[int, int] = {}
    for r, t in it.locked.tolist():
        name, slot = it.request_ids[r], it.slot_ids[t]
        where = f'locked meeting "{name}" in slot "{slot}"'
        if r in seen:
            found.append(f"{where}: the request is locked twice")
            continue
        seen[r] = t
        if excluded[r]:
            found.append(f"{where}: its participants are excluded from meeting")
        if it.fixed_slot[r] >= 0 and it.fixed_slot[r] != t:
            found.append(f'{where}: its fixed_slot is "{it.slot_ids[it.fixed_slot[r]]}"')
        elif it.allowed is not None and not it.allowed[r, t]:
            found.append(f"{where}: not one of its allowed_slots")
        in_slot[t] += 1
        if in_slot[t] == it.tables[t] + 1:
            found.append(f"{where}: more locked meetings than the {it.tables[t]} tables")
        for p in (int(it.first[r]), int(it.second[r])):
            person = f'participant "{it.participant_ids[p]}"'
            units[p, t] += 1
            total[p] += 1
            a_day[p, int(it.slot_day[t])] += 1
            if it.capacity[p, t] == 0:
                found.append(f"{where}: {person} is unavailable")
            elif units[p, t] == it.capacity[p, t] + 1:
                found.append(f"{where}: {person} has capacity {it.capacity[p, t]} there")
            if total[p] == it.max_meetings[p] + 1:
                found.append(f"{where}: {person} has max_meetings {it.max_meetings[p]}")
            if a_day[p, int(it.slot_day[t])] == it.max_per_day[p] + 1:
                found.append(f"{where}: {person} has max_meetings_per_day {it.max_per_day[p]}")
        pool = max(int(it.pool[it.first[r]]), int(it.pool[it.second[r]]))
        if pool >= 0:
            in_pool[pool, t] += 1
            if in_pool[pool, t] == it.pool_tables[pool, t] + 1:
                found.append(f'{where}: table pool "{it.pool_ids[pool]}" is full')
    if it.walking:
        found += _locked_walks(it, seen)
    return found


def _locked_is_fine(it: Instance, excluded: Bools) -> bool:
    """Whether the locked meetings keep every constraint, without naming what they break.

    Thirty thousand of them take some milliseconds; naming what is wrong takes most of a second.
    """
    rows, slots = it.locked[:, 0], it.locked[:, 1]
    if len(np.unique(rows)) < len(rows) or excluded[rows].any():
        return False
    fixed = it.fixed_slot[rows]
    if ((fixed >= 0) & (fixed != slots)).any():
        return False
    if it.allowed is not None and not it.allowed[rows, slots].all():
        return False
    width = it.capacity.shape[1]
    ends = np.concatenate([it.first[rows], it.second[rows]]).astype(np.int64)
    when = np.concatenate([slots, slots])
    days = int(it.slot_day.max()) + 1
    pool = np.maximum(it.pool[it.first[rows]], it.pool[it.second[rows]]).astype(np.int64)
    counts = (
        (ends * width + when, it.capacity.ravel()),
        (ends, it.max_meetings),
        (ends * days + it.slot_day[when], np.repeat(it.max_per_day, days)),
        (slots, it.tables),
        (pool[pool >= 0] * width + slots[pool >= 0], it.pool_tables.ravel()),
    )
    if any((np.bincount(key, minlength=len(most)) > most).any() for key, most in counts):
        return False
    if not it.walking:
        return True
    hall = it.place[np.concatenate([it.second[rows], it.first[rows]])]
    walks = (it.place[ends] < 0) & (hall >= 0)
    ends, when, hall = ends[walks], when[walks], hall[walks]
    order = np.argsort(ends * width + when, kind="stable")
    ends, when, hall = ends[order], when[order], hall[order]
    same = (ends[1:] == ends[:-1]) & (when[1:] > when[:-1])
    far = it.walk_minutes[hall[:-1], hall[1:]] > walking_budget(it)[when[:-1], when[1:]]
    return not bool((same & far).any())


def _locked_walks(it: Instance, locked: dict[int, int]) -> list[str]:
    found = []
    budget = walking_budget(it)
    stops: dict[int, list[tuple[int, int, int]]] = {}
    for r, t in locked.items():
        for p, q in ((it.first[r], it.second[r]), (it.second[r], it.first[r])):
            if it.place[p] < 0 and it.place[q] >= 0:
                stops.setdefault(int(p), []).append((t, int(it.place[q]), r))
    for p, visits in stops.items():
        visits.sort()
        for (t1, h1, r1), (t2, h2, r2) in pairwise(visits):
            if t1 < t2 and it.walk_minutes[h1, h2] > budget[t1, t2]:
                found.append(
                    f'locked meetings "{it.request_ids[r1]}" and "{it.request_ids[r2]}": '
                    f'participant "{it.participant_ids[p]}" cannot walk from one to the other'
                )
    return found


def _mandatory(it: Instance, possible: Bools, excluded: Bools) -> list[str]:
    found: list[str] = []
    must = np.flatnonzero(it.mandatory)
    if not must.size:
        return found
    for r in must.tolist():
        if excluded[r]:
            found.append(f'mandatory request "{it.request_ids[r]}": its participants are excluded')
        elif not possible[r].any():
            found.append(
                f'mandatory request "{it.request_ids[r]}": no slot in which it could be held'
            )
    if found:
        return found
    tables = int(np.minimum(it.tables, len(it.request_ids)).sum())
    if (it.tables < NO_LIMIT).any() and len(must) > tables:
        found.append(f"{len(must)} mandatory requests, but tables for {tables} meetings")
    by_person: dict[int, list[int]] = {}
    for r in must.tolist():
        by_person.setdefault(int(it.first[r]), []).append(r)
        by_person.setdefault(int(it.second[r]), []).append(r)
    for p, mine in by_person.items():
        name = it.participant_ids[p]
        if len(mine) > it.max_meetings[p]:
            found.append(
                f'participant "{name}": {len(mine)} mandatory requests, '
                f"max_meetings {it.max_meetings[p]}"
            )
        elif len(mine) > _most_placed(it, possible, p, mine):
            found.append(
                f'participant "{name}": its {len(mine)} mandatory requests '
                "do not fit into its slots"
            )
    return found


def _most_placed(it: Instance, possible: Bools, p: int, mine: list[int]) -> int:
    """How many of the requests ``mine`` of p find a slot of their own (maximum matching)."""
    columns = np.repeat(np.arange(possible.shape[1]), it.capacity[p])
    graph = csr_matrix(possible[mine][:, columns].astype(np.int8))
    matching: Ints = maximum_bipartite_matching(graph, perm_type="column")
    return int((matching >= 0).sum())


def _order(it: Instance, possible: Bools) -> list[str]:
    """Precedences among mandatory requests: cycles and windows that close."""
    pairs = [(a, b) for a, b in it.precedences.tolist() if it.mandatory[b]]
    earliest = {r: int(possible[r].argmax()) for pair in pairs for r in pair if possible[r].any()}
    for _ in range(len(pairs) + 1):
        changed = False
        for a, b in pairs:
            if a not in earliest or b not in earliest:
                return [
                    f'precedence ["{it.request_ids[a]}", "{it.request_ids[b]}"]: '
                    "one of the two can never be held, and the second is mandatory"
                ]
            later = np.flatnonzero(possible[b, earliest[a] + 1 :])
            if not later.size:
                return [
                    f'precedence ["{it.request_ids[a]}", "{it.request_ids[b]}"]: no slot of '
                    f'"{it.request_ids[b]}" lies behind the first possible slot of '
                    f'"{it.request_ids[a]}"'
                ]
            t = earliest[a] + 1 + int(later[0])
            if t > earliest[b]:
                earliest[b], changed = t, True
        if not changed:
            break
    return []
