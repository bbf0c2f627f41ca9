"""Constraints of an instance that cannot hold together, found without a search and named."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import pairwise, product

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from .closings import MOST_NAMES, Closings, least
from .instance import NO_LIMIT, Bools, Instance, Ints
from .naming import Conflict, Constraint, Namer
from .order_conflicts import order_conflicts
from .shortening import shortened
from .state import has_shortcuts, walking_budget

#: So many sets of slots are looked at for what can be left out of them.
MOST_SHRUNK = 20

_Pairs = defaultdict[tuple[int, ...], list[tuple[int, int]]]


def find_conflicts(instance: Instance, possible: Bools, excluded: Bools) -> list[Conflict]:
    """One sentence for each contradiction, with the constraints that cannot hold together.

    Empty when none is found (which proves nothing).
    """
    limits = _limits(instance, possible, excluded)
    locked = _locked(instance, excluded)
    rest = _mandatory(instance, possible, excluded) + order_conflicts(instance, possible)
    # What is locked clashes with one constraint alone, so nothing can be left out there.
    return shortened(instance, limits) + locked + shortened(instance, rest)


def _limits(it: Instance, possible: Bools, excluded: Bools) -> list[Conflict]:
    found = []
    closings = Closings(it)
    name = closings.name
    usable = possible.any(axis=1) & ~excluded
    ends = np.concatenate([it.first[usable], it.second[usable]])
    asked = np.bincount(ends, minlength=len(it.participant_ids))
    every = np.bincount(np.concatenate([it.first, it.second]), minlength=len(asked))
    places = it.capacity.sum(axis=1)
    for p in np.flatnonzero(it.min_meetings > 0).tolist():
        fewest, most = int(it.min_meetings[p]), int(it.max_meetings[p])
        demand = name.of("min_meetings", p, fewest)
        if most < fewest <= every[p]:
            both = (demand, name.of("max_meetings", p, most))
            found.append(Conflict(f"{demand} is more than max_meetings {most}", both))
        elif fewest > places[p]:
            sentence = f"{demand}, but it has places for {places[p]}"
            calendar = [name.calendar(p)] if fewest <= every[p] else []
            found.append(Conflict(sentence, (demand, *calendar)))
        elif fewest > asked[p]:
            sentence = f"{demand}, but only {asked[p]} of its requests can be held"
            mine = (it.first == p) | (it.second == p)
            # As many of those that cannot be held as leave too few.
            spare = max(int(every[p]) - fewest + 1, 0)
            shut = np.flatnonzero(mine & ~usable)[:spare].tolist()
            shrink = len(found) < MOST_SHRUNK
            closed = closings.of_all(shut, spare, shrink=shrink) if shut else []
            found.append(Conflict(sentence, (demand, *closed)))
    return found


def _locked(it: Instance, excluded: Bools) -> list[Conflict]:
    return [] if _locked_is_fine(it, excluded) else _name_locked(it, excluded)


def _name_locked(it: Instance, excluded: Bools) -> list[Conflict]:
    found: list[Conflict] = []
    name = Namer(it)
    units, total, a_day, in_slot, in_pool = (_Pairs(list) for _ in range(5))
    seen: dict[int, int] = {}
    for r, t in it.locked.tolist():
        clash = partial(_clash, found, name.request("locked", r, t))
        if r in seen:
            clash("the request is locked twice", name.locked([(r, seen[r]), (r, t)]))
            continue
        seen[r] = t
        own = name.locked([(r, t)])
        if excluded[r]:
            clash("its participants are excluded from meeting", (*own, name.apart(r)))
        fixed = int(it.fixed_slot[r])
        if fixed >= 0 and fixed != t:
            sentence = f'its fixed_slot is "{it.slot_ids[fixed]}"'
            clash(sentence, (*own, name.request("fixed_slot", r, fixed)))
        elif it.allowed is not None and not it.allowed[r, t]:
            clash("not one of its allowed_slots", (*own, name.request("allowed_slots", r)))
        in_slot[t,].append((r, t))
        if len(in_slot[t,]) == (most := int(it.tables[t])) + 1:
            sentence = f"more locked meetings than the {most} tables"
            clash(sentence, (*name.locked(in_slot[t,]), name.whole("tables", most)))
        for p in (int(it.first[r]), int(it.second[r])):
            person, day = f'participant "{it.participant_ids[p]}"', int(it.slot_day[t])
            for pairs in (units[p, t], total[p,], a_day[p, day]):
                pairs.append((r, t))
            if it.capacity[p, t] == 0:
                clash(f"{person} is unavailable", (*own, name.calendar(p, t)))
            elif len(units[p, t]) == it.capacity[p, t] + 1:
                sentence = f"{person} has capacity {it.capacity[p, t]} there"
                clash(sentence, (*name.locked(units[p, t]), name.calendar(p, t)))
            if len(total[p,]) == (most := int(it.max_meetings[p])) + 1:
                limit = name.of("max_meetings", p, most)
                clash(f"{person} has max_meetings {most}", (*name.locked(total[p,]), limit))
            if len(a_day[p, day]) == (most := int(it.max_per_day[p])) + 1:
                limit = name.of("max_meetings_per_day", p, most)
                sentence = f"{person} has max_meetings_per_day {most}"
                clash(sentence, (*name.locked(a_day[p, day]), limit))
        pool = max(int(it.pool[it.first[r]]), int(it.pool[it.second[r]]))
        if pool >= 0:
            in_pool[pool, t].append((r, t))
            if len(in_pool[pool, t]) == it.pool_tables[pool, t] + 1:
                tables = Constraint("table_pool", pool=it.pool_ids[pool])
                clash(f"{tables} is full", (*name.locked(in_pool[pool, t]), tables))
    if it.walking:
        found += _locked_walks(it, seen)
    return found


def _clash(
    found: list[Conflict], own: Constraint, sentence: str, constraints: tuple[Constraint, ...]
) -> None:
    found.append(Conflict(f"{own}: {sentence}", constraints))


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
    walks = it.place[ends] < 0
    ends, when, hall = ends[walks], when[walks], hall[walks]
    order = np.argsort(ends * width + when, kind="stable")
    ends, when, hall = ends[order], when[order], hall[order]
    same = ends[1:] == ends[:-1]
    if (same & (when[1:] == when[:-1])).any():
        # Each of two meetings at a time has ways of its own.
        return False
    far = it.walk_minutes[hall[:-1], hall[1:]] > walking_budget(it)[when[:-1], when[1:]]
    return not bool((same & far & (hall[:-1] >= 0) & (hall[1:] >= 0)).any())


def _locked_walks(it: Instance, locked: dict[int, int]) -> list[Conflict]:
    """Locked meetings, one after the other, out of reach of each other, where none can come between
    that makes the way shorter or takes place nowhere in particular."""
    found = []
    closings = Closings(it)
    name, budget, shortcuts = closings.name, walking_budget(it), has_shortcuts(it)
    stops: dict[int, dict[int, list[int]]] = {}
    for r, t in locked.items():
        for p in (int(it.first[r]), int(it.second[r])):
            if it.place[p] < 0:
                stops.setdefault(p, {}).setdefault(t, []).append(r)
    for p, visits in stops.items():
        for t1, t2 in pairwise(sorted(visits)):
            for r1, r2 in product(visits[t1], visits[t2]):
                h1, h2 = (int(it.place[it.first[r] + it.second[r] - p]) for r in (r1, r2))
                if h1 < 0 or h2 < 0 or it.walk_minutes[h1, h2] <= budget[t1, t2]:
                    continue
                closed = _closed_between(it, closings, p, t1, t2, shortcuts)
                if closed is None:
                    continue
                sentence = (
                    f'locked meetings "{it.request_ids[r1]}" and "{it.request_ids[r2]}": '
                    f'participant "{it.participant_ids[p]}" cannot walk from one to the other'
                )
                both = name.locked([(r1, t1), (r2, t2)])
                named = dict.fromkeys((*both, name.of("walking", p), *closed))
                found.append(Conflict(sentence, named))
    return found


def _closed_between(
    it: Instance, closings: Closings, p: int, t1: int, t2: int, shortcuts: bool
) -> list[Constraint] | None:
    """What keeps p from a meeting between two slots that could help it from one to the other; None
    where nothing does."""
    others = np.where(it.first == p, it.second, np.where(it.second == p, it.first, -1))
    helps = (others >= 0) & (shortcuts | (it.place[others] < 0))
    rows = np.flatnonzero(helps).tolist()
    between = slice(t1 + 1, t2)
    if t2 == t1 + 1 or not rows:
        return []
    for r in rows:
        closed = np.zeros(t2 - t1 - 1, dtype=bool)
        for _, mask in closings.of(r):
            closed |= mask[between]
        if not closed.all():
            return None
    return closings.of_all(rows, len(rows), between)


def _mandatory(it: Instance, possible: Bools, excluded: Bools) -> list[Conflict]:
    found: list[Conflict] = []
    must = np.flatnonzero(it.mandatory).tolist()
    if not must:
        return found
    closings = Closings(it)
    name = closings.name
    for r in must:
        own = name.request("mandatory", r)
        if excluded[r]:
            found.append(Conflict(f"{own}: its participants are excluded", (own, name.apart(r))))
        elif not possible[r].any():
            sentence = f"{own}: no slot in which it could be held"
            found.append(Conflict(sentence, (own, *closings.of_all([r]))))
    if found:
        return found
    tables = int(np.minimum(it.tables, len(it.request_ids)).sum())
    if (it.tables < NO_LIMIT).any() and len(must) > tables:
        sentence = f"{len(must)} mandatory requests, but tables for {tables} meetings"
        limit = name.whole("tables", tables)
        found.append(Conflict(sentence, (*name.mandatory(must[: tables + 1]), limit)))
    by_person: dict[int, list[int]] = {}
    for r in must:
        by_person.setdefault(int(it.first[r]), []).append(r)
        by_person.setdefault(int(it.second[r]), []).append(r)
    for p, mine in by_person.items():
        who, most = f'participant "{it.participant_ids[p]}"', int(it.max_meetings[p])
        if len(mine) > most:
            sentence = f"{who}: {len(mine)} mandatory requests, max_meetings {most}"
            limit = name.of("max_meetings", p, most)
            found.append(Conflict(sentence, (*name.mandatory(mine[: most + 1]), limit)))
        elif few := _overfull(it, possible, p, mine):
            sentence = f"{who}: its {len(mine)} mandatory requests do not fit into its slots"
            shrink = len(found) < MOST_SHRUNK
            demands = [closings.demand(r) for r in few]
            closed = _closing(it, closings, p, few, demands, shrink)
            found.append(Conflict(sentence, dict.fromkeys((*demands, *closed))))
    return found


def _overfull(it: Instance, possible: Bools, p: int, mine: list[int]) -> list[int]:
    """A smallest part of the requests ``mine`` of p that have fewer slots than there are of them.

    Empty where each finds one of its own. What alternating paths reach from a request that a
    maximum matching leaves over: without any one of those, the others could all be placed.
    """
    suits, matching = _matched(it, p, possible[mine])
    left_over = np.flatnonzero(matching < 0)
    if not left_over.size:
        return []
    holder = {column: row for row, column in enumerate(matching.tolist()) if column >= 0}
    reached, todo = {int(left_over[0])}, [int(left_over[0])]
    while todo:
        for column in np.flatnonzero(suits[todo.pop()]).tolist():
            if (row := holder[column]) not in reached:
                reached.add(row)
                todo.append(row)
    return [mine[row] for row in sorted(reached)]


def _matched(it: Instance, p: int, possible: Bools) -> tuple[Bools, Ints]:
    """Which places of p suit each of its requests with the slots ``possible`` bool[., S], and the
    place of each in a maximum matching, -1 = none."""
    columns = np.repeat(np.arange(possible.shape[1]), it.capacity[p])
    suits: Bools = possible[:, columns]
    graph = csr_matrix(suits.astype(np.int8))
    matching: Ints = maximum_bipartite_matching(graph, "column")
    return suits, matching


def _closing(
    it: Instance,
    closings: Closings,
    p: int,
    rows: list[int],
    demands: list[Constraint],
    shrink: bool,
) -> list[Constraint]:
    """What leaves these requests of p so few slots, beside what ``demands`` them: its calendar, and
    what closes any of it."""
    own = closings.name.calendar(p)
    masks = [[pair for pair in closings.of(r) if pair[0] != own] for r in rows]
    every = [one for mine in masks for one, _ in mine if one not in demands]

    def too_few(kept: list[Constraint]) -> bool:
        open_ = np.ones((len(rows), len(it.slot_ids)), dtype=bool)
        for row, mine in zip(open_, masks, strict=True):
            for one, mask in mine:
                if one in kept or one in demands:
                    row &= ~mask
        return bool((_matched(it, p, open_)[1] < 0).any())

    shrink &= len(every) <= MOST_NAMES
    return [own, *(least(every, too_few) if shrink else dict.fromkeys(every))]
