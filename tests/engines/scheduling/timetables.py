"""Small random timetables, and their optimum by trying everything."""

import itertools
import random

from emporion.engines.scheduling.exact.timetable import Timetable


def random_timetable(seed):
    """Five people at most, five slots, six meetings; constraints that often bite."""
    rng = random.Random(seed)
    people, slots = rng.randint(3, 6), rng.randint(3, 5)
    pairs = list(itertools.combinations(range(people), 2))
    ends = rng.sample(pairs, min(len(pairs), rng.randint(3, 6)))
    everything = (1 << slots) - 1
    domain = []
    for _ in ends:
        draw = rng.random()
        if draw < 0.15:
            domain.append(1 << rng.randrange(slots))
        else:
            domain.append(everything & ~(rng.getrandbits(slots) & rng.getrandbits(slots)))
    domain = [d or everything for d in domain]
    order = [rng.sample(range(len(ends)), 2)] if rng.random() < 0.5 else []
    tables = [rng.randint(1, 3) for _ in range(slots)]
    return Timetable(
        slots, people, ends, domain, tables, [tuple(x) for x in order], rng.choice([None, 0, 1, 2])
    )


def breaks_of(it, slots):
    """Breaks of each person, counted on a string of busy and idle."""
    rows = []
    for p in range(it.people):
        busy = {slots[m] for m, pair in enumerate(it.ends) if p in pair}
        row = "".join("x" if t in busy else " " for t in range(it.slots)).strip()
        rows.append(max(len([part for part in row.split(" ") if part]) - 1, 0))
    return rows


def all_timetables(it):
    """{slots of the meetings: breaks} of every valid timetable."""
    found = {}
    options = [[t for t in range(it.slots) if d >> t & 1] for d in it.domain]
    for slots in itertools.product(*options):
        cells = [(p, t) for pair, t in zip(it.ends, slots) for p in pair]
        if len(set(cells)) < len(cells):
            continue
        if any(slots.count(t) > tables for t, tables in enumerate(it.tables)):
            continue
        if any(slots[a] >= slots[b] for a, b in it.order):
            continue
        rows = breaks_of(it, slots)
        if it.apart is not None and max(rows) - min(rows) > it.apart:
            continue
        found[slots] = sum(rows)
    return found
