"""Which kinds of jobs there are, and the function that does each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Work = Callable[..., dict[str, Any] | None]
_kinds: dict[str, Work] = {}
_warm: list[Callable[[], object]] = []


class JobError(ValueError):
    """Why a job cannot go on, in a sentence that people may read."""


def kind(name: str) -> Callable[[Work], Work]:
    """Register the decorated function `work(running, **arguments)` as the kind `name`."""

    def register(work: Work) -> Work:
        if _kinds.get(name, work) is not work:
            raise ValueError(f"The kind of jobs {name} is registered twice.")
        _kinds[name] = work
        return work

    return register


def work_of(name: str) -> Work:
    """Return the function of a kind; JobError when no code here does it (any more)."""
    try:
        return _kinds[name]
    except KeyError:
        raise JobError(f"Nothing here does jobs of the kind {name}.") from None


def at_start(load: Callable[[], object]) -> Callable[[], object]:
    """Register what a worker loads before its first job, so that nobody waits for it."""
    _warm.append(load)
    return load


def warm_up() -> None:
    """Load what the registered functions load."""
    for load in _warm:
        load()
