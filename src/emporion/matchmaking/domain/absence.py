"""Why somebody is not among one's suggestions: the true reason, from filters, scores and prices."""

from __future__ import annotations

import numpy as np

from emporion.edition.queries import Participation
from emporion.engines import matching
from emporion.engines.matching import variety
from emporion.engines.matching.comparing import compare
from emporion.matchmaking import queries
from emporion.matchmaking.domain import vectors
from emporion.matchmaking.domain.frozen import settled
from emporion.matchmaking.domain.market import read_market
from emporion.matchmaking.domain.told import Told, told
from emporion.matchmaking.models import MatchRun
from emporion.matchmaking.queries import Absence

# A price below this means that a calendar is asked for more than it holds.
CONTESTED = 0.98


def why_absent(participation: Participation, other: Participation) -> Absence:
    """Return why `other` is not (or where it is) on the list of `participation`.

    The first of these that is so: filters that no score overcomes, the place on the list, a list
    that does not exist or a run without `other`, a lower score and what it lacks, a price.  What
    the other side keeps quiet (a veto, suggestions turned off) is told as "set_aside", which does
    not say which.  At most 25 queries, 29 once the fair has begun, and those for the readers of
    texts where there are any.
    """
    found = told(participation.edition, [participation.pk])
    if code := _filtered(participation, other, found):
        return Absence(code)
    listed = queries.listed(participation)
    if other.pk in listed:
        before = listed[: listed.index(other.pk)]
        # The place among those who are shown, as the list itself has it.
        gone = {key for pair in found.agreed for key in pair}
        gone |= queries.quiet_about(participation, before)
        return Absence("listed", {"rank": len(set(before) - gone) + 1})
    if not listed:
        return Absence("no_list")
    run = queries.current_run(participation.edition)
    by_run = run is not None and queries.first_list_at(participation, run) is None
    if run is not None and by_run and not queries.found_of(run, [other.pk]):
        return Absence("not_in_run", {"run": run.number})
    return _compared(participation, other, listed, run)


def _filtered(me: Participation, other: Participation, found: Told) -> str:
    if me.pk == other.pk:
        return "oneself"
    if me.hosts == other.hosts:
        return "same_side"
    silent = queries.silent(me.edition, [me.pk, other.pk])
    if me.pk in silent:
        return "you_off"
    mine, about_me = queries.wishes_between(me, [other.pk])
    if mine.get(other.pk) == "veto":
        return "your_veto"
    if me.organisation_id is not None and me.organisation_id == other.organisation_id:
        return "colleagues"
    if other.pk in silent or other.pk in about_me:
        return "set_aside"
    pair = {me.pk, other.pk}
    for code, pairs in (("declined", found.apart), ("met", found.met), ("agreed", found.agreed)):
        if any({one, two} == pair for one, two in pairs):
            return code
    return ""


def _compared(
    me: Participation, other: Participation, listed: list[int], run: MatchRun | None
) -> Absence:
    read = read_market(me.edition, [me.pk, other.pk, *listed])
    public = {key: public_id for public_id, key in read.keys.items()}
    if me.pk not in public or other.pk not in public:
        return Absence("takes_none")
    # Who vetoed the reader is not shown to them, and must not be named as the last of their list.
    quiet = queries.quiet_about(me, listed)
    names = [public[key] for key in listed if key in public and key not in quiet]
    if not names:
        return Absence("next_run")
    store = vectors.DatabaseStore(me.edition)
    found = compare(
        read.market,
        me.public_id,
        other.public_id,
        names,
        settled=settled(run, read.keys),
        # A page reads nothing: what has not been read yet is compared by words.
        readers=vectors.ready_now(store, read.market),
        store=store,
    )
    one, last = found.one, found.last
    you, they = (last.q, last.p) if me.hosts else (last.p, last.q)
    detail = {
        "you": one.q if me.hosts else one.p,
        "they": one.p if me.hosts else one.q,
        "you_last": you,
        "they_last": they,
        "last": read.keys[last.id],
        "lacks": [_lack(feature, me.hosts) for feature in found.lacks],
    }
    # Places are given by fit and price together, and each further one of a kind counts less: who
    # has more of a claim than the least on the list for all that belongs on it.
    if one.claim < found.least.claim:
        if one.fit < last.fit:
            return Absence("fits_less", detail)
        if one.price < CONTESTED:
            return Absence("crowded", detail)
    elif (
        one.claim * (1 - variety.LESS) ** variety.falls(_alike(read.market, one.id, names))
        < found.least.claim
    ):
        return Absence("alike", detail)
    return Absence("next_run", detail)


def _alike(market: matching.Market, one: str, listed: list[str]) -> int:
    """Return how many of the list are of the kind of `one`."""
    kind = dict(
        zip(
            (each.id for each in (*market.exhibitors, *market.buyers)),
            np.concatenate(variety.kinds_of(market.exhibitors, market.buyers)).tolist(),
            strict=True,
        )
    )
    return sum(kind[each] == kind[one] for each in listed) if kind[one] >= 0 else 0


def _lack(feature: matching.features.Feature, reads_as_host: bool) -> str:
    """Return the name of a feature as the reader sees it: you and they, not buyer and exhibitor."""
    own, other = ("EXHIBITOR", "BUYER") if reads_as_host else ("BUYER", "EXHIBITOR")
    name = feature.name
    if name.startswith(own):
        return "your" + name.removeprefix(own).lower()
    if name.startswith(other):
        return "their" + name.removeprefix(other).lower()
    return name.lower()
