"""What the last run found, for a list that is made before the next one."""

from __future__ import annotations

from collections.abc import Mapping

from emporion.engines.matching import Person, Settled
from emporion.engines.matching.settled import from_plain
from emporion.matchmaking import queries
from emporion.matchmaking.models import MatchRun


def settled(run: MatchRun | None, keys: Mapping[str, int]) -> Settled | None:
    """Return rules and prices of a run for these people; None before the first run.

    `keys` are {public id: primary key}. One query.
    """
    if run is None or not run.rules:
        return None
    found = queries.found_of(run, keys.values())
    return Settled(
        (from_plain(run.rules[0]), from_plain(run.rules[1])),
        {public: Person(*found[key]) for public, key in keys.items() if key in found},
        queries.rule_of(run),
    )
