"""What the worker does for the sign-in pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from emporion.accounts.domain import codes
from emporion.core import jobs


@jobs.kind(codes.SEND, prompt=True)
def send_code(running: jobs.Running, *, code: str, origin: str) -> dict[str, Any]:
    """Send a code to whoever has the address, if anybody has; the job says nothing of it."""
    codes.send_code(code, lambda token: origin + reverse("accounts:link", args=[token]))
    return {}
