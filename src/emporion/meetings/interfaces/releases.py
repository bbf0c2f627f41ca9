"""The organiser's pages about schedule releases: what a draft is worth, and the decision."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from emporion.core.command_name import command
from emporion.design.formats import day as day_words
from emporion.design.formats import number as number_words
from emporion.design.paging import page_of
from emporion.edition.gates import for_organisers, knows_requests, staff_may, staff_reads
from emporion.edition.queries import Edition
from emporion.meetings.domain import releases as domain
from emporion.meetings.domain.service import SERVICES, Name
from emporion.meetings.interfaces.repaired import repair_of, slots_by_name
from emporion.meetings.models import Release
from emporion.meetings.queries import changes as change_queries
from emporion.meetings.queries import releases as queries
from emporion.meetings.queries import words
from emporion.meetings.queries.told import told_count
from emporion.meetings.queries.words import REFUSALS, change_word, method_word, refusal_word
from emporion.registry.domain import roles

A_PAGE = 50
FIRST_CHANGES = 10
# From this bound on, in thousandths, points are shown whole.
WHOLE_POINTS = 10_000_000


@for_organisers
def releases(request: HttpRequest, edition: Edition) -> HttpResponse:
    """All releases, newest first."""
    found = queries.releases(edition)
    context = {
        "rows": [(release, share_of(release), mark_of(release)) for release in found],
        "slug": edition.slug,
        "nav_current": "schedule",
    }
    return render(request, "meetings/releases.html", context)


@for_organisers
def release(request: HttpRequest, edition: Edition, number: int) -> HttpResponse:
    """One release: its worth, what it refuses, what it changes, and the decision."""
    shown = found_or_404(edition, number)
    public = queries.published(edition)
    earlier = queries.before(shown)
    figures = shown.figures
    refused = queries.refused_by_reason(shown)
    context = {
        "release": shown,
        "mark": mark_of(shown),
        "public": public,
        "share": share_of(shown),
        "greedy": cut_percent(shown.greedy, shown.bound) if shown.bound else None,
        "points": points(shown.value, shown.bound),
        "better": better_percent(shown.value, shown.bound) if shown.value else None,
        "bound": points(shown.bound, shown.bound),
        "bound_method": method_word(figures.get("bound_method", "")),
        "earlier": earlier,
        "earlier_share": share_of(earlier) if earlier else None,
        "publishable": shown.state == Release.State.DRAFT
        and (public is None or public.number < shown.number),
        "since": _since(shown) if shown.state == Release.State.DRAFT else [],
        "refused": sum(refused.values()),
        "refusals": _refusal_bars(shown, refused, edition.slug if knows_requests(request) else ""),
        "load": _load(figures.get("load", []), request.GET.get("day", "")),
        "histogram": [(number_words(n), guests) for n, guests in figures.get("histogram", []) if n],
        "figures": {"guests": 0, "unserved": 0, **figures},
        "commands": commands(edition, shown),
        "service_options": SERVICES[_service(shown)].options,
        "service_word": words.SERVICES[_service(shown)],
        "repair": repair_of(figures, slots_by_name(edition)) if "repair" in figures else None,
        "proof": "recomputed_demo" if edition.is_demonstration else "recomputed",
        "slug": edition.slug,
        "nav_current": "schedule",
        **_change(shown, earlier, pairs=knows_requests(request)),
    }
    return render(request, "meetings/release.html", context)


@staff_may(roles.PUBLISH)
@require_POST
def publish(request: HttpRequest, edition: Edition, number: int) -> HttpResponse:
    """Publish a draft; what was public when the page was shown comes with the form."""
    found_or_404(edition, number)
    seen = request.POST.get("seen", "")
    is_number = seen.isascii() and seen.isdigit() and len(seen) < 10
    try:
        domain.publish(
            edition,
            number,
            request.user.actor,  # type: ignore[union-attr]
            seen=int(seen) if is_number else None,
        )
        messages.success(request, _("Release %(number)d is public.") % {"number": number})
    except domain.PublishConflict as error:
        messages.error(request, str(error))
    return redirect("meetings:release", edition=edition.slug, number=number)


@staff_reads(roles.REQUESTS)
def changes(request: HttpRequest, edition: Edition, number: int) -> HttpResponse:
    """Every meeting that is not what it was in the release before, soonest first."""
    shown = found_or_404(edition, number)
    earlier = queries.before(shown)
    if earlier is None:
        raise Http404(_("There is no release to compare with."))
    kind = request.GET.get("kind", "")
    kind = kind if kind in change_queries.KINDS else ""
    counted = change_queries.known_difference(earlier, shown)
    total = counted.count(kind)
    pages = max(1, -(-total // A_PAGE))
    page = page_of(request, pages)
    rows = change_queries.changes(
        earlier, shown, counted, kind=kind, offset=(page - 1) * A_PAGE, limit=A_PAGE
    )
    context = {
        "release": shown,
        "earlier": earlier,
        "rows": [_change_row(change) for change in rows],
        "kinds": [(k, _kind_word(k), counted.count(k)) for k in change_queries.KINDS],
        "kind": kind,
        "total": total,
        "page": page,
        "pages": pages,
        "query": f"&kind={kind}" if kind else "",
        "slug": edition.slug,
        "nav_current": "schedule",
    }
    return render(request, "meetings/changes.html", context)


def found_or_404(edition: Edition, number: int) -> Release:
    """Return a whole release of this edition."""
    found = queries.release(edition, number)
    if found is None:
        raise Http404(_("There is no release with this number."))
    return found


def share_of(release: Release) -> float:
    """Return the value as percent of the bound, cut and not rounded: 99.999 is not 100.00."""
    if not release.bound:
        return 100.0
    return min(100.0, cut_percent(release.value, release.bound))


def cut_percent(value: int, bound: int) -> float:
    """Return `value` as percent of `bound`, cut after two places: what every figure here does."""
    return value * 10_000 // bound / 100


def better_percent(value: int, bound: int) -> float:
    """Return by how many percent of `value` another schedule could be better, rounded up."""
    return -((value - bound) * 10_000 // value) / 100


def points(thousandths: int, bound: int) -> float:
    """Return a weight in points, whole where the bound is large, else exact to the thousandth.

    Below 10,000 points a hundredth of a percent is less than a point: whole points would not
    agree with the share beside them.
    """
    return thousandths // 1000 if bound >= WHOLE_POINTS else thousandths / 1000


def mark_of(release: Release) -> tuple[str, str]:
    """Return shape and word for the state of a release."""
    return {
        Release.State.DRAFT: ("waits", _("waits for your decision")),
        Release.State.PUBLISHED: ("confirmed", _("public")),
        Release.State.SUPERSEDED: ("cancelled", _("replaced")),
    }[Release.State(release.state)]


def _since(release: Release) -> list[str]:
    """Say what happened after a draft was computed: whoever publishes should know."""
    changed, off = queries.changed_since(release)
    said = []
    if changed:
        said.append(
            ngettext(
                "%(n)s request was asked, answered or withdrawn since it was computed.",
                "%(n)s requests were asked, answered or withdrawn since it was computed.",
                changed,
            )
            % {"n": number_words(changed)}
        )
    if off:
        said.append(
            ngettext(
                "%(n)s of its meetings is declined or withdrawn by now and would be public as "
                "cancelled; compute again to use the place.",
                "%(n)s of its meetings are declined or withdrawn by now and would be public as "
                "cancelled; compute again to use the places.",
                off,
            )
            % {"n": number_words(off)}
        )
    return said


def _refusal_bars(release: Release, numbers: dict[str, int], slug: str) -> list[dict[str, Any]]:
    """How many were refused for what, each with a link where a slug is given."""
    most = max(numbers.values(), default=0) or 1
    address = reverse("meetings:refusals", args=[slug, release.number]) if slug else ""
    return [
        {
            "label": refusal_word(reason),
            "sub": str(REFUSALS[reason][1]) if reason in REFUSALS else "",
            "value": count,
            "share": count / most,
            "href": f"{address}?reason={reason}" if address else "",
        }
        for reason, count in numbers.items()
    ]


def _load(days: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """Return the table of one day: the one asked for, else the first; and links to the others."""
    if not days:
        return {}
    shown = next((d for d in days if d["date"] == wanted), days[0])
    return {
        "corner": day_words(dt.date.fromisoformat(shown["date"]), "short"),
        "hours": [_("%(hour)s h") % {"hour": number_words(int(hour))} for hour in shown["hours"]],
        "rows": [(letter, cells) for letter, cells in shown["rows"]],
        "days": [
            {
                "date": d["date"],
                "word": day_words(dt.date.fromisoformat(d["date"]), "short"),
                "current": d is shown,
            }
            for d in days
        ],
    }


def _change(release: Release, earlier: Release | None, *, pairs: bool) -> dict[str, Any]:
    """What changed, in figures; with `pairs` also whose meetings."""
    if earlier is None:
        return {}
    there = change_queries.still_there(release)
    counted = change_queries.known_difference(earlier, release, there)
    # What moved has no reason of its own, but in a repair: both sides still meet, to make room for
    # others.
    moved = 0 if change_queries.repairs(earlier, release) else counted.moved
    reasons = {**counted.reasons, **({"": moved} if moved else {})}
    reasons = dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))
    most = max(reasons.values(), default=0) or 1
    found = []
    if pairs:
        found = change_queries.changes(earlier, release, counted, limit=FIRST_CHANGES)
    return {
        "change": counted,
        "told": told_count(earlier, release, there),
        "change_bars": [
            {"label": change_word(reason), "sub": "", "value": count, "share": count / most}
            for reason, count in reasons.items()
        ],
        "changes": [_change_row(change) for change in found],
    }


def _kind_word(kind: str) -> str:
    return {"moved": _("moved"), "added": _("added"), "removed": _("removed")}[kind]


def _change_row(change: change_queries.Change) -> dict[str, Any]:
    marks = {"moved": "waits", "added": "confirmed", "removed": "cancelled"}
    return {
        "mark": marks[change.kind],
        "word": _kind_word(change.kind),
        "request": change.request.public_id,
        "guest": change.guest,
        "host": change.host,
        "before": change.before,
        "after": change.after,
        "reason": change_word(change.reason),
    }


def _service(release: Release) -> Name:
    """Whom it serves first; releases of before there was a choice say nothing of it."""
    found: Name = release.figures.get("service", "value")
    return found


def commands(edition: Edition, release: Release) -> list[str]:
    """Return the commands that write a release as files, check them, and compute it again."""
    instance, solution = "instance.json", "solution.json"
    stages = release.figures.get("proof_stages")
    cut = "" if stages is None else f" --proof-stages {stages}"
    cut += SERVICES[_service(release)].options
    checks = [
        f"{command()} schedule-export --edition {edition.slug} --release {release.number} "
        f"--instance {instance} --solution {solution}",
        f"{command()} schedule --check {instance} {solution}",
    ]
    if "repair" in release.figures:
        # It came of an earlier release and of what had happened, which its files do not hold.
        return checks
    return [
        *checks,
        f"{command()} schedule {instance} -o again.json --seed {release.seed} "
        f"--work-limit {release.steps}{cut}",
    ]
