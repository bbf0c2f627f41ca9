"""Reads that join capabilities for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _

from emporion.core.models import Progress
from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.queries import Delegate, Edition, Need, Offer, Participation
from emporion.meetings import queries as meetings
from emporion.registry import taxonomy
from emporion.registry.languages import language_names

EXHIBITING = (Participation.Role.EXHIBITOR, Participation.Role.CO_EXHIBITOR)


@dataclass(frozen=True)
class PavilionRow:
    """A pavilion on the front page."""

    letter: str
    name: str
    count: int
    gate_minutes: int


@dataclass(frozen=True)
class Guest:
    """A guest country's delegation: where its stands are and how many firms it brings."""

    name: str
    note: str
    country: str
    count: int
    letter: str
    pavilion: str
    gate_minutes: int
    public_id: str


@dataclass(frozen=True)
class Line:
    """A need or an offer, ready to show: the taxonomy's word first, then the original text."""

    code: str
    label: str
    text: str
    language: str
    terms: str
    codes: str
    # The name of the text's language where it is not the reader's.
    spoken: str = ""


def pavilions(edition: Edition, language: str) -> list[PavilionRow]:
    """Return the pavilions with their number of exhibitors; one query."""
    rows = edition.pavilions.annotate(
        count=Count("participations", filter=Q(participations__role__in=EXHIBITING))
    ).order_by("letter")
    return [
        PavilionRow(row.letter, best(row.name, language)[1], row.count, row.gate_minutes)
        for row in rows
    ]


def guests(edition: Edition, language: str) -> list[Guest]:
    """Return the guest countries' delegations; two queries."""
    counted = list(
        edition.delegations.filter(body__kind="guest_country")
        .select_related("body")
        .annotate(count=Count("participations", filter=Q(participations__role__in=EXHIBITING)))
        .order_by("pk")
    )
    places = (
        Participation.objects.filter(
            delegation__in=[d.pk for d in counted], pavilion__isnull=False, role__in=EXHIBITING
        )
        .values_list(
            "delegation_id", "pavilion__letter", "pavilion__name", "pavilion__gate_minutes"
        )
        .annotate(count=Count("pk"))
        .order_by("delegation_id", "-count", "pavilion__letter")
    )
    main: dict[int, tuple[str, str, int]] = {}
    for delegation, letter, name, minutes, _count in places:
        main.setdefault(delegation, (letter or "", best(name, language)[1], minutes or 0))
    return [
        Guest(
            best(d.body.name, language)[1],
            best(d.note, language)[1],
            d.body.country,
            d.count,
            *main.get(d.pk, ("", "", 0)),
            d.public_id,
        )
        for d in counted
    ]


def counts(edition: Edition) -> dict[str, int]:
    """Return how many take part in each role, and how many meetings are set; two queries."""
    roles = dict(
        Participation.objects.filter(edition=edition)
        .values_list("role")
        .annotate(count=Count("*"))  # Not of keys: an index of roles alone answers it.
        .order_by()
    )
    return {
        "exhibitors": sum(roles.get(role, 0) for role in EXHIBITING),
        "buyers": roles.get(Participation.Role.BUYER, 0),
        "meetings": meetings.published_count(edition),
    }


def counterparts(edition: Edition, *, hosts: bool) -> int:
    """Return how many exhibit, or how many come to buy: those that the other side may meet."""
    roles = EXHIBITING if hosts else (Participation.Role.BUYER,)
    return Participation.objects.filter(edition=edition, role__in=roles).count()


def exhibitor(edition: Edition, public_id: str) -> Participation | None:
    """Return an exhibitor with all that its page shows; a constant number of queries."""
    found = (
        Participation.objects.select_related("pavilion", "organisation", "delegation__body")
        .prefetch_related(
            # As they were said: without an order a database moves what was changed last.
            Prefetch("needs", Need.objects.order_by("pk")),
            Prefetch("offers", Offer.objects.order_by("pk")),
            Prefetch("delegates", Delegate.objects.select_related("person").order_by("pk")),
            Prefetch("co_exhibitors", Participation.objects.order_by("sort_key", "pk")),
        )
        .filter(edition=edition, public_id=public_id, role__in=EXHIBITING)
        .first()
    )
    if found is not None:
        found.edition = edition
    return found


def lines(interests: Any, language: str) -> list[Line]:
    """Return needs or offers for a reader of `language`."""
    shown = []
    for interest in interests:
        spoken, text = best(interest.text, language)
        shown.append(
            Line(
                interest.code,
                code_label(interest.code, language),
                text,
                spoken,
                taxonomy.deal_type_label(interest.deal_type, language)
                if interest.deal_type in taxonomy.deal_types()
                else interest.deal_type,
                _trade_codes(interest.code),
                language_name(spoken, language) if text else "",
            )
        )
    return shown


def lacking(participations: Sequence[Participation]) -> dict[int, list[str]]:
    """Return {primary key: what each profile lacks, in words}; two queries for all."""
    interests = editions.interests_of([p.pk for p in participations])
    words = {
        "offers": _("what you offer"),
        "needs": _("what you need"),
        "languages": _("languages you speak"),
        "markets": _("markets you want"),
        "about": _("a sentence about you"),
    }
    return {
        p.pk: [
            words[part]
            for part in editions.missing(
                p, needs=bool(interests[p.pk][0]), offers=bool(interests[p.pk][1])
            )
        ]
        for p in participations
    }


def language_name(spoken: str, language: str) -> str:
    """Name the language of a text for a reader of another one; "" for the reader's own."""
    if not spoken or spoken.split("-")[0] == language.split("-")[0]:
        return ""
    return language_names([spoken], language)[0]


def code_label(code: str, language: str) -> str:
    """Name a code of the taxonomy; one that it does not hold any more stays as it is."""
    return taxonomy.label(code, language) if code in _known_codes() else code


def _trade_codes(code: str) -> str:
    """Name the headings of HS 2022, or the item of EBOPS 2010, that a code hints at."""
    if code not in _known_codes():
        return ""
    hints = taxonomy.get(code)
    if hints.hs:
        return "HS " + ", ".join(f"{hs[:2]}.{hs[2:]}" for hs in hints.hs[:2])
    return f"EBOPS {hints.ebops}" if hints.ebops else ""


@cache
def _known_codes() -> frozenset[str]:
    return frozenset(taxonomy.codes())


def progress(job: str) -> list[Progress]:
    """Return the steps of a job in their order."""
    return list(Progress.objects.filter(job=job).order_by("position"))


def is_running(steps: list[Progress]) -> bool:
    """Whether a job still has something to do."""
    return any(s.state in {Progress.State.WAITING, Progress.State.RUNNING} for s in steps)
