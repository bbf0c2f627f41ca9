"""Who may call which operation: nobody, unless a gate lets them.

A gate asks for a token with a scope, counts the call, and then asks what the pages ask: whether
the token's user runs the expo, or takes part. So a token never does more than its user.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from emporion.accounts.domain.tokens import TooManyCalls, meter
from emporion.api.interfaces.problems import Problem
from emporion.edition.gates import acting


class Token(HttpBearer):
    """Lets a call through whose token has `scope` and whose user is `who`.

    `who` is "anybody" (with a token), "participant" (who takes part, or an officer for a member)
    or "organiser". The schema names both under `security`.
    """

    def __init__(self, scope: str, who: str = "anybody") -> None:
        super().__init__()
        self.scope, self.who = scope, who

    def __call__(self, request: HttpRequest) -> Any:
        caller: Any = request
        token = caller.token
        if token is None:
            raise Problem(
                401,
                "No token that is good was shown.",
                headers={"WWW-Authenticate": 'Bearer realm="emporion"'},
            )
        try:
            meter.count(token)
        except TooManyCalls as full:
            raise Problem(
                429, "This token has called too often.", headers={"Retry-After": str(full.seconds)}
            ) from full
        if self.scope not in token.scopes:
            raise Problem(
                403,
                f"The token lacks the scope {self.scope}.",
                mend="Make a token with this scope.",
                headers={
                    "WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.scope}"'
                },
            )
        if caller.acting_choice and hasattr(caller, "acting_for") and caller.acting_for is None:
            raise Problem(
                403,
                "You are no officer of the one that Emporion-Acting-For names.",
                mend="Name a member of a delegation that you look after, or leave it out.",
            )
        # What a program may do is not told apart by role yet: it is an owner's.
        if self.who == "organiser" and not (caller.is_organiser and caller.staff_role == "owner"):
            raise Problem(403, _("This page belongs to the organiser of this expo."))
        if self.who == "participant":
            acting(request)
        return token

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Not used: `__call__` does it, with the token that the middleware found."""
        raise NotImplementedError


READ = Token("read")
TAKES_PART = Token("read", "participant")
ACTS = Token("write", "participant")
ORGANISER_READS = Token("organise.read", "organiser")
ORGANISER_ACTS = Token("organise.write", "organiser")
