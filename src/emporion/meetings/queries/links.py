"""Personal links, as their owners see them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from emporion.edition.queries import Participation
from emporion.meetings.models import PersonalLink


def live_link(participation: Participation, person: Any) -> PersonalLink | None:
    """Return the link of a person that works now, None without one; one query."""
    return PersonalLink.objects.filter(
        participation=participation,
        person=person,
        revoked_at__isnull=True,
        expires_at__gt=timezone.now(),
    ).first()
