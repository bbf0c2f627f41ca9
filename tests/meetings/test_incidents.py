"""What has happened at the fair: told once, taken back, and seen by every schedule."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from emporion.core.models import JournalEntry
from emporion.engines.scheduling.repairing import FORMAT, order_from_json
from emporion.meetings.domain.incidents import IncidentError, as_events, take_back, tell
from emporion.meetings.domain.market import read_market
from emporion.meetings.domain.slots import SlotError, Span, set_slots
from emporion.meetings.models import Incident, MeetingRequest
from emporion.meetings.queries.audit import audit
from emporion.meetings.queries.incidents import as_of, incident, incidents, slot_named
from tests.factories import (
    make_edition,
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
)

pytestmark = pytest.mark.django_db


class Fair:
    """Two pavilions with a host each, a guest, four slots on two days."""

    def __init__(self, edition: Any) -> None:
        self.edition = edition
        self.slots = make_slots(edition, a_day=2)
        halls = make_pavilions(edition, "ABC")
        self.one = make_participation(edition, pavilion=halls["A"], tables=2)
        self.two = make_participation(edition, pavilion=halls["B"])
        self.guest = make_participation(edition, "buyer", pavilion=halls["A"])
        make_request(self.guest, self.one)
        make_request(self.guest, self.two)

    def tell(self, kind: str, who: Any, first: int, last: int, **more: Any) -> Incident:
        """Tell of participation or letter `who`, slots by number."""
        of = {"letter": who} if isinstance(who, str) else {"participation": who}
        return tell(
            more.pop("edition", self.edition), kind,
            **of, first=self.slots[first - 1], last=self.slots[last - 1], actor="user:x",
        )  # fmt: skip


@pytest.fixture
def fair(edition: Any) -> Fair:
    return Fair(edition)


def test_incident_stands_until_it_is_taken_back(fair: Fair) -> None:
    away = fair.tell("absent", fair.guest, 2, 4)
    shut = fair.tell("closed", "B", 1, 1)
    assert incidents(fair.edition) == [shut, away]
    assert incident(fair.edition, away.public_id) == away
    assert [take_back(away), take_back(away)] == [True, False]
    assert incidents(fair.edition) == [shut]
    assert incident(fair.edition, away.public_id) is None
    done = JournalEntry.objects.filter(action__startswith="incident.").order_by("pk")
    assert list(done.values_list("action", "object_kind", "object_id")) == [
        ("incident.tell", "incident", away.public_id),
        ("incident.tell", "incident", shut.public_id),
        ("incident.take_back", "incident", away.public_id),
    ]
    # What was taken back can be told again.
    assert fair.tell("absent", fair.guest, 2, 4) != away


def test_incidents_are_events_of_the_engine(fair: Fair) -> None:
    fair.tell("absent", fair.guest, 2, 4)
    fair.tell("late", fair.two, 1, 2)
    fair.tell("no_show", fair.guest, 1, 1)
    fair.tell("closed", "A", 3, 4)
    events = as_events(fair.edition)
    assert events == [
        {"kind": "absent", "participants": [fair.guest.public_id], "from": "s02", "to": "s04"},
        {"kind": "late", "participants": [fair.two.public_id], "from": "s01", "until": "s03"},
        {"kind": "no_show", "participants": [fair.guest.public_id], "slot": "s01"},
        {"kind": "closed", "place": "A", "from": "s03", "to": "s04"},
    ]
    it = read_market(fair.edition, as_told=False).instance
    order = order_from_json({"format": FORMAT, "events": events}, it)
    assert [(one.first, one.last) for one in order.events] == [(1, 3), (0, 1), (0, 0), (2, 3)]


def test_market_holds_nobody_who_is_away(fair: Fair) -> None:
    fair.tell("absent", fair.guest, 2, 2)
    back = fair.tell("absent", fair.two, 1, 4)
    fair.tell("closed", "A", 3, 4)
    take_back(back)
    it = read_market(fair.edition).instance
    tables = dict(zip(it.participant_ids, it.capacity.tolist(), strict=True))
    # A guest may be counted to a pavilion: it is open for who has a place in it.
    assert tables == {
        fair.one.public_id: [2, 2, 0, 0],
        fair.two.public_id: [1, 1, 1, 1],
        fair.guest.public_id: [1, 0, 1, 1],
    }
    whole = read_market(fair.edition, as_told=False).instance
    assert sorted(whole.capacity.sum(axis=1).tolist()) == [4, 4, 8]


def test_pavilion_that_nobody_is_in_any_more_is_no_event(fair: Fair) -> None:
    fair.tell("closed", "B", 1, 4)
    fair.two.pavilion = None
    fair.two.save()
    assert as_events(fair.edition) == []


@pytest.mark.parametrize(
    ("kind", "who", "first", "last", "says"),
    [
        ("gone", "guest", 1, 1, "Nothing of the kind “gone” can be told."),
        ("absent", None, 1, 1, "Nobody of this name takes part in this edition."),
        ("absent", "stranger", 1, 1, "Nobody of this name takes part in this edition."),
        ("closed", "C", 1, 1, "Nobody has a place in a pavilion “C”, so it cannot be closed."),
        ("absent", "guest", 3, 2, "The last time lies before the first. Change one of them."),
        (
            "no_show", "guest", 1, 2,
            "Who has not come is missing at one time. For a longer time, say that they are away.",
        ),
        (
            "late", "guest", 1, 4,
            "Nothing comes after this time: who is not there by then is away, and not late.",
        ),
    ],
)  # fmt: skip
def test_what_cannot_have_happened_is_refused(
    fair: Fair, kind: str, who: Any, first: int, last: int, says: str
) -> None:
    people = {"guest": fair.guest, "stranger": make_participation(make_edition(), "buyer")}
    with pytest.raises(IncidentError) as refused:
        fair.tell(kind, people.get(who, who), first, last)
    assert str(refused.value) == says
    assert Incident.objects.count() == 0


def test_same_told_twice_counts_once(fair: Fair) -> None:
    fair.tell("absent", fair.guest, 2, 3)
    with pytest.raises(IncidentError, match="told already"):
        fair.tell("absent", fair.guest, 2, 3)
    fair.tell("absent", fair.guest, 2, 4)
    assert Incident.objects.count() == 2


def test_slot_of_another_edition_is_refused(fair: Fair) -> None:
    other = make_slots(make_edition())
    for first, last in ((other[0], other[0]), (fair.slots[0], other[3]), (other[0], fair.slots[3])):
        with pytest.raises(IncidentError, match="another edition"):
            tell(
                fair.edition, "absent", participation=fair.guest, first=first, last=last,
                actor="user:x",
            )  # fmt: skip


def test_incidents_of_another_edition_are_not_seen(fair: Fair) -> None:
    away = fair.tell("absent", fair.guest, 2, 3)
    other = make_edition(fair.edition.expo)
    assert (incidents(other), incident(other, away.public_id)) == ([], None)
    assert as_events(other) == []


@pytest.mark.parametrize(
    ("at", "number"),
    [
        ("2023-11-23 08:59", None),
        ("2023-11-23 09:00", 1),
        ("2023-11-23 09:29", 1),
        # Between two, overnight and after the last.
        ("2023-11-23 09:35", 1),
        ("2023-11-23 09:40", 2),
        ("2023-11-24 08:00", 2),
        ("2023-11-24 09:10", 3),
        ("2023-12-01 00:00", 4),
    ],
)
def test_slot_that_is_running_is_told_by_the_clock_of_the_fair(
    fair: Fair, at: str, number: int | None
) -> None:
    here = dt.datetime.fromisoformat(at).replace(tzinfo=fair.edition.tz)
    found = as_of(fair.edition, here.astimezone(dt.UTC))
    assert (found.number if found else None) == number


def test_slot_is_found_by_its_name_in_the_files(fair: Fair) -> None:
    assert slot_named(fair.edition, "s02") == fair.slots[1]
    assert [slot_named(fair.edition, name) for name in ("s05", "s2", "", "x")] == [None] * 4


def test_slot_that_was_removed_meanwhile_is_told(fair: Fair) -> None:
    set_slots(fair.edition, [Span(slot.date, slot.starts, 20) for slot in fair.slots])
    with pytest.raises(IncidentError, match="The slots were set anew meanwhile"):
        fair.tell("absent", fair.guest, 1, 2)
    assert Incident.objects.count() == 0


def test_slots_in_which_something_has_happened_stay(fair: Fair) -> None:
    spans = [Span(slot.date, slot.starts, slot.minutes) for slot in fair.slots]
    shut = fair.tell("closed", "B", 1, 1)
    with pytest.raises(SlotError, match="Take it back first"):
        set_slots(fair.edition, spans[:3])
    assert len(set_slots(fair.edition, spans)) == 4
    take_back(shut)
    assert len(set_slots(fair.edition, spans[:3])) == 3


def test_audit_says_that_one_is_away(fair: Fair) -> None:
    asked = MeetingRequest.objects.get(counterpart=fair.one)
    release = make_release(fair.edition, refused=[(asked, "no_common_slot")])
    fair.tell("absent", fair.guest, 1, 2)
    fair.tell("closed", "A", 2, 3)
    found = audit(fair.edition, asked, release)
    assert [stand.obstacle for stand in found.stands] == [
        "away_guest", "away_guest", "away_host", "",
    ]  # fmt: skip
