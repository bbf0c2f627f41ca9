"""Many requests at once: for imports and for the model edition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from emporion.core import bulk, journal
from emporion.edition.queries import Edition, Participation
from emporion.meetings import rules
from emporion.meetings.domain.requests import RequestError
from emporion.meetings.models import MeetingRequest

COLUMNS = (
    "edition",
    "public_id",
    "asker",
    "counterpart",
    "low",
    "high",
    "state",
    "weight",
    "is_mandatory",
    "message",
    "decline_reason",
    "source",
    "external_id",
    "asked_at",
    "answered_at",
)


class Asked(NamedTuple):
    """One request to take in; asker and counterpart are primary keys of participations."""

    public_id: str
    asker: int
    counterpart: int
    asked_at: datetime
    state: str = "open"
    answered_at: datetime | None = None
    weight: int = 1000
    message: str = ""
    external_id: str = ""
    is_mandatory: bool = False


def take_requests(
    edition: Edition,
    rows: Sequence[Asked],
    *,
    source: str = "",
    on_progress: Callable[[int], None] | None = None,
    within: Callable[[Sequence[Asked]], None] | None = None,
) -> int:
    """Take in requests, all checked first, written in chunks; return how many.

    No chunk holds a lock for long, so a kill leaves whole chunks behind: a caller that must be
    able to undo keeps note in `within`, which runs in each chunk's transaction with its rows.
    Raises RequestError, with the number of the row, for a pair with itself, a pair asked twice (in
    the rows or before), a participation of another edition, two that may not meet, an unknown
    state, a weight below 1; then nothing is written.
    """
    _check(edition, rows)
    done = 0
    for part in bulk.chunks(rows):
        with transaction.atomic():
            bulk.load_rows(MeetingRequest, COLUMNS, (_row(edition.pk, r, source) for r in part))
            journal.record(
                "request.take_in",
                "request",
                [r.public_id for r in part],
                fields=["state", "weight"],
            )
            if within is not None:
                within(part)
        done += len(part)
        if on_progress is not None:
            on_progress(done)
    return done


def _row(edition: int, asked: Asked, source: str) -> tuple[object, ...]:
    low, high = rules.pair(asked.asker, asked.counterpart)
    return (
        edition,
        asked.public_id,
        asked.asker,
        asked.counterpart,
        low,
        high,
        asked.state,
        asked.weight,
        asked.is_mandatory,
        asked.message,
        "",
        source,
        asked.external_id,
        asked.asked_at,
        asked.answered_at,
    )


def _check(edition: Edition, rows: Sequence[Asked]) -> None:
    known: Mapping[int, str] = dict(
        Participation.objects.filter(edition=edition).values_list("pk", "role")
    )
    states = set(MeetingRequest.State.values)
    there = set(MeetingRequest.objects.filter(edition=edition).values_list("low", "high"))
    seen: dict[tuple[int, int], int] = {}
    for number, asked in enumerate(rows, 1):
        key = rules.pair(asked.asker, asked.counterpart)
        problem = ""
        if asked.asker == asked.counterpart:
            problem = "a participation cannot ask itself"
        elif asked.asker not in known or asked.counterpart not in known:
            problem = "a participation does not take part in this edition"
        elif not rules.roles_may_meet(known[asked.asker], known[asked.counterpart]):
            problem = "exactly one of the two must have a stand"
        elif asked.state not in states:
            problem = f"state {asked.state!r}; expected one of {', '.join(sorted(states))}"
        elif asked.weight < 1:
            problem = f"weight {asked.weight}; expected at least 1 (thousandths)"
        elif key in seen:
            problem = f"the pair was asked in row {seen[key]} already"
        elif key in there:
            problem = "the pair has a request already"
        if problem:
            raise RequestError(f"Row {number} ({asked.public_id}): {problem}.")
        seen[key] = number
