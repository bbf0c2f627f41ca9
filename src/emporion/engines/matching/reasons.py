"""Why an entry is on a list: named features that carried its score, as data that pages localise.

A reason is kept only where taking away what it names would lower p * q of the pair (for a reason
against: raise it), computed for the pair itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import facets
from emporion.engines.matching.candidates import Found
from emporion.engines.matching.carrying import Carried
from emporion.engines.matching.executor import beside
from emporion.engines.matching.features import Feature, Features, Sets
from emporion.engines.matching.market import Participant
from emporion.engines.matching.meaning import UNKNOWN
from emporion.engines.matching.naming import TopTerms, lookup, shared_terms
from emporion.engines.matching.score import Rule

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Every code a reason can have, with the keys of its detail. "you" is the owner of the list.
FOR = {
    "need_offer": "code: offered there, and you need it",
    "near": "code: offered there, wanted: what you need, a neighbour of it in the taxonomy",
    "their_need": "code: you offer it, and it is needed there",
    "their_need_near": "code: you offer it, wanted: what is needed there, a neighbour of it",
    "text": "words: in both texts; or code (and wanted, a neighbour): a category read from a text",
    "meaning": "languages: of their text, which says in other words what yours says",
    "market": "country: theirs, and among the markets you want",
    "their_market": "country: yours, and among the markets they want",
    "language": "languages: all that both speak",
    "deal": "deals: all that both look for",
    "size": "size: theirs, like or close to yours",
    "your_signal": "kind: what you did about them",
    "their_signal": "kind: what they did about you (requests and answers only)",
    "popular_signal": "people: how many saved or asked for them",
    "exposure_floor": "at_least: lists that everybody is to be in",
    "open_calendar": "meetings: how many they want; few others compete for them",
}
AGAINST = {
    "market_outside": "country: theirs, not among the markets you want",
    "their_market_outside": "country: yours, not among the markets they want",
    "no_common_language": "languages: theirs",
    "deal_differs": "deals: theirs",
    "size_gap": "size: theirs, far from yours",
    "you_declined": "you declined them",
    "you_rated_low": "you rated a meeting with them low",
    "little_known": "they state nothing to compare",
}
CODES = [*FOR, *AGAINST]
NUMBER = {code: at for at, code in enumerate(CODES)}
FOR_SHOWN, AGAINST_SHOWN = 3, 1
SHOWN = FOR_SHOWN + AGAINST_SHOWN
# Contributions to log(p q) below this are noise, not reasons.
LEAST = 0.02
# Fewer people could be guessed by name.
LEAST_PEOPLE = 3
CHUNK = 65_536
# Keys of a range of up to so many times their number are looked up in a table.
TABLE = 16
BUYER, EXHIBITOR = "buyer", "exhibitor"
# Code and detail of each reason of an entry.
Told = list[tuple[str, dict[str, Any]]]


@dataclass
class ReasonTable:
    """Reasons of n entries: `code` int8[n, 4] into `CODES` (-1: none), `detail` into `details`."""

    code: npt.NDArray[np.int8]
    detail: npt.NDArray[np.int32]
    details: list[dict[str, Any]]

    def of(self, entry: int) -> list[tuple[str, dict[str, Any]]]:
        """Return (code, detail) of one entry, weightiest first, the one against last."""
        return [
            (CODES[code], self.details[detail])
            for code, detail in zip(
                self.code[entry].tolist(), self.detail[entry].tolist(), strict=True
            )
            if code >= 0
        ]


class Details:
    """Interns details, so that a million reasons share a few thousand dictionaries."""

    def __init__(self) -> None:
        self.values: list[dict[str, Any]] = [{}]
        self._number: dict[tuple[Any, ...], int] = {(): 0}

    def number(self, **detail: Any) -> int:
        key = tuple(
            (name, tuple(value) if isinstance(value, list) else value)
            for name, value in detail.items()
        )
        if key not in self._number:
            self._number[key] = len(self.values)
            self.values.append(detail)
        return self._number[key]

    def numbers(self, about: str, values: Iterable[Any]) -> Ints:
        """Return the number of a detail about each value: there are many more than are different.

        A value of several words is a tuple here, and a list in its detail.
        """
        known: dict[Any, int] = {}
        found = []
        for value in values:
            if value not in known:
                said = list(value) if isinstance(value, tuple) else value
                known[value] = self.number(**{about: said})
            found.append(known[value])
        return np.asarray(found, dtype=np.int64)


class Explainer:
    """Finds the reasons of pairs for the lists of one side; `details` may be shared by both."""

    def __init__(self, features: Features, rules: tuple[Rule, Rule], details: Details) -> None:
        self.features, self.details = features, details
        self.rules = rules
        self.words = TopTerms(features.text)

    def explain(
        self, reader: str, buyers: Ints, exhibitors: Ints, p: Floats, q: Floats
    ) -> ReasonTable:
        """Return the reasons of pairs, as seen by the side `reader`. O(pairs), in chunks."""
        code = np.full((len(buyers), SHOWN), -1, dtype=np.int8)
        detail = np.zeros((len(buyers), SHOWN), dtype=np.int32)
        parts = [slice(start, start + CHUNK) for start in range(0, len(buyers), CHUNK)]

        said = _Said()

        def compared(part: slice) -> _Chunk:
            pairs = buyers[part], exhibitors[part], p[part], q[part]
            return _Chunk(self, reader, *pairs, said)

        # Details are numbered in the order of the pairs, so only comparing goes beside.
        for part, chunk in zip(parts, beside(compared, parts), strict=True):
            code[part], detail[part] = chunk.choose()
        return ReasonTable(code, detail, self.details.values)


class _Said:
    """Numbers of details that one chunk has described and the next ones find.

    `of_people` are those of all people of a side, by what is said of them and whether it is the
    other side; `known` those by the keys of `_interned`, one dictionary for each sort of keys.
    """

    def __init__(self) -> None:
        self.of_people: dict[tuple[str, bool], Ints] = {}
        self.known: defaultdict[str, dict[int, int]] = defaultdict(dict)


class _Chunk:
    def __init__(
        self,
        explainer: Explainer,
        reader: str,
        buyers: Ints,
        exhibitors: Ints,
        p: Floats,
        q: Floats,
        said: _Said,
    ) -> None:
        self.features, self.details = explainer.features, explainer.details
        self.words, self.said = explainer.words, said
        self.reads_buyer = reader == BUYER
        self.buyers, self.exhibitors = buyers, exhibitors
        self.shared = self.features.shared(buyers, exhibitors)
        self.values = self.features.pairs(buyers, exhibitors, self.shared)
        self.carried = Carried(explainer.rules, p, q)
        self.own, self.other = (buyers, exhibitors) if self.reads_buyer else (exhibitors, buyers)
        side = self.features
        self.own_people, self.other_people = (
            (side.buyers, side.exhibitors) if self.reads_buyer else (side.exhibitors, side.buyers)
        )
        self.good = Found(len(buyers), NUMBER, FOR_SHOWN)
        self.bad = Found(len(buyers), NUMBER, AGAINST_SHOWN)

    def choose(self) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
        self._facets(Feature.BUYER_NEEDS, "" if self.reads_buyer else "their_")
        self._facets(Feature.EXHIBITOR_NEEDS, "their_" if self.reads_buyer else "")
        self._meaning()
        self._fields()
        self._signals()
        self._little_known()
        # Last: to find the words costs most, and only those are looked for that can be shown.
        self._words()
        code = np.full((len(self.buyers), SHOWN), -1, dtype=np.int8)
        detail = np.zeros((len(self.buyers), SHOWN), dtype=np.int32)
        for found, first in ((self.good, 0), (self.bad, FOR_SHOWN)):
            for place, (there, codes, details) in enumerate(found.weightiest(), first):
                code[there, place] = codes[there]
                detail[there, place] = details[there]
        return code, detail

    def _facets(self, feature: Feature, prefix: str) -> None:
        if feature is Feature.BUYER_NEEDS:
            want, give = self.features.buyer_facets, self.features.exhibitor_facets
            wanting, giving, shared = self.buyers, self.exhibitors, self.shared.needs_of_buyers
        else:
            want, give = self.features.exhibitor_facets, self.features.buyer_facets
            wanting, giving, shared = self.exhibitors, self.buyers, self.shared.needs_of_exhibitors
        whole = np.asarray(shared.sum(axis=1), dtype=np.float32).ravel()
        agreement = self.values[:, feature]
        for pair, code, part in shared_terms(shared, 2):
            # The agreement if the other side did not offer this code.
            rest = np.maximum(whole[pair] - part, 0) * give.offer_ratio[giving[pair]]
            without = facets.saturate(rest.astype(np.float32))
            without = np.where(give.offer_count[giving[pair]] == 1, facets.UNKNOWN, without)
            gain = self.carried.by(feature, agreement[pair] - without, pair)
            need_at = lookup(want.needs, wanting[pair], code)
            offer_at = lookup(give.offers, giving[pair], code)
            wanted = want.need_source[need_at]
            stated = want.need_stated[need_at] & give.offer_stated[offer_at]
            carried = gain > LEAST
            for name, chosen in (
                (f"{prefix}need" if prefix else "need_offer", stated & (wanted == code)),
                (f"{prefix}need_near" if prefix else "near", stated & (wanted != code)),
                ("text", ~stated),
            ):
                mine = carried & chosen
                number = self._codes(code[mine], wanted[mine])
                self.good.add(pair[mine], name, number, gain[mine])

    def _codes(self, offered: Ints, wanted: npt.NDArray[np.integer]) -> Ints:
        codes = self.features.tree.codes

        def describe(key: int) -> int:
            offer, need = divmod(key, len(codes))
            if offer == need:
                return self.details.number(code=codes[offer])
            return self.details.number(code=codes[offer], wanted=codes[need])

        return _interned(offered * len(codes) + wanted, describe, self.said.known["codes"])

    def _words(self) -> None:
        gain = self._carried(Feature.TEXT)
        pairs = np.flatnonzero((gain > LEAST) & (gain >= self.good.least()))
        first, second = self.words.carrying(
            self.features.buyer_text,
            self.features.exhibitor_text,
            self.buyers[pairs],
            self.exhibitors[pairs],
            self.shared.text[pairs],
        )
        named = first >= 0
        pairs, first, second = pairs[named], first[named], second[named]
        width = int(second.max(initial=0)) + 2

        def describe(key: int) -> int:
            one, two = divmod(key, width)
            words = [self.words.name(at) for at in (one, two - 1) if at >= 0]
            return self.details.number(words=words)

        number = _interned(first * width + second + 1, describe, {})
        self.good.add(pairs, "text", number, gain[pairs])

    def _meaning(self) -> None:
        if self.features.meaning is None:
            return
        gain = self.carried.by(Feature.MEANING, self.values[:, Feature.MEANING] - UNKNOWN)
        self._add(self.good, "meaning", self._of("languages", self.other_people, _written), gain)

    def _fields(self) -> None:
        yours, theirs = (
            (Feature.BUYER_MARKET, Feature.EXHIBITOR_MARKET)
            if self.reads_buyer
            else (Feature.EXHIBITOR_MARKET, Feature.BUYER_MARKET)
        )
        other = self._of("country", self.other_people, lambda one: one.country)
        own = self._of("country", self.own_people, lambda one: one.country)
        self._signed(yours, "market", "market_outside", other)
        self._signed(theirs, "their_market", "their_market_outside", own)
        self._sets(
            Feature.LANGUAGE,
            "language",
            "no_common_language",
            "languages",
            self.features.exhibitor_languages,
            self.features.buyer_languages,
        )
        self._sets(
            Feature.DEAL,
            "deal",
            "deal_differs",
            "deals",
            self.features.exhibitor_deals,
            self.features.buyer_deals,
        )
        sizes = self._of("size", self.other_people, lambda one: one.size)
        self._signed(Feature.SIZE, "size", "size_gap", sizes)

    def _of(
        self, about: str, people: Sequence[Participant], describe: Callable[[Participant], Any]
    ) -> Ints:
        """Return the number of the detail about those of `people` that the pairs are of."""
        is_other = people is self.other_people
        of_people = self.said.of_people
        if (about, is_other) not in of_people:
            of_people[about, is_other] = self.details.numbers(about, map(describe, people))
        return of_people[about, is_other][self.other if is_other else self.own]

    def _sets(
        self,
        feature: Feature,
        good: str,
        bad: str,
        key: str,
        exhibitors: Sets,
        buyers: Sets,
    ) -> None:
        own, other = (buyers, exhibitors) if self.reads_buyer else (exhibitors, buyers)

        def describe(number: int) -> int:
            mine, their = divmod(number, len(other.distinct))
            common = own.distinct[mine] & other.distinct[their]
            return self.details.number(**{key: sorted(common or other.distinct[their])})

        pairs = own.number[self.own] * len(other.distinct) + other.number[self.other]
        self._signed(feature, good, bad, _interned(pairs, describe, self.said.known[key]))

    def _signed(self, feature: Feature, good: str, bad: str, detail: Ints) -> None:
        gain = self._carried(feature)
        self._add(self.good, good, detail, gain)
        self._add(self.bad, bad, detail, -gain)

    def _carried(self, feature: Feature) -> Floats:
        return self.carried.by(feature, self.values[:, feature])

    def _add(self, found: Found, code: str, detail: Ints, gain: Floats) -> None:
        pairs = np.flatnonzero(gain > LEAST)
        found.add(pairs, code, detail[pairs], gain[pairs])

    def _signals(self) -> None:
        features = self.features
        keys = self.buyers * len(features.exhibitors) + self.exhibitors
        sides = (
            (Feature.BUYER_SIGNAL, features.buyer_signals, self.reads_buyer),
            (Feature.EXHIBITOR_SIGNAL, features.exhibitor_signals, not self.reads_buyer),
        )
        for feature, signals, is_own in sides:
            gain = self._carried(feature)
            _, at = signals.at(keys)
            pairs = np.flatnonzero((at >= 0) & (np.abs(gain) > LEAST))
            kinds = np.asarray([signals.kind[n] for n in at[pairs].tolist()], dtype=np.str_)
            weight, moves = np.abs(gain[pairs]), gain[pairs] > 0
            # What others did in silence (a look, a bookmark, a rating) stays with them.
            told = moves if is_own else moves & np.isin(kinds, ("request", "accept"))
            number = {kind: self.details.number(kind=kind) for kind in kinds[told].tolist()}
            detail = np.asarray([number[kind] for kind in kinds[told].tolist()], dtype=np.int64)
            self.good.add(
                pairs[told], "your_signal" if is_own else "their_signal", detail, weight[told]
            )
            if is_own:
                for code, chosen in (
                    ("you_declined", ~moves & (kinds == "decline")),
                    ("you_rated_low", ~moves & (kinds != "decline")),
                ):
                    self.bad.add(pairs[chosen], code, 0, weight[chosen])
        feature, admirers = (
            (Feature.EXHIBITOR_POPULAR, features.exhibitor_admirers)
            if self.reads_buyer
            else (Feature.BUYER_POPULAR, features.buyer_admirers)
        )
        gain = self._carried(feature)
        people = admirers[self.other]
        gain = np.where(people >= LEAST_PEOPLE, gain, 0)
        detail = _interned(people, lambda number: self.details.number(people=number), {})
        self._add(self.good, "popular_signal", detail, gain)

    def _little_known(self) -> None:
        count = len(self.features.exhibitors)
        says = self.features.says_something
        silent = ~(says[:count] if self.reads_buyer else says[count:])
        pairs = np.flatnonzero(silent[self.other])
        # Weighs less than anything that was said, so that it is named last.
        self.bad.add(pairs, "little_known", 0, np.full(len(pairs), LEAST / 2, np.float32))


def _interned(keys: Ints, describe: Callable[[int], int], known: dict[int, int]) -> Ints:
    """Return the number that `describe` gives each key, asked once a key and by rising keys.

    What it gave earlier is `known`, and what it gives now will be.
    """
    span = int(keys.max(initial=-1)) + 1
    few = span <= TABLE * len(keys)
    if few:
        # Keys of few kinds: to mark them in a table is quicker than to sort them.
        there = np.zeros(span, dtype=bool)
        there[keys] = True
        unique = np.flatnonzero(there)
    else:
        unique, inverse = np.unique(keys, return_inverse=True)
    for key in unique.tolist():
        if key not in known:
            known[key] = describe(key)
    numbers = np.asarray([known[key] for key in unique.tolist()], dtype=np.int64)
    if not few:
        return numbers[inverse]
    table = np.zeros(span, dtype=np.int64)
    table[unique] = numbers
    return table[keys]


def _written(one: Participant) -> tuple[str, ...]:
    return tuple(sorted(language for language, text in one.texts.items() if text.strip()))
