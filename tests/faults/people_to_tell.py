"""Put a message for each of so many people into the outbox: `python -m tests.faults.people_to_tell`.

Word: how many. Of three one is reached by mail, who can sign in as well, one by phone, one by both.
"""

from __future__ import annotations

import sys


def main(count: int) -> None:
    """Make them, and have each told of a request that waits."""
    import django

    django.setup()
    from django.db import transaction

    from emporion.core.tenancy import scope
    from emporion.messaging.domain import sending
    from tests import factories

    with transaction.atomic():
        edition = factories.make_edition(slug="told-of")
        with scope(expo=edition.expo):
            host = factories.make_participation(edition)
            for number in range(count):
                user = factories.make_user() if number % 3 == 0 else None
                guest = factories.make_participation(edition, "buyer", user=user)
                person = guest.delegates.get().person
                person.email = f"m{number}@example.org" if number % 3 != 1 else ""
                person.phone = f"+8657100{number:06}" if number % 3 != 0 else ""
                person.save()
                factories.make_request(host, guest)
                about = {"participation": guest.public_id, "edition": edition.slug}
                sending.send(person, "requests.received", about)


if __name__ == "__main__":
    main(int(sys.argv[1]))
