"""Wrong codes of an app: how many a place may type, and how many all strangers together.

An app shows six digits, and at any moment three codes are right (one step of drift): a guess finds
one in 3 of 1,000,000. So many as strangers have in 30 days find one in 6 of 10,000 times, for
somebody who has the first factor and as many places as they like.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from emporion.accounts.domain.tries import key
from emporion.accounts.models import User
from emporion.accounts.rules import as_site

DAY, MONTH = timedelta(days=1), timedelta(days=30)
# One place has less than all have: who guesses from a few places leaves some to the owner.
PLACE = ((20, DAY), (40, MONTH))
ALL = ((60, DAY), (200, MONTH))
# So many in a day are told to the user: somebody else has the first factor.
TOLD = 10
# A moment and a place (`place_of`).
Wrong = list[tuple[float, str]]


def place_of(user: User, source: str) -> str:
    """Return what stands for a source (`rules.as_source`): of IPv6 the site that it lies in.

    A keyed digest, for this user alone: nobody reads an address out of it.
    """
    return key("app", f"{user.public_id} {as_site(source) or source}")[:12]


def kept(wrong: list[list[float | str] | float], now: datetime) -> Wrong:
    """Return what was noted in the last month; what an older version noted has no place."""
    since = (now - MONTH).timestamp()
    read = [(float(one[0]), str(one[1])) if isinstance(one, list) else (one, "") for one in wrong]
    return [(at, place) for at, place in read if at > since]


def seconds_to_wait(wrong: Wrong, place: str, now: datetime) -> int:
    """Return in how many seconds `place` may try a code; 0: now."""
    here = [one for one in wrong if one[1] == place]
    waits = [0]
    for noted, limits in ((here, PLACE), (wrong, ALL)):
        for most, window in limits:
            begins = (now - window).timestamp()
            lately = [at for at, _place in noted if at > begins]
            if len(lately) >= most:
                waits.append(max(1, math.ceil(lately[-most] - begins)))
    return max(waits)


def lately(wrong: Wrong, now: datetime) -> int:
    """Return how many were wrong in the last day, wherever they came from."""
    return sum(at > (now - DAY).timestamp() for at, _place in wrong)
