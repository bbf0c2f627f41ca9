"""The whole model edition as plain data, from one seed."""

from dataclasses import dataclass

import numpy as np

from emporion.demo.generator import facts as frame
from emporion.demo.generator.bodies import bodies, delegations
from emporion.demo.generator.buyers import make_buyers
from emporion.demo.generator.cast import (
    FINNISH_EXHIBITOR,
    NEPALESE_BUYER,
    buyer_keys,
    exhibitor_keys,
)
from emporion.demo.generator.exhibitors import make_exhibitors
from emporion.demo.generator.near_duplicates import NearDuplicates, near_duplicates
from emporion.demo.generator.records import (
    Body,
    Buyer,
    Delegation,
    Exhibitor,
    Fact,
    Organisation,
    Pavilion,
    Slot,
)

SEED = 20231123


@dataclass
class ModelEdition:
    """Everything that is loaded; indexes point into the lists of this object."""

    scale: float
    seed: int
    facts: list[Fact]
    pavilions: list[Pavilion]
    walking_minutes: np.ndarray  # int64 (pavilions, pavilions)
    slots: list[Slot]
    bodies: list[Body]
    delegations: list[Delegation]
    exhibitors: list[Exhibitor]
    organisations: list[Organisation]  # the buyers' companies
    buyers: list[Buyer]

    @property
    def finnish_exhibitor(self) -> int:
        """Index of the Finnish well-being company written by hand."""
        return exhibitor_keys().index(FINNISH_EXHIBITOR)

    @property
    def nepalese_buyer(self) -> int:
        """Index of the buyer from Nepal written by hand."""
        return buyer_keys().index(NEPALESE_BUYER)


def generate(scale: float = 1.0, seed: int = SEED) -> ModelEdition:
    """The model edition at a scale (1: 826 exhibitors, 15,000 buyers).

    Same scale and seed, same data, on every supported Python. Raises ValueError for a scale that
    is not above 0 and at most 4.
    """
    if not 0 < scale <= 4:
        raise ValueError(f"scale is {scale}; expected a number above 0 and at most 4")
    known = bodies()
    brought = delegations(known)
    organisations, buyers = make_buyers(scale, seed, known, brought)
    return ModelEdition(
        scale=scale,
        seed=seed,
        facts=frame.facts(),
        pavilions=frame.pavilions(),
        walking_minutes=frame.walking_minutes(),
        slots=frame.slots(),
        bodies=known,
        delegations=brought,
        exhibitors=make_exhibitors(scale, seed),
        organisations=organisations,
        buyers=buyers,
    )


def profile_texts(edition: ModelEdition) -> list[str]:
    """Texts of all profiles in every language, without those of known doubles."""
    shown = [e.about for e in edition.exhibitors if e.double_of is None]
    shown += [b.about for b in edition.buyers]
    return [text for about in shown for text in about.values()]


def duplicate_share(edition: ModelEdition) -> NearDuplicates:
    """How many profile texts have a near twin; some 3 s at full size."""
    return near_duplicates(profile_texts(edition))
