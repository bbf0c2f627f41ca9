"""When people are left in peace. No Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

Hours = tuple[dt.time, dt.time] | None


def hours(text: str) -> Hours:
    """Return the two ends of "21:00-08:00", None for nothing. Raises ValueError."""
    if not text.strip():
        return None
    begins, _, ends = text.partition("-")
    found = dt.time.fromisoformat(begins.strip()), dt.time.fromisoformat(ends.strip())
    return None if found[0] == found[1] else found


def quiet_of(own: str, fairs: str) -> Hours:
    """Return the quiet hours of somebody who chose `own` ("": the fair's, "-": none)."""
    return hours(fairs if not own else "" if own == "-" else own)


def is_refused(refused: Collection[str], kind: str, way: str = "") -> bool:
    """Whether a kind of message is wanted by no way, or (with a way) not by this one."""
    return kind in refused or (bool(way) and f"{kind}:{way}" in refused)


def quiet_until(now: dt.datetime, zone: ZoneInfo, quiet: Hours) -> dt.datetime | None:
    """Return when the quiet hours end in which `now` lies, as wall time of `zone`; None outside."""
    if quiet is None:
        return None
    begins, ends = quiet
    here = now.astimezone(zone)
    time = here.time()
    if begins < ends:
        if not begins <= time < ends:
            return None
        day = here.date()
    elif time >= begins:
        day = here.date() + dt.timedelta(days=1)
    elif time < ends:
        day = here.date()
    else:
        return None
    return dt.datetime.combine(day, ends, zone)
