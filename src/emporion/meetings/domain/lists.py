"""Lists of requests and meetings: compared with what is stored, written, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.core import bulk, journal
from emporion.core.ids import new_id
from emporion.core.models import ImportBatch
from emporion.edition.domain import batches
from emporion.edition.domain.enrolment import give_way
from emporion.edition.domain.intake import Problem
from emporion.edition.domain.records import OURS
from emporion.edition.queries import Edition, Participation
from emporion.meetings import rules
from emporion.meetings.domain import answers
from emporion.meetings.domain.intake import Asked, take_requests
from emporion.meetings.domain.people import People
from emporion.meetings.domain.standing import apply_rules
from emporion.meetings.models import Meeting, MeetingRequest, Refusal

Key = tuple[str, str]
PART = 500
_FIELDS = ("state", "weight", "is_mandatory", "message")


@dataclass(slots=True)
class Row:
    """One row of a list of requests, checked; `values` holds the fields that the list has."""

    line: int
    key: Key
    values: dict[str, Any]


@dataclass
class Difference:
    """What taking in a list of requests would do."""

    new: list[tuple[Row, int, int]] = field(default_factory=list)
    changed: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    # Rows that contradict a newer answer: they change nothing.
    conflicts: list[Problem] = field(default_factory=list)
    unchanged: int = 0
    vanished: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "vanished": len(self.vanished),
            **({"in conflict": len(self.conflicts)} if self.conflicts else {}),
        }


def compare(edition: Edition, rows: Sequence[Row], skipped: Sequence[Key] = ()) -> Difference:
    """Compare checked rows with the requests that `edition` has.

    A row without a state leaves the state as it is. One that contradicts a newer answer - its own
    time of answering is older, or it tells none and one of the sides answered here - is a conflict.
    """
    difference, people = Difference(), People(edition)
    stored = {
        (source, own) if own else (OURS, public_id): (pk, low, high, values, public_id, times)
        for (
            pk,
            public_id,
            source,
            own,
            low,
            high,
            *times,
            state,
            weight,
            must,
            message,
        ) in MeetingRequest.objects.filter(edition=edition).values_list(
            "pk",
            "public_id",
            "source",
            "external_id",
            "low",
            "high",
            "asked_at",
            "answered_at",
            *_FIELDS,
        )
        for values in [(state, weight, must, message)]
    }
    pairs = {known[1:3]: key for key, known in stored.items()}
    listed: dict[tuple[int, int], int] = {}
    # Changed answers of which only the journal knows whether one of the sides gave them here.
    unsure: dict[str, tuple[Row, int, dict[str, Any], dt.datetime]] = {}
    for row in rows:
        sides = _sides(row, people, difference)
        if sides is None:
            continue
        asker, counterpart = sides
        pair = rules.pair(asker, counterpart)
        known = stored.get(row.key)
        problem = ""
        if asker == counterpart:
            problem = _("A participant cannot ask itself")
        elif pair in listed:
            problem = _("Line %(line)d asks for the same pair; one pair has one request") % {
                "line": listed[pair]
            }
        elif known is None and pair in pairs:
            problem = _("The pair has a request already (id %(id)s)") % {"id": pairs[pair][1]}
        elif known is None and row.key[0] == OURS:
            problem = _("No request of this edition has this id of ours")
        elif known is not None and known[1:3] != pair:
            problem = _("This request joins two others; its pair cannot change")
        if problem:
            difference.problems.append(
                Problem(
                    row.line,
                    "counterpart",
                    str(row.values["counterpart"]),
                    problem,
                    _("Mend the row or delete it."),
                )
            )
            continue
        listed[pair] = row.line
        if known is None:
            difference.new.append((row, asker, counterpart))
            continue
        now = dict(zip(_FIELDS, known[3], strict=True))
        changes = {f: row.values[f] for f in _FIELDS if row.values.get(f, now[f]) != now[f]}
        if "state" in changes:
            told = row.values.get("answered_at")
            older = answers.is_older(told, *known[5])
            if older:
                difference.conflicts.append(_conflict(row, now["state"]))
                continue
            if older is None and known[5][1] is not None:
                unsure[known[4]] = row, known[0], changes, known[5][1]
                continue
            if told is not None and changes["state"] != "open":
                changes["answered_at"] = told
        if changes:
            difference.changed.append((known[0], changes))
        else:
            difference.unchanged += 1
    given = answers.given_here(edition, {i: at for i, (*_known, at) in unsure.items()})
    for public_id, (row, pk, changes, _at) in unsure.items():
        if public_id in given:
            difference.conflicts.append(_conflict(row, stored[row.key][3][0]))
        else:
            difference.changed.append((pk, changes))
    there = {row.key for row in rows} | set(skipped)
    sources = {source for source, _ in there} - {OURS}
    difference.vanished = [
        own for source, own in stored if source in sources and (source, own) not in there
    ]
    return difference


def _conflict(row: Row, state: str) -> Problem:
    return Problem(
        row.line,
        "state",
        row.values["state"],
        _("A newer answer says %(state)s") % {"state": state},
        _(
            "Nothing of the row is taken in. If the list is right, write the time of its answer "
            "under “Answered at”."
        ),
    )


def _sides(row: Row, people: People, difference: Difference) -> tuple[int, int] | None:
    found: list[int] = []
    for name in ("asker", "counterpart"):
        role = row.values.get(f"{name}_role", "")
        side = people.find(row.values[name], role)
        if isinstance(side, str):
            difference.problems.append(
                Problem(
                    row.line,
                    name,
                    row.values[name],
                    side,
                    _(
                        "Write the id of a participant of this edition, with its role where two "
                        "have the same."
                    ),
                )
            )
        else:
            found.append(side)
    return (found[0], found[1]) if len(found) == 2 else None


def write(
    edition: Edition,
    batch: ImportBatch,
    difference: Difference,
    *,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Write a difference in short transactions, each with the notes that undo it."""
    now, done = timezone.now(), 0
    by_source: dict[str, list[Asked]] = {}
    for row, asker, counterpart in difference.new:
        values = row.values
        state = values.get("state") or "open"
        asked_at = values.get("asked_at") or now
        answered_at = values.get("answered_at") or asked_at
        by_source.setdefault(row.key[0], []).append(
            Asked(
                new_id(),
                asker,
                counterpart,
                asked_at,
                state=state,
                answered_at=None if state == "open" else answered_at,
                weight=values.get("weight", 1000),
                message=values.get("message", ""),
                external_id=row.key[1],
                is_mandatory=values.get("is_mandatory", False),
            )
        )

    def keep(part: Sequence[Asked]) -> None:
        batches.note(batch, "request", [(asked.public_id, None) for asked in part])

    for source, asked in by_source.items():
        start = done

        def tell(count: int, start: int = start) -> None:
            give_way()
            if on_progress is not None:
                on_progress(start + count)

        take_requests(edition, asked, source=source, within=keep, on_progress=tell)
        done += len(asked)
    # What waits for an answer is answered as if it had been asked here.
    waiting: dict[int, list[str]] = {}
    for each in (each for asked in by_source.values() for each in asked if each.state == "open"):
        waiting.setdefault(each.counterpart, []).append(each.public_id)
    for _count in apply_rules(edition, waiting) if waiting else ():
        give_way()
    for start in range(0, len(difference.changed), PART):
        changes = dict(difference.changed[start : start + PART])
        for values in changes.values():
            if "state" in values:
                told = values.get("answered_at") or now
                values["answered_at"] = None if values["state"] == "open" else told
        with transaction.atomic():
            before = change_requests(edition, changes)
            batches.note(batch, "request", list(before.items()), hold_values(edition, before))
        give_way()
        done += len(changes)
        if on_progress is not None:
            on_progress(done)


def change_requests(
    edition: Edition, changes: Mapping[int, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Set `changes[primary key] = {column: value}`; return {public id: what it was}, as JSON."""
    with transaction.atomic():
        found = list(
            MeetingRequest.objects.select_for_update()
            .filter(edition=edition, pk__in=list(changes))
            .order_by("pk")
        )
        before: dict[str, dict[str, Any]] = {}
        columns: set[str] = set()
        for request in found:
            values = changes[request.pk]
            before[request.public_id] = {name: _plain(getattr(request, name)) for name in values}
            for name, value in values.items():
                setattr(request, name, value)
            columns.update(values)
        if columns:
            MeetingRequest.objects.bulk_update(found, sorted(columns), batch_size=200)
            journal.record(
                "request.change", "request", [r.public_id for r in found], fields=sorted(columns)
            )
    return before


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _restore(edition: Edition, changes: Sequence[batches.Change]) -> int:
    keys = dict(
        MeetingRequest.objects.filter(
            edition=edition, public_id__in=[public_id for public_id, _ in changes]
        ).values_list("public_id", "pk")
    )
    before = {
        keys[i]: {
            name: dt.datetime.fromisoformat(value) if name == "answered_at" and value else value
            for name, value in was.items()
        }
        for i, was in changes
        if was is not None and i in keys
    }
    change_requests(edition, before)
    made = [i for i, was in changes if was is None and i in keys]
    if made:
        MeetingRequest.objects.filter(pk__in=[keys[i] for i in made]).delete()
        journal.record("request.remove", "request", made)
    return len(before) + len(made)


def hold_values(
    edition: Edition, wanted: Mapping[str, Collection[str]]
) -> dict[str, dict[str, Any]]:
    """Lock requests and return {public id: {column: value}}, as `change_requests` does."""
    found = (
        MeetingRequest.objects.select_for_update()
        .filter(edition=edition, public_id__in=list(wanted))
        .order_by("pk")
    )
    return {
        request.public_id: {
            name: _plain(getattr(request, name)) for name in wanted[request.public_id]
        }
        for request in found
    }


RESTORERS: dict[str, batches.Restorer] = {"request": _restore}
READERS: dict[str, batches.Reader] = {"request": hold_values}


def requests_of(edition: Edition, participations: Sequence[str]) -> list[str]:
    """Return the public ids of the requests that have one of these public ids on a side."""
    found: set[str] = set()
    for part in bulk.chunks(participations, 400):
        for side in ("asker", "counterpart"):
            found.update(
                MeetingRequest.objects.filter(
                    edition=edition, **{f"{side}__public_id__in": part}
                ).values_list("public_id", flat=True)
            )
    return sorted(found)


def hold_requests(edition: Edition, participations: Sequence[str]) -> None:
    """Let nobody ask these participations, or for them, until the caller's transaction ends.

    A request points at both sides, so on PostgreSQL it waits for their rows; SQLite has one writer.
    """
    list(
        Participation.objects.select_for_update(of=("self",))
        .filter(edition=edition, public_id__in=participations)
        .order_by("pk")
        .values_list("pk")
    )


def public_releases(edition: Edition, requests: Sequence[str]) -> list[int]:
    """Return the numbers of the releases that are or were public and tell of these requests."""
    numbers: set[int] = set()
    public = {"release__edition": edition, "release__published_at__isnull": False}
    for part in bulk.chunks(requests, 400):
        for model in (Meeting, Refusal):
            numbers.update(
                model.objects.filter(request__public_id__in=part, **public)
                .order_by()
                .values_list("release__number", flat=True)
                .distinct()
            )
    return sorted(numbers)
