"""Why somebody is not among one's suggestions: the true reason, from filters, scores and prices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emporion.edition import queries as editions
from emporion.edition.queries import Participation
from emporion.engines import matching
from emporion.engines.matching import thinning
from emporion.engines.matching.comparing import compare
from emporion.engines.matching.encoding import PASSAGE, QUERY, Encoder
from emporion.matchmaking import queries
from emporion.matchmaking.domain import vectors
from emporion.matchmaking.domain.frozen import settled
from emporion.matchmaking.domain.market import read_market
from emporion.matchmaking.domain.told import Told, admirers, told
from emporion.matchmaking.models import MatchRun
from emporion.matchmaking.queries import Absence

# How usual a word is, or a nearness of meaning, is measured among so many of each side, as far as
# there are so many: a run measures it among all.  A list that is made alone measures it on the
# other side, where it is twice as many.
AROUND = 500


def why_absent(participation: Participation, other: Participation) -> Absence:
    """Return why `other` is not (or where it is) on the list of `participation`.

    The first of these that is so: filters that no score overcomes, the place on the list, a list
    that does not exist or a run without `other`, and what kept `other` from a place (see
    `comparing.Comparison`), with what it lacks where it fits less.  That the other side turned
    suggestions off is "set_aside", to everybody.  A veto is told to nobody, and must not be told
    apart by what a colleague is answered: whoever is kept off by it is compared like all others,
    and where nothing else keeps them off, by a calendar that they have no place in.  Compared is
    in the market that the list was made in, or in what is read of a large one: `counted` then says
    [how many were read, of how many].  At most 26 queries, 30 once the fair has begun, and those
    for the readers of texts where there are any.
    """
    found = told(participation.edition, [participation.pk])
    mine, about_me = queries.wishes_between(participation, [other.pk])
    vetoed = other.pk in about_me
    theirs = (other.pk, participation.pk)
    if vetoed and theirs in found.apart:
        # Vetoes and declined requests both keep apart; the latter are told.
        found.apart.remove(theirs)
    if code := _filtered(participation, other, found, mine.get(other.pk)):
        return Absence(code)
    entries = queries.entries(participation)
    listed = [entry["id"] for entry in entries]
    if other.pk in listed and not vetoed:
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
    absence = _compared(participation, other, entries, run if by_run else None)
    if vetoed and absence.code == "next_run":
        return Absence("crowded", absence.detail)
    return absence


def _filtered(me: Participation, other: Participation, found: Told, wish: str | None) -> str:
    if me.pk == other.pk:
        return "oneself"
    if me.hosts == other.hosts:
        return "same_side"
    silent = queries.silent(me.edition, [me.pk, other.pk])
    if me.pk in silent:
        return "you_off"
    if wish == "veto":
        return "your_veto"
    if me.organisation_id is not None and me.organisation_id == other.organisation_id:
        return "colleagues"
    if other.pk in silent:
        return "set_aside"
    pair = {me.pk, other.pk}
    for code, pairs in (("declined", found.apart), ("met", found.met), ("agreed", found.agreed)):
        if any({one, two} == pair for one, two in pairs):
            return code
    return ""


def _compared(
    me: Participation, other: Participation, entries: queries.Entries, by: MatchRun | None
) -> Absence:
    """Compare `other` with who is on the list, made `by` a run or (None) alone since."""
    edition = me.edition
    listed = {entry["id"]: entry for entry in entries}
    here = [me.pk, other.pk, *listed]
    # A list that is made alone knows of what people did only that of, or about, the one.
    did = told(edition, here if by else [me.pk])
    around, every = _around(me, by)
    read = read_market(edition, {*here, *around}, found=did)
    public = {key: public_id for public_id, key in read.keys.items()}
    if me.pk not in public or other.pk not in public:
        return Absence("takes_none")
    # Who vetoed the reader is not shown to them, and must not be named as the last of their list.
    quiet = queries.quiet_about(me, listed)
    names = {public[key]: listed[key] for key in listed if key in public and key not in quiet}
    if not names:
        return Absence("next_run")
    fits = {name: entry["p"] * entry["q"] for name, entry in names.items()}
    asked = admirers(
        did,
        {key: me.hosts if key == me.pk else not me.hosts for key in here},
        # Runs of before did not write it down.
        by.figures.get("by_answers") if by else None,
    )
    store = vectors.DatabaseStore(edition)
    # Of a list that is made alone `_around` reads nobody else on the one's side.
    market, readers = _as_read(read.market, {me.public_id, other.public_id, *names}, store)
    run = queries.current_run(edition) if by is None else by
    found = compare(
        market,
        me.public_id,
        other.public_id,
        list(names),
        settled=settled(run, read.keys),
        rule=queries.rule_of(by),
        drawn={name for name, entry in names.items() if entry.get("propensity", 1.0) < 1},
        forced={name for name, entry in names.items() if _by_floor(entry)},
        held={name for name, entry in names.items() if entry.get("held")},
        thinned=by is not None and _thinned(by),
        as_listed=fits if len(around) < every else None,
        admirers={public[key]: count for key, count in asked.items() if key in public},
        readers=readers,
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
    if len(around) < every:
        detail["counted"] = [len(around), every]
    return Absence(found.why, detail)


def _around(me: Participation, by: MatchRun | None) -> tuple[list[int], int]:
    """Return those among whom words are counted, and of how many they are; one query."""
    if by is not None:
        return editions.spread_keys(me.edition, AROUND)
    return editions.spread_keys(me.edition, 2 * AROUND, [not me.hosts])


def _thinned(run: MatchRun) -> bool:
    """Whether a run was too large to look at other pairs than those near a list."""
    pairs: int = run.figures.get("exhibitors", 0) * run.figures.get("buyers", 0)
    return pairs > thinning.MOST_PAIRS


def _as_read(
    market: matching.Market, here: set[str], store: vectors.DatabaseStore
) -> tuple[matching.Market, tuple[Encoder, ...]]:
    """Return a market to compare those of `here` in, and the readers that have read all of them.

    A page reads nothing: whom they have not read around them is left out.
    """
    # What people did is counted by `admirers`.
    market = replace(market, signals=(), exclusions=())
    sides = market.exhibitors, market.buyers
    few = [[one for one in side if one.id in here] for side in sides]
    readers = vectors.ready_now(store, replace(market, exhibitors=few[0], buyers=few[1]))
    if not readers:
        return market, ()
    read = []
    for side, role in zip(sides, (PASSAGE, QUERY), strict=True):
        kept = vectors.kept(store, readers, [one.texts for one in side], role)
        read.append([one for one, texts in zip(side, kept, strict=True) if texts == one.texts])
    return replace(market, exhibitors=read[0], buyers=read[1]), readers


def _by_floor(entry: dict[str, Any]) -> bool:
    return any(reason["code"] == "exposure_floor" for reason in entry["reasons"])


def _lack(feature: matching.features.Feature, reads_as_host: bool) -> str:
    """Return the name of a feature as the reader sees it: you and they, not buyer and exhibitor."""
    own, other = ("EXHIBITOR", "BUYER") if reads_as_host else ("BUYER", "EXHIBITOR")
    name = feature.name
    if name.startswith(own):
        return "your" + name.removeprefix(own).lower()
    if name.startswith(other):
        return "their" + name.removeprefix(other).lower()
    return name.lower()
