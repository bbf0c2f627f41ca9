"""Who calls, where a program calls: the user of the token it shows, and nobody else.

A cookie counts for nothing there. So no page of somebody else's can call in a reader's name, and
calls need no guard against forgery.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from emporion.accounts.domain.tokens import token_of

# Names the member of a delegation for which an officer calls.
ACTING_FOR = "Emporion-Acting-For"


class TokenMiddleware:
    """Put the user of the token, and the token itself, on a request of a program.

    It stands below the sessions and above what opens an edition. One query where a token is shown.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "for_programs", False):
            token = token_of(shown(request))
            caller: Any = request
            caller.token = token
            caller.user = token.user if token else AnonymousUser()
            caller.acting_choice = request.headers.get(ACTING_FOR, "")[:16]
        return self.get_response(request)


def shown(request: HttpRequest) -> str:
    """Return the token in the header Authorization, "" if there is none."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""
