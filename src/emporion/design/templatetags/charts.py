"""Drawings with numbers beside them: {% load charts %}. Inline SVG, no styles in attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.translation import get_language_bidi

from emporion.design import drawings

register = template.Library()
PARTS = "design/parts/"
KINDS = ("", "jade", "verm")


def _width(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"


@register.inclusion_tag(PARTS + "bar.html")
def bar(share: float, kind: str = "", size: str = "") -> dict[str, Any]:
    """One bar of `share` (0..1) of its line; the number stands beside it, written by the page."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of a bar; one of {', '.join(KINDS)}")
    return {"width": _width(share), "kind": kind, "size": size}


@register.inclusion_tag(PARTS + "bars.html")
def bars(rows: Sequence[Mapping[str, Any]], kind: str = "") -> dict[str, Any]:
    """Rows of words, bar and number. Keys: label or letter, sub, value, share, href."""
    return {"rows": rows, "kind": kind}


@register.inclusion_tag(PARTS + "histogram.html")
def histogram(columns: Sequence[tuple[str, float]], label: str) -> dict[str, Any]:
    """Columns of (label, value); `label` says aloud what they show. Readers get a table."""
    return {
        "columns": drawings.columns(columns, get_language_bidi()), "rows": columns,
        "label": label, "crowded": len(columns) > 8,
    }  # fmt: skip


@register.inclusion_tag(PARTS + "load_table.html")
def load_table(
    corner: str, hours: Sequence[str], rows: Sequence[tuple[str, Sequence[float | None]]],
    alarm: float = 95,
) -> dict[str, Any]:  # fmt: skip
    """Percent of tables in use: one row a pavilion, one column an hour; None is an empty cell."""
    return {
        "corner": corner, "hours": hours,
        "rows": [
            (letter, [
                None if value is None else (value, value / 100, value >= alarm) for value in cells
            ])
            for letter, cells in rows
        ],
    }  # fmt: skip


@register.inclusion_tag(PARTS + "ruler.html")
def ruler(
    share: float, bound: float | None = None, earlier: float | None = None, name: str = "",
    earlier_name: str = "", better: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    """How near a release comes to its bound, in percent of the bound, and what that means.

    `better` is by how many percent another schedule could at most be better, where that is known
    more exactly than the share tells.
    """
    return {
        "share": share, "bound": bound, "earlier": earlier, "name": name,
        "earlier_name": earlier_name, "gap": 100 - share,
        "better": drawings.better_than(share) if better is None else better,
        "drawn": drawings.ruler(share, earlier, get_language_bidi()),
    }  # fmt: skip


@register.inclusion_tag(PARTS + "reliability.html")
def reliability(
    series: Sequence[tuple[str, Sequence[tuple[float, float, int]]]], label: str
) -> dict[str, Any]:
    """Chances said and what came of them: a square with a spot a group, and the table beside it.

    `series` are at most two (name, groups of (said, happened, how many)); on the diagonal what was
    said came true.
    """
    mirrored = get_language_bidi()
    return {
        "label": label,
        "series": [
            (
                kind,
                name,
                [(100 * said, 100 * happened, count) for said, happened, count in groups],
                drawings.reliability(groups, mirrored),
            )
            for kind, (name, groups) in zip(("full", "ring"), series, strict=False)
        ],
        "mirrored": mirrored,
    }
