"""What is kept of the caller: taken along, allowed for a use or not, and erased if they wish."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router

from emporion.api.interfaces.gates import READS_OWN, WRITES
from emporion.api.interfaces.shapes.own import (
    ErasureWish,
    MessagesSent,
    MessagesShape,
    UseSent,
    UseShape,
)
from emporion.api.interfaces.shapes.wire import EditionName
from emporion.api.interfaces.writing import KEYED, once, refusing
from emporion.core import privacy
from emporion.core.downloads import named, written
from emporion.messaging.domain import choosing, templates
from emporion.registry import domain as registry
from emporion.registry import queries as registered
from emporion.registry.queries import PURPOSES

router = Router(tags=["own data"])
ME = "/editions/{slug:edition}/me"


@router.get(ME + "/uses", auth=READS_OWN, response=list[UseShape], operation_id="list_uses")
def list_uses(request: Any, edition: EditionName) -> Any:
    """What the caller's data may be used for, as they said or as it is without a word."""
    return _uses(_people(request))


@router.put(
    ME + "/uses/{purpose}",
    auth=WRITES,
    response={200: list[UseShape]},
    operation_id="say_use",
    openapi_extra=KEYED,
)
def say_use(
    request: Any, response: HttpResponse, edition: EditionName, purpose: str, body: UseSent
) -> Any:
    """Allow or refuse one use of the caller's data."""
    people = _people(request)
    if purpose not in PURPOSES:
        raise Http404("There is no such use.")

    def do() -> Any:
        for person in people:
            registry.say(person, purpose, body.allowed, language=get_language() or "en")
        return _uses(people)

    return once(request, 200, do, response=response)


@router.get(
    ME + "/messages", auth=READS_OWN, response=MessagesShape, operation_id="get_message_choices"
)
def get_messages(request: Any, edition: EditionName) -> Any:
    """What messages the caller gets, in which hours and language."""
    return _messages(_people(request))


@router.put(
    ME + "/messages",
    auth=WRITES,
    response={200: MessagesShape},
    operation_id="choose_messages",
    openapi_extra=KEYED,
)
def choose_messages(
    request: Any, response: HttpResponse, edition: EditionName, body: MessagesSent
) -> Any:
    """Choose them; what is necessary cannot be refused."""
    people = _people(request)

    def do() -> Any:
        with refusing(choosing.ChoiceError, status=422):
            for person in people:
                choosing.choose(
                    person, refused=body.refused, quiet=body.quiet, language=body.language
                )
        return _messages(people)

    return once(request, 200, do, response=response)


@router.post(
    ME + "/data",
    auth=WRITES,
    operation_id="take_along",
    openapi_extra={
        "responses": {
            200: {
                "description": "A line a row: {table, values}; the journal, what imports "
                "remember and what search finds are `journal`, `imports` and `search`.",
                "content": {"application/jsonl": {"schema": {"type": "string"}}},
            }
        }
    },
)
def take_along(request: Any, edition: EditionName) -> HttpResponseBase:
    """All that is known of the caller, whole. A POST: that it was given is written down."""
    people = _people(request)
    registry.note_export(people)
    owner = registry.trace(people)

    def lines() -> Iterator[str]:
        for one in privacy.given(owner):
            row = {"table": one.table.label, "values": one.values}
            yield json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"
        for name, part in privacy.BESIDE.items():
            for values in part(owner):
                row = {"table": name, "values": values}
                yield json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"

    def write(file: IO[bytes]) -> None:
        file.writelines(line.encode() for line in lines())

    return named(written(request, write, "application/jsonl"), f"data-{people[0].public_id}.jsonl")


@router.get(ME + "/erasure", auth=READS_OWN, response=ErasureWish, operation_id="get_erasure")
def get_erasure(request: Any, edition: EditionName) -> Any:
    """Whether the caller's wish to be erased is open."""
    return _wish(_people(request))


@router.put(
    ME + "/erasure",
    auth=WRITES,
    response={200: ErasureWish},
    operation_id="ask_erasure",
    openapi_extra=KEYED,
)
def ask_erasure(request: Any, response: HttpResponse, edition: EditionName) -> Any:
    """Ask to be erased; the organiser does it, or says why not."""
    people = _people(request)

    def do() -> Any:
        with refusing(registry.ErasureError):
            for person in people:
                registry.ask_for_erasure(person)
        return _wish(people)

    return once(request, 200, do, response=response)


@router.delete(
    ME + "/erasure",
    auth=WRITES,
    response={200: ErasureWish},
    operation_id="withdraw_erasure",
    openapi_extra=KEYED,
)
def withdraw_erasure(request: Any, response: HttpResponse, edition: EditionName) -> Any:
    """Take the wish back."""
    people = _people(request)

    def do() -> Any:
        for person in people:
            registry.withdraw_erasure(person)
        return _wish(people)

    return once(request, 200, do, response=response)


def _people(request: Any) -> list[Any]:
    """Return who the caller is in this expo, or refuse. An officer is not the member."""
    people = registered.people_of(request.edition.expo, request.user)
    if not people:
        raise PermissionDenied(_("This page belongs to people who are known in this expo."))
    return people


def _uses(people: list[Any]) -> list[dict[str, Any]]:
    said = registered.consents_of(people)
    return [
        {
            "purpose": name,
            "allowed": purpose.allows(said[name].is_given, said[name].version)
            if name in said
            else purpose.without_a_word,
            "since": said[name].at if name in said else None,
        }
        for name, purpose in PURPOSES.items()
    ]


def _wish(people: list[Any]) -> dict[str, Any]:
    found = registry.open_request(people[0])
    return {"asked_at": found.asked_at if found else None}


def _messages(people: list[Any]) -> dict[str, Any]:
    choice = choosing.choice_of(people[0])
    return {
        "refused": choice.refused,
        "quiet": choice.quiet,
        "language": choice.language,
        "kinds": [one.name for one in templates.every() if not one.necessary],
    }
