"""A running fair in memory: what to do at once when somebody does not come or comes late."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..instance import NO_LIMIT, Bools, Instance, InstanceError, Ints
from ..order import ordered_rows
from ..state import FIRST, LOCK, MASK, SLOT, put, unset
from .changes import Change, Changes
from .kernels import ACCEPTED, homes, insert_within, place
from .refilling import refill

#: Nodes of the search for a later slot of somebody who is late, for an answer within milliseconds.
NODES = 60


@dataclass
class _Before:
    """What `Floor.take_back` needs."""

    own: Ints
    masks: Ints
    moved: Ints
    earliest: int
    slot: dict[int, int] = field(default_factory=dict)
    lock: dict[int, int] = field(default_factory=dict)


def _bit(t: int) -> Any:
    """The bit of slot t in its word of a request's slots."""
    return np.uint32(1 << (t & 31)).view(np.int32)


class Floor:
    """The schedule of a running fair, in memory, and its changes.

    One `no_show` is answered within a few milliseconds at 200,000 requests.
    """

    def __init__(
        self,
        instance: Instance,
        slot: Ints,
        *,
        notice: int = 1,
        most_moves: int = 3,
        accepts: Ints | int = 1,
        beyond: Ints | int = 0,
        later: bool = False,
        seed: int = 0,
    ) -> None:
        """
        Parameters
        ----------
        slot : int32[R], the announced slot of every request, -1 = not held.
        notice : slots that people have to be told ahead: at slot ``now`` nothing before
            ``now + notice`` is touched.
        most_moves : announced meetings that one repair may move in all.
        accepts : int or int32[P], moves that a participant accepts; the consent of each.  It holds
            for those without a place of their own; hosts stay where they are and accept any number
            unless an array says otherwise.
        beyond : int or int32[P], meetings that a participant without a place of its own takes
            beyond its greatest number when a place becomes free; its consent too.  ``instance`` of
            the floor has the limits that follow.

        later : whether the meetings of somebody who is late are held later where that is possible.

        Raises `InstanceError` when ``slot`` does not keep the constraints.

        >>> from emporion.engines.scheduling import make_instance
        >>> two = make_instance(["9", "10"], ["booth", "anna", "bo"], ["x", "y"], [0, 0], [1, 2],
        ...                     place=[0, -1, -1], place_ids=["hall"], allowed=[[0, 1], [0, 1]])
        >>> floor = Floor(two, np.array([1, -1], dtype=np.int32))
        >>> [(c.request, c.before, c.after) for c in floor.no_show(1, 1).changes]
        [(0, 1, -1), (1, -1, 1)]
        """
        from ..checking import check
        from ..preparing import explain_slots, prepare
        from ..solution import Solution, count_breaks, granted_weight

        instance = copy.copy(instance)
        self.instance, self.notice, self.most_moves = instance, notice, most_moves
        ready = prepare(instance)
        slot = np.asarray(slot, dtype=np.int32)
        solution = Solution(
            instance.name, instance.objective, "feasible", slot,
            explain_slots(instance, ready, slot),
            granted_weight(instance, slot), int(count_breaks(instance, slot).sum()),
        )  # fmt: skip
        if wrong := check(instance, solution, reasons=False).violations:
            raise InstanceError("schedule", wrong[0])
        more = np.where(instance.place < 0, beyond, 0)
        instance.max_meetings = np.minimum(instance.max_meetings + more, NO_LIMIT).astype(np.int32)
        self.st = ready.empty_state(instance)
        rows = np.flatnonzero(slot >= 0).astype(np.int32)
        place(self.st, rows, slot[rows], False)
        # Locked by the organiser, bound to an order, or a pair that is never to meet.
        self.st.req[instance.locked[:, 0], LOCK] = 1
        self.ordered = frozenset(ordered_rows(instance).tolist())
        self.st.req[ordered_rows(instance), LOCK] = 1
        self.home = homes(slot, self.st.slots, True)
        self.moved = np.zeros((len(instance.participant_ids), 2), dtype=np.int32)
        self.moved[:, ACCEPTED] = accepts
        if isinstance(accepts, int):
            self.moved[instance.place >= 0, ACCEPTED] = 2**30
        self.later = later
        self.at: Ints = slot.copy()
        # A place is used by two searches at most, each of which touches a request once.
        self.touched: Ints = np.zeros(2 * len(slot) + 1, dtype=np.int32)
        self.earliest = 0
        self._last: _Before | None = None

    @property
    def slot(self) -> Ints:
        """int32[R], where every request is held now; -1 = nowhere."""
        found: Ints = self.st.req[:, SLOT].copy()
        return found

    def advance(self, now: int) -> None:
        """It is slot ``now``: what has begun, or is nearer than the notice, never moves again."""
        earliest = now + self.notice
        if earliest <= self.earliest:
            return
        at = self.st.req[:, SLOT]
        self.st.req[(at >= 0) & (at < earliest), LOCK] = 1
        self._close(np.arange(len(self.at), dtype=np.int32), self.earliest, earliest)
        self.earliest = earliest

    def _close(self, rows: Ints, first: int, end: int) -> None:
        """None of the requests ``rows`` comes into the slots from ``first`` to before ``end``."""
        for t in range(first, min(end, self.st.slots)):
            self.st.req[rows, MASK + (t >> 5)] &= ~_bit(t)

    def no_show(self, participant: int, first: int, last: int | None = None) -> Changes:
        """``participant`` is not there in the slots ``first`` to ``last`` (default: ``first``).

        Its meetings there are lost unless they can be held later, and so is what had to follow
        them and has not begun.  Each freed place is used again: by the best waiting pair, by
        meetings that come forward and leave a place to a waiting pair, or by a later meeting
        pulled forward alone.  Slots nearer than the notice are lost.  Raises
        `InstanceError` for slots that are none.
        """
        began = time.perf_counter()
        last = first if last is None else last
        if not 0 <= first <= last < self.st.slots:
            raise InstanceError("absent", f"slots {first} to {last} of {self.st.slots}")
        st, it = self.st, self.instance
        own = st.adj[st.who[participant, FIRST] : st.who[participant + 1, FIRST]]
        at = st.req[own, SLOT]
        keep = _Before(own, st.req[own, MASK:].copy(), self.moved.copy(), self.earliest)
        gone = own[(at >= first) & (at <= last)]
        self._close(own, first, last + 1)
        free = []
        for r in gone.tolist():
            free.append((int(it.first[r] + it.second[r] - participant), int(st.req[r, SLOT])))
            keep.slot[r], keep.lock[r] = free[-1][1], int(st.req[r, LOCK])
            unset(st, r)
            # Whoever has not come is not asked again for the same meeting, but see `later`.
            st.req[r, LOCK] = 1
        how: dict[int, str] = {}
        followers = self._followers(gone)
        for r in followers:
            t = int(st.req[r, SLOT])
            free += [(int(it.first[r]), t), (int(it.second[r]), t)]
            keep.slot[r], keep.lock[r], how[r] = t, int(st.req[r, LOCK]), "order"
            unset(st, r)
        for host, t in free:
            if t < self.earliest:
                continue
            self.touched[0] = 0
            refill(st, host, t, self.home, self.moved, self.most_moves, self.touched)
            for r in self.touched[1 : self.touched[0] + 1].tolist():
                how[r] = self._why(r, t)
        if self.later:
            self._hold_later(gone, max(last, self.earliest - 1), how)
        lost: Ints = np.concatenate([gone, np.array(followers, dtype=np.int32)])
        return self._finish(keep, lost, how, began)

    def _followers(self, gone: Ints) -> list[int]:
        """Meetings to come that have to follow one of ``gone``, and what has to follow these."""
        found: list[int] = []
        lost = gone
        while len(lost):
            first, then = self.instance.precedences.T
            rows = np.unique(then[np.isin(first, lost)])
            lost = rows[self.st.req[rows, SLOT] >= self.earliest]
            lost = lost[~np.isin(lost, found)]
            found += lost.tolist()
        return [r for r in found if r not in gone]

    def _why(self, r: int, t: int) -> str:
        """Why the meeting r is now where it is, after the place in slot t was used again."""
        was, now = int(self.at[r]), int(self.st.req[r, SLOT])
        if was < 0:
            return "waiting_pair" if now == t else "refilled"
        return "pulled_forward" if now < was else "made_room"

    def _hold_later(self, gone: Ints, after: int, how: dict[int, str]) -> None:
        """Hold what of ``gone`` can be in slots behind ``after``, and behind what it follows."""
        st = self.st
        first, then = self.instance.precedences.T
        todo = gone[(st.req[gone, MASK:] != 0).any(axis=1)].tolist()
        ready = todo
        while ready:
            # What follows one that is not held waits until it is.
            ready = [r for r in todo if (st.req[first[then == r], SLOT] >= 0).all()]
            todo = [r for r in todo if r not in ready]
            for r in ready:
                st.req[r, LOCK] = 0
                self.touched[0] = 0
                border = int(st.req[first[then == r], SLOT].max(initial=after))
                if insert_within(
                    st, r, NODES, border, self.home, self.moved, self.most_moves, self.touched
                ):
                    for other in self.touched[1 : self.touched[0] + 1].tolist():
                        how[other] = "made_room"
                    how[r] = "later"
                if st.req[r, SLOT] < 0 or r in self.ordered:
                    st.req[r, LOCK] = 1

    def _finish(self, keep: _Before, gone: Ints, how: dict[int, str], began: float) -> Changes:
        found, weight = Changes(), self.instance.weight
        for r in dict.fromkeys([*gone.tolist(), *how]):
            before, after = int(self.at[r]), int(self.st.req[r, SLOT])
            keep.slot[r] = before
            if before == after:
                continue
            found.changes.append(Change(r, before, after, how.get(r, "absent")))
            if after < 0:
                found.lost += float(weight[r])
            elif before < 0:
                found.regained += float(weight[r])
            self.at[r] = after
        self._last = keep
        found.seconds = time.perf_counter() - began
        return found

    def take_back(self) -> None:
        """Undo the last `no_show`, as if it had not been said; once.

        Raises `InstanceError` when the fair has gone on since and a meeting of it has begun, or is
        nearer than the notice: what has been done is then done.
        """
        keep, st = self._last, self.st
        if keep is None:
            raise InstanceError("take_back", "nothing to take back")
        if keep.earliest < self.earliest:
            for r, t in keep.slot.items():
                now = int(self.at[r])
                if t != now and any(0 <= s < self.earliest for s in (t, now)):
                    raise InstanceError(
                        "take_back",
                        f'"{self.instance.request_ids[r]}" lies in a slot that has begun or is '
                        "nearer than the notice",
                    )
        for r in keep.slot:
            if st.req[r, SLOT] >= 0:
                unset(st, r)
        st.req[keep.own, MASK:] = keep.masks
        self._close(keep.own, keep.earliest, self.earliest)
        for r, lock in keep.lock.items():
            st.req[r, LOCK] = lock
        for r, t in keep.slot.items():
            if t >= 0:
                put(st, r, t)
            self.at[r] = t
        self.moved[:] = keep.moved
        self._last = None

    def waiting(self) -> Bools:
        """bool[R], requests that are not held and could still be."""
        free: Bools = (self.st.req[:, SLOT] < 0) & (self.st.req[:, LOCK] == 0)
        possible: Bools = (self.st.req[:, MASK:] != 0).any(axis=1)
        return free & possible
