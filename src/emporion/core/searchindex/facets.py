"""Facets of a document as one line of text each, and how often each value occurs.

Thousands of hits are counted in every search, so the stored form is one that Python splits and
counts without a loop of its own: ``name<tab>value`` lines, sorted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

# (document id, score, kind, facets as stored)
Row = tuple[int, int, str, str]
Counts = tuple[dict[str, int], dict[str, dict[str, int]]]


def facet_text(facets: Mapping[str, str | Sequence[str]]) -> str:
    """Return the stored form. Raises ValueError for names and values with tabs or line ends."""
    lines = sorted(
        f"{name}\t{value}"
        for name, values in facets.items()
        for value in ({values} if isinstance(values, str) else set(values))
        if value
    )
    if any(line.count("\t") != 1 or "\n" in line for line in lines):
        raise ValueError("Names and values of facets hold neither tabs nor line ends.")
    return "\n".join(lines)


def facet_values(text: str) -> dict[str, tuple[str, ...]]:
    """The facets in a stored form."""
    found: dict[str, list[str]] = {}
    for line in text.split("\n") if text else ():
        name, value = line.split("\t")
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def count(
    rows: Sequence[Row],
    kinds: Collection[str] | None,
    filters: Mapping[str, Collection[str]],
) -> tuple[list[Row], Counts]:
    """Return the rows that pass all filters, in their order, and counts by kind and by facet.

    Kinds are counted under the facet filters only, a facet under all filters but its own.
    O(rows * (1 + filters)).
    """
    if not filters:
        kept = list(rows) if kinds is None else [row for row in rows if row[2] in kinds]
        return kept, (
            _ordered(Counter(row[2] for row in rows)),
            _by_name(_counted(row[3] for row in kept)),
        )
    wanted = [
        (name, frozenset(f"{name}\t{value}" for value in values))
        for name, values in filters.items()
    ]
    passing: list[Row] = []
    # Rows that fail one filter alone count for that facet.
    beside: dict[str, list[str]] = {name: [] for name, _ in wanted}
    for row in rows:
        lines = row[3].split("\n")
        failed = [name for name, values in wanted if values.isdisjoint(lines)]
        if not failed:
            passing.append(row)
        elif len(failed) == 1 and (kinds is None or row[2] in kinds):
            beside[failed[0]].append(row[3])
    kept = passing if kinds is None else [row for row in passing if row[2] in kinds]
    total = _counted(row[3] for row in kept)
    for name, texts in beside.items():
        for line, n in _counted(texts).items():
            if line.startswith(f"{name}\t"):
                total[line] += n
    return kept, (_ordered(Counter(row[2] for row in passing)), _by_name(total))


def _counted(texts: Iterable[str]) -> Counter[str]:
    return Counter(chain.from_iterable(text.split("\n") for text in texts))


def _by_name(lines: Counter[str]) -> dict[str, dict[str, int]]:
    """Sorted by name; the values of each most frequent first, then by value."""
    lines.pop("", None)
    found: dict[str, Counter[str]] = {}
    for line, n in lines.items():
        name, value = line.split("\t")
        found.setdefault(name, Counter())[value] = n
    return {name: _ordered(found[name]) for name in sorted(found)}


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
