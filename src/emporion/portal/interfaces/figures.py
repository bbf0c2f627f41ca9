"""Figures of an edition: what named sources published, and what is counted here."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emporion.core.translated import best
from emporion.design.formats import NO_BREAK, day, in_digits, number
from emporion.edition.queries import Edition

# The front page has room for six; whatever else is published stands with the sources.
ON_FRONT = 6
FRONT_FACTS = ("area", "buyers", "bodies", "models")
# Units that have letters of their own in another script.
_UNITS = {"m²": gettext_lazy("m²")}
_WHOLE = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(\+?)")


def in_words(value: str) -> str:
    """Write a published value in the reader's digits: "15,000+" with the reader's separators."""
    found = _WHOLE.fullmatch(value)
    if found is None:
        return in_digits(value)
    return number(int(found.group(1).replace(",", ""))) + found.group(2)


def published(edition: Edition, language: str) -> list[dict[str, Any]]:
    """Return the facts in their order, each with its source; one query."""
    return [
        {
            "key": fact.key,
            "value": in_words(fact.value),
            "unit": _UNITS.get(fact.unit, fact.unit),
            "label": best(fact.label, language)[1],
            "source": _("%(source)s, %(date)s")
            % {"source": fact.source, "date": day(fact.source_date).replace(" ", NO_BREAK)},
            "name": fact.source,
            "date": fact.source_date,
            "url": fact.source_url,
            "rule": "quoted",
        }
        for fact in edition.facts.all()
    ]


def on_front(edition: Edition, language: str, count: dict[str, int]) -> list[dict[str, Any]]:
    """Return at most six figures: published ones first, then what is counted here."""
    facts = published(edition, language)
    by_key = {fact["key"]: fact for fact in facts}
    chosen = [by_key[key] for key in FRONT_FACTS if key in by_key]
    chosen += [fact for fact in facts if fact["key"] not in FRONT_FACTS]
    labels = {
        "exhibitors": _("exhibitors with a profile here"),
        "buyers": _("buyers with a profile here"),
        "meetings": _("meetings set"),
    }
    if "buyers" in by_key:
        # Beside the published number a second one of the same people would only confuse.
        del labels["buyers"]
    # A recomputed figure opens what it was counted from.
    rows = {
        "exhibitors": f"{reverse('portal:search', args=[edition.slug])}?kind=exhibitor",
        "buyers": f"{reverse('portal:about_data', args=[edition.slug])}#counted",
        "meetings": f"{reverse('portal:about_data', args=[edition.slug])}#counted",
    }
    counted = [
        {
            "href": rows[key],
            "value": number(count[key]),
            "unit": "",
            "label": label,
            "source": _("Counted here"),
            "rule": "recomputed_demo" if edition.is_demonstration else "recomputed",
        }
        for key, label in labels.items()
    ]
    return chosen[: ON_FRONT - len(counted)] + counted
