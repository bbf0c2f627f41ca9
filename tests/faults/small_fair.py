"""Fill an installation with a fair small enough to be shot at: `python -m tests.faults.small_fair`.

Words: the address of another system that is told of everything, and the number of jobs that wait.
Prints what those need who ask: the edition, sessions of askers, ids of hosts.
"""

from __future__ import annotations

import json
import sys

ASKERS, HOSTS = 4, 400


def main(url: str, marks: int) -> None:
    """Make it and print it."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import transaction

    from emporion.core.tenancy import scope
    from emporion.messaging.domain import webhooks
    from tests import factories
    from tests.faults.effects import leave_mark

    with transaction.atomic():
        edition = factories.make_edition(slug="shot-at")
        with scope(expo=edition.expo):
            hosts = [factories.make_participation(edition).public_id for _ in range(HOSTS)]
            askers = []
            for _ in range(ASKERS):
                user = factories.make_user()
                factories.make_participation(edition, "buyer", user=user)
                session = SessionStore()
                session["_auth_user_id"] = str(user.pk)
                session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
                session["_auth_user_hash"] = user.get_session_auth_hash()
                session.create()
                askers.append(session.session_key)
            webhooks.register(edition.expo, url)
        for number in range(marks):
            leave_mark.enqueue(number)
    print(json.dumps({"slug": edition.slug, "askers": askers, "hosts": hosts}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
