"""A journal with an entry about each kind of thing, as people and programs at a fair leave one.

What it must not tell carries a mark of its own: who did something quietly, and by what somebody
signs in who has no name.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from emporion.core import journal
from emporion.edition.models import Edition
from tests import factories

# Nobody is told of what people do quietly, not even who they are.
QUIETLY = "zzquietly"
# By what somebody signs in is no name.
SIGN_IN = "zz-mark-of-a-sign-in"
# Nouns of what people do quietly for themselves.
QUIET_NOUNS = ("wish", "suggestions", "notices", "meeting", "rule")


def write(
    edition: Edition, things: dict[str, Any], others: dict[str, Any], mark: str
) -> dict[str, str]:
    """Write the journal of a fair about its things, the newest about others'; return {kind: id}.

    `mark` is in the name of who did most of it.
    """
    slug = edition.slug
    quiet = factories.make_user(
        name="", email=f"q-{slug}@example.org", public_id=f"{QUIETLY}{slug[-3:]}"
    )
    named = factories.make_user(name=f"{mark} clerk" if mark else "clerk")
    nameless = factories.make_user(name="", email=f"{SIGN_IN}-{slug}@example.org")
    tenant = edition.expo.public_id
    about = {
        "edition.change": ("edition", [edition.public_id]),
        "import.finish": ("import", [things["batch"]]),
        "list.send": ("list", [things["draft"]]),
        "webhook.test": ("webhook", [things["endpoint"]]),
        "release.publish": ("release", [f"{slug}/1"]),
        "pavilion.change": ("pavilion", ["A"]),
        "organisation.change": ("organisation", [others["organisation"]]),
        "participation.change": ("participation", [others["participation"], others["exhibitor"]]),
        "organiser.add": ("user", [named.public_id, nameless.public_id]),
        "request.ask": ("request", [others["waiting"]]),
        "person.change": ("person", [others["erased"]]),
    }
    with transaction.atomic():
        with journal.acting(named.actor, tenant=tenant):
            for action, (kind, ids) in about.items():
                journal.record(action, kind, ids)
        with journal.acting(nameless.actor, tenant=tenant, on_behalf=f"person:{others['erased']}"):
            journal.record("participation.change", "participation", others["participation"])
        with journal.acting(quiet.actor, tenant=tenant):
            for noun in QUIET_NOUNS:
                both = [others["participation"], others["stranger"]]
                journal.record(f"{noun}.say", "participation", both)
    return {"nameless": nameless.actor}
