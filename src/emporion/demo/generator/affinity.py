"""How well two made-up profiles fit: whole numbers, so that every machine gets the same."""

from dataclasses import dataclass

import numpy as np

from emporion.demo.generator.countries import countries
from emporion.demo.generator.records import Buyer, Exhibitor
from emporion.demo.generator.word_lists import words
from emporion.registry import taxonomy

# Shares of a fit: the same trade counts most, then markets, the kind of deal, a language.
_TOPIC, _MARKET, _ORIGIN, _DEAL, _LANGUAGE = 6, 4, 3, 3, 2
_SAME, _GROUP, _WITHIN, _SIBLING = 4, 3, 2, 1
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


def _marks(rows: list[tuple[str, ...]], keys: list[str]) -> np.ndarray:
    index = {key: i for i, key in enumerate(keys)}
    found = np.zeros((len(rows), len(keys)), dtype=np.float32)
    for i, row in enumerate(rows):
        for key in row:
            if key in index:
                found[i, index[key]] = 1
    return found


@dataclass(frozen=True)
class Affinity:
    """Facets of both sides as matrices of small whole numbers (float32, so that BLAS is exact)."""

    buyers: dict[str, np.ndarray]
    exhibitors: dict[str, np.ndarray]

    @classmethod
    def of(cls, exhibitors: list[Exhibitor], buyers: list[Buyer]) -> "Affinity":
        """Facets of all profiles: O((B + E) * codes)."""
        codes = list(taxonomy.codes())
        index = {code: i for i, code in enumerate(codes)}
        places = [*countries(), *words("regions")]
        deals = list(taxonomy.deal_types())
        languages = sorted({x for p in (*exhibitors, *buyers) for x in p.languages})
        home = {code: (code, country.region) for code, country in countries().items()}
        answered = [tuple({a for d in b.deal_types for a in _ANSWERS.get(d, (d,))}) for b in buyers]
        return cls(
            buyers={
                "topic": _marks([b.fields for b in buyers], codes),
                "home": _marks([home[b.country] for b in buyers], places),
                "markets": _marks([b.markets for b in buyers], places),
                "deal": _marks(answered, deals),
                "language": _marks([b.languages for b in buyers], languages),
            },
            exhibitors={
                "topic": np.stack([_topic_row(e.fields, index) for e in exhibitors]),
                "home": _marks([home[e.organisation.country] for e in exhibitors], places),
                "markets": _marks([e.markets for e in exhibitors], places),
                "deal": _marks([tuple(n.deal_type for n in e.needs) for e in exhibitors], deals),
                "language": _marks([e.languages for e in exhibitors], languages),
            },
        )

    def fit(self, buyers: slice, exhibitors: slice = slice(None)) -> np.ndarray:
        """Fit of a block of buyers (rows) and exhibitors (columns): whole numbers from 1 to 99.

        0 never occurs, so that a pair outside the own trade stays possible, but seldom.
        """
        b = {key: m[buyers] for key, m in self.buyers.items()}
        e = {key: m[exhibitors] for key, m in self.exhibitors.items()}
        topic = b["topic"] @ e["topic"].T
        fit = 1 + _TOPIC * np.minimum(topic, 12)
        related = topic > 0
        extra = _MARKET * np.minimum(b["home"] @ e["markets"].T, 2)
        extra += _ORIGIN * np.minimum(b["markets"] @ e["home"].T, 1)
        extra += _DEAL * np.minimum(b["deal"] @ e["deal"].T, 1)
        extra += _LANGUAGE * np.minimum(b["language"] @ e["language"].T, 1)
        return np.where(related, fit + extra, 1 + extra // 4).astype(np.float32)
