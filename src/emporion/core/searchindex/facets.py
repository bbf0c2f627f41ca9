"""The stored form of a document's facets: sorted ``name<tab>value`` lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


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
