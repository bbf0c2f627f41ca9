"""An edition that an import makes: what options and mapping say, and defaults that are told."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from emporion.core import journal
from emporion.core.tenancy import scope
from emporion.edition.domain.editions import EditionError, check_edition, create_edition
from emporion.edition.queries import Edition
from emporion.meetings.domain import slots
from emporion.registry import domain as registry
from emporion.registry import queries as registered

KEYS = ("expo", "title", "place", "starts", "ends", "zone")
# Before and after noon, wall time.
GRID = ((dt.time(9), dt.time(12, 10)), (dt.time(13, 30), dt.time(17, 20)))
MOST_DAYS = 60
_AHEAD, _DAYS = dt.timedelta(days=30), 3


@dataclass
class Planned:
    """An edition to be made, and what is to be told about it."""

    told: list[str]
    make: Callable[[], Edition]


def plan_edition(options: argparse.Namespace, mapping_file: Path | None) -> Planned:
    """Gather what an edition needs: from options, else `x-edition` of the mapping, else defaults.

    Raises EditionError for what is no date.
    """
    given = _of_mapping(mapping_file)
    given.update({key: own for key in KEYS if (own := getattr(options, key)) is not None})
    slug = options.edition
    told = [f"The edition {slug!r} is made:"]

    def value(key: str, default: Any, why: str) -> Any:
        found = given.get(key)
        told.append(f"  {key}: {found or default}{'' if found else f'  ({why})'}")
        return found or default

    expo = value("expo", re.sub(r"-\d{4}$", "", slug), "from the edition's name; --expo")
    title = value("title", _title(slug), "from the edition's name; --title")
    place = value("place", "", "not given; --place")
    starts = _date(
        value("starts", timezone.now().date() + _AHEAD, "not given: 30 days from now; --starts"),
        "starts",
    )
    ends = _date(
        value("ends", starts + dt.timedelta(days=_DAYS - 1), f"not given: {_DAYS} days; --ends"),
        "ends",
    )
    zone = value("zone", "UTC", "not given; --zone")
    if not isinstance(starts, dt.date) or not isinstance(ends, dt.date):
        raise EditionError("starts and ends must be dates such as 2026-01-06.")
    check_edition(slug, starts, ends, zone)
    if (ends - starts).days >= MOST_DAYS:
        raise EditionError(
            f"The edition would last from {starts} to {ends}: at most {MOST_DAYS} days."
        )
    spans = [
        span
        for day in range((ends - starts).days + 1)
        for begins, closes in GRID
        for span in slots.spans_of_a_day(starts + dt.timedelta(days=day), begins, closes)
    ]
    told.append(
        f"  slots for meetings: {len(spans)}, every day from "
        f"{GRID[0][0]:%H:%M} to {GRID[-1][1]:%H:%M} with a break at noon"
    )

    def make() -> Edition:
        with transaction.atomic():
            tenant = registered.expo_by_slug(expo) or registry.create_expo(
                expo, {"en": _title(expo)}
            )
            with (
                scope(expo=tenant),
                journal.acting("command:import", tenant=tenant.public_id),
            ):
                edition = create_edition(
                    tenant,
                    slug,
                    title={"en": title},
                    starts=starts,
                    ends=ends,
                    zone=zone,
                    place={"en": place} if place else {},
                )
                slots.set_slots(edition, spans)
        return edition

    return Planned(told, make)


def _of_mapping(path: Path | None) -> dict[str, Any]:
    if path is None or not path.exists():
        return {}
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    found = content.get("x-edition") or {}
    unknown = sorted(set(found) - set(KEYS))
    if unknown:
        raise EditionError(
            f"x-edition of {path} has an unknown key {unknown[0]!r}; known are {', '.join(KEYS)}."
        )
    return dict(found)


def _date(value: Any, key: str) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise EditionError(f"{key}: {value!r} is no date; expected one as 2026-01-06.") from error


def _title(slug: str) -> str:
    """ "ces-2026" reads CES 2026, "digital-trade-expo" Digital Trade Expo."""
    words = [word.upper() if len(word) <= 3 else word.capitalize() for word in slug.split("-")]
    return " ".join(words)
