"""Progress of long work: on the terminal, and in a row that pages read.

    steps = Job("demo", ["Companies", "Requests", "Schedule"])
    with steps.step("Requests", total=200_000) as step:
        step.advance(1_000)

A step writes its row at most twice a second, outside the work's own transactions, and leaves
"stopped" behind when the work fails, with the reason where that is a sentence for people.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.utils import timezone
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from emporion.core.models import Progress

EVERY = 0.5


class Step:
    """One step that is running: `advance` it, or say `tell` what it is doing."""

    def __init__(self, row: Progress, bar: Bar, total: int) -> None:
        self.row, self._bar = row, bar
        self._task = bar.add_task(row.step, total=total or None)
        self._written = 0.0
        self.started = time.perf_counter()
        self.notes: dict[str, object] = {}

    def advance(self, count: int = 1, message: str | None = None) -> None:
        """Say that `count` more things are done."""
        self.reach(self.row.done + count, message)

    def reach(self, done: int, message: str | None = None) -> None:
        """Say that `done` things are done in all."""
        self.row.done = min(done, self.row.total) if self.row.total else done
        if message is not None:
            self.row.message = message[:200]
        self._bar.update(self._task, completed=self.row.done)
        if time.perf_counter() - self._written >= EVERY:
            self.save()

    def save(self) -> None:
        self._written = time.perf_counter()
        self.row.seconds = self._written - self.started
        self.row.updated_at = timezone.now()
        self.row.save()

    def finish(self) -> None:
        self.row.state = Progress.State.DONE
        self.row.done = self.row.total or self.row.done
        self._bar.update(self._task, completed=self.row.done, total=self.row.done or 1)
        if not self.row.done:
            self._bar.update(self._task, completed=1)
        self.save()


class Job:
    """A named piece of work in known steps; making it forgets its earlier run."""

    def __init__(self, name: str, steps: Sequence[str], console: Console | None = None) -> None:
        self.name = name
        self.console = console or Console(stderr=True)
        self.finished: list[Step] = []
        Progress.objects.filter(job=name).delete()
        Progress.objects.bulk_create(
            Progress(job=name, step=step, position=n) for n, step in enumerate(steps)
        )

    @contextmanager
    def step(self, name: str, total: int = 0) -> Iterator[Step]:
        """Run one step; its seconds are kept in `finished`."""
        row = Progress.objects.get(job=self.name, step=name)
        row.state, row.total, row.started_at = Progress.State.RUNNING, total, timezone.now()
        columns = (
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Bar(*columns, console=self.console, disable=not self.console.is_terminal) as bar:
            step = Step(row, bar, total)
            step.save()
            try:
                yield step
            except BaseException as error:
                row.state = Progress.State.STOPPED
                row.message = _told(error)
                step.save()
                raise
            step.finish()
        self.finished.append(step)
        if not self.console.is_terminal:
            self.console.print(f"{name:<24} {row.seconds:6.1f} s  {row.message}")


def _told(error: BaseException) -> str:
    """Return what a page may tell of an error: our own sentences, nothing of a library's.

    Those name files, hosts and statements; they stand in the output of the command.
    """
    ours = type(error).__module__.partition(".")[0] == __name__.partition(".")[0]
    return str(error)[:200] if ours else ""
