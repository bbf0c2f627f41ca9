"""One meeting for everybody who asked: whom it concerns and what it costs at least.

Serving everybody has a price, because some meetings of little weight push out others of more.  An
organiser should see it before choosing: it comes from the slot-free flow with a bonus on the first
meetings of every buyer (an arc of its own to the sink), in a second, without a schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .flow import relax
from .instance import BUYER, Bools, Instance, Longs
from .pricing import most_held
from .shape import integer_weights, orient


@dataclass
class ServicePrice:
    """``people`` who ask and have a common slot, ``served`` of them in the flow that serves most.

    ``free`` bound on the weight of any schedule, ``bound`` on that of one which serves as many;
    ``price`` their difference as a share of ``free``; ``unserved`` when only the weight counts.
    """

    people: int
    served: int
    unserved: int
    free: float
    bound: float

    @property
    def price(self) -> float:
        return (self.free - self.bound) / self.free if self.free else 0.0


def service_targets(
    instance: Instance, open_: Bools, serve: int, balance: float = 0.0, *, insist: bool = True
) -> Longs:
    """How many of its first meetings count for each participant, int64[P].

    Buyers (everybody with one calendar where no sides are told) with an ``open_`` request:
    ``serve`` meetings, or the share ``balance`` (0..1, rounded up) of what each asks for and could
    take, if that is more; never fewer than ``min_meetings`` unless ``insist`` is False.
    """
    people = len(instance.participant_ids)
    ends = np.concatenate([instance.first[open_], instance.second[open_]])
    asked = np.bincount(ends, minlength=people)
    told = (instance.side == BUYER).any()
    single = instance.capacity.max(axis=1, initial=0) <= 1
    guests = instance.side == BUYER if told else single & (instance.place < 0)
    could = np.minimum(asked, most_held(instance))
    # A share such as 0.1 of ten is one, although the product may be a little more.
    shared = np.ceil(balance * could - 1e-9)
    targets = np.minimum(np.where(guests, np.maximum(serve, shared), 0), could)
    least: Longs = np.maximum(targets, instance.min_meetings if insist else 0).astype(np.int64)
    return least


def service_price(instance: Instance, serve: int = 1, balance: float = 0.0) -> ServicePrice:
    """The least price of ``serve`` meetings for every requesting buyer, or of the share ``balance``
    of what each asks for where that is more.  1 s for 200,000 requests.

    >>> from emporion.engines.scheduling import make_instance
    >>> fair = make_instance(["9:00"], ["booth", "anna", "bo", "stand"], list("xyz"),
    ...                      [0, 0, 3], [1, 2, 1], weight=[9, 2, 4], side=[0, 1, 1, 0])
    >>> price = service_price(fair)
    >>> (price.free, price.bound, price.unserved)
    (9.0, 6.0, 1)
    """
    return service_prices(instance, [(serve, balance)])[0]


def service_prices(instance: Instance, wishes: Sequence[tuple[int, float]]) -> list[ServicePrice]:
    """`service_price` of each (``serve``, ``balance``); 0.5 s and as much again for each, at
    200,000 requests."""
    shape = orient(instance)
    units, scale = integer_weights(instance)
    open_ = np.asarray(instance.possible_slots().any(axis=1))
    capacity, ends = most_held(instance), (shape.end0, shape.end1)
    nobody = np.zeros(len(capacity), dtype=np.int64)
    plain = relax(*ends, units, capacity, open_, shape.bipartite, nobody, 0)

    def missing(targets: Longs, wanted: Bools) -> int:
        held = np.concatenate([shape.end0[wanted], shape.end1[wanted]])
        return int((np.bincount(held, minlength=len(targets)) < targets).sum())

    found = []
    for serve, balance in wishes:
        targets = service_targets(instance, open_, serve, balance)
        big = int(min(int(units.sum()) + 1, 2**60 // (int(targets.sum()) + 2)))
        kind = relax(*ends, units, capacity, open_, shape.bipartite, targets, big)
        people = int((targets > 0).sum())
        found.append(
            ServicePrice(
                people=people,
                served=people - missing(targets, kind.wanted),
                unserved=missing(targets, plain.wanted),
                free=plain.value / scale,
                bound=kind.value / scale,
            )
        )
    return found
