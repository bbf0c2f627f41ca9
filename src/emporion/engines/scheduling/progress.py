"""The progress bar of the command, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[[dict[str, Any]], None] | None]:
    """Gives a callback for `solve`, or None when nobody is looking at a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=1.0)

        def show(now: dict[str, Any]) -> None:
            limit, work = now.get("time_limit"), now.get("work_limit")
            done = now["seconds"] / limit if limit else now["steps"] / work if work else 0.0
            share = now.get("share")
            value = "" if share is None else f", {100 * share:.3f} % of the bound"
            rate = now["steps"] / max(now["seconds"], 0.001)
            bar.update(
                task,
                completed=min(done, 1.0),
                description=f"{now['phase']}{value}, {rate:,.0f} steps/s",
            )

        yield show
