"""What was sent to whom: each attempt of a carrier, and what came of it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition
from emporion.messaging import queries
from emporion.messaging.domain import carriers, templates
from emporion.portal.interfaces.desk.addresses import key_of
from emporion.portal.interfaces.outside.words import CARRIERS, OUTCOMES, why
from emporion.registry import queries as registered
from emporion.registry.domain import roles

A_PAGE = 50
# As long as the register of what is kept of people says of receipts.
KEPT_DAYS = 90


@never_cache
@staff_may(roles.OUTGOING, reading=True)
@require_safe
def sent(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Receipts newest first: of everybody, of one person, of one outcome."""
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in OUTCOMES else ""
    person = request.GET.get("person", "")[:16]
    of = registered.person_of_id(edition.expo, person) if person else None
    person = of.public_id if of else ""
    before = key_of(request.GET.get("before", ""))
    found = queries.sent(
        edition.expo, person=person, outcome=outcome, before=before, limit=A_PAGE + 1
    )
    more, found = len(found) > A_PAGE, found[:A_PAGE]
    chosen = {"person": person, "outcome": outcome}
    counts: dict[str, int] = dict.fromkeys(OUTCOMES, 0)
    for _carrier, said, count in queries.receipts(edition.expo):
        counts[said] += count
    context = {
        "kept_days": KEPT_DAYS,
        "rows": [
            {
                "one": one,
                "at": one.at.astimezone(edition.tz),
                "title": templates.title_of(one.template),
                "carrier": CARRIERS.get(one.carrier, one.carrier),
                "mark": OUTCOMES[one.outcome][0],
                "word": OUTCOMES[one.outcome][1],
                "why": why(one.reason) if one.reason else "",
            }
            for one in found
        ],
        "ways": [CARRIERS.get(one.name, one.name) for one in carriers.open_carriers()],
        "closed": all(one.name == "site" for one in carriers.open_carriers()),
        "picks": [(name, OUTCOMES[name][1], count) for name, count in counts.items()],
        "outcome": outcome,
        "of": of,
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "older": found[-1].pk if more else None,
        "before": before,
        "zone": edition.zone,
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/outside/messages.html", context)
