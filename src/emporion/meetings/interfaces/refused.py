"""The organiser's pages about who did not get what was asked for, and the file of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emporion.core.tabular.answering import answer
from emporion.core.translated import as_dict
from emporion.design.paging import page_of
from emporion.edition.domain.lists.rows import note_of
from emporion.edition.gates import for_organisers, staff_reads
from emporion.edition.queries import Edition
from emporion.meetings.interfaces.releases import A_PAGE, found_or_404
from emporion.meetings.models import Release
from emporion.meetings.queries import releases as queries
from emporion.meetings.queries.words import REFUSALS, refusal_word
from emporion.registry import domain as registry
from emporion.registry.countries import country_name
from emporion.registry.domain import roles


@staff_reads(roles.REQUESTS)
def refusals(request: HttpRequest, edition: Edition, number: int) -> HttpResponseBase:
    """The requests that were not granted; ?reason= narrows, ?format=csv gives the whole file.

    The file is written down and limited like every list that is taken out.
    """
    shown = found_or_404(edition, number)
    refused = False
    reason = request.GET.get("reason", "")
    reason = reason if reason in REFUSALS else ""
    if request.GET.get("format") == "csv":
        try:
            registry.note_list_out(
                edition.expo,
                request.user.actor,  # type: ignore[union-attr]
                edition.public_id,
                "refusals",
            )
            return _refusals_csv(request, edition, shown, reason)
        except registry.TooManyReads:
            refused = True
            messages.error(request, _("Many lists were taken out in the last hour. Wait a while."))
    numbers = queries.refused_by_reason(shown)
    total = numbers.get(reason, 0) if reason else sum(numbers.values())
    pages = max(1, -(-total // A_PAGE))
    page = page_of(request, pages)
    rows = queries.refusals(shown, reason, (page - 1) * A_PAGE, page * A_PAGE)
    context = {
        "release": shown,
        "rows": [(row, refusal_word(row.reason)) for row in rows],
        "reasons": [(key, refusal_word(key), count) for key, count in numbers.items()],
        "reason": reason,
        "total": total,
        "page": page,
        "pages": pages,
        "query": f"&reason={reason}" if reason else "",
        "slug": edition.slug,
        "nav_current": "schedule",
    }
    response = render(request, "meetings/refusals.html", context, status=429 if refused else 200)
    if refused:
        response["Retry-After"] = str(int(registry.LISTS_WITHIN.total_seconds()))
    return response


@for_organisers
def unserved(request: HttpRequest, edition: Edition, number: int) -> HttpResponse:
    """Who asked and has no meeting at all."""
    shown = found_or_404(edition, number)
    total, keys = queries.unserved_keys(shown)
    pages = max(1, -(-len(keys) // A_PAGE))
    page = page_of(request, pages)
    context = {
        "release": shown,
        "rows": [
            (who, country_name(who.country, get_language() or "en") if who.country else "")
            for who in queries.unserved(edition, keys[(page - 1) * A_PAGE : page * A_PAGE])
        ],
        "total": total,
        "listed": len(keys),
        "page": page,
        "pages": pages,
        "slug": edition.slug,
        "nav_current": "schedule",
    }
    return render(request, "meetings/unserved.html", context)


def _refusals_csv(
    request: HttpRequest, edition: Edition, release: Release, reason: str
) -> HttpResponseBase:
    heading = (
        "request",
        "reason",
        "state",
        "weight",
        "asker",
        "asker_name",
        "counterpart",
        "counterpart_name",
        "release",
        "note",
    )
    note = note_of(edition)
    rows = (
        [
            *row[:3],
            row[3] / 1000,
            row[4],
            _text(row[5]),
            row[6],
            _text(row[7]),
            release.number,
            note,
        ]
        for row in queries.refusal_rows(release, reason)
    )
    return answer(
        request,
        heading,
        rows,
        kind="csv",
        name=f"release-{release.number}-not-granted",
        place=edition.slug,
    )


def _text(name: Any) -> str:
    """Return the first text of a name."""
    return next(iter(as_dict(name).values()), "")
