"""Lanes: the first row of each may be taken, and those behind it are not looked at.

A look at the outbox reads every row that is due and not known to stand behind another. Behind an
endpoint that is gone for days there may be 100,000: they are marked a portion at a time, beside the
handing over, and whatever ends the first row of a lane takes the mark from the next one.

A row without the mark is asked for one ahead of it all the same: a mark too few costs time alone.
One too many would hold a row up, so it is set while the row is locked, by a statement that still
sees one ahead. `free_first` finds what slips through, as by a worker of an older version.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Min, OuterRef, Subquery, Value

from emporion.core.clock import Now
from emporion.core.models import OutboxRow

State = OutboxRow.State
# Rows marked in one transaction: none of them is held for longer than that takes.
PORTION = 1000


class _Written(Value):
    """A word that stands in the statement itself: SQLite takes an index of some rows only then."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return f"'{self.value}'", ()


# As the indexes of the rows that are not over yet say it, word for word.
LIVE = (_Written(State.WAITING.value), _Written(State.SENDING.value))


def first_of_lane() -> Subquery:
    """The key of the first live row in the lane of the row that asks, by a look into an index.

    One look a row: as `Exists` of one ahead PostgreSQL compares every row with every other.
    """
    return _first(OuterRef("lane"))


def _first(lane: str | OuterRef) -> Subquery:
    # Said as a stretch of lanes, so that only the index by lane gives the order: with "is" instead,
    # PostgreSQL may go through all rows there are by their keys until it meets the lane.
    live = OutboxRow.objects.filter(state__in=LIVE, lane__gte=lane, lane__lte=lane)
    return Subquery(live.order_by("lane", "pk").values("pk")[:1])


def mark_behind() -> int:
    """Mark the next `PORTION` of due rows that stand behind another of their lane; how many."""
    waiting = OutboxRow.objects.filter(state=State.WAITING, state__in=LIVE, is_behind=False)
    found = waiting.filter(next_at__lte=Now(), pk__gt=first_of_lane())
    portion = list(found.values_list("pk", flat=True)[:PORTION])
    if not portion:
        return 0
    with transaction.atomic():
        mine = waiting.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=portion)
        locked = list(mine.values_list("pk", flat=True))
        # Whoever ends the one ahead from now on waits for this row, and takes the mark away; where
        # it was ended before, this statement sees it.
        OutboxRow.objects.filter(pk__in=locked, pk__gt=first_of_lane()).update(is_behind=True)
    return len(portion)


def free_next(lane: str) -> None:
    """Let the first row of a lane be taken, in the transaction that ended the one ahead of it."""
    OutboxRow.objects.filter(pk=_first(lane)).update(is_behind=False)


def free_first() -> int:
    """Take the mark from rows that are the first of their lane after all; return how many."""
    lanes = OutboxRow.objects.filter(state__in=LIVE).order_by().values("lane")
    firsts = lanes.annotate(first=Min("pk"))
    return OutboxRow.objects.filter(pk__in=firsts.values("first"), is_behind=True).update(
        is_behind=False
    )
