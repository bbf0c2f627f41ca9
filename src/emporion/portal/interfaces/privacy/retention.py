"""Retention of everything: tables by the register, and people whose last edition is long over.

A worker does it once a day: the job puts the next one into the queue before it begins, so that one
that fails for good is not the last.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from emporion.core import jobs, journal, privacy
from emporion.core.tenancy import scope
from emporion.edition.queries import people_long_gone
from emporion.registry import domain as registry

KIND = "privacy.retention"
EVERY = dt.timedelta(days=1)
# As `registry.personal` says of a person.
PERSON_DAYS = 3 * 365
# People a run: each is a transaction of its own.
MOST = 500
PEOPLE = "registry.Person"


def past(now: dt.datetime | None = None) -> dict[str, int]:
    """Return {label: rows past their time}, of people at most `MOST`; changes nothing."""
    people = len(_people(now))
    return {**privacy.counts(now), **({PEOPLE: people} if people else {})}


def let_go(now: dt.datetime | None = None) -> dict[str, int]:
    """Let go what is past its time, and erase people who are; return {label: rows}.

    One row of the journal says how many of what; each person has one of their own. Who runs an expo
    is left.
    """
    done: dict[str, int] = {}
    for person in _people(now):
        with (
            scope(expo=person.expo),
            journal.acting(journal.actor(), tenant=person.expo.public_id),
        ):
            try:
                registry.erase_person(person, "past its time", look=False)
            except registry.ErasureError:
                continue
        done[PEOPLE] = done.get(PEOPLE, 0) + 1
    done |= privacy.let_go(now)
    if done:
        said = [f"{label}={count}" for label, count in sorted(done.items())]
        with transaction.atomic():
            journal.record("data.let_go", "data", "retention", fields=said)
    return done


def _people(now: dt.datetime | None) -> list[Any]:
    ended_before = (now or timezone.now()).date() - dt.timedelta(days=PERSON_DAYS)
    return people_long_gone(ended_before, MOST)


@jobs.kind(KIND)
def run(running: jobs.Running) -> dict[str, int]:
    """What a day's retention let go."""
    _plan_unless("waiting")
    return let_go()


@jobs.at_start
def plan() -> None:
    """Put a day's retention into the queue where none waits."""
    _plan_unless("waiting", "running")


def _plan_unless(*states: str) -> None:
    planned = jobs.JobRecord.objects.filter(kind=KIND, state__in=states)
    if not planned.exists():
        jobs.enqueue(KIND, {}, tenant="", owner="system", after=timezone.now() + EVERY)
