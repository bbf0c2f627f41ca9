"""Fill an installation with a fair small enough to be shot at: `python -m tests.faults.small_fair`.

Words: the address of another system that is told of everything, the number of jobs that wait, and
how many addresses below it there are.
Prints what those need who ask: the edition, sessions of askers, ids of hosts.
"""

from __future__ import annotations

import json
import sys
from typing import Any

ASKERS, HOSTS = 4, 400


def main(url: str, marks: int, ends: int) -> None:
    """Make it and print it."""
    import django

    django.setup()
    from django.db import transaction

    from emporion.core.tenancy import scope
    from emporion.messaging.domain import webhooks
    from tests import factories
    from tests.faults.effects import leave_mark

    with transaction.atomic():
        edition = factories.make_edition(slug="shot-at")
        with scope(expo=edition.expo):
            # As long as there are jobs, somebody can still be asked.
            hosts = [
                factories.make_participation(edition).public_id for _ in range(max(HOSTS, marks))
            ]
            askers = []
            for _ in range(ASKERS):
                user = factories.make_user()
                factories.make_participation(edition, "buyer", user=user)
                askers.append(session_of(user))
            for number in range(ends):
                webhooks.register(edition.expo, f"{url}/{number}" if number else url)
        for number in range(marks):
            leave_mark.enqueue(number)
        organiser = session_of(factories.make_organiser(edition))
    found = {"slug": edition.slug, "askers": askers, "hosts": hosts, "organiser": organiser}
    print(json.dumps(found))


def session_of(user: Any) -> str:
    """Sign somebody in; return the key of the session."""
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    # As after a second factor, which the organiser needs.
    session["both"] = True
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
