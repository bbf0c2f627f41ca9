"""A worker that dies in this process: right after a commit, and whatever would have come then."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from emporion.core import jobs, processes
from emporion.core.jobs import lease
from emporion.core.models import JobRecord


class Died(BaseException):
    """Nothing that stands behind it is done: what wants to write or read meanwhile dies as well."""


def die_after(job: JobRecord, commits: int, *, host: str = "") -> bool:
    """Begin a job and die with the commit of this number; False where its work ends before.

    The lease ends as it does when a machine of the name `host` is gone, and was called for in vain.
    """
    dead = False
    with pytest.MonkeyPatch.context() as patch:
        plain = lease.fenced

        @contextmanager
        def fenced(job: JobRecord) -> Iterator[None]:
            with plain(job):
                commit, seen = connection.commit, itertools.count(1)

                def counted() -> None:
                    nonlocal dead
                    commit()
                    if next(seen) == commits:
                        dead = True
                        raise Died

                patch.setattr(connection, "commit", counted)
                yield

        def alive(execute: Any, *asked: Any) -> Any:
            if dead:
                raise Died
            return execute(*asked)

        patch.setattr(lease, "fenced", fenced)
        if host:
            patch.setattr(processes, "_host", lambda: host)
        with connection.execute_wrapper(alive):
            try:
                jobs.perform(job.public_id)
            except Died:
                pass
    assert not connection.in_atomic_block
    ended = Now() - dt.timedelta(seconds=1)
    left = JobRecord.objects.filter(pk=job.pk, state="running")
    left.update(lease_until=ended, cause=lease.LATE)
    return dead


def killed_after_each_commit(begin: Callable[[], tuple[JobRecord, Callable[[], int]]]) -> int:
    """Kill a job after each of its commits, and have the next worker do it; return how many.

    `begin` gives a job and how to count its effect. That, and that the job is done, must be
    committed together, whenever it dies, and nothing is done twice.
    """
    for commits in itertools.count(1):
        job, effects = begin()
        died = die_after(job, commits)
        job.refresh_from_db()
        assert (effects(), job.state) in ((0, "running"), (1, "done")), f"commit {commits}"
        if job.state == "running":
            assert jobs.reclaim() == 1
            again = jobs.perform(job.public_id)
            assert again is not None
            assert (again.state, again.reason, again.attempt, effects()) == ("done", "", 2, 1)
        if not died:
            return commits - 1
    raise AssertionError
