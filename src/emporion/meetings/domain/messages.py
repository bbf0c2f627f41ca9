"""What people are told by message: a request for them, a schedule, and what changed in theirs.

Put into words when it leaves, so that it says what holds by then, and the personal link in it is
stored nowhere.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emporion.core import jobs
from emporion.core.events import on
from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.meetings.domain.days import note_told
from emporion.meetings.domain.events import release_published
from emporion.meetings.domain.links import key_of, make_link
from emporion.meetings.models import Meeting, MeetingRequest, Release
from emporion.meetings.queries.links import live_link
from emporion.meetings.queries.releases import before
from emporion.meetings.queries.told import day_in, day_told, told
from emporion.messaging.domain import sending, webhooks
from emporion.messaging.domain.templates import template

TELL = "release.tell"
PART = 200
# Several requests within minutes are told of once.
GATHER = dt.timedelta(minutes=2)


@on(release_published)
def tell_of_release(edition: Edition, release: Release) -> None:
    """In the transaction of the publish: other systems are told, and a job tells people."""
    about = {"edition": edition.slug, "release": release.number}
    webhooks.emit(edition.expo, "release.published", lambda: about)
    if sending.is_open():
        jobs.enqueue(
            TELL,
            about,
            tenant=edition.expo.public_id,
            owner="system",
            subject=f"{edition.slug}/{release.number}",
        )


def tell_people(edition: Edition, number: int, progress: Any = None) -> int:
    """Put a message into the outbox for everybody whose day a release makes or changes.

    Also where a later one is public by now: that tells only of what it changes itself. What a
    message says, and whether there is anything left to say, is settled when it leaves. In small
    transactions; begun again, nobody is told twice. Returns how many participants.
    """
    release = Release.objects.filter(edition=edition, number=number).defer("certificate").first()
    if release is None or release.published_at is None:
        return 0
    earlier = before(release)
    if earlier is None:
        rows = Meeting.objects.filter(release=release).values_list("host_id", "guest_id")
        whom, name = sorted({key for pair in rows for key in pair}), "meetings.published"
    else:
        whom, name = [row[0] for row in told(earlier, release)], "meetings.changed"
    for start in range(0, len(whom), PART):
        part = whom[start : start + PART]
        with transaction.atomic():
            for participation, person in editions.lead_people(part):
                _send(edition, participation, person, name, number)
        if progress is not None:
            progress(start + len(part), len(whom))
    return len(whom)


def _send(
    edition: Edition, participation: Participation, person: Any, name: str, number: int
) -> None:
    sending.send(
        person,
        name,
        {"participation": participation.public_id, "edition": edition.slug, "release": number},
        key=f"{name}:{edition.slug}:{number}:{participation.public_id}",
        zone=edition.zone,
    )


def tell_of_change(request: MeetingRequest, edition: Edition, verb: str) -> None:
    """In the transaction that changes a request: other systems are told; one query if none is."""
    webhooks.emit(
        edition.expo,
        f"request.{verb}",
        lambda: {
            "request": request.public_id,
            "edition": edition.slug,
            "asker": request.asker.public_id,
            "counterpart": request.counterpart.public_id,
        },
    )


def tell_who_was_asked(request: MeetingRequest, edition: Edition) -> None:
    """In the transaction of a request that waits: who was asked is told, of several at once."""
    if not sending.is_open():
        return
    for participation, person in editions.lead_people([request.counterpart_id]):
        sending.send(
            person,
            "requests.received",
            {"participation": participation.public_id, "edition": edition.slug},
            merge=f"requests:{participation.public_id}",
            after=request.asked_at + GATHER,
            zone=edition.zone,
        )


def _about(person: Any, about: dict[str, Any]) -> tuple[Edition, Participation] | None:
    edition = editions.edition_by_slug(about["edition"])
    if edition is None:
        return None
    participation = editions.participation(edition, about["participation"])
    if participation is None or not editions.acts(person.pk, participation):
        return None
    participation.edition = edition
    return edition, participation


def _values(person: Any, edition: Edition, participation: Participation) -> dict[str, Any]:
    link = live_link(participation, person) or make_link(participation, person)
    path = reverse("meetings:personal", args=[edition.slug])
    return {
        "fair": best(edition.title, person.language)[1],
        "name": best(participation.display_name, person.language)[1],
        "link": f"{settings.PUBLIC_ADDRESS}{path}?key={key_of(link)}",
    }


@template(
    "requests.received",
    title=_("Meeting requests that wait"),
    subject=_("Meeting requests for %(name)s"),
    text=_("%(fair)s: %(count)s meeting requests wait for the answer of %(name)s."),
)
def fill_requests(person: Any, about: dict[str, Any]) -> dict[str, Any] | None:
    """How many wait by now; nothing to say when all are answered."""
    found = _about(person, about)
    if found is None:
        return None
    waiting = MeetingRequest.objects.filter(
        counterpart=found[1], state=MeetingRequest.State.OPEN
    ).count()
    return {**_values(person, *found), "count": waiting} if waiting else None


def _day(person: Any, about: dict[str, Any], *, is_first: bool) -> dict[str, Any] | None:
    """The day as it is now, for somebody who was told of another one or of none.

    Several publishes may have come before the first message left: it tells of the last, and those
    of the others have nothing to say any more. A message that is brought again, because it was
    lost, says it again.
    """
    found = _about(person, about)
    if found is None or (public := found[0].published_release) is None:
        return None
    edition, participation = found
    last = day_told(participation, person)
    if last is None:
        # Who never had a meeting hears of no schedule; whose meetings are gone may have read of
        # them.
        is_news = not is_first or bool(day_in(participation, public))
    else:
        is_news = day_in(participation, last.release) != day_in(participation, public)
        is_news = is_news or last.publish == about["release"]
    return {**_values(person, edition, participation), "release": public} if is_news else None


def _told(person: Any, about: dict[str, Any], values: dict[str, Any]) -> None:
    found = _about(person, about)
    if found is not None:
        note_told(found[1], person, values["release"], about["release"])


@template(
    "meetings.published",
    title=_("The schedule is public"),
    subject=_("The meetings of %(name)s"),
    text=_("%(fair)s: the meeting schedule is public. This is the day of %(name)s."),
    told=_told,
)
def fill_published(person: Any, about: dict[str, Any]) -> dict[str, Any] | None:
    """The day of somebody who has meetings for the first time."""
    return _day(person, about, is_first=True)


@template(
    "meetings.changed",
    title=_("Meetings were moved"),
    subject=_("Meetings of %(name)s have changed"),
    text=_("%(fair)s: meetings of %(name)s were set, moved or removed. This is the new day."),
    told=_told,
)
def fill_changed(person: Any, about: dict[str, Any]) -> dict[str, Any] | None:
    """The day of somebody for whom a release changed something."""
    return _day(person, about, is_first=False)
