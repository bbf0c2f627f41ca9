"""Runs of the schedule desk: started as jobs, compared, kept as releases or removed."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.core import jobs, journal
from emporion.edition.queries import Edition
from emporion.meetings.domain.against import against_public
from emporion.meetings.domain.computing import DEFAULT_SECONDS, Computed, Progress, compute
from emporion.meetings.domain.market import ScheduleError
from emporion.meetings.domain.repairing import check_repair, compute_repair
from emporion.meetings.domain.schedule import keep, remove_unfinished
from emporion.meetings.domain.service import NAMES, Name
from emporion.meetings.models import Release, ScheduleRun, ScheduleRunContent

COMPUTE, KEEP = "schedule.run", "schedule.keep"
State = ScheduleRun.State
# One worker does one after the other; more than these only make people wait without knowing.
MOST_WAITING = 6
LONGEST_SECONDS = 3600


class RunError(ValueError):
    """A run that cannot be started, kept or removed; the text says why and what to do."""


@dataclass(frozen=True)
class Options:
    """What the organiser chose for a run; `seconds` of search, `service` whom it serves first.

    With `repair` the public schedule is changed as little as what has happened demands: `as_of`
    is the slot that is running ("s07"; "" before the fair), `notice` how many slots ahead people
    are told, `moves` how many moved meetings a guest accepts.
    """

    seconds: float = DEFAULT_SECONDS
    seed: int = 1
    walking: bool = True
    service: Name = "value"
    repair: bool = False
    as_of: str = ""
    notice: int = 1
    moves: int = 1


def start_run(edition: Edition, options: Options, actor: str, *, trial: bool) -> ScheduleRun:
    """Put a computation into the queue and return its run.

    A trial changes nothing until it is kept; a draft is kept as a release when it is computed.
    Raises RunError when too many wait, or seconds or seed are out of range; and of a repair when
    nothing is public, nothing has happened, or there is no such slot.
    """
    if not 0 < options.seconds <= LONGEST_SECONDS:
        raise RunError(_("Seconds of search are above 0 and at most %d.") % LONGEST_SECONDS)
    if not 0 <= options.seed < 2**31:
        raise RunError(_("The seed is a whole number from 0 to 2147483647."))
    if options.service not in NAMES:
        raise RunError(_("Nobody is served first by this name: %s.") % options.service)
    if options.repair:
        try:
            check_repair(edition, options.as_of, options.notice, options.moves)
        except ScheduleError as error:
            raise RunError(str(error)) from error
    jobs.reclaim()
    with transaction.atomic():
        Edition.objects.select_for_update().get(pk=edition.pk)
        if len(_live(edition)) >= MOST_WAITING:
            raise RunError(_("Six computations wait already. Stop one of them first."))
        highest = ScheduleRun.objects.filter(edition=edition).aggregate(n=Max("number"))["n"] or 0
        run = ScheduleRun.objects.create(
            edition=edition,
            number=highest + 1,
            is_trial=trial,
            options=asdict(options),
            started_at=timezone.now(),
        )
        job = jobs.enqueue(
            COMPUTE,
            {"run": run.public_id},
            tenant=edition.expo.public_id,
            owner=actor,
            subject=run.public_id,
        )
        run.job = job.public_id
        run.save(update_fields=["job"])
        journal.record("schedule.start", "schedule_run", run.public_id, fields=["options"])
    return run


def stop_run(run: ScheduleRun) -> None:
    """Ask a run to stop; what it has by then is checked and kept like a full run's."""
    for job in jobs.JobRecord.objects.filter(public_id=run.job):
        with transaction.atomic():
            jobs.ask_to_stop(job)
            journal.record("schedule.stop", "schedule_run", run.public_id)


def compute_run(
    run: ScheduleRun, on_progress: Progress, on_phase: Callable[[dict[str, Any]], Any]
) -> Release | None:
    """Do what a run was started for; return the release where it was to be a draft.

    Begun again, it goes on where it was killed: what is computed is not computed again, and what
    is kept is not kept again. Raises ScheduleError like `compute`.
    """
    if run.state == State.KEPT:
        return run.release
    if run.state == State.COMPUTED:
        return None if run.is_trial else _keep(run, _stored(run))
    options = Options(**run.options)
    remove_unfinished(run.edition)
    computed = _computed(run.edition, options, on_progress, on_phase)
    on_phase({"phase": "writing"})
    _store(run, computed)
    return None if run.is_trial else _keep(run, computed)


def _computed(
    edition: Edition,
    options: Options,
    on_progress: Progress,
    on_phase: Callable[[dict[str, Any]], Any],
) -> Computed:
    common: dict[str, Any] = {
        "seed": options.seed,
        "time_limit": options.seconds,
        "walking": options.walking,
        "on_progress": on_progress,
        "on_phase": on_phase,
    }
    if not options.repair:
        return compute(edition, service=options.service, **common)
    return compute_repair(
        edition, as_of=options.as_of, notice=options.notice, moves=options.moves, **common
    )


def ask_to_keep(run: ScheduleRun, actor: str) -> None:
    """Put the keeping of a computed run into the queue: writing a release takes seconds.

    Raises RunError when it is not computed, or kept already.
    """
    with transaction.atomic():
        locked = ScheduleRun.objects.select_for_update().get(pk=run.pk)
        if locked.state == State.KEPT:
            raise RunError(_("Run %(n)d is a release already.") % {"n": run.number})
        if locked.state != State.COMPUTED:
            raise RunError(_("Run %(n)d has no schedule to keep.") % {"n": run.number})
        if any(job.kind == KEEP for job in _jobs_of(locked) if job.is_live):
            raise RunError(_("Run %(n)d is being kept.") % {"n": run.number})
        job = jobs.enqueue(
            KEEP,
            {"run": locked.public_id},
            tenant=locked.edition.expo.public_id,
            owner=actor,
            subject=locked.public_id,
        )
        locked.job = job.public_id
        locked.save(update_fields=["job"])


def keep_run(run: ScheduleRun) -> Release:
    """Make a draft release of a computed run and return it.

    Raises ScheduleError when somebody or something in it is gone by now.
    """
    if run.state == State.KEPT and run.release is not None:
        return run.release
    return _keep(run, _stored(run))


def remove_run(run: ScheduleRun) -> None:
    """Forget a run that is no release. Raises RunError while it is computed or kept."""
    with transaction.atomic():
        locked = ScheduleRun.objects.select_for_update().get(pk=run.pk)
        if any(job.is_live and not jobs.is_dead(job) for job in _jobs_of(locked)):
            raise RunError(_("Run %(n)d is still at work. Stop it first.") % {"n": run.number})
        journal.record("schedule.remove", "schedule_run", locked.public_id)
        locked.delete()


def _live(edition: Edition) -> list[jobs.JobRecord]:
    found = jobs.JobRecord.objects.filter(
        tenant=edition.expo.public_id,
        kind__in=(COMPUTE, KEEP),
        state__in=(jobs.JobRecord.State.WAITING, jobs.JobRecord.State.RUNNING),
    )
    return list(found)


def _jobs_of(run: ScheduleRun) -> list[jobs.JobRecord]:
    return list(jobs.JobRecord.objects.filter(public_id=run.job))


def _store(run: ScheduleRun, computed: Computed) -> None:
    arrays = io.BytesIO()
    np.savez_compressed(
        arrays,
        meetings=computed.meetings,
        refused=computed.refused,
        reason=computed.reason,
        changed=np.array(list(computed.changed), dtype=np.int64),
        why=np.array(list(computed.changed.values()), dtype=np.str_),
    )
    run.state = State.COMPUTED
    run.computed_at = computed.read_at
    run.value, run.bound, run.greedy = computed.value, computed.bound, computed.greedy
    run.meeting_count = len(computed.meetings)
    run.request_count = computed.request_count
    run.steps, run.seconds = computed.steps, computed.seconds
    run.instance_digest, run.digest = computed.instance_digest, computed.digest
    changes = against_public(run.edition, computed.meetings)
    run.figures = {**computed.figures, "against": changes.counts() if changes else None}
    with transaction.atomic():
        run.save()
        ScheduleRunContent.objects.update_or_create(
            run=run,
            defaults={
                "instance": computed.content,
                "rows": arrays.getvalue(),
                "certificate": computed.certificate,
            },
        )
        journal.record("schedule.compute", "schedule_run", run.public_id, fields=["state"])
        if run.is_trial:
            jobs.done_with({"release": None})


def _stored(run: ScheduleRun) -> Computed:
    content = ScheduleRunContent.objects.get(run=run)
    with np.load(io.BytesIO(bytes(content.rows)), allow_pickle=False) as rows:
        meetings, refused, reason = rows["meetings"], rows["refused"], rows["reason"]
        changed = (
            dict(zip(rows["changed"].tolist(), rows["why"].tolist(), strict=True))
            if "changed" in rows  # Not in runs of before there were repairs.
            else {}
        )
    assert run.computed_at is not None
    return Computed(
        read_at=run.computed_at,
        seed=Options(**run.options).seed,
        steps=run.steps,
        seconds=run.seconds,
        value=run.value,
        bound=run.bound,
        greedy=run.greedy,
        request_count=run.request_count,
        meetings=meetings,
        refused=refused,
        reason=reason,
        figures={key: value for key, value in run.figures.items() if key != "against"},
        certificate=content.certificate,
        content=bytes(content.instance),
        instance_digest=run.instance_digest,
        digest=run.digest,
        changed=changed,
    )


def _keep(run: ScheduleRun, computed: Computed) -> Release:
    def note(release: Release) -> None:
        run.state, run.release = State.KEPT, release
        run.save(update_fields=["state", "release"])
        journal.record("schedule.keep", "schedule_run", run.public_id, fields=["state", "release"])
        # The release has it all; the run stays as a line of the desk.
        ScheduleRunContent.objects.filter(run=run).delete()
        jobs.done_with({"release": release.number})

    # In one transaction with the flip: a run killed after it would else be kept twice.
    return keep(run.edition, computed, and_then=note)
