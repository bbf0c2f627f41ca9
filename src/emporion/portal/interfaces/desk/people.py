"""Finding somebody by a few letters of their name or firm, or by digits of their phone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.gates import own_pavilions, staff_may
from emporion.edition.queries import Edition
from emporion.portal.interfaces.desk.words import ROLES
from emporion.registry import domain as registry
from emporion.registry.domain import roles

MOST = 30


@staff_may(roles.CONTACTS, reading=True, held=True)
def find_people(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Look somebody up. It is a POST: what is looked for stays out of addresses and logs."""
    words = request.POST.get("q", "").strip()[:80]
    rows: list[dict[str, Any]] = []
    refused = False
    within = own_pavilions(request)
    if request.method == "POST" and words:
        actor = request.user.actor  # type: ignore[union-attr]
        among = None if within is None else editions.people_standing(edition, within)
        try:
            found = registry.look_up_people(edition.expo, actor, words, MOST + 1, among)
        except registry.TooManyReads:
            refused = True
        else:
            rows = _rows(edition, found, within)
    context = {
        "words": words,
        "asked": bool(words),
        "rows": rows[:MOST],
        "more": len(rows) > MOST,
        "refused": refused,
        "short": len(words) < 4,
        "is_held": within is not None,
        "may_see": roles.may(str(request.staff_role), roles.SEE),  # type: ignore[attr-defined]
        "slug": edition.slug,
        "nav_current": "desk",
    }
    answer = render(request, "portal/desk/people.html", context, status=429 if refused else 200)
    if refused:
        answer["Retry-After"] = str(int(registry.READS_WITHIN.total_seconds()))
    return answer


def _rows(
    edition: Edition, found: list[Any], within: frozenset[str] | None
) -> list[dict[str, Any]]:
    language = get_language() or "en"
    acts = editions.acting_people(edition, [person.pk for person in found])
    return [
        {
            "person": person,
            "firm": best(person.organisation.name, language) if person.organisation else None,
            "acts": [
                (one, best(one.display_name, language)[1], ROLES.get(one.role, one.role))
                for one in acts.get(person.pk, [])
                if within is None or (one.pavilion and one.pavilion.letter in within)
            ],
        }
        for person in found
    ]
