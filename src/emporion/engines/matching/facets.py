"""Needs against offers over a taxonomy with parents: complementary, not equal.

A need wants its own code fully, a parent or child of it less, and a sibling least.  Somebody who
names very many codes has each of them count less, so that naming everything is no way to the top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from emporion.engines.matching.market import Category, Participant

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
    needs = _Rows()
    offers = _Rows()
    ratio: list[float] = []
    for one, more_needs, more_offers in zip(people, found_needs, found_offers, strict=True):
        stated = {tree.number[code] for code in one.needs}
        wanted: dict[int, tuple[float, int, bool]] = {}
        every = [(c, True) for c in sorted(stated)]
        every += [(c, False) for c in more_needs if c not in stated]
        scale = _scale(_weight(len(every), len(stated)))
        for need, is_stated in every:
            weight = scale if is_stated else scale * FROM_TEXT
            for code, strength in tree.related[need]:
                value = weight * strength
                if code not in wanted or value > wanted[code][0]:
                    wanted[code] = (value, need, is_stated)
        needs.add([(code, *wanted[code]) for code in sorted(wanted)])
        stated = {tree.number[code] for code in one.offers}
        known = sorted(stated.union(more_offers))
        weight = _weight(len(known), len(stated))
        scale = _scale(weight)
        ratio.append(_scale(weight - 1) / scale)
        offers.add(
            [(c, scale if c in stated else scale * FROM_TEXT, c, c in stated) for c in known]
        )
    width = len(tree.codes)
    count = offers.counts()
    return Side(
        needs=needs.matrix(width),
        offers=offers.matrix(width),
        need_source=np.asarray(needs.source, dtype=np.int32),
        need_stated=np.asarray(needs.stated, dtype=bool),
        offer_stated=np.asarray(offers.stated, dtype=bool),
        has_needs=needs.counts() > 0,
        offer_count=count,
        offer_ratio=np.asarray(ratio, dtype=np.float32),
    )


def saturate(overlap: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return agreement 0..1 of an overlap >= 0: 1 - exp(-1.2 overlap), rising and bounded."""
    return np.asarray(-np.expm1(np.float32(-SATURATION) * overlap), dtype=np.float32)


def agreement_block(
    wanting: Side, rows: slice, giving: Side, offers_by_code: sparse.csr_array
) -> npt.NDArray[np.float32]:
    """Return the agreement float32[rows, giving] of the needs of a slice with all offers.

    `offers_by_code` is `giving.offers` transposed, as CSR.
    """
    overlap = (wanting.needs[rows] @ offers_by_code).toarray()
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


def _weight(codes: int, stated: int) -> float:
    return stated + FROM_TEXT * (codes - stated)


def _scale(weight: float) -> float:
    return min(1.0, CODES_AT_FULL_WEIGHT / max(weight, 1))


class _Rows:
    """Collects rows of (column, value, source, stated)."""

    def __init__(self) -> None:
        self.pointer = [0]
        self.columns: list[int] = []
        self.values: list[float] = []
        self.source: list[int] = []
        self.stated: list[bool] = []

    def add(self, row: Sequence[tuple[int, float, int, bool]]) -> None:
        for column, value, source, stated in row:
            self.columns.append(column)
            self.values.append(value)
            self.source.append(source)
            self.stated.append(stated)
        self.pointer.append(len(self.columns))

    def counts(self) -> npt.NDArray[np.int32]:
        return np.diff(np.asarray(self.pointer)).astype(np.int32)

    def matrix(self, width: int) -> sparse.csr_array:
        return sparse.csr_array(
            (
                np.asarray(self.values, dtype=np.float32),
                np.asarray(self.columns, dtype=np.int32),
                np.asarray(self.pointer, dtype=np.int32),
            ),
            shape=(len(self.pointer) - 1, width),
        )
