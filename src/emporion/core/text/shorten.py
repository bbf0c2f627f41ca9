"""The beginning of a text that is too long for its place."""

from __future__ import annotations

_LOOSE = " \t\n,;:·、，；："


def shortened(text: str, most: int) -> str:
    """Return at most `most` characters of `text`, cut between words and closed by an ellipsis.

    A script without spaces, or a word that is longer than a third of the place, is cut between
    characters. O(most).
    """
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    if not text[most - 1].isspace():
        whole = kept.rstrip().rpartition(" ")[0]
        kept = whole if 3 * len(whole) >= 2 * most else kept
    return kept.rstrip(_LOOSE) + "…"
