"""Instances and solutions from JSON: every key checked, bulk work in numpy."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from .instance import (
    BUYER,
    EXHIBITOR,
    MOST_MINUTE_PARTS,
    NO_LIMIT,
    NO_SIDE,
    Instance,
    InstanceError,
    Ints,
    make_instance,
)
from .json_values import (
    check_keys,
    expect,
    find,
    ids_of,
    items_of,
    load_json,
    per_slot,
    whole_number,
)
from .limits import refuse_large_file, refuse_too_many

INSTANCE_FORMAT = "emporion-schedule-instance/1"
TOP = {
    "format", "name", "objective", "slots", "participants", "requests", "precedences", "tables",
    "table_pools", "exclusions", "locked", "frozen_before", "walking", "max_break_difference",
    "break_scope",
}  # fmt: skip
SLOT_KEYS = {"id", "day", "session", "start", "minutes"}
PARTICIPANT_KEYS = {
    "id", "side", "capacity", "unavailable", "min_meetings", "max_meetings",
    "max_meetings_per_day", "place", "pool",
}  # fmt: skip
REQUEST_KEYS = {"id", "participants", "weight", "mandatory", "allowed_slots", "fixed_slot"}


def read_instance(path: str | Path) -> Instance:
    """Read ``emporion-schedule-instance/1``.  1 s for 200,000 requests."""
    refuse_large_file(path)
    return instance_from_json(load_json(path))


def instance_from_json(data: Any) -> Instance:
    """An `Instance` from the parsed JSON; raises `InstanceError` naming the item that is wrong."""
    check_keys(data, TOP, "instance", ("format", "slots", "participants", "requests"))
    if data["format"] != INSTANCE_FORMAT:
        raise InstanceError("format", f'"{data["format"]}" is not "{INSTANCE_FORMAT}"')
    if isinstance(data["requests"], list):
        refuse_too_many(len(data["requests"]))
    slots = items_of(data, "slots", SLOT_KEYS, ("id",))
    people = items_of(data, "participants", PARTICIPANT_KEYS, ("id",))
    requests = items_of(data, "requests", REQUEST_KEYS, ("id", "participants"))
    slot_ids, slot_index = ids_of(slots, "slot")
    people_ids, people_index = ids_of(people, "participant")
    request_ids, request_index = ids_of(requests, "request")
    given: dict[str, Any] = {
        "name": expect(data.get("name", ""), str, "name", "a text"),
        "objective": data.get("objective", "weight"),
        "break_scope": data.get("break_scope", "event"),
    }
    given |= _slots(slots)
    pools = items_of(data, "table_pools", {"id", "tables"}, ("id", "tables"))
    given["pool_ids"], pool_index = ids_of(pools, "table pool")
    given["pool_tables"] = [
        per_slot(p["tables"], len(slots), f'table pool "{p["id"]}"') for p in pools
    ] or None
    given |= _walking(data.get("walking"), len(slots))
    given |= _people(people, slot_index, pool_index, given)
    given |= _requests(requests, slot_index, people_index)
    if data.get("tables") is not None:
        given["tables"] = per_slot(data["tables"], len(slots), "tables")
    given["precedences"] = _pairs(data, "precedences", request_index, "request")
    given["exclusions"] = _pairs(data, "exclusions", people_index, "participant")
    locked = items_of(data, "locked", {"request", "slot"}, ("request", "slot"))
    given["locked"] = [
        (
            find(request_index, item["request"], f"locked: item {n}", "request"),
            find(slot_index, item["slot"], f"locked: item {n}", "slot"),
        )
        for n, item in enumerate(locked)
    ]
    if data.get("frozen_before") is not None:
        given["frozen_before"] = find(slot_index, data["frozen_before"], "frozen_before", "slot")
    if data.get("max_break_difference") is not None:
        given["max_break_difference"] = whole_number(
            data["max_break_difference"], "max_break_difference"
        )
    first, second = given.pop("ends")
    given["extra"] = _kept(data, slots, people, requests, pools)
    if marked := _marked(locked):
        given["extra"]["locked"] = {given["locked"][n]: keys for n, keys in marked.items()}
    return make_instance(slot_ids, people_ids, request_ids, first, second, **given)


def _kept(data: dict[str, Any], *lists: list[Any]) -> dict[str, Any]:
    """Keys ``x-...`` of the file and of its items, to be written back."""
    kept: dict[str, Any] = {}
    for noun, item in (("", data), ("walking", data.get("walking") or {})):
        if marked := _marked([item]):
            kept[noun] = marked[0]
    for noun, items in zip(("slots", "participants", "requests", "pools"), lists, strict=True):
        if marked := _marked(items):
            kept[noun] = marked
    starts = (
        {n: item["start"] for n, item in enumerate(slots) if "start" in item}
        if (slots := lists[0])
        else {}
    )
    if starts:
        kept["starts"] = starts
    return kept


def _marked(items: list[Any]) -> dict[int, dict[str, Any]]:
    """The keys ``x-...`` of those items that have any."""
    return {
        n: {k: v for k, v in item.items() if k.startswith("x-")}
        for n, item in enumerate(items)
        if any(k.startswith("x-") for k in item)
    }


def _slots(slots: list[Any]) -> dict[str, Any]:
    """Day and session numbers in order of appearance; a day must lie together."""
    result: dict[str, Any] = {}
    for key, target, names in (
        ("day", "slot_day", "day_names"),
        ("session", "slot_session", "session_names"),
    ):
        values = [json.dumps(slot.get(key)) for slot in slots]
        order = list(dict.fromkeys(values))
        numbers = np.array([order.index(v) for v in values], dtype=np.int32)
        result[target], result[names] = numbers, [json.loads(v) for v in order]
    runs = np.flatnonzero(np.diff(result["slot_day"], prepend=-1))
    if len(runs) > len(result["day_names"]):
        last = slots[int(runs[-1])]["id"]
        raise InstanceError(f'slot "{last}"', "slots must be in time order, one day together")
    result["slot_minutes"] = [
        whole_number(slot.get("minutes") or 0, f'slot "{slot["id"]}": minutes') for slot in slots
    ]
    return result


def _walking(walking: Any, slots: int) -> dict[str, Any]:
    if walking is None:
        return {}
    keys = {"places", "minutes", "gap_minutes"}
    check_keys(walking, keys, "walking", ("places", "minutes", "gap_minutes"))
    places = expect(walking["places"], list, "walking: places", "a list")
    for place in places:
        expect(place, str, "walking: places", "a text")
    if len(set(places)) < len(places):
        raise InstanceError("walking: places", "a place occurs twice")
    rows = expect(walking["minutes"], list, "walking: minutes", "a list of lists")
    if len(rows) != len(places) or any(
        not isinstance(row, list) or len(row) != len(places) for row in rows
    ):
        raise InstanceError("walking: minutes", f"must be {len(places)} rows of {len(places)}")
    ways = [_minutes(v, "walking: minutes") for row in rows for v in row]
    gap = walking["gap_minutes"]
    if isinstance(gap, list) and len(gap) != slots - 1:
        raise InstanceError("walking: gap_minutes", f"{len(gap)} numbers, expected {slots - 1}")
    each = gap if isinstance(gap, list) else [gap] * (slots - 1)
    gaps = [_minutes(v, "walking: gap_minutes") for v in each]
    # Neither rounded: a way of 4.2 minutes is too long for 4.1 and fits into 4.9.
    parts = math.lcm(*(v.denominator for v in (*ways, *gaps)))
    minutes = np.array([int(v * parts) for v in ways], dtype=np.int32)
    return {
        "place_ids": list(places),
        "walk_minutes": minutes.reshape(len(places), len(places)),
        "gap_minutes": [int(v * parts) for v in gaps],
        "minute_parts": parts,
    }


def _minutes(value: Any, where: str) -> Fraction:
    """Minutes as the decimal number that they were written as, at most a million."""
    number = expect(value, (int, float), where, "a number of minutes")
    if not number >= 0:
        what = "is negative" if number < 0 else "is not a number"
        raise InstanceError(where, f"{number} {what}")
    exact = Fraction(repr(min(number, 10**6)))
    if MOST_MINUTE_PARTS % exact.denominator:
        raise InstanceError(where, f"{number} has more than three decimals")
    return exact


def _people(
    people: list[Any],
    slot_index: dict[str, int],
    pool_index: dict[str, int],
    given: dict[str, Any],
) -> dict[str, Any]:
    count, slots = len(people), len(slot_index)
    capacity: Ints = np.ones((count, slots), dtype=np.int32)
    limits = {
        "min_meetings": np.zeros(count, dtype=np.int32),
        "max_meetings": np.full(count, NO_LIMIT, dtype=np.int32),
        "max_meetings_per_day": np.full(count, NO_LIMIT, dtype=np.int32),
    }
    side = np.full(count, NO_SIDE, dtype=np.int8)
    place, pool = np.full(count, -1, dtype=np.int32), np.full(count, -1, dtype=np.int32)
    walking = "walk_minutes" in given
    place_index = {name: n for n, name in enumerate(given.get("place_ids", []))}
    for n, person in enumerate(people):
        where = f'participant "{person["id"]}"'
        if (value := person.get("side")) is not None:
            if value not in ("exhibitor", "buyer"):
                raise InstanceError(
                    where, f'side {json.dumps(value)} is not "exhibitor" or "buyer"'
                )
            side[n] = EXHIBITOR if value == "exhibitor" else BUYER
        if (value := person.get("capacity")) is not None:
            capacity[n] = per_slot(value, slots, f"{where}: capacity")
        for name in expect(person.get("unavailable") or [], list, where, "a list of slots"):
            t = slot_index.get(name) if isinstance(name, str) else None
            if t is None:
                t = find(slot_index, name, f"{where}: unavailable", "slot")
            capacity[n, t] = 0
        for key, array in limits.items():
            if (value := person.get(key)) is not None:
                array[n] = whole_number(value, f"{where}: {key}")
        if (value := person.get("place")) is not None:
            expect(value, str, f"{where}: place", "a text")
            if value not in place_index:
                if walking:
                    raise InstanceError(where, f'unknown place "{value}"')
                place_index[value] = len(place_index)
            place[n] = place_index[value]
        if (value := person.get("pool")) is not None:
            pool[n] = find(pool_index, value, where, "table pool")
    np.minimum(capacity, 100_000, out=capacity)
    return {
        "capacity": capacity,
        "min_meetings": limits["min_meetings"],
        "max_meetings": limits["max_meetings"],
        "max_per_day": limits["max_meetings_per_day"],
        "side": side,
        "place": place,
        "place_ids": list(place_index),
        "pool": pool,
    }


def _requests(
    requests: list[Any], slot_index: dict[str, int], people_index: dict[str, int]
) -> dict[str, Any]:
    count, slots = len(requests), len(slot_index)
    pairs = [request["participants"] for request in requests]
    try:
        if not all(type(pair) is list for pair in pairs):
            raise TypeError
        flat = [people_index[name] for a, b in pairs for name in (a, b)]
    except (KeyError, TypeError, ValueError):
        for request in requests:
            where = f'request "{request["id"]}"'
            ends = expect(request["participants"], list, where, "a list of two participants")
            if len(ends) != 2:
                raise InstanceError(where, f"{len(ends)} participants, expected two") from None
            for name in ends:
                find(people_index, name, where, "participant")
        raise
    weights = [request.get("weight", 1) for request in requests]
    for n in range(count):
        if type(weights[n]) not in (int, float):
            expect(weights[n], (int, float), f'request "{requests[n]["id"]}": weight', "a number")
    mandatory = [request.get("mandatory", False) for request in requests]
    for n in range(count):
        if type(mandatory[n]) is not bool:
            expect(mandatory[n], bool, f'request "{requests[n]["id"]}": mandatory', "true or false")
    result: dict[str, Any] = {
        "ends": np.array(flat, dtype=np.int32).reshape(count, 2).T,
        "weight": _floats(weights, requests),
        "mandatory": mandatory,
        "fixed_slot": np.full(count, -1, dtype=np.int32),
    }
    allowed = None
    for n, request in enumerate(requests):
        if request.get("allowed_slots") is not None:
            where = f'request "{request["id"]}": allowed_slots'
            if allowed is None:
                allowed = np.ones((count, slots), dtype=bool)
            allowed[n] = False
            for name in expect(request["allowed_slots"], list, where, "a list of slots"):
                allowed[n, find(slot_index, name, where, "slot")] = True
        if request.get("fixed_slot") is not None:
            where = f'request "{request["id"]}": fixed_slot'
            t = find(slot_index, request["fixed_slot"], where, "slot")
            result["fixed_slot"][n] = t
            if allowed is not None and not allowed[n, t]:
                raise InstanceError(
                    where, f'"{request["fixed_slot"]}" is not an allowed slot of it'
                )
    result["allowed"] = allowed
    return result


def _floats(weights: list[Any], requests: list[Any]) -> Any:
    try:
        return np.array(weights, dtype=np.float64)
    except OverflowError:
        for weight, request in zip(weights, requests, strict=True):
            if abs(weight) > 1e300:
                raise InstanceError(
                    f'request "{request["id"]}"', "the weight is too large a number"
                ) from None
        raise


def _pairs(data: dict[str, Any], key: str, index: dict[str, int], noun: str) -> list[list[int]]:
    found = []
    for n, pair in enumerate(expect(data.get(key) or [], list, key, "a list of pairs")):
        where = f"{key}: item {n}"
        if len(expect(pair, list, where, "a pair")) != 2:
            raise InstanceError(where, f"{len(pair)} items, expected two")
        ends = [find(index, name, where, noun) for name in pair]
        if ends[0] == ends[1]:
            raise InstanceError(where, f"both are {json.dumps(pair[0], ensure_ascii=False)}")
        found.append(ends)
    return found
