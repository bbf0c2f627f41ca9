"""What a session knows of a look that support has at what a participant sees."""

from __future__ import annotations

import time
from typing import Any

from emporion.accounts.domain import second_factor
from emporion.edition.models import Edition, Participation
from emporion.edition.queries.acting import staff_role
from emporion.registry.domain import roles

# In the session: {edition, slug, participation, name: [language, text], until: seconds}.
SEEING = "seeing"


def noted(request: Any) -> dict[str, Any] | None:
    """Return what is noted, None where nothing is or the time is over; no query of its own.

    Only who is signed in has a session that is read; a program has none.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not hasattr(request, "session"):
        return None
    if getattr(request, "for_programs", False):
        return None
    found: dict[str, Any] | None = request.session.get(SEEING)
    if found and found["until"] <= time.time():
        del request.session[SEEING]
        return None
    return found


def seen_by(request: Any, edition: Edition) -> Participation | None:
    """Return the participant whom the reader sees in this edition, as long as they may.

    Two queries while somebody is seen, and none for everybody else.
    """
    found = noted(request)
    if found is None or found["edition"] != edition.public_id:
        return None
    may = roles.may(staff_role(edition, request.user), roles.SEE)
    if not may or not second_factor.is_settled(request):
        del request.session[SEEING]
        return None
    seen = Participation.objects.select_related("pavilion", "organisation")
    return seen.filter(edition=edition, public_id=found["participation"]).first()
