"""What the matching engine works on: two sides of participants, as plain data.

Nothing here needs numpy, so that reading and checking a market stays light.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import index
from typing import Any

SIZES = ("micro", "small", "medium", "large")
SIGNAL_KINDS = ("view", "bookmark", "request", "accept", "decline", "rating")
# Reading on beyond this adds time and a way to stuff a profile, and nothing to a short list.
MAX_TEXT = 20_000
# Nobody counts further than this.
MOST = 10**9


class MarketError(ValueError):
    """Something in a market is wrong; ``where`` names the item, ``what`` says how to mend it."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


class EncodingError(RuntimeError):
    """An encoder cannot be had or answered wrongly; the text says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class Category:
    """One code of the taxonomy. `labels` are {language: name}; `synonyms` are further names."""

    code: str
    parent: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    synonyms: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Participant:
    """One exhibitor or buyer.

    `capacity` is the number of meetings wanted (>= 1); `texts` are {language: what is offered or
    needed}; `country` and `markets` are ISO 3166-1 alpha-2; `languages` BCP 47; `size` one of
    `SIZES` or ""; `deals` are codes of deal types looked for.  `agreed` are meetings that are
    settled already and take their places.  `markets_named` is how many markets somebody named to
    want all of `markets`, where a region is one; 0: as many as there are.
    """

    id: str
    capacity: int = 1
    offers: Sequence[str] = ()
    needs: Sequence[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    country: str = ""
    markets: Sequence[str] = ()
    languages: Sequence[str] = ()
    size: str = ""
    deals: Sequence[str] = ()
    agreed: int = 0
    markets_named: int = 0

    @property
    def free(self) -> int:
        """How many more meetings the participant wants."""
        return max(0, self.capacity - self.agreed)

    @property
    def room(self) -> int:
        """How many places the market gives the participant.

        One at least: a calendar that is full today loses meetings tomorrow, and a fair whose hosts
        are all full would have nobody to suggest to who comes late.
        """
        return max(1, self.free)


@dataclass(frozen=True, slots=True)
class Signal:
    """Something one participant did about another.

    `value` is 1 to 5 for a rating, or 0 to 1 where all of the market's are, and some below 1.

    `at` is when, in seconds of any clock that all signals share; None does not age.  One that
    `only_teaches` moves what is learnt of everybody and not the score of its own pair: two who have
    asked each other already need no place on a list for it.
    """

    sender: str
    receiver: str
    kind: str
    value: float | None = None
    at: float | None = None
    only_teaches: bool = False


@dataclass(frozen=True)
class Market:
    """Two sides, what is known about them, and how long their lists shall be.

    `exclusions` are (exhibitor id, buyer id) pairs that are never shown to each other.
    """

    exhibitors: Sequence[Participant]
    buyers: Sequence[Participant]
    taxonomy: Sequence[Category] = ()
    signals: Sequence[Signal] = ()
    exclusions: Sequence[tuple[str, str]] = ()
    buyer_list_length: int = 20
    exhibitor_list_length: int = 50


def check_market(market: Market) -> None:
    """Raise `MarketError` for the first thing that cannot be: it names the item.

    Checked: ids given twice or on both sides, numbers that are not whole, capacities, sizes,
    signals and exclusions about unknown participants or about two of one side, a taxonomy with
    doubles, unknown parents or circles, list lengths. O(size of the market).
    """
    sides: dict[str, str] = {}
    for side, people in (("exhibitors", market.exhibitors), ("buyers", market.buyers)):
        for one in people:
            _check_participant(one, side, sides)
    for at, signal in enumerate(market.signals):
        where = f"signals[{at}]"
        _check_pair(signal.sender, signal.receiver, sides, where)
        if signal.kind not in SIGNAL_KINDS:
            raise MarketError(where, f"kind {signal.kind!r} is none of {', '.join(SIGNAL_KINDS)}")
        if signal.kind == "rating" and signal.value is None:
            raise MarketError(where, "a rating needs a value from 1 to 5, or from 0 to 1")
        if signal.value is not None and not abs(signal.value) < float("inf"):
            raise MarketError(where, f"value {signal.value} is no finite number")
        if signal.at is not None and not abs(signal.at) < float("inf"):
            raise MarketError(where, f"at {signal.at} is no finite number of seconds")
    for at, (exhibitor, buyer) in enumerate(market.exclusions):
        where = f"exclusions[{at}]"
        for name, side in ((exhibitor, "exhibitors"), (buyer, "buyers")):
            if sides.get(name) != side:
                raise MarketError(
                    where, f"{name!r} is not among the {side}; a pair is [exhibitor id, buyer id]"
                )
    for key, length in (
        ("buyer", market.buyer_list_length),
        ("exhibitor", market.exhibitor_list_length),
    ):
        whole_number(length, f"list_length.{key}")
        if length < 1:
            raise MarketError(f"list_length.{key}", f"must be at least 1, not {length}")
    _check_taxonomy(market.taxonomy)


def whole_number(value: Any, where: str) -> int:
    """Return `value` if it is a whole number that can be counted with; else raise `MarketError`."""
    try:
        number = index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise MarketError(where, f"must be a whole number, not {value!r}")
    if abs(number) > MOST:
        raise MarketError(where, f"{number} is beyond a billion")
    return number


def unknown_codes(market: Market) -> list[str]:
    """Return codes that participants name and the taxonomy lacks, sorted; [] without a taxonomy.

    Such a code matches only itself: it has no parent and no labels.
    """
    if not market.taxonomy:
        return []
    known = {category.code for category in market.taxonomy}
    named: set[str] = set()
    for people in (market.exhibitors, market.buyers):
        for one in people:
            named.update(one.offers)
            named.update(one.needs)
    return sorted(named - known)


def _check_participant(one: Participant, side: str, sides: dict[str, str]) -> None:
    where = f"{side} {one.id!r}"
    if not one.id:
        raise MarketError(side, "a participant has an empty id")
    earlier = sides.get(one.id)
    if earlier == side:
        raise MarketError(where, "the same id is given twice")
    if earlier is not None:
        raise MarketError(where, f"also among the {earlier}; a participant has one side")
    sides[one.id] = side
    for key in ("capacity", "agreed", "markets_named"):
        whole_number(getattr(one, key), f"{where}.{key}")
    if one.capacity < 1:
        raise MarketError(
            where,
            f"capacity must be at least 1, not {one.capacity}; leave out who wants no meetings",
        )
    if one.agreed < 0:
        raise MarketError(where, f"agreed must be at least 0, not {one.agreed}")
    if one.size and one.size not in SIZES:
        raise MarketError(where, f"size {one.size!r} is none of {', '.join(SIZES)}")


def _check_pair(sender: str, receiver: str, sides: Mapping[str, str], where: str) -> None:
    for name in (sender, receiver):
        if name not in sides:
            raise MarketError(where, f"unknown participant {name!r}")
    if sides[sender] == sides[receiver]:
        raise MarketError(where, f"{sender!r} and {receiver!r} are both {sides[sender]}")


def _check_taxonomy(taxonomy: Sequence[Category]) -> None:
    parents: dict[str, str] = {}
    for category in taxonomy:
        if not category.code:
            raise MarketError("taxonomy", "a category has an empty code")
        if category.code in parents:
            raise MarketError(f"taxonomy {category.code!r}", "the same code is given twice")
        parents[category.code] = category.parent
    for code, parent in parents.items():
        if parent and parent not in parents:
            raise MarketError(f"taxonomy {code!r}", f"unknown parent {parent!r}")
    for code in parents:
        above, steps = parents[code], 0
        while above:
            steps += 1
            if above == code or steps > len(parents):
                raise MarketError(f"taxonomy {code!r}", "is its own ancestor")
            above = parents[above]
