"""How a job looks to people: its state, its words, its share. For the part `job`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emporion.core import holding, jobs
from emporion.design.formats import number

State = jobs.JobRecord.State


@dataclass(frozen=True)
class ShownJob:
    """What the part `job` takes: state waiting, running, done or stopped, words and a share."""

    state: str
    state_words: str
    line: str
    share: float | None
    is_live: bool
    stopping: bool


def shown(job: jobs.JobRecord, steps: Mapping[str, Any], why: str = "") -> ShownJob:
    """Return how `job` is shown; `steps` names its steps in the reader's language, `why` says for
    this reader why it failed.

    A running job whose worker has died waits again at once, before a worker has taken it back. One
    query where it waits for the first time, else none.
    """
    share = job.share
    if jobs.is_dead(job) or (job.state == State.WAITING and job.cause == jobs.WORKER):
        line = _("The program that did it has ended. It begins again by itself.")
        return ShownJob("waiting", _("interrupted"), line, share, True, False)
    if job.state == State.WAITING and job.cause == holding.HELD:
        line = _("It is held since a backup was restored, until somebody lets it go on.")
        return ShownJob("waiting", _("waits"), line, None, True, False)
    if job.state == State.WAITING and job.cause:
        line = why_failed(job) or _(
            "Something went wrong. It is tried again by itself in a moment."
        )
        return ShownJob("waiting", _("waits"), line, None, True, False)
    if job.state == State.WAITING:
        before = jobs.waiting_before(job)
        line = (
            ngettext("%(n)s job is before it.", "%(n)s jobs are before it.", before)
            % {"n": number(before)}
            if before
            else _("It begins as soon as a worker is free.")
        )
        return ShownJob("waiting", _("waits"), line, None, True, False)
    step = str(steps.get(job.step, job.step))
    if job.state == State.RUNNING:
        stopping = job.stop_asked_at is not None
        line = _("Stopping; what is there is being kept.") if stopping else step
        return ShownJob("running", "", line, share, True, stopping)
    if job.state == State.DONE:
        return ShownJob("done", "", "", 1.0, False, False)
    if job.state == State.STOPPED:
        line = _("Somebody stopped it.")
        return ShownJob("stopped", _("stopped"), line, share, False, False)
    line = why or why_failed(job) or _("Something went wrong; the log of the server says what.")
    if job.attempt > 1:
        tried = ngettext("It was tried %(n)s time.", "It was tried %(n)s times.", job.attempt)
        line = f"{line} {tried % {'n': number(job.attempt)}}"
    return ShownJob("stopped", _("failed"), line, share, False, False)


def why_failed(job: jobs.JobRecord) -> str:
    """Return the sentence with which a job ended, "" without one.

    One that says the same of every job is kept in English and translated here.
    """
    return _(job.reason) if job.reason else ""
