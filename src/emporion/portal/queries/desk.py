"""What waits at a desk, and how far a set-up is: as figures, for the page and for programs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.matchmaking import queries as matchmaking
from emporion.meetings import queries as meetings
from emporion.messaging import queries as messaging
from emporion.portal.queries import counts


@dataclass(frozen=True)
class SetUp:
    """How far the set-up of an edition is; `done` names the steps in their order."""

    letters: list[str]
    # Pairs of pavilions without walking minutes.
    missing: int
    slots: int
    counts: dict[str, int]
    requests: int
    releases: int
    done: dict[str, bool]


@dataclass(frozen=True)
class Wait:
    """Work of one kind that waits: how much, and since when where somebody knows."""

    kind: str
    count: int
    since: dt.datetime | None


@dataclass(frozen=True)
class Desk:
    """All that the overview counts."""

    set_up: SetUp
    funnel: meetings.Funnel
    # The numbers of the schedule that people see, and of the draft that waits for a decision.
    public: int | None
    draft: int | None
    # What needs a person comes first; what is empty is there with 0.
    waits: list[Wait]


def set_up(edition: Edition) -> SetUp:
    """Return how far the set-up is; a fixed number of queries."""
    taking_part = counts(edition)
    letters = [pavilion.letter for pavilion in editions.pavilions(edition)]
    missing = len(editions.missing_walks(edition))
    slots = len(meetings.slots(edition))
    releases = meetings.release_count(edition)
    return SetUp(
        letters=letters,
        missing=missing,
        slots=slots,
        counts=taking_part,
        requests=meetings.request_count(edition),
        releases=releases,
        done={
            "basics": bool(as_dict(edition.title)),
            "pavilions": bool(letters),
            "walking": bool(letters) and not missing,
            "slots": bool(slots),
            "lists": bool(taking_part["exhibitors"] and taking_part["buyers"]),
            "match": matchmaking.current_run(edition) is not None,
            "schedule": bool(releases),
            "publish": edition.published_release is not None,
        },
    )


def desk(edition: Edition) -> Desk:
    """Return what the overview counts; a fixed number of queries."""
    standing = set_up(edition)
    public, draft = meetings.published_release(edition), meetings.waiting_draft(edition)
    funnel = meetings.funnel(edition, public)
    lists = editions.list_drafts(edition)
    run = matchmaking.current_run(edition)
    given_up, given_up_since = messaging.given_up_since(edition.expo)
    off, off_since = messaging.switched_off_since(edition.expo)
    at = public.computed_at if public else None
    waits = [
        Wait("draft", 1 if draft else 0, draft.computed_at if draft else None),
        Wait("setup", sum(not done for done in standing.done.values()), None),
        Wait("lists", len(lists), lists[-1].sent_at if lists else None),
        Wait("given_up", given_up, given_up_since),
        Wait("switched_off", off, off_since),
        Wait("unanswered", funnel.unanswered, funnel.oldest),
        Wait("since", funnel.changed, at),
        Wait("unserved", public.figures.get("unserved", 0) if public else 0, at),
        Wait(
            "listless",
            sum(run.figures.get("without", [])) if run else 0,
            run.computed_at if run else None,
        ),
    ]
    return Desk(
        set_up=standing,
        funnel=funnel,
        public=public.number if public else None,
        draft=draft.number if draft else None,
        waits=waits,
    )
