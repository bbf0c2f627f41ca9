"""Ranked lists and wishes, as they are shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from emporion.edition.queries import Edition, Participation, participations_by_pk
from emporion.matchmaking.models import MatchRun, RankedList, Wish


@dataclass
class Suggestion:
    """One counterpart on a list, ready to show. p and q are 0..1."""

    rank: int
    participation: Participation
    p: float
    q: float
    score: float
    reasons: list[dict[str, Any]] = field(default_factory=list)
    wish: str = ""

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


def current_run(edition: Edition) -> MatchRun | None:
    """Return the run whose lists are shown; None before the first."""
    return MatchRun.objects.filter(edition=edition, state=MatchRun.State.CURRENT).first()


def shown_runs(edition: Edition) -> list[MatchRun]:
    """Return the run whose lists are shown and the one before it, newest first; one query."""
    return list(
        MatchRun.objects.filter(edition=edition)
        .exclude(state=MatchRun.State.WRITING)
        .order_by("-number")[:2]
    )


def suggestions(participation: Participation, limit: int = 20) -> list[Suggestion]:
    """Return the first `limit` counterparts of a participation's list, best first.

    Four queries, whatever the length. Vetoed ones stay in, marked: the page folds them to a line
    with Undo.
    """
    found = RankedList.objects.filter(
        participation=participation, run__state=MatchRun.State.CURRENT
    ).first()
    if found is None:
        return []
    entries = found.entries[:limit]
    people = participations_by_pk([entry["id"] for entry in entries])
    wished = wishes_of(participation, list(people))
    return [
        Suggestion(
            rank=rank,
            participation=people[entry["id"]],
            p=entry["p"],
            q=entry["q"],
            score=entry["score"],
            reasons=entry["reasons"],
            wish=wished.get(entry["id"], ""),
        )
        for rank, entry in enumerate(entries, 1)
        if entry["id"] in people
    ]


def fit(participation: Participation, counterpart: Participation) -> Suggestion | None:
    """Return how `counterpart` stands on the list of `participation`, or the other way round.

    None when neither is on the other's list. p is always what `participation` wants.
    """
    return fits(participation, [counterpart]).get(counterpart.pk)


def fits(
    participation: Participation, counterparts: Collection[Participation]
) -> dict[int, Suggestion]:
    """Return {primary key: `fit`} of those counterparts that have one; one query for all."""
    owners = [participation.pk, *(each.pk for each in counterparts)]
    lists = RankedList.objects.filter(
        participation__in=owners, run__state=MatchRun.State.CURRENT
    ).values_list("participation_id", "entries")
    by_owner = dict(lists)
    own = {
        entry["id"]: (rank, entry)
        for rank, entry in enumerate(by_owner.get(participation.pk, ()), 1)
    }
    found = {}
    for other in counterparts:
        if other.pk in own:
            rank, entry = own[other.pk]
            found[other.pk] = Suggestion(
                rank, other, entry["p"], entry["q"], entry["score"], entry["reasons"]
            )
            continue
        for entry in by_owner.get(other.pk, ()):
            if entry["id"] == participation.pk:
                # Their list, seen from this side: what they want is q. The reasons stay theirs.
                found[other.pk] = Suggestion(0, other, entry["q"], entry["p"], entry["score"], [])
                break
    return found


def wishes_of(participation: Participation, counterparts: Collection[int]) -> dict[int, str]:
    """Return {primary key: kind} of what a participation wishes about `counterparts`; one query."""
    wishes = Wish.objects.filter(participation=participation, counterpart__in=counterparts)
    return dict(wishes.values_list("counterpart_id", "kind"))


def vetoes(edition: Edition) -> list[tuple[int, int]]:
    """Return (participation, counterpart) primary keys of every veto in an edition."""
    return list(
        Wish.objects.filter(participation__edition=edition, kind=Wish.Kind.VETO).values_list(
            "participation_id", "counterpart_id"
        )
    )


def wish_about(participation: Participation, counterpart: Participation) -> str:
    """Return "save", "veto" or "": what one participation said of another; one query."""
    found = Wish.objects.filter(participation=participation, counterpart=counterpart)
    return found.values_list("kind", flat=True).first() or ""
