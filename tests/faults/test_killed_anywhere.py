"""Web, workers and database killed at random moments under load: nothing is lost or done twice.

EMPORION_FAULT_MOMENTS says how many moments (the bar is 100), EMPORION_FAULT_SEED which.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import machine
from tests.faults.effects import MARK
from tests.faults.under_load import (
    Fair,
    Load,
    Target,
    free_port,
    heard,
    requests,
    running,
    status_of,
    wait_until,
)
from tests.faults.watching import counted, rows
from tests.messaging import fakes
from tests.needs import durable_database

MOMENTS = int(os.environ.get("EMPORION_FAULT_MOMENTS", "10"))
SEED = int(os.environ.get("EMPORION_FAULT_SEED", "1"))
# Seconds that one may take to be back: on a busy machine to begin takes long.
BACK = 600
# Seconds that one is left at work before it is killed.
PAUSE = (0.0, 2.0)


@pytest.fixture(params=["sqlite", "postgresql"])
def fair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fair]:
    """An empty installation on each database; PostgreSQL keeps every commit."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield Fair(tmp_path / "fair")
            return
        yield Fair(tmp_path / "fair", durable_database(stack))


def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(fair: Fair) -> None:
    chance = random.Random(SEED)
    marks = 15 * MOMENTS
    with fakes.web() as listener:
        load = Load(free_port(), fair.fill(f"{listener.url}/hook", marks))
        serve = ["serve", "--port", str(load.port), "--no-jobs", "--workers", "1"]
        with running(fair, serve, ["worker"], ["worker"]) as targets:
            load.begin()
            shot = Counter(_shoot(chance, fair, targets, load) for _ in range(MOMENTS))
            wait_until(lambda: status_of(load.port, "/readyz") == 200, BACK, "the web is back")
            load.end()
            settled = _settle(fair)
        _tell(fair, load, listener, shot, settled)

        # Acknowledged minus stored = 0, and each was written once.
        stored = set(requests(fair))
        assert load.lost(stored) == set()
        asked = Counter(_ids(fair, "request.ask"))
        assert asked == Counter({public_id: 1 for _, _, public_id in stored})
        # Every job had its effect exactly once.
        assert Counter(_ids(fair, MARK)) == Counter({str(n): 1 for n in range(marks)})
        assert set(rows(fair, "SELECT DISTINCT state FROM core_jobrecord WHERE kind = 'task'")) == {
            ("done",)
        }
        # Every message was handed over at least once, with one key.
        keys = heard(listener)
        assert set(keys) == {public_id for _, _, public_id in stored}
        assert {len(each) for each in keys.values()} == {1}


def _shoot(chance: random.Random, fair: Fair, targets: list[Target], load: Load) -> str:
    """Kill one of them at a random moment of its work, and begin it again."""
    names = ["web", "worker", "worker"] + (["database"] if fair.database else [])
    number = chance.randrange(len(names))
    if names[number] in {"web", "database"}:
        wait_until(lambda: status_of(load.port, "/readyz") == 200, BACK, "the web is back")
    else:
        # Until it has done something, or there is nothing left to do.
        process = targets[number].process
        assert process is not None
        mine = f"process LIKE '%:{process.pid}:%'"

        def is_back() -> bool:
            assert process.poll() is None, "the worker ended by itself"
            return counted(fair, "core_jobrecord", mine) > 0 or not counted(
                fair, "core_jobrecord", "kind = 'task' AND state = 'waiting'"
            )

        wait_until(is_back, BACK, "the worker is back")
    time.sleep(chance.uniform(*PAUSE))
    if names[number] == "database":
        machine.crash(fair.database)
        machine.start_again(fair.database)
    else:
        targets[number].shoot()
    print(".", end="", flush=True)
    return names[number]


def _settle(fair: Fair) -> float:
    """Wait until nothing is under way any more, without a hand; return the seconds."""

    def still() -> bool:
        # Not those that the house puts off until later.
        jobs = counted(fair, "core_jobrecord", "kind = 'task' AND state IN ('waiting', 'running')")
        return not jobs and not counted(fair, "core_outboxrow", "state IN ('waiting', 'sending')")

    return wait_until(still, 900, "jobs and messages are done")


def _ids(fair: Fair, action: str) -> list[str]:
    found = rows(fair, f"SELECT object_id FROM core_journalentry WHERE action = '{action}'")
    return [str(row[0]) for row in found]


def _tell(fair: Fair, load: Load, listener: fakes.Web, shot: Counter[str], settled: float) -> None:
    again = counted(fair, "core_jobrecord", "attempt > 1")
    print(
        f"\n{'PostgreSQL' if fair.database else 'SQLite'}: killed {dict(shot)}; "
        f"{len(load.acknowledged)} acknowledged, {len(requests(fair))} stored; "
        f"{again} jobs begun again; {len(listener.asked)} messages handed over, "
        f"{len({a.headers['webhook-id'] for a in listener.asked})} keys; "
        f"refused {dict(Counter(load.refused))}; settled {settled:.1f} s after the last"
    )
