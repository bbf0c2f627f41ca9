"""Everything the score looks at, for a block of buyers or for single pairs.

Both ways give the same numbers: blocks are fast over the whole market, pairs serve the reasons.
A country counts only against markets that somebody stated: where a company comes from is no
feature of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from scipy import sparse

from emporion.engines.matching import facets
from emporion.engines.matching.market import SIZES, Market, Participant, Signal
from emporion.engines.matching.meaning import Meaning
from emporion.engines.matching.signals import Signals, collect, rating_scale, remember
from emporion.engines.matching.text import Glossary, TextVectors, read_texts

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# A text similarity of this size counts half, and a third of it a tenth: two short texts share a
# word by chance.
HALF_TEXT = 0.3
# So many people interested count half.
HALF_POPULAR = 10.0
# Who names more than so many has each of them count less when it is met: naming all says little.
MARKETS_AT_FULL_WEIGHT = 3
AT_FULL_WEIGHT = {"languages": 3, "deals": 2}
# Pairs compared term by term at once.
PAIRS = 2048
POPULAR_KINDS = frozenset({"bookmark", "request", "accept"})


class Feature(IntEnum):
    """What is compared, each bounded. "Buyer needs" is: what the buyer needs, the other offers."""

    BUYER_NEEDS = 0  # 0..1
    EXHIBITOR_NEEDS = 1  # 0..1
    TEXT = 2  # 0..1
    BUYER_MARKET = 3  # the exhibitor's country is among the markets the buyer stated: 0..1, -1 not
    EXHIBITOR_MARKET = 4  # 0..1, -1
    LANGUAGE = 5  # -1 none in common, 0 not known, up to 1
    DEAL = 6  # -1, 0, up to 1
    SIZE = 7  # -0.5..0.5
    BUYER_SIGNAL = 8  # -3..2: what the buyer did about the exhibitor
    EXHIBITOR_SIGNAL = 9
    EXHIBITOR_POPULAR = 10  # 0..1
    BUYER_POPULAR = 11
    MEANING = 12  # 0..1; 0 where texts are not read by an encoder


@dataclass(frozen=True)
class Shared:
    """Products of single pairs, CSR float32[pairs, codes or terms].

    What the buyer needs with what is offered to it, the same of the exhibitor, and both texts.
    """

    needs_of_buyers: sparse.csr_array
    needs_of_exhibitors: sparse.csr_array
    text: sparse.csr_array


class Sets:
    """A list of sets per participant (languages, markets, deal types).

    `rows` are 0/1 by the number of a name; `number[i]` is which of `distinct` participant i has;
    `worth` 0..1 is what one of its names counts when it is met, less beyond `full` of them.
    """

    def __init__(
        self,
        sets: Sequence[frozenset[str]],
        names: Mapping[str, int],
        full: int,
        said: Sequence[int] | None = None,
    ) -> None:
        """`said`: how many names each is in their own words, if not as many as the set holds."""
        numbers: dict[frozenset[str], int] = {}
        self.number = np.asarray(
            [numbers.setdefault(one, len(numbers)) for one in sets], dtype=np.int64
        )
        self.distinct = list(numbers)
        rows = np.zeros((len(numbers), max(len(names), 1)), dtype=np.float32)
        for at, one in enumerate(numbers):
            rows[at, [names[name] for name in one]] = 1
        self.rows = rows[self.number]
        self.stated = np.asarray([bool(one) for one in numbers], dtype=bool)[self.number]
        counts = [len(one) for one in sets] if said is None else said
        self.worth = np.asarray([worth_of(count, full) for count in counts], dtype=np.float32)

    def of(self, at: Ints) -> Sets:
        """Return the sets of these participants."""
        new = copy.copy(self)
        new.number, new.rows, new.stated = self.number[at], self.rows[at], self.stated[at]
        new.worth = self.worth[at]
        return new


def worth_of(said: int, full: int) -> float:
    """Return what one of so many names that somebody said counts when it is met, above 0 to 1.

    Falling with the square of their number, which leaves whoever names everything about the looks
    of an honest profile (`benchmarks/matching_manipulation.py`).
    """
    return min(1.0, (full / max(said, 1)) ** 2)


class Features:
    """The features of a market whose two sides are given in the order of their indices."""

    def __init__(
        self,
        market: Market,
        exhibitors: Sequence[Participant],
        buyers: Sequence[Participant],
        meaning: Meaning | None = None,
    ) -> None:
        self.exhibitors, self.buyers, self.meaning = exhibitors, buyers, meaning
        self.tree = facets.build_tree(market.taxonomy, [*exhibitors, *buyers])
        self.glossary = Glossary(market.taxonomy, self.tree.number) if market.taxonomy else None
        everyone = [*exhibitors, *buyers]
        self.text, found = read_texts(
            ([one.texts[language] for language in sorted(one.texts)] for one in everyone),
            self.glossary,
        )
        self.says_something = np.asarray(
            [
                any(text.strip() for text in one.texts.values()) or bool(one.offers or one.needs)
                for one in everyone
            ],
            dtype=bool,
        )
        count = len(exhibitors)
        # The text of an exhibitor says what it offers, that of a buyer what is needed.
        nothing: list[list[int]] = [[]]
        self.exhibitor_facets = facets.build_side(
            exhibitors, self.tree, nothing * count, found[:count]
        )
        self.buyer_facets = facets.build_side(
            buyers, self.tree, found[count:], nothing * len(buyers)
        )
        self.exhibitor_text = self.text.vectors[:count]
        self.buyer_text = self.text.vectors[count:]
        self.names: dict[str, dict[str, int]] = {}
        self.exhibitor_home, self.buyer_home = homes_of(exhibitors), homes_of(buyers)
        self.exhibitor_markets, self.buyer_countries, self.names["exhibitor_markets"] = (
            wanted_markets(exhibitors, self.buyer_home)
        )
        self.buyer_markets, self.exhibitor_countries, self.names["buyer_markets"] = wanted_markets(
            buyers, self.exhibitor_home
        )
        self.exhibitor_languages, self.buyer_languages, self.names["languages"] = _shared(
            [frozenset(primary_languages(one)) for one in exhibitors],
            [frozenset(primary_languages(one)) for one in buyers],
            AT_FULL_WEIGHT["languages"],
        )
        self.exhibitor_deals, self.buyer_deals, self.names["deals"] = _shared(
            [frozenset(one.deals) for one in exhibitors],
            [frozenset(one.deals) for one in buyers],
            AT_FULL_WEIGHT["deals"],
        )
        self.exhibitor_size, self.buyer_size = sizes_of(exhibitors), sizes_of(buyers)
        self.exhibitor_codes = stated_codes(exhibitors, self.tree.number)
        self.buyer_codes = stated_codes(buyers, self.tree.number)
        self.latest = max((s.at for s in market.signals if s.at is not None), default=None)
        self._read_signals(market.signals)
        self.turn()

    def turn(self) -> None:
        """Say that the exhibitors are others now: their matrices are laid out anew when asked."""
        self._turned: tuple[facets.Turned, ...] | None = None

    def along(self) -> tuple[facets.Turned, ...]:
        """Return the exhibitors' offers, needs and texts along codes and terms, for blocks."""
        if self._turned is None:
            rows = self.exhibitor_facets.offers, self.exhibitor_facets.needs, self.exhibitor_text
            # Of one exhibitor a column of numbers is read faster than a thin matrix.
            alone = len(self.exhibitors) == 1
            self._turned = tuple(r.toarray().T if alone else r.T.tocsr() for r in rows)
        return self._turned

    def _read_signals(self, signals: Sequence[Signal]) -> None:
        exhibitor_at = {one.id: at for at, one in enumerate(self.exhibitors)}
        buyer_at = {one.id: at for at, one in enumerate(self.buyers)}
        by_buyer: dict[int, dict[str, float]] = {}
        by_exhibitor: dict[int, dict[str, float]] = {}
        width = len(self.exhibitors)
        liked: set[tuple[str, str]] = set()
        share_of = rating_scale(signals)
        for signal in signals:
            # A save that only teaches is quiet: one person more would tell of it.
            quiet = signal.only_teaches and signal.kind == "bookmark"
            if signal.kind in POPULAR_KINDS and not quiet:
                liked.add((signal.sender, signal.receiver))
            if signal.only_teaches:
                continue
            if signal.sender in buyer_at:
                key = buyer_at[signal.sender] * width + exhibitor_at[signal.receiver]
                remember(by_buyer, key, signal, self.latest, share_of)
            else:
                key = buyer_at[signal.receiver] * width + exhibitor_at[signal.sender]
                remember(by_exhibitor, key, signal, self.latest, share_of)
        self.buyer_signals = collect(by_buyer)
        self.exhibitor_signals = collect(by_exhibitor)
        self.exhibitor_admirers = np.zeros(len(self.exhibitors), dtype=np.int64)
        self.buyer_admirers = np.zeros(len(self.buyers), dtype=np.int64)
        for _, receiver in liked:
            if receiver in exhibitor_at:
                self.exhibitor_admirers[exhibitor_at[receiver]] += 1
            else:
                self.buyer_admirers[buyer_at[receiver]] += 1

    def block(self, rows: slice) -> Iterator[tuple[Feature, Floats]]:
        """Yield each feature over a slice of buyers, shaped to broadcast to [rows, exhibitors]."""
        own, other = self.buyer_facets, self.exhibitor_facets
        offers, needs, texts = self.along()
        yield Feature.BUYER_NEEDS, facets.agreement_block(own, rows, other, offers)
        overlap = facets.products(own.offers, rows, needs)
        agreement = facets.saturate(overlap)
        agreement[own.offer_count[rows] == 0] = facets.UNKNOWN
        agreement[:, ~other.has_needs] = facets.UNKNOWN
        yield Feature.EXHIBITOR_NEEDS, agreement
        yield Feature.TEXT, _text(facets.products(self.buyer_text, rows, texts))
        wanted = self.buyer_markets.rows[rows][:, self.exhibitor_countries]
        known = self.buyer_markets.stated[rows, None] & (self.exhibitor_countries > 0)
        yield Feature.BUYER_MARKET, _met(known, wanted, self.buyer_markets.worth[rows, None])
        wanted = self.exhibitor_markets.rows[:, self.buyer_countries[rows]].T
        known = self.exhibitor_markets.stated & (self.buyer_countries[rows, None] > 0)
        yield Feature.EXHIBITOR_MARKET, _met(known, wanted, self.exhibitor_markets.worth)
        yield Feature.LANGUAGE, _common(self.buyer_languages, rows, self.exhibitor_languages)
        yield Feature.DEAL, _common(self.buyer_deals, rows, self.exhibitor_deals)
        yield Feature.SIZE, _size_fit(self.buyer_size[rows, None], self.exhibitor_size[None, :])
        for feature, signals in (
            (Feature.BUYER_SIGNAL, self.buyer_signals),
            (Feature.EXHIBITOR_SIGNAL, self.exhibitor_signals),
        ):
            yield feature, self._signal_block(signals, rows)
        yield Feature.EXHIBITOR_POPULAR, _popular(self.exhibitor_admirers)[None, :]
        yield Feature.BUYER_POPULAR, _popular(self.buyer_admirers[rows])[:, None]
        if self.meaning is not None:
            yield Feature.MEANING, self.meaning.block(rows)

    def _signal_block(self, signals: Signals, rows: slice) -> Floats:
        width = len(self.exhibitors)
        count = len(range(*rows.indices(len(self.buyers))))
        if not signals.keys.size:
            return np.zeros((1, 1), dtype=np.float32)
        low, high = np.searchsorted(
            signals.keys, [rows.start * width, (rows.start + count) * width]
        )
        dense = np.zeros(count * width, dtype=np.float32)
        dense[signals.keys[low:high] - rows.start * width] = signals.effect[low:high]
        return dense.reshape(count, width)

    def shared(self, buyers: Ints, exhibitors: Ints) -> Shared:
        """Return what the sides of single pairs have in common, code by code and term by term."""
        own, other = self.buyer_facets, self.exhibitor_facets
        return Shared(
            _by_pair(own.needs, buyers, other.offers, exhibitors),
            _by_pair(other.needs, exhibitors, own.offers, buyers),
            _by_pair(self.buyer_text, buyers, self.exhibitor_text, exhibitors),
        )

    def pairs(self, buyers: Ints, exhibitors: Ints, shared: Shared | None = None) -> Floats:
        """Return all features float32[pairs, features] of single pairs.

        `shared` is what `shared` says of the same pairs, where it is known already.
        """
        out = np.zeros((len(buyers), len(Feature)), dtype=np.float32)
        own, other = self.buyer_facets, self.exhibitor_facets
        common = self.shared(buyers, exhibitors) if shared is None else shared
        agreement = facets.saturate(_row_sums(common.needs_of_buyers))
        known = own.has_needs[buyers] & (other.offer_count[exhibitors] > 0)
        out[:, Feature.BUYER_NEEDS] = np.where(known, agreement, facets.UNKNOWN)
        agreement = facets.saturate(_row_sums(common.needs_of_exhibitors))
        known = other.has_needs[exhibitors] & (own.offer_count[buyers] > 0)
        out[:, Feature.EXHIBITOR_NEEDS] = np.where(known, agreement, facets.UNKNOWN)
        out[:, Feature.TEXT] = _text(_row_sums(common.text))
        for feature, markets, wanting, countries in (
            (
                Feature.BUYER_MARKET,
                self.buyer_markets,
                buyers,
                self.exhibitor_countries[exhibitors],
            ),
            (
                Feature.EXHIBITOR_MARKET,
                self.exhibitor_markets,
                exhibitors,
                self.buyer_countries[buyers],
            ),
        ):
            known = markets.stated[wanting] & (countries > 0)
            out[:, feature] = _met(known, markets.rows[wanting, countries], markets.worth[wanting])
        for feature, of_buyers, of_exhibitors in (
            (Feature.LANGUAGE, self.buyer_languages, self.exhibitor_languages),
            (Feature.DEAL, self.buyer_deals, self.exhibitor_deals),
        ):
            common = (of_buyers.rows[buyers] * of_exhibitors.rows[exhibitors]).sum(axis=1)
            known = of_buyers.stated[buyers] & of_exhibitors.stated[exhibitors]
            worth = np.minimum(of_buyers.worth[buyers], of_exhibitors.worth[exhibitors])
            out[:, feature] = _met(known, common, worth)
        out[:, Feature.SIZE] = _size_fit(self.buyer_size[buyers], self.exhibitor_size[exhibitors])
        keys = buyers * len(self.exhibitors) + exhibitors
        out[:, Feature.BUYER_SIGNAL] = self.buyer_signals.at(keys)[0]
        out[:, Feature.EXHIBITOR_SIGNAL] = self.exhibitor_signals.at(keys)[0]
        out[:, Feature.EXHIBITOR_POPULAR] = _popular(self.exhibitor_admirers[exhibitors])
        out[:, Feature.BUYER_POPULAR] = _popular(self.buyer_admirers[buyers])
        if self.meaning is not None:
            out[:, Feature.MEANING] = self.meaning.pairs(buyers, exhibitors)
        return out


def primary_languages(one: Participant) -> set[str]:
    """Return the primary subtags of a participant's languages: zh-hans and zh-CN are both zh."""
    return {language.replace("_", "-").split("-")[0].lower() for language in one.languages}


def _by_pair(
    left: sparse.csr_array, left_rows: Ints, right: sparse.csr_array, right_rows: Ints
) -> sparse.csr_array:
    # In parts that a cache holds: their rows are many times larger than what they have in common.
    parts = [
        left[left_rows[at : at + PAIRS]].multiply(right[right_rows[at : at + PAIRS]])
        for at in range(0, len(left_rows), PAIRS)
    ]
    if not parts:
        return sparse.csr_array((0, left.shape[1]), dtype=left.dtype)
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


def _row_sums(products: sparse.csr_array) -> Floats:
    return np.asarray(products.sum(axis=1), dtype=np.float32).ravel()


def _text(similarity: Floats) -> Floats:
    square = similarity * similarity
    return np.asarray(square / (square + np.float32(HALF_TEXT**2)), dtype=np.float32)


def _popular(people: Ints) -> Floats:
    return np.asarray(people / (people + HALF_POPULAR), dtype=np.float32)


def stated_codes(people: Sequence[Participant], number: Mapping[str, int]) -> sparse.csr_array:
    """Return which codes each person offers, then which it needs, as 0/1 CSR."""
    width = len(number)
    columns = [
        sorted({number[code] for code in one.offers} | {width + number[c] for c in one.needs})
        for one in people
    ]
    flat = np.asarray([column for row in columns for column in row], dtype=np.int32)
    pointer = np.cumsum([0, *map(len, columns)])
    return sparse.csr_array((np.ones(len(flat)), flat, pointer), shape=(len(people), 2 * width))


def homes_of(people: Sequence[Participant]) -> npt.NDArray[np.str_]:
    """Return the country of each person, "" where it is not known."""
    return np.asarray([one.country for one in people], dtype=np.str_)


def wanted_markets(
    wanting: Sequence[Participant], homes: npt.NDArray[np.str_]
) -> tuple[Sets, npt.NDArray[np.int64], dict[str, int]]:
    """Return the markets wanted, the number of each other's country, and {country: number}."""
    names = sorted({country for one in wanting for country in one.markets})
    # Number 0: no country given; the last: one that nobody named.
    number = {"": 0} | {name: at for at, name in enumerate(names, 1)}
    number["?"] = len(names) + 1
    known, home = np.unique(homes, return_inverse=True)
    numbers = np.asarray([number.get(name, number["?"]) for name in known.tolist()], dtype=np.int64)
    countries = numbers[home] if len(numbers) else np.zeros(0, dtype=np.int64)
    markets = [frozenset(one.markets) for one in wanting]
    said = [one.markets_named or len(set(one.markets)) for one in wanting]
    return Sets(markets, number, MARKETS_AT_FULL_WEIGHT, said), countries, number


def _shared(
    of_exhibitors: Sequence[frozenset[str]], of_buyers: Sequence[frozenset[str]], full: int
) -> tuple[Sets, Sets, dict[str, int]]:
    names = sorted(frozenset().union(*of_exhibitors, *of_buyers))
    number = {name: at for at, name in enumerate(names)}
    return Sets(of_exhibitors, number, full), Sets(of_buyers, number, full), number


def _common(left: Sets, rows: slice, right: Sets) -> Floats:
    common = left.rows[rows] @ right.rows.T
    known = left.stated[rows, None] & right.stated
    return _met(known, common, np.minimum(left.worth[rows, None], right.worth))


def _met(known: npt.NDArray[np.bool_], met: Floats, worth: Floats) -> Floats:
    """Return 0 where it is not known, -1 where nothing is met, else what that is worth."""
    return np.where(known, np.where(met > 0, worth, np.float32(-1)), 0).astype(np.float32)


def sizes_of(people: Sequence[Participant]) -> npt.NDArray[np.int64]:
    """Return the size of each person by its number, -1 where it is not known."""
    return np.asarray([SIZES.index(one.size) if one.size else -1 for one in people], dtype=np.int64)


def _size_fit(left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> Floats:
    fit = 0.5 - np.abs(left - right) / 3.0
    return np.where((left >= 0) & (right >= 0), fit, 0).astype(np.float32)


__all__ = [
    "Feature",
    "Features",
    "TextVectors",
    "primary_languages",
]
