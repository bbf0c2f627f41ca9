"""Instances and solutions to JSON, through a temporary file so that no half file is ever seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from emporion.engines.files import whole

from .instance import BUYER, EXHIBITOR, NO_LIMIT, Instance
from .solution import REASONS, Solution

SOLUTION_FORMAT = "emporion-schedule-solution/1"


def write_text(path: str | Path, text: str) -> None:
    """Write the whole text or nothing; see `files.whole`. Raises OSError."""
    with whole(path) as stream:
        stream.write(text)


def write_solution(path: str | Path, instance: Instance, solution: Solution) -> None:
    """Write ``emporion-schedule-solution/1``.  Bytes depend on the solution alone."""
    write_text(path, _lines(solution_to_json(instance, solution)))


def write_instance(path: str | Path, instance: Instance) -> None:
    """Write ``emporion-schedule-instance/1``; what was read with keys ``x-...`` comes back."""
    write_text(path, _lines(instance_to_json(instance)))


def _lines(data: dict[str, Any]) -> str:
    """JSON with one list item a line: readable, quick to compare, fast to write."""
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    parts = []
    for key, value in data.items():
        if isinstance(value, list) and value and not isinstance(value[0], int):
            body = ",\n".join(map(encode, value))
            parts.append(f"{encode(key)}: [\n{body}\n]")
        else:
            parts.append(f"{encode(key)}: {encode(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _number(value: float) -> float | int:
    """A whole number without its point."""
    return int(value) if float(value).is_integer() else float(value)


def solution_to_json(instance: Instance, solution: Solution) -> dict[str, Any]:
    """The solution as the format has it, requests in the order of the instance."""
    slots, requests = instance.slot_ids, instance.request_ids
    slot, reason = solution.slot.tolist(), solution.reason.tolist()
    data: dict[str, Any] = {
        "format": SOLUTION_FORMAT,
        "instance": solution.name,
        "status": solution.status,
        "meetings": [
            {"request": requests[r], "slot": slots[t]} for r, t in enumerate(slot) if t >= 0
        ],
        "ungranted": [
            {"request": requests[r], "reason": REASONS[why]}
            for r, why in enumerate(reason)
            if slot[r] < 0 and why >= 0
        ],
        "objective": {"weight": _number(solution.weight), "breaks": solution.breaks},
    }
    if solution.bound is not None:
        bound: dict[str, Any] = {solution.objective: _number(round(solution.bound, 6))}
        bound["method"] = solution.bound_method
        if solution.prices is not None:
            bound["certificate"] = {
                "kind": "prices",
                "prices": {
                    instance.participant_ids[p]: _number(solution.prices[p])
                    for p in np.flatnonzero(~np.isnan(solution.prices)).tolist()
                },
            }
        if solution.slot_prices is not None:
            priced = np.flatnonzero(~np.isnan(solution.slot_prices[:, 0])).tolist()
            bound["x-slot-prices"] = {
                instance.participant_ids[p]: [_number(v) for v in solution.slot_prices[p].tolist()]
                for p in priced
            }
        data["bound"] = bound
    data["seconds"] = solution.seconds
    data["seed"] = solution.seed
    if solution.steps is not None:
        data["steps"] = solution.steps
    if solution.conflicts:
        data["x-conflicts"] = solution.conflicts
    data.update(solution.extra)
    return data


def _minutes(it: Instance, parts: list[int]) -> list[float]:
    return [_number(n / it.minute_parts) for n in parts]


def _short(values: list[Any]) -> Any:
    return values[0] if len(set(values)) == 1 else values


def instance_to_json(it: Instance) -> dict[str, Any]:
    """The instance as the format has it; defaults are left out."""
    kept = it.extra
    data: dict[str, Any] = {"format": "emporion-schedule-instance/1", "name": it.name}
    data["objective"] = it.objective
    data["break_scope"] = it.break_scope
    if (it.tables < NO_LIMIT).any():
        data["tables"] = _short(it.tables.tolist())
    if it.max_break_difference is not None:
        data["max_break_difference"] = it.max_break_difference
    if it.frozen_before:
        data["frozen_before"] = it.slot_ids[min(it.frozen_before, len(it.slot_ids) - 1)]
    data.update(kept.get("", {}))
    if it.walking:
        data["walking"] = {
            "places": it.place_ids,
            "minutes": [_minutes(it, row) for row in it.walk_minutes.tolist()],
            "gap_minutes": _short(_minutes(it, it.gap_minutes.tolist()) or [0]),
            **kept.get("walking", {}),
        }
    if it.pool_ids:
        data["table_pools"] = [
            {"id": name, "tables": _short(it.pool_tables[k].tolist())}
            | kept.get("pools", {}).get(k, {})
            for k, name in enumerate(it.pool_ids)
        ]
    data["slots"] = [_slot(it, t) for t in range(len(it.slot_ids))]
    data["participants"] = [_participant(it, p) for p in range(len(it.participant_ids))]
    data["requests"] = _requests(it)
    names = it.request_ids
    if len(it.precedences):
        data["precedences"] = [[names[a], names[b]] for a, b in it.precedences.tolist()]
    if len(it.exclusions):
        ids = it.participant_ids
        data["exclusions"] = [[ids[a], ids[b]] for a, b in it.exclusions.tolist()]
    if len(it.locked):
        data["locked"] = [
            {"request": names[r], "slot": it.slot_ids[t]} | kept.get("locked", {}).get((r, t), {})
            for r, t in it.locked.tolist()
        ]
    return data


def _slot(it: Instance, t: int) -> dict[str, Any]:
    item: dict[str, Any] = {"id": it.slot_ids[t]}
    day, session = int(it.slot_day[t]), int(it.slot_session[t])
    item["day"] = it.day_names[day] if day < len(it.day_names) else day
    item["session"] = it.session_names[session] if session < len(it.session_names) else session
    if t in it.extra.get("starts", {}):
        item["start"] = it.extra["starts"][t]
    if it.slot_minutes[t]:
        item["minutes"] = int(it.slot_minutes[t])
    item.update(it.extra.get("slots", {}).get(t, {}))
    return item


def _participant(it: Instance, p: int) -> dict[str, Any]:
    item: dict[str, Any] = {"id": it.participant_ids[p]}
    if it.side[p] in (EXHIBITOR, BUYER):
        item["side"] = "exhibitor" if it.side[p] == EXHIBITOR else "buyer"
    capacity = it.capacity[p]
    levels = set(capacity[capacity > 0].tolist())
    if len(levels) > 1:
        item["capacity"] = capacity.tolist()
    else:
        if levels and levels != {1}:
            item["capacity"] = levels.pop()
        away = np.flatnonzero(capacity == 0).tolist()
        if away:
            item["unavailable"] = [it.slot_ids[t] for t in away]
    if it.min_meetings[p]:
        item["min_meetings"] = int(it.min_meetings[p])
    if it.max_meetings[p] < NO_LIMIT:
        item["max_meetings"] = int(it.max_meetings[p])
    if it.max_per_day[p] < NO_LIMIT:
        item["max_meetings_per_day"] = int(it.max_per_day[p])
    if it.place[p] >= 0:
        item["place"] = it.place_ids[it.place[p]]
    if it.pool[p] >= 0:
        item["pool"] = it.pool_ids[it.pool[p]]
    item.update(it.extra.get("participants", {}).get(p, {}))
    return item


def _requests(it: Instance) -> list[dict[str, Any]]:
    people = it.participant_ids
    items: list[dict[str, Any]] = [
        {"id": name, "participants": [people[a], people[b]], "weight": _number(w)}
        for name, a, b, w in zip(
            it.request_ids, it.first.tolist(), it.second.tolist(), it.weight.tolist(), strict=True
        )
    ]
    for r in np.flatnonzero(it.mandatory).tolist():
        items[r]["mandatory"] = True
    for r in np.flatnonzero(it.fixed_slot >= 0).tolist():
        items[r]["fixed_slot"] = it.slot_ids[it.fixed_slot[r]]
    if it.allowed is not None:
        for r in np.flatnonzero(~it.allowed.all(axis=1)).tolist():
            slots = np.flatnonzero(it.allowed[r]).tolist()
            items[r]["allowed_slots"] = [it.slot_ids[t] for t in slots]
    if it.frozen_before == len(it.slot_ids):
        # The format has no word for the end of the last slot: what is not locked has none.
        for r in np.setdiff1d(np.arange(len(items)), it.locked[:, 0]).tolist():
            items[r]["allowed_slots"] = []
            items[r].pop("fixed_slot", None)
    for r, more in it.extra.get("requests", {}).items():
        items[r].update(more)
    return items
