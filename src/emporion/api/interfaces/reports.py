"""What pages tell beside lists: requests without a meeting, messages, jobs, delegations."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from emporion.api.interfaces.cursors import page
from emporion.api.interfaces.gates import READ, READS_MESSAGES, READS_REQUESTS, STAFF_READS
from emporion.api.interfaces.noting import note_requests
from emporion.api.interfaces.schedule import JobShape, job_shapes_for
from emporion.api.interfaces.shapes.market import Side
from emporion.api.interfaces.shapes.wire import (
    EditionName,
    Listing,
    Paging,
    PublicId,
    Texts,
    listing,
)
from emporion.core.models import JobRecord
from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.meetings.queries import programs, releases
from emporion.messaging import queries as messaging

router = Router(tags=["desk"])
HERE = "/editions/{slug:edition}"
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Outcome = Literal["sending", "taken", "refused", "failed", "lost", "delivered", "read"]


class RefusalShape(Schema):
    """A request that a schedule could not grant."""

    request: PublicId
    asker: Side
    counterpart: Side
    reason: str


class RefusalFilters(Schema):
    """For which reason."""

    reason: str | None = Field(None, pattern="^[a-z_]{1,20}$")


class MessageShape(Schema):
    """What a carrier said of one message to one person; its words are kept nowhere."""

    person: PublicId
    message: str
    carrier: str
    outcome: Outcome
    reason: str
    at: dt.datetime


class MessageFilters(Schema):
    """To whom, and what came of it."""

    person: PublicId | None = None
    outcome: Outcome | None = None


class DelegationShape(Schema):
    """Those whom a country, an international organisation or an association brings."""

    id: PublicId
    name: Texts
    kind: str
    country: str
    note: Texts


@router.get(
    HERE + "/releases/{int:number}/refusals",
    auth=READS_REQUESTS,
    response=Listing[RefusalShape],
    operation_id="list_refusals",
)
def list_refusals(
    request: Any,
    response: HttpResponse,
    edition: EditionName,
    number: Number,
    paging: Query[Paging],
    filters: Query[RefusalFilters],
) -> Any:
    """Which requests have no meeting in a schedule, and why; each page is written down."""
    release = releases.release(request.edition, number)
    if release is None:
        raise Http404("There is no release of this number.")
    found = programs.refusals_of_release(release, filters.reason or "")
    rows, after = page(request, response, found, limit=paging.limit, cursor=paging.cursor)
    note_requests(request, [row["request__public_id"] for row in rows], "refusals")
    return listing([_refusal(row) for row in rows], after)


@router.get(
    HERE + "/messages",
    auth=READS_MESSAGES,
    response=Listing[MessageShape],
    operation_id="list_messages",
)
def list_messages(
    request: Any,
    response: HttpResponse,
    edition: EditionName,
    paging: Query[Paging],
    filters: Query[MessageFilters],
) -> Any:
    """What was sent to whom and what came of it, newest first."""
    found = messaging.all_sent(
        request.edition.expo, person=filters.person or "", outcome=filters.outcome or ""
    )
    rows, after = page(
        request, response, found, limit=paging.limit, cursor=paging.cursor, newest_first=True
    )
    return listing([_message(one) for one in rows], after)


@router.get(HERE + "/jobs", auth=STAFF_READS, response=Listing[JobShape], operation_id="list_jobs")
def list_jobs(
    request: Any, response: HttpResponse, edition: EditionName, paging: Query[Paging]
) -> Any:
    """Work that workers do and did for the expo, newest first."""
    found = JobRecord.objects.filter(tenant=request.edition.expo.public_id)
    rows, after = page(
        request, response, found, limit=paging.limit, cursor=paging.cursor, newest_first=True
    )
    return listing(job_shapes_for(request, rows), after)


@router.get(
    HERE + "/delegations",
    auth=READ,
    response=list[DelegationShape],
    operation_id="list_delegations",
)
def list_delegations(request: Any, edition: EditionName) -> Any:
    """The delegations of the edition, as anybody may know of them."""
    return [
        {
            "id": one.public_id,
            "name": as_dict(one.body.name),
            "kind": one.body.kind,
            "country": one.body.country,
            "note": as_dict(one.note),
        }
        for one in editions.delegations(request.edition)
    ]


def _refusal(row: dict[str, Any]) -> dict[str, Any]:
    sides = {
        side: {
            "id": row[f"request__{side}__public_id"],
            "name": as_dict(row[f"request__{side}__display_name"]),
        }
        for side in ("asker", "counterpart")
    }
    return {"request": row["request__public_id"], **sides, "reason": row["reason"]}


def _message(one: Any) -> dict[str, Any]:
    names = ("carrier", "outcome", "reason", "at")
    told = {name: getattr(one, name) for name in names}
    return {**told, "person": one.person.public_id, "message": one.template}
