"""Ranked lists and wishes, as they are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from emporion.edition.queries import Edition, Participation, participations_by_pk
from emporion.matchmaking.models import FirstList, MatchRun, RankedList, SuggestionsOff, Wish


@dataclass(frozen=True)
class Absence:
    """Why somebody is not on a list: a code that pages put into words, and what it rests on."""

    code: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """Which list something is from: the rule that ordered it, its run (0: made alone), and when."""

    policy: str
    run: int
    made_at: dt.datetime


@dataclass
class Suggestion:
    """One counterpart on a list, ready to show. p and q are 0..1.

    `propensity` is the chance with which it was to be on the list, `beyond` whether it was drawn
    from those behind it.
    """

    rank: int
    participation: Participation
    p: float
    q: float
    score: float
    reasons: list[dict[str, Any]] = field(default_factory=list)
    wish: str = ""
    propensity: float = 1.0
    beyond: bool = False
    origin: Origin | None = None

    @property
    def both(self) -> float:
        """How much both want it together, 0..1: it ranks pairs, and is no calibrated chance."""
        return self.p * self.q

    @property
    def both_percent(self) -> int:
        """The same in whole percent."""
        return round(100 * self.both)

    @property
    def you_blocks(self) -> int:
        """How much this side wants the other, in ten blocks."""
        return round(10 * self.p)

    @property
    def they_blocks(self) -> int:
        """How much the other wants this side, in ten blocks."""
        return round(10 * self.q)


class Suggestions(list[Suggestion]):
    """The head of a list; `more` says whether others follow who may be shown."""

    def __init__(self, shown: Iterable[Suggestion] = (), *, more: bool = False) -> None:
        super().__init__(shown)
        self.more = more


def current_run(edition: Edition) -> MatchRun | None:
    """Return the run whose lists are shown; None before the first."""
    return MatchRun.objects.filter(edition=edition, state=MatchRun.State.CURRENT).first()


def checked_sides(run: MatchRun | None) -> tuple[bool, bool]:
    """Whether answers set right what guests want of hosts, and what hosts want of guests.

    Each side has chances of its own, and one that mostly asks gives no answers to compare.
    """
    rows = run.figures.get("calibration", []) if run else []
    sides = [side["error_after"] is not None for side in rows]
    return (sides[0], sides[1]) if sides else (False, False)


def rule_of(run: MatchRun | None) -> str:
    """Return by which rule a run shared places out; a list that is made alone goes by prices."""
    return "priced" if run is None else run.policy.split()[1]


def found_of(run: MatchRun, people: Iterable[int]) -> dict[int, tuple[float, float, float, float]]:
    """Return {primary key: (price, of_p, of_q, level)} of these people in a run; one query."""
    rows = RankedList.objects.filter(run=run, participation__in=list(people))
    numbers = rows.values_list("participation_id", "price", "of_p", "of_q", "level")
    return {key: (price, of_p, of_q, level) for key, price, of_p, of_q, level in numbers}


def shown_runs(edition: Edition) -> list[MatchRun]:
    """Return the run whose lists are shown and the one before it, newest first; one query."""
    return list(whole_runs(edition).order_by("-number")[:2])


def whole_runs(edition: Edition) -> QuerySet[MatchRun, MatchRun]:
    """Return the runs whose lists are or were shown; no query yet."""
    return MatchRun.objects.filter(edition=edition).exclude(state=MatchRun.State.WRITING)


def suggestions(
    participation: Participation, limit: int = 20, without: Collection[int] = ()
) -> Suggestions:
    """Return the first `limit` counterparts of a participation's list, best first.

    Five queries, whatever the length. Vetoed ones stay in, marked: the page folds them to a line
    with Undo. Left out is who vetoed the participation, or turned suggestions off, since the list
    was made, and who is of `without` (primary keys): two who will meet need no place on a list.
    Who comes next takes their place: a shorter page would tell of somebody who keeps quiet, and
    hide all who stand behind.  Who turned suggestions off has none.
    """
    origin, entries = _lists_of([participation.pk]).get(participation.pk, (None, []))
    named = [entry["id"] for entry in entries if entry["id"] not in without]
    quiet = silent(participation.edition, [participation.pk, *named])
    if participation.pk in quiet:
        return Suggestions()
    wished, quiet_about = wishes_between(participation, named)
    open_to = [key for key in named if key not in quiet | quiet_about]
    people = participations_by_pk(open_to[:limit])
    shown = [entry for entry in entries if entry["id"] in people]
    found = [
        Suggestion(
            rank=rank,
            participation=people[entry["id"]],
            p=entry["p"],
            q=entry["q"],
            score=entry["score"],
            reasons=entry["reasons"],
            wish=wished.get(entry["id"], ""),
            propensity=entry.get("propensity", 1.0),
            beyond=entry.get("beyond", False),
            origin=origin,
        )
        # Among those shown: a gap would tell of somebody who keeps quiet.
        for rank, entry in enumerate(shown, 1)
    ]
    return Suggestions(found, more=len(open_to) > limit)


def wishes_between(
    participation: Participation, others: list[int]
) -> tuple[dict[int, str], set[int]]:
    """Return {other: what one wishes about them} and those who vetoed one; one query."""
    me = participation.pk
    between = Q(participation=participation, counterpart__in=others) | Q(
        counterpart=participation, participation__in=others, kind=Wish.Kind.VETO
    )
    mine, about_me = {}, set()
    for owner, other, kind in Wish.objects.filter(between).values_list(
        "participation_id", "counterpart_id", "kind"
    ):
        if owner == me:
            mine[other] = kind
        else:
            about_me.add(owner)
    return mine, about_me


def wished_by(
    participation: Participation, kind: str, limit: int
) -> tuple[int, list[Participation]]:
    """Return how many a participation saved ("save") or hid ("veto"), and the newest; 2 queries."""
    found = all_wishes(participation, kind)
    newest = found.order_by("-made_at", "-pk")[:limit]
    return found.count(), [wish.counterpart for wish in newest]


def all_wishes(participation: Participation, kind: str) -> QuerySet[Wish, Wish]:
    """Return what a participation saved ("save") or hid ("veto"), with whom; no query yet."""
    found = Wish.objects.filter(participation=participation, kind=kind)
    return found.select_related("counterpart__pavilion")


def fit(participation: Participation, counterpart: Participation) -> Suggestion | None:
    """Return how `counterpart` stands on the list of `participation`, or the other way round.

    None when neither is on the other's list. p is always what `participation` wants.
    """
    return fits(participation, [counterpart]).get(counterpart.pk)


def fits(
    participation: Participation, counterparts: Collection[Participation]
) -> dict[int, Suggestion]:
    """Return {primary key: `fit`} of those counterparts that have one.

    There is none of and for those who turned suggestions off, nor of those who vetoed the reader:
    a veto must look like that, and be the same at once as after the next run.  One query for both,
    two for one's own list, and two for the lists of all that are not on it: a list is long, and
    most of those who write to each other are on both.
    """
    me = participation.pk
    quiet = quiet_about(participation, [me, *(each.pk for each in counterparts)])
    if me in quiet:
        return {}
    counterparts = [each for each in counterparts if each.pk not in quiet]
    own = {
        entry["id"]: (rank, entry) for rank, entry in enumerate(_entries_of([me]).get(me, ()), 1)
    }
    theirs = _entries_of([each.pk for each in counterparts if each.pk not in own])
    found = {}
    for other in counterparts:
        if other.pk in own:
            rank, entry = own[other.pk]
            found[other.pk] = Suggestion(
                rank, other, entry["p"], entry["q"], entry["score"], entry["reasons"]
            )
            continue
        for entry in theirs.get(other.pk, ()):
            if entry["id"] == me:
                # Their list, seen from this side: what they want is q. The reasons stay theirs.
                found[other.pk] = Suggestion(0, other, entry["q"], entry["p"], entry["score"], [])
                break
    return found


Entries = list[dict[str, Any]]


def _entries_of(owners: Collection[int]) -> dict[int, Entries]:
    return {owner: entries for owner, (_, entries) in _lists_of(owners).items()}


def _lists_of(owners: Collection[int]) -> dict[int, tuple[Origin, Entries]]:
    """Return {owner: (origin, entries)} of the lists that are shown.

    That is the later of run and first list; two queries.
    """
    if not owners:
        return {}
    run = RankedList.objects.filter(participation__in=owners, run__state=MatchRun.State.CURRENT)
    found = {
        owner: (Origin(policy, number, at), entries)
        for owner, policy, number, at, entries in run.values_list(
            "participation_id", "run__policy", "run__number", "run__computed_at", "entries"
        )
    }
    first = FirstList.objects.filter(participation__in=owners)
    for owner, policy, at, entries in first.values_list(
        "participation_id", "policy", "made_at", "entries"
    ):
        if owner not in found or at > found[owner][0].made_at:
            found[owner] = Origin(policy, 0, at), entries
    return found


def entries(participation: Participation) -> Entries:
    """Return the entries of the list that is shown, best first; two queries."""
    return _entries_of([participation.pk]).get(participation.pk, [])


def listed(participation: Participation) -> list[int]:
    """Return the primary keys of everybody on the list that is shown, best first; two queries.

    Of these a page shows those who are not `quiet_about` it.
    """
    return [entry["id"] for entry in entries(participation)]


def run_lists(participation: Participation) -> bool:
    """Whether the run that is shown made a list for `participation`; one query."""
    found = RankedList.objects.filter(
        participation=participation, run__state=MatchRun.State.CURRENT
    )
    return any(found.values_list("entries", flat=True))


def quiet_about(participation: Participation, others: Collection[int]) -> set[int]:
    """Return those of `others` who vetoed `participation` or turned suggestions off; one query.

    No page may name or count them as being on its list: what they keep quiet would show.
    """
    vetoed = Wish.objects.filter(
        counterpart=participation, participation__in=others, kind=Wish.Kind.VETO
    )
    off = SuggestionsOff.objects.filter(
        participation__edition=participation.edition, participation__in=others
    )
    pks = "participation_id"
    return set(vetoed.values_list(pks, flat=True).union(off.values_list(pks, flat=True)))


def first_list_at(participation: Participation, run: MatchRun | None) -> dt.datetime | None:
    """Return when the first list was made, None without one or with a later `run`; one query."""
    made = FirstList.objects.filter(participation=participation).values_list("made_at", flat=True)
    at: dt.datetime | None = made.first()
    return at if at and (run is None or at > run.computed_at) else None


def wishes_of(participation: Participation, counterparts: Collection[int]) -> dict[int, str]:
    """Return {primary key: kind} of what a participation wishes about `counterparts`; one query."""
    wishes = Wish.objects.filter(participation=participation, counterpart__in=counterparts)
    return dict(wishes.values_list("counterpart_id", "kind"))


def vetoes(edition: Edition, only: Collection[int] | None = None) -> list[tuple[int, int]]:
    """Return (participation, counterpart) primary keys of every veto in an edition; one query.

    `only` narrows to those with one of these participations on a side, here and in `saves`.
    """
    found = _wished(edition, Wish.Kind.VETO, only)
    return list(found.values_list("participation_id", "counterpart_id"))


def saves(
    edition: Edition, only: Collection[int] | None = None
) -> list[tuple[int, int, dt.datetime]]:
    """Return (participation, counterpart, when) of every save in an edition; one query."""
    found = _wished(edition, Wish.Kind.SAVE, only)
    return list(found.values_list("participation_id", "counterpart_id", "made_at"))


def _wished(edition: Edition, kind: str, only: Collection[int] | None) -> QuerySet[Wish]:
    found = Wish.objects.filter(participation__edition=edition, kind=kind).order_by("pk")
    if only is None:
        return found
    return found.filter(Q(participation__in=only) | Q(counterpart__in=only))


def silent(edition: Edition, only: Collection[int] | None = None) -> set[int]:
    """Return primary keys of those who turned suggestions off; one query."""
    found = SuggestionsOff.objects.filter(participation__edition=edition)
    if only is not None:
        found = found.filter(participation__in=only)
    return set(found.values_list("participation_id", flat=True))


def vetoes_about(participation: Participation, others: Collection[int]) -> set[int]:
    """Return those of `others` with a veto between them and `participation`; one query."""
    between = Q(participation=participation, counterpart__in=others) | Q(
        counterpart=participation, participation__in=others
    )
    pairs = Wish.objects.filter(between, kind=Wish.Kind.VETO).values_list(
        "participation_id", "counterpart_id"
    )
    return {other for pair in pairs for other in pair} - {participation.pk}


def wish_about(participation: Participation, counterpart: Participation) -> str:
    """Return "save", "veto" or "": what one participation said of another; one query."""
    found = Wish.objects.filter(participation=participation, counterpart=counterpart)
    return found.values_list("kind", flat=True).first() or ""
