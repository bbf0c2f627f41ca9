"""From what somebody writes to codes of the taxonomy, for them to confirm."""

from __future__ import annotations

from collections import Counter
from functools import cache

from emporion.core.searchindex import query as searchindex
from emporion.core.text.hanforms import TO_SIMPLIFIED
from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.engines.matching import text as texts
from emporion.matchmaking.domain.market import categories
from emporion.registry import taxonomy

PROPOSED = 8
# Nobody writes more in a minute; what stands behind it is not read.
READ = 2000
# Share of three-letter pieces that a mistyped word has in common with a known one.
ALIKE = 0.5
# So many of the offers that hold the same words are asked under which code they stand.
OFFERS_ASKED = 20


def proposed_codes(edition: Edition, text: str, limit: int = PROPOSED) -> list[str]:
    """Return codes that `text` speaks of, the best first; [] when it says nothing we know.

    Read in this order, until something is found: labels and synonyms in the text, in all our
    languages, the longest first; words that are nearly one of them; the codes of offers in this
    edition with the same words, which may be in any language. Nothing is kept. At most 10 queries.
    """
    folded = texts.fold(text[:READ]).translate(TO_SIMPLIFIED)
    # Without a word the index would list everybody.
    if not any(sign.isalpha() for sign in folded):
        return []
    return (named_codes(folded) or _nearly(folded) or _offered(edition, text[:READ]))[:limit]


def named_codes(folded: str) -> list[str]:
    """Return the codes whose label or synonym stands in a folded text, the longest first."""
    glossary, order = _glossary()
    found = [order[number] for number in glossary.find(folded, texts.words_of(folded))]
    length = {code: _longest(code, folded) for code in found}
    # A group says less than one of its own that is named as well.
    named = [c for c in found if not any(o.startswith(f"{c}.") for o in found)]
    return sorted(named, key=lambda code: (-length[code], order.index(code)))


@cache
def _glossary() -> tuple[texts.Glossary, tuple[str, ...]]:
    order = taxonomy.codes()
    return texts.Glossary(categories(), {code: n for n, code in enumerate(order)}), order


def _longest(code: str, folded: str) -> int:
    return max((len(term) for term in _terms()[code] if term in folded), default=0)


@cache
def _terms() -> dict[str, tuple[str, ...]]:
    return {
        code: tuple(texts.fold(term) for words in taxonomy.terms(code).values() for term in words)
        for code in taxonomy.codes()
    }


def _nearly(folded: str) -> list[str]:
    """Codes whose terms are nearly words of the text: a letter wrong, an ending that differs."""
    pieces = [_pieces(word) for word in dict.fromkeys(folded.split()) if len(word) > 4]
    best: dict[str, float] = {}
    for code, term in _term_pieces():
        for word in pieces:
            share = len(word & term) / len(word | term)
            if share >= ALIKE and share > best.get(code, 0):
                best[code] = share
    return sorted(best, key=lambda code: (-best[code], code))


def _pieces(word: str) -> frozenset[str]:
    marked = f" {word} "
    return frozenset(marked[at : at + 3] for at in range(len(marked) - 2))


@cache
def _term_pieces() -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple(
        (code, _pieces(word))
        for code, terms in _terms().items()
        for term in terms
        for word in term.split()
        if len(word) > 4
    )


def _offered(edition: Edition, text: str) -> list[str]:
    found = searchindex.search(
        editions.search_scope(edition), text, kinds=["offer"], limit=OFFERS_ASKED
    )
    places = [hit.object_id.partition(".") for hit in found.hits]
    owners = editions.participations_by_id(
        edition, list(dict.fromkeys(owner for owner, _, _ in places)), lines=True
    )
    counted: Counter[str] = Counter()
    for owner, _, number in places:
        offers = list(owners[owner].offers.all()) if owner in owners else []
        if int(number) < len(offers) and offers[int(number)].code:
            counted[offers[int(number)].code] += 1
    return [code for code, _ in counted.most_common()]
