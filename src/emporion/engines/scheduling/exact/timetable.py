"""The timetable problem of a conference, its domains and what can be told from them alone.

Every meeting is held, nobody has two at once, breaks are to be few.  Slots are bits of an int.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: A person whose meetings have at most so many slots more than meetings is looked at closely.
TIGHT = 3


@dataclass
class Timetable:
    """``ends`` two people of each meeting, ``domain`` its slots, ``tables`` of each slot,
    ``order`` pairs (a, b): a strictly before b, ``apart`` the most that two people's breaks may
    differ (None: any).

    After `prune`: ``fits_before[p][t]`` and ``fits_after[p][t]``: how many meetings of p find
    places of their own in the slots up to t, and behind t.
    """

    slots: int
    people: int
    ends: list[tuple[int, int]]
    domain: list[int]
    tables: list[int]
    order: list[tuple[int, int]]
    apart: int | None
    mine: list[list[int]] = field(default_factory=list)
    fits_before: list[list[int]] = field(default_factory=list)
    fits_after: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ends = [(a, b) for a, b in self.ends]
        self.order = [(a, b) for a, b in self.order]
        if not self.mine:
            self.mine = [[] for _ in range(self.people)]
            for m, (a, b) in enumerate(self.ends):
                self.mine[a].append(m)
                self.mine[b].append(m)

    def most_breaks(self) -> list[int]:
        """Breaks that each person can have at most, by its idle slots and by fairness."""
        free = [max(0, min(len(x) - 1, self.slots - len(x))) for x in self.mine]
        if self.apart is None:
            return free
        return [min(most, self.apart + min(free)) for most in free]


def most_matched(domains: list[int], slots: int) -> int:
    """Greatest number of the domains that get slots of their own out of ``slots`` (a bit set).

    Augmenting paths (Kuhn 1955); the graphs are tiny.
    """
    holder: dict[int, int] = {}
    unseen = slots

    def place(i: int) -> bool:
        nonlocal unseen
        while free := domains[i] & unseen:
            bit = free & -free
            unseen ^= bit
            if bit not in holder or place(holder[bit]):
                holder[bit] = i
                return True
        return False

    found = 0
    for i in range(len(domains)):
        unseen = slots
        found += place(i)
    return found


def prune(it: Timetable) -> bool:
    """Drop slots in which a meeting cannot be, to a fixpoint; False when nothing is left for one.

    Precedences, slots of meetings that have one slot only, full tables, and for people with few
    spare slots every (meeting, slot) that leaves no places for the others.  Fills ``fits_before``
    and ``fits_after``.
    """
    if len(it.domain) > sum(it.tables):
        return False
    everything = (1 << it.slots) - 1
    changed = set(range(it.people))
    while changed:
        before = list(it.domain)
        if not (_keep_order(it) and _keep_tables(it)):
            return False
        changed |= {p for m, d in enumerate(before) if d != it.domain[m] for p in it.ends[m]}
        if not changed:
            break
        p = changed.pop()
        before = list(it.domain)
        if not _keep_person(it, p, everything):
            return False
        changed |= {q for m in it.mine[p] if before[m] != it.domain[m] for q in it.ends[m]}
    it.fits_before, it.fits_after = [], []
    for p in range(it.people):
        own = [it.domain[m] for m in it.mine[p]]
        upto = [(2 << t) - 1 for t in range(it.slots)]
        it.fits_before.append([most_matched(own, s) for s in upto])
        it.fits_after.append([most_matched(own, everything & ~s) for s in upto])
    return all(it.domain)


def _keep_order(it: Timetable) -> bool:
    changed = True
    while changed:
        changed = False
        for a, b in it.order:
            if not it.domain[a] or not it.domain[b]:
                return False
            first = it.domain[a] & -it.domain[a]
            later = it.domain[b] & ~(2 * first - 1)
            last = 1 << (it.domain[b].bit_length() - 1)
            earlier = it.domain[a] & (last - 1)
            changed |= later != it.domain[b] or earlier != it.domain[a]
            it.domain[a], it.domain[b] = earlier, later
    return all(it.domain)


def _keep_tables(it: Timetable) -> bool:
    """Where meetings with one slot fill all the tables, nobody else can be."""
    taken: dict[int, int] = {}
    for d in it.domain:
        if d & (d - 1) == 0:
            taken[d] = taken.get(d, 0) + 1
    for t, tables in enumerate(it.tables):
        count = taken.get(1 << t, 0)
        if count > tables:
            return False
        if count == tables:
            it.domain = [d if d & (d - 1) == 0 else d & ~(1 << t) for d in it.domain]
    return all(it.domain)


def _keep_person(it: Timetable, p: int, everything: int) -> bool:
    mine = it.mine[p]
    own = [it.domain[m] for m in mine]
    if most_matched(own, everything) < len(own):
        return False
    union = 0
    for d in own:
        union |= d
    tight = union.bit_count() <= len(own) + TIGHT or any(d.bit_count() <= len(own) for d in own)
    for i, m in enumerate(mine):
        others = own[:i] + own[i + 1 :]
        rest = own[i]
        single = sum(d for d in set(others) if d & (d - 1) == 0)
        own[i] &= ~single
        while tight and rest:
            bit = rest & -rest
            rest ^= bit
            if own[i] & bit and most_matched(others, everything & ~bit) < len(others):
                own[i] &= ~bit
        if not own[i]:
            return False
        it.domain[m] = own[i]
    return True
