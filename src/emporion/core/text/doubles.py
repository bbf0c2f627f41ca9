"""Likely doubles: the same firm under two spellings, to be looked at by a person.

Names are normalised (legal forms off, Han as pinyin, joined and split words alike), candidate pairs
come from rare character trigrams, and each candidate is scored by aligning its words, rare words
counting more. Nothing is merged here: the answer is a list of pairs with a reason.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from emporion.core.text.fold import fold
from emporion.core.text.legalforms import (
    GENERIC,
    HAN_GENERIC,
    LEGAL_ARABIC,
    LEGAL_HAN,
    LEGAL_PHRASES,
    LEGAL_WORDS,
)
from emporion.core.text.sortkey import sort_key
from emporion.core.text.tokens import chunks, split_chain, without_article

# A trigram that more names than this contain does not bring names together.
_COMMON_TRIGRAM = 60
_MIN_SHARED = 0.35


@dataclass(frozen=True)
class Double:
    """Two entries that may be one firm; ``score`` 0..1; ``why`` is ``same`` or ``similar``."""

    first: str
    second: str
    first_name: str
    second_name: str
    score: float
    why: str


@dataclass(frozen=True)
class _Name:
    key: str
    text: str
    words: tuple[str, ...]
    compact: str


def name_words(name: str) -> tuple[str, ...]:
    """Words of a firm's name without legal forms, folded; Han as pinyin.

    >>> name_words("Shenzhen Huion Trend Co., Ltd")
    ('shenzhen', 'huion', 'trend')
    >>> name_words("华为技术有限公司")
    ('huawei', 'technology')
    """
    found: list[str] = []
    for is_han, chunk in chunks(fold(name).replace("&", " and ")):
        found.extend(_han_words(chunk) if is_han else map(without_article, split_chain(chunk)))
    kept = _without_legal(found)
    return tuple(kept or found)


def likely_doubles(
    names: Iterable[tuple[str, str]],
    against: Iterable[tuple[str, str]] = (),
    *,
    threshold: float = 0.85,
) -> list[Double]:
    """Pairs of ``(key, name)`` that look like one firm, best first, then by key.

    One key may stand several times (a firm with names in two scripts); pairs within one key are not
    reported, and of several pairs between two keys only the best. With ``against`` (what is already
    stored) its entries are compared with ``names`` but not with each other. About linear for lists
    in which most names differ: 2,088 names take less than 3 s.
    """
    entries = [_entry(key, name) for key, name in names]
    fresh = len(entries)
    entries.extend(_entry(key, name) for key, name in against)
    weight = _word_weights(entries)
    best: dict[tuple[str, str], Double] = {}
    for i, j in _candidates(entries, fresh):
        first, second = sorted((entries[i], entries[j]), key=lambda entry: entry.key)
        if first.key == second.key:
            continue
        same = first.compact == second.compact
        score = 1.0 if same else _similarity(first.words, second.words, weight)
        known = best.get((first.key, second.key))
        if score >= threshold and (known is None or score > known.score):
            best[first.key, second.key] = Double(
                first.key, second.key, first.text, second.text, round(score, 3),
                "same" if same else "similar",
            )  # fmt: skip
    return sorted(best.values(), key=lambda pair: (-pair.score, pair.first, pair.second))


def _entry(key: str, name: str) -> _Name:
    found = name_words(name)
    return _Name(key, name, found, "".join(found))


def _han_words(run: str) -> list[str]:
    for form in LEGAL_HAN:
        if run.endswith(form) and len(run) > len(form):
            run = run[: -len(form)]
            break
        if run.startswith(form) and len(run) > len(form):
            run = run[len(form) :]
            break
    found: list[str] = []
    plain = ""
    rest = run
    while rest:
        length = next((n for n in (3, 2) if rest[:n] in HAN_GENERIC), 0)
        if length:
            found.extend([plain] if plain else [])
            found.extend(HAN_GENERIC[rest[:length]].split())
            plain = ""
        elif rest[0] in "市省" and plain:
            # The name of the place ends here: 深圳市大疆 is "shenzhen dajiang".
            found.append(plain)
            plain = ""
        else:
            plain += "".join(sort_key(rest[0]).split("\t")[0].split()) or rest[0]
        rest = rest[max(length, 1) :]
    return [*found, plain] if plain else found


def _without_legal(found: Sequence[str]) -> list[str]:
    kept = list(found)
    changed = True
    while changed and len(kept) > 1:
        changed = False
        for phrase in LEGAL_PHRASES:
            if len(kept) > len(phrase) and tuple(kept[-len(phrase) :]) == phrase:
                del kept[-len(phrase) :]
                changed = True
        if len(kept) > 1 and (kept[-1] in LEGAL_WORDS or kept[-1] in LEGAL_ARABIC):
            kept.pop()
            changed = True
        if len(kept) > 1 and (kept[0] in LEGAL_ARABIC or kept[0] in ("pt", "ooo", "ооо")):
            kept.pop(0)
            changed = True
    # "Co" cut off in the middle: "Technology Co., Ltd" in a column of 50 characters becomes "C".
    if len(kept) > 2 and kept[-1] in ("c", "l", "lt", "co"):
        kept.pop()
    return kept


def _word_weights(entries: Sequence[_Name]) -> dict[str, float]:
    count = Counter(word for entry in entries for word in set(entry.words))
    total = max(len(entries), 2)
    weights = {word: math.log2(1 + total / n) for word, n in count.items()}
    for word in GENERIC:
        if word in weights:
            weights[word] = min(weights[word], 1.0)
    return weights


def _candidates(entries: Sequence[_Name], fresh: int) -> set[tuple[int, int]]:
    """Pairs that share enough of their trigrams, rare ones counted; at least one side is fresh."""
    grams = [_trigrams(entry.compact) for entry in entries]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, own in enumerate(grams):
        for gram in own:
            holders[gram].append(place)
    pairs: set[tuple[int, int]] = set()
    by_compact: dict[str, list[int]] = defaultdict(list)
    for j, own in enumerate(grams):
        shared: Counter[int] = Counter()
        rare = 0
        for gram in own:
            places = holders[gram]
            if len(places) <= _COMMON_TRIGRAM:
                rare += 1
                for i in places:
                    if i >= j:
                        break
                    shared[i] += 1
        for i, n in shared.items():
            if i < fresh and n >= _MIN_SHARED * rare:
                pairs.add((i, j))
        for i in by_compact[entries[j].compact]:
            if i < fresh:
                pairs.add((i, j))
        by_compact[entries[j].compact].append(j)
    return pairs


def _trigrams(compact: str) -> list[str]:
    padded = f"^{compact}$"
    return sorted({padded[i : i + 3] for i in range(max(1, len(padded) - 2))})


def _similarity(first: Sequence[str], second: Sequence[str], weight: dict[str, float]) -> float:
    """Weighted share of words that have a partner in the other name, 0..1."""
    joined = _word_likeness("".join(first), "".join(second))
    left = list(second)
    matched = total = 0.0
    for word in first:
        own = weight[word]
        partner = max(left, key=lambda other: _word_likeness(word, other), default=None)
        likeness = 0.0 if partner is None else _word_likeness(word, partner)
        if partner is not None and likeness >= 0.75:
            left.remove(partner)
            pair = max(own, weight[partner])
            matched += pair * likeness
            total += pair
        else:
            total += own
    total += sum(weight[word] for word in left)
    aligned = matched / total if total else 0.0
    # Words split differently ("Liion Power" - "Li-Ion Power") show only in the joined form; a long
    # joined form hides one different word, so it counts only when the aligned form nearly agrees.
    return max(aligned, joined if joined >= 0.93 and aligned >= 0.55 else 0.0)


@lru_cache(maxsize=200_000)
def _word_likeness(first: str, second: str) -> float:
    """1 - edit distance / longer length, 0 below 0.6; digits must agree."""
    if first == second:
        return 1.0
    longer = max(len(first), len(second))
    if abs(len(first) - len(second)) > 0.4 * longer or longer < 4:
        return 0.0
    if [c for c in first if c.isdigit()] != [c for c in second if c.isdigit()]:
        return 0.0
    likeness = 1.0 - edit_distance(first, second) / longer
    return likeness if likeness >= 0.6 else 0.0


def edit_distance(first: str, second: str, limit: int | None = None) -> int:
    """Optimal string alignment distance (insert, delete, replace, swap of neighbours each cost 1).

    With ``limit`` the answer is ``limit + 1`` as soon as it is certain to be above it.
    O(len(first) * len(second)).
    """
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if limit is not None and min(row) > limit and min(before) > limit:
            return limit + 1
    return row[-1]
