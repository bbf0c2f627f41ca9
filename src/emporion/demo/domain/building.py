"""The whole model edition, step by step, each step with its seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from emporion.core import bulk, journal
from emporion.core.progress import Job, Step
from emporion.core.tenancy import scope, scopes_disabled
from emporion.demo.domain import loading
from emporion.demo.domain.aside import Aside
from emporion.demo.generator import (
    SEED,
    ModelEdition,
    Requests,
    generate,
    make_requests,
    profile_texts,
)
from emporion.edition import queries as editions
from emporion.edition.domain.editions import set_phase
from emporion.edition.queries import Edition
from emporion.matchmaking.domain.runs import run_match
from emporion.meetings.domain.releases import publish
from emporion.meetings.domain.schedule import compute_release

JOB = "demo"
# Names of the steps; pages translate them.
STEPS = (
    "profiles",
    "edition",
    "exhibitors",
    "buyers",
    "requests",
    "schedule",
    "publish",
    "matching",
)
SCHEDULE_SECONDS = 30.0
TENTHS = 10


@dataclass
class Built:
    """What came of it: seconds a step, and the figures worth printing."""

    seconds: dict[str, float] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)


def build(
    scale: float = 1.0, seed: int = SEED, schedule_seconds: float = SCHEDULE_SECONDS
) -> Built:
    """Build the model edition; the caller has made sure that there is none.

    The edition is in phase `building` until everything is there. A build that dies leaves it so,
    and the next one has to start from nothing.
    """
    job = Job(JOB, STEPS)
    with scopes_disabled(), journal.acting("command:demo"), job.step("profiles"):
        model = generate(scale, seed)
        requests = make_requests(model, seed)
    with Aside(profile_texts(model)) as aside:
        figures = _fill(job, model, requests, schedule_seconds, aside)
        near = aside.near_duplicates()
    figures |= {"scale": scale, "seed": seed, "near_duplicate_texts": round(near.share, 4)}
    return Built({s.row.step: round(s.row.seconds, 2) for s in job.finished}, figures)


def _fill(
    job: Job, model: ModelEdition, requests: Requests, schedule_seconds: float, aside: Aside
) -> dict[str, Any]:
    """Write, schedule, publish and match; return the figures.

    Matching comes last, as a fair runs it again once its schedule is out: it learns from requests
    and answers, and gives no place on a list to two who will meet.
    """
    with scopes_disabled(), journal.acting("command:demo"), job.step("edition"):
        edition, delegations = loading.lay_out(model)
    with (
        scope(expo=edition.expo),
        journal.acting("command:demo", tenant=edition.expo.public_id),
    ):
        with job.step("exhibitors", len(model.exhibitors)) as step:
            exhibitors = loading.add_exhibitors(edition, model, delegations, step.reach)
        with job.step("buyers", len(model.buyers)) as step:
            buyers = loading.add_buyers(edition, model, delegations, step.reach)
        loaded = loading.Loaded(edition, exhibitors, buyers)
        loading.add_cast(model, loaded)
        with job.step("requests", len(requests)) as step:
            loading.add_requests(loaded, model, requests, step.reach)
        with job.step("schedule", int(schedule_seconds * TENTHS)) as step:
            aside.kernels()
            release = compute_release(
                edition, time_limit=schedule_seconds, on_progress=partial(_tell, step)
            )
        with job.step("publish"):
            publish(edition, release.number, "command:demo", seen=None)
        with job.step("matching") as step:
            run = run_match(edition, on_progress=partial(step.advance, 0))
        set_phase(edition, Edition.Phase.RUNNING)
        bulk.refresh_statistics()
    return {
        "exhibitors": len(exhibitors),
        "buyers": len(buyers),
        "requests": release.request_count,
        "meetings": release.meeting_count,
        "violations": release.violations,
        "share_of_bound": round(release.value / release.bound, 5) if release.bound else None,
        "greedy_share": round(release.greedy / release.bound, 5) if release.bound else None,
        "matching": run.figures,
    }


def _tell(step: Step, said: dict[str, Any]) -> None:
    share = said.get("share")
    step.reach(
        int(said.get("seconds", 0) * TENTHS),
        f"{share:.2%} of the bound" if share else str(said.get("phase", "")),
    )


def state() -> str:
    """Return "none", "unfinished" or "there"."""
    edition = editions.edition_by_slug(loading.SLUG)
    if edition is None:
        return "none"
    return "unfinished" if edition.phase == Edition.Phase.BUILDING else "there"
