"""Repair of an announced schedule: at once for one no-show, as a whole when a hall is lost.

As in the package above, what needs compiled kernels is loaded at the first use of its name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .changes import REASONS, Change, Changes
from .events import FORMAT, Event, Order, order_from_json, read_order

if TYPE_CHECKING:
    from .keeping import solve_keeping
    from .live import Floor
    from .resettle import changes_to_json, repair

_HOME = {
    "Floor": "live",
    "changes_to_json": "resettle",
    "repair": "resettle",
    "solve_keeping": "keeping",
}
__all__ = [
    "FORMAT",
    "REASONS",
    "Change",
    "Changes",
    "Event",
    "Floor",
    "Order",
    "changes_to_json",
    "order_from_json",
    "read_order",
    "repair",
    "solve_keeping",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
