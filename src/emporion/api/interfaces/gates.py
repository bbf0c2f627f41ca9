"""Who may call which operation: nobody, unless a gate lets them.

A gate asks for a token with a scope, counts the call, and then asks what the pages ask: whether
the token's user runs the expo, or takes part. So a token never does more than its user.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.security import HttpBearer

from emporion.accounts.domain.second_factor import is_missing
from emporion.accounts.domain.tokens import TooManyCalls, meter
from emporion.api.interfaces.problems import Problem
from emporion.edition.gates import acting
from emporion.registry.domain import roles

# A page says it in the same words.
ROLE_FORBIDS = gettext_lazy(
    "Your role does not allow this. An owner of the expo can do it, or change it."
)

# What a role reads of people, and of who asks and meets whom.
TELLS_OF_PEOPLE = {
    roles.CONTACTS,
    roles.REQUESTS,
    roles.MEETINGS,
    roles.IMPORT,
    roles.PARTICIPANTS,
    roles.ERASE,
    roles.STAFF,
}


class Token(HttpBearer):
    """Lets a call through whose token has `scope` and whose user is `who`.

    `who` is "anybody" (with a token), "participant" (who takes part, or an officer for a member)
    or "organiser"; of the staff those whose role may do `act` (`registry.domain.roles`), an owner
    alone where none is named. What it answers is kept by no cache where it tells of people, one's
    own data included (`unkept`). The schema names the scope under `security`, the others under
    `x-who` and `x-act`.
    """

    def __init__(
        self, scope: str, who: str = "anybody", act: str = "", *, unkept: bool = False
    ) -> None:
        super().__init__()
        self.scope, self.who, self.act = scope, who, act
        self.unkept = unkept or act in TELLS_OF_PEOPLE

    def __call__(self, request: HttpRequest) -> Any:
        caller: Any = request
        caller.unkept = self.unkept
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
        if self.who == "organiser":
            if not caller.is_organiser:
                if is_missing(caller.user):
                    raise Problem(
                        403,
                        "Whoever made this token lacks the second factor that their post asks for.",
                        mend="They set one up in their account, and make a token anew.",
                    )
                raise Problem(403, _("This page belongs to the organiser of this expo."))
            # No operation narrows what it tells to some pavilions.
            if caller.staff_role == roles.PAVILION_MANAGER:
                raise Problem(403, _("This page tells of the whole fair, and you run a pavilion."))
            if not roles.may(str(caller.staff_role), self.act):
                raise Problem(403, str(ROLE_FORBIDS))
        if self.who == "participant":
            acting(request)
        return token

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Not used: `__call__` does it, with the token that the middleware found."""
        raise NotImplementedError


READ = Token("read")
TAKES_PART = Token("read", "participant")
ACTS = Token("write", "participant", unkept=True)
# The address of a personal link opens pages.
READS_LINK = Token("read", "participant", unkept=True)
# What is known of oneself, also of who takes part in no edition any more; the operation looks.
READS_OWN = Token("read", unkept=True)
WRITES = Token("write", unkept=True)

# What every role of the staff reads at the desk, and what only those who may see contact data read,
# or who asks and meets whom.
STAFF_READS = Token("organise.read", "organiser", roles.LOOK)
# Deeds of people, though without names.
READS_JOURNAL = Token("organise.read", "organiser", roles.LOOK, unkept=True)
# Who is away, by name.
READS_INCIDENTS = Token("organise.read", "organiser", roles.LOOK, unkept=True)
READS_CONTACTS = Token("organise.read", "organiser", roles.CONTACTS)
READS_REQUESTS = Token("organise.read", "organiser", roles.REQUESTS)
READS_MEETINGS = Token("organise.read", "organiser", roles.MEETINGS)
READS_LISTS = Token("organise.read", "organiser", roles.IMPORT)
READS_ERASURES = Token("organise.read", "organiser", roles.ERASE)
SETS_UP = Token("organise.write", "organiser", roles.SET_UP)
IMPORTS = Token("organise.write", "organiser", roles.IMPORT)
CHANGES_PARTICIPANTS = Token("organise.write", "organiser", roles.PARTICIPANTS)
MATCHES = Token("organise.write", "organiser", roles.MATCH)
SCHEDULES = Token("organise.write", "organiser", roles.SCHEDULE)
PUBLISHES = Token("organise.write", "organiser", roles.PUBLISH)
ERASES = Token("organise.write", "organiser", roles.ERASE)
READS_STAFF = Token("organise.read", "organiser", roles.STAFF)
# A scope of its own: a token that was made for other work, and stolen, gives nobody a role.
GIVES_POSTS = Token("organise.staff", "organiser", roles.STAFF)
TAKES_POSTS = Token("organise.staff")
READS_CONNECTIONS = Token("organise.read", "organiser", roles.CONNECT)
CONNECTS = Token("organise.write", "organiser", roles.CONNECT)
READS_OUTGOING = Token("organise.read", "organiser", roles.OUTGOING)
READS_MESSAGES = Token("organise.read", "organiser", roles.OUTGOING, unkept=True)
SENDS_AGAIN = Token("organise.write", "organiser", roles.OUTGOING)
