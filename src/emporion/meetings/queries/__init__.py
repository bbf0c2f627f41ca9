"""Reads that pages and commands share, each with a number of statements that rows do not change."""

from emporion.meetings.queries.agenda import (
    Appointment,
    agenda,
    agendas,
    days_met,
    meeting_count,
    meeting_days,
    published_count,
    published_release,
    slots,
    with_meetings,
    without_meeting,
)
from emporion.meetings.queries.availability import Hour, hours
from emporion.meetings.queries.choices import partners, will_meet
from emporion.meetings.queries.incidents import slot_name
from emporion.meetings.queries.members import Standing, standings
from emporion.meetings.queries.releases import release_count
from emporion.meetings.queries.requests import (
    Between,
    Outcome,
    fate,
    newest_requests,
    outcomes,
    request_between,
    request_count,
    request_states,
    requests_by_id,
    waiting_count,
)
from emporion.meetings.queries.requests import counts as request_counts
from emporion.meetings.queries.waiting import Funnel, funnel, owing, waiting_draft
from emporion.meetings.queries.walks import Walks, long_free, walk_between
from emporion.meetings.rules import may_meet

__all__ = [
    "Appointment",
    "Between",
    "Funnel",
    "Hour",
    "Outcome",
    "Standing",
    "Walks",
    "agenda",
    "agendas",
    "days_met",
    "fate",
    "funnel",
    "hours",
    "long_free",
    "may_meet",
    "meeting_count",
    "meeting_days",
    "newest_requests",
    "outcomes",
    "owing",
    "partners",
    "published_count",
    "published_release",
    "release_count",
    "request_between",
    "request_count",
    "request_counts",
    "request_states",
    "requests_by_id",
    "slot_name",
    "slots",
    "standings",
    "waiting_count",
    "waiting_draft",
    "walk_between",
    "will_meet",
    "with_meetings",
    "without_meeting",
]
