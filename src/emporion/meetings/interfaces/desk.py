"""The organiser's schedule desk: start a computation, see it climb, stop it, keep it or not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from emporion.core.command_name import command
from emporion.core.jobs import JobRecord
from emporion.design.running import shown
from emporion.edition.gates import for_organisers, knows_requests, staff_may
from emporion.edition.queries import Edition
from emporion.meetings.domain import runs as domain
from emporion.meetings.domain.computing import DEFAULT_SECONDS
from emporion.meetings.interfaces.releases import better_percent, cut_percent, points
from emporion.meetings.interfaces.repaired import repair_of, slots_by_name
from emporion.meetings.models import ScheduleRun
from emporion.meetings.queries import desk as queries
from emporion.meetings.queries import impossible
from emporion.meetings.queries import releases as release_queries
from emporion.meetings.queries.incidents import standing
from emporion.meetings.queries.words import SERVICES
from emporion.registry.domain import roles

STEPS = {
    "reading": gettext_lazy("Reading requests, calendars and walks"),
    "greedy": gettext_lazy("A first valid schedule is there; the bound is being proven"),
    "searching": gettext_lazy("Searching for better schedules"),
    "checking": gettext_lazy("A separate checker goes through every rule"),
    "writing": gettext_lazy("Writing the meetings"),
}


class StartForm(forms.Form):
    """What a computation may be told."""

    seconds = forms.IntegerField(
        label=gettext_lazy("Seconds of search"),
        help_text=gettext_lazy(
            "20 are past the steep part of the curve at a fair of 15,000 buyers. You can stop "
            "earlier; what is there then is kept."
        ),
        min_value=1,
        max_value=domain.LONGEST_SECONDS,
        initial=int(DEFAULT_SECONDS),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        help_text=gettext_lazy("Another number draws another order of the search."),
        min_value=0,
        max_value=2**31 - 1,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    walking = forms.BooleanField(
        label=gettext_lazy("Give everybody the minutes to walk"), required=False, initial=True
    )
    service = forms.ChoiceField(
        label=gettext_lazy("Who comes first"),
        help_text=gettext_lazy(
            "Before all other requests. What it costs is told below, once there is a run."
        ),
        choices=list(SERVICES.items()),
        initial="value",
    )


@staff_may(roles.SCHEDULE)
def desk(request: Any, edition: Edition) -> HttpResponse:
    """Show runs and pins; a POST starts a run."""
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            domain.start_run(
                edition,
                domain.Options(
                    seconds=form.cleaned_data["seconds"],
                    seed=form.cleaned_data["seed"],
                    walking=form.cleaned_data["walking"],
                    service=form.cleaned_data["service"],
                ),
                request.user.actor,
                trial="trial" in request.POST,
            )
        except domain.RunError as error:
            form.add_error(None, str(error))
        else:
            return redirect("meetings:desk", edition=edition.slug)
    public = release_queries.published(edition)
    rows = _rows(request, edition)
    context = {
        "form": form,
        "rows": rows,
        "live": [row for row in rows if row["live"]],
        "ended": [row for row in rows if row["run"].state != ScheduleRun.State.COMPUTING],
        "broken": [row for row in rows if row["broken"]],
        "public": public,
        "public_share": cut_percent(public.value, public.bound)
        if public and public.bound
        else None,
        "prices": _prices(rows),
        "pins": queries.pins(edition),
        "told": standing(edition).count(),
        "may_unpin": roles.may(request.staff_role, roles.SCHEDULE),
        "command": f"{command()} schedule --edition {edition.slug}",
        "slug": edition.slug,
        "nav_current": "schedule",
    }
    return render(request, "meetings/desk.html", context)


@for_organisers
def live(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """One run as it climbs; when it has ended the whole page is asked for again."""
    run, job = found_or_404(edition, public_id)
    row = _row(run, job)
    if not row["live"]:
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "meetings/_desk_live.html", {"row": row, "slug": edition.slug})


@staff_may(roles.SCHEDULE)
@require_POST
def stop(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Ask a run to stop; what it has is checked and kept."""
    run, _job = found_or_404(edition, public_id)
    domain.stop_run(run)
    return redirect("meetings:desk", edition=edition.slug)


@staff_may(roles.SCHEDULE)
@require_POST
def keep(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Make a draft release of a trial."""
    run, _job = found_or_404(edition, public_id)
    try:
        domain.ask_to_keep(run, request.user.actor)  # type: ignore[union-attr]
    except domain.RunError as error:
        messages.error(request, str(error))
    return redirect("meetings:desk", edition=edition.slug)


@staff_may(roles.SCHEDULE)
@require_POST
def remove(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Forget a run; a release that was made of it stays."""
    run, _job = found_or_404(edition, public_id)
    try:
        domain.remove_run(run)
        messages.success(request, _("Run %(n)d is removed.") % {"n": run.number})
    except domain.RunError as error:
        messages.error(request, str(error))
    return redirect("meetings:desk", edition=edition.slug)


def found_or_404(edition: Edition, public_id: str) -> tuple[ScheduleRun, JobRecord | None]:
    """Return a run of this edition and its job."""
    found = queries.run(edition, public_id)
    if found is None:
        raise Http404(_("There is no run with this address."))
    return found


def _prices(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What it costs to serve guests first, as the newest run has counted it."""
    for row in rows:
        if told := row["run"].figures.get("service_prices"):
            services = [
                {**one, "word": SERVICES[one["service"]], "percent": 100 * one["price"]}
                for one in told
            ]
            return {"number": row["run"].number, "services": services}
    return None


def _rows(request: Any, edition: Edition) -> list[dict[str, Any]]:
    """The newest runs; those that failed say why, with names for who may know who meets whom."""
    found = queries.runs(edition)
    whys = {
        run.pk: job.said["why"]
        for run, job in found
        if job and job.state == JobRecord.State.FAILED and "why" in job.said
    }
    names = impossible.known(whys.values()) if knows_requests(request) else None
    repairs = any("repair" in run.figures for run, _job in found)
    slots = slots_by_name(edition) if repairs else {}
    return [
        _row(run, job, impossible.told(whys[run.pk], names) if run.pk in whys else None)
        | {"repair": repair_of(run.figures, slots)}
        for run, job in found
    ]


def _row(
    run: ScheduleRun, job: JobRecord | None, why: impossible.Told | None = None
) -> dict[str, Any]:
    words = " ".join(part for part in (why.head, why.tail) if part) if why else ""
    look = shown(job, STEPS, words) if job else None
    said = job.said if job else {}
    value, bound = said.get("weight"), said.get("bound")
    done = run.state != ScheduleRun.State.COMPUTING
    if done:
        value, bound = run.value / 1000, run.bound / 1000
    share = min(100.0, int(value / bound * 10_000) / 100) if value and bound else None
    return {
        "run": run,
        "job": look,
        "live": bool(look and look.is_live),
        # Nothing will come of it: say why, and let it be removed.
        "broken": not (look and look.is_live) and not done,
        "why": why,
        "value": points(round(value * 1000), round((bound or value) * 1000)) if value else None,
        "bound": points(round(bound * 1000), round(bound * 1000)) if bound else None,
        "share": share,
        "better": better_percent(round(value * 1000), round(bound * 1000))
        if value and bound
        else None,
        # Between two signs of life of the search this alone shows that it goes on.
        "elapsed": _seconds_since(job.started_at) if job and job.started_at else None,
        "refused": run.request_count - run.meeting_count,
        "against": run.figures.get("against"),
        "service": SERVICES[service]
        if (service := run.options.get("service", "value")) != "value"
        else "",
    }


def _seconds_since(moment: dt.datetime) -> int:
    return max(0, int((timezone.now() - moment).total_seconds()))
