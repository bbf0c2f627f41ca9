"""What a release page says of a schedule, counted once, when it is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from emporion.engines.scheduling import REASONS, Solution
from emporion.meetings.domain.market import Ints, Longs, Market

# More names than an organiser will read.
UNSERVED_KEPT = 500
Numbers = npt.NDArray[np.int64]


def figures(market: Market, solution: Solution) -> dict[str, Any]:
    """Return the figures of a release as plain JSON values.

    ========== =================================================================================
    key        meaning
    ========== =================================================================================
    load       by date: hours, and a row for each pavilion with tables in use, percent of each
               hour (None: no table there then)
    histogram  [meetings, guests who have so many], guests with at least one request
    guests     how many guests have a meeting
    unserved   how many asked somebody and have no meeting at all; ``unserved_first``: the primary
               keys of the first UNSERVED_KEPT of them
    refusals   {reason: requests}
    all_breaks idle stretches between two meetings of one participant on one day, over all; what
               the engine counts
    waits      longest and median minutes between two meetings of one guest on one day
    walking    whether minutes on foot were part of the computation
    ========== =================================================================================

    O(R + P S).
    """
    held = np.flatnonzero(solution.slot >= 0)
    slot = solution.slot[held]
    host, guest = market.host[held], market.guest[held]
    people = len(market.participants)
    taking_part = np.zeros(people, dtype=bool)
    taking_part[market.host] = taking_part[market.guest] = True
    count = np.bincount(host, minlength=people) + np.bincount(guest, minlength=people)
    guests = ~market.hosts & taking_part
    asked = np.zeros(people, dtype=bool)
    asked[market.asker] = True
    unserved = market.participants[asked & (count == 0)]
    return {
        "load": _load(market, host, slot),
        "histogram": _histogram(count[guests]),
        "guests": int((count[guests] > 0).sum()),
        "unserved": len(unserved),
        "unserved_first": unserved[:UNSERVED_KEPT].tolist(),
        "refusals": _refusals(solution),
        "all_breaks": int(solution.breaks),
        "waits": _waits(market, guest[~market.hosts[guest]], slot[~market.hosts[guest]]),
        "walking": market.walking,
    }


def _histogram(count: Numbers) -> list[list[int]]:
    if not count.size:
        return []
    sizes = np.bincount(count)
    return [[meetings, int(guests)] for meetings, guests in enumerate(sizes) if meetings > 0]


def _refusals(solution: Solution) -> dict[str, int]:
    reason = solution.reason[solution.slot < 0]
    numbers = np.bincount(reason[reason >= 0], minlength=len(REASONS))
    counts = {name: int(number) for name, number in zip(REASONS, numbers, strict=True)}
    return {name: number for name, number in sorted(counts.items(), key=lambda x: -x[1]) if number}


def _load(market: Market, host: Ints, slot: Ints) -> list[dict[str, Any]]:
    """Tables in use at the hosts of each pavilion, by date and hour."""
    letters = sorted({x.letter for x in market.limits if x.hosts and x.letter})
    row_of = {letter: number for number, letter in enumerate(letters)}
    pavilion = np.array(
        [row_of.get(x.letter, -1) if x.hosts else -1 for x in market.limits], dtype=np.int64
    )
    slots = len(market.slots)
    used = np.zeros((len(letters), slots), dtype=np.int64)
    there = pavilion[host] >= 0
    np.add.at(used, (pavilion[host[there]], slot[there]), 1)
    tables = np.zeros_like(used)
    known = pavilion >= 0
    np.add.at(tables, pavilion[known], market.instance.capacity[known])
    days = []
    for date in dict.fromkeys(s.date for s in market.slots):
        of_day = [n for n, s in enumerate(market.slots) if s.date == date]
        hours = list(dict.fromkeys(market.slots[n].starts.hour for n in of_day))
        columns = [[n for n in of_day if market.slots[n].starts.hour == hour] for hour in hours]
        rows = [
            [letter, [_percent(used[row, c].sum(), tables[row, c].sum()) for c in columns]]
            for row, letter in enumerate(letters)
        ]
        days.append({"date": date.isoformat(), "hours": hours, "rows": rows})
    return days


def _percent(used: int, tables: int) -> int | None:
    return None if not tables else round(100 * int(used) / int(tables))


def _waits(market: Market, guest: Ints, slot: Ints) -> dict[str, int]:
    """Minutes from the end of a meeting to the start of the next, same guest, same day."""
    starts = np.array(
        [s.date.toordinal() * 1440 + s.starts.hour * 60 + s.starts.minute for s in market.slots],
        dtype=np.int64,
    )
    minutes = market.instance.slot_minutes.astype(np.int64)
    order = np.lexsort((slot, guest))
    who, when = guest[order], slot[order]
    day = market.instance.slot_day[when]
    follows = (who[1:] == who[:-1]) & (day[1:] == day[:-1])
    waits: Longs = (starts[when[1:]] - starts[when[:-1]] - minutes[when[:-1]])[follows]
    if not waits.size:
        return {}
    return {"longest": int(waits.max()), "median": int(np.median(waits))}
