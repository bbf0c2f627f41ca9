"""Which kinds of jobs there are, the function that does each, and how often it is tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Work = Callable[..., dict[str, Any] | None]
# So often a job is begun whose attempts end in a failure that nobody foresaw.
ATTEMPTS = 4
_kinds: dict[str, Work] = {}
_attempts: dict[str, int] = {}
_prompt: set[str] = set()
_give_way: set[str] = set()
_warm: list[Callable[[], object]] = []


class JobError(ValueError):
    """Why a job cannot go on, in a sentence that people may read. It is not tried again.

    The sentence stands in English where whoever shows it translates it. With `why` it is kept as
    plain JSON too (`said["why"]`), from which each reader is told what they may know.
    """

    def __init__(self, sentence: str, why: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.why = why


class TryLater(JobError):
    """Why a job cannot go on now; it is tried again after a pause, the sentence kept to the end."""


class NotItsTurn(JobError):
    """Other work that lives goes first, however long it takes: it waits, and no attempt counts."""


def kind(
    name: str, *, attempts: int = ATTEMPTS, prompt: bool = False, gives_way: bool = False
) -> Callable[[Work], Work]:
    """Register the decorated function `work(running, **arguments)` as the kind `name`.

    It is begun at most `attempts` times, and may be begun again after any of its transactions.
    `prompt` is what somebody waits for at a page: it takes seconds, and waits for nothing long.
    What `gives_way` is broken off at a sign of life when its worker is to leave, and another worker
    begins it again; what does not is done to its end first.
    """

    def register(work: Work) -> Work:
        if _kinds.get(name, work) is not work:
            raise ValueError(f"The kind of jobs {name} is registered twice.")
        _kinds[name], _attempts[name] = work, attempts
        if prompt:
            _prompt.add(name)
        if gives_way:
            _give_way.add(name)
        return work

    return register


def work_of(name: str) -> Work:
    """Return the function of a kind; JobError when no code here does it (any more)."""
    try:
        return _kinds[name]
    except KeyError:
        raise JobError(f"Nothing here does jobs of the kind {name}.") from None


def attempts_of(name: str) -> int:
    """Return how often a job of a kind is begun at most."""
    return _attempts.get(name, ATTEMPTS)


def gives_way(name: str) -> bool:
    """Whether a worker that is to leave breaks jobs of a kind off."""
    return name in _give_way


def prompt_kinds() -> frozenset[str]:
    """Return the kinds that somebody waits for."""
    return frozenset(_prompt)


def at_start(load: Callable[[], object]) -> Callable[[], object]:
    """Register what a worker loads before its first job, so that nobody waits for it."""
    _warm.append(load)
    return load


def warm_up() -> None:
    """Load what the registered functions load."""
    for load in _warm:
        load()
