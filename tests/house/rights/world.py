"""Two fairs of two organisers, each with everything that an address can name.

What tells of people carries a mark: whoever reads one who has no business with it was let in where
they do not belong.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from emporion.accounts.models import AccessToken
from emporion.core.models import ImportBatch, JobRecord
from emporion.core.tenancy import scopes_disabled
from emporion.edition.domain.profile import interests_of
from emporion.edition.models import Delegation, Edition, ListDraft, Officer, Participation
from emporion.meetings.models import ScheduleRun
from emporion.messaging.models import Endpoint
from emporion.registry.domain import make_organiser
from emporion.registry.models import Body, ErasureRequest, Person
from tests import factories

# Everybody who takes part may read who stands at a stand: names of exhibitors have a mark of their
# own. Of those whose fair it is and who have nothing to do with the readers; of the other fair.
OTHERS, FOREIGN = "zz-mark-of-others", "zz-mark-of-the-foreign-fair"
NAMES = "zz-mark-of-a-name"
CODE = "ai.models"


@dataclass
class World:
    """Readers by role, and what addresses name by kind: of the reader's side, of others, foreign."""

    readers: dict[str, Any]
    own: dict[str, Any]
    others: dict[str, Any]
    foreign: dict[str, Any]
    # Staff of other kinds: who runs pavilion A of the own fair, and who runs the foreign fair.
    staff: dict[str, Any]


def make() -> World:
    """Make both fairs."""
    with scopes_disabled():
        users = {role: factories.make_user(name=role) for role in
                 ("user", "buyer", "exhibitor", "officer")}  # fmt: skip
        edition, own, others = _fair("fair-own", users, "")
        organiser = factories.make_organiser(edition, factories.make_user(name="organiser"))
        abroad, foreign, _ = _fair("fair-foreign", {}, FOREIGN)
        staff = {"manager": factories.make_user(name="manager")}
        make_organiser(edition.expo, staff["manager"], "pavilion_manager", ["A"])
        staff["foreign organiser"] = factories.make_organiser(abroad)
        own["token"] = _token(users["buyer"])
        others["token"] = foreign["token"] = _token(factories.make_user(name="somebody"))
    readers = {"nobody": None, **users, "organiser": organiser}
    return World(readers, own, others, foreign, staff)


def _fair(
    slug: str, users: dict[str, Any], mark: str
) -> tuple[Edition, dict[str, Any], dict[str, Any]]:
    edition = factories.make_edition(slug=slug, phase="running")
    pavilions = factories.make_pavilions(edition, "AB")
    pavilion = pavilions["A"]
    slots = factories.make_slots(edition)
    body = Body.objects.create(expo=edition.expo, kind="association", name={"en": "Guild"})
    delegation = Delegation.objects.create(edition=edition, body=body)
    if "officer" in users:
        Officer.objects.create(
            delegation=delegation, user=users["officer"], appointed_at=timezone.now()
        )
    first = _side(edition, pavilion, delegation, users.get("exhibitor"), users.get("buyer"), mark)
    second = _side(edition, pavilions["B"], None, None, None, mark or OTHERS)
    release = factories.make_release(
        edition, [(first["asked"], slots[0]), (second["asked"], slots[1])], state="published"
    )
    shared = {
        "edition": slug, "letter": "A", "number": release.number, "slug": slug,
        "delegation": delegation.public_id, **_of_the_desk(edition, mark),
    }  # fmt: skip
    return edition, {**shared, **first}, {**shared, **second}


def _side(
    edition: Edition, pavilion: Any, delegation: Any, exhibitor: Any, buyer: Any, mark: str
) -> dict[str, Any]:
    """Make an exhibitor and a buyer who ask each other, with marked people and messages."""
    values: dict[str, Any] = {"pavilion": pavilion, "stand": "7", "is_made_up": False}
    seller = factories.make_participation(
        edition, "exhibitor", user=exhibitor, offers=[CODE], **values
    )
    guest = factories.make_participation(
        edition, "buyer", user=buyer, needs=[CODE], delegation=delegation, is_made_up=False
    )
    message = f"{mark} message"
    asked = factories.make_request(guest, seller, "accepted", message=message)
    more = factories.make_participation(edition, "exhibitor", offers=[CODE], **values)
    waiting = factories.make_request(more, guest, "open", message=message)
    if mark:
        _mark(edition, (seller, guest, more), mark)
    return {
        "exhibitor": seller.public_id, "participation": guest.public_id, "asked": asked,
        "request": asked.public_id, "waiting": waiting.public_id,
        "key": interests_of(guest, "needs")[0][0],
    }  # fmt: skip


def _mark(edition: Edition, every: tuple[Participation, ...], mark: str) -> None:
    for number, one in enumerate(every):
        named = NAMES if mark == OTHERS and one.role == "exhibitor" else mark
        Person.objects.filter(delegates__participation=one).update(
            name=f"{named} name", email=f"{mark}-{number}@example.org"
        )


def _of_the_desk(edition: Edition, mark: str) -> dict[str, str]:
    """Make what only an organiser handles: a list, an import, a run of the schedule."""
    expo, at = edition.expo.public_id, dt.datetime(2023, 11, 1, tzinfo=dt.UTC)
    draft = ListDraft.objects.create(
        edition=edition, subject="buyers", source="list", file_name=f"{mark}.csv", digest="0" * 64,
        sent_by="user:a", sent_at=at, report={},
    )  # fmt: skip
    batch = ImportBatch.objects.create(
        tenant=expo, subject="buyers", place=edition.public_id, source="list",
        file_name=f"{mark}.csv", file_digest="0" * 64, state="done", started_at=at, ended_at=at,
    )  # fmt: skip
    job = JobRecord.objects.create(
        kind="schedule.run", tenant=expo, owner="user:a", subject=edition.public_id, asked_at=at,
        state="done", ended_at=at,
    )  # fmt: skip
    run = ScheduleRun.objects.create(
        edition=edition, number=1, state="computed", job=job.public_id, started_at=at
    )
    person = Person.objects.filter(delegates__participation__edition=edition)[0]
    erasure = ErasureRequest.objects.create(person=person, asked_at=at)
    endpoint = Endpoint.objects.create(
        expo=edition.expo, url=f"https://{mark or 'own'}.example.org/", secret="s", made_at=at
    )
    return {
        "endpoint": endpoint.public_id,
        "erasure": erasure.public_id,
        "draft": draft.public_id,
        "batch": batch.public_id,
        "run": run.public_id,
    }


def _token(user: Any) -> str:
    at = timezone.now()
    made = AccessToken.objects.create(
        user=user, name="program", prefix="p", digest=f"{user.pk:064}", scopes=["read"],
        made_at=at, expires_at=at + dt.timedelta(days=1),
    )  # fmt: skip
    return made.public_id
