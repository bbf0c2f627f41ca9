"""What the command says while it works: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: Seconds between two lines where nobody looks at a terminal.
EVERY = 10.0

Show = Callable[[dict[str, Any]], None]


@contextmanager
def progress_bar(quiet: bool, command: str = "emporion schedule") -> Iterator[Show | None]:
    """Gives a callback for `solve`; None when nothing is to be said."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        with _lines(command) as show:
            yield show


def _words(now: dict[str, Any]) -> str:
    """Phase and value, with both ends where breaks count."""
    share, breaks = now.get("share"), now.get("breaks")
    value = "" if share is None else f", {100 * share:.3f} % of the bound"
    if "bound" in now and "weight" not in now:
        value = (
            f", {'no timetable yet' if breaks is None else breaks} breaks, at least {now['bound']}"
        )
    return f"{now['phase']}{value}"


@contextmanager
def _lines(command: str) -> Iterator[Show]:
    """A line every `EVERY` seconds, also while the solver has no time to call back."""
    began, over = time.monotonic(), threading.Event()
    latest: list[str] = ["reading and preparing"]

    def write() -> None:
        while not over.wait(EVERY):
            seconds = time.monotonic() - began
            sys.stderr.write(f"{command}: {seconds:.0f} s, {latest[0]}\n")
            sys.stderr.flush()

    def show(now: dict[str, Any]) -> None:
        latest[0] = f"{_words(now)}, {now['steps']} steps"

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield show
    finally:
        over.set()
        writer.join()


@contextmanager
def _bar() -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=1.0)

        def show(now: dict[str, Any]) -> None:
            limit, work = now.get("time_limit"), now.get("work_limit")
            done = now["seconds"] / limit if limit else now["steps"] / work if work else 0.0
            rate = now["steps"] / max(now["seconds"], 0.001)
            bar.update(
                task,
                completed=min(done, 1.0),
                description=f"{_words(now)}, {rate:,.0f} steps/s",
            )

        yield show
