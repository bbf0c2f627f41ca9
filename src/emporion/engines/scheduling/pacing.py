"""When the search has to stop, and what it says of itself meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .bounds import Bound
from .instance import Instance
from .search import Search
from .state import SLOT

if TYPE_CHECKING:
    from .preparing import Prepared

#: Proposals for fewer breaks for each meeting.
PROPOSALS_A_MEETING = 30
#: Seconds that a proposal, a request at the end (what fits is held, reasons, writing), and the rest
#: of the end of a run take; for planning only.
SECONDS_A_PROPOSAL, SECONDS_A_REQUEST, SECONDS_LEFT = 0.25e-6, 12e-6, 0.3
#: Share of the time kept for naming what cannot hold together, where something must be held.
PART_FOR_NAMES = 0.1

Progress = Callable[[dict[str, Any]], Any]


def value_deadline(
    instance: Instance, began: float, time_limit: float | None, evaluation: float
) -> float | None:
    """When the value search has to stop, so that the last ``evaluation`` of the bound (seconds),
    breaks, reasons and writing still fit in."""
    if time_limit is None:
        return None
    requests = len(instance.request_ids)
    kept = SECONDS_LEFT + requests * SECONDS_A_REQUEST + evaluation
    kept += requests * 0.5 * PROPOSALS_A_MEETING * SECONDS_A_PROPOSAL
    if instance.mandatory.any() or instance.min_meetings.any():
        kept += PART_FOR_NAMES * time_limit
    left = max(began + time_limit - kept - time.monotonic(), 0.0)
    return time.monotonic() + left * 0.86


class Reporter:
    """Calls ``on_progress`` a few times a second and remembers whether to go on."""

    def __init__(
        self,
        instance: Instance,
        search: Search,
        limit: Bound,
        ready: Prepared,
        began: float,
        work_limit: int | None,
        time_limit: float | None,
        on_progress: Progress | None,
    ) -> None:
        self.search, self.limit, self.ready = search, limit, ready
        self.instance, self.began, self.on_progress = instance, began, on_progress
        self.work = {"work_limit": work_limit, "time_limit": time_limit}
        self.last = 0.0
        self.stage = ""
        self.going = True
        #: After how many stages the proof was cut; None: it was not, or there was none.
        self.proof_stages: int | None = None
        #: Whether the clock cut the search for a schedule of what must be held.
        self.demands_cut = False

    def tell(self, stage: str) -> bool:
        """Say at once that ``stage`` of the proof begins; whether to go on."""
        self.stage, self.last = stage, 0.0
        answer = self(self.search)
        self.stage = ""
        return answer

    def __call__(self, search: Search) -> bool:
        now = time.monotonic()
        if self.on_progress is None or now - self.last < 0.2:
            return True
        self.last = now
        weight = float(self.ready.units[search.st.req[:, SLOT] >= 0].sum()) / self.ready.scale
        limit = self.limit.weight
        if search.dual is not None:
            limit = min(limit, (search.dual.best + self.limit.lost) / self.limit.scale)
        answer = self.on_progress(
            {
                "phase": self.stage or ("improvement" if search.improving else "insertion"),
                "seconds": now - self.began,
                "steps": search.steps,
                "weight": weight,
                "bound": limit,
                "share": weight / limit if limit else 1.0,
                **self.work,
            }
        )
        self.going = answer is not False
        return self.going
