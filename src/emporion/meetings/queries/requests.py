"""Requests as the two sides see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, Count, Q, QuerySet, When

from emporion.edition.queries import Edition, Participation
from emporion.matchmaking import queries as matchmaking
from emporion.meetings import rules
from emporion.meetings.models import (
    Meeting,
    MeetingRequest,
    Refusal,
    Release,
    RuleAnswer,
    Slot,
    StandingRule,
)
from emporion.meetings.queries.agenda import held_by
from emporion.meetings.queries.words import refusal_word, state_word


@dataclass(frozen=True)
class Filed:
    """A request on a page, with what the published release made of it."""

    request: MeetingRequest
    counterpart: Participation
    slot: Slot | None = None
    refusal: str = ""
    by_rule: bool = False


def by_public_id(edition: Edition, public_id: str) -> MeetingRequest | None:
    """Return one request of an edition with both sides; None if there is none. One query."""
    return (
        MeetingRequest.objects.select_related("asker", "counterpart")
        .filter(edition=edition, public_id=public_id)
        .first()
    )


def requests_by_id(edition: Edition, public_ids: list[str]) -> list[MeetingRequest]:
    """Return the requests with these public ids and both sides of each; one query."""
    return list(
        MeetingRequest.objects.select_related("asker", "counterpart").filter(
            edition=edition, public_id__in=public_ids
        )
    )


def newest_requests(edition: Edition, participation: str, limit: int) -> list[MeetingRequest]:
    """Return the newest requests with this participant (public id) on a side; one query."""
    mine = Q(asker__public_id=participation) | Q(counterpart__public_id=participation)
    found = MeetingRequest.objects.select_related("asker", "counterpart").filter(
        mine, edition=edition
    )
    return list(found.order_by("-asked_at", "-pk")[:limit])


# Reasons of the engine: a pair that must not meet, and one whose hours never do.
EXCLUDED, NO_TIME = "excluded", "no_common_slot"


@dataclass(frozen=True)
class Outcome:
    """What a release that is or was public made of a request: a slot, or a reason against."""

    release: int
    slot: Slot | None
    refusal: str


def outcomes(edition: Edition, public_id: str) -> list[Outcome]:
    """Return what each public release made of one request, newest first; two queries."""
    public = {
        "release__edition": edition,
        "release__published_at__isnull": False,
        "request__public_id": public_id,
    }
    held = Meeting.objects.filter(**public).select_related("release", "slot")
    refused = Refusal.objects.filter(**public).select_related("release")
    found = [Outcome(m.release.number, m.slot, "") for m in held]
    found += [Outcome(r.release.number, None, str(refusal_word(r.reason))) for r in refused]
    return sorted(found, key=lambda outcome: -outcome.release)


def request_count(edition: Edition) -> int:
    """Return how many requests an edition has, whatever came of them; one query."""
    return MeetingRequest.objects.filter(edition=edition).count()


def askers(edition: Edition) -> set[int]:
    """Return the primary keys of all who asked for a meeting, whatever came of it; one query."""
    rows = MeetingRequest.objects.filter(edition=edition).order_by()
    return set(rows.values_list("asker_id", flat=True).distinct())


def received(participation: Participation) -> QuerySet[MeetingRequest]:
    """Return what a participation was asked: what waits first, then newest first.

    Those that were withdrawn are gone.
    """
    waits = Case(When(state=MeetingRequest.State.OPEN, then=0), default=1)
    return (
        MeetingRequest.objects.filter(counterpart=participation)
        .exclude(state=MeetingRequest.State.WITHDRAWN)
        .select_related("asker__pavilion")
        .order_by(waits, "-asked_at", "-pk")
    )


def sent(participation: Participation) -> QuerySet[MeetingRequest]:
    """Return what a participation asked, newest first."""
    return (
        MeetingRequest.objects.filter(asker=participation)
        .select_related("counterpart__pavilion")
        .order_by("-asked_at", "-pk")
    )


def filed(participation: Participation, requests: list[MeetingRequest]) -> list[Filed]:
    """Add to each request its meeting or refusal in the published release, and whether a rule
    accepted it; three queries, four where a pair is kept apart.

    That the other side wants no meeting at all is not told.  An answer left out would tell it as
    well: such a pair has no time in common in any schedule, and that is what is said.
    """
    keys = [request.pk for request in requests]
    public = {
        "release__edition": participation.edition_id,
        "release__state": Release.State.PUBLISHED,
        "request__in": keys,
    }
    meetings = {
        m.request_id: m.slot
        for m in Meeting.objects.filter(**public, request__state__in=rules.LIVE).select_related(
            "slot"
        )
    }
    refusals = dict(Refusal.objects.filter(**public).values_list("request_id", "reason"))
    by_rule = set(
        RuleAnswer.objects.filter(
            request__in=keys, request__state=MeetingRequest.State.ACCEPTED
        ).values_list("request_id", flat=True)
    )
    others = [
        request.counterpart if request.asker_id == participation.pk else request.asker
        for request in requests
    ]
    apart = [
        other.pk
        for request, other in zip(requests, others, strict=True)
        if refusals.get(request.pk) == EXCLUDED
    ]
    own = matchmaking.wishes_between(participation, apart)[0] if apart else {}
    return [
        Filed(
            request=request,
            counterpart=other,
            slot=meetings.get(request.pk),
            refusal=NO_TIME
            if other.pk in apart and own.get(other.pk) != "veto"
            else refusals.get(request.pk, ""),
            by_rule=request.pk in by_rule,
        )
        for request, other in zip(requests, others, strict=True)
    ]


def counts(participation: Participation) -> dict[str, int]:
    """Return how many requests wait for an answer, were received, were sent; two queries."""
    states = dict(
        MeetingRequest.objects.filter(counterpart=participation)
        .exclude(state=MeetingRequest.State.WITHDRAWN)
        .values_list("state")
        .annotate(number=Count("pk"))
    )
    return {
        "waiting": states.get(MeetingRequest.State.OPEN, 0),
        "received": sum(states.values()),
        "sent": MeetingRequest.objects.filter(asker=participation).count(),
    }


def waiting_count(participation: Participation) -> int:
    """Return how many requests wait for a participation's answer; one query."""
    return MeetingRequest.objects.filter(
        counterpart=participation, state=MeetingRequest.State.OPEN
    ).count()


def waiting_for(participation: Participation, limit: int) -> list[MeetingRequest]:
    """Return the first `limit` open requests to a participation, the oldest first; one query."""
    return list(
        MeetingRequest.objects.filter(counterpart=participation, state=MeetingRequest.State.OPEN)
        .select_related("asker__pavilion", "asker__organisation")
        .order_by("asked_at", "pk")[:limit]
    )


def has_agreed(participation: Participation) -> bool:
    """Whether a request of this participant, on either side, was accepted; one query."""
    sides = Q(asker=participation) | Q(counterpart=participation)
    return MeetingRequest.objects.filter(sides, state=MeetingRequest.State.ACCEPTED).exists()


def standing_rule(participation: Participation) -> StandingRule | None:
    """Return the standing rule of a participation, in force or not; one query."""
    return StandingRule.objects.filter(participation=participation).first()


@dataclass(frozen=True)
class Between:
    """The live or declined request of a pair, as one of the two sees it."""

    request: MeetingRequest
    state_words: str


def request_between(me: Participation, other: Participation) -> Between | None:
    """Return the request of a pair, whoever asked; None without one that counts. One query."""
    low, high = rules.pair(me.pk, other.pk)
    found = (
        MeetingRequest.objects.filter(edition=me.edition_id, low=low, high=high)
        .exclude(state=MeetingRequest.State.WITHDRAWN)
        .first()
    )
    return None if found is None else Between(found, state_word(found, me.pk))


def request_states(me: Participation, others: Collection[int]) -> dict[int, str]:
    """Return {primary key of the other: word} of the requests of `me` that count with `others`.

    Two queries, for as many rows as a page shows: a much wanted exhibitor has thousands.
    """
    found: dict[int, str] = {}
    live = MeetingRequest.objects.exclude(state=MeetingRequest.State.WITHDRAWN)
    fields = ("pk", "asker_id", "counterpart_id", "state")
    for request in live.filter(asker=me, counterpart__in=others).only(*fields):
        found[request.counterpart_id] = state_word(request, me.pk)
    for request in live.filter(counterpart=me, asker__in=others).only(*fields):
        found[request.asker_id] = state_word(request, me.pk)
    return found


def fate(participation: Participation) -> tuple[int, int, list[tuple[str, int]]]:
    """Return what became of a participation's live requests in the published release.

    How many there are, how many became meetings, and (why not, how many), most frequent first;
    three queries.
    """
    mine = MeetingRequest.objects.filter(Q(asker=participation) | Q(counterpart=participation))
    states = dict(mine.values_list("pk", "state"))
    public = {
        "release__edition": participation.edition_id,
        "release__state": Release.State.PUBLISHED,
    }
    granted = Meeting.objects.filter(
        held_by(participation), request__state__in=rules.LIVE, **public
    ).count()
    # By their keys, and counted here: to group them a database walks all that a release refused.
    refused = Counter(
        Refusal.objects.filter(request__in=list(states), **public).values_list("reason", flat=True)
    )
    total = sum(state in rules.LIVE for state in states.values())
    reasons = sorted(refused.items(), key=lambda item: (-item[1], item[0]))
    return total, granted, [(refusal_word(reason), count) for reason, count in reasons]
