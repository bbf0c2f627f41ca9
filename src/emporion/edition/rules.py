"""What a profile needs so that others can be matched with it; no database."""

from __future__ import annotations

from typing import Any, Protocol


class Profiled(Protocol):
    """What is asked of a participation."""

    about: Any
    markets: list[str]
    languages: list[str]

    @property
    def hosts(self) -> bool: ...


def missing(profile: Profiled, *, needs: bool, offers: bool) -> list[str]:
    """Return what a profile lacks, what helps most first: keys out of `PARTS`.

    `needs` and `offers` say whether there is any. Who has a stand is found by what they offer,
    who comes by what they need; the other one is asked of nobody but those with a stand.
    """
    there = {
        "offers": offers or not profile.hosts,
        "needs": needs,
        "languages": bool(profile.languages),
        "markets": bool(profile.markets),
        "about": bool(getattr(profile.about, "data", profile.about)),
    }
    return [part for part in PARTS if not there[part]]


PARTS = ("offers", "needs", "languages", "markets", "about")
