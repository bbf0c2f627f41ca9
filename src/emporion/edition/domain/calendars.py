"""Hours in which a participant does not meet; the next draft keeps them free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from emporion.core import journal
from emporion.edition.models import Delegate, Participation

# [date, from, to], ISO date and wall time: sorted as text is sorted in time.
Span = tuple[str, str, str]


def set_hours(participation: Participation, *, close: Iterable[Span], open_: Iterable[Span]) -> int:
    """Close hours for everybody who acts for a participant, open others; return who changed.

    A participant can meet as long as one of its people is there: closing takes the hours from all
    of them, opening gives them back to the one who acts first. What else stands in a calendar
    stays.
    """
    closed, opened = sorted(set(close)), sorted(set(open_))
    with transaction.atomic():
        Participation._base_manager.select_for_update().get(pk=participation.pk)
        people = list(
            Delegate._base_manager.filter(participation=participation).order_by("-is_lead", "pk")
        )
        changed = []
        for number, delegate in enumerate(people):
            before = (delegate.days, [tuple(span) for span in delegate.blocked])
            days, blocked = delegate.days, list(before[1])
            if number == 0:
                for span in opened:
                    if days is not None and span[0] not in days:
                        # They come for this hour alone: the rest of the day stays closed.
                        days = sorted([*days, span[0]])
                        blocked.append((span[0], "00:00", "23:59"))
                    blocked = without(blocked, span)
            for span in closed:
                blocked = [*without(blocked, span), span]
            if (days, sorted(blocked)) != (before[0], sorted(before[1])):
                delegate.days, delegate.blocked = days, [list(span) for span in sorted(blocked)]
                delegate.save(update_fields=["days", "blocked"])
                changed.append(delegate)
        if changed:
            journal.record(
                "participation.hours",
                "participation",
                participation.public_id,
                fields=["blocked", "days"],
                tenant=participation.edition.expo.public_id,
            )
    return len(changed)


def without(spans: Sequence[Span], hole: Span) -> list[Span]:
    """Return `spans` with the time of `hole` taken out of them; O(spans)."""
    date, start, end = hole
    left: list[Span] = []
    for span in spans:
        if span[0] != date or span[2] <= start or end <= span[1]:
            left.append(span)
            continue
        if span[1] < start:
            left.append((date, span[1], start))
        if end < span[2]:
            left.append((date, end, span[2]))
    return left
