"""From an edition to a schedule that nobody has kept yet: read, solve, check by other code."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import itertools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog
from django.utils import timezone

from emporion.edition.queries import Edition
from emporion.engines import scheduling
from emporion.meetings.domain.figures import figures
from emporion.meetings.domain.market import Longs, Market, ScheduleError, read_market
from emporion.meetings.domain.service import SERVICES, Name, prices
from emporion.meetings.queries.impossible import MOST_CONFLICTS, MOST_CONSTRAINTS

log = structlog.get_logger(__name__)

# What the organiser gets who says nothing: past the steep part of the curve at a full-size fair.
DEFAULT_SECONDS = 20.0
# While a small fair's schedule is proven the best, the page shows no progress and cannot stop it.
PROOF_SECONDS = 2.0
# The key under which the engine's file holds a price of every slot.
SLOTS = "x-slot-prices"
# And that under which it holds the slots of meetings that a repair took out.
KEPT = "x-kept"
Progress = Callable[[dict[str, Any]], Any]


@dataclass
class Computed:
    """A schedule in the database's own keys, ready to be kept.

    ``meetings`` int64[M, 5] are request, slot, host, guest (primary keys) and the table's number;
    ``refused`` int64[N] the requests without a meeting, heaviest first, and ``reason`` int8[N] why
    (an index into `scheduling.REASONS`). Weights are thousandths. ``content`` is the instance file,
    gzipped. ``changed`` is {request: why} of a repair, for every meeting that is not what it was.
    """

    read_at: dt.datetime
    seed: int
    steps: int
    seconds: float
    value: int
    bound: int
    greedy: int
    request_count: int
    meetings: Longs
    refused: Longs
    reason: npt.NDArray[np.int8]
    figures: dict[str, Any]
    certificate: dict[str, Any]
    content: bytes
    instance_digest: str
    digest: str
    changed: dict[int, str] = field(default_factory=dict)


def compute(
    edition: Edition,
    *,
    seed: int = 1,
    time_limit: float | None = None,
    work_limit: int | None = None,
    walking: bool = True,
    service: Name = "value",
    on_progress: Progress | None = None,
    on_phase: Progress | None = None,
) -> Computed:
    """Compute a schedule of all live requests of `edition`, checked by code of its own.

    `on_phase` is told, as dicts with a `phase`, of reading, of the first valid schedule (greedy,
    with its weight, before the search begins) and of checking; `on_progress` is the engine's.
    Options and errors are those of `schedule.compute_release`. Writes nothing.
    """
    tell = on_phase or (lambda said: None)
    if time_limit is None and work_limit is None:
        time_limit = DEFAULT_SECONDS
    # Its seconds are not seconds of search.
    load_solver()
    tell({"phase": "reading"})
    read_at = timezone.now()
    market = read_market(edition, walking=walking)
    instance = market.instance
    wanted = SERVICES[service]
    baseline = scheduling.greedy(instance)
    tell({"phase": "greedy", "weight": baseline.weight, "requests": len(instance.request_ids)})
    solution = scheduling.solve(
        instance,
        seed=seed,
        time_limit=time_limit,
        work_limit=work_limit,
        on_progress=on_progress,
        serve=wanted.serve,
        balance=wanted.balance,
        proof_seconds=None if time_limit is None else PROOF_SECONDS,
    )
    if solution.status == "infeasible":
        raise clash(market, solution.conflicts)
    if solution.status == "unknown":
        raise clash(market, solution.conflicts, "unplaced")
    return checked(
        market,
        solution,
        read_at=read_at,
        greedy=baseline,
        told={
            "service": service,
            "service_prices": prices(instance),
            # None: the proof was not cut, and the steps alone repeat the run.
            "proof_stages": solution.extra.get("x-proof-stages"),
        },
        tell=tell,
    )


def checked(
    market: Market,
    solution: scheduling.Solution,
    *,
    read_at: dt.datetime,
    greedy: scheduling.Solution,
    told: dict[str, Any],
    tell: Progress,
    tables: Longs | None = None,
    changed: dict[int, str] | None = None,
) -> Computed:
    """Return a solution of the market's instance ready to be kept, if the checker finds it right.

    `told` goes into its figures; `tables` int64[R] are the tables of requests that stay where they
    are, 0 for the others. Raises ScheduleError where the checker finds a violation.
    """
    instance = market.instance
    tell({"phase": "checking", "weight": solution.weight, "bound": solution.bound})
    violations = scheduling.check(instance, solution).violations
    if violations:
        log.error("schedule.violations", instance=instance.name, first=violations[0])
        raise ScheduleError("checker", count=len(violations))
    content, instance_digest = packed(instance)
    held = np.flatnonzero(solution.slot >= 0)
    missed = np.flatnonzero(solution.slot < 0)
    # Heaviest first: pages then read them in the order of their keys.
    missed = missed[np.argsort(-instance.weight[missed], kind="stable")]
    return Computed(
        read_at=read_at,
        seed=solution.seed,
        steps=solution.steps or 0,
        seconds=solution.seconds,
        value=round(solution.weight * 1000),
        bound=round((solution.bound or 0) * 1000),
        greedy=round(greedy.weight * 1000),
        request_count=len(solution.slot),
        meetings=_meetings(market, solution, held, tables),
        refused=market.requests[missed],
        reason=solution.reason[missed].astype(np.int8),
        figures={
            **figures(market, solution),
            "status": solution.status,
            "bound_method": solution.bound_method,
            **told,
        },
        certificate=certificate_of(instance, solution),
        content=content,
        instance_digest=instance_digest,
        digest=scheduling.schedule_digest(
            (instance.request_ids[r], instance.slot_ids[int(solution.slot[r])])
            for r in held.tolist()
        ),
        changed=changed or {},
    )


def clash(
    market: Market,
    conflicts: list[scheduling.Conflict],
    code: str = "contradiction",
    earliest: int = 0,
) -> ScheduleError:
    """Return the error of what the engine found contradictory, or (`unplaced`) not granted in time.

    It holds the engine's constraints as plain JSON, with days and hours instead of slots.
    `earliest` is the index of the first slot that can still be changed.
    """
    when = dict(zip(market.instance.slot_ids, map(str, market.slots), strict=True))
    told = [
        [
            {
                "kind": one.kind,
                "participants": list(one.participants),
                "requests": list(one.requests),
                "slots": [when[slot] for slot in one.slots],
                "number": one.number,
            }
            for one in conflict.constraints[:MOST_CONSTRAINTS]
        ]
        for conflict in conflicts[:MOST_CONFLICTS]
    ]
    since = {"since": str(market.slots[earliest])} if 0 < earliest < len(when) else {}
    return ScheduleError(code, conflicts=told, **since)


def load_solver() -> None:
    """Load the solver and its compiled parts, which takes seconds the first time in a process."""
    scheduling.compile_kernels()


def packed(instance: scheduling.Instance) -> tuple[bytes, str]:
    """Return an instance as gzipped file content, and the digest of the file (not of the gzip)."""
    digest, target = hashlib.sha256(), io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "instance.json")
        scheduling.write_instance(plain, instance)
        # No time and no name in the gzip: the same instance gives the same bytes.
        with (
            plain.open("rb") as source,
            gzip.GzipFile(fileobj=target, mode="wb", compresslevel=3, mtime=0, filename="") as file,
        ):
            while piece := source.read(1 << 20):
                digest.update(piece)
                file.write(piece)
    return target.getvalue(), digest.hexdigest()


def _meetings(
    market: Market, solution: scheduling.Solution, held: Longs, tables: Longs | None
) -> Longs:
    """Return the meetings held as rows of keys; tables of one host in one slot are numbered in the
    order of the requests, but for those that stay at theirs (`tables`, 0: none)."""
    slot, host = solution.slot[held], market.host[held]
    order = np.lexsort((held, slot, host))
    cell = host[order].astype(np.int64) * len(market.slots) + slot[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    table = np.arange(len(cell)) - np.repeat(starts, np.diff(starts, append=len(cell))) + 1
    if tables is not None:
        table = _at_theirs(cell, tables[held][order])
    return np.column_stack(
        [
            market.requests[held][order],
            market.slot_keys[slot[order]],
            market.participants[host[order]],
            market.participants[market.guest[held][order]],
            table,
        ]
    ).astype(np.int64)


def _at_theirs(cell: Longs, known: Longs) -> Longs:
    """Number the tables of each run of equal cells: those known stay, others get the least free."""
    table = known.copy()
    for start, stop in itertools.pairwise([*np.flatnonzero(np.diff(cell, prepend=-1)), len(cell)]):
        taken = set(known[start:stop].tolist())
        free = (number for number in itertools.count(1) if number not in taken)
        for row in range(start, stop):
            table[row] = known[row] or next(free)
    return table


def certificate_of(instance: scheduling.Instance, solution: scheduling.Solution) -> dict[str, Any]:
    """Return what proves the bound, by public ids: a price of each participant's time, and under
    `slot_prices` one of each slot where the bound was reached by those. Under `kept` of a repair,
    where the meetings stood that it took out: their reasons are true of that slot."""
    bound = scheduling.solution_to_json(instance, solution).get("bound", {})
    found: dict[str, Any] = bound.get("certificate", {})
    more = {"slot_prices": bound.get(SLOTS), "kept": solution.extra.get(KEPT)}
    return found | {name: value for name, value in more.items() if value}
