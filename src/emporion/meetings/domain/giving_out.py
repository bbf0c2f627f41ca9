"""Requests and meetings as the rows of a list that is given out: they can be taken in again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from emporion.edition.domain.lists.columns import LISTS
from emporion.edition.domain.lists.rows import cell, note_of
from emporion.edition.domain.records import OURS
from emporion.edition.queries import Edition
from emporion.meetings.domain.people import People
from emporion.meetings.models import Meeting, MeetingRequest

MEETINGS = (
    "Release",
    "Request id",
    "Date",
    "Starts",
    "Ends",
    "Host id",
    "Host",
    "Guest id",
    "Guest",
    "Pavilion",
    "Stand",
    "Table",
    "Made up",
    "Note",
)
# What is read of a request and of a meeting, in the order in which their rows are made.
REQUEST_PATHS = (
    "public_id",
    "source",
    "external_id",
    "asker",
    "counterpart",
    "state",
    "weight",
    "is_mandatory",
    "message",
    "decline_reason",
    "asked_at",
    "answered_at",
)
MEETING_PATHS = (
    "release__number",
    "request__public_id",
    "slot__date",
    "slot__starts",
    "slot__minutes",
    "host",
    "guest",
    "host__pavilion__letter",
    "host__stand",
    "table",
)


def request_header() -> list[str]:
    """Return the headings of a list of requests."""
    return [column.heading for column in LISTS["requests"]]


def request_rows(edition: Edition) -> Iterator[list[Any]]:
    """Yield the requests of `edition` in the order in which they were asked."""
    people, note = People(edition), note_of(edition)
    fields = [column.field for column in LISTS["requests"]]
    rows = MeetingRequest.objects.filter(edition=edition).order_by("pk").values_list(*REQUEST_PATHS)
    for public_id, source, own, asker, counterpart, *told in rows.iterator(chunk_size=2000):
        state, weight, mandatory, message, reason, asked_at, answered_at = told
        values: dict[str, Any] = {
            "id": own or public_id,
            "source": source if own else OURS,
            "state": state,
            "weight": f"{weight / 1000:g}",
            "is_mandatory": mandatory,
            "message": message,
            "emporion_id": public_id,
            "decline_reason": reason,
            "asked_at": asked_at.isoformat(),
            "answered_at": answered_at.isoformat() if answered_at else "",
            "note": note,
        }
        for name, pk in (("asker", asker), ("counterpart", counterpart)):
            values[name], values[f"{name}_role"], values[f"{name}_name"], _made = people.shown[pk]
        values["is_made_up"] = people.shown[asker][3] or people.shown[counterpart][3]
        yield [cell(values[name]) for name in fields]


def meeting_rows(edition: Edition, of_release: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield the meetings of one release by time, host and table; `of_release` narrows to it."""
    people, note = People(edition), note_of(edition)
    rows = (
        Meeting.objects.filter(**of_release)
        .order_by("slot__number", "host__sort_key", "table", "pk")
        .values_list(*MEETING_PATHS)
    )
    for number, request, date, starts, minutes, host, guest, *where in rows.iterator(
        chunk_size=2000
    ):
        letter, stand, table = where
        ends = dt.datetime.combine(date, starts) + dt.timedelta(minutes=minutes)
        host_id, _role, host_name, host_made_up = people.shown[host]
        guest_id, _role, guest_name, guest_made_up = people.shown[guest]
        yield [
            number,
            request,
            date.isoformat(),
            f"{starts:%H:%M}",
            f"{ends:%H:%M}",
            host_id,
            host_name,
            guest_id,
            guest_name,
            letter or "",
            stand,
            table,
            cell(host_made_up or guest_made_up),
            note,
        ]
