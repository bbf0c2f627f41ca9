"""The organiser's matching page: start a run, its figures beside the earlier one, who gets none."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.core import jobs
from emporion.core.command_name import command
from emporion.design.formats import number
from emporion.design.running import ShownJob, shown
from emporion.edition.gates import for_organisers, staff_may
from emporion.edition.queries import Edition, participations_by_pk
from emporion.matchmaking import queries
from emporion.matchmaking.domain import starting
from emporion.matchmaking.domain.coverage import GROUPS
from emporion.matchmaking.domain.runs import MatchError
from emporion.matchmaking.interfaces import scorecard
from emporion.matchmaking.models import MatchRun
from emporion.registry.domain import roles

STEPS = {
    "reading": gettext_lazy("Reading profiles"),
    "texts": gettext_lazy("Reading texts for their meaning"),
    "profiles": gettext_lazy("Understanding what they wrote"),
    "probabilities": gettext_lazy("How much each wants each"),
    "equilibrium": gettext_lazy("Sharing out places on both sides"),
    "lists": gettext_lazy("Making the lists"),
    "reasons": gettext_lazy("Finding the reasons"),
    "writing": gettext_lazy("Writing the lists"),
}
A_PAGE = 50
# What is listed by `?which=`: title, lead and what is said where nobody is.
WITHOUT = {
    "without": (
        gettext_lazy("Who has no list"),
        gettext_lazy(
            "The run found nobody for them: they say neither what they need nor what they offer, or"
            " nobody has it."
        ),
        gettext_lazy("Everybody has a list."),
    ),
    "unseen": (
        gettext_lazy("Hosts on no guest's list"),
        gettext_lazy(
            "Nobody is shown them. More needs and offers with categories on their profile would"
            " help."
        ),
        gettext_lazy("Every host is on the list of a guest."),
    ),
    "short": (
        gettext_lazy("Hosts on too few guests' lists"),
        gettext_lazy("Every host is to be shown to a minimum number of guests."),
        gettext_lazy("Every host is on enough guests' lists."),
    ),
}


class StartForm(forms.Form):
    """What a match run may be told."""

    equality = forms.ChoiceField(
        label=gettext_lazy("Most matches or most equal"),
        help_text=gettext_lazy(
            "Where hosts differ in how often they are looked at for each meeting they want, the"
            " lists can even it out. What both ends cost stands in the table."
        ),
        choices=[
            ("0", gettext_lazy("Most matches")),
            ("0.25", gettext_lazy("A quarter of the way")),
            ("0.5", gettext_lazy("Half of the way")),
            ("0.75", gettext_lazy("Three quarters of the way")),
            ("1", gettext_lazy("Most equal")),
        ],
        initial="0",
        required=False,
    )
    explore = forms.BooleanField(
        label=gettext_lazy("Draw one name in ten by lot"),
        help_text=gettext_lazy(
            "It is drawn from those who come nearly as high, with known chances, and stands where"
            " its fit puts it. Only so can be told what other lists would have brought."
        ),
        initial=True,
        required=False,
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        help_text=gettext_lazy("It turns the order among exact equals, and what is drawn."),
        min_value=0,
        max_value=2**31 - 1,
        initial=0,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


@staff_may(roles.MATCH)
def matching(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Show the runs and the job that makes the next; a POST starts one."""
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            starting.start_match(
                edition,
                request.user.actor,  # type: ignore[union-attr]
                seed=form.cleaned_data["seed"],
                equality=float(form.cleaned_data["equality"] or 0),
                explore=form.cleaned_data["explore"],
            )
        except MatchError as error:
            form.add_error(None, str(error))
        else:
            return redirect("matchmaking:runs", edition=edition.slug)
    runs = queries.shown_runs(edition)
    newest = runs[0] if runs else None
    last = _last(edition)
    context = {
        "form": form,
        "job": last if last and (last.is_live or last.state == "stopped") else None,
        "runs": runs,
        "newest": newest,
        "figures": _figures(newest) if newest else None,
        "rows": _rows(runs),
        "bars": _bars(newest) if newest else [],
        "outcomes": scorecard.outcome_rows(runs),
        "answered": any(run.figures.get("answers", {}).get("asked") for run in runs),
        "shown": scorecard.shown_rows(newest) if newest else None,
        "ends": scorecard.ends(newest) if newest else None,
        "calibration": scorecard.calibrations(edition, newest) if newest else None,
        "learnt_between": scorecard.learnt_between(runs),
        "groups": scorecard.groups(runs, get_language() or "en"),
        "rule": "recomputed_demo" if edition.is_demonstration else "recomputed",
        "command": f"{command()} match --edition {edition.slug}",
        "slug": edition.slug,
        "nav_current": "matching",
    }
    return render(request, "matchmaking/runs.html", context)


@for_organisers
def live(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The job as it goes on; when it has ended the whole page is asked for again."""
    last = _last(edition)
    if last is None or not last.is_live:
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "matchmaking/_live.html", {"job": last, "slug": edition.slug})


@staff_may(roles.MATCH)
@require_POST
def stop(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Ask the run to stop; the lists that are shown stay."""
    starting.stop_match(edition)
    return redirect("matchmaking:runs", edition=edition.slug)


@for_organisers
def without(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Who has an empty list; hosts whom nobody (`?which=unseen`) or too few (`short`) are shown."""
    run = queries.current_run(edition)
    figures = run.figures if run else {}
    which = request.GET.get("which", "")
    which = which if which in WITHOUT else "without"
    total = {
        "unseen": figures.get("unseen_exhibitors", 0),
        "short": figures.get("short", 0),
        "without": sum(figures.get("without", [])),
    }[which]
    missing = dict(figures.get("short_first", [])) if which == "short" else {}
    keys = list(missing) or figures.get(f"{which}_first", [])
    pages = max(1, -(-len(keys) // A_PAGE))
    wanted = request.GET.get("page", "")
    page = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 else 1
    page = max(1, min(page, pages))
    part = keys[(page - 1) * A_PAGE : page * A_PAGE]
    people = participations_by_pk(part)
    title, lead, nobody = WITHOUT[which]
    context = {
        "run": run,
        "title": title,
        "lead": lead,
        "nobody": nobody,
        "short": which == "short",
        # Runs of before did not write down who it was.
        "counted": f"{which}_first" in figures,
        "floor": figures.get("floor", 0),
        "fewest": figures.get("fewest_missing"),
        "missing": figures.get("missing", 0),
        "rows": [(people[key], missing.get(key)) for key in part if key in people],
        "total": total,
        "listed": len(keys),
        "page": page,
        "pages": pages,
        "query": "" if which == "without" else f"which={which}",
        "slug": edition.slug,
        "nav_current": "matching",
    }
    return render(request, "matchmaking/without.html", context)


def _last(edition: Edition) -> ShownJob | None:
    found = jobs.latest(edition.expo.public_id, starting.MATCH, edition.slug)
    return shown(found[0], STEPS) if found else None


def _figures(run: MatchRun) -> dict[str, Any]:
    """The figures that stand large: lists, coverage, exposure, share without a list."""
    known = run.figures
    people = known["buyers"] + known["exhibitors"]
    empty = sum(known.get("without", [0]))
    seen = known["exhibitors"] - known["unseen_exhibitors"]
    return {
        "lists": people - empty,
        "coverage": round(100 * seen / known["exhibitors"], 1) if known["exhibitors"] else 0.0,
        "without": empty,
        "without_share": round(100 * empty / people, 2) if people else 0.0,
        "gini": round(known["exposure_gini_per_slot"], 2),
        "unseen": known["unseen_exhibitors"],
    }


def _rows(runs: list[MatchRun]) -> list[tuple[str, list[str]]]:
    """Both runs side by side: a row a figure, a cell a run."""
    known = [run.figures for run in runs]

    def row(label: str, told: Any) -> tuple[str, list[str]]:
        return label, [told(figures) for figures in known]

    def length(figures: dict[str, Any], side: int, people: str) -> str:
        entries = figures.get("entries")
        return number(entries[side] / figures[people], 1) if entries and figures[people] else "–"

    return [
        row(_("Guests"), lambda f: number(f["buyers"])),
        row(_("Hosts"), lambda f: number(f["exhibitors"])),
        row(_("Names on a guest's list"), lambda f: length(f, 0, "buyers")),
        row(_("Names on a host's list"), lambda f: length(f, 1, "exhibitors")),
        row(
            _("Without a list"),
            lambda f: number(sum(f["without"])) if "without" in f else "–",
        ),
        row(
            _("Knob, from 0 (most matches) to 1 (most equal)"),
            lambda f: number(f.get("equality", 0.0), 2),
        ),
        *scorecard.figure_rows(known),
        row(
            _("Hosts on too few guests' lists"),
            lambda f: number(f["short"]) if "short" in f else "–",
        ),
        row(_("Seconds"), lambda f: number(f["seconds"], 1)),
    ]


def _bars(run: MatchRun) -> list[dict[str, Any]]:
    """How many hosts stand on how many guests' lists."""
    groups = run.figures.get("exposure", [])
    most = max((count for _top, count in groups), default=0) or 1
    below = dict(zip(GROUPS[1:], GROUPS, strict=False))
    bars = []
    for top, count in groups:
        if top == 0:
            label = _("on no list")
        elif top is None:
            label = _("on more than 500")
        else:
            label = _("on %(low)s to %(top)s") % {"low": number(below[top] + 1), "top": number(top)}
        bars.append({"label": label, "sub": "", "value": count, "share": count / most})
    return bars
