"""What the matching knows of one participant, for them to see and correct."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.edition.queries import Participation
from emporion.engines.matching import text as texts
from emporion.matchmaking import queries
from emporion.matchmaking.domain.market import markets_of
from emporion.matchmaking.domain.reading import named_codes
from emporion.matchmaking.domain.told import told

# A calendar of a price below this is asked for more than it holds.
CONTESTED = 0.98


@dataclass(frozen=True)
class Known:
    """All that moves somebody's suggestions, beside their fields.

    `stated` are codes by side; `markets` those that their needs and offers are for ([]: all);
    `read` codes that their texts name and they do not state, counted half; `written` the languages
    of the texts that are compared; `deeds` how often they did what teaches (request, accept,
    decline, bookmark, rating); `contested`: more is promised of their calendar than it holds, so
    that places are shared out; `evenly`: the organiser has exposure made more equal than that
    alone would.
    """

    off: bool
    stated: dict[str, list[str]]
    markets: list[str]
    read: list[str]
    written: list[str]
    size: str
    deeds: dict[str, int]
    contested: bool
    evenly: bool
    list_length: int


def known_of(participation: Participation) -> Known:
    """Return what is known of one participant. At most 14 queries."""
    edition, me = participation.edition, participation.pk
    written: dict[str, list[str]] = {}
    stated: dict[str, list[str]] = {"needs": [], "offers": []}
    places: list[list[str]] = []
    for side, rows in zip(stated, editions.interests(edition, [me]), strict=True):
        for _key, code, text, _deal, markets in rows:
            places.append(markets)
            if code and code not in stated[side]:
                stated[side].append(code)
            for language, words in as_dict(text).items():
                written.setdefault(language, []).append(words)
    said = "\n".join(words for parts in written.values() for words in parts)
    every = {code for codes in stated.values() for code in codes}
    run = queries.current_run(edition)
    found = queries.found_of(run, [me]) if run else {}
    listed = queries.listed(participation)
    did = told(edition, [me])
    # Who will meet them needs no place, and is not shown.
    gone = {key for pair in did.agreed for key in pair} | queries.quiet_about(participation, listed)
    price, _, _, level = found.get(me, (1.0, 0.0, 0.0, 1.0))
    priced = queries.rule_of(run) == "priced"
    return Known(
        off=bool(queries.silent(edition, [me])),
        stated=stated,
        markets=markets_of(participation.markets, places),
        read=[code for code in named_codes(texts.fold(said)) if code not in every] if said else [],
        written=sorted(written),
        size=participation.organisation.size if participation.organisation else "",
        deeds=dict(Counter(d.kind for d in did.deeds if d.sender == me)),
        contested=priced and 0 < price / level < CONTESTED,
        evenly=run is not None and (not priced or run.figures.get("equality", 0) > 0),
        list_length=len(set(listed) - gone),
    )
