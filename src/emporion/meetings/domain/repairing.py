"""A repair: the public schedule changed as little as what has happened demands.

What has begun, or is nearer than people are told ahead, stays as it was announced but for meetings
that cannot take place; see `engines.scheduling.repairing`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from django.utils import timezone

from emporion.edition.queries import Edition
from emporion.engines import scheduling
from emporion.engines.scheduling.repairing import FORMAT, Order, order_from_json
from emporion.engines.scheduling.repairing.events import remaining
from emporion.meetings import rules
from emporion.meetings.domain.computing import Computed, Progress, checked, clash, load_solver
from emporion.meetings.domain.incidents import as_events
from emporion.meetings.domain.letting_off import let_off
from emporion.meetings.domain.market import Ints, Longs, Market, ScheduleError, read_market
from emporion.meetings.models import Meeting, MeetingRequest, Release
from emporion.meetings.queries.incidents import slot_named, standing

# People stand and wait: within five seconds of all, and more bring next to nothing.
REPAIR_SECONDS = 4.0
# More than a fair has slots, or anybody has meetings.
MOST = 100
# Why a meeting is at another time than before, beside what the engine says.
PINNED = "pinned"


def check_repair(edition: Edition, as_of: str, notice: int, moves: int) -> None:
    """Raise ScheduleError where there is nothing to repair, or not in this way."""
    if not all(0 <= number <= MOST for number in (notice, moves)):
        raise ScheduleError("numbers", most=MOST)
    if as_of and not slot_named(edition, as_of):
        raise ScheduleError("no_slot", name=as_of)
    if _public(edition) is None:
        raise ScheduleError("no_public")
    if not standing(edition).exists():
        raise ScheduleError("no_incident")


def compute_repair(
    edition: Edition,
    *,
    as_of: str = "",
    notice: int = 1,
    moves: int = 1,
    seed: int = 1,
    time_limit: float | None = None,
    work_limit: int | None = None,
    walking: bool = True,
    on_progress: Progress | None = None,
    on_phase: Progress | None = None,
) -> Computed:
    """Compute a repair of the release that is public now, checked by code of its own.

    `as_of` is the slot that is running ("s07"; "" before the fair), `notice` how many slots ahead
    people are told (0 is as 1: what has begun stays), `moves` how many moved meetings somebody
    without a place accepts. Walks count as they did for the public release. The instance of the
    result is what is left to schedule: what has passed is locked, who is away is unavailable.
    Meetings whose request was withdrawn or declined since are gone, and their places free, but for
    those that have begun.
    `figures` get ``repair``:

    ========= ==================================================================================
    lost      weight of announced meetings that cannot take place as they were announced
    regained  weight of the new schedule less that of what of the announced one still stands
    moved     announced meetings that are held in another slot
    new       meetings that were not announced
    cancelled announced meetings that are not held
    reasons   {why: meetings that are not what they were}; keys of the engine's
              `repairing.REASONS`, "pinned", and the states of requests that are off
    release   the number of the release that was repaired; `as_of`, `notice`, `moves` as given
    ========= ==================================================================================

    Raises ScheduleError like `compute`, and where `check_repair` does. Writes nothing.
    """
    tell = on_phase or (lambda said: None)
    if time_limit is None and work_limit is None:
        time_limit = REPAIR_SECONDS
    check_repair(edition, as_of, notice, moves)
    # Its seconds are not seconds of search.
    load_solver()
    tell({"phase": "reading"})
    read_at = timezone.now()
    public = _public(edition)
    assert public is not None
    walking = walking and bool(public.figures.get("walking", True))
    held = _held_and_off(edition, public, as_of)
    market = read_market(edition, walking=walking, as_told=False, also=held.keys())
    _only_there(market, held)
    order = order_from_json(
        {
            "format": FORMAT,
            **({"now": as_of} if as_of else {}),
            "notice": notice,
            "events": as_events(edition),
            "moves_per_person": moves,
        },
        market.instance,
    )
    announced, tables, gone = _announced(public, market, order.earliest)
    _allow_what_was(market.instance, announced, order)
    known = _with_pins(market.instance, announced, order)
    try:
        solution, changes, left = scheduling.repair(
            market.instance,
            known,
            order,
            seed=seed,
            time_limit=time_limit,
            work_limit=work_limit,
            on_progress=on_progress,
        )
    except scheduling.Contradictory as error:
        raise clash(market, error.conflicts, earliest=order.earliest) from error
    if solution.conflicts:
        raise clash(market, solution.conflicts, "unplaced_in_repair")
    limit = scheduling.bound(left)
    solution = replace(solution, bound=limit.weight, bound_method=limit.method, prices=limit.prices)
    said = {change.request: change.reason for change in changes.changes}
    changed = np.flatnonzero(announced != solution.slot).tolist()
    why = {int(market.requests[r]): said.get(r, PINNED) for r in changed}
    return checked(
        replace(market, instance=left),
        solution,
        read_at=read_at,
        greedy=scheduling.greedy(left),
        told={
            "service": "value",
            "repair": {
                **_worth(
                    left, announced, remaining(market.instance, announced, order)[1], solution
                ),
                "cancelled": int(((announced >= 0) & (solution.slot < 0)).sum()) + len(gone),
                "reasons": dict((Counter(why.values()) + Counter(gone)).most_common()),
                "release": public.number,
                "as_of": as_of,
                "notice": notice,
                "moves": moves,
            },
        },
        tell=tell,
        tables=np.where(announced == solution.slot, tables, 0),
        changed=why,
    )


def _public(edition: Edition) -> Release | None:
    found = Release.objects.filter(edition=edition, state=Release.State.PUBLISHED)
    return found.defer("certificate").first()


def _held_and_off(edition: Edition, public: Release, as_of: str) -> dict[int, int]:
    """Return {request: number of its slot} of meetings that have begun, and whose request was
    withdrawn or declined afterwards."""
    now = slot_named(edition, as_of) if as_of else None
    begun = Meeting.objects.filter(release=public, slot__number__lte=now.number if now else 0)
    off = begun.exclude(request__state__in=rules.LIVE)
    return dict(off.values_list("request_id", "slot__number"))


def _only_there(market: Market, held: dict[int, int]) -> None:
    """Let requests that are off by now be held where they were, and nowhere else."""
    if not held:
        return
    number = np.array([slot.number for slot in market.slots])
    allowed = np.ones((len(market.requests), len(number)), dtype=bool)
    for row in np.flatnonzero(np.isin(market.requests, list(held))).tolist():
        allowed[row] = number == held[int(market.requests[row])]
    market.instance.allowed = allowed


def _announced(public: Release, market: Market, earliest: int) -> tuple[Ints, Longs, list[str]]:
    """Return slot int32[R] (-1: none) and table int64[R] (0: none) of the requests in `public`, and
    the states of those in it that are not in the market any more."""
    row = {key: r for r, key in enumerate(market.requests.tolist())}
    number = {key: t for t, key in enumerate(market.slot_keys.tolist())}
    slot = np.full(len(row), -1, dtype=np.int32)
    table = np.zeros(len(row), dtype=np.int64)
    off = []
    rows = Meeting.objects.filter(release=public).values_list(
        "request_id", "slot_id", "host_id", "table"
    )
    for request, at, host, seat in rows.iterator(chunk_size=5000):
        if request not in row:
            off.append(request)
            continue
        r, t = row[request], number[at]
        slot[r] = t
        # A table stays what it was told to be as long as its host has it.
        has_it = t < earliest or seat <= market.instance.capacity[market.host[r], t]
        if has_it and market.participants[market.host[r]] == host:
            table[r] = seat
    states = MeetingRequest.objects.filter(pk__in=off).values_list("state", flat=True)
    return slot, table, list(states)


def _allow_what_was(it: scheduling.Instance, announced: Ints, order: Order) -> None:
    """Let the instance hold the meetings that have begun, whatever was changed since they were
    announced: hours, limits, halls, or that one of the two does not want the other again."""
    past = np.flatnonzero((announced >= 0) & (announced < order.earliest))
    ends = np.concatenate([it.first[past], it.second[past]])
    count = np.zeros_like(it.capacity)
    np.add.at(count, (ends, np.tile(announced[past], 2)), 1)
    it.capacity = np.maximum(it.capacity, count)
    it.max_meetings = np.maximum(it.max_meetings, count.sum(axis=1)).astype(np.int32)
    by_day = [count[:, it.slot_day == day].sum(axis=1) for day in np.unique(it.slot_day)]
    it.max_per_day = np.maximum(it.max_per_day, np.max(by_day, axis=0)).astype(np.int32)
    met = {frozenset(pair) for pair in zip(it.first[past], it.second[past], strict=True)}
    it.exclusions = np.array(
        [pair for pair in it.exclusions.tolist() if frozenset(pair) not in met], dtype=np.int32
    ).reshape(-1, 2)
    if it.walking:
        _allow_walks(it, past, announced, order.earliest)


def _allow_walks(it: scheduling.Instance, past: Longs, announced: Ints, earliest: int) -> None:
    """Make the gaps between slots that have begun as long as those who met in them needed, where
    a hall is another now: nothing new comes into these slots, and nothing after them that could
    not be reached without."""
    # Needs the compiler of kernels, which pages do without.
    from emporion.engines.scheduling.state import walking_budget

    who = np.concatenate([it.first[past], it.second[past]])
    hall = it.place[np.concatenate([it.second[past], it.first[past]])]
    slot = np.tile(announced[past], 2)
    walks = np.flatnonzero((it.place[who] < 0) & (hall >= 0))
    walks = walks[np.lexsort((slot[walks], who[walks]))]
    one, two = walks[:-1], walks[1:]
    one, two = one[who[one] == who[two]], two[who[one] == who[two]]
    before = walking_budget(it)
    short = it.walk_minutes[hall[one], hall[two]] - before[slot[one], slot[two]]
    one, short = one[short > 0], short[short > 0]
    if not one.size:
        return
    more = np.zeros_like(it.gap_minutes)
    np.maximum.at(more, slot[one], short)
    it.gap_minutes = it.gap_minutes + more
    last = walks[np.append(who[walks][1:] != who[walks][:-1], True)]
    at, where = np.full(len(it.place), -1), np.full(len(it.place), -1)
    at[who[last]], where[who[last]] = slot[last], hall[last]
    _close_out_of_reach(it, at, where, before, walking_budget(it), announced, earliest)


def _close_out_of_reach(
    it: scheduling.Instance,
    at: Longs,
    where: Longs,
    before: Ints,
    longer: Ints,
    announced: Ints,
    earliest: int,
) -> None:
    """Let no request be held where one of the two would come from the last slot that has begun,
    `at` int[P] (-1: none), in hall `where`, in the minutes `longer` int[S, S], but not in those
    that there were `before`; over a meeting between the two may go what was announced so."""
    slots = np.arange(len(before))
    later = np.flatnonzero(announced >= earliest)
    following = np.full(len(at), len(slots))
    for ends in (it.first, it.second):
        np.minimum.at(following, ends[later], announced[later])
    allowed = np.ones((len(announced), len(slots)), bool) if it.allowed is None else it.allowed
    allowed = allowed.copy()
    for mine, other in ((it.first, it.second), (it.second, it.first)):
        rows = np.flatnonzero((at[mine] >= 0) & (it.place[other] >= 0))
        who = mine[rows]
        need = it.walk_minutes[where[who], it.place[other[rows]]][:, None]
        far = (need > before[at[who]]) & (need <= longer[at[who]]) & (slots >= earliest)
        known = (slots == announced[rows][:, None]) & (slots > following[who][:, None])
        allowed[rows] &= ~far | known
    it.allowed = allowed


def _with_pins(it: scheduling.Instance, announced: Ints, order: Order) -> Ints:
    """Return the announced slots with those of later pins, int32[R], and demand nothing more of the
    instance than what can still be: who is away, or was, is not met."""
    free = it.capacity > 0
    for event in order.events:
        free[event.who, event.first : event.last + 1] = False
    free[:, : order.earliest] = False
    known = announced.copy()
    for r, t in it.locked.tolist():
        begun = 0 <= announced[r] < order.earliest
        if not begun and free[it.first[r], t] and free[it.second[r], t]:
            known[r] = t
    before = np.where(np.arange(free.shape[1]) < order.earliest, 0, it.capacity)
    must = it.mandatory & ((known < 0) | (known >= order.earliest))
    # Those first who have a time already; of the others the heaviest.
    rows = sorted(np.flatnonzero(must).tolist(), key=lambda r: (known[r] < 0, -it.weight[r]))
    slots = np.ones((len(known), free.shape[1]), dtype=bool)
    off = let_off(rows, it.first, it.second, slots, before, np.where(free, before, 0))
    it.mandatory[off] = False
    return known


def _worth(
    it: scheduling.Instance, announced: Ints, still: Ints, solution: scheduling.Solution
) -> dict[str, Any]:
    """Return weights lost and regained, and how many meetings are at another time, or new."""
    held, before = solution.slot >= 0, announced >= 0
    lost = float(it.weight[before & (still < 0)].sum())
    gain = float(it.weight[held].sum()) - float(it.weight[before].sum())
    return {
        "lost": round(lost, 3),
        "regained": round(gain + lost, 3),
        "moved": int((held & before & (announced != solution.slot)).sum()),
        "new": int((held & ~before).sum()),
    }
