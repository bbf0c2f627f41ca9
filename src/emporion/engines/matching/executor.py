"""Where a heavy step runs: in this process or in others, with the same numbers.

An executor has three methods.  What all parts of a step read is shared once; the parts are mapped
and come back in their order; whatever was opened is closed.  A part computes the same wherever it
runs, so lists do not depend on the executor, nor on how many processes it has.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import Any, Protocol, TypeVar

Task = Callable[[Any, Any], Any]
Part = TypeVar("Part")
Result = TypeVar("Result")
# Threads that compute beside each other.  Two are what a small server has; a worker is to leave the
# rest of a larger one to the pages.
THREADS = 2


class Executor(Protocol):
    """What runs the parts of a heavy step."""

    def share(self, value: Any) -> Any:
        """Put `value` where the parts run; return what stands for it in `map`."""

    def map(self, task: Task, shared: Any, parts: Sequence[Any]) -> Iterator[Any]:
        """Yield `task(value, part)` of every part, in order; `task` is a module's function."""

    def close(self) -> None:
        """Let go of all that was shared and started."""


def threads() -> int:
    """Return how many threads compute beside each other on this machine."""
    return min(THREADS, os.cpu_count() or 1)


def beside(task: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
    """Yield `task(part)` of every part, in order, computed in threads of this process.

    For steps of numpy and scipy, which let go of the interpreter while they compute; a task changes
    nothing that another reads.  Fewer results wait than there are threads, so `parts` may be made
    as they are asked for.  What a task raises is raised where its result would come.
    """
    ahead = threads()
    if ahead < 2:
        yield from map(task, parts)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(ahead) as pool:
        for part in parts:
            waiting.append(pool.submit(task, part))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class Local:
    """Runs the parts in this process, in threads beside each other."""

    def share(self, value: Any) -> Any:
        return value

    def map(self, task: Task, shared: Any, parts: Sequence[Any]) -> Iterator[Any]:
        return beside(lambda part: task(shared, part), parts)

    def close(self) -> None:
        """Nothing was opened."""


class Processes:
    """Runs parts in processes of this machine; what is shared goes through a file of a moment."""

    def __init__(self, count: int) -> None:
        # Spawned, not forked: a fork copies locks that other threads hold.
        self._pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))
        self._folder = tempfile.TemporaryDirectory(prefix="emporion-matching-")
        self._shared = 0

    def share(self, value: Any) -> Any:
        path = Path(self._folder.name) / str(self._shared)
        self._shared += 1
        path.write_bytes(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))
        return str(path)

    def map(self, task: Task, shared: Any, parts: Sequence[Any]) -> Iterator[Any]:
        return self._pool.map(_run, repeat(task), repeat(shared), parts)

    def close(self) -> None:
        self._pool.shutdown()
        self._folder.cleanup()


def _run(task: Task, shared: str, part: Any) -> Any:
    return task(_read(shared), part)


@lru_cache(maxsize=1)
def _read(path: str) -> Any:
    # Written by the process that started this one, in a folder that nobody else may read.
    return pickle.loads(Path(path).read_bytes())  # noqa: S301
