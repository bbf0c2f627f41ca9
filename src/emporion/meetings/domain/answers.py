"""Which answers people gave here themselves, so that a list does not overwrite them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from emporion.core.models import JournalEntry
from emporion.edition.queries import Edition

# What one side does to a request; imports and undoing record other actions.
BY_HAND = (
    "request.accept",
    "request.accept_by_rule",
    "request.decline",
    "request.withdraw",
)
# The row is stamped, then the journal, within one transaction.
SOON = dt.timedelta(seconds=1)


def is_older(
    told: dt.datetime | None, asked_at: dt.datetime, answered_at: dt.datetime | None
) -> bool | None:
    """Whether a list's answer of `told` is older than what is stored; None when nobody can say.

    An answer before the request was asked (again) is about an earlier one.
    """
    if told is None:
        return None
    return told <= (answered_at or asked_at)


def given_here(edition: Edition, answered: Mapping[str, dt.datetime]) -> set[str]:
    """Return those of `answered` (public id: when) whose present answer one of the sides gave.

    One query over the journal, only when something is asked for.
    """
    if not answered:
        return set()
    given: set[str] = set()
    entries = JournalEntry.objects.filter(
        tenant__in=("", edition.expo.public_id),
        action__in=BY_HAND,
        at__gte=min(answered.values()) - SOON,
    )
    for at, ids in entries.values_list("at", "object_ids").iterator(chunk_size=2000):
        given.update(i for i in ids if i in answered and at >= answered[i] - SOON)
    return given
