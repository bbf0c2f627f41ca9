"""Repair of an announced schedule: at once for one no-show, as a whole when a hall is lost."""

from __future__ import annotations

from .changes import REASONS, Change, Changes
from .events import FORMAT, Event, Order, order_from_json, read_order
from .keeping import solve_keeping
from .live import Floor
from .resettle import changes_to_json, repair

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
