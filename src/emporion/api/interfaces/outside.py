"""What leaves the expo: other systems that are told of events, and what nobody took."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field, StringConstraints

from emporion.api.interfaces.cursors import page
from emporion.api.interfaces.gates import CONNECTS, READS_CONNECTIONS, READS_OUTGOING, SENDS_AGAIN
from emporion.api.interfaces.shapes.wire import (
    EditionName,
    Listing,
    Paging,
    PublicId,
    Sent,
    listing,
)
from emporion.api.interfaces.writing import KEYED, once, refusing
from emporion.messaging import queries
from emporion.messaging.domain import given_up as domain
from emporion.messaging.domain import webhooks

router = Router(tags=["outside"])
HERE = "/editions/{slug:edition}"
Key = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern="^[A-Za-z0-9_:.-]+$")]
Event = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z_.]+$")]


class WebhookShape(Schema):
    """An address that is told of events."""

    id: PublicId
    url: str
    events: list[str] = Field(description="Empty: all, also those that come later.")
    is_active: bool


class NewWebhook(WebhookShape):
    """The same right after it was made."""

    secret: str = Field(description="Shown this once; calls are signed with it.")


class WebhookSent(Sent):
    """Where to, and of what."""

    url: Annotated[str, StringConstraints(max_length=2000, pattern="^https?://[!-~]+$")]
    events: list[Event] = Field([], max_length=20)


class WebhookChange(Sent):
    """Whether it is told."""

    is_active: bool


class DeliveryShape(Schema):
    """One attempt to tell an address."""

    key: str
    event: str
    attempt: int
    status: int = Field(description="Of HTTP; 0: nobody answered.")
    reason: str
    at: dt.datetime


class GivenUpShape(Schema):
    """A message or a call that nobody took."""

    key: str
    kind: str
    attempts: int
    reason: str
    ended_at: dt.datetime | None


class GivenUpAct(Sent):
    """What becomes of them."""

    act: Literal["again", "drop"]
    keys: list[Key] = Field(min_length=1, max_length=50)


class DoneShape(Schema):
    """How many."""

    count: int


@router.get(
    HERE + "/webhooks",
    auth=READS_CONNECTIONS,
    response=list[WebhookShape],
    operation_id="list_webhooks",
)
def list_webhooks(request: Any, edition: EditionName) -> Any:
    """The addresses that are told of events, oldest first."""
    return [_shape(one) for one in queries.endpoints(request.edition.expo)]


@router.post(
    HERE + "/webhooks",
    auth=CONNECTS,
    response={201: NewWebhook},
    operation_id="make_webhook",
    openapi_extra=KEYED,
)
def make_webhook(
    request: Any, response: HttpResponse, edition: EditionName, body: WebhookSent
) -> Any:
    """Register an address; sent again under its key it is the first one, with the same secret."""
    with refusing(webhooks.EndpointError, status=422):
        webhooks.look_at(body.url, body.events)

    def do() -> Any:
        with refusing(webhooks.EndpointError, status=422):
            return _shape(webhooks.keep(request.edition.expo, body.url, body.events))

    made = once(request, 201, do, response=response)
    # What is kept under a key is the answer without its secret.
    endpoint = _found(request, made.value["id"])
    return Status(201, {**made.value, "secret": endpoint.secret})


@router.patch(
    HERE + "/webhooks/{slug:id}",
    auth=CONNECTS,
    response={200: WebhookShape},
    operation_id="change_webhook",
    openapi_extra=KEYED,
)
def change_webhook(
    request: Any, response: HttpResponse, edition: EditionName, id: PublicId, body: WebhookChange
) -> Any:
    """Pause an address or go on; what happens meanwhile is not told to it."""

    def do() -> Any:
        webhooks.set_active(_found(request, id), body.is_active)
        return _shape(_found(request, id))

    return once(request, 200, do, response=response)


@router.delete(
    HERE + "/webhooks/{slug:id}",
    auth=CONNECTS,
    response={200: list[WebhookShape]},
    operation_id="remove_webhook",
    openapi_extra=KEYED,
)
def remove_webhook(request: Any, response: HttpResponse, edition: EditionName, id: PublicId) -> Any:
    """Forget an address with its log, and what waited for it."""

    def do() -> Any:
        webhooks.remove(_found(request, id))
        return list_webhooks(request, edition)

    return once(request, 200, do, response=response)


@router.get(
    HERE + "/webhooks/{slug:id}/deliveries",
    auth=READS_CONNECTIONS,
    response=Listing[DeliveryShape],
    operation_id="list_deliveries",
)
def list_deliveries(
    request: Any, response: HttpResponse, edition: EditionName, id: PublicId, paging: Query[Paging]
) -> Any:
    """The attempts to tell an address, newest first."""
    names = ("key", "event", "attempt", "status", "reason", "at")
    rows, after = page(
        request,
        response,
        queries.all_deliveries(_found(request, id)),
        limit=paging.limit,
        cursor=paging.cursor,
        newest_first=True,
    )
    return listing([{name: getattr(one, name) for name in names} for one in rows], after)


@router.post(
    HERE + "/webhooks/{slug:id}/test",
    auth=CONNECTS,
    response={202: WebhookShape},
    operation_id="test_webhook",
    openapi_extra=KEYED,
)
def test_webhook(request: Any, response: HttpResponse, edition: EditionName, id: PublicId) -> Any:
    """Have an address told of `webhook.test`, before what waits for it."""

    def do() -> Any:
        endpoint = _found(request, id)
        with refusing(webhooks.EndpointError):
            webhooks.call_to_test(endpoint)
        return _shape(endpoint)

    return once(request, 202, do, response=response)


@router.post(
    HERE + "/webhooks/{slug:id}/deliveries/{key}/again",
    auth=CONNECTS,
    response={202: WebhookShape},
    operation_id="tell_again",
    openapi_extra=KEYED,
)
def tell_again(
    request: Any, response: HttpResponse, edition: EditionName, id: PublicId, key: Key
) -> Any:
    """Have an event that is over told again, with the same id."""

    def do() -> Any:
        endpoint = _found(request, id)
        with refusing(webhooks.EndpointError):
            webhooks.tell_again(endpoint, key)
        return _shape(endpoint)

    return once(request, 202, do, response=response)


@router.get(
    HERE + "/given-up",
    auth=READS_OUTGOING,
    response=Listing[GivenUpShape],
    operation_id="list_given_up",
)
def list_given_up(
    request: Any, response: HttpResponse, edition: EditionName, paging: Query[Paging]
) -> Any:
    """Messages and calls that nobody took, newest first."""
    rows, after = page(
        request,
        response,
        queries.all_given_up(request.edition.expo),
        limit=paging.limit,
        cursor=paging.cursor,
        newest_first=True,
    )
    told = [
        {
            "key": row.key,
            "kind": row.kind,
            "attempts": row.attempt,
            "reason": row.cause,
            "ended_at": row.ended_at,
        }
        for row in rows
    ]
    return listing(told, after)


@router.post(
    HERE + "/given-up",
    auth=SENDS_AGAIN,
    response={200: DoneShape},
    operation_id="end_given_up",
    openapi_extra=KEYED,
)
def end_given_up(
    request: Any, response: HttpResponse, edition: EditionName, body: GivenUpAct
) -> Any:
    """Try what was given up again, or drop it."""

    def do() -> Any:
        act = domain.try_again if body.act == "again" else domain.drop
        return {"count": act(request.edition.expo, body.keys)}

    return once(request, 200, do, response=response)


def _found(request: Any, public_id: str) -> Any:
    found = queries.endpoint(request.edition.expo, public_id)
    if found is None:
        raise Http404("There is no address with this id.")
    return found


def _shape(one: Any) -> dict[str, Any]:
    return {"id": one.public_id, "url": one.url, "events": one.events, "is_active": one.is_active}
