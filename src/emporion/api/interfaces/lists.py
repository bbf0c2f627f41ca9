"""Lists sent, looked at and taken in; many participants in one call."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile
from pydantic import TypeAdapter, ValidationError

from emporion.api.domain import bulk
from emporion.api.interfaces import schema
from emporion.api.interfaces.cursors import page
from emporion.api.interfaces.gates import IMPORTS, READS_LISTS
from emporion.api.interfaces.problems import Problem, error, of_validation
from emporion.api.interfaces.schedule import JobShape, job_shape
from emporion.api.interfaces.shapes.lists import (
    BulkSent,
    CorrectSent,
    ListSent,
    ListShape,
    TakeSent,
    list_shape,
)
from emporion.api.interfaces.shapes.wire import EditionName, Listing, Paging, PublicId, listing
from emporion.api.interfaces.writing import KEY_HEADER, KEYED, once, refusing
from emporion.core import jobs
from emporion.core.places import senders
from emporion.core.turns import aside
from emporion.edition import queries as editions
from emporion.edition.domain import drafts
from emporion.edition.domain.lists.columns import LISTS
from emporion.edition.queries import Edition

router = Router(tags=["lists"])
HERE = "/editions/{slug:edition}"
MAX_BYTES, ERRORS, CHUNK = 32 << 20, 50, 500
# So many the answer to a change tells; the list has the others.
NEWEST = 50
ADAPTER = TypeAdapter(BulkSent)
_SHAPE = ADAPTER.json_schema(ref_template="#/components/schemas/{model}")
schema.MORE.update({**_SHAPE.pop("$defs"), "BulkSent": _SHAPE})
BULK: dict[str, Any] = {
    "parameters": [KEY_HEADER],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BulkSent"}}},
    },
}
KINDS = (drafts.LOOK, drafts.TAKE)


@router.get(
    HERE + "/lists", auth=READS_LISTS, response=Listing[ListShape], operation_id="list_lists"
)
def list_lists(
    request: Any, response: HttpResponse, edition: EditionName, paging: Query[Paging]
) -> Any:
    """The lists that are looked at and not taken in yet, newest first."""
    rows, after = page(
        request,
        response,
        editions.all_drafts(request.edition),
        limit=paging.limit,
        cursor=paging.cursor,
        newest_first=True,
    )
    return listing([list_shape(draft, None) for draft in rows], after)


@router.post(
    HERE + "/lists",
    auth=IMPORTS,
    response={202: ListShape},
    operation_id="send_list",
    openapi_extra=KEYED,
)
def send_list(
    request: Any,
    response: HttpResponse,
    edition: EditionName,
    body: Form[ListSent],
    file: File[UploadedFile],
) -> Any:
    """Send a CSV or a workbook; a worker looks at it and says what taking it in would do."""
    data, name = file.read(), str(file.name or "")

    def do() -> Any:
        actor = request.user.actor
        with refusing(drafts.DraftError, status=422):
            draft = drafts.send_list(
                request.edition,
                body.subject,
                body.source or body.subject,
                name,
                data,
                actor,
                encoding=body.encoding,
            )
        job = drafts.start_look(draft, actor, language=get_language() or "en", doubles=True)
        return list_shape(draft, job_shape(job))

    said = json.dumps([name, body.dict()]).encode()
    return once(request, 202, do, response=response, content=said + data)


@router.get(
    HERE + "/lists/{slug:id}", auth=READS_LISTS, response=ListShape, operation_id="get_list"
)
def get_list(request: Any, edition: EditionName, id: PublicId) -> Any:
    """One list, with what the last look found and the job that is about it."""
    return _told(request.edition, id)


@router.patch(
    HERE + "/lists/{slug:id}",
    auth=IMPORTS,
    response={202: ListShape},
    operation_id="correct_list",
    openapi_extra=KEYED,
)
def correct_list(
    request: Any, response: HttpResponse, edition: EditionName, id: PublicId, body: CorrectSent
) -> Any:
    """Say which heading feeds which field, what words mean, which rows are one; it is looked at."""
    actor = request.user.actor

    def do() -> Any:
        draft = _still(request.edition, id)
        unknown = set(body.columns or ()) - {one.field for one in LISTS[draft.subject]}
        if unknown:
            raise Problem(
                422,
                "There are no such fields.",
                errors=[
                    error("body", f"/columns/{name}", "No field has this name.")
                    for name in sorted(unknown)
                ],
            )
        if body.columns is not None:
            drafts.set_columns(draft, body.columns)
        if body.words is not None:
            drafts.set_words(draft, body.words)
        if body.decisions is not None:
            drafts.set_decisions(draft, body.decisions)
        drafts.start_look(
            draft, actor, language=get_language() or "en", doubles=body.decisions is None
        )
        return _told(request.edition, id)

    return once(request, 202, do, response=response)


@router.delete(
    HERE + "/lists/{slug:id}",
    auth=IMPORTS,
    response={200: list[ListShape]},
    operation_id="discard_list",
    openapi_extra=KEYED,
)
def discard_list(request: Any, response: HttpResponse, edition: EditionName, id: PublicId) -> Any:
    """Throw a list away that was not taken in; what was taken in from one stays.

    The answer is the newest of those that are left.
    """

    def do() -> Any:
        drafts.discard(_still(request.edition, id))
        left = editions.all_drafts(request.edition).order_by("-pk")[:NEWEST]
        return [list_shape(draft, None) for draft in left]

    return once(request, 200, do, response=response)


@router.post(
    HERE + "/lists/{slug:id}/take",
    auth=IMPORTS,
    response={202: ListShape},
    operation_id="take_list",
    openapi_extra=KEYED,
)
def take_list(
    request: Any, response: HttpResponse, edition: EditionName, id: PublicId, body: TakeSent
) -> Any:
    """Take a list in, all or nothing; the job's result names the import."""

    def do() -> Any:
        draft = _draft(request.edition, id)
        found = draft.report
        if not found:
            raise Problem(409, "This list was not looked at yet.", mend="Wait for its job.")
        if found.get("missing") or (found.get("failed") and not body.leave_out_bad_rows):
            raise Problem(
                409,
                "A column that is needed is missing, or rows fail.",
                mend="Mend the list and send it anew, or leave out the rows that fail.",
            )
        with refusing(drafts.DraftError):
            drafts.leave_out_bad_rows(draft, body.leave_out_bad_rows)
            drafts.start_taking(draft, request.user.actor)
        return _told(request.edition, id)

    return once(request, 202, do, response=response)


@router.post(
    HERE + "/bulk/participations",
    auth=IMPORTS,
    response={202: JobShape},
    operation_id="load_participations",
    openapi_extra=BULK,
)
def load_participations(request: Any, response: HttpResponse, edition: EditionName) -> Any:
    """Enter or change up to 20,000 participants in one call, all or nothing, by a job."""
    raw = _body(request)
    try:
        sent = ADAPTER.validate_json(raw)
    except ValidationError as wrong:
        found = [{**one, "loc": ("body", *one["loc"])} for one in wrong.errors()[:ERRORS]]
        raise of_validation(found) from wrong
    rows = [row.dict(exclude_unset=True) for row in sent.rows]
    unknown = bulk.wrong_codes(rows)
    if unknown:
        raise Problem(
            422,
            "Codes are unknown, or ids come twice.",
            errors=[
                error(
                    "body",
                    f"/rows/{number}/{field}",
                    f"“{word}” came before." if field == "id" else f"There is no “{word}”.",
                    "Send each id once." if field == "id" else "Use a code that exists.",
                )
                for number, field, word in unknown[:ERRORS]
            ],
        )
    content = bulk.as_list(sent.subject, rows)

    def do() -> Any:
        with refusing(drafts.DraftError):
            job = bulk.load(request.edition, sent.subject, sent.source, content, request.user.actor)
        return job_shape(job)

    return once(request, 202, do, response=response, content=raw)


def _body(request: Any) -> bytes:
    """Return a body that may be longer than what is read of others (`core.bodies`).

    Raises Full where as many send already as may be waited for.
    """
    said = request.META.get("CONTENT_LENGTH") or "0"
    if not (said.isascii() and said.isdigit() and len(said) < 16) or int(said) > MAX_BYTES:
        raise Problem(413, f"At most {MAX_BYTES >> 20} MB in one call.")
    with aside(request), senders.taken():
        raw: bytes = request.read(MAX_BYTES + 1)
    return raw


def _draft(edition: Edition, public_id: str) -> Any:
    found = editions.list_draft(edition, public_id)
    if found is None:
        raise Http404("There is no list with this id.")
    return found


def _still(edition: Edition, public_id: str) -> Any:
    """Return a list that nobody works on and that was not taken in."""
    draft = _draft(edition, public_id)
    if draft.batch:
        raise Problem(409, "This list was taken in already.", mend="Undo the import instead.")
    if any(one.is_live for one in jobs.latest(edition.expo.public_id, KINDS, public_id)):
        raise Problem(409, "A worker is at this list.", mend="Wait for its job.")
    return draft


def _told(edition: Edition, public_id: str) -> dict[str, Any]:
    draft = _draft(edition, public_id)
    newest = jobs.latest(edition.expo.public_id, KINDS, public_id)
    return list_shape(draft, job_shape(newest[0]) if newest else None)
