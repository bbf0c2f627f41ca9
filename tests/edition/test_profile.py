"""Needs, offers, what somebody says of themselves, and hours: one change at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emporion.core.models import JournalEntry
from emporion.edition.domain import calendars, profile
from emporion.edition.domain.enrolment import Interest
from emporion.edition.models import Need, Participation
from emporion.meetings import queries as meetings
from emporion.meetings.domain.market import read_market
from tests.factories import make_participation, make_request, make_slots


def said(participation, side="needs"):
    return [interest for _, interest in profile.interests_of(participation, side)]


def test_adding_keeps_order_and_leaves_out_what_is_there(edition):
    me = make_participation(edition, "buyer", needs=["vr"])
    new = [Interest("ai", {"en": " AI "}), Interest("vr"), Interest("", {"ar": "أسرة"})]
    assert profile.add_interests(me, "needs", new) == 2
    assert said(me) == [
        Interest("vr", {}, [], ""),
        Interest("ai", {"en": "AI"}, [], ""),
        Interest("", {"ar": "أسرة"}, [], ""),
    ]
    assert JournalEntry.objects.get(action="participation.change").fields == ["needs"]


def test_changing_and_removing_touch_the_row_that_was_shown(edition):
    me = make_participation(edition, "buyer", needs=["vr", "ai"])
    other = make_participation(edition, "buyer", needs=["vr"])
    (key, _), (second, _) = profile.interests_of(me, "needs")
    profile.change_interest(me, "needs", key, Interest("vr", {}, ["FI"], ""))
    assert [i.code for i in said(me)] == ["vr", "ai"]
    assert said(me)[0].markets == ["FI"]
    with pytest.raises(profile.ProfileError, match="in the meantime"):
        profile.change_interest(me, "needs", key, Interest("software"))
    profile.remove_interest(me, "needs", second)
    with pytest.raises(profile.ProfileError, match="in the meantime"):
        profile.remove_interest(me, "needs", second)
    assert [i.code for i in said(me)] == ["vr"]
    assert [i.code for i in said(other)] == ["vr"]


@pytest.mark.parametrize(
    ("interest", "why"),
    [
        (Interest(), "Choose a code"),
        (Interest("", {"en": " \n "}), "Choose a code"),
        (Interest("no.such"), "no code"),
        (Interest("vr", {}, ["XX"]), "no market"),
        (Interest("vr", {}, (), "gift"), "kind of deal"),
        (Interest("vr", {"en": "x" * 1001}), "1001 characters"),
        (Interest("vr", {"en": "a\u202eb"}), "reading direction"),
        (Interest("vr", {"en": "a\x00b"}), "control character"),
    ],
)
def test_what_cannot_be_kept_says_why_and_changes_nothing(edition, interest, why):
    me = make_participation(edition, "buyer", needs=["ai"])
    for change in (
        lambda: profile.add_interests(me, "needs", [Interest("vr"), interest]),
        lambda: profile.change_interest(
            me, "needs", profile.interests_of(me, "needs")[0][0], interest
        ),
    ):
        with pytest.raises(profile.ProfileError, match=why):
            change()
    assert [n.code for n in Need.objects.all()] == ["ai"]


def test_too_many_are_refused(edition):
    me = make_participation(edition, "buyer")
    rows = [Interest("", {"en": f"thing {n}"}) for n in range(profile.MOST)]
    profile.add_interests(me, "needs", rows)
    with pytest.raises(profile.ProfileError, match="At most 30"):
        profile.add_interests(me, "needs", [Interest("vr")])


def test_profile_is_set_whole_or_not_at_all(edition):
    me = make_participation(edition, "buyer")
    values = {"about": {"en": "We heal"}, "markets": ["FI", "africa"], "languages": ["en"],
              "max_meetings": 12, "max_meetings_per_day": None}  # fmt: skip
    profile.set_profile(me, **values)
    me.refresh_from_db()
    assert (me.about.data, me.markets, me.languages, me.max_meetings) == (
        {"en": "We heal"}, ["FI", "africa"], ["en"], 12)  # fmt: skip
    profile.set_profile(Participation.objects.get(pk=me.pk), **values)
    assert JournalEntry.objects.filter(action="participation.change").count() == 1
    with pytest.raises(profile.ProfileError, match="between 1 and"):
        profile.set_profile(me, **{**values, "about": {}, "max_meetings": 0})
    me.refresh_from_db()
    assert me.about.data == {"en": "We heal"}


clocks = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")
spans = st.tuples(st.sampled_from(["2023-11-23", "2023-11-24"]), clocks, clocks).filter(
    lambda span: span[1] < span[2]
)


def hours_of(found):
    """Every hour of the spans, the slow and obvious way."""
    return {(day, hour) for day, a, b in found for hour in range(24) if a <= f"{hour:02}:00" < b}


@given(st.lists(spans, max_size=6), spans)
def test_taking_time_out_leaves_exactly_the_rest(blocked, hole):
    left = calendars.without(blocked, hole)
    assert hours_of(left) == hours_of(blocked) - hours_of([hole])


def test_closed_hours_are_kept_free_by_the_next_draft(edition):
    make_slots(edition)
    host = make_participation(edition)
    me = make_participation(
        edition, "buyer", days=["2023-11-23"], blocked=[["2023-11-23", "09:00", "10:00"]]
    )
    make_request(me, host)

    def free():
        market = read_market(edition)
        row = [limit.pk for limit in market.limits].index(me.pk)
        pages = [hour.open for hour in meetings.hours(me)]
        # Page and draft read the calendar by different code.
        assert pages == (market.instance.capacity[row] > 0).tolist()
        return pages

    assert free() == [False, False, True, True, False, False, False, False]
    known = meetings.hours(me)
    calendars.set_hours(me, close=[known[2].span], open_=[known[0].span, known[7].span])
    assert free() == [True, False, False, True, False, False, False, True]
    assert JournalEntry.objects.get(action="participation.hours").object_ids == [me.public_id]
    assert calendars.set_hours(me, close=[known[2].span], open_=[]) == 0
    assert JournalEntry.objects.filter(action="participation.hours").count() == 1
