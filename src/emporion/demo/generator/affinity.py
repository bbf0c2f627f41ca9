"""How well two made-up profiles fit: whole numbers, so that every machine gets the same."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from emporion.demo.generator.countries import countries
from emporion.demo.generator.records import Buyer, Exhibitor
from emporion.demo.generator.word_lists import words
from emporion.registry import taxonomy

# Shares of a fit: the same trade counts most, then markets, the kind of deal, a language.
_TOPIC, _MARKET, _ORIGIN, _DEAL, _LANGUAGE = 6, 4, 3, 3, 2
_SAME, _GROUP, _WITHIN, _SIBLING = 4, 3, 2, 1
# The trade is counted in steps of 64, all else stays below that: one product holds both.
_STEP = 64
_BLOCK = 1024
# What a buyer is after -> what the exhibitor must be after.
_ANSWERS = {
    "sourcing": ("distribution", "agency", "market-entry", "sourcing"),
    "distribution": ("distribution", "market-entry", "agency"),
    "service": ("service", "sourcing"),
}


def _topic_row(fields: tuple[str, ...], index: dict[str, int]) -> np.ndarray:
    row = np.zeros(len(index), dtype=np.float32)
    for code in fields:
        group = taxonomy.parent(code)
        near = [(code, _SAME)]
        if group is None:
            near += [(child, _WITHIN) for child in taxonomy.children(code)]
        else:
            near.append((group, _GROUP))
            near += [(s, _SIBLING) for s in taxonomy.children(group) if s != code]
        for other, value in near:
            row[index[other]] = max(row[index[other]], value)
    return row


def _marks(rows: Sequence[tuple[str, ...]], keys: list[str]) -> np.ndarray:
    index = {key: i for i, key in enumerate(keys)}
    found = np.zeros((len(rows), len(keys)), dtype=np.float32)
    for i, row in enumerate(rows):
        for key in row:
            if key in index:
                found[i, index[key]] = 1
    return found


class Shown(NamedTuple):
    """What a stand shows, as far as a fit depends on it; codes of the taxonomy and of markets."""

    fields: tuple[str, ...]
    markets: tuple[str, ...]
    country: str
    deals: tuple[str, ...]
    languages: tuple[str, ...]


def fit_of_pairs(exhibitors: list[Exhibitor], buyers: list[Buyer]) -> np.ndarray:
    """Fit of every pair: uint8 (buyers, exhibitors), from 1 to about 130; see `fit_of_shown`."""
    shown = [
        Shown(e.fields, e.markets, e.organisation.country, tuple(n.deal_type for n in e.needs),
              e.languages)
        for e in exhibitors
    ]  # fmt: skip
    return fit_of_shown(shown, buyers)


def fit_of_shown(shown: list[Shown], buyers: list[Buyer]) -> np.ndarray:
    """Fit of every buyer to everything shown: uint8 (buyers, stands), from 1 to about 130.

    A pair outside the own trade keeps a small fit, so that it stays possible, but seldom.
    One float32 product of small whole numbers, exact in any order of summation: O(B * E * codes).
    """
    codes = list(taxonomy.codes())
    index = {code: i for i, code in enumerate(codes)}
    places = [*countries(), *words("regions")]
    deals = list(taxonomy.deal_types())
    spoken = [e.languages for e in shown] + [b.languages for b in buyers]
    languages = sorted({language for row in spoken for language in row})
    home = {code: (code, country.region) for code, country in countries().items()}
    # A stand may be of a country that no buyer is from.
    from_where: list[tuple[str, ...]] = [home.get(e.country, ()) for e in shown]
    answers = [tuple(a for d in b.deal_types for a in _ANSWERS.get(d, (d,))) for b in buyers]
    left = np.hstack([
        _marks([b.fields for b in buyers], codes),
        _marks([home[b.country] for b in buyers], places),
        _marks([b.markets for b in buyers], places),
        _marks(answers, deals),
        _marks([b.languages for b in buyers], languages),
    ])  # fmt: skip
    right = np.hstack([
        _STEP * np.stack([_topic_row(e.fields, index) for e in shown]),
        _MARKET * _marks([e.markets for e in shown], places),
        _ORIGIN * _marks(from_where, places),
        _DEAL * _marks([e.deals for e in shown], deals),
        _LANGUAGE * _marks([e.languages for e in shown], languages),
    ]).T  # fmt: skip
    fit = np.empty((len(buyers), len(shown)), dtype=np.uint8)
    for start in range(0, len(buyers), _BLOCK):
        topic, extra = np.divmod((left[start : start + _BLOCK] @ right).astype(np.int32), _STEP)
        fit[start : start + _BLOCK] = np.where(
            topic > 0, 1 + _TOPIC * topic + extra, 1 + extra // 4
        )
    return fit
