"""Texts as sparse vectors: words and character n-grams, weighted by TF-IDF, and glossary labels.

The always-available text leg: no model, no dependency beyond numpy and scipy.  Words carry meaning,
n-grams bridge inflections and compounds, and scripts without spaces are read as n-grams of 2 to 4
characters.  Each text keeps only its heaviest terms, so that 16,000 texts stay small and their
similarities cost little.
"""

from __future__ import annotations

import itertools
import operator
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse

from emporion.engines.matching.function_words import FUNCTION_WORDS
from emporion.engines.matching.market import MAX_TEXT, Category
from emporion.engines.matching.signs import shared_grams

# Scripts written without spaces: Thai to Khmer, CJK, kana. Their runs become n-grams.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_FIRST_UNSPACED = _UNSPACED[0]
_RUNS = re.compile(f"[{_UNSPACED}]+|[^\\W_{_UNSPACED}]+")
_STARTS_UNSPACED = re.compile(f"[{_UNSPACED}]")
# Accents of Latin, vowel signs and the stretching mark of Arabic: written or left out at will.
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640]+")
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه"})
_ARTICLE = re.compile("^(?:[وف]?[بك]?ال|[وف]?لل)(?=.{3})")
_LABEL_PARTS = re.compile(r"[/,;&()，、；（）؛،]+")

TERMS_KEPT = 96
GRAM_WEIGHT = 0.3
# A term in more than this share of the texts says nothing; only asked of 50 texts or more.
MOST_COMMON = 0.2
LONGEST_WORD = 40
BLOCK = 1000
# Of a table of weights that is searched at once.
CELLS = 1 << 20


def fold(text: str) -> str:
    """Return text with case, width, accents and Arabic letter variants evened out."""
    text = text[:MAX_TEXT]
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _MARKS.sub("", text)).translate(_ARABIC)


def split(folded: str) -> tuple[list[str], list[str]]:
    """Return the words of a folded text, and its runs of signs without spaces between words."""
    runs = _RUNS.findall(folded)
    if folded.isascii():
        return list(map(_stem, runs)), []
    unspaced = [run for run in runs if run >= _FIRST_UNSPACED and _STARTS_UNSPACED.match(run)]
    if not unspaced:
        return list(map(_stem, runs)), []
    apart = set(unspaced)
    return [_stem(run) for run in runs if run not in apart], unspaced


def words_of(folded: str) -> list[str]:
    """Return the words of a folded text; a run without spaces gives its n-grams of 2 to 4."""
    words: list[str] = []
    for run in _RUNS.findall(folded):
        if run < _FIRST_UNSPACED or not _STARTS_UNSPACED.match(run):
            words.append(_stem(run))
        elif len(run) == 1:
            words.append(run)
        else:
            # Each n-gram is the one before it and the next sign.
            grams = run
            for length in (2, 3, 4):
                grams = list(map(operator.add, grams, run[length - 1 :]))
                words += grams
    return words


@lru_cache(maxsize=1 << 16)
def _stem(run: str) -> str:
    word = run[:LONGEST_WORD]
    # The plural of a label must find the label, and so must an Arabic word with its article and
    # the particles written onto it. More stemming would need to know the language.
    if word.isascii():
        plural = len(word) > 3 and word[-1] == "s" and word[-2] not in "siu"
        return word[:-1] if plural else word
    return _ARTICLE.sub("", word)


def starts_unspaced(word: str) -> bool:
    """Whether a word is of a script that is written without spaces."""
    return bool(_STARTS_UNSPACED.match(word))


class Glossary:
    """Finds categories in texts by their labels and synonyms, in any of their languages."""

    def __init__(self, taxonomy: Sequence[Category], codes: Mapping[str, int]) -> None:
        self._phrases: dict[str, list[tuple[str, bool, int]]] = {}
        for category in taxonomy:
            names = [*category.labels.values(), *category.synonyms]
            for name in names:
                for part in {name, *_LABEL_PARTS.split(name)}:
                    self._add(part, codes[category.code])
        self._first = set(self._phrases)

    def _add(self, name: str, code: int) -> None:
        folded = fold(name).strip()
        words = words_of(folded)
        if len(folded) < 2 or not words:
            return
        if _STARTS_UNSPACED.match(folded):
            entry = (folded, True, code)
        else:
            entry = (" ".join(words), False, code)
        found = self._phrases.setdefault(words[0], [])
        if entry not in found:
            found.append(entry)

    def find(self, folded: str, words: Sequence[str], runs: Sequence[str] = ()) -> list[int]:
        """Return the codes whose name stands in a text, sorted. O(words + candidates).

        `words` are those of `words_of`, or `words` and `runs` what `split` makes of it.
        """
        candidates = self._first.intersection(words)
        for run in runs:
            pairs = map(operator.add, run, run[1:]) if len(run) > 1 else [run]
            candidates |= self._first.intersection(pairs)
        if not candidates:
            return []
        spaced = ""
        found: set[int] = set()
        for first in candidates:
            for name, unspaced, code in self._phrases[first]:
                if code in found:
                    continue
                if unspaced:
                    if name in folded:
                        found.add(code)
                elif " " not in name:
                    found.add(code)
                else:
                    spaced = spaced or f" {' '.join(words_of(folded) if runs else words)} "
                    if f" {name} " in spaced:
                        found.add(code)
        return sorted(found)


@dataclass(frozen=True)
class TextVectors:
    """One unit row per text, or a row of zeros where there is nothing to go by.

    `vectors` is CSR float32[texts, terms]; `names[t]` is the word to show for a term ("" for a
    character n-gram inside a word, which nobody would recognise) and `texts_with[t]` the number of
    texts that hold it (0 for such an n-gram); `folded[i]` is text i as it was read.
    """

    vectors: sparse.csr_array
    names: list[str]
    texts_with: npt.NDArray[np.int64]
    folded: list[str]
    weighing: Weighing

    def read(self, languages: Sequence[str]) -> sparse.csr_array:
        """Return the row of one more text, weighed as these are; words nobody used are left out."""
        words = Counter(word for text in languages for word in words_of(fold(text)))
        number = self.weighing.number
        known = sorted((number[word], times) for word, times in words.items() if word in number)
        row = _csr(
            [np.asarray([at for at, _ in known], dtype=np.int32)],
            [1 + np.log(np.asarray([n for _, n in known], dtype=np.float32))],
            len(number),
        )
        return self.weighing.rows(self.weighing.heaviest_words(row))


@dataclass(frozen=True)
class Weighing:
    """What a term weighs: inverse frequencies of words and n-grams, and what each word is made of.

    `shared` is 0 for a word of one text alone: it takes part by its n-grams only.
    """

    number: Mapping[str, int]
    idf: npt.NDArray[np.float32]
    shared: npt.NDArray[np.float32]
    grams: sparse.csr_array
    gram_idf: npt.NDArray[np.float32]

    def heaviest_words(self, words: sparse.csr_array) -> sparse.csr_array:
        """Return the words that a text is known by, weighed, from damped frequencies."""
        return _heaviest(_weighed(words, self.idf), TERMS_KEPT)

    def rows(self, words: sparse.csr_array) -> sparse.csr_array:
        """Return unit rows of words and n-grams from the heaviest words."""
        present = words.copy()
        present.data = np.ones_like(present.data)
        block = (present @ self.grams).tocsr()
        block.data = (1 + np.log(block.data)) * self.gram_idf[block.indices]
        own = words.copy()
        own.data = own.data * self.shared[own.indices]
        both = sparse.hstack([own, block], format="csr")
        return _unit_rows(_heaviest(sparse.csr_array(both), TERMS_KEPT))


def read_texts(
    texts: Iterable[Sequence[str]], glossary: Glossary | None
) -> tuple[TextVectors, list[list[int]]]:
    """Return the vectors of texts, and the codes that the glossary found in each.

    Each item holds the texts of one participant in all of its languages.  Term frequencies are
    damped (1 + log), inverse document frequencies smoothed.  O(characters); about 2 seconds and
    200 MB for 16,000 texts of 100 words.
    """
    # Numbers its words in the order of their first appearance.
    vocabulary: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    columns: list[npt.NDArray[np.int32]] = []
    counts: list[npt.NDArray[np.int32]] = []
    found: list[list[int]] = []
    folded_texts: list[str] = []
    signs: list[str] = []
    signs_of: list[int] = []
    for languages in texts:
        words: list[str] = []
        codes: set[int] = set()
        parts: list[str] = []
        for text in languages:
            folded = fold(text)
            parts.append(folded)
            of_this, runs = split(folded)
            words += of_this
            signs += runs
            signs_of += [len(found)] * len(runs)
            if glossary is not None:
                codes.update(glossary.find(folded, of_this, runs))
        times = Counter(words)
        for word in FUNCTION_WORDS.intersection(times):
            del times[word]
        columns.append(np.fromiter(map(vocabulary.__getitem__, times), np.int32, len(times)))
        counts.append(np.fromiter(times.values(), np.int32, len(times)))
        found.append(sorted(codes))
        folded_texts.append("\n".join(parts))
    grams = shared_grams(signs, signs_of)
    words_in = _csr(columns, counts, len(vocabulary))
    words_in.data = 1 + np.log(words_in.data, dtype=np.float32)
    grams_in = sparse.csr_array(
        (1 + np.log(grams.times, dtype=np.float32), (grams.text, grams.gram)),
        shape=(len(found), len(grams.names)),
    )
    number = dict(vocabulary)
    number.update(zip(grams.names, itertools.count(len(number))))
    both = sparse.csr_array(sparse.hstack([words_in, grams_in], format="csr"))
    return _weigh(both, number, folded_texts), found


def _csr(
    columns: list[npt.NDArray[np.int32]], data: Sequence[npt.NDArray[np.generic]], width: int
) -> sparse.csr_array:
    lengths = np.fromiter((len(c) for c in columns), dtype=np.int64, count=len(columns))
    pointer = np.concatenate([[0], np.cumsum(lengths)])
    return sparse.csr_array(
        (
            np.concatenate([*data, np.empty(0, np.float32)]),
            np.concatenate([*columns, np.empty(0, np.int32)]),
            pointer,
        ),
        shape=(len(columns), width),
    )


def _weigh(words_in: sparse.csr_array, number: dict[str, int], folded: list[str]) -> TextVectors:
    texts, names = words_in.shape[0], list(number)
    texts_with = np.bincount(words_in.indices, minlength=len(names))
    idf = _inverse_frequency(texts_with, texts)
    words = _heaviest(_weighed(words_in, idf), TERMS_KEPT)
    used = np.bincount(words.indices, minlength=len(names)) > 0
    grams = _grams_of(names, np.flatnonzero(used))
    gram_texts = np.zeros(grams.shape[1], dtype=np.int64)
    for start in range(0, texts, BLOCK):
        present = words[start : start + BLOCK].copy()
        # The n-grams of a text are those of its heaviest words: what a common word is made of is
        # noise.
        present.data = np.ones_like(present.data)
        gram_texts += np.bincount((present @ grams).tocsr().indices, minlength=grams.shape[1])
    gram_idf = _inverse_frequency(gram_texts, texts) * np.float32(GRAM_WEIGHT)
    gram_idf[gram_texts == 1] = 0
    weighing = Weighing(number, idf, (texts_with > 1).astype(np.float32), grams, gram_idf)
    # Once more rather than kept: the n-grams of all texts at once would be the peak of memory.
    kept = [weighing.rows(words[start : start + BLOCK]) for start in range(0, texts, BLOCK)]
    vectors = (
        sparse.csr_array(sparse.vstack(kept, format="csr"))
        if kept
        else sparse.csr_array((0, len(names) + grams.shape[1]), dtype=np.float32)
    )
    inner = grams.shape[1]
    return TextVectors(
        vectors, names + [""] * inner, np.pad(texts_with, (0, inner)), folded, weighing
    )


def _inverse_frequency(texts_with: npt.NDArray[np.int64], texts: int) -> npt.NDArray[np.float32]:
    idf = np.log((1 + texts) / (1 + texts_with)).astype(np.float32) + np.float32(1e-3)
    if texts >= 50:
        idf[texts_with > MOST_COMMON * texts] = 0
    return idf


def _grams_of(names: list[str], used: npt.NDArray[np.int64]) -> sparse.csr_array:
    numbers: dict[str, int] = {}
    counts = np.zeros(len(names), dtype=np.int64)
    columns: list[int] = []
    for at in used.tolist():
        word = names[at]
        if len(word) < 4 or _STARTS_UNSPACED.match(word):
            continue
        edged = f"<{word}>"
        # A dict keeps the order and drops doubles; a set of strings would change its order.
        grams = dict.fromkeys(
            edged[start : start + length]
            for length in (3, 4)
            for start in range(len(edged) - length + 1)
        )
        columns += sorted(numbers.setdefault(gram, len(numbers)) for gram in grams)
        counts[at] = len(grams)
    return sparse.csr_array(
        (
            np.ones(len(columns), dtype=np.float32),
            np.asarray(columns, dtype=np.int32),
            np.concatenate([[0], np.cumsum(counts)]),
        ),
        shape=(len(names), len(numbers)),
    )


def _weighed(rows: sparse.csr_array, weight: npt.NDArray[np.float32]) -> sparse.csr_array:
    data = rows.data * weight[rows.indices]
    return sparse.csr_array((data, rows.indices, rows.indptr), shape=rows.shape)


def _heaviest(rows: sparse.csr_array, most: int) -> sparse.csr_array:
    """Keep the heaviest terms of each row; equal weights go by the number of the term.

    O(entries), some rows of about one length at once; `rows` may be changed.
    """
    rows = sparse.csr_array(rows)
    rows.eliminate_zeros()
    rows.sort_indices()
    lengths = np.diff(rows.indptr)
    longer = np.flatnonzero(lengths > most)
    keep = np.ones(rows.nnz, dtype=bool)
    for some in _by_length(longer, lengths):
        at = rows.indptr[some, None] + np.arange(int(lengths[some].max()))
        inside = at < rows.indptr[some + 1, None]
        at = np.where(inside, at, 0)
        data = np.where(inside, rows.data[at], -np.inf)
        least = -np.partition(-data, most - 1, axis=1)[:, most - 1, None]
        above = data > least
        equal = data == least
        room = most - above.sum(axis=1, keepdims=True)
        above |= equal & (np.cumsum(equal, axis=1) <= room)
        keep[at[inside]] = above[inside]
    pointer = np.concatenate([[0], np.cumsum(np.minimum(lengths, most))])
    return sparse.csr_array(
        (rows.data[keep].astype(np.float32), rows.indices[keep].astype(np.int32), pointer),
        shape=rows.shape,
    )


def _by_length(
    chosen: npt.NDArray[np.int64], lengths: npt.NDArray[np.int32]
) -> Iterator[npt.NDArray[np.int64]]:
    """Yield the chosen rows in parts that fill a table of their longest to `CELLS` at most."""
    chosen = chosen[np.argsort(lengths[chosen], kind="stable")]
    begin = 0
    while begin < len(chosen):
        end = min(len(chosen), begin + max(1, CELLS // int(lengths[chosen[begin]])))
        while end > begin + 1 and (end - begin) * int(lengths[chosen[end - 1]]) > CELLS:
            end -= max(1, (end - begin) // 4)
        yield chosen[begin:end]
        begin = end


def _unit_rows(rows: sparse.csr_array) -> sparse.csr_array:
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return sparse.csr_array(sparse.diags_array(scale.astype(np.float32)) @ rows)
