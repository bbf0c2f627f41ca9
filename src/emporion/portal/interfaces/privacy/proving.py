"""What a session that was left open, or taken, must not do: give out or end what is somebody's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from emporion.accounts.domain import sessions
from emporion.accounts.domain.second_factor import proved_all


def sign_in_again(request: Any, back: str) -> HttpResponse | None:
    """Return the way to a new sign-in and then `back`; None soon after one with all factors."""
    if sessions.is_fresh(request) and proved_all(request, request.user):
        return None
    said = _("Sign in once more, so that nobody else takes your data along or has it erased.")
    messages.info(request, said)
    return redirect(f"{reverse('accounts:signin')}?{urlencode({'again': '1', 'next': back})}")
