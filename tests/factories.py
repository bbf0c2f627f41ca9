"""Small made-up fairs for tests: plain functions, each makes one thing and saves it.

They work inside and outside of a tenant's scope. Whatever is not said is filled in with something
valid; names are counted, so that no two things look alike.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from emporion.accounts.models import User
from emporion.core.tenancy import scopes_disabled
from emporion.edition.models import (
    Delegate,
    Edition,
    Need,
    Offer,
    Participation,
    Pavilion,
    PavilionMinutes,
)
from emporion.meetings.models import Meeting, MeetingRequest, Refusal, Release, Slot
from emporion.registry.models import Expo, Organisation, Organiser, Person

# All with as many digits: "Guest 10" comes before "Guest 9", and which of them a test makes depends on
# the tests before it.
_count = itertools.count(100_001)
FIRST_DAY = dt.date(2023, 11, 23)


def make_user(**values: Any) -> User:
    """Make a user who can sign in."""
    values.setdefault("email", f"user{next(_count)}@example.org")
    values.setdefault("name", f"User {next(_count)}")
    return User.objects.create(**values)


def make_expo(**values: Any) -> Expo:
    """Make a tenant."""
    number = next(_count)
    return Expo.objects.create(
        **{"slug": f"expo-{number}", "name": {"en": f"Expo {number}"}, **values}
    )


def make_edition(expo: Expo | None = None, **values: Any) -> Edition:
    """Make an edition of two days, 23 and 24 November 2023 in Shanghai's time."""
    number = next(_count)
    given = {
        "slug": f"fair-{number}",
        "title": {"en": f"Fair {number}"},
        "starts": FIRST_DAY,
        "ends": FIRST_DAY + dt.timedelta(days=1),
        "zone": "Asia/Shanghai",
        "languages": ["en", "zh-hans", "ar"],
        **values,
    }
    return Edition.objects.create(expo=expo or make_expo(), **given)


def make_organiser(edition: Edition, user: User | None = None) -> User:
    """Make a user who runs the expo of `edition`."""
    user = user or make_user()
    Organiser.objects.create(expo=edition.expo, user=user)
    return user


def make_pavilions(
    edition: Edition, letters: str = "AB", minutes: int | None = 6
) -> dict[str, Pavilion]:
    """Make a pavilion for each letter, all `minutes` apart (None: no table of minutes)."""
    made = {
        letter: Pavilion.objects.create(
            edition=edition, letter=letter, name={"en": f"Pavilion {letter}"}
        )
        for letter in letters
    }
    if minutes is not None:
        for a, b in itertools.permutations(made.values(), 2):
            PavilionMinutes.objects.create(origin=a, target=b, minutes=minutes)
    return made


def make_participation(
    edition: Edition,
    role: str = "exhibitor",
    name: str = "",
    *,
    user: User | None = None,
    days: Sequence[str] | None = None,
    blocked: Sequence[Sequence[str]] = (),
    needs: Sequence[str] = (),
    offers: Sequence[str] = (),
    **values: Any,
) -> Participation:
    """Make an organisation with a person and a delegate that takes part in `edition`.

    `user` can sign in for it; `days` and `blocked` are the delegate's; `needs` and `offers` are
    taxonomy codes.
    """
    number = next(_count)
    name = name or f"{'Seller' if 'exhibitor' in role else 'Guest'} {number}"
    organisation = Organisation.objects.create(
        expo=edition.expo,
        name={"en": name},
        sort_key=name.lower(),
        country=values.get("country", ""),
    )
    person = Person.objects.create(
        expo=edition.expo,
        organisation=organisation,
        name=f"Person {number}",
        sort_key=f"person {number:06}",
        user=user,
    )
    participation = Participation.objects.create(
        edition=edition,
        **{
            "role": role,
            "organisation": organisation,
            "display_name": {"en": name},
            "sort_key": name.lower(),
            **values,
        },
    )
    Delegate.objects.create(
        participation=participation,
        person=person,
        days=None if days is None else list(days),
        blocked=[list(b) for b in blocked],
    )
    for code in needs:
        Need.objects.create(participation=participation, code=code)
    for code in offers:
        Offer.objects.create(participation=participation, code=code)
    return participation


def make_slots(
    edition: Edition, a_day: int = 4, *, minutes: int = 30, gap: int = 10, starts: str = "09:00"
) -> list[Slot]:
    """Make `a_day` slots on every day of the edition, `gap` minutes between them."""
    made = []
    day = edition.starts
    while day <= edition.ends:
        at = dt.datetime.combine(day, dt.time.fromisoformat(starts))
        for _ in range(a_day):
            made.append(
                Slot.objects.create(
                    edition=edition,
                    number=len(made) + 1,
                    date=day,
                    starts=at.time(),
                    minutes=minutes,
                )
            )
            at += dt.timedelta(minutes=minutes + gap)
        day += dt.timedelta(days=1)
    return made


def make_request(
    asker: Participation, counterpart: Participation, state: str = "open", **values: Any
) -> MeetingRequest:
    """Make a request between two participations of one edition."""
    low, high = sorted((asker.pk, counterpart.pk))
    now = timezone.now()
    return MeetingRequest.objects.create(
        edition_id=asker.edition_id,
        asker=asker,
        counterpart=counterpart,
        low=low,
        high=high,
        state=state,
        asked_at=now,
        answered_at=None if state == "open" else now,
        **values,
    )


def make_release(
    edition: Edition,
    held: Sequence[tuple[MeetingRequest, Slot]] = (),
    refused: Sequence[tuple[MeetingRequest, str]] = (),
    *,
    state: str = "draft",
    **values: Any,
) -> Release:
    """Make a release by hand: requests that are held in a slot, requests refused for a reason.

    Tables are not shared out: give each host one meeting a slot.
    """
    with scopes_disabled():
        number = Release.objects.filter(edition=edition).count() + 1
    given = {
        "number": number,
        "state": state,
        "computed_at": timezone.now(),
        "violations": 0,
        "meeting_count": len(held),
        "request_count": len(held) + len(refused),
        "value": 1000 * len(held),
        "bound": 1000 * max(1, len(held)),
        "digest": "d" * 64,
        "published_at": None if state == "draft" else timezone.now(),
        **values,
    }
    release = Release.objects.create(edition=edition, **given)
    for request, slot in held:
        asking = request.asker.hosts and not request.counterpart.hosts
        host = request.asker if asking else request.counterpart
        guest = request.counterpart if asking else request.asker
        Meeting.objects.create(
            release=release, request=request, slot=slot, host=host, guest=guest, table=1
        )
    for request, reason in refused:
        Refusal.objects.create(release=release, request=request, reason=reason)
    if state == "published":
        edition.published_release = release.number
        edition.save(update_fields=["published_release"])
    return release
