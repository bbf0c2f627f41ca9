"""The whole model edition as plain data, from one seed."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any

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
from emporion.demo.generator.requests import Requests

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


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a digest")


def digest(edition: ModelEdition, requests: Requests | None = None) -> str:
    """SHA-256 over all data (and the requests), to compare two runs."""
    total = hashlib.sha256()
    for name in ("facts", "pavilions", "slots", "bodies", "delegations", "exhibitors",
                 "organisations", "buyers"):  # fmt: skip
        rows = [asdict(row) for row in getattr(edition, name)]
        text = json.dumps(rows, ensure_ascii=False, sort_keys=True, default=_plain)
        total.update(text.encode())
    total.update(edition.walking_minutes.astype("<i8").tobytes())
    if requests is not None:
        for array, kind in (
            (requests.exhibitor, "<i4"), (requests.buyer, "<i4"), (requests.by_exhibitor, "|u1"),
            (requests.weight, "<i2"), (requests.answer, "|i1"),
        ):  # fmt: skip
            total.update(array.astype(kind).tobytes())
    return total.hexdigest()
