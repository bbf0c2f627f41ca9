"""Slots are replaced as a whole, or not at all."""

from __future__ import annotations

import datetime as dt

import pytest

from emporion.core.models import JournalEntry
from emporion.meetings.domain.slots import SlotError, Span, set_slots, spans_of_a_day
from emporion.meetings.models import Slot

DAY = dt.date(2023, 11, 23)


def test_spans_of_a_day_fill_the_time_and_not_more():
    spans = spans_of_a_day(DAY, dt.time(9), dt.time(11), minutes=30, gap=10)
    assert [span.starts for span in spans] == [dt.time(9), dt.time(9, 40), dt.time(10, 20)]
    assert spans_of_a_day(DAY, dt.time(9), dt.time(9, 29)) == []


def test_set_slots_numbers_them_in_time_order(edition):
    set_slots(edition, [Span(DAY, dt.time(10)), Span(DAY, dt.time(9))])
    assert list(Slot.objects.values_list("number", "starts")) == [(1, dt.time(9)), (2, dt.time(10))]


def test_set_slots_again_changes_nothing(edition):
    spans = spans_of_a_day(DAY, dt.time(9), dt.time(12))
    first = [slot.pk for slot in set_slots(edition, spans)]
    assert [slot.pk for slot in set_slots(edition, spans)] == first
    assert JournalEntry.objects.filter(action="slots.set").count() == 1


@pytest.mark.parametrize(
    ("spans", "why"),
    [
        ([Span(DAY - dt.timedelta(days=1), dt.time(9))], "outside the edition"),
        ([Span(DAY, dt.time(9)), Span(DAY, dt.time(9, 20))], "09:20 overlaps .* 09:00"),
        ([Span(DAY, dt.time(23, 50))], "same day"),
        ([Span(DAY, dt.time(9), 0)], "lasts 0 minutes"),
    ],
)
def test_set_slots_that_cannot_be_is_refused(edition, spans, why):
    before = set_slots(edition, [Span(DAY, dt.time(12))])
    with pytest.raises(SlotError, match=why):
        set_slots(edition, spans)
    assert list(Slot.objects.all()) == before
