"""Tiny random instances as JSON, and the best schedule found by trying everything."""

import copy
import itertools
import random

from emporion.engines.scheduling.checking import REASONS, check_data
from emporion.engines.scheduling.checking_reasons import Reasons


def instance(slots=3, people=("e", "f", "a", "b"), requests=(), **more):
    """A small instance; ``requests`` are (id, first, second, weight or dict of more keys)."""
    rows = []
    for name, first, second, *rest in requests:
        row = {"id": name, "participants": [first, second]}
        for item in rest:
            row.update(item if isinstance(item, dict) else {"weight": item})
        rows.append(row)
    return {
        "format": "emporion-schedule-instance/1",
        "name": "tiny",
        "objective": "weight",
        "slots": [{"id": f"t{i}", "day": "one", "session": "am"} for i in range(slots)],
        "participants": [p if isinstance(p, dict) else {"id": p} for p in people],
        "requests": rows,
    } | more


def random_instance(seed, features=()):
    """A made-up instance that can be enumerated; ``features`` switch constraints on."""
    rng = random.Random(seed)
    slots = rng.randint(2, 4)
    exhibitors = [{"id": f"e{i}", "side": "exhibitor"} for i in range(rng.randint(1, 3))]
    buyers = [{"id": f"b{i}", "side": "buyer"} for i in range(rng.randint(2, 3))]
    names = [f"t{i}" for i in range(slots)]
    for person in exhibitors + buyers:
        if rng.random() < 0.5:
            person["unavailable"] = rng.sample(names, rng.randint(0, slots - 1))
    for person in exhibitors:
        if rng.random() < 0.5:
            person["capacity"] = rng.choice([1, 2, [rng.randint(0, 2) for _ in names]])
    pairs = list(itertools.product(exhibitors, buyers))
    if "anybody" in features:
        pairs = list(itertools.combinations(exhibitors + buyers, 2))
        for person in exhibitors + buyers:
            person.pop("side")
    rng.shuffle(pairs)
    rows = [(f"r{i}", a["id"], b["id"], rng.randint(1, 9)) for i, (a, b) in enumerate(pairs[:5])]
    data = instance(slots, exhibitors + buyers, rows)
    days = [min(i * 2 // slots, 1) for i in range(slots)]
    for slot, day in zip(data["slots"], days):
        slot["day"], slot["minutes"] = day, 20
    everybody = exhibitors + buyers
    if "walking" in features:
        for person in exhibitors:
            person["place"] = rng.choice(["north", "south", "west"])
        way = [[0, 5, 30], [5, 0, 12], [30, 12, 0]]
        gap = rng.choice([6, [rng.choice([3, 6, 15]) for _ in names[1:]]])
        data["walking"] = {
            "places": ["north", "south", "west"],
            "minutes": way,
            "gap_minutes": gap,
        }
    if "quota" in features:
        for person in everybody:
            if rng.random() < 0.5:
                person["max_meetings"] = rng.randint(1, 2)
            if rng.random() < 0.5:
                person["max_meetings_per_day"] = 1
    if "tables" in features:
        data["tables"] = rng.choice([1, [rng.randint(0, 2) for _ in names]])
    if "pools" in features:
        data["table_pools"] = [{"id": "hall", "tables": rng.choice([1, [1] * slots])}]
        for person in exhibitors:
            if rng.random() < 0.6:
                person["pool"] = "hall"
    if "slots" in features:
        for row in data["requests"]:
            if rng.random() < 0.3:
                row["allowed_slots"] = rng.sample(names, rng.randint(1, slots))
            elif rng.random() < 0.2:
                row["fixed_slot"] = rng.choice(names)
        if rng.random() < 0.4:
            data["frozen_before"] = names[1]
    if "exclusions" in features and len(pairs) > 1:
        data["exclusions"] = [[p["id"] for p in pairs[0]]]
    if "precedences" in features and len(rows) > 1:
        data["precedences"] = [["r0", "r1"]]
    if "minimum" in features:
        rng.choice(everybody)["min_meetings"] = 1
    if "mandatory" in features:
        for row in rng.sample(data["requests"], 1):
            row["mandatory"] = True
    if "past" in features:
        # What was held in the first slot is locked there, and nothing new comes into it.
        there = {p["id"]: names[0] not in p.get("unavailable", ()) for p in everybody}
        rows = [r for r in data["requests"] if all(there[p] for p in r["participants"])]
        if rows:
            rng.choice(rows)["mandatory"] = True
            data["locked"] = [{"request": rng.choice(rows)["id"], "slot": names[0]}]
        data["frozen_before"] = names[1]
    if "fairness" in features:
        data["max_break_difference"] = 0
        data["break_scope"] = rng.choice(["event", "day"])
    return data


FEATURES = (
    "walking", "quota", "tables", "pools", "slots", "exclusions", "precedences", "minimum",
    "mandatory", "fairness", "anybody", "past",
)  # fmt: skip


def schedule(data, held):
    """A solution in the format, with figures and reasons that the checker accepts."""
    solution = _without_reasons(data, held)
    reasons = Reasons(data, {m["request"]: _number(data, m["slot"]) for m in solution["meetings"]})
    for row in solution["ungranted"]:
        for reason in REASONS:
            if not reasons.untrue({row["request"]: reason}, {}):
                row["reason"] = reason
    return solution


def _number(data, name):
    return [slot["id"] for slot in data["slots"]].index(name)


def _without_reasons(data, held):
    weights = {r["id"]: r.get("weight", 1) for r in data["requests"]}
    solution = {
        "format": "emporion-schedule-solution/1",
        "instance": data["name"],
        "status": "feasible",
        "meetings": [{"request": r, "slot": t} for r, t in held.items()],
        "ungranted": [
            {"request": r["id"], "reason": "outweighed"}
            for r in data["requests"]
            if r["id"] not in held
        ],
        "objective": {"weight": sum(weights[r] for r in held), "breaks": 0},
        "seconds": 0.0,
        "seed": 0,
    }
    solution["objective"]["breaks"] = check_data(data, solution, reasons=False).breaks
    return solution


def brute_force(data, cost=None):
    """The best valid solution (by weight, or least ``cost``), or None when there is none."""
    names = [slot["id"] for slot in data["slots"]]
    weights = [r.get("weight", 1) for r in data["requests"]]

    def weight(slots):
        return sum(w for w, t in zip(weights, slots) if t is not None)

    everything = itertools.product([None, *names], repeat=len(weights))
    if cost is None:
        everything = sorted(everything, key=weight, reverse=True)
    best, best_cost = None, None
    for slots in everything:
        held = {r["id"]: t for r, t in zip(data["requests"], slots) if t is not None}
        solution = _without_reasons(data, held)
        report = check_data(data, solution, reasons=False)
        if report.valid and cost is None:
            return schedule(data, held)
        if report.valid and (best is None or cost(report) < best_cost):
            best, best_cost = solution, cost(report)
    return best


def only(data, names):
    """The instance with the named constraints alone, told apart by their names."""
    free = copy.deepcopy(data)
    for key in ("precedences", "exclusions", "locked"):
        free[key] = []
    for key in ("tables", "frozen_before", "max_break_difference", "walking"):
        free.pop(key, None)
    for pool in free.get("table_pools", []):
        if f'table pool "{pool["id"]}"' not in names:
            pool["tables"] = len(data["requests"])
    keys = {"tables": "tables", "walking": "walking", "frozen_before": "frozen_before",
            "max_break_difference": "max_break_difference"}  # fmt: skip
    for name in names:
        if (word := name.split(" ")[0]) in keys:
            free[keys[word]] = data[keys[word]]
    late = free.pop("frozen_before", None) if data.get("locked") else None
    for key in ("precedences", "exclusions"):
        free[key] = [
            pair for pair in data.get(key, [])
            if f'{key[:-1]} ["{pair[0]}", "{pair[1]}"]' in names
        ]  # fmt: skip
    free["locked"] = [
        item for item in data.get("locked", [])
        if f'locked meeting "{item["request"]}" in slot "{item["slot"]}"' in names
    ]  # fmt: skip
    for person in free["participants"]:
        who = f'participant "{person["id"]}"'
        if f"the calendar of {who}" not in names:
            person.pop("unavailable", None)
            person["capacity"] = len(data["requests"])
        for key in ("min_meetings", "max_meetings", "max_meetings_per_day"):
            if f"{who}: {key} {person.get(key)}" not in names:
                person.pop(key, None)
        if "walking" not in free:
            person.pop("place", None)
    for row in free["requests"]:
        who = f'request "{row["id"]}"'
        if f"mandatory {who}" not in names:
            row.pop("mandatory", None)
        if f"{who}: allowed_slots" not in names:
            row.pop("allowed_slots", None)
        if f'{who}: fixed_slot "{row.get("fixed_slot")}"' not in names:
            row.pop("fixed_slot", None)
    if late is not None:
        _freeze(free, late, {item["request"] for item in data["locked"]})
    return free


def _freeze(data, late, locked):
    """Nothing new before the slot ``late``: what is locked is not new, named or not."""
    slots = [slot["id"] for slot in data["slots"]]
    open_ = slots[slots.index(late) :]
    for row in data["requests"]:
        if row["id"] not in locked:
            row["allowed_slots"] = [t for t in row.get("allowed_slots", slots) if t in open_]
            if row.get("fixed_slot") not in (None, *open_):
                # Both together are refused where they are at odds: it can be held in no slot.
                row.pop("fixed_slot")
                row["allowed_slots"] = []


MUST = ("mandatory", "minimum", "slots", "quota", "tables", "pools", "precedences", "exclusions",
        "walking", "fairness")  # fmt: skip


def harder(seed):
    """A tiny instance in which much has to be held, often too much."""
    data = random_instance(seed, MUST[: 2 + seed % 9])
    for row in data["requests"][: 2 + seed % 3]:
        row["mandatory"] = True
    if seed % 4 == 0:
        data["locked"] = [{"request": "r0", "slot": "t1"}]
    return data


def crossed(seed):
    """A tiny instance in which several causes forbid the same: mandatory requests, some of them of
    the same pair, locks, orders, and least numbers of meetings."""
    rng = random.Random(seed)
    data = random_instance(seed, [one for one in FEATURES if rng.random() < 0.4])
    names = [slot["id"] for slot in data["slots"]]
    data["requests"] = rows = data["requests"][:4]
    if rng.random() < 0.4:
        rows[-1]["participants"] = rows[0]["participants"][:: rng.choice([1, -1])]
    for row in rows:
        if rng.random() < 0.5:
            row["mandatory"] = True
    for person in data["participants"]:
        if rng.random() < 0.2:
            person |= {"min_meetings": rng.randint(1, 3), "max_meetings": rng.randint(0, 3)}
    drawn = rng.sample(rows, rng.choice([0, 0, 1, 2]))
    data["locked"] = [{"request": row["id"], "slot": rng.choice(names)} for row in drawn]
    if rng.random() < 0.4 and len(rows) > 1:
        pairs = [rng.sample(rows, 2) for _ in range(rng.randint(1, 4))]
        data["precedences"] = [[row["id"] for row in pair] for pair in pairs]
    return data
