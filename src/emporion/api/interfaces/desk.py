"""The desk: schedules tried, kept and pinned, matchings, imports taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from ninja import Query, Router

from emporion.api.interfaces.cursors import page
from emporion.api.interfaces.gates import (
    IMPORTS,
    MATCHES,
    READS_LISTS,
    READS_REQUESTS,
    SCHEDULES,
    STAFF_READS,
)
from emporion.api.interfaces.noting import note_requests
from emporion.api.interfaces.schedule import Draft, JobShape, job_shape, job_shapes_for
from emporion.api.interfaces.shapes.desk import (
    ImportShape,
    MatchingSent,
    MatchRunShape,
    PinSent,
    PinShape,
    RunShape,
    UndoSent,
    import_shape,
    match_run_shape,
    pin_shape,
    run_shape,
)
from emporion.api.interfaces.shapes.market import slot_shape
from emporion.api.interfaces.shapes.wire import EditionName, Listing, Paging, PublicId, listing
from emporion.api.interfaces.writing import KEYED, once, refusing
from emporion.edition.domain import batches, drafts
from emporion.edition.queries import Edition
from emporion.matchmaking import queries as matchmaking
from emporion.matchmaking.domain import starting
from emporion.matchmaking.domain.runs import MatchError
from emporion.meetings import queries as meetings
from emporion.meetings.domain import pins, runs
from emporion.meetings.queries import desk as queries
from emporion.meetings.queries import requests

router = Router(tags=["desk"])
HERE = "/editions/{slug:edition}"
# So many an answer to a change tells; the list has the others.
NEWEST = 50


@router.get(HERE + "/runs", auth=STAFF_READS, response=Listing[RunShape], operation_id="list_runs")
def list_runs(
    request: Any, response: HttpResponse, edition: EditionName, paging: Query[Paging]
) -> Any:
    """The computations of the schedule, newest first."""
    rows, after = page(
        request,
        response,
        queries.all_runs(request.edition),
        limit=paging.limit,
        cursor=paging.cursor,
        newest_first=True,
    )
    return listing(_runs(request, queries.with_jobs(rows)), after)


@router.get(HERE + "/runs/{slug:id}", auth=STAFF_READS, response=RunShape, operation_id="get_run")
def get_run(request: Any, edition: EditionName, id: PublicId) -> Any:
    """One computation with its job."""
    return _run(request, id)


@router.post(
    HERE + "/runs",
    auth=SCHEDULES,
    response={202: RunShape},
    operation_id="try_schedule",
    openapi_extra=KEYED,
)
def try_schedule(request: Any, response: HttpResponse, edition: EditionName, body: Draft) -> Any:
    """Compute what a schedule would be ("what if"); it changes nothing until it is kept."""

    def do() -> Any:
        with refusing(runs.RunError):
            run = runs.start_run(request.edition, body.options(), request.user.actor, trial=True)
        return _run(request, run.public_id)

    return once(request, 202, do, response=response)


@router.post(
    HERE + "/runs/{slug:id}/stop",
    auth=SCHEDULES,
    response={202: RunShape},
    operation_id="stop_run",
    openapi_extra=KEYED,
)
def stop_run(request: Any, response: HttpResponse, edition: EditionName, id: PublicId) -> Any:
    """Ask a run to stop; what it has by then is checked and kept like a full run's."""
    return _act(request, response, id, runs.stop_run)


@router.post(
    HERE + "/runs/{slug:id}/keep",
    auth=SCHEDULES,
    response={202: RunShape},
    operation_id="keep_run",
    openapi_extra=KEYED,
)
def keep_run(request: Any, response: HttpResponse, edition: EditionName, id: PublicId) -> Any:
    """Make a draft release of a trial, by a job."""
    return _act(request, response, id, lambda run: runs.ask_to_keep(run, request.user.actor))


@router.delete(
    HERE + "/runs/{slug:id}",
    auth=SCHEDULES,
    response={200: list[RunShape]},
    operation_id="remove_run",
    openapi_extra=KEYED,
)
def remove_run(request: Any, response: HttpResponse, edition: EditionName, id: PublicId) -> Any:
    """Forget a run that is at work no more; a release that was made of it stays.

    The answer is the newest of those that are left.
    """

    def do() -> Any:
        run, _job = _found(request.edition, id)
        with refusing(runs.RunError):
            runs.remove_run(run)
        return _runs(request, queries.runs(request.edition))

    return once(request, 200, do, response=response)


@router.get(
    HERE + "/pins", auth=READS_REQUESTS, response=Listing[PinShape], operation_id="list_pins"
)
def list_pins(
    request: Any, response: HttpResponse, edition: EditionName, paging: Query[Paging]
) -> Any:
    """What every later schedule must grant, newest first; each page is written down."""
    rows, after = page(
        request,
        response,
        queries.all_pins(request.edition),
        limit=paging.limit,
        cursor=paging.cursor,
        newest_first=True,
    )
    note_requests(request, [one.request.public_id for one in rows], "pins")
    return listing([_pin(one) for one in rows], after)


@router.put(
    HERE + "/requests/{slug:id}/pin",
    auth=SCHEDULES,
    response={200: list[PinShape]},
    operation_id="pin",
    openapi_extra=KEYED,
)
def pin(
    request: Any, response: HttpResponse, edition: EditionName, id: PublicId, body: PinSent
) -> Any:
    """Pin a request to a slot, or to any; a later pin replaces an earlier one.

    The answer is the newest pins.
    """
    here: Edition = request.edition

    def do() -> Any:
        slot = None
        if body.slot is not None:
            slot = next((one for one in meetings.slots(here) if one.number == body.slot), None)
            if slot is None:
                raise Http404("There is no slot of this number.")
        with refusing(pins.PinError):
            pins.pin(_asked(here, id), slot, request.user.actor)
        return _newest_pins(here)

    return once(request, 200, do, response=response)


@router.delete(
    HERE + "/requests/{slug:id}/pin",
    auth=SCHEDULES,
    response={200: list[PinShape]},
    operation_id="unpin",
    openapi_extra=KEYED,
)
def unpin(request: Any, response: HttpResponse, edition: EditionName, id: PublicId) -> Any:
    """Take a pin away; without one nothing happens. The answer is the newest that are left."""
    here: Edition = request.edition

    def do() -> Any:
        pins.unpin(_asked(here, id))
        return _newest_pins(here)

    return once(request, 200, do, response=response)


@router.get(
    HERE + "/matchings",
    auth=STAFF_READS,
    response=Listing[MatchRunShape],
    operation_id="list_matchings",
)
def list_matchings(
    request: Any, response: HttpResponse, edition: EditionName, paging: Query[Paging]
) -> Any:
    """The run whose lists are shown, and those before it, newest first, with their figures."""
    rows, after = page(
        request,
        response,
        matchmaking.whole_runs(request.edition),
        limit=paging.limit,
        cursor=paging.cursor,
        newest_first=True,
    )
    return listing([match_run_shape(run) for run in rows], after)


@router.post(
    HERE + "/matchings",
    auth=MATCHES,
    response={202: JobShape},
    operation_id="start_matching",
    openapi_extra=KEYED,
)
def start_matching(
    request: Any, response: HttpResponse, edition: EditionName, body: MatchingSent
) -> Any:
    """Compute everybody's list anew, by a job; the knob goes from most matches to most equal."""

    def do() -> Any:
        with refusing(MatchError):
            job = starting.start_match(
                request.edition,
                request.user.actor,
                seed=body.seed,
                equality=body.equality,
                explore=body.explore,
            )
        return job_shape(job)

    return once(request, 202, do, response=response)


@router.post(
    HERE + "/matchings/stop",
    auth=MATCHES,
    response={200: list[MatchRunShape]},
    operation_id="stop_matching",
    openapi_extra=KEYED,
)
def stop_matching(request: Any, response: HttpResponse, edition: EditionName) -> Any:
    """Ask the matching that is under way to stop; the lists that are shown stay."""

    def do() -> Any:
        starting.stop_match(request.edition)
        return [match_run_shape(run) for run in matchmaking.shown_runs(request.edition)]

    return once(request, 200, do, response=response)


@router.get(
    HERE + "/imports",
    auth=READS_LISTS,
    response=Listing[ImportShape],
    operation_id="list_imports",
)
def list_imports(
    request: Any, response: HttpResponse, edition: EditionName, paging: Query[Paging]
) -> Any:
    """What was taken in, newest first."""
    rows, after = page(
        request,
        response,
        batches.batches(request.edition),
        limit=paging.limit,
        cursor=paging.cursor,
        newest_first=True,
    )
    return listing([import_shape(one) for one in rows], after)


@router.post(
    HERE + "/imports/{slug:id}/undo",
    auth=IMPORTS,
    response={202: JobShape},
    operation_id="undo_import",
    openapi_extra=KEYED,
)
def undo_import(
    request: Any, response: HttpResponse, edition: EditionName, id: PublicId, body: UndoSent
) -> Any:
    """Put everything back to what it was before an import, by a job, which says what forbids it."""
    here: Edition = request.edition

    def do() -> Any:
        batch = batches.batches(here).filter(public_id=id).first()
        if batch is None:
            raise Http404("There is no import with this id.")
        with refusing(drafts.DraftError):
            job = drafts.start_undo(
                here, batch, request.user.actor, with_requests=body.with_requests
            )
        return job_shape(job)

    return once(request, 202, do, response=response)


def _act(request: Any, response: HttpResponse, public_id: str, act: Any) -> Any:
    def do() -> Any:
        run, _job = _found(request.edition, public_id)
        with refusing(runs.RunError):
            act(run)
        return _run(request, public_id)

    return once(request, 202, do, response=response)


def _found(here: Edition, public_id: str) -> tuple[Any, Any]:
    found = queries.run(here, public_id)
    if found is None:
        raise Http404("There is no run with this id.")
    return found


def _run(request: Any, public_id: str) -> dict[str, Any]:
    (told,) = _runs(request, [_found(request.edition, public_id)])
    return told


def _runs(request: Any, found: Sequence[tuple[Any, Any]]) -> list[dict[str, Any]]:
    """Return runs, each with its job as the caller's role may read it; two queries at most."""
    jobs = job_shapes_for(request, [job for _run, job in found if job])
    by_id = {job["id"]: job for job in jobs}
    return [run_shape(run, by_id[job.public_id] if job else None) for run, job in found]


def _asked(here: Edition, public_id: str) -> Any:
    found = requests.by_public_id(here, public_id)
    if found is None:
        raise Http404("There is no request with this id.")
    return found


def _pin(one: Any) -> dict[str, Any]:
    return pin_shape(one, slot_shape(one.slot) if one.slot else None)


def _newest_pins(here: Edition) -> list[dict[str, Any]]:
    return [_pin(one) for one in queries.all_pins(here).order_by("-pk")[:NEWEST]]
