"""Tables of meetings."""

from emporion.meetings.models.incidents import Incident
from emporion.meetings.models.participants import (
    CalendarAddress,
    DayTold,
    MeetingRating,
    NoticesRead,
    PersonalLink,
)
from emporion.meetings.models.requests import MeetingRequest, RuleAnswer, StandingRule
from emporion.meetings.models.schedule import (
    ChangeReason,
    Meeting,
    Pin,
    Refusal,
    Release,
    ReleaseInstance,
    ReleaseTold,
    ScheduleRun,
    ScheduleRunContent,
    Slot,
)

__all__ = [
    "CalendarAddress",
    "ChangeReason",
    "DayTold",
    "Incident",
    "Meeting",
    "MeetingRating",
    "MeetingRequest",
    "NoticesRead",
    "PersonalLink",
    "Pin",
    "Refusal",
    "Release",
    "ReleaseInstance",
    "ReleaseTold",
    "RuleAnswer",
    "ScheduleRun",
    "ScheduleRunContent",
    "Slot",
    "StandingRule",
]
