"""What a repair says of itself: of which release, as of when, and what of the loss is regained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emporion.edition.queries import Edition
from emporion.meetings.models import Slot


def slots_by_name(edition: Edition) -> dict[str, Slot]:
    """Return the slots by what the files of the engine call them; one query."""
    return {slot.name: slot for slot in Slot.objects.filter(edition=edition)}


def repair_of(figures: Mapping[str, Any], slots: Mapping[str, Slot]) -> dict[str, Any] | None:
    """Return the figures of a repair with its slot in place of the name, None for another run."""
    told = figures.get("repair")
    if not told:
        return None
    return {
        **told,
        "as_of": slots.get(told["as_of"]),
        "lost": _points(told["lost"]),
        "regained": _points(told["regained"]),
    }


def _points(weight: float) -> float:
    """Round to what a reader compares: whole points, and tenths where there are few."""
    return round(weight) if abs(weight) >= 100 else round(weight, 1)
