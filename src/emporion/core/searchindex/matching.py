"""From phrases and vocabulary to one SQL statement.

A query is a tree over *slots*. A slot is a set of terms of which any will do (a word, what it
opens, close words); a document's value in a slot is its best weight there. The tree says which
slots must be met: all words, one of several phrases, two thirds of a run of Han. The statement
groups the postings by document with one column a slot and keeps the documents that meet the tree; a
document's score is the sum of its slots. All numbers are integers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from emporion.core.searchindex.querytext import Phrase, Piece
from emporion.core.searchindex.vocabulary import Vocabulary
from emporion.core.text.tokens import bigrams

EXACT, CLOSE_ENOUGH, SYNONYM = 8, 4, 3
MAX_SLOTS = 60
# A longer run of Han is found by its first pairs.
_MAX_BIGRAMS = 12
# Words of one or two letters open too much; they do so only when nothing bears them as they are.
_SHORT = 2
# A word that so many of the documents have says nothing; in small collections every word counts.
_STOP_SHARE, _STOP_FROM = 0.75, 100


@dataclass(frozen=True)
class Slot:
    number: int


@dataclass(frozen=True)
class AtLeast:
    """``need`` of ``parts`` must be met."""

    need: int
    parts: tuple[Slot | AtLeast, ...]


Node = Slot | AtLeast


@dataclass
class Match:
    """What to ask the database: rows ``(term, slot, factor)`` and the tree over the slots."""

    rows: list[tuple[str, int, int]] = field(default_factory=list)
    slots: int = 0
    tree: AtLeast | None = None
    ignored: list[str] = field(default_factory=list)

    def add_slot(self, terms: Iterable[tuple[str, int]]) -> Slot:
        number = self.slots
        self.slots += 1
        self.rows.extend((term, number, factor) for term, factor in terms)
        return Slot(number)

    @property
    def terms(self) -> frozenset[str]:
        return frozenset(term for term, _, _ in self.rows)


def needed_terms(phrases: Sequence[Phrase]) -> tuple[set[str], set[str]]:
    """Terms that `build` will look up: exact ones, and words whose openings are wanted."""
    exact: set[str] = set()
    openers: set[str] = set()
    for phrase in phrases:
        for piece in phrase.pieces:
            if piece.is_han:
                exact.update(_pairs(piece))
            else:
                openers.update(piece.parts)
                if len(piece.parts) > 1:
                    openers.add(piece.text)
        for other in phrase.others:
            for piece in other:
                exact.update(_pairs(piece) if piece.is_han else (*piece.parts, piece.text))
    return exact, openers


def build(
    phrases: Sequence[Phrase],
    vocabulary: Vocabulary,
    close: dict[str, list[tuple[str, int]]],
    *,
    relaxed: bool = False,
) -> Match:
    """The statement's parts for ``phrases``; with ``relaxed`` two thirds are enough."""
    match = Match()
    builder = _Builder(match, vocabulary, close, relaxed)
    telling = [phrase for phrase in phrases if builder.is_telling(phrase)] or phrases
    match.ignored = [p.pieces[0].key for p in phrases if all(p is not kept for kept in telling)]
    match.tree = builder.all_of([builder.phrase(phrase) for phrase in telling])
    return match


class _Builder:
    def __init__(
        self,
        match: Match,
        vocabulary: Vocabulary,
        close: dict[str, list[tuple[str, int]]],
        relaxed: bool,
    ) -> None:
        self.match = match
        self.vocabulary = vocabulary
        self.close = close
        self.relaxed = relaxed

    def is_telling(self, phrase: Phrase) -> bool:
        """False for a word that nearly all documents have; if relaxed, for one that none has."""
        total = self.vocabulary.documents
        if len(phrase.pieces) > 1 or phrase.others or phrase.pieces[0].is_han:
            return True
        piece = phrase.pieces[0]
        words = {piece.text, *piece.parts}
        if self.relaxed and not any(map(self.has_terms, words)):
            return False
        return total < _STOP_FROM or (
            self.vocabulary.counts.get(piece.text, 0) < _STOP_SHARE * total
        )

    def has_terms(self, word: str) -> bool:
        return self.vocabulary.opens(word) or bool(self.close.get(word))

    def all_of(self, parts: Sequence[Node]) -> AtLeast:
        need = math.ceil(len(parts) * 2 / 3) if self.relaxed else len(parts)
        return AtLeast(need, tuple(parts))

    def phrase(self, phrase: Phrase) -> Node:
        own = [self.piece(piece) for piece in phrase.pieces]
        choices: list[Node] = [own[0] if len(own) == 1 else AtLeast(len(own), tuple(own))]
        for other in phrase.others:
            terms = [term for piece in other for term in self.synonym_terms(piece)]
            if len(terms) + self.match.slots > MAX_SLOTS:
                break
            # A phrase with a term that no document has cannot be met.
            if all(self.vocabulary.counts.get(term) for term in terms):
                slots = [self.slot([term], SYNONYM) for term in dict.fromkeys(terms)]
                choices.append(AtLeast(len(slots), tuple(slots)))
        return choices[0] if len(choices) == 1 else AtLeast(1, tuple(choices))

    def synonym_terms(self, piece: Piece) -> Sequence[str]:
        return _pairs(piece) if piece.is_han else piece.parts

    def piece(self, piece: Piece) -> Node:
        if piece.is_han:
            pairs = _pairs(piece)
            slots = tuple(self.slot([pair], EXACT) for pair in pairs)
            if self.relaxed and len(slots) > 2:
                return AtLeast(math.ceil(len(slots) * 2 / 3), slots)
            return AtLeast(len(slots), slots)
        if len(piece.parts) == 1:
            return self.word(piece.text)
        apart = tuple(self.word(part) for part in piece.parts)
        return AtLeast(1, (self.word(piece.text), AtLeast(len(apart), apart)))

    def word(self, word: str) -> Slot:
        """The word itself, what it opens, and close words only if there is neither."""
        counts = self.vocabulary.counts
        opened = self.vocabulary.prefixed.get(word, [])
        if word in counts and len(word) <= _SHORT:
            opened = []
        if word not in counts and not opened:
            near = self.close.get(word, [])
            return self.slot([term for term, _ in near], CLOSE_ENOUGH, dict(near))
        return self.slot([word], EXACT, counts, opened)

    def slot(
        self,
        terms: Sequence[str],
        factor: int,
        counts: dict[str, int] | None = None,
        opened: Sequence[str] = (),
    ) -> Slot:
        """A slot in which all terms are as rare as together: else a rare opening beats the word."""
        known = self.vocabulary.counts if counts is None else counts
        there = [term for term in terms if term in known]
        total = self.vocabulary.documents
        together = min(total, sum(known[term] for term in (*there, *opened)))
        rarity = round(32 * math.log2(1 + total / together)) if together else 0
        return self.match.add_slot(
            [(term, factor * rarity) for term in there]
            + [(term, CLOSE_ENOUGH * rarity) for term in opened]
        )


def _pairs(piece: Piece) -> list[str]:
    return list(dict.fromkeys(bigrams(piece.text)))[:_MAX_BIGRAMS]


def is_possible(match: Match) -> bool:
    """False when slots without any term already exclude every document."""
    filled = {slot for _, slot, _ in match.rows}

    def met(node: Node) -> bool:
        if isinstance(node, Slot):
            return node.number in filled
        return sum(map(met, node.parts)) >= node.need

    return match.tree is not None and met(match.tree)


def statement(match: Match, scope_id: int) -> tuple[str, list[str | int]]:
    """SQL and values: rows ``(document id, score)``, in no order.

    The same text on both databases; CROSS JOIN makes SQLite start from the few terms.
    """
    if match.tree is None:
        raise ValueError("a match without a tree cannot be asked")
    rows = match.rows
    values: list[str | int] = [value for row in rows for value in row]
    marks = ", ".join(["(%s, %s, %s)"] * len(rows))
    used = sorted({slot for _, slot, _ in rows})
    # PostgreSQL takes a small number for a smallint, and a product of two for one as well.
    points = "t.weight * CAST(q.factor AS integer)"
    if len(used) == 1:
        columns = f"MAX({points}) AS s{used[0]}"
    else:
        columns = ", ".join(
            f"MAX(CASE WHEN q.slot = {n} THEN {points} ELSE 0 END) AS s{n}" for n in used
        )
    score = " + ".join(f"h.s{n}" for n in used)
    sql = (
        f"WITH q(term, slot, factor) AS (VALUES {marks}), "  # noqa: S608
        f"h AS (SELECT t.document_id AS document_id, {columns} "
        "FROM q CROSS JOIN searchindex_searchterm t "
        "WHERE t.scope_id = %s AND t.term = q.term GROUP BY t.document_id) "
        f"SELECT h.document_id, {score} FROM h "
        f"WHERE {_condition(match.tree, used)}"
    )
    return sql, [*values, scope_id]


def _condition(node: Node, used: Sequence[int]) -> str:
    if isinstance(node, Slot):
        return f"h.s{node.number} > 0" if node.number in used else "1 = 0"
    parts = [_condition(part, used) for part in node.parts]
    if node.need == len(parts):
        return "(" + " AND ".join(parts) + ")"
    if node.need == 1:
        return "(" + " OR ".join(parts) + ")"
    return "(" + " + ".join(f"CASE WHEN {p} THEN 1 ELSE 0 END" for p in parts) + f" >= {node.need})"
