"""Figures of the desk and the journal: what its first page and the page of the journal show."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router

from emporion.api.interfaces.cursors import cut, opened
from emporion.api.interfaces.gates import READS_JOURNAL, ROLE_FORBIDS, STAFF_READS
from emporion.api.interfaces.problems import Problem, error
from emporion.api.interfaces.shapes.overview import EntryShape, JournalFilters, OverviewShape
from emporion.api.interfaces.shapes.wire import EditionName, Listing, Paging, listing
from emporion.core import history
from emporion.edition.gates import knows_requests
from emporion.edition.queries import Edition
from emporion.portal import queries
from emporion.portal.queries import desk as figures

router = Router(tags=["desk"])
HERE = "/editions/{slug:edition}"
FUNNEL = ("asked", "answered", "accepted", "scheduled", "unanswered", "refused", "changed")


@router.get(
    HERE + "/overview", auth=STAFF_READS, response=OverviewShape, operation_id="get_overview"
)
def get_overview(request: Any, edition: EditionName) -> Any:
    """What waits, how far requests and the set-up are: the figures of the desk's first page."""
    here: Edition = request.edition
    found = figures.desk(here)
    return {
        "counts": found.set_up.counts,
        "pavilions": [
            {"letter": row.letter, "participants": row.count}
            for row in queries.pavilions(here, get_language() or "en")
        ],
        "requests": {name: getattr(found.funnel, name) for name in FUNNEL},
        "published_release": found.public,
        "waiting_draft": found.draft,
        "waiting": [
            {"kind": wait.kind, "count": wait.count, "since": wait.since} for wait in found.waits
        ],
        "steps": [{"step": step, "done": done} for step, done in found.set_up.done.items()],
    }


@router.get(
    HERE + "/journal",
    auth=READS_JOURNAL,
    response=Listing[EntryShape],
    operation_id="list_journal",
)
def list_journal(
    request: Any,
    response: HttpResponse,
    edition: EditionName,
    paging: Query[Paging],
    filters: Query[JournalFilters],
) -> Any:
    """What was done, newest first; the story of a request for those who know who asks whom."""
    here: Edition = request.edition
    pairs = knows_requests(request)
    if filters.kind == "request" and not pairs:
        raise Problem(403, str(ROLE_FORBIDS))
    if filters.id and not filters.kind:
        raise Problem(
            422,
            "An id is of some kind.",
            errors=[error("query", "/kind", "Nothing says what the id is of.", "Send kind too.")],
        )
    wanted = history.Wanted(
        kind=filters.kind or "",
        id=filters.id or "",
        noun=filters.about or "",
        actor=filters.actor or "",
        since=history.midnight(filters.since, here.tz),
        until=history.midnight(filters.until, here.tz, 1),
    )
    entries = history.entries(
        here.expo.public_id,
        wanted,
        before=opened(request, paging.cursor) if paging.cursor else 0,
        limit=paging.limit + 1,
    )
    rows, after = cut(request, response, entries, limit=paging.limit, key_of=lambda entry: entry.pk)
    return listing([_entry(entry, pairs) for entry in rows], after)


def _entry(entry: Any, pairs: bool) -> dict[str, Any]:
    return {
        "at": entry.at,
        "action": entry.action,
        "actor": entry.actor,
        "on_behalf": entry.on_behalf,
        "kind": entry.object_kind,
        # The name of a request is who asks whom.
        "objects": entry.object_ids if pairs or entry.object_kind != "request" else [],
        "count": entry.object_count,
        "fields": entry.fields,
    }
