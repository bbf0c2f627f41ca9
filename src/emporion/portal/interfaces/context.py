"""What the shell of every page needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the edition of the request and what the signed-in user is in it."""
    return {
        "edition": getattr(request, "edition", None),
        "participation": getattr(request, "participation", None),
        "is_organiser": getattr(request, "is_organiser", False),
    }
