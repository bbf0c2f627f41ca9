"""What an edition may be called, and what a profile needs to be matched; no database."""

from __future__ import annotations

import re
from typing import Any, Protocol

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
# What addresses of the site itself begin with, languages too: an edition called so could not be
# reached at its front page, or not without a language in front. A test compares with the addresses.
SITE_PATHS = frozenset({
    "access", "account", "api", "ar", "carriers", "en", "healthz", "messages", "metrics", "offline",
    "progress", "readyz", "signin", "signout", "static", "zh-hans",
})  # fmt: skip


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
