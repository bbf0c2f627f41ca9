"""Let somebody in: by password, counted, or as a role of the demonstration."""

from __future__ import annotations

import structlog
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from emporion.accounts.domain import sessions, tries
from emporion.accounts.models import User
from emporion.accounts.rules import as_identifier
from emporion.core import journal

# Neither who was meant nor from where: what people mistype is nobody's business.
log = structlog.get_logger("emporion.sign_in")
# Wrong tries that one name has in a window from one source, and those it has while so many come
# from everywhere: the owner gets in from a network of their own, with patience.
LIMIT, MANY, FEW = 10, 30, 3
# The same for an address. A hall, a hotel or a whole country's phones share one: a few people who
# mistype must not lock out the others, while a list of leaked passwords still gets nowhere.
ADDRESS_LIMIT = 500


def try_password(request: HttpRequest, identifier: str, password: str, address: str) -> User | None:
    """Return the user if the password is theirs, None if not, whoever it is.

    The try is counted, under the name from this address and under the address, before the password
    is looked at: guesses side by side count as well. A right password forgets the tries under its
    name, and itself under the address: a hall full of people shares one address.
    Raises TooManyTries, also for a right password and for names that nobody has.
    """
    who = as_identifier(identifier)
    name, place = tries.key("name", who), tries.places("address", "", address, ADDRESS_LIMIT)
    now = timezone.now()
    most = tries.few(name, now, usual=LIMIT, many=MANY, then=FEW)
    here = tries.places("name-from", who, address, most)
    tries.count({**here, **place}, now, watched=[name])
    # Outside of the transaction: a hash takes longer than a lock may be held.
    user = authenticate(request, username=identifier, password=password)
    if not isinstance(user, User):
        log.info("sign_in.refused", way="password")
        return None
    with transaction.atomic():
        tries.clear(name, *here)
        tries.take_back(place, now)
        tries.forget(now)
    return user


def let_in(request: HttpRequest, user: User, way: str = "password") -> None:
    """Start the session of `user`, under a new session key; `way` says how they proved it.

    Nothing goes over from the session that this browser had before, whosever it was.
    """
    with transaction.atomic(), journal.acting(user.actor):
        let_out(request)
        login(request, user)
        sessions.begin(request, user, way)
        journal.record("user.sign_in", "user", user.public_id, fields=[way])


def let_out(request: HttpRequest) -> None:
    """End the session of this browser: on the server, and in its user's list."""
    with transaction.atomic():
        sessions.forget(request.session.session_key)
        logout(request)
