"""An edition as the matching engine sees it: two sides of participants, as plain data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from emporion.core.text.hanforms import simplified
from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.engines import matching
from emporion.engines.matching import Category, Market
from emporion.matchmaking import queries
from emporion.matchmaking.domain.told import Told, agreed_meetings, signals, told
from emporion.registry import taxonomy
from emporion.registry.markets import countries_of

# What somebody who set no limit is taken to want: five meetings a day for each table, and for a
# guest a short day.
MEETINGS_A_TABLE_AND_DAY = 5
MEETINGS_OF_A_GUEST = 8
LIST_OF_A_GUEST, LIST_OF_A_HOST = 20, 50


@dataclass
class Read:
    """An edition as the engine sees it.

    `keys` are {public id: primary key} of everybody in `market`; `told` is what people did.
    """

    market: Market
    keys: dict[str, int]
    told: Told


def market_of(edition: Edition) -> tuple[Market, dict[str, int]]:
    """Return the edition's market and {public id: primary key} of everybody in it."""
    read = read_market(edition)
    return read.market, read.keys


def read_market(
    edition: Edition,
    only: Collection[int] | None = None,
    deeds_of: Collection[int] | None = None,
    found: Told | None = None,
) -> Read:
    """Return an edition's market, or that of `only` these participations (primary keys).

    What people did is that of, or about, `deeds_of` these; unless given, of all in the market.
    Where it was `found` already it is not asked again.

    Hosts stand on the exhibitors' side, all other roles that may ask for meetings on the buyers'.
    Only what people need and offer counts as text, not what they say about themselves.  Left out
    is who turned suggestions off or wants no meeting; two of one firm, with a veto between them, of
    whom one declined the other, who will meet or have met are never shown to each other.  Meetings
    that are settled take their places in both calendars.  Five queries, and those of what people
    did and of their calendars.
    """
    exhibitors, buyers, keys, firms = sides(edition, only)
    public = {key: public_id for public_id, key in keys.items()}
    host = hosts_of(exhibitors, buyers, keys)
    if found is None:
        found = told(edition, only if deeds_of is None else deeds_of)
    exclusions = set(_colleagues(exhibitors, buyers, firms))
    for one, other in (*found.apart, *found.met, *found.agreed):
        if one in public and other in public and host[one] != host[other]:
            pair = (one, other) if host[one] else (other, one)
            exclusions.add((public[pair[0]], public[pair[1]]))
    market = Market(
        exhibitors=exhibitors,
        buyers=buyers,
        taxonomy=categories(),
        signals=signals(found, public, host),
        exclusions=sorted(exclusions),
        buyer_list_length=LIST_OF_A_GUEST,
        exhibitor_list_length=LIST_OF_A_HOST,
    )
    return Read(market, keys, found)


def hosts_of(
    exhibitors: Sequence[matching.Participant],
    buyers: Sequence[matching.Participant],
    keys: Mapping[str, int],
) -> dict[int, bool]:
    """Return of everybody on the two sides, by primary key, whether they are a host."""
    return {
        keys[one.id]: hosts for side, hosts in ((exhibitors, True), (buyers, False)) for one in side
    }


def read_counterparts(participation: Participation) -> Read:
    """Return the market of one participation: itself and everybody on the other side.

    What people did is only that of, or about, the one.  As many queries as `read_market`, and one.
    """
    edition, me = participation.edition, participation.pk
    if not participation.hosts:
        # Those with a stand are few beside their guests; the other way round all are read.
        return read_market(edition, [me, *editions.host_keys(edition)], [me])
    read = read_market(edition, deeds_of=[me])
    # Guests are done above: this is a host, and other hosts are left out.
    name = participation.public_id
    own = [one for one in read.market.exhibitors if one.id == name]
    apart = [pair for pair in read.market.exclusions if name in pair]
    return Read(replace(read.market, exhibitors=own, exclusions=apart), read.keys, read.told)


def wanted_meetings(edition: Edition, one: Participation | editions.ParticipationRow) -> int:
    """Return how many meetings somebody wants, or is taken to want who set no limit."""
    if one.max_meetings is not None:
        return one.max_meetings
    if not one.hosts:
        return MEETINGS_OF_A_GUEST
    return one.tables * MEETINGS_A_TABLE_AND_DAY * ((edition.ends - edition.starts).days + 1)


def markets_of(own: Sequence[str], of_interests: Sequence[Sequence[str]]) -> list[str]:
    """Return the markets that somebody's needs and offers are for; [] where one is for all.

    A need or an offer is for the markets that it states, `of_interests`; one that states none is
    for those of the profile, `own`.
    """
    found: dict[str, None] = {}
    for stated in of_interests or [()]:
        markets = stated or own
        if not markets:
            return []
        found.update(dict.fromkeys(markets))
    return list(found)


def texts_of(edition: Edition) -> Market:
    """Return an edition's participants without what they did, to read their texts; 5 queries."""
    exhibitors, buyers, _keys, _firms = sides(edition)
    return Market(exhibitors, buyers)


def _colleagues(
    exhibitors: list[matching.Participant],
    buyers: list[matching.Participant],
    firms: dict[str, int],
) -> Iterator[tuple[str, str]]:
    hosts: defaultdict[int, list[str]] = defaultdict(list)
    for one in exhibitors:
        if one.id in firms:
            hosts[firms[one.id]].append(one.id)
    for one in buyers:
        for host in hosts.get(firms.get(one.id, 0), ()):
            yield host, one.id


def sides(
    edition: Edition, only: Collection[int] | None = None
) -> tuple[list[matching.Participant], list[matching.Participant], dict[str, int], dict[str, int]]:
    """Return hosts, guests, {public id: primary key} and {public id: key of the firm}.

    `only` narrows to these. Four queries, and those of calendars.
    """
    silent = queries.silent(edition, only)
    agreed = agreed_meetings(edition, only)
    texts: defaultdict[int, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    places: defaultdict[int, list[list[str]]] = defaultdict(list)
    needs, offers = (_interests(rows, texts, places) for rows in editions.interests(edition, only))
    exhibitors: list[matching.Participant] = []
    buyers: list[matching.Participant] = []
    keys: dict[str, int] = {}
    firms: dict[str, int] = {}
    for row in editions.participation_rows(edition, only):
        if row.pk in silent or row.max_meetings == 0:
            continue
        keys[row.public_id] = row.pk
        if row.organisation is not None:
            firms[row.public_id] = row.organisation
        codes, deals = needs.get(row.pk, ((), ()))
        offered, offer_deals = offers.get(row.pk, ((), ()))
        wanted = markets_of(row.markets, places[row.pk])
        participant = matching.Participant(
            id=row.public_id,
            capacity=wanted_meetings(edition, row),
            offers=offered,
            needs=codes,
            texts=joined(texts.get(row.pk, {})),
            country=row.country,
            markets=countries_of(wanted),
            markets_named=len(wanted),
            languages=row.languages,
            size=row.size,
            deals=tuple(dict.fromkeys((*deals, *offer_deals))),
            agreed=agreed[row.pk],
        )
        (exhibitors if row.hosts else buyers).append(participant)
    return exhibitors, buyers, keys, firms


def joined(texts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return {language: text} of what somebody needs, then offers, as the engine reads it."""
    # Both ways of writing Chinese are one to words, labels and encoders.
    return {lang: simplified("\n".join(parts), lang) for lang, parts in texts.items()}


def categories() -> list[Category]:
    """Return our taxonomy as the engine wants it."""
    rows = []
    for code in taxonomy.codes():
        words = taxonomy.terms(code)
        rows.append(
            Category(
                code=code,
                parent=taxonomy.parent(code) or "",
                labels={language: taxonomy.label(code, language) for language in words},
                synonyms=[term for terms in words.values() for term in terms[1:]],
            )
        )
    return rows


def category_names() -> list[str]:
    """Return what categories are called, in all languages."""
    return [label for category in categories() for label in category.labels.values()]


def _interests(
    rows: Any,
    texts: defaultdict[int, defaultdict[str, list[str]]],
    places: defaultdict[int, list[list[str]]],
) -> dict[int, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Gather rows of `editions.interests` by participation; texts and markets on the way."""
    codes: defaultdict[int, dict[str, None]] = defaultdict(dict)
    deals: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for key, code, text, deal, markets in rows:
        places[key].append(markets)
        if code:
            codes[key][code] = None
        if deal:
            deals[key][deal] = None
        for language, words in as_dict(text).items():
            texts[key][language].append(words)
    return {key: (tuple(codes[key]), tuple(deals[key])) for key in {*codes, *deals}}
