"""Which participants a list shows: the filters, and the rows a page at a time by key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from emporion.core.text.fold import fold
from emporion.edition.queries import Edition, Need, Offer, Participation
from emporion.meetings import queries as meetings
from emporion.registry import taxonomy

A_PAGE = 50
LACKS = ("need", "offer", "meeting", "contact")
NAMES = ("role", "country", "category", "pavilion", "lacks", "made_up", "q")


@dataclass(frozen=True)
class Choice:
    """What a list is narrowed to; empty fields do not narrow."""

    role: str = ""
    country: str = ""
    category: str = ""
    pavilion: str = ""
    lacks: str = ""
    made_up: str = ""
    q: str = ""

    @property
    def query(self) -> str:
        """The choice as the query of an address, fields in one order."""
        return urlencode({name: v for name in NAMES if (v := getattr(self, name))})


def choice_of(given: Mapping[str, Any]) -> Choice:
    """Read a choice from an address; what is not known does not narrow."""
    told = {name: str(given.get(name, ""))[:80].strip() for name in NAMES}
    known = {
        "role": set(Participation.Role.values),
        "category": set(taxonomy.codes()),
        "lacks": set(LACKS),
        "made_up": {"yes", "no"},
    }
    for name, values in known.items():
        if told[name] not in values:
            told[name] = ""
    told["country"] = told["country"] if len(told["country"]) == 2 else ""
    told["pavilion"] = told["pavilion"][:4]
    return Choice(**told)


def chosen(
    edition: Edition, choice: Choice, within: Collection[str] | None = None
) -> QuerySet[Participation, Participation]:
    """Return the participants of a choice, in no order; of pavilions `within` if it is said."""
    found: QuerySet[Participation, Participation] = Participation.objects.filter(edition=edition)
    if within is not None:
        found = found.filter(pavilion__letter__in=within)
    if choice.role:
        found = found.filter(role=choice.role)
    if choice.country:
        found = found.filter(country=choice.country)
    if choice.pavilion:
        found = (
            found.filter(pavilion__isnull=True)
            if choice.pavilion == "-"
            else found.filter(pavilion__letter=choice.pavilion)
        )
    if choice.made_up:
        found = found.filter(is_made_up=choice.made_up == "yes")
    if choice.q:
        # From the first letters of the name, by the index of the order.
        start = fold(choice.q)
        found = found.filter(sort_key__gte=start, sort_key__lt=start + "\U0010ffff")
    if choice.category:
        codes = Q(code=choice.category)
        if choice.category in taxonomy.groups():
            codes |= Q(code__startswith=f"{choice.category}.")
        found = found.filter(_has(Need, codes) | _has(Offer, codes))
    if choice.lacks == "need":
        found = found.filter(~_has(Need))
    elif choice.lacks == "offer":
        found = found.filter(~_has(Offer))
    elif choice.lacks == "contact":
        found = found.filter(delegates=None)
    elif choice.lacks == "meeting":
        found = meetings.without_meeting(edition, found)
    return found


def _has(model: Any, codes: Q | None = None) -> Exists:
    return Exists(model.objects.filter(codes or Q(), participation=OuterRef("pk")))


@dataclass(frozen=True)
class Page:
    """Rows by name, and the keys with which the page before and the page after begin."""

    rows: list[Participation]
    before: int | None
    after: int | None


def page(
    edition: Edition,
    choice: Choice,
    *,
    within: Collection[str] | None = None,
    after: int = 0,
    before: int = 0,
    size: int = A_PAGE,
) -> Page:
    """Return one page: after the participant with the key `after`, or before the one `before`.

    By key and not by number: a page far down costs what the first one costs. Two queries.
    """
    found = chosen(edition, choice, within).select_related("pavilion", "organisation")
    mark = Participation.objects.filter(edition=edition, pk=after or before).first()
    if mark is None:
        after = before = 0
    elif after:
        found = found.filter(
            Q(sort_key__gt=mark.sort_key) | Q(sort_key=mark.sort_key, pk__gt=after)
        )
    else:
        found = found.filter(
            Q(sort_key__lt=mark.sort_key) | Q(sort_key=mark.sort_key, pk__lt=before)
        )
    order = ("-sort_key", "-pk") if before else ("sort_key", "pk")
    rows = list(found.order_by(*order)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if before:
        rows.reverse()
    return Page(
        rows,
        rows[0].pk if rows and (after or (before and more)) else None,
        rows[-1].pk if rows and (before or more) else None,
    )
