"""Keeping what was shown to whom, and judging by it what other lists would have brought.

The propensity kept with a showing is the chance to be on the list, whose first places a page shows
before the rest: the chance to have been seen only for who opens all of it (see `offpolicy`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from emporion.edition.queries import Edition, Participation, objecting
from emporion.engines.matching import offpolicy
from emporion.matchmaking.domain.told import Told
from emporion.matchmaking.models import Showing
from emporion.matchmaking.queries import Suggestion

# Runs that the scorecard tells of: what is shown now, and what was before.
RUNS_TOLD = 2


def record_shown(participation: Participation, shown: Sequence[Suggestion]) -> bool:
    """Keep that these were shown to `participation`; say whether something was to be kept.

    One row a list: whoever stands in it already stays, at the place and with the chance of the
    first time, also who has left the list since because a meeting was agreed; who is shown further
    down, or moved up into a free place, is added, with how much later that was.  Not kept is who
    stands there only to be taken back (a veto), and what was shown to those who refuse to be learnt
    from.  A showing is no act of anybody, and stands in no journal.  One query where nobody is new;
    else at most five.
    """
    origin = next((one.origin for one in shown if one.origin is not None), None)
    entries = [
        [one.participation.pk, one.rank, one.propensity, int(one.beyond)]
        for one in shown
        if one.wish != "veto"
    ]
    if origin is None or not entries:
        return False
    kept = Showing.objects.filter(participation=participation, list_made_at=origin.made_at)
    known = kept.values_list("entries", flat=True).first()
    if known is not None and not _unseen(known, entries):
        return False
    if participation.pk in objecting(participation.edition, "matching"):
        return False
    row = Showing(
        participation=participation,
        policy=origin.policy,
        run=origin.run,
        list_made_at=origin.made_at,
        shown_at=timezone.now(),
    )
    with transaction.atomic():
        # Two pages opened at once are one showing; of the time the first counts.
        if known is None:
            Showing.objects.bulk_create([row], ignore_conflicts=True)
        there = kept.select_for_update().first()
        if there is not None:
            # Nobody had seen those who are added, and may have asked them before.
            late = [] if not there.entries else [_seconds(row.shown_at - there.shown_at)]
            there.entries += [[*new, *late] for new in _unseen(there.entries, entries)]
            there.save(update_fields=["entries"])
    return True


def _seconds(time: dt.timedelta) -> float:
    return round(time.total_seconds(), 3)


def _unseen(known: Sequence[Sequence[Any]], entries: list[list[Any]]) -> list[list[Any]]:
    there = {entry[0] for entry in known}
    return [entry for entry in entries if entry[0] not in there]


@dataclass
class _Log:
    """Entries that were shown under one run, as columns."""

    reader: list[int]
    propensity: list[float]
    beyond: list[bool]
    asked: list[bool]
    agreed: list[bool]


def judged(edition: Edition, told: Told) -> list[dict[str, Any]]:
    """Return what came of the lists that were shown, newest run first, as plain JSON values.

    ============ ==============================================================================
    key          meaning
    ============ ==============================================================================
    ``run``      its number; 0: lists made for one alone, between runs
    ``lists``    how many were looked at, by different people
    ``shown``    how many names they were shown
    ``tried``    how many of these were drawn from behind the list
    ``asked``    how many of the names the reader asked for a meeting afterwards
    ``agreed``   how many of those meetings were agreed to
    ``as_shown`` of a thousand names shown so many meetings were agreed: [value, low, high]; the
                 ends are those of 95 of 100, None where too few came of it
    ``computed`` the same estimated of lists without drawing, by the chances of what was shown
    ============ ==============================================================================

    Left out is what was shown to those who refuse by now to be learnt from.  Two queries.
    """
    quiet = objecting(edition, "matching")
    logs: defaultdict[int, _Log] = defaultdict(lambda: _Log([], [], [], [], []))
    asked, agreed = _asked(told), {frozenset(pair) for pair in told.agreed}
    for run, reader, at, entries in _shown(edition):
        if reader in quiet:
            continue
        log = logs[run]
        for other, _place, propensity, beyond, *late in entries:
            when = asked.get((reader, other))
            did = when is not None and when >= at + dt.timedelta(seconds=sum(late))
            log.reader.append(reader)
            log.propensity.append(propensity)
            log.beyond.append(bool(beyond))
            log.asked.append(did)
            log.agreed.append(did and frozenset((reader, other)) in agreed)
    return [_figures(run, logs[run]) for run in sorted(logs, reverse=True)[:RUNS_TOLD]]


def _asked(told: Told) -> Mapping[tuple[int, int], dt.datetime]:
    return {
        (deed.sender, deed.receiver): deed.at
        for deed in told.deeds
        if deed.kind == "request" and deed.at is not None
    }


def _shown(edition: Edition) -> Iterator[tuple[int, int, dt.datetime, list[Any]]]:
    rows = Showing.objects.filter(participation__edition=edition).order_by("pk")
    return rows.values_list("run", "participation_id", "shown_at", "entries").iterator(
        chunk_size=2000
    )


def _figures(run: int, log: _Log) -> dict[str, Any]:
    every = [1.0] * len(log.reader)
    as_shown = offpolicy.estimate(log.reader, every, every, log.agreed)
    without = [not beyond for beyond in log.beyond]
    computed = offpolicy.estimate(log.reader, log.propensity, without, log.agreed)
    return {
        "run": run,
        "lists": as_shown.lists,
        "shown": as_shown.showings,
        "tried": sum(log.beyond),
        "asked": sum(log.asked),
        "agreed": sum(log.agreed),
        "as_shown": _of_thousand(as_shown),
        "computed": _of_thousand(computed),
    }


def _of_thousand(found: offpolicy.Estimate) -> list[float | None]:
    low, high = found.a_showing_ends or (None, None)
    return [
        None if value is None else round(1000 * value, 3) for value in (found.a_showing, low, high)
    ]
