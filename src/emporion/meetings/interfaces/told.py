"""Whose day a release changes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from emporion.design.paging import page_of
from emporion.edition.gates import for_organisers
from emporion.edition.queries import Edition, participations_by_pk
from emporion.meetings.interfaces.releases import A_PAGE, found_or_404
from emporion.meetings.queries.releases import before
from emporion.meetings.queries.told import told as told_of


@for_organisers
def told(request: HttpRequest, edition: Edition, number: int) -> HttpResponse:
    """Everybody whose day a release changes, most changes first; of a draft, if published now."""
    release = found_or_404(edition, number)
    earlier = before(release)
    rows = told_of(earlier, release) if earlier else []
    pages = max(1, -(-len(rows) // A_PAGE))
    page = page_of(request, pages)
    part = rows[(page - 1) * A_PAGE : page * A_PAGE]
    people = participations_by_pk([row[0] for row in part])
    context = {
        "release": release,
        "rows": [(people[who], *counts) for who, *counts in part if who in people],
        "counted": earlier is not None,
        "page": page,
        "pages": pages,
        "slug": edition.slug,
        "nav_current": "schedule",
    }
    return render(request, "meetings/told.html", context)
