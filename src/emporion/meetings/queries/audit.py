"""One request in one release: what stood in every slot, and against whom it won or lost.

Nothing here asks the solver. What is shown is read from the schedule itself: who holds the time of
the two in each slot, and with what weight.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.meetings import rules
from emporion.meetings.models import Meeting, MeetingRequest, Refusal, Release, Slot
from emporion.meetings.queries.incidents import away

# Rivals that were refused and named; there may be hundreds.
REFUSED_SHOWN = 8


@dataclass
class Stand:
    """One slot as the two had it: who holds their time, and what stands in the way.

    `obstacle` is "" where the meeting could be held (or is), else the first of away_guest,
    away_host, guest_busy, no_table, day_full, walk.
    """

    slot: Slot
    of_guest: list[Meeting]
    of_host: list[Meeting]
    obstacle: str = ""
    is_own: bool = False

    @property
    def is_away(self) -> bool:
        """One of the two is not there, whatever else stands in the slot."""
        return self.obstacle in ("away_guest", "away_host")


@dataclass
class Audit:
    """What is known of a request in a release; `meeting` or `refusal` or neither."""

    request: MeetingRequest
    release: Release
    guest: Participation
    host: Participation
    meeting: Meeting | None
    refusal: Refusal | None
    stands: list[Stand]
    guest_meetings: int
    host_meetings: int
    refused: list[Refusal]
    prices: tuple[float, float] | None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """What the request counts now, in thousandths."""
        return weight_of(self.request)


def weight_of(request: MeetingRequest) -> int:
    """Return what a request counts in a schedule, in thousandths."""
    return rules.scheduling_weight(request.weight, request.state)


def request(edition: Edition, public_id: str) -> MeetingRequest | None:
    """Return one request of the edition with both sides and its pin; one query."""
    return (
        MeetingRequest.objects.filter(edition=edition, public_id=public_id)
        .select_related("asker__pavilion", "counterpart__pavilion", "pin__slot")
        .first()
    )


def slot(edition: Edition, number: str) -> Slot | None:
    """Return the slot with this number, None for nonsense."""
    if not (number.isascii() and number.isdigit() and len(number) < 5):
        return None
    return Slot.objects.filter(edition=edition, number=int(number)).first()


def outcomes(wanted: MeetingRequest) -> list[tuple[Release, Meeting | Refusal]]:
    """Return what became of a request in every whole release, newest first; two queries."""
    found: list[tuple[Release, Meeting | Refusal]] = []
    for model in (Meeting, Refusal):
        rows = model._default_manager.filter(request=wanted).exclude(
            release__state=Release.State.WRITING
        )
        related = ("release", "slot") if model is Meeting else ("release",)
        for row in rows.select_related(*related).defer("release__certificate", "release__figures"):
            found.append((row.release, row))
    return sorted(found, key=lambda pair: -pair[0].number)


def audit(edition: Edition, wanted: MeetingRequest, release: Release) -> Audit:
    """Lay open how `wanted` fared in `release`; ten queries.

    Calendars, limits and who is away are those of now; the release may have been computed with
    others.
    """
    at_asker = rules.asker_hosts(wanted.asker.hosts, wanted.counterpart.hosts)
    host, guest = (
        (wanted.asker, wanted.counterpart) if at_asker else (wanted.counterpart, wanted.asker)
    )
    both = [host.pk, guest.pk]
    # Twice along an index; with "or" the database reads the whole release.
    of_release = Meeting.objects.filter(release=release).select_related(
        "slot", "request", "host__pavilion", "guest__pavilion"
    )
    by_key = {
        meeting.pk: meeting
        for rows in (of_release.filter(host__in=both), of_release.filter(guest__in=both))
        for meeting in rows
    }
    held = sorted(by_key.values(), key=lambda m: (m.slot.number, m.table, m.pk))
    own = next((m for m in held if m.request_id == wanted.pk), None)
    refusal = Refusal.objects.filter(release=release, request=wanted).first()
    rivals = (
        Refusal.objects.filter(release=release)
        .filter(Q(request__asker__in=both) | Q(request__counterpart__in=both))
        .exclude(request=wanted)
        .select_related("request__asker__pavilion", "request__counterpart__pavilion")
        .order_by("pk")[:REFUSED_SHOWN]
    )
    found = Audit(
        request=wanted,
        release=release,
        guest=guest,
        host=host,
        meeting=own,
        refusal=refusal,
        stands=_stands(edition, guest, host, held, own),
        guest_meetings=sum(guest.pk in (m.host_id, m.guest_id) for m in held),
        host_meetings=sum(host.pk in (m.host_id, m.guest_id) for m in held),
        refused=list(rivals),
        prices=_prices(release, guest, host),
    )
    for each in found.stands:
        if each.obstacle:
            found.counts[each.obstacle] = found.counts.get(each.obstacle, 0) + 1
    return found


def _stands(
    edition: Edition,
    guest: Participation,
    host: Participation,
    held: list[Meeting],
    own: Meeting | None,
) -> list[Stand]:
    calendars: defaultdict[int, list[tuple[list[str] | None, list[list[str]]]]] = defaultdict(list)
    for owner, days, blocked in editions.calendars_of([guest.pk, host.pk]):
        calendars[owner].append((days, blocked))
    walks = editions.walking_minutes(edition)
    gone = away(edition, [guest, host])
    slots = list(Slot.objects.filter(edition=edition))
    of_guest = _by_slot(held, guest)
    of_host = _by_slot(held, host)
    a_day: defaultdict[tuple[int, object], int] = defaultdict(int)
    for meeting in held:
        for who in (meeting.host_id, meeting.guest_id):
            a_day[who, meeting.slot.date] += 1
    stands = []
    for each in slots:
        stand = Stand(each, of_guest[each.pk], of_host[each.pk])
        stand.is_own = own is not None and own.slot_id == each.pk
        if not stand.is_own:
            stand.obstacle = _gone(each, guest, host, gone) or _obstacle(
                stand, guest, host, calendars, a_day, of_guest, slots, walks
            )
        stands.append(stand)
    return stands


def _by_slot(held: list[Meeting], who: Participation) -> defaultdict[int, list[Meeting]]:
    found: defaultdict[int, list[Meeting]] = defaultdict(list)
    for meeting in held:
        if who.pk in (meeting.host_id, meeting.guest_id):
            found[meeting.slot_id].append(meeting)
    return found


def _gone(slot: Slot, guest: Participation, host: Participation, gone: set[tuple[int, int]]) -> str:
    for who, word in ((guest, "away_guest"), (host, "away_host")):
        if (who.pk, slot.number) in gone:
            return word
    return ""


def _obstacle(
    stand: Stand,
    guest: Participation,
    host: Participation,
    calendars: dict[int, list[tuple[list[str] | None, list[list[str]]]]],
    a_day: dict[tuple[int, object], int],
    of_guest: dict[int, list[Meeting]],
    slots: list[Slot],
    walks: dict[tuple[str, str], int],
) -> str:
    """Return the first thing that keeps the two from meeting in a slot, "" for nothing."""
    for who, word in ((guest, "away_guest"), (host, "away_host")):
        own = calendars.get(who.pk)
        if own and not any(rules.is_there(stand.slot, days, blocked) for days, blocked in own):
            return word
    if stand.of_guest:
        return "guest_busy"
    if len(stand.of_host) >= host.tables:
        return "no_table"
    for who in (guest, host):
        most = who.max_meetings_per_day
        if most is not None and a_day.get((who.pk, stand.slot.date), 0) >= most:
            return "day_full"
    return "walk" if _too_far(stand.slot, host, of_guest, slots, walks) else ""


def _too_far(
    at: Slot,
    host: Participation,
    of_guest: dict[int, list[Meeting]],
    slots: list[Slot],
    walks: dict[tuple[str, str], int],
) -> bool:
    """Whether the guest's meetings before and after leave too few minutes to walk."""
    here = host.pavilion.letter if host.pavilion else ""
    same_day = [s for s in slots if s.date == at.date and s.pk != at.pk and of_guest.get(s.pk)]
    for other in same_day:
        there = of_guest[other.pk][0].host.pavilion
        if not here or there is None or there.letter == here:
            continue
        first, then = (other, at) if other.number < at.number else (at, other)
        pair = (there.letter, here) if other.number < at.number else (here, there.letter)
        gap = _start(then) - _start(first) - first.minutes
        if walks.get(pair, 0) > gap:
            return True
    return False


def _start(slot: Slot) -> int:
    return slot.starts.hour * 60 + slot.starts.minute


def _prices(
    release: Release, guest: Participation, host: Participation
) -> tuple[float, float] | None:
    """Return what the bound's certificate asks for an hour of the two; None without one.

    Where each slot has its price, it is what the hour asks that is cheapest for both together.
    """
    kept = Release.objects.filter(pk=release.pk).values_list("certificate", flat=True).first() or {}
    by_slot = kept.get("slot_prices") or {}
    if guest.public_id in by_slot and host.public_id in by_slot:
        hours = zip(by_slot[guest.public_id], by_slot[host.public_id], strict=True)
        return min(hours, key=sum)
    prices = kept.get("prices") or {}
    if guest.public_id not in prices and host.public_id not in prices:
        return None
    return float(prices.get(guest.public_id, 0)), float(prices.get(host.public_id, 0))


def requests_of(
    edition: Edition, who: Participation, release: Release | None, start: int, stop: int
) -> list[tuple[MeetingRequest, Meeting | None, str]]:
    """Return the requests of `who` from `start` to `stop`, heaviest first, with their outcome.

    The outcome is the meeting in `release`, or the reason it was refused for ("" for neither).
    Three queries.
    """
    rows = list(
        _of(edition, who)
        .select_related("asker", "counterpart")
        .order_by("-weight", "public_id")[start:stop]
    )
    keys = [row.pk for row in rows]
    held = {
        m.request_id: m
        for m in Meeting.objects.filter(release=release, request__in=keys).select_related(
            "slot", "host__pavilion"
        )
    }
    refused = dict(
        Refusal.objects.filter(release=release, request__in=keys).values_list(
            "request_id", "reason"
        )
    )
    return [(row, held.get(row.pk), refused.get(row.pk, "")) for row in rows]


def request_total(edition: Edition, who: Participation) -> int:
    """Return how many requests a participant has made and received; one query."""
    return _of(edition, who).count()


def _of(edition: Edition, who: Participation) -> QuerySet[MeetingRequest]:
    return MeetingRequest.objects.filter(edition=edition).filter(Q(asker=who) | Q(counterpart=who))
