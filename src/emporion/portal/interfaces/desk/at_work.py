"""A list that is being taken in, or taken back: the page while the worker is at it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from emporion.core import jobs
from emporion.design.running import ShownJob, shown
from emporion.edition.domain import drafts
from emporion.edition.gates import for_organisers
from emporion.edition.queries import Edition

STEPS = {
    "reading": gettext_lazy("reading the file"),
    "doubles": gettext_lazy("looking for likely doubles"),
    "comparing": gettext_lazy("comparing it with what is there"),
    "checking": gettext_lazy("checking the list"),
    "writing": gettext_lazy("writing the rows"),
    "undoing": gettext_lazy("putting everything back"),
}


OF_LISTS = (drafts.LOOK, drafts.TAKE)


def last_job(edition: Edition, kind: str | tuple[str, ...], subject: str) -> ShownJob | None:
    """Return the newest job about a list or an import, as it is shown; None if there is none."""
    found = jobs.latest(edition.expo.public_id, kind, subject)
    return shown(found[0], STEPS) if found else None


def page(
    request: HttpRequest, edition: Edition, name: str, job: ShownJob, subject: str
) -> HttpResponse:
    """How far it is; asks again by itself, with and without JavaScript."""
    context = {
        "job": job,
        "name": name,
        "subject": subject,
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/at_work.html", context)


@for_organisers
def live(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """The job as it goes on; when it has ended the whole page is asked for again."""
    job = last_job(edition, (*OF_LISTS, drafts.UNDO), public_id)
    if job is not None and job.is_live:
        context = {"job": job, "subject": public_id, "slug": edition.slug}
        return render(request, "portal/desk/_live.html", context)
    answer = HttpResponse(status=204)
    answer["HX-Refresh"] = "true"
    return answer
