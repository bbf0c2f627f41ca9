"""Two fairs of two organisers, each with everything that an address can name.

What tells of people carries a mark: whoever reads one who has no business with it was let in where
they do not belong.
"""

from __future__ import annotations

import datetime as dt
import time
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from emporion.accounts.domain.second_factor import BOTH
from emporion.accounts.domain.sessions import PROVED, WAY
from emporion.accounts.interfaces.factor_pages import SECRET
from emporion.accounts.models import Authenticator
from emporion.core.models import ImportBatch, JobRecord
from emporion.core.tenancy import scopes_disabled
from emporion.edition.domain.profile import interests_of
from emporion.edition.models import Delegation, Edition, Officer, Participation
from emporion.edition.queries import ACTING
from emporion.edition.queries.seeing import SEEING
from emporion.meetings.models import ScheduleRun
from emporion.messaging.models import Endpoint
from emporion.registry.domain import make_organiser
from emporion.registry.domain.roles import ROLES
from emporion.registry.models import Body, ErasureRequest, Person
from tests import factories
from tests.house.rights import journalled, things

# Everybody who takes part may read who stands at a stand: names of exhibitors have a mark of their
# own. Of those whose fair it is and who have nothing to do with the readers; of the other fair.
OTHERS, FOREIGN = "zz-mark-of-others", "zz-mark-of-the-foreign-fair"
NAMES = "zz-mark-of-a-name"
# What others write to each other is read by those of the staff who work with requests.
SAID = "zz-mark-of-a-request"
# What one side keeps to itself: why somebody is not wanted, whom a list names, how they are reached.
QUIET = "zz-mark-of-a-side"
# Who buys is told to those they may meet, and to staff where firms stand in lists.
FIRM = "zz-mark-of-a-firm"
# The name of a list that was sent can be somebody's.
LIST = "zz-mark-of-a-list"
# Numbers of phones hold no letters.
PHONES = {OTHERS: "+9990001", FOREIGN: "+9990002"}
CODE = "ai.models"
# What opens a page by itself.
KEYS = ("link key", "calendar", "stop", "sign-in link")
STAFF = tuple(role for role in ROLES if role != "owner")


@dataclass
class Reader:
    """Somebody who reads, and what their session knows besides."""

    user: Any
    session: dict[str, Any]


@dataclass
class World:
    """Readers by role, and what addresses name by kind: of the reader's side, of others, foreign."""

    readers: dict[str, Reader]
    own: dict[str, Any]
    others: dict[str, Any]
    foreign: dict[str, Any]
    # Of another year's fair of the same organiser, in which no reader takes part.
    earlier: dict[str, Any]
    # The staff of the own fair by role, and who runs the foreign fair.
    staff: dict[str, Reader]

    @property
    def hidden(self) -> tuple[frozenset[str], frozenset[str]]:
        """Ids of requests of which no reader is a side, of the own fair and of the other."""
        one, before, other = (frozenset((side["request"], side["waiting"]))
                              for side in (self.others, self.earlier, self.foreign))  # fmt: skip
        return one | before, other


def make() -> World:
    """Make both fairs."""
    with scopes_disabled():
        users = {role: factories.make_user(name=role) for role in
                 ("user", "buyer", "exhibitor", "officer", "organiser")}  # fmt: skip
        edition, own, others = _fair("fair-own", users, "")
        _, earlier, _ = _fair("fair-earlier", {}, OTHERS, edition.expo)
        abroad, foreign, abroad_others = _fair("fair-foreign", {}, FOREIGN)
        own |= things.of_account(users["buyer"])
        stranger = things.of_account(factories.make_user(name="somebody"))
        # Who has the key of somebody else is let in by it; what is asked is whether it opens more.
        others |= {**stranger, **{name: own[name] for name in KEYS}}
        foreign |= stranger
        earlier |= stranger
        seller = factories.make_user(email=things.SIGNS_IN)
        seller.set_password(things.PASSWORD)
        seller.save()
        Authenticator.objects.create(user=users["buyer"], secret="s", made_at=timezone.now())
        staff = {role: factories.make_user(name=role) for role in STAFF}
        for role, user in staff.items():
            letters = ["A"] if role == "pavilion_manager" else []
            make_organiser(edition.expo, user, role, letters)
        # Last, so that the overview tells of it.
        own |= journalled.write(edition, own, others, OTHERS)
        foreign |= journalled.write(abroad, foreign, abroad_others, FOREIGN)
        others["nameless"] = earlier["nameless"] = own["nameless"]
    proved = {PROVED: int(time.time()), BOTH: True, WAY: "code", SECRET: things.SECRET}
    seen = {"edition": edition.public_id, "slug": edition.slug, "name": ["Guest", "en"],
            "participation": own["participation"], "until": time.time() + 900}  # fmt: skip
    seeing = Reader(staff["support"], {**proved, SEEING: seen})
    acting = Reader(users["officer"], {**proved, ACTING: {edition.public_id: own["participation"]}})
    organiser = Reader(users.pop("organiser"), proved)
    readers = {"nobody": Reader(None, {}), **{r: Reader(u, proved) for r, u in users.items()},
               "acting officer": acting, "seeing support": seeing, "owner": organiser}  # fmt: skip
    runs = {role: Reader(user, proved) for role, user in staff.items()}
    runs = {"owner": organiser, **runs, "foreign organiser": Reader(foreign["owner"], proved)}
    return World(readers, own, others, foreign, earlier, runs)


def lent(made: World) -> World:
    """Return a copy for one test, in which everybody has just proved who they are."""
    copy = deepcopy(made)
    for reader in (*copy.readers.values(), *copy.staff.values()):
        if PROVED in reader.session:
            reader.session[PROVED] = int(time.time())
        if SEEING in reader.session:
            reader.session[SEEING]["until"] = time.time() + 900
    return copy


def _fair(
    slug: str, users: dict[str, Any], mark: str, expo: Any = None
) -> tuple[Edition, dict[str, Any], dict[str, Any]]:
    edition = factories.make_edition(expo, slug=slug, phase="running")
    owner = users.get("organiser") or factories.make_user()
    factories.make_organiser(edition, owner)
    pavilions = factories.make_pavilions(edition, "ABC")
    pavilion = pavilions["A"]
    slots = factories.make_slots(edition)
    body = Body.objects.create(expo=edition.expo, kind="association", name={"en": "Guild"})
    delegation = Delegation.objects.create(edition=edition, body=body)
    clerk = factories.make_user()
    make_organiser(edition.expo, clerk, "analyst", [])
    officer = users.get("officer") or factories.make_user()
    Officer.objects.create(delegation=delegation, user=officer, appointed_at=timezone.now())
    first = _side(edition, pavilion, delegation, users, mark)
    second = _side(edition, pavilions["B"], None, {}, mark or OTHERS)
    release = factories.make_release(
        edition, [(first["asked"], slots[0]), (second["asked"], slots[1])], state="published"
    )
    shared = {
        "edition": slug, "letter": "A", "number": release.number, "slug": slug,
        "delegation": delegation.public_id, **_of_the_desk(edition, mark, owner),
        **things.of_the_schedule(edition, (first["asked"], second["asked"]), first["host"]),
        "owner": owner, "staff": clerk.public_id, "officer": officer.public_id,
    }  # fmt: skip
    return edition, {**shared, **first}, {**shared, **second}


def _side(
    edition: Edition, pavilion: Any, delegation: Any, users: dict[str, Any], mark: str
) -> dict[str, Any]:
    """Make an exhibitor and a buyer who ask each other, with marked people and messages."""
    values: dict[str, Any] = {"pavilion": pavilion, "stand": "7", "is_made_up": False}
    seller = factories.make_participation(
        edition, "exhibitor", user=users.get("exhibitor") or factories.make_user(),
        offers=[CODE], **values,
    )  # fmt: skip
    guest = factories.make_participation(
        edition, "buyer", FIRM if mark == OTHERS else "", user=users.get("buyer"), needs=[CODE],
        delegation=delegation, is_made_up=False,
    )  # fmt: skip
    message = f"{SAID if mark == OTHERS else mark} message"
    asked = factories.make_request(guest, seller, "accepted", message=message)
    more = factories.make_participation(edition, "exhibitor", offers=[CODE], **values)
    waiting = factories.make_request(more, guest, "open", message=message)
    stranger = factories.make_participation(edition, "exhibitor", offers=[CODE], **values)
    if mark:
        _mark((seller, guest, more, stranger), mark)
        things.kept_quiet(guest, seller, stranger, asked, QUIET)
    wish = ErasureRequest.objects.create(
        person=Person.objects.get(delegates__participation=guest), asked_at=timezone.now()
    )
    return {
        "exhibitor": seller.public_id, "participation": guest.public_id, "asked": asked,
        "request": asked.public_id, "waiting": waiting.public_id,
        "key": interests_of(guest, "needs")[0][0], "stranger": stranger.public_id,
        "organisation": guest.organisation.public_id,
        "host": seller, "erased": wish.person.public_id, **things.of_keys(guest),
        **things.of_team(seller, users.get("user") or factories.make_user()),
    }  # fmt: skip


def _mark(every: tuple[Participation, ...], mark: str) -> None:
    for number, one in enumerate(every):
        named = NAMES if mark == OTHERS and one.role == "exhibitor" else mark
        Person.objects.filter(delegates__participation=one).update(
            name=f"{named} name",
            job_title=f"{named} title",
            phone=f"{PHONES[mark]}{number}",
            email=f"{mark}-{number}@example.org",
        )


def _of_the_desk(edition: Edition, mark: str, owner: Any) -> dict[str, str]:
    """Make what only an organiser handles: a list, an import, a run of the schedule."""
    expo, at = edition.expo.public_id, dt.datetime(2023, 11, 1, tzinfo=dt.UTC)
    batch = ImportBatch.objects.create(
        tenant=expo, subject="buyers", place=edition.slug, source="list",
        file_name=f"{FOREIGN if mark == FOREIGN else LIST}.csv", file_digest="0" * 64, state="done", started_at=at, ended_at=at,
    )  # fmt: skip
    job = JobRecord.objects.create(
        kind="schedule.run", tenant=expo, owner="user:a", subject=edition.public_id, asked_at=at,
        state="done", ended_at=at,
    )  # fmt: skip
    run = ScheduleRun.objects.create(
        edition=edition, number=1, state="computed", job=job.public_id, started_at=at
    )
    endpoint = Endpoint.objects.create(
        expo=edition.expo,
        url=f"https://{FOREIGN if mark == FOREIGN else 'own'}.example.org/",
        secret="s",
        made_at=at,
    )
    return {
        "endpoint": endpoint.public_id,
        "batch": batch.public_id,
        "run": run.public_id,
        **things.of_the_desk(edition, owner.actor, endpoint),
    }
