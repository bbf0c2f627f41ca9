"""From what a person typed to pieces that are looked up."""

from __future__ import annotations

from dataclasses import dataclass

from emporion.core.searchindex.synonyms import synonyms
from emporion.core.text.fold import fold
from emporion.core.text.tokens import MAX_TERM, chunks, split_chain, without_article

MAX_QUERY = 200
MAX_PIECES = 12
# Phrases of more words are not looked up among the synonyms.
_MAX_PHRASE = 4
_MAX_HAN_PHRASE = 8


@dataclass(frozen=True)
class Piece:
    """A word, a chain of words (well-being) or a run of Han characters, folded."""

    is_han: bool
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def key(self) -> str:
        return " ".join(self.parts)


@dataclass(frozen=True)
class Phrase:
    """Pieces that belong together, with the phrases that mean the same."""

    pieces: tuple[Piece, ...]
    others: tuple[tuple[Piece, ...], ...]


def pieces(text: str) -> list[Piece]:
    """Pieces of ``text`` in order, each once, at most `MAX_PIECES`."""
    found: dict[Piece, None] = {}
    for is_han, chunk in chunks(fold(text[:MAX_QUERY])):
        if is_han:
            piece = Piece(True, (chunk,))
        else:
            parts = [without_article(part)[:MAX_TERM] for part in split_chain(chunk)]
            piece = Piece(False, tuple(parts[:_MAX_PHRASE]))
        found[piece] = None
    return list(found)[:MAX_PIECES]


def phrases(text: str) -> list[Phrase]:
    """The query cut into phrases: the longest run that has synonyms first, else single pieces."""
    rest = [part for piece in pieces(text) for part in _han_parts(piece)]
    found: list[Phrase] = []
    while rest:
        for length in range(min(_MAX_PHRASE, len(rest)), 0, -1):
            others = synonyms(" ".join(piece.key for piece in rest[:length]))
            if others or length == 1:
                found.append(
                    Phrase(
                        tuple(rest[:length]),
                        tuple(tuple(made) for other in others if (made := pieces(other))),
                    )
                )
                rest = rest[length:]
                break
    return found


def _han_parts(piece: Piece) -> list[Piece]:
    """Cut a run at known phrases: 人工智能软件 is 人工智能 and 软件 when the first has synonyms.

    Only where what remains has two characters at least; a single one would be found anywhere.
    """
    run = piece.text
    if not piece.is_han or len(run) < 4 or synonyms(run):
        return [piece]
    for length in range(min(_MAX_HAN_PHRASE, len(run) - 2), 1, -1):
        for start in range(len(run) - length + 1):
            before, known, after = run[:start], run[start : start + length], run[start + length :]
            if len(before) != 1 and len(after) != 1 and synonyms(known):
                return [
                    part
                    for text in (before, known, after)
                    if text
                    for part in _han_parts(Piece(True, (text,)))
                ]
    return [piece]
