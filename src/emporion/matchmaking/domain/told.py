"""What people did about each other, as the matching learns from it.

Saves are kept here; requests and answers belong to capabilities above, which register a source
when they start.  What a source tells is read anew for every run: there is no copy to go stale.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from emporion.edition.queries import Edition, objecting
from emporion.engines.matching import Signal
from emporion.matchmaking import queries


@dataclass(frozen=True)
class Deed:
    """`sender` did `kind` about `receiver` (primary keys); kinds are those of the engine.

    `value` is 1 to 5 for a rating.
    """

    sender: int
    receiver: int
    kind: str
    at: dt.datetime | None = None
    value: float | None = None


@dataclass
class Told:
    """What one source knows of an edition.

    `apart` are pairs that are never to be suggested again, `met` those who have met already, in any
    order, `agreed` those whose meeting is settled; `counts` are figures of what came of earlier
    lists, by name, for the scorecard.
    """

    deeds: list[Deed] = field(default_factory=list)
    apart: list[tuple[int, int]] = field(default_factory=list)
    met: list[tuple[int, int]] = field(default_factory=list)
    agreed: list[tuple[int, int]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


Source = Callable[[Edition, Collection[int] | None], Told]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Add a source; it is asked for an edition, and for some participations alone or all (None)."""
    if source not in _sources:
        _sources.append(source)
    return source


def told(edition: Edition, only: Collection[int] | None = None) -> Told:
    """Return what all sources and the saves of an edition tell; `only`: about these alone.

    What those did who object to being learnt from is left out; their vetoes hold all the same.
    Three queries, and those of each source.
    """
    found = Told(
        deeds=[Deed(*row[:2], "bookmark", row[2]) for row in queries.saves(edition, only)],
        apart=list(queries.vetoes(edition, only)),
    )
    for source in _sources:
        more = source(edition, only)
        found.deeds += more.deeds
        found.apart += more.apart
        found.met += more.met
        found.agreed += more.agreed
        for name, count in more.counts.items():
            found.counts[name] = found.counts.get(name, 0) + count
    quiet = objecting(edition, "matching")
    found.deeds = [deed for deed in found.deeds if deed.sender not in quiet]
    return found


AnswerCount = Callable[[Edition], int]
_counters: list[AnswerCount] = []


def register_count(counter: AnswerCount) -> AnswerCount:
    """Add a count of the answers that a source would tell; it must be cheap: pages ask it."""
    if counter not in _counters:
        _counters.append(counter)
    return counter


def answers_now(edition: Edition) -> int:
    """Return how many answers a run made now would learn from; one query a source."""
    return sum(counter(edition) for counter in _counters)


Calendar = Callable[[Edition, Collection[int] | None], Mapping[int, int]]
_calendars: list[Calendar] = []


def register_calendar(calendar: Calendar) -> Calendar:
    """Add what counts the meetings that are settled, of an edition or of some alone (None: all)."""
    if calendar not in _calendars:
        _calendars.append(calendar)
    return calendar


def agreed_meetings(edition: Edition, only: Collection[int] | None = None) -> Counter[int]:
    """Return {primary key: how many meetings of theirs are settled}; three queries a calendar."""
    found: Counter[int] = Counter()
    for calendar in _calendars:
        found.update(calendar(edition, only))
    return found


ASKED, ANSWERED = frozenset({"request"}), frozenset({"accept", "decline"})


def teachers(found: Told, hosts: Mapping[int, bool]) -> list[bool]:
    """Return of hosts and of guests whether their answers teach, or else what they ask.

    Each side teaches by what it does more, asking or answering: answers are given to those who
    asked alone, and would make a side that mostly asks look as if it wanted everybody.  `hosts` are
    those of the market.
    """
    done = Counter(
        (hosts[deed.sender], deed.kind in ANSWERED)
        for deed in found.deeds
        if _asks(deed) and _between(deed, hosts)
    )
    return [done[side, True] > done[side, False] for side in (True, False)]


def signals(
    found: Told,
    public: Mapping[int, str],
    hosts: Mapping[int, bool],
    by_answers: Sequence[bool] | None = None,
) -> list[Signal]:
    """Return deeds as the engine reads them, those between a host and a guest of the market.

    All of it only teaches, and moves the score of no pair by itself: two who have asked each other
    already need no place for it on their lists, and saves are quiet.  How much each side wants the
    other stands on both lists; a figure that rose with a save would tell of it.

    Each side teaches by answers or by what it asks, as `by_answers` (`teachers`, of `found` unless
    given); what somebody thought of a meeting teaches beside either.
    """
    answers = teachers(found, hosts) if by_answers is None else by_answers
    left_out = {
        side: ASKED if teaches else ANSWERED
        for side, teaches in zip((True, False), answers, strict=True)
    }
    return [
        Signal(
            public[deed.sender],
            public[deed.receiver],
            deed.kind,
            at=deed.at.timestamp() if deed.at else None,
            value=deed.value,
            only_teaches=True,
        )
        for deed in found.deeds
        if _between(deed, hosts) and deed.kind not in left_out[hosts[deed.sender]]
    ]


def admirers(
    found: Told, hosts: Mapping[int, bool], by_answers: Sequence[bool] | None
) -> Counter[int]:
    """Return by how many each was asked for or accepted, as the engine counts it.

    `hosts` says of those whom `found` is about on which side they stand; whoever did something
    about them stands on the other.  `by_answers` as in `signals`: of a few alone it may be another
    than of the market that they are in.
    """
    sides = dict(hosts)
    for deed in found.deeds:
        for one, other in ((deed.sender, deed.receiver), (deed.receiver, deed.sender)):
            if one in hosts:
                sides.setdefault(other, not hosts[one])
    told_of = signals(found, {key: str(key) for key in sides}, sides, by_answers)
    # Saves are quiet.
    liked = {(one.sender, one.receiver) for one in told_of if one.kind in ("request", "accept")}
    return Counter(int(receiver) for _, receiver in liked)


def _between(deed: Deed, hosts: Mapping[int, bool]) -> bool:
    """Whether a deed is between a host and a guest of these."""
    one, other = hosts.get(deed.sender), hosts.get(deed.receiver)
    return one is not None and other is not None and one != other


def _asks(deed: Deed) -> bool:
    return deed.kind in ASKED or deed.kind in ANSWERED
