"""The page of an import: what it did, and the button that takes it back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from emporion.edition.domain import batches, drafts
from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition
from emporion.portal import queries
from emporion.portal.interfaces.desk import at_work, taking
from emporion.portal.interfaces.desk.imports import batch_row, counts_of
from emporion.registry.domain import roles


@staff_may(roles.IMPORT, reading=True)
def one_batch(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """What an import did, and the button that takes it back."""
    batch = batches.batches(edition).filter(public_id=public_id).first()
    if batch is None:
        raise Http404(_("There is no import with this address."))
    job = at_work.last_job(edition, drafts.UNDO, public_id)
    if job is not None and job.is_live:
        return at_work.page(request, edition, batch.file_name, job, public_id)
    refusal = ""
    failure = job.line if job is not None and job.state == "stopped" else ""
    if request.method == "POST" and request.POST.get("act") == "undo":
        with_requests = request.POST.get("with_requests") == "1"
        actor = request.user.actor  # type: ignore[union-attr]
        try:
            taking.check_undo(edition, batch, with_requests)
            drafts.start_undo(edition, batch, actor, with_requests=with_requests)
            return redirect("portal:batch", edition=edition.slug, public_id=public_id)
        except (taking.Refused, drafts.DraftError) as error:
            refusal = str(error)
    undoable = batch.state == batch.State.DONE
    requests, releases = taking.hanging(edition, batch) if undoable else (0, [])
    context = {
        **batch_row(batch),
        "batch": batch,
        "counts": counts_of(batch.counts),
        "steps": queries.progress(f"import {edition.slug}") if batch.state == "writing" else [],
        "undoable": undoable,
        "requests": requests,
        "releases": releases,
        "refusal": refusal or failure,
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/batch.html", context, status=409 if refusal else 200)
