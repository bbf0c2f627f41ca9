"""Matching: ranks counterparts for both sides of a market, with reasons.

    from emporion.engines import matching
    market = matching.Market(exhibitors=[...], buyers=[...], taxonomy=[...])
    result = matching.match(market)
    for buyer_id, entries in result.buyers: ...

Works on plain data and needs numpy and scipy only.  Names are loaded when first used, so that the
command's help does not wait for them.  `equilibrium`, `rank` and `metrics` work on arrays.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emporion.engines.matching.encoding import FileStore, MemoryStore
    from emporion.engines.matching.equilibrium import Equilibrium, kernel_of, solve
    from emporion.engines.matching.executor import Executor, Local, Processes
    from emporion.engines.matching.format import dump_lists, parse_market, read_market, write_lists
    from emporion.engines.matching.kept import Kept
    from emporion.engines.matching.market import (
        Category,
        EncodingError,
        Market,
        MarketError,
        Participant,
        Signal,
        check_market,
        unknown_codes,
    )
    from emporion.engines.matching.metrics import Figures, figures, gini
    from emporion.engines.matching.pipeline import match
    from emporion.engines.matching.reasons import AGAINST, FOR
    from emporion.engines.matching.result import POLICY, Entry, Lists, Matching
    from emporion.engines.matching.score import Direction, Weights
    from emporion.engines.matching.scorecard import Group, groups
    from emporion.engines.matching.settled import Person, Settled, people_of
    from emporion.engines.matching.single import rank_one

_HOME = {
    "encoding": ("FileStore", "MemoryStore"),
    "equilibrium": ("Equilibrium", "kernel_of", "solve"),
    "executor": ("Executor", "Local", "Processes"),
    "kept": ("Kept",),
    "format": ("dump_lists", "parse_market", "read_market", "write_lists"),
    "market": (
        "Category",
        "EncodingError",
        "Market",
        "MarketError",
        "Participant",
        "Signal",
        "check_market",
        "unknown_codes",
    ),
    "pipeline": ("match",),
    "result": ("POLICY", "Entry", "Lists", "Matching"),
    "metrics": ("Figures", "figures", "gini"),
    "reasons": ("AGAINST", "FOR"),
    "score": ("Direction", "Weights"),
    "scorecard": ("Group", "groups"),
    "settled": ("Person", "Settled", "people_of"),
    "single": ("rank_one",),
}
_MODULES = (
    *_HOME,
    "rank",
    "variety",
    "exploring",
    "offpolicy",
    "facets",
    "features",
    "text",
    "encoders",
    "endpoint",
    "meaning",
    "proposing",
    "settled",
)
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "AGAINST",
    "FOR",
    "POLICY",
    "Category",
    "Direction",
    "EncodingError",
    "Entry",
    "Equilibrium",
    "Executor",
    "Figures",
    "FileStore",
    "Group",
    "Kept",
    "Lists",
    "Local",
    "Market",
    "MarketError",
    "Matching",
    "MemoryStore",
    "Participant",
    "Person",
    "Processes",
    "Settled",
    "Signal",
    "Weights",
    "check_market",
    "dump_lists",
    "figures",
    "gini",
    "groups",
    "kernel_of",
    "match",
    "parse_market",
    "people_of",
    "rank_one",
    "read_market",
    "solve",
    "unknown_codes",
    "write_lists",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        module = importlib.import_module(f"{__name__}.{_MODULE_OF[name]}")
        return getattr(module, name)
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
