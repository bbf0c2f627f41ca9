"""Needs against offers over a taxonomy with parents: complementary, not equal.

A need wants its own code fully, a parent or child of it less, and a sibling least.  Somebody who
names very many codes has each of them count less, so that naming everything is no way to the top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from emporion.engines.matching.market import Category, Participant

# A matrix of one side along codes or terms: CSR, or dense where it has one column.
Turned: TypeAlias = sparse.csr_array | npt.NDArray[np.float32]

SAME, PARENT_OR_CHILD, SIBLING = 1.0, 0.7, 0.4
# A code found in a text counts less than one that was stated.
FROM_TEXT = 0.5
# All codes of one person weigh no more than so many: beyond, each counts less (one found in a text
# makes up half a code). With the root of it, naming all codes brought six times the looks.
CODES_AT_FULL_WEIGHT = 5
# How fast agreement saturates: one exact code gives 0.70, two give 0.91.
SATURATION = 1.2
# What is assumed where one side says nothing: a little, since not known is not the same as no.
UNKNOWN = 0.12


@dataclass(frozen=True)
class Tree:
    """All codes of a market with their relations. `related[c]` lists (code, strength) of a need."""

    codes: list[str]
    number: Mapping[str, int]
    related: list[list[tuple[int, float]]]

    def flat(
        self,
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Return codes and strengths of `related` end to end, and where each code's begin."""
        flat = [pair for row in self.related for pair in row]
        start = np.concatenate([[0], np.cumsum([len(row) for row in self.related])])
        return (
            np.asarray([code for code, _ in flat], dtype=np.int64),
            np.asarray([strength for _, strength in flat], dtype=np.float64),
            start.astype(np.int64),
        )


@dataclass(frozen=True)
class Side:
    """The needs (expanded over the tree) and offers of one side's participants, as CSR float32.

    `need_source` holds, beside each entry of `needs`, the need it comes from; `need_stated` and
    `offer_stated` whether it was stated (not found in a text).  `offer_ratio[i]` is by how much
    the other offers of i would weigh more if it stated one fewer.
    """

    needs: sparse.csr_array
    offers: sparse.csr_array
    need_source: npt.NDArray[np.int32]
    need_stated: npt.NDArray[np.bool_]
    offer_stated: npt.NDArray[np.bool_]
    has_needs: npt.NDArray[np.bool_]
    offer_count: npt.NDArray[np.int32]
    offer_ratio: npt.NDArray[np.float32]

    def of(self, at: npt.NDArray[np.int64]) -> Side:
        """Return the rows of these participants."""
        need_at, offer_at = _entries(self.needs, at), _entries(self.offers, at)
        return Side(
            self.needs[at],
            self.offers[at],
            self.need_source[need_at],
            self.need_stated[need_at],
            self.offer_stated[offer_at],
            self.has_needs[at],
            self.offer_count[at],
            self.offer_ratio[at],
        )


def build_tree(taxonomy: Sequence[Category], people: Sequence[Participant]) -> Tree:
    """Return the codes of the taxonomy and any other that people name, sorted, with relations."""
    parents = {category.code: category.parent for category in taxonomy}
    for one in people:
        for code in (*one.offers, *one.needs):
            parents.setdefault(code, "")
    codes = sorted(parents)
    number = {code: at for at, code in enumerate(codes)}
    children: dict[str, list[str]] = {}
    for code in codes:
        if parents[code]:
            children.setdefault(parents[code], []).append(code)
    related: list[list[tuple[int, float]]] = []
    for code in codes:
        strengths = dict.fromkeys(children.get(parents[code], ()), SIBLING)
        for near in (*children.get(code, ()), parents[code]):
            if near:
                strengths[near] = PARENT_OR_CHILD
        strengths[code] = SAME
        related.append([(number[other], strength) for other, strength in strengths.items()])
    return Tree(codes, number, related)


def build_side(
    people: Sequence[Participant],
    tree: Tree,
    found_needs: Sequence[Sequence[int]],
    found_offers: Sequence[Sequence[int]],
) -> Side:
    """Return the matrices of one side; `found_*` are codes read out of texts, per participant."""
    wanted = _Named([one.needs for one in people], found_needs, tree)
    given = _Named([one.offers for one in people], found_offers, tree)
    near, strength, start = tree.flat()
    # Every need stands for its neighbours as well; of two that stand for one code the stronger
    # counts, of equals the one that was stated, then the one that comes first.
    lengths = (start[1:] - start[:-1])[wanted.code]
    source = np.repeat(np.arange(len(wanted.code)), lengths)
    inside = np.arange(len(source)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    at = start[wanted.code[source]] + inside
    owner, code, value = wanted.owner[source], near[at], wanted.value[source] * strength[at]
    order = np.lexsort((source, -value, code, owner))
    owner, code, value, source = owner[order], code[order], value[order], source[order]
    first = np.ones(len(owner), dtype=bool)
    first[1:] = (owner[1:] != owner[:-1]) | (code[1:] != code[:-1])
    owner, code, value, source = owner[first], code[first], value[first], source[first]
    count = len(people)
    offered = np.lexsort((given.code, given.owner))
    return Side(
        needs=_matrix(owner, code, value, (count, len(tree.codes))),
        offers=_matrix(
            given.owner, given.code[offered], given.value[offered], (count, len(tree.codes))
        ),
        need_source=wanted.code[source].astype(np.int32),
        need_stated=wanted.stated[source],
        offer_stated=given.stated[offered],
        has_needs=np.bincount(wanted.owner, minlength=count) > 0,
        offer_count=np.bincount(given.owner, minlength=count).astype(np.int32),
        offer_ratio=(_scale(given.weight - 1) / _scale(given.weight)).astype(np.float32),
    )


class _Named:
    """Codes named by each of some people: the stated ones by their number, then those found.

    `owner`, `code`, `value` and `stated` are of each code; `weight` of each person is all codes
    together, one found in a text counting in part.
    """

    def __init__(
        self, stated: Sequence[Sequence[str]], found: Sequence[Sequence[int]], tree: Tree
    ) -> None:
        codes: list[int] = []
        of_stated: list[int] = []
        of_all: list[int] = []
        number = tree.number
        for names, more in zip(stated, found, strict=True):
            known = sorted({number[name] for name in names}) if names else []
            codes += known
            of_stated.append(len(known))
            if more:
                extra = [code for code in more if code not in known]
                codes += extra
                of_all.append(len(known) + len(extra))
            else:
                of_all.append(len(known))
        counts, every = np.asarray(of_stated, dtype=np.int64), np.asarray(of_all, dtype=np.int64)
        self.code = np.asarray(codes, dtype=np.int64)
        self.owner = np.repeat(np.arange(len(every)), every)
        place = np.arange(len(codes)) - np.repeat(np.cumsum(every) - every, every)
        self.stated = place < counts[self.owner]
        self.weight = counts + FROM_TEXT * (every - counts)
        self.value = _scale(self.weight)[self.owner] * np.where(self.stated, 1.0, FROM_TEXT)


def saturate(overlap: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return agreement 0..1 of an overlap >= 0: 1 - exp(-1.2 overlap), rising and bounded."""
    return np.asarray(-np.expm1(np.float32(-SATURATION) * overlap), dtype=np.float32)


def products(left: sparse.csr_array, rows: slice, right: Turned) -> npt.NDArray[np.float32]:
    """Return float32[rows, columns of right]: the products of a slice of rows with all columns."""
    whole = (rows.start, rows.stop) == (0, left.shape[0])
    found = (left if whole else left[rows]) @ right
    return np.asarray(found.toarray() if sparse.issparse(found) else found, dtype=np.float32)


def agreement_block(
    wanting: Side, rows: slice, giving: Side, offers_by_code: Turned
) -> npt.NDArray[np.float32]:
    """Return the agreement float32[rows, giving] of the needs of a slice with all offers.

    `offers_by_code` is `giving.offers` transposed.
    """
    overlap = products(wanting.needs, rows, offers_by_code)
    agreement = saturate(overlap)
    agreement[:, giving.offer_count == 0] = UNKNOWN
    agreement[~wanting.has_needs[rows]] = UNKNOWN
    return agreement


def _entries(matrix: sparse.csr_array, at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return where the entries of these rows lie in the data of a CSR matrix."""
    start, end = matrix.indptr[at].astype(np.int64), matrix.indptr[at + 1].astype(np.int64)
    lengths = end - start
    first = np.repeat(start - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return np.asarray(first + np.arange(int(lengths.sum())), dtype=np.int64)


def _scale(weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.minimum(1.0, CODES_AT_FULL_WEIGHT / np.maximum(weight, 1)))


def _matrix(
    rows: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    values: npt.NDArray[np.float64],
    shape: tuple[int, int],
) -> sparse.csr_array:
    """Return a CSR matrix float32 of cells that are sorted by row, then column."""
    pointer = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    cells = values.astype(np.float32), columns.astype(np.int32), pointer.astype(np.int32)
    return sparse.csr_array(cells, shape=shape)
