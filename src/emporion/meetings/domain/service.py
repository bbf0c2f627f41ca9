"""Whom a schedule serves first: the greatest value alone, or guests, at a price told before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from emporion.engines import scheduling

Name = Literal["value", "everybody", "quarter", "half"]
NAMES: tuple[Name, ...] = get_args(Name)


@dataclass(frozen=True)
class Service:
    """Each guest's first meetings, `serve` of them or the share `balance` (0..1) of what the guest
    asks for and could take, go before everything else."""

    serve: int
    balance: float

    @property
    def options(self) -> str:
        """What the command of the engine is told; empty for the value alone."""
        told = {"--serve": self.serve, "--balance": self.balance}
        return "".join(f" {option} {number:g}" for option, number in told.items() if number)


SERVICES: dict[Name, Service] = {
    "value": Service(0, 0.0),
    "everybody": Service(1, 0.0),
    "quarter": Service(1, 0.25),
    "half": Service(1, 0.5),
}


def prices(instance: scheduling.Instance) -> list[dict[str, Any]]:
    """Return what each service costs at least, as plain JSON values.

    ``people`` guests who ask for something that can be held, ``without`` how many of them get less
    than the service says where the value alone counts, ``left`` how many do so even with it, and
    ``price`` the part of the greatest value possible (0..1) that it costs at least. All without
    slots and walks, so none of it is more than an estimate from below. O(R log R) for each.
    """
    wanted: Sequence[Name] = [name for name in NAMES if name != "value"]
    found = scheduling.service_prices(
        instance, [(SERVICES[name].serve, SERVICES[name].balance) for name in wanted]
    )
    return [
        {
            "service": name,
            "people": one.people,
            "without": one.unserved,
            "left": one.people - one.served,
            "price": round(one.price, 6),
        }
        for name, one in zip(wanted, found, strict=True)
    ]
