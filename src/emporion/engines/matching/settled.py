"""What a run found of everybody, kept: one list is made by it later, in the same order of things.

A run learns two rules from all answers and finds a price for every calendar.  Neither moves much
with one profile, so a list that is made between two runs takes both as they were (frozen duals).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import clearing
from emporion.engines.matching.calibration import Calibrator
from emporion.engines.matching.equilibrium import Equilibrium
from emporion.engines.matching.features import Feature
from emporion.engines.matching.market import Participant
from emporion.engines.matching.score import Rule

if TYPE_CHECKING:
    from emporion.engines.matching.result import Matching

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Person:
    """What a run found of one participant.

    `price` multiplies the score of each pair with them; `level` is the part of it by which exposure
    was made more equal, and what is left that of the calendar: 1 where it holds what is promised of
    it, less where it is asked for more.  Where there is no price at all it is 1 and `level` is
    what the rule multiplies by instead.  `of_p` and `of_q` move the log odds.
    """

    price: float = 1.0
    of_p: float = 0.0
    of_q: float = 0.0
    level: float = 1.0


@dataclass(frozen=True)
class Settled:
    """The rules of p and of q, and what was found of people by their id; others count as usual.

    `rule` is the one by which places were shared out (see `clearing`): levels go with it.
    """

    rules: tuple[Rule, Rule]
    people: Mapping[str, Person] = field(default_factory=dict)
    rule: str = clearing.PRICED

    def rules_of(
        self, buyers: Sequence[Participant], exhibitors: Sequence[Participant]
    ) -> tuple[Rule, Rule]:
        """Return both rules with what is particular to these people."""
        found = []
        for rule, name in zip(self.rules, ("of_p", "of_q"), strict=True):
            sides = [
                np.asarray(
                    [getattr(self.people.get(one.id, USUAL), name) for one in side], np.float32
                )
                for side in (buyers, exhibitors)
            ]
            found.append(replace(rule, of_buyers=sides[0], of_exhibitors=sides[1]))
        return found[0], found[1]

    def duals(
        self, buyers: Sequence[Participant], exhibitors: Sequence[Participant]
    ) -> Equilibrium:
        """Return the prices of both sides as the order of lists wants them.

        Whoever the run did not know, or had no price for, counts as anybody.
        """
        a, b = (
            np.asarray(
                [self.people.get(one.id, USUAL).price or USUAL.price for one in side],
                dtype=np.float64,
            )
            for side in (buyers, exhibitors)
        )
        return Equilibrium(a, b, 0, 0.0, True)


USUAL = Person()


def people_of(matching: Matching) -> dict[str, Person]:
    """Return what a run found of everybody, by id.

    A dual of the equilibrium is no price, and is all level: between runs p q alone orders then.
    """
    rules = [lesson.rule for lesson in matching.lessons]
    found: dict[str, Person] = {}
    for lists, name in ((matching.buyers, "of_buyers"), (matching.exhibitors, "of_exhibitors")):
        none = np.zeros(len(lists.owner_ids), dtype=np.float32)
        p, q = (none if (of := getattr(rule, name)) is None else of for rule in rules)
        ones = np.ones(len(none))
        price, level = lists.price, ones if lists is matching.buyers else matching.level
        if matching.rule != clearing.PRICED:
            price, level = ones, lists.price
        columns = (one.tolist() for one in (price, p, q, level))
        found.update(zip(lists.owner_ids, map(Person, *columns), strict=True))
    return found


def as_plain(rule: Rule) -> dict[str, Any]:
    """Return a rule without its people as plain JSON values; `from_plain` reads it."""
    plain: dict[str, Any] = {
        "weights": {one.name: round(float(rule.weight[one]), 6) for one in Feature},
        "bias": round(float(rule.bias), 6),
    }
    if rule.calibrator is not None:
        plain["calibrator"] = [rule.calibrator.x.tolist(), rule.calibrator.y.tolist()]
    return plain


def from_plain(plain: Mapping[str, Any]) -> Rule:
    """Return the rule that `as_plain` wrote; a feature that it does not know weighs nothing."""
    weight = np.zeros(len(Feature), dtype=np.float32)
    for name, value in plain["weights"].items():
        weight[Feature[name]] = value
    curve = plain.get("calibrator")
    calibrator = (
        Calibrator(*(np.asarray(one, dtype=np.float64) for one in curve)) if curve else None
    )
    return Rule(weight, float(plain["bias"]), calibrator=calibrator)
