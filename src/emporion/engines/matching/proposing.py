"""Categories for who names none, from what those with like texts name: proposals, for people.

Each text asks its nearest neighbours among the texts whose categories are known; a neighbour's
voice grows with how near it is, a category that everybody names counts less, and one whose own name
is near counts more.  Near is said by shared words and by meaning together, in spreads above
strangers.  Measured on the descriptions of a real fair, each company without itself
(`./run bench matching --case ces`); power and weight of names were chosen on every other company.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.encoding import PASSAGE, Encoder, Store, mean_of_languages
from emporion.engines.matching.text import read_texts

Floats = npt.NDArray[np.float32]

NEIGHBOURS = 80
POWER = 1.5
# Shared words beside meaning, and how much a frequent category loses.
WORDS, COMMON = 0.5, 0.25
# How much a spread by which the name of a category is nearer counts, as a power of e.
NAMED = 0.1
# A proposal needs this share of all voices.
LEAST_SHARE = 0.04
BLOCK = 512


@dataclass(frozen=True)
class Proposal:
    """A category and its share of the neighbours' voices, 0..1: no chance of being right."""

    code: str
    share: float


def propose(
    texts: Sequence[Mapping[str, str]],
    known: Sequence[Mapping[str, str]],
    codes: Sequence[Sequence[str]],
    *,
    readers: Sequence[Encoder] = (),
    store: Store | None = None,
    most: int = 5,
    words: float | None = None,
    apart: bool = False,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    read: tuple[Sequence[Mapping[str, str]], Sequence[Mapping[str, str]]] | None = None,
    role: str = PASSAGE,
) -> list[list[Proposal]]:
    """Return for each of `texts` at most `most` codes, likeliest first; [] where nothing is near.

    `known` are texts with their `codes`.  `apart`: `texts` are `known` themselves, and none asks
    itself.  `words` is the weight of shared words (None: all of it without readers, half beside
    them).  `labels` are the names of codes by language, which readers compare as well.  `read` are
    what readers are given of `texts` and of `known` (None: the same), in the `role` that their
    vectors are kept under.  O(texts * known).
    """
    if not texts or not known:
        return [[] for _ in texts]
    near = np.zeros((len(texts), len(known)), dtype=np.float32)
    if words is None:
        words = WORDS if readers else 1.0
    if words:
        near += np.float32(words) * _spreads(_by_words(texts, known), apart)
    middles = [_from_middle(reader, *(read or (texts, known)), role, store) for reader in readers]
    for asked, given, _ in middles:
        near += _spreads(asked @ given.T, apart)
    names = sorted({code for row in codes for code in row})
    number = {code: at for at, code in enumerate(names)}
    named = np.zeros((len(known), len(names)), dtype=np.float32)
    for at, row in enumerate(codes):
        named[at, [number[code] for code in row]] = 1
    rarity = (np.maximum(named.mean(axis=0), 1e-9) ** -COMMON).astype(np.float32)
    liking = np.broadcast_to(rarity, (len(texts), len(names)))
    called = [(labels or {}).get(name, {}) for name in names]
    if readers and any(called):
        liking = liking * np.exp(NAMED * _near_names(called, readers, middles, store))
    found: list[list[Proposal]] = []
    for start in range(0, len(texts), BLOCK):
        rows = near[start : start + BLOCK]
        if apart:
            rows[np.arange(len(rows)), start + np.arange(len(rows))] = -np.inf
        found += _voices(rows, named, liking[start : start + BLOCK], names, most)
    return found


def _voices(
    near: Floats, named: Floats, liking: Floats, names: list[str], most: int
) -> list[list[Proposal]]:
    count = min(NEIGHBOURS, near.shape[1])
    best = np.argsort(-near, axis=1, kind="stable")[:, :count]
    voice = np.maximum(np.take_along_axis(near, best, axis=1), 0) ** POWER
    total = voice.sum(axis=1)
    rows: list[list[Proposal]] = []
    for mine, weight, whole, liked in zip(best, voice, total.tolist(), liking, strict=True):
        if not whole > 0:
            rows.append([])
            continue
        share = weight @ named[mine] / whole
        order = np.argsort(-share * liked, kind="stable")[:most]
        rows.append(
            [
                Proposal(names[at], float(share[at]))
                for at in order.tolist()
                if share[at] >= LEAST_SHARE
            ]
        )
    return rows


def _by_words(
    texts: Sequence[Mapping[str, str]], known: Sequence[Mapping[str, str]]
) -> npt.NDArray[np.floating]:
    vectors, _ = read_texts(
        ([one[language] for language in sorted(one)] for one in (*texts, *known)), None
    )
    rows = vectors.vectors
    similarity: npt.NDArray[np.floating] = (rows[: len(texts)] @ rows[len(texts) :].T).toarray()
    return similarity


def _from_middle(
    reader: Encoder,
    texts: Sequence[Mapping[str, str]],
    known: Sequence[Mapping[str, str]],
    role: str,
    store: Store | None,
) -> tuple[Floats, Floats, Floats | np.float32]:
    """Return unit rows of both from the middle of what is known, and that middle."""
    given = mean_of_languages(reader, known, role, store)
    asked = mean_of_languages(reader, texts, role, store)
    middle = given[given.any(axis=1)].mean(axis=0) if given.any() else np.float32(0)
    return _unit(asked, middle), _unit(given, middle), middle


def _near_names(
    called: Sequence[Mapping[str, str]],
    readers: Sequence[Encoder],
    middles: Sequence[tuple[Floats, Floats, Floats | np.float32]],
    store: Store | None,
) -> Floats:
    """Return float32[texts, names]: how near each name is, in spreads."""
    found = [
        _spreads(
            asked @ _unit(mean_of_languages(reader, called, PASSAGE, store), middle).T, apart=False
        )
        for reader, (asked, _, middle) in zip(readers, middles, strict=True)
    ]
    return np.asarray(np.mean(found, axis=0), dtype=np.float32)


def _unit(rows: Floats, middle: Floats | np.float32) -> Floats:
    moved = np.where(rows.any(axis=1, keepdims=True), rows - middle, 0)
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    unit = np.divide(moved, length, out=np.zeros_like(moved), where=length > 1e-3)
    return np.asarray(unit, dtype=np.float32)


def _spreads(similarity: npt.NDArray[np.floating], apart: bool) -> Floats:
    strangers = similarity
    if apart:
        strangers = similarity[~np.eye(len(similarity), dtype=bool)]
    spread = float(strangers.std()) if strangers.size else 0.0
    if not spread > 0:
        return np.zeros(similarity.shape, dtype=np.float32)
    return np.asarray((similarity - strangers.mean()) / spread, dtype=np.float32)
